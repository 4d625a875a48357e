"""The page: header, the two tabs, and everything ``launch`` must know to serve them."""

import html
from pathlib import Path
from typing import Any

import gradio as gr

from interface import assets
from interface.evaluate import tab as evaluate_tab
from interface.evaluate import uploaded_test_sets
from interface.predict import routes as predict_routes
from interface.predict import tab as predict_tab
from interface.reader import routes as reader_routes
from interface.server import uploads
from interface.server.rate_limits import LIMITS
from interface.server.serving import Door
from interface.theme import theme
from model.recogniser import Recogniser

SHARE = Path(__file__).parent / "server" / "share.html"


def build(models: dict[str, Recogniser], own_pictures: bool = True) -> gr.Blocks:
    """The whole app. models: what can be chosen, by the name the page shows; the first is the default.

    own_pictures: visitors may bring test sets of their own; the same value as for `launch_options`.
    """
    # uploads (only programs make any, through `read`) are deleted within a day
    with gr.Blocks(
        title="Digits", analytics_enabled=False, delete_cache=(uploads.HOUR, uploads.DAY), fill_width=True
    ) as demo:
        gr.HTML(
            header(models),
            elem_classes="page-header",
            js_on_load=assets.mount("interface/server/share.js"),
            apply_default_css=False,
        )
        with gr.Tabs(elem_classes="page-tabs"):
            with gr.Tab("Predict", id="predict"):
                predict_tab.build(models)
            with gr.Tab("Evaluate", id="evaluate"):
                evaluate_tab.build(models, own_pictures)
    demo.queue(max_size=LIMITS.queue, api_open=False)  # what stands in the queue cannot be called past it
    return demo


def header(models: dict[str, Recogniser]) -> str:
    """The name, the model picker and the Share panel. A native select and dialog: every phone and screen reader knows them."""
    options = "".join(f"<option>{html.escape(name)}</option>" for name in models)
    panel = SHARE.read_text(encoding="utf-8")
    return f'<h1>Digits</h1><label>Model <select data-testid="model">{options}</select></label>{panel}'


def launch_options(
    models: dict[str, Recogniser], own_pictures: bool = True, door: Door | None = None
) -> dict[str, Any]:
    """What ``demo.launch`` gets besides address and login: the look, our routes, and what Gradio would expose by default.

    door: what stands around it all; a local app's by default.
    """
    around, lifespan = (door or Door()).around(models)
    return {
        "theme": theme(),
        # in the head, not as `css`: Gradio rewrites that, and rules for phones lose against its own
        "head": assets.styles(),
        "footer_links": ["api"],
        "state_session_capacity": LIMITS.sessions,
        "max_file_size": LIMITS.picture,
        "app_kwargs": {
            "routes": [*around, *reader_routes.routes(models), assets.route()]
            + predict_routes.routes(models)
            + (uploaded_test_sets.routes() if own_pictures else []),
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
