"""The Evaluate tab: how good is a model, where does it fail, is it better than the other one.

Gradio carries events; evaluation/ computes and writes the pieces of HTML; tab.js makes them answer to
mouse and keyboard. What these functions get from a page is hostile until checked: names, numbers, orders.
"""

from collections.abc import Mapping

import gradio as gr

from evaluation.picture_archive import MOST_MEMBERS, MOST_PACKED
from evaluation.sections import TEMPLATES
from interface.assets import mount
from interface.evaluate import views as views
from interface.evaluate.downloads import FILES
from interface.evaluate.handlers import Board
from interface.evaluate.state import Shelf, Shown
from model.recogniser import Recogniser

# The page's code asks on a component's element, and is told there when the server has drawn something new.
BRIDGE = """
element.addEventListener('ask', (event) => trigger('ask', event.detail));
const drawn = () => element.dispatchEvent(new CustomEvent('drawn', {bubbles: true}));
watch('value', drawn);
drawn();
"""
EVENTS = "// Gradio looks for the names of events here: 'choose' 'run' 'own' 'cancel' 'fetch'"
WATCHERS = 8  # visitors who see one run's progress at once, each in a thread; the next ones wait in Gradio's queue
SUBJECTS = ("Per class", "Epochs", "Images", "Is it sure when it is right?", "Robustness", "Compare", "History")

OWN = (
    '<details class="menu" data-testid="own"><summary class="btn">Your pictures</summary><div class="own">'
    "<p>Test the model on your own digits: one folder for each digit, named 0 to 9, with pictures in it, such as "
    f"<code>7/mine.png</code>. At most {MOST_MEMBERS:,} files and {MOST_PACKED // 2**20} MB. They stay in this computer’s memory "
    "while they are tested; nobody else sees them.</p>"
    '<label class="btn">Choose a zip<input type="file" accept=".zip,application/zip" data-own="zip"></label>'
    '<label class="btn">Choose a folder<input type="file" webkitdirectory multiple data-own="folder"></label>'
    "</div></details>"
)


def build(models: Mapping[str, Recogniser], own_pictures: bool = True) -> None:
    """Place the tab's parts; call inside ``with gr.Tab(…)``.

    models: what can be chosen, the default first; own_pictures: whether visitors may bring test sets of their own (their route,
    interface/evaluate/uploaded_test_sets.py, must be served then).
    """
    board = Board(Shelf(models))

    def take(asked: dict) -> dict:  # Gradio marks the function it is given, which a method cannot bear
        return board.take(asked)

    css = (TEMPLATES / "sections.css").read_text("utf-8")
    with gr.Column(elem_classes="evaluation-tab"):
        gr.HTML(f"<style>{css}</style>", js_on_load=None, elem_classes="ev-style")
        shown = gr.State(Shown(next(iter(models))))
        with gr.Row(elem_classes="ev-top"):
            headline = piece(views.LOADING)
            controls = gr.HTML(
                controls_html(own_pictures),
                js_on_load=f"{EVENTS}\n{mount('interface/evaluate/tab.js', 'element, {trigger, server}')}",
                server_functions=[take],
                elem_classes="evaluation ev-controls",
                apply_default_css=False,
            )
        status = piece()
        with gr.Row(elem_classes="ev-two"):
            matrix, gallery = piece(), piece()
        subjects = []
        with gr.Tabs(elem_classes="ev-subjects"):
            for subject in SUBJECTS:
                with gr.Tab(subject, render_children=True):
                    subjects.append(piece())
    _, _, pictures, _, damaged, against, _ = subjects

    first = [headline, status, matrix, gallery]
    # always_last: who chooses a second cell while the first is fetched gets the second, not nothing
    quick = {"queue": False, "show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last"}
    queued = {"show_progress": "hidden", "api_visibility": "private"}
    watched = {**queued, "concurrency_limit": WATCHERS}
    controls.choose(board.choose, shown, [shown, *first], **quick).then(board.subjects, shown, subjects, **quick).then(
        board.warm_up, None, None, **quick
    )
    controls.run(board.run, shown, first, **watched).then(board.subjects, shown, subjects, **quick)
    if own_pictures:
        controls.own(board.choose, shown, [shown, *first], **quick).then(board.run, shown, first, **watched).then(
            board.subjects, shown, subjects, **quick
        )
    controls.cancel(board.cancel, None, None, **quick)
    controls.fetch(board.fetch, shown, first, concurrency_limit=1, **queued)
    matrix.ask(board.cell, shown, gallery, **quick)
    gallery.ask(board.cell, shown, gallery, **quick)
    pictures.ask(board.images, shown, pictures, **quick)
    damaged.ask(board.measure, shown, damaged, **watched)
    against.ask(board.compare, shown, against, **watched)


def piece(value: str = "") -> gr.HTML:
    """A place for pieces of HTML from evaluation/sections.py."""
    return gr.HTML(value, js_on_load=BRIDGE, elem_classes="evaluation", apply_default_css=False)


def controls_html(own_pictures: bool) -> str:
    """Run, Cancel, Download, and where visitors may bring them, their own pictures."""
    own = OWN if own_pictures else ""
    files = "".join(f'<button type="button" data-take="{kind}">{name}</button>' for kind, name in FILES.items())
    return (
        '<button type="button" class="btn primary" data-testid="run" data-do="run">Run</button>'
        '<button type="button" class="btn" data-testid="cancel" data-do="cancel" hidden>Cancel</button>'
        '<button type="button" class="btn" data-testid="download-mnist" data-do="fetch" hidden>Download MNIST (11 MB)</button>'
        f'{own}<details class="menu"><summary class="btn" data-testid="downloads">Download</summary><div>{files}</div></details>'
    )
