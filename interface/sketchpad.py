"""The Predict tab's component: our own canvas with its answer, a ``gr.HTML`` whose markup and code are files in assets/.

Gradio's stock Sketchpad starts with no tool active, loses the first stroke and answers after a second. This one keeps
its state on the page; no Gradio event carries a drawing (interface/live.py answers it).
"""

from pathlib import Path

import gradio as gr

ASSETS = Path(__file__).parent / "assets"


def sketchpad() -> gr.HTML:
    """The pad, the tools and the answer."""
    # A function, not a subclass: Gradio writes a .pyi file beside the source of every subclass with events.
    return gr.HTML(
        html_template=(ASSETS / "predict.html").read_text(encoding="utf-8"),
        js_on_load=mount("predict.js"),
        apply_default_css=False,
        elem_classes="predict-tab",
    )


def mount(module: str) -> str:
    """JavaScript for ``js_on_load``: calls ``mount(element)`` of a module in assets/.

    The module comes from a route of our own (interface/live.py), which shows no path of the machine, found relative to
    the page, so that it works under a proxy's sub-path.
    """
    return (
        f"import(location.pathname.replace(/\\/?$/, '/') + 'page/assets/{module}').then((page) => page.mount(element));"
    )
