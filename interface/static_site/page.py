"""Renders index.html of the page without a server: the Predict tab as the app has it, and the shipped report."""

from markupsafe import Markup

from evaluation import html_report, plots, sections
from evaluation.report import Report
from interface.assets import INTERFACE
from interface.reader import runtime
from interface.reader.routes import CONSTANTS
from interface.static_site import modules
from interface.templates import render
from interface.theme import DARK, LIGHT


def index(found: Report, models: list[str]) -> str:
    """The text of index.html. found: the report of the default model; models: what can be chosen, the default first."""
    m = found.metrics
    return render(
        "static_site/index.html",
        # or the browser finds them one import after the other
        preloaded=[CONSTANTS, *modules.of_page()],
        light=LIGHT["ground"],
        dark=DARK["ground"],
        models=models,
        predict=Markup((INTERFACE / "predict" / "tab.html").read_text("utf-8")),
        report=found,
        headline=sections.headline(m),
        matrix=sections.matrix(m),
        per_class=sections.per_class(m),
        epochs=sections.epochs(found),
        curves=html_report.curves(found.model, found.epochs),
        calibration=sections.calibration(found),
        diagrams=[
            (title, plots.inline_svg(plots.diagram(bins), title)) for title, bins in plots.diagrams(m, found.before)
        ],
        coverage=plots.inline_svg(plots.coverage(m), "Accuracy over the share of images answered"),
        robustness=sections.robustness(found),
        runtime=runtime.VERSION,
    )
