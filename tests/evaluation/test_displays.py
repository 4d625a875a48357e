"""The figures that people take along: what they say of themselves, in both themes."""

import io
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from evaluation import compare_command, details, displays, many_models, plots, slices
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
        displays.DifferenceDisplay.from_row(many_models.against(report, [fakes.made("other", 1)]).rows[0]),
    ]


def test_every_figure_names_its_images_model_and_date_and_fits_a_column(fuller):
    for display in all_displays(fuller):
        text = plots.svg(display.figure())
        assert display.title in text and "fake fake0" in text and fuller.created[:10] in text
        assert "1,000 images" in text or "1,000 digits" in text
        assert display.figure().get_figwidth() == pytest.approx(90 / 25.4, abs=0.01)
        for figure in (display.figure(), written_as_svg(display.figure())):
            picture = Image.open(io.BytesIO(plots.png(figure)))
            assert picture.width / picture.info["dpi"][0] == pytest.approx(90 / 25.4, abs=0.01)


def written_as_svg(figure):
    """The same figure, after Matplotlib has set its resolution for an SVG."""
    plots.svg(figure)
    return figure


def test_the_difference_of_two_matrices_shows_the_base_minus_the_other_with_its_interval(fuller):
    (row,) = many_models.against(fuller, [fakes.made("other", 1)]).rows
    display = displays.DifferenceDisplay.from_row(row)
    first, second = (np.array(report.metrics.confusion_matrix) for report in (row.pair.a, row.pair.b))
    np.testing.assert_array_equal(display.matrix, first - second)
    text = plots.svg(display.figure())
    low, high = (f"{-100 * edge:+.2f}".replace("-", "−") for edge in reversed(row.interval))
    assert f"{low} to {high}" in text and "fake − other" in text and "other other1" in text
    figure, (ax,) = plots.axes(4, 4)
    display.plot(ax)
    cells = [words.get_text() for words in ax.texts]
    expected = [f"{n:+d}".replace("-", "−") if n else "·" for n in (first - second).ravel()]
    assert cells == expected


def test_a_models_name_is_never_a_formula(fuller):
    hostile = replace(fuller, model=r"a$\nonsense{$b")
    (row,) = many_models.against(hostile, [fakes.made("other", 1)]).rows
    for display in (displays.DifferenceDisplay.from_row(row), *all_displays(hostile)):
        assert "nonsense" in plots.svg(display.figure())


def test_long_names_are_shortened_so_that_a_figure_holds_two(fuller):
    longer = replace(fuller, model="a-network-with-a-name-of-many-words.tflite")
    (row,) = many_models.against(longer, [replace(fakes.made("b" * 40, 1))]).rows
    figure = displays.DifferenceDisplay.from_row(row).figure()
    plots.png(figure)
    texts = [words for words in figure.findobj(Text) if words.get_visible() and words.get_text().strip()]
    assert all(0 <= words.get_window_extent().x0 <= words.get_window_extent().x1 <= figure.bbox.x1 for words in texts)
    assert any("a-network-w…" in words.get_text() for words in texts)


def test_the_command_draws_a_difference_for_each_model_in_both_themes(fuller, tmp_path):
    found = many_models.against(fuller, [fakes.made("a/b", 1), fakes.made("c", 2)])
    names = {path.name for path in compare_command.draw(found, tmp_path / "plots")}
    assert names == {
        f"difference-fake-{name}{theme}.{ending}"
        for name in ("a_b", "c") for theme in ("", "-dark") for ending in ("svg", "png")
    }  # fmt: skip
    assert plots.DARK[plots.CARD] in (tmp_path / "plots" / "difference-fake-c-dark.svg").read_text("utf-8")


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
