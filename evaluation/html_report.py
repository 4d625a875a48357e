"""A report as one HTML file that opens offline: the matrix can still be clicked, the misread images are inside. Enter at `html`."""

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from evaluation import displays, galleries, plots, sections
from evaluation.rendering import TEMPLATES, render
from evaluation.report import Report

MOST_SLICES = 16  # rows; the JSON has all
MOST_IMAGES = 2000  # about 2 MB; a model this bad needs no larger file to show it


def html(report: Report, images: np.ndarray | None) -> str:
    """The file's text. images: (n, 28, 28) uint8 of the report's data set, or None where they are not at hand."""
    metrics = report.metrics
    misread = galleries.select(report, galleries.Query("wrong", sort="sure"))
    embedded = misread[:MOST_IMAGES]
    page = render(
        "report.html",
        report=report,
        css=_asset("sections.css"),
        script=_asset("sections.js"),
        headline=sections.headline(metrics),
        matrix=sections.matrix(metrics),
        per_class=sections.per_class(metrics),
        images_at_hand=images is not None,
        embedded=len(embedded),
        misread=len(misread),
        tiles=galleries.tiles(report, images, embedded) if images is not None and len(embedded) else "",
        epochs=sections.epochs(report),
        curves=curves(report.model, report.epochs),
        calibration=sections.calibration(report),
        diagrams=[
            (title, plots.inline_svg(plots.diagram(bins), title))
            for title, bins in plots.diagrams(metrics, report.before)
        ],
        coverage=plots.inline_svg(plots.coverage(metrics), "Accuracy over the share of images answered"),
        trusted=sections.trusted(report),
        robustness=sections.robustness(report),
        slices=sections.slices(report, MOST_SLICES),
        refusal=sections.refusal(report),
        refusal_plots=[(one.title, plots.inline_svg(one.figure(), one.title)) for one in displays.of_refusal(report)],
        cost=sections.cost([(report.model, report)]),
        folder=sections.folder(report),
    )
    return f"{page}\n"


def curves(model: str, rows: Sequence[Mapping[str, float | None]]) -> Markup:
    """The training history as a plot; empty for a model without one. rows: `Report.epochs`."""
    if not rows:
        return Markup()
    return render("curves.html", plot=plots.inline_svg(curves_figure(model, rows), "Loss and accuracy by epoch"))


def curves_figure(model: str, rows: Sequence[Mapping[str, float | None]]) -> Figure:
    """The training history; for the classic recipe beside what the original published. rows: `Report.epochs`."""
    return plots.epochs(rows, sections.PUBLISHED.get(model, ()))


def _asset(name: str) -> Markup:
    """A file of ours that goes into the page as it is."""
    return Markup((TEMPLATES / name).read_text("utf-8"))
