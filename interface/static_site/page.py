"""Renders index.html of the page without a server: the Predict tab as the app has it, and the shipped report."""

from markupsafe import Markup

from evaluation import sections
from evaluation.report import Report
from interface.assets import INTERFACE
from interface.evaluate import cards
from interface.evaluate.downloads import DIFFERENCES
from interface.evaluate.tab import contents_html, controls_html, heading_html, slug
from interface.reader import runtime
from interface.reader.routes import CONSTANTS
from interface.static_site import evaluation, modules
from interface.templates import render
from interface.theme import DARK, LIGHT

CARDS = tuple(name for name in cards.CARDS if name != cards.HISTORY)  # which only the app has


def index(found: Report, models: list[str], images: bool = True) -> str:
    """The text of index.html. found: the report of the default model; models: what can be chosen, the default first; images:
    whether MNIST's test images are there."""
    m = found.metrics
    return render(
        "static_site/index.html",
        # or the browser finds them one import after the other
        preloaded=[CONSTANTS, *modules.at_once()],
        light=LIGHT["ground"],
        dark=DARK["ground"],
        models=models,
        predict=Markup((INTERFACE / "predict" / "tab.html").read_text("utf-8")),
        explore=Markup((INTERFACE / "explore" / "tab.html").read_text("utf-8")),
        report=found,
        headline=sections.headline(m),
        matrix=sections.matrix(m),
        controls=controls_html(uploads=True, files=evaluation.FILES | DIFFERENCES),
        contents=contents_html(CARDS),
        cards=[(name, slug(name), heading_html(name, opened=name == CARDS[0])) for name in CARDS],
        images=images,
        runtime=runtime.VERSION,
    )
