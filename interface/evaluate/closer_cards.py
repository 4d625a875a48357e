"""The cards that look closer: for whom a model is good, other test sets, when it refuses, what it costs, the audit of labels."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from markupsafe import Markup

from evaluation import corruptions, galleries, sections
from evaluation.audit.pictures import Audit
from evaluation.audit.suspects import KINDS
from evaluation.formatting import plural
from evaluation.metrics import evaluate
from evaluation.refusal import OUTLIERS, Refusal
from evaluation.report import Report
from evaluation.runner import Step
from interface.evaluate.kept import kept_with
from interface.evaluate.state import Reports, Selection, mnist_test
from interface.evaluate.views import MNIST_MISSING, NO_REPORT, PAGE, quiet, render, tiles

# In the gallery, the most suspect first: about 200 kB; the corrected set keeps all others as they are.
MOST_SUSPECTS = 240
WHOSE = {"mnist": "MNIST’s test set", "own": "these pictures"}  # labels are audited
LOOKING = "Looking at the pictures"
MNIST_ONLY = "This is measured on MNIST’s test set, beside images that are no digit; choose it again to see it."
SCALE = 10_000  # the page gets fractions as whole numbers of ten-thousandths, which is all that a report holds


# ---- whom it is good for ----


def slices(reports: Reports, selection: Selection) -> Markup:
    """Every slice with its accuracy, the surest weak ones first."""
    return slices_of(reports.report(selection))


def slices_of(found: Report | None, chosen: tuple[str, str] | None = None, images: np.ndarray | None = None) -> Markup:
    """The table, and below it the matrix and the images of the slice that was chosen. images: (n, 28, 28) uint8 or None."""
    if found is None:
        return quiet(NO_REPORT)
    table = sections.slices(found, clickable=True)
    if chosen is None or found.slices is None:
        return render("slices.html", table=table, chosen=None)
    members = found.slices.members(*chosen)
    wrong = found.labels[members] != found.predicted[members]
    shown = np.r_[members[wrong], members[~wrong]][:PAGE]
    metrics = evaluate(found.labels[members], found.probabilities[members])
    matrix = sections.matrix(metrics)
    title = f"{chosen[0]}: {chosen[1]}, {plural(len(members), 'image')}, {plural(int(wrong.sum()), 'error')}"
    return render(
        "slices.html", table=table, chosen=title, matrix=matrix, tiles=tiles(found, images, shown), shown=len(shown)
    )


# ---- other hands ----


@dataclass(frozen=True)
class Hand:
    """One row of what a model has read. accuracy: a fraction; n: images."""

    test_set: str
    n: int
    accuracy: float
    interval: tuple[float, float] | None
    date: str
    weights: str


def other_hands(reports: Reports, selection: Selection) -> Markup:
    """What the model makes of MNIST’s test set, of its corruptions where they are measured, and of the test set that is selected."""
    rows: list[Hand] = []
    own = reports.report(selection) if selection.test_set is not None else None
    mnist = reports.report(Selection(selection.model))
    for found in filter(None, (mnist, own)):
        rows.append(_hand(found.dataset.name, found.dataset.n, found.metrics.accuracy, found.metrics.interval, found))
    if mnist is not None and mnist.robustness:
        scores = mnist.robustness
        kinds = len(corruptions.CORRUPTIONS)
        name, n = f"MNIST-C, mean of {kinds} corruptions", scores.n * kinds
        rows.insert(1, _hand(name, n, scores.mean, None, mnist))
    return render("other_hands.html", rows=rows)


def _hand(name: str, n: int, accuracy: float, interval: tuple[float, float] | None, found: Report) -> Hand:
    return Hand(name, n, accuracy, interval, found.created[:10], found.weights_sha256[:8])


# ---- when it refuses ----


def refusal(reports: Reports, selection: Selection, message: str = "") -> Markup:
    """How the certainty tells right, wrong and no digit apart, with sliders for both thresholds."""
    found = reports.report(selection)
    if found is None:
        return quiet(NO_REPORT)
    if selection.test_set is not None:
        return quiet(MNIST_ONLY)
    return render(
        "refusal.html",
        message=message,
        figures=sections.refusal(found),
        points=points(found.refusal) if found.refusal else None,
        refusal=found.refusal,
        model=found.model,
        weights=found.weights_sha256,
        can_measure=found.none is not None and mnist_test() is not None,
        has_report=found.none is not None,
        outliers=OUTLIERS,
    )


def points(found: Refusal) -> dict[str, str]:
    """What refusal.js computes with: each array in base64, fractions as 16-bit whole numbers of ten-thousandths, little-endian."""
    fractions = {
        "digits-best": found.digits_best,
        "digits-none": found.digits_none,
        "others-best": found.others_best,
        "others-none": found.others_none,
    }
    packed = {name: (SCALE * values).round().astype("<u2").tobytes() for name, values in fractions.items()}
    packed["right"] = found.right.astype(np.uint8).tobytes()
    return {name: base64.b64encode(content).decode("ascii") for name, content in packed.items()}


# ---- what it costs ----


def cost(reports: Reports, selection: Selection) -> Markup:
    """What the models on offer cost, the chosen one first, and the plot of their accuracy over it."""
    names = [selection.model, *(name for name in reports.models if name != selection.model)]
    known = tuple((name, found) for name in names if (found := reports.report(Selection(name))))
    return render("cost.html", table=sections.cost(known), plot=_cost_plot(known))


@lru_cache(maxsize=8)
def _cost_plot(known: tuple[tuple[str, Report], ...]) -> Markup:
    """Accuracy over cost; nothing where fewer than two have a cost."""
    if sum(found.cost is not None for _, found in known) < 2:
        return Markup()
    from evaluation import displays, plots  # matplotlib takes half a second, which a first page need not wait for

    display = displays.CostDisplay.from_reports(known)
    return plots.inline_svg(display.figure(), display.title)


# ---- the audit of labels ----


def audit(reports: Reports, selection: Selection, message: str = "") -> Markup:
    """The suspects of the newest audit, to be settled; or the button that starts one."""
    found = reports.audited(selection)
    at_hand = selection.test_set is not None or mnist_test() is not None
    return render(
        "audit.html",
        message=message,
        whose=WHOSE["mnist" if selection.test_set is None else "own"],
        at_hand=at_hand,
        mnist_missing=MNIST_MISSING,
        audit=found,
        right=int((found.answers == found.labels).sum()) if found else 0,
        kinds=_kinds(found) if found else [],
        suspects=_suspects(found) if found else [],
    )


def _kinds(found: Audit) -> list[tuple[str, str, int]]:
    """(kind, words, how many)."""
    kinds = [suspect.kind for suspect in found.found.suspects]
    return [(kind, words, kinds.count(kind)) for kind, words in KINDS.items() if kind in kinds]


@kept_with
def _suspects(found: Audit) -> list[Mapping[str, object]]:
    """What the gallery shows of each suspect."""
    return [
        {
            "index": suspect.index,
            "name": found.seen[suspect.index].name,
            "image": galleries.data_url(found.seen[suspect.index].image),
            "label": suspect.label,
            "suggested": suspect.suggested,
            "answer": int(found.answers[suspect.index]),
            "kind": suspect.kind,
            "score": suspect.score,
        }
        for suspect in found.found.suspects[:MOST_SUSPECTS]
    ]


def working(what: str, progress: Step | None, mine: bool) -> Markup:
    """In the place of a card while its job goes on. what: for people; mine: whether this visitor started it and may stop it."""
    return render("working.html", progress=progress, mine=mine, what=what)
