"""Every text of a report is text in its HTML, whatever somebody has named: hostile ones make no element and no attribute."""

import functools
from dataclasses import replace

import numpy as np
import pytest
from markupsafe import Markup

from evaluation import corruptions, galleries, html_report, plots, sections
from evaluation.report import Dataset, Folder, Report, Robustness
from evaluation.robustness import Score
from tests import fakes
from tests.hostile import HOSTILE, Elements

EVIL = " ".join(HOSTILE)
IMAGES = fakes.labelled().images


@functools.cache
def report_of(text: str) -> Report:
    """A report in which every text is this one."""
    found = fakes.made(text)
    scores = tuple(Score(text, 1000, 30, 0.97, (0.95, 0.98)) for _ in ("clean", *corruptions.CORRUPTIONS))
    return replace(
        found,
        weights_sha256=text,
        dataset=Dataset(text, 1000, text),
        epochs=({"epoch": text, "loss": 0.5, text: text},),
        versions={text: text},
        created=text,
        robustness=Robustness(1000, 0, 0.97, scores),
        folder=Folder((text,) * len(found.labels), {text: 1}, ((text, text),) * 3),
    )


VIEWS = {
    "report": lambda found: html_report.html(found, IMAGES),
    "report without images": lambda found: html_report.html(found, None),
    "headline": lambda found: sections.headline(found.metrics),
    "matrix": lambda found: sections.matrix(found.metrics),
    "per class": lambda found: sections.per_class(found.metrics),
    "epochs": sections.epochs,
    "curves": lambda found: html_report.curves(found.model, found.epochs),
    "robustness": lambda found: sections.robustness(found, {found.model: found.model}),
    "calibration": sections.calibration,
    "folder": sections.folder,
    "tiles": lambda found: galleries.tiles(found, IMAGES, np.arange(20)),
    "plot": lambda found: plots.inline_svg(plots.epochs(found.epochs), found.model),
}
WITHOUT_TEXTS = ("headline", "matrix", "per class", "calibration")


def structure(html: str) -> list[tuple[str, list[str]]]:
    """The elements of a piece of HTML, each with the names of its attributes."""
    return [(tag, list(attributes)) for tag, attributes in Elements(str(html)).found]


@pytest.mark.parametrize("view", VIEWS)
def test_a_hostile_text_changes_no_element(view):
    render = VIEWS[view]
    expected = structure(render(report_of("plain")))
    html = render(report_of(EVIL))
    assert structure(html) == expected
    assert view in WITHOUT_TEXTS or Elements(str(html)).written(EVIL)


def test_the_sections_are_markup_that_templates_do_not_escape_again():
    found = report_of("plain")
    assert all(isinstance(view(found), Markup) for name, view in VIEWS.items() if "report" not in name)
    empty = sections.folder(replace(found, folder=None))
    assert isinstance(empty, Markup) and not empty
