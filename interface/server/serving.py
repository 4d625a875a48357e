"""What the command line decides about serving, and what stands around Gradio's app because of it."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import gradio as gr

from evaluation.runner import SHARED
from interface.server import health, sharing, uploads
from interface.server.headers import headers
from interface.server.mcp import as_json
from interface.server.middleware import Guard, Rules
from interface.server.sessions import Sessions
from model.recogniser import Recogniser


@dataclass(frozen=True)
class Door:
    """public: with a link for everyone; trust: proxies whose forwarded headers are believed; frame_ancestors: sites that may frame the page."""

    public: bool = False
    trust: str = ""
    frame_ancestors: str = "'self'"
    root_path: str = ""
    log: bool = False
    metrics: bool = False
    link: sharing.Link = field(default_factory=sharing.Link)

    def around(self, models: dict[str, Recogniser]) -> tuple[list, Callable]:
        """(routes, lifespan) for ``launch(app_kwargs=…)``."""
        routes, seen = [health.healthz(next(iter(models.values()))), sharing.route(self.link)], []
        if self.log:
            seen.append(health.log_line)
        if self.metrics:
            counted, count = health.metrics(SHARED.running)
            routes.append(counted)
            seen.append(count)

        def tell(*request) -> None:
            for one in seen:
                one(*request)

        @contextlib.asynccontextmanager
        async def lifespan(app) -> AsyncIterator[None]:
            blocks = app.get_blocks()
            rules = Rules(
                headers=headers(self.frame_ancestors, found=not self.public),
                kind=kinds(blocks),
                trust=self.trust,
                tunnel=self.public,
                root_path=self.root_path,
                room=uploads.room,
                seen=tell if seen else None,
            )
            app.state_holder = Sessions()
            app.state_holder.set_blocks(blocks)
            # Around everything, Gradio's own middleware too, which a middleware given to Gradio would stand behind.
            app.middleware_stack = Guard(app.middleware_stack, rules)
            if blocks.mcp_server_obj:
                blocks.mcp_server_obj.postprocess_output_data = as_json
            async with uploads.lifespan(app):
                yield

        return routes, lifespan


def kinds(blocks: gr.Blocks) -> Callable[[object], str | None]:
    """An event's number, as a request names it → which Rate of Limits it counts as; None for a number that no event has."""
    known = {
        number: "reads" if event.api_name == "read" else "evaluations" if event.queue else "clicks"
        for number, event in blocks.fns.items()
    }
    return lambda number: known.get(number) if type(number) is int else None
