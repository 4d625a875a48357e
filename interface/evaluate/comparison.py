"""The card "Compare" of the Evaluate tab: what is shown beside another model, or beside an earlier run of this machine."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from markupsafe import Markup

from evaluation.comparison import CompareError, Comparison
from evaluation.formatting import plural
from evaluation.many_models import Against, Row, against
from evaluation.report import Report
from evaluation.report_files import ReportError
from evaluation.runner import Step
from interface.evaluate.state import Reports, Selection
from interface.evaluate.views import NO_IMAGES, NO_REPORT, quiet, render, tiles

MOST_TILES = 24  # images that only one of two reads right, each
# label, its name in Metrics, factor and format
FIGURES = (
    ("accuracy", "accuracy", 100, "{:.2f} %"),
    ("errors", "errors", 1, "{:,.0f}"),
    ("macro F1", "macro_f1", 100, "{:.2f} %"),
    ("right in top two", "top2", 100, "{:.2f} %"),
    ("log loss", "log_loss", 1, "{:.4f}"),
    ("calibration error", "ece", 100, "{:.2f} %"),
)


def card(reports: Reports, selection: Selection, other: str | None = None, message: str = "") -> Markup:
    """What is shown against `other`, a key of `Reports.comparable`, or against the first other model that has a report."""
    comparable, a, row = reports.comparable(selection), reports.report(selection), None
    other = other or first_with_report(reports, selection, comparable)
    try:
        row = compared_with(reports, selection, other) if other else None
    except (CompareError, ReportError) as error:
        message = message or str(error)
    return compared(a, comparable, other, row, message, reports.images(selection)) + everything(reports, selection, a)


def compared_with(reports: Reports, selection: Selection, other: str) -> Row | None:
    """What is shown beside `other`, a key of `Reports.comparable`; None where one of the two has no report. Raises CompareError for
    reports about other images and ReportError for a run that is gone."""
    a, b = reports.report(selection), reports.comparable_report(selection, other)
    names = (selection.model, reports.comparable(selection)[other])
    return comparer(selection)(a, (b,), names).rows[0] if a and b else None


def everything(reports: Reports, selection: Selection, base: Report | None) -> Markup:
    """All other models that have read the same images, beside the one shown; nothing where there are fewer than two."""
    if base is None:
        return Markup()
    names = [name for name in reports.models if name != selection.model]
    known = {name: reports.report(replace(selection, model=name)) for name in names}
    others = {name: found for name, found in known.items() if found and found.dataset.sha256 == base.dataset.sha256}
    if len(others) < 2:
        return Markup()
    found = comparer(selection)(base, tuple(others.values()), (selection.model, *others))
    return render("all_models.html", found=found)


def comparer(selection: Selection) -> Callable[[Report, tuple[Report, ...], tuple[str, ...]], Against]:
    """evaluation.many_models.against; for MNIST's test set computed once. What a visitor's pictures gave would stay in that cache when
    the server has let go of the pictures."""
    return against_once if selection.test_set is None else against


@lru_cache(maxsize=16)
def against_once(base: Report, others: tuple[Report, ...], names: tuple[str, ...]) -> Against:
    """evaluation.many_models.against, whose tests and intervals take milliseconds a model, once for the same reports."""
    return against(base, others, names)


def first_with_report(reports: Reports, selection: Selection, comparable: Iterable[str]) -> str | None:
    """The key of the first other model that has a report; None without one. comparable: the keys."""
    models = (key for key in comparable if key.startswith("model "))
    return next((key for key in models if reports.comparable_report(selection, key)), None)


def compared(
    a: Report | None,
    comparable: dict[str, str],
    other: str | None,
    row: Row | None,
    message: str,
    images: np.ndarray | None,
) -> Markup:
    """Two results side by side, the test in words, and the images that only one of them reads right.

    comparable: key → words of what can be chosen; other: the key chosen; row: None where one of the two is not known yet;
    images: (n, 28, 28) uint8 or None.
    """
    found = row.pair if row else None
    return render(
        "comparison.html",
        comparable=comparable,
        other=other,
        options=comparable if other else {"": "choose …", **comparable},
        message=message,
        has_report=a is not None,
        no_report=NO_REPORT,
        found=found,
        figures=figures(found) if found else [],
        conclusion=row.words if row else "",
        difference=difference(-row.matrix) if row else [],
        agreement=row.agreement if row else None,
        only_one=only_one(found, images) if found else [],
    )


def figures(found: Comparison) -> list[tuple[str, str, str, str]]:
    """(label, the first's value, the second's, their difference) of each figure; dashes where one is undefined."""
    rows = []
    for label, name, factor, form in FIGURES:
        a, b = (getattr(report.metrics, name) for report in (found.a, found.b))
        first, second = ("–" if value is None else form.format(factor * value) for value in (a, b))
        signed = form.replace("{:", "{:+")
        difference = "–" if a is None or b is None else signed.format(factor * (a - b)).replace("-", "−")
        rows.append((label, first, second, difference))
    return rows


@dataclass(frozen=True)
class Difference:
    """A cell of the difference of two confusion matrices. more: "first", "second" or "none"; heat: percent of the colour."""

    predicted: int
    count: int
    more: str
    heat: float


def difference(matrix: np.ndarray) -> list[tuple[int, list[Difference]]]:
    """(true digit, its ten cells). matrix: (10, 10) int, the first's confusion matrix minus the second's."""
    most = max(int(np.abs(matrix).max()), 1)
    return [
        (
            true,
            [
                Difference(
                    predicted,
                    int(n),
                    "first" if n > 0 else "second" if n < 0 else "none",
                    20 + 70 * (abs(int(n)) / most) ** 0.5 if n else 0.0,
                )
                for predicted, n in enumerate(row)
            ],
        )
        for true, row in enumerate(matrix)
    ]


def only_one(found: Comparison, images: np.ndarray | None) -> list[tuple[str, Markup]]:
    """(heading, tiles) for each of the two: the images that only it reads right, as the other one misreads them."""
    parts = []
    for name, wrong, indices in zip(found.names, (found.b, found.a), (found.only_a, found.only_b), strict=True):
        some = f", the first {MOST_TILES} of them" if len(indices) > MOST_TILES else ""
        heading = f"Only {name} reads {plural(len(indices), 'image')} right{some}"
        content = tiles(wrong, images, indices[:MOST_TILES]) if len(indices) else quiet(NO_IMAGES)
        parts.append((heading, content))
    return parts


def evaluating(name: str, progress: Step | None) -> Markup:
    """In the place of the card while a model is evaluated to be compared with."""
    return render("evaluating.html", name=name, progress=progress)
