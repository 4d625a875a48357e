"""The files that a visitor can download from the Evaluate tab: their names in FILES, their content from `file`."""

from base64 import b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from evaluation import report_files
from evaluation.many_models import Row
from evaluation.report import Report
from interface.evaluate.kept import kept_with

if TYPE_CHECKING:  # matplotlib takes half a second, which a first page need not wait for
    from matplotlib.figure import Figure

# kind → what the menu calls it
FILES = {
    "report.html": "Report, one page",
    "report.json": "Report, JSON",
    "predictions.csv": "Predictions, CSV",
    "confusion-matrix.svg": "Confusion matrix, SVG",
    "confusion-matrix.png": "Confusion matrix, PNG",
    "epochs.svg": "Epochs, SVG",
    "epochs.png": "Epochs, PNG",
    "reliability.svg": "Reliability, SVG",
    "reliability.png": "Reliability, PNG",
    "coverage.svg": "Coverage, SVG",
    "coverage.png": "Coverage, PNG",
    "robustness.svg": "Robustness, SVG",
    "robustness.png": "Robustness, PNG",
    "slices.svg": "Slices, SVG",
    "slices.png": "Slices, PNG",
    "certainty.svg": "Certainty, SVG",
    "certainty.png": "Certainty, PNG",
    "risk-coverage.svg": "Risk and coverage, SVG",
    "risk-coverage.png": "Risk and coverage, PNG",
}
# The same of what only two models have: the one shown and the one chosen in "Compare".
DIFFERENCES = {
    "matrix-difference.svg": "Difference of the matrices in Compare, SVG",
    "matrix-difference.png": "Difference of the matrices in Compare, PNG",
}
NO_DIFFERENCE = "Choose in the section Compare what to compare with; both need a report on the same images."
MIME = {
    "json": "application/json",
    "csv": "text/csv",
    "html": "text/html",
    "svg": "image/svg+xml",
    "png": "image/png",
}


def file(found: Report, images: np.ndarray | None, kind: str, dark: bool = False) -> tuple[str, str]:
    """(base64 of the content, MIME type) of a file of FILES. images: (n, 28, 28) uint8 or None; dark: the theme of a plot.

    KeyError for any other kind, and for a plot of what the report has not.
    """
    from evaluation import html_report

    texts = {
        "report.json": lambda: report_files.dumps(found),
        "predictions.csv": lambda: report_files.predictions_csv(found),
        "report.html": lambda: html_report.html(found, images),
    }
    if kind not in FILES:
        raise KeyError(kind)
    content = texts[kind]().encode("utf-8") if kind in texts else plot(found, kind, dark)
    return b64encode(content).decode("ascii"), MIME[kind.rpartition(".")[2]]


def difference(row: Row, kind: str, dark: bool = False) -> tuple[str, str]:
    """(base64 of the content, MIME type) of a file of DIFFERENCES. row: the model shown beside another one."""
    from evaluation import displays

    content = written(displays.DifferenceDisplay.from_row(row).figure(), kind, dark)
    return b64encode(content).decode("ascii"), MIME[kind.rpartition(".")[2]]


@kept_with
def plot(found: Report, kind: str, dark: bool = False) -> bytes:
    """A plot of the report as the bytes of an SVG or PNG file. KeyError for anything not in FILES, or what the report has not."""
    return written(drawn(found)[kind.rpartition(".")[0]](), kind, dark)


def written(figure: "Figure", kind: str, dark: bool) -> bytes:
    """A figure as the bytes of a file of this kind."""
    from evaluation import plots

    if dark:
        plots.darken(figure)
    return plots.png(figure) if kind.endswith(".png") else plots.svg(figure).encode("utf-8")


def drawn(found: Report) -> "dict[str, Callable[[], Figure]]":
    """Name → what draws it, with its title above, and below it images, interval, model and date."""
    from evaluation import displays, html_report, plots

    def stamped(title: str, figure: "Figure", interval: str = "", n: str = "") -> "Figure":
        return plots.stamped(figure, title, displays.stamp(found, interval, n))

    m, wilson, scores = found.metrics, "95 % intervals (Wilson)", found.robustness.scores if found.robustness else ()
    each = f"{scores[0].n:,} images each" if scores else ""
    draw = {
        "confusion-matrix": lambda: stamped("Confusion matrix", plots.confusion_matrix(m)),
        "reliability": lambda: stamped("Reliability", plots.reliability(m, found.before), wilson),
        "coverage": lambda: stamped("Accuracy and coverage", plots.coverage(m)),
        "epochs": lambda: stamped("Training", html_report.curves_figure(found.model, found.epochs)),
        "robustness": lambda: stamped("Under the corruptions of MNIST-C", plots.robustness(scores), wilson, each),
        "slices": displays.SlicesDisplay.from_report(found).figure,
    }
    refusals = zip(("certainty", "risk-coverage"), displays.of_refusal(found), strict=False)
    return draw | {name: display.figure for name, display in refusals}
