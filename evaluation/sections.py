"""The sections of a report as HTML: one function and one template each. The Evaluate tab, the page without a server and the report
file (html_report.py) are made of the same ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from markupsafe import Markup

from evaluation.confidence import trust
from evaluation.cost import frontier
from evaluation.formatting import SECOND_LOOK
from evaluation.metrics import Metrics
from evaluation.rendering import render
from evaluation.report import Report

MOST_SLICES = 40  # rows; writers alone are hundreds
MOST_LISTED = 200  # unreadable files by name; the JSON has them all
# model → (loss, accuracy) of epochs 1, 2, … as the original project published them; epochs.html says how far they are reproduced
PUBLISHED = {"classic": ((0.4676, 0.8663), (0.1174, 0.9638), (0.0730, 0.9777))}


@dataclass(frozen=True)
class Cell:
    """A cell of the confusion matrix.

    kind: "right", "wrong" or "none" (no image); share: percent of its row; heat: percent of the error colour; deep: whether it
    holds more than half as many images as the largest error.
    """

    predicted: int
    count: int
    kind: str
    share: float
    heat: float
    deep: bool


def headline(metrics: Metrics, so_far: bool = False) -> Markup:
    """Accuracy with its interval, errors and calibration error; then the finer figures. so_far: the run still goes on."""
    return render("headline.html", metrics=metrics, so_far=so_far)


def matrix(metrics: Metrics, busy: bool = False) -> Markup:
    """The confusion matrix as a grid that mouse and arrow keys walk (sections.js). busy: the run still goes on."""
    counts = metrics.confusion_matrix
    worst = max(
        (n for true, row in enumerate(counts) for predicted, n in enumerate(row) if true != predicted), default=0
    )
    return render("matrix.html", rows=[(true, cells(true, row, worst)) for true, row in enumerate(counts)], busy=busy)


def cells(true: int, row: Sequence[int], worst: int) -> list[Cell]:
    """One row of the confusion matrix. worst: the largest count off the diagonal of the whole matrix."""
    total, found = sum(row), []
    for predicted, n in enumerate(row):
        wrong = n > 0 and true != predicted
        kind = "right" if true == predicted else "wrong" if wrong else "none"
        # The root keeps one image visible beside many; lightness carries it, so colour-blind people see it too.
        heat = 22 + 68 * (n / worst) ** 0.5 if wrong else 0.0
        found.append(Cell(predicted, n, kind, 100 * n / total if n else 0.0, heat, deep=wrong and n > worst / 2))
    return found


def per_class(metrics: Metrics) -> Markup:
    """One row a digit, sortable. Accuracy of a digit is the share of its images read right, which is its recall."""
    rows = [(row, row.support - metrics.confusion_matrix[row.digit][row.digit]) for row in metrics.per_class]
    return render("per_class.html", rows=rows, most=max((errors for _, errors in rows), default=0))


def epochs(report: Report) -> Markup:
    """The training history; for the classic recipe beside what the original published."""
    return render("epochs.html", epochs=report.epochs, published=PUBLISHED.get(report.model, ()))


def robustness(report: Report, examples: Mapping[str, str] = MappingProxyType({})) -> Markup:
    """Accuracy under each corruption, worst last; a sentence when it was not measured.

    examples: corruption → data URL of a few images under it.
    """
    scores = report.robustness.scores if report.robustness else ()
    return render(
        "robustness.html",
        robustness=report.robustness,
        clean=next((score for score in scores if score.corruption == "clean"), None),
        scores=sorted(scores, key=lambda score: -score.accuracy),
        examples=examples,
    )


def calibration(report: Report) -> Markup:
    """How far the confidence was off before calibration and is after, and what the second look does, in a sentence each."""
    second_look = SECOND_LOOK if report.second_look else None
    return render("calibration.html", metrics=report.metrics, before=report.before, second_look=second_look)


def slices(report: Report, most: int = MOST_SLICES, clickable: bool = False) -> Markup:
    """For whom it is good, the surest weak slices first. most: rows shown; clickable: whether a slice opens its images."""
    found = report.slices
    rows = found.rows[:most] if found else ()
    return render(
        "slices.html",
        slices=found,
        rows=rows,
        more=len(found.rows) - len(rows) if found else 0,
        sources=found.sources if found else [],
        clickable=clickable,
    )


def refusal(report: Report) -> Markup:
    """How well the certainty tells digits from what is none, and what the model's own thresholds bring."""
    found = report.refusal
    if found is None:
        return render("refusal.html", refusal=None)
    kinds = [(name, found.kind_auroc(k), found.kind_shares(k)) for k, name in enumerate(found.kinds)]
    return render("refusal.html", refusal=found, outcome=found.outcome, kinds=kinds)


def cost(reports: Sequence[tuple[str, Report]]) -> Markup:
    """What models cost. reports: (name, report), the shown one first; those without a cost are left out."""
    rows = [(name, report.metrics.accuracy, report.cost) for name, report in reports if report.cost]
    best = frontier([(found.multiply_adds, accuracy) for _, accuracy, found in rows])
    machines = dict.fromkeys(found.machine for *_, found in rows if found.machine)
    return render("cost.html", rows=rows, best=[rows[i][0] for i in best], machines=list(machines))


def trusted(report: Report) -> Markup:
    """How far the figures of calibration can be trusted: log loss, Brier score, the ECE's interval, and each digit."""
    found = trust(report.labels, report.predicted, report.probabilities)
    return render("trust.html", metrics=report.metrics, before=report.before, trust=found)


def folder(report: Report) -> Markup:
    """What only picture files have: the verdicts, and the files that could not be read. Empty for other reports."""
    return render("folder.html", folder=report.folder, most=MOST_LISTED) if report.folder else Markup()
