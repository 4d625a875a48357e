"""The Evaluate tab: how good is a model, where does it fail, is it better than the other one.

Gradio carries events; evaluation/ computes and writes the pieces of HTML; assets/evaluation.js makes them answer to
mouse and keyboard. What these functions get from a page is hostile until checked: names, numbers, orders.
"""

from collections.abc import Mapping
from pathlib import Path

import gradio as gr

from evaluation.fragments import ASSETS
from interface import evaluation_views as views
from interface.evaluation_board import Board
from model.recogniser import Recogniser

# The page's code asks on a component's element, and is told there when the server has drawn something new.
BRIDGE = """
element.addEventListener('ask', (event) => trigger('ask', event.detail));
const drawn = () => element.dispatchEvent(new CustomEvent('drawn', {bubbles: true}));
watch('value', drawn);
drawn();
"""
PAGE = Path(__file__).parent / "assets" / "evaluation.js"
WATCHERS = 8  # visitors who see one run's progress at once, each in a thread; the next ones wait in Gradio's queue
SUBJECTS = ("Per class", "Epochs", "Images", "Is it sure when it is right?", "Robustness", "Compare")


def build(models: Mapping[str, Recogniser]) -> None:
    """Place the tab's parts; call inside ``with gr.Tab(…)``. models: what can be chosen, the default first."""
    board = Board(models)

    def take(asked: dict) -> dict:  # Gradio marks the function it is given, which a method cannot bear
        return board.take(asked)

    code = "\n".join(path.read_text("utf-8") for path in (ASSETS / "fragments.js", PAGE))
    css = (ASSETS / "fragments.css").read_text("utf-8")
    with gr.Column(elem_classes="evaluation-tab"):
        gr.HTML(f"<style>{css}</style>", js_on_load=None, elem_classes="ev-style")
        chosen = gr.State(next(iter(models)))
        with gr.Row(elem_classes="ev-top"):
            headline = piece(views.LOADING)
            controls = gr.HTML(views.CONTROLS, js_on_load=code, server_functions=[take], elem_classes="evaluation ev-controls",
                               apply_default_css=False)
        status = piece()
        with gr.Row(elem_classes="ev-two"):
            matrix, gallery = piece(), piece()
        subjects = []
        with gr.Tabs(elem_classes="ev-subjects"):
            for subject in SUBJECTS:
                with gr.Tab(subject, render_children=True):
                    subjects.append(piece())
    _, _, pictures, _, damaged, against = subjects

    first = [headline, status, matrix, gallery]
    # always_last: who chooses a second cell while the first is fetched gets the second, not nothing
    quick = {"queue": False, "show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last"}
    queued = {"show_progress": "hidden", "api_visibility": "private"}
    controls.choose(board.choose, chosen, [chosen, *first], **quick).then(board.subjects, chosen, subjects, **quick).then(
        board.warm_up, None, None, **quick)
    controls.run(board.run, chosen, first, concurrency_limit=WATCHERS, **queued).then(board.subjects, chosen, subjects, **quick)
    controls.cancel(board.cancel, None, None, **quick)
    controls.fetch(board.fetch, chosen, first, concurrency_limit=1, **queued)
    matrix.ask(board.cell, chosen, gallery, **quick)
    gallery.ask(board.cell, chosen, gallery, **quick)
    pictures.ask(board.images, chosen, pictures, **quick)
    damaged.ask(board.measure, chosen, damaged, concurrency_limit=1, **queued)
    against.ask(board.compare, chosen, against, **quick)


def piece(value: str = "") -> gr.HTML:
    """A place for pieces of HTML from evaluation/fragments.py."""
    return gr.HTML(value, js_on_load=BRIDGE, elem_classes="evaluation", apply_default_css=False)
