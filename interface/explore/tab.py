"""Places the Explore tab on the page (`build`): its markup is tab.html, all it does happens in the page (tab.js)."""

from pathlib import Path

import gradio as gr

from interface.assets import mount

TEMPLATE = Path(__file__).with_name("tab.html")


def build() -> None:
    """Place the tab; call inside ``with gr.Tab(…)``. Its code is fetched when the tab is first opened."""
    gr.HTML(
        html_template=TEMPLATE.read_text(encoding="utf-8"),
        js_on_load=mount("interface/explore/tab.js"),
        apply_default_css=False,
        elem_classes="explore-tab",
    )
