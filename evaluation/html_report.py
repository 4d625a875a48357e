"""A report as one HTML file that opens offline: the matrix can still be clicked, the misread images are inside."""

from html import escape
from string import Template

import numpy as np
from matplotlib.figure import Figure

from evaluation import galleries, plots, sections
from evaluation.report import Report
from evaluation.sections import TEMPLATES

MOST_IMAGES = 2000  # about 2 MB; a model this bad needs no larger file to show it


def html(report: Report, images: np.ndarray | None) -> str:
    """The file's text. images: (n, 28, 28) uint8 of the report's data set, or None where they are not at hand."""
    m = report.metrics
    misread = galleries.select(report, galleries.Query("wrong", sort="sure"))
    shown = misread[:MOST_IMAGES] if images is not None else misread[:0]
    say = {
        "model": report.model,
        "dataset": report.dataset.name,
        "created": report.created,
        "weights": report.weights_sha256,
        "data_hash": report.dataset.sha256,
        "seconds": f"{report.seconds:.1f}",
        "rate": f"{report.images_per_second:,.0f}",
        "versions": ", ".join(f"{name} {value[:16]}" for name, value in report.versions.items()),
    }
    return Template((TEMPLATES / "report.html").read_text("utf-8")).substitute(
        {name: escape(value) for name, value in say.items()},
        css=(TEMPLATES / "sections.css").read_text("utf-8"),
        script=(TEMPLATES / "sections.js").read_text("utf-8"),
        headline=sections.headline(m),
        matrix=sections.matrix(m),
        per_class=sections.per_class(m),
        embedded=embedded(len(shown), len(misread), images is not None),
        tiles=galleries.tiles(report, images, shown) if len(shown) else "",
        epochs=sections.epochs(report),
        curves=curves(report.model, report.epochs),
        calibration=sections.calibration(report),
        reliability="".join(
            f"<div><h3>{title}</h3>{plots.inline_svg(plots.diagram(bins), title)}</div>"
            for title, bins in plots.diagrams(m, report.before)
        ),
        coverage=plots.inline_svg(plots.coverage(m), "Accuracy over the share of images answered"),
        robustness=sections.robustness(report),
        folder=sections.folder(report),
    )


def curves(model: str, rows: tuple[dict, ...]) -> str:
    """The training history as a plot; nothing for a model without one."""
    if not rows:
        return ""
    drawn = plots.inline_svg(curves_figure(model, rows), "Loss and accuracy by epoch")
    return f'<div class="scroll" tabindex="0" role="region" aria-label="curves">{drawn}</div>'


def curves_figure(model: str, rows: tuple[dict, ...]) -> Figure:
    """The training history; for the classic recipe beside what the original published."""
    return plots.epochs(rows, sections.PUBLISHED.get(model, ()))


def embedded(shown: int, misread: int, at_hand: bool) -> str:
    if not at_hand:
        return "The images were not at hand when this file was made."
    return f"This file holds {'the' if shown == misread else f'{shown:,} of the'} {sections.plural(misread, 'misread image')}."
