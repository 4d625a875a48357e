"""The figures that people take along: what they say of themselves, in both themes."""

from dataclasses import replace

import pytest

from evaluation import details, displays, plots, slices
from evaluation.cost import Cost
from evaluation.report import Report
from tests import fakes


@pytest.fixture(scope="module")
def fuller() -> Report:
    made, labelled = fakes.made(), fakes.labelled()
    found = details.with_refusal(made, fakes.Fake(), labelled.images, 30)
    known = slices.score([slices.named("hand", ["ann", "bob"] * 500)], made.labels == made.predicted)
    return replace(found, slices=known, cost=Cost(10, 20_000, 30))


def all_displays(report: Report) -> list[displays.Display]:
    cheaper = replace(report, cost=Cost(1, 2_000, 3))
    return [
        displays.SlicesDisplay.from_report(report),
        *displays.of_refusal(report),
        displays.CostDisplay.from_reports([("a", report), ("b", cheaper)]),
    ]


def test_every_figure_names_its_images_model_and_date_and_fits_a_column(fuller):
    for display in all_displays(fuller):
        text = plots.svg(display.figure())
        assert display.title in text and "fake fake0" in text and fuller.created[:10] in text
        assert "1,000 images" in text or "1,000 digits" in text
        assert display.figure().get_figwidth() == pytest.approx(90 / 25.4, abs=0.01)
        assert plots.png(display.figure()).startswith(b"\x89PNG")


def test_the_dark_theme_leaves_no_light_colour(fuller):
    for display in all_displays(fuller):
        text = plots.svg(plots.darken(display.figure())).lower()
        assert plots.TEXT not in text and plots.CARD not in text and plots.DARK[plots.CARD] in text


def test_a_display_draws_into_axes_that_are_given(fuller):
    figure, (ax,) = plots.axes(4, 3)
    display = displays.CertaintyDisplay.from_report(fuller).plot(ax)
    assert display.ax_ is ax and display.figure_ is None and ax.get_xlabel() == "certainty, %"


def test_what_was_not_measured_has_no_figure():
    made = fakes.made()
    assert displays.of_refusal(made) == []
    with pytest.raises(ValueError, match="not measured"):
        displays.CertaintyDisplay.from_report(made)
    assert "not looked at" in plots.svg(displays.SlicesDisplay.from_report(made).figure())
