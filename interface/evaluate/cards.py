"""The cards, which are the sections in the lower half of the Evaluate tab. To add one, write a function like those here and name it in CARDS.

A card that only shows something is done with that. A card with controls of its own also needs a handler (handlers.py) and its
line in tab.py, which connects the two.
"""

import json
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from markupsafe import Markup

from evaluation import corruptions, galleries, sections
from evaluation.galleries import Query
from evaluation.report import Report
from evaluation.robustness import Measuring
from evaluation.runner import Step
from interface.evaluate import closer_cards, comparison, history
from interface.evaluate.kept import kept_with
from interface.evaluate.state import Reports, Selection, mnist_test
from interface.evaluate.views import MNIST_MISSING, NO_REPORT, gallery, quiet, render
from model.datasets import HELD_OUT, TRAINING_IMAGES, Labelled

# The names of the sections, by which tabs, links and the page without a server find them.
PER_CLASS, EPOCHS, IMAGES, SLICES = "Per class", "Epochs", "Images", "Whom it is good for"
OTHER_HANDS, REFUSAL, CONFIDENCE = "Other hands", "When it refuses", "Is it sure when it is right?"
ROBUSTNESS, COMPARE, COST, AUDIT, HISTORY = "Robustness", "Compare", "What it costs", "Audit my labels", "History"
OWN_UNDAMAGED = "The corruptions damage MNIST’s test images; your own pictures are read as they are."
FEW = 5  # digits that show what a corruption does: they fit into a table's cell

Card = Callable[[Reports, Selection], Markup]


def of_report(view: Callable[[Report], Markup]) -> Card:
    """The card of a view that needs nothing but the report."""

    def card(reports: Reports, selection: Selection) -> Markup:
        found = reports.report(selection)
        return view(found) if found else quiet(NO_REPORT)

    return card


def per_class(found: Report) -> Markup:
    """Accuracy, precision and F1 of each digit."""
    return sections.per_class(found.metrics)


def epochs(found: Report) -> Markup:
    """The training history as a table and its curves."""
    return sections.epochs(found) + _curves(found.model, json.dumps(found.epochs))


@lru_cache(maxsize=8)
def _curves(model: str, rows: str) -> Markup:
    """Kept by what is drawn: a run brings a new report, not a new training. matplotlib takes half a second, here and below,
    which a first page need not wait for."""
    from evaluation import html_report

    return html_report.curves(model, tuple(json.loads(rows)))


def images(reports: Reports, selection: Selection) -> Markup:
    """The gallery with filters, the surest mistakes first."""
    found = reports.report(selection)
    query = Query("wrong", sort="sure")
    return gallery(found, reports.images(selection), query, filters=True) if found else quiet(NO_REPORT)


def confidence(reports: Reports, selection: Selection, message: str = "") -> Markup:
    """How sure the model is when it is right; for a custom model, the button that calibrates it. message: what came of that."""
    found = reports.report(selection)
    return render(
        "calibrate.html",
        message=message,
        can_calibrate=reports.can_calibrate(selection.model),
        held_out=TRAINING_IMAGES - HELD_OUT,
        shown=_confidence(found) if found else quiet(NO_REPORT),
    )


@kept_with
def _confidence(found: Report) -> Markup:
    """Reliability before and after calibration, and coverage with a slider over its thresholds."""
    from evaluation import plots

    m = found.metrics
    return render(
        "confidence.html",
        calibration=sections.calibration(found),
        trusted=sections.trusted(found),
        diagrams=[
            (title, plots.inline_svg(plots.diagram(bins), title)) for title, bins in plots.diagrams(m, found.before)
        ],
        coverage=plots.inline_svg(plots.coverage(m), "Accuracy over images answered"),
        points=m.coverage,
    )


def robustness(reports: Reports, selection: Selection) -> Markup:
    """Accuracy under the corruptions, as the report has it."""
    found = reports.report(selection)
    if found is None:
        return quiet(NO_REPORT)
    return robustness_of(found, mnist_test(), selection.test_set is not None)


def robustness_of(found: Report | None, test: Labelled | None, uploaded: bool, message: str = "") -> Markup:
    """Accuracy under each corruption, with the same few digits under each where the images are at hand.

    test: MNIST's test set, None where it is not on this machine; uploaded: whether an uploaded test set is shown.
    """
    if uploaded:
        return quiet(OWN_UNDAMAGED)
    return render(
        "robustness.html",
        message=message,
        scores=sections.robustness(found, examples(test)) if found else quiet(NO_REPORT),
        can_measure=test is not None,
        mnist_missing=MNIST_MISSING,
    )


def measuring(progress: Step | None, mine: bool) -> Markup:
    """In the place of the robustness while it is measured. progress: a Measuring; mine: whether this visitor started it and may
    stop it."""
    if not isinstance(progress, Measuring):
        return render("starting.html")
    return render("measuring.html", progress=progress, total=len(corruptions.CORRUPTIONS) + 1, mine=mine)


def examples(test: Labelled | None) -> dict[str, str]:
    """Corruption → a few test images under it side by side, as a data URL; {} without images."""
    return dict(_examples(test.images[:FEW].tobytes())) if test is not None else {}


@lru_cache(maxsize=1)
def _examples(pixels: bytes) -> tuple[tuple[str, str], ...]:
    few = np.frombuffer(pixels, np.uint8).reshape(-1, 28, 28)
    damaged = {"clean": few, **{name: corruptions.corrupt(few, name) for name in corruptions.CORRUPTIONS}}
    return tuple((name, galleries.data_url(np.concatenate(list(images), axis=1))) for name, images in damaged.items())


# Section → what it shows, in the order of the sections.
CARDS: dict[str, Card] = {
    PER_CLASS: of_report(per_class),
    EPOCHS: of_report(epochs),
    IMAGES: images,
    SLICES: closer_cards.slices,
    OTHER_HANDS: closer_cards.other_hands,
    REFUSAL: closer_cards.refusal,
    CONFIDENCE: confidence,
    ROBUSTNESS: robustness,
    COMPARE: comparison.card,
    COST: closer_cards.cost,
    AUDIT: closer_cards.audit,
    HISTORY: history.card,
}
