"""The page: header and three tabs (`build`), and what Gradio needs to serve it (`launch_options`)."""

import os
from typing import Any

import gradio as gr
from gradio import http_server

from interface import assets
from interface.evaluate import tab as evaluate_tab
from interface.evaluate import uploaded_test_sets
from interface.explore import routes as explore_routes
from interface.explore import tab as explore_tab
from interface.predict import routes as predict_routes
from interface.predict import tab as predict_tab
from interface.reader import routes as reader_routes
from interface.server import sharing, surroundings, uploads
from interface.server.limits import LIMITS
from interface.server.serving import ServerOptions, routes_and_lifespan
from interface.templates import render
from interface.theme import theme
from model.recogniser import Recogniser

# Seconds between two looks of Gradio's queue for work. Its own 0.001 keeps 8 % of a core busy in an app that nobody uses; on Windows
# it takes 0.05 itself.
QUEUE_PAUSE = 0.02
# What is seen where Gradio serves the page without what `launch` adds, as within another app.
ALONE = (
    "This page's own files did not come, so nothing works on it. Reload it; within another app, as with gr.mount_gradio_app, it cannot run: "
    "start it by itself with python demo.py, and put it below that one by a proxy (--root-path)."
)
UNKNOWN_INPUT = "This could not be answered. By program: send each input as /gradio_api/info describes it; on the page: reload it and try again."


class Page(gr.Blocks):
    """The page. `launch` serves it as demo.py does, for those who call that themselves: `from demo import demo; demo.launch()`."""

    models: dict[str, Recogniser]
    test_set_uploads: bool

    async def process_api(self, *given: Any, **named: Any) -> Any:
        """As gr.Blocks.process_api, but an error that is no sentence for the person becomes one; the log has it as before."""
        try:
            return await super().process_api(*given, **named)
        except (gr.Error, StopAsyncIteration, StopIteration, GeneratorExit):
            raise
        except Exception as error:
            raise gr.Error(UNKNOWN_INPUT) from error

    def launch(self, *given: Any, **named: Any) -> Any:
        """As gr.Blocks.launch, with what the page needs; what the caller names comes first."""
        host = named.get("server_name") or os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1"
        surroundings.reach_directly(host)
        if ":" in http_server.LOCALHOST_NAME:
            http_server.LOCALHOST_NAME = "127.0.0.1"  # with which Gradio looks for a free port, by IPv4 alone
        named["server_name"] = surroundings.bracketed(host)
        named["root_path"] = surroundings.rooted(named.get("root_path") or os.environ.get("GRADIO_ROOT_PATH") or "")
        if "app_kwargs" not in named:  # demo.py brings all of them, made for its flags
            named = self._options(host, named) | named
        return super().launch(*given, **named)

    def _options(self, host: str, named: dict[str, Any]) -> dict[str, Any]:
        root_path = named["root_path"]
        link = sharing.PublicLink(host, root_path)
        frames = surroundings.NOTEBOOKS if surroundings.in_notebook() else ServerOptions.frame_ancestors
        options = ServerOptions(bool(named.get("share")), frame_ancestors=frames, root_path=root_path, link=link)
        return launch_options(self.models, self.test_set_uploads, options)


def build(models: dict[str, Recogniser], test_set_uploads: bool = True) -> Page:
    """The whole page. models: what can be chosen, by the name the page shows; the first is the default.

    test_set_uploads: visitors may bring test sets of their own; the same value as for `launch_options`.
    """
    # uploads (only programs make any, through `read`) are deleted within a day
    with Page(
        title="Digits", analytics_enabled=False, delete_cache=(uploads.HOUR, uploads.DAY), fill_width=True
    ) as demo:
        gr.HTML(
            render("header.html", models=models),
            elem_classes="page-header",
            js_on_load=assets.mount("interface/server/share.js", missing=ALONE)
            + assets.mount("interface/page/addressed_tab.js"),
            apply_default_css=False,
        )
        with gr.Tabs(elem_classes="page-tabs"):
            with gr.Tab("Predict", id="predict"):
                predict_tab.build(models)
            with gr.Tab("Evaluate", id="evaluate"):
                evaluate_tab.build(models, test_set_uploads)
            with gr.Tab("Explore", id="explore"):
                explore_tab.build()
    demo.models, demo.test_set_uploads = models, test_set_uploads
    demo.queue(max_size=LIMITS.queued_events, api_open=False)  # what stands in the queue cannot be called past it
    demo._queue.sleep_when_free = QUEUE_PAUSE
    return demo


def launch_options(
    models: dict[str, Recogniser], test_set_uploads: bool = True, options: ServerOptions | None = None
) -> dict[str, Any]:
    """What ``demo.launch`` gets besides address and login: the theme, our routes, and nothing that Gradio would expose by default.

    options: what the command line decides about serving; by default an app for this machine alone.
    """
    server_routes, lifespan = routes_and_lifespan(options or ServerOptions(), models)
    return {
        "theme": theme(),
        # in the head, not as `css`: Gradio rewrites that, and rules for phones lose against its own
        "head": assets.head(),
        "footer_links": ["api"],
        "state_session_capacity": LIMITS.sessions,
        "max_file_size": LIMITS.picture_bytes,
        "app_kwargs": {
            "routes": [
                *server_routes,
                *reader_routes.routes(models),
                assets.route(),
                *predict_routes.routes(models),
                *explore_routes.routes(),
                *(uploaded_test_sets.routes() if test_set_uploads else []),
            ],
            "lifespan": lifespan,
            "openapi_url": None,  # it answers without a login
            "docs_url": None,
            "redoc_url": None,
        },
        "enable_monitoring": False,
        "run_history": False,
        "ssr_mode": False,  # needs Node
        "show_error": False,
        "quiet": True,
    }
