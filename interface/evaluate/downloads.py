"""The files that a visitor can download from the Evaluate tab: their names in FILES, their content from `file`."""

from base64 import b64encode
from functools import lru_cache

import numpy as np

from evaluation import report_files
from evaluation.report import Report

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
}
MIME = {
    "json": "application/json",
    "csv": "text/csv",
    "html": "text/html",
    "svg": "image/svg+xml",
    "png": "image/png",
}


def file(found: Report, images: np.ndarray | None, kind: str) -> tuple[str, str]:
    """(base64 of the content, MIME type) of a file of FILES. images: (n, 28, 28) uint8 or None. KeyError for any other kind."""
    from evaluation import html_report

    texts = {
        "report.json": lambda: report_files.dumps(found),
        "predictions.csv": lambda: report_files.predictions_csv(found),
        "report.html": lambda: html_report.html(found, images),
    }
    if kind not in FILES:
        raise KeyError(kind)
    content = texts[kind]().encode("utf-8") if kind in texts else plot(found, kind)
    return b64encode(content).decode("ascii"), MIME[kind.rpartition(".")[2]]


@lru_cache(maxsize=24)
def plot(found: Report, kind: str) -> bytes:
    """A plot of the report as the bytes of an SVG or PNG file. KeyError for anything not in FILES."""
    from evaluation import html_report, plots

    draw = {
        "confusion-matrix": lambda: plots.confusion_matrix(found.metrics),
        "reliability": lambda: plots.reliability(found.metrics, found.before),
        "coverage": lambda: plots.coverage(found.metrics),
        "epochs": lambda: html_report.curves_figure(found.model, found.epochs),
        "robustness": lambda: plots.robustness(found.robustness.scores if found.robustness else ()),
    }
    name, _, ending = kind.rpartition(".")
    write = {"svg": lambda figure: plots.svg(figure).encode("utf-8"), "png": plots.png}[ending]
    return write(draw[name]())
