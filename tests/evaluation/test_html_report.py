"""A report as one HTML file, and its plots."""

from dataclasses import replace

import pytest

from evaluation import html_report, plots, report
from tests import fakes


@pytest.fixture
def labelled():
    return fakes.labelled()


@pytest.fixture
def made():
    return fakes.made()


def test_the_html_report_stands_alone_and_escapes_what_people_named(made, labelled):
    hostile = replace(
        made, model='<img src=x onerror="alert(1)">', folder=report.Folder(("<b>x",) * 1000, {}, (("<i>", "<u>"),))
    )
    text = html_report.html(hostile, labelled.images)
    assert "<img src=x" not in text and "<b>x" not in text and "<i>:" not in text
    assert 'src="http' not in text and 'href="http' not in text and "@import" not in text
    assert text.count('class="tile miss"') == made.metrics.errors == text.count("data:image/png")
    markup = text.split("<script>")[0].split("</style>")[1]
    assert "$" not in markup and "{" not in markup  # every placeholder was filled


def test_the_html_report_without_images_still_shows_the_figures(made):
    text = html_report.html(made, None)
    assert "not at hand" in text and "data:image/png" not in text and 'data-testid="confusion-matrix"' in text


def test_every_plot_is_an_image_in_every_format(made):
    for figure in (
        plots.confusion_matrix(made.metrics),
        plots.reliability(made.metrics),
        plots.coverage(made.metrics),
        plots.epochs(made.epochs, ((0.4, 0.8),)),
    ):
        assert plots.png(figure)[:4] == b"\x89PNG"
        inline = plots.inline_svg(figure, "a <plot>")
        assert inline.startswith("<svg") and "var(--soft)" in inline and "<plot>" not in inline
        assert plots.CARD not in inline
