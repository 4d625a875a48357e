"""What surrounds Gradio's app while it serves: `ServerOptions` from the command line, `routes_and_lifespan` for Gradio."""

import contextlib
from argparse import Namespace
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import gradio as gr
from gradio.routes import App
from starlette.routing import Route

from evaluation.runner import SHARED
from interface.server import health, sharing, uploads
from interface.server.headers import security_headers
from interface.server.limits import LIMITS, Rate
from interface.server.mcp import as_json
from interface.server.middleware import Policy, RequestFilter
from interface.server.sessions import Sessions
from model.recogniser import Recogniser


@dataclass(frozen=True)
class ServerOptions:
    """How the app is served; the defaults are those of an app for this machine alone."""

    public_link: bool = False  # there is, or will be, a link for everyone
    trusted_proxies: str = ""  # whose X-Forwarded headers are believed: addresses or networks, with commas
    frame_ancestors: str = "'self'"  # sites that may show the page in a frame, as a content security policy writes them
    root_path: str = ""
    log: bool = False
    metrics: bool = False
    link: sharing.PublicLink = field(default_factory=sharing.PublicLink)

    @classmethod
    def from_flags(cls, flags: Namespace) -> "ServerOptions":
        """flags: of interface/server/command_line.py."""
        return cls(
            public_link=flags.share,
            trusted_proxies=flags.trust_proxy,
            frame_ancestors=flags.frame_ancestors,
            root_path=flags.root_path or "",
            log=flags.log,
            metrics=flags.metrics,
            link=sharing.PublicLink(flags.host, flags.root_path or ""),
        )


def routes_and_lifespan(options: ServerOptions, models: dict[str, Recogniser]) -> tuple[list[Route], Callable]:
    """(routes, lifespan) for ``launch(app_kwargs=…)``. models: the default first."""
    routes = [health.health_route(next(iter(models.values()))), sharing.share_route(options.link)]
    observers: list[health.Observer] = [health.log_request] if options.log else []
    if options.metrics:
        route, count = health.metrics(SHARED.running)
        routes.append(route)
        observers.append(count)

    def observe(method: str, label: str, status: int, seconds: float, size: int) -> None:
        for observer in observers:
            observer(method, label, status, seconds, size)

    @contextlib.asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[None]:
        blocks = app.get_blocks()
        policy = Policy(
            headers=security_headers(options.frame_ancestors, listed=not options.public_link),
            event_rate=event_rates(blocks),
            trusted_proxies=options.trusted_proxies,
            public_link=options.public_link,
            root_path=options.root_path,
            uploads_fit=uploads.make_room,
            observer=observe if observers else None,
        )
        app.state_holder = Sessions()
        app.state_holder.set_blocks(blocks)
        assert app.middleware_stack is not None  # the lifespan came through it
        # Around everything, Gradio's own middleware too, which a middleware given to Gradio would stand behind.
        app.middleware_stack = RequestFilter(app.middleware_stack, policy)
        if blocks.mcp_server_obj:
            blocks.mcp_server_obj.postprocess_output_data = as_json
        async with uploads.sweeping():
            yield

    return routes, lifespan


def event_rates(blocks: gr.Blocks) -> Callable[[object], Rate | None]:
    """An event's number, as a request names it → how often it may be sent; None for a number that no event has."""
    known = {
        number: LIMITS.reads if event.api_name == "read" else LIMITS.evaluations if event.queue else LIMITS.clicks
        for number, event in blocks.fns.items()
    }
    return lambda number: known.get(number) if type(number) is int else None
