"""Places the Evaluate tab on the page and connects its events with their handlers. Enter at `build`.

handlers.py answers the events, cards.py lists what the lower half shows, templates/ holds the HTML, and tab.js makes it answer to
mouse and keyboard.
"""

import re
from collections.abc import Iterable, Mapping

import gradio as gr
from markupsafe import Markup

from evaluation.picture_archive import MOST_MEMBERS, MOST_PACKED
from evaluation.rendering import TEMPLATES
from interface.assets import mount
from interface.evaluate import views
from interface.evaluate.cards import AUDIT, CARDS, COMPARE, CONFIDENCE, IMAGES, REFUSAL, ROBUSTNESS, SLICES
from interface.evaluate.downloads import DIFFERENCES, FILES
from interface.evaluate.handlers import Dashboard
from interface.evaluate.state import Reports, Selection
from interface.templates import render
from model.recogniser import Recogniser

# The page's code asks on a component's element, and hears there when the server has drawn something new.
BRIDGE = """
element.addEventListener('ask', (event) => trigger('ask', event.detail));
const drawn = () => element.dispatchEvent(new CustomEvent('drawn', {bubbles: true}));
watch('value', drawn);
drawn();
"""
EVENTS = "// Gradio looks for the names of events here: 'choose' 'run' 'uploaded' 'cancel' 'fetch'"
WATCHERS = 8  # visitors who see one run's progress at once, each in a thread; the next ones wait in Gradio's queue

# always_last: who chooses a second cell while the first is fetched gets the second, not nothing
QUICK = {"queue": False, "show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last"}
WATCHED = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": WATCHERS}


def build(models: Mapping[str, Recogniser], uploads: bool = True) -> None:
    """Place the tab's parts; call inside ``with gr.Tab(…)``.

    models: what can be chosen, the default first; uploads: whether visitors may upload test sets (their route,
    interface/evaluate/uploaded_test_sets.py, must be served then).
    """
    dashboard = Dashboard(Reports(models))

    def report_file(asked: dict) -> dict:  # Gradio marks the function it is given, which a method cannot bear
        return dashboard.report_file(asked)

    def corrected_set(asked: dict) -> dict:
        return dashboard.corrected_set(asked)

    style = render("style_sheets.html", sheets=[(TEMPLATES / "sections.css").read_text("utf-8")])
    with gr.Column(elem_classes="evaluation-tab"):
        gr.HTML(style, js_on_load=None, elem_classes="ev-style")
        selection = gr.State(Selection(next(iter(models))))
        with gr.Row(elem_classes="ev-top"):
            headline = piece(views.quiet(views.LOADING))
            controls = gr.HTML(
                controls_html(uploads),
                js_on_load=f"{EVENTS}\n{mount('interface/evaluate/tab.js', 'element, {trigger, server}')}",
                server_functions=[report_file, corrected_set],
                elem_classes="evaluation ev-controls",
                apply_default_css=False,
            )
        status = piece()
        with gr.Row(elem_classes="ev-two"):
            matrix, gallery = piece(), piece()
        cards = {}
        with gr.Column(elem_classes="ev-cards"):
            gr.HTML(
                contents_html(CARDS), elem_classes="evaluation ev-contents", apply_default_css=False, js_on_load=None
            )
            for place, name in enumerate(CARDS):
                opened_first = ["unfolded"] if place == 0 else []
                with gr.Column(elem_classes=["ev-section", f"ev-section-{slug(name)}", *opened_first]):
                    gr.HTML(
                        heading_html(name, opened=place == 0),
                        elem_classes="evaluation ev-heading",
                        apply_default_css=False,
                        js_on_load=None,
                    )
                    cards[name] = piece()

    overview, lower = [headline, status, matrix, gallery], list(cards.values())
    opened = controls.choose(dashboard.choose, selection, [selection, *overview], **QUICK)
    opened.then(dashboard.cards, selection, lower, **QUICK)
    run = controls.run(dashboard.run, selection, overview, **WATCHED)
    run.then(dashboard.cards, selection, lower, **QUICK)
    if uploads:
        uploaded = controls.uploaded(dashboard.choose, selection, [selection, *overview], **QUICK)
        run = uploaded.then(dashboard.run, selection, overview, **WATCHED)
        run.then(dashboard.cards, selection, lower, **QUICK)
    controls.cancel(dashboard.cancel, None, None, **QUICK)
    fetched = controls.fetch(dashboard.fetch, selection, overview, **WATCHED)
    fetched.then(dashboard.cards, selection, lower, **QUICK)
    matrix.ask(dashboard.cell, selection, gallery, **QUICK)
    gallery.ask(dashboard.cell, selection, gallery, **QUICK)
    # the cards with controls of their own
    cards[IMAGES].ask(dashboard.images, selection, cards[IMAGES], **QUICK)
    cards[CONFIDENCE].ask(dashboard.calibrate, selection, cards[CONFIDENCE], **WATCHED)
    cards[ROBUSTNESS].ask(dashboard.measure, selection, cards[ROBUSTNESS], **WATCHED)
    cards[SLICES].ask(dashboard.slice, selection, cards[SLICES], **QUICK)
    cards[REFUSAL].ask(dashboard.refuse, selection, cards[REFUSAL], **WATCHED)
    cards[AUDIT].ask(dashboard.audit, selection, cards[AUDIT], **WATCHED)
    cards[COMPARE].ask(dashboard.compare, selection, cards[COMPARE], **WATCHED)


def piece(html: str = "") -> gr.HTML:
    """A place for HTML that handlers send, which can ask for more."""
    return gr.HTML(html, js_on_load=BRIDGE, elem_classes="evaluation", apply_default_css=False)


def slug(name: str) -> str:
    """A section's name in its address: "Whom it is good for" → "whom-it-is-good-for"."""
    return re.sub(r"[^a-z]+", "-", name.lower()).strip("-")


def contents_html(names: Iterable[str]) -> Markup:
    """The table of contents: a link to each section."""
    return views.render("contents.html", sections=[(name, slug(name)) for name in names])


def heading_html(name: str, opened: bool) -> Markup:
    """The heading of a section. opened: whether the section is open at first."""
    return views.render("section.html", name=name, slug=slug(name), open=opened)


def controls_html(uploads: bool, files: Mapping[str, str] = FILES | DIFFERENCES) -> Markup:
    """Run, Cancel, Download, and where visitors may upload test sets, "Your pictures". files: kind → words of what can be
    downloaded."""
    return views.render(
        "controls.html", uploads=uploads, files=files, most_files=MOST_MEMBERS, most_megabytes=MOST_PACKED // 2**20
    )
