"""Names that a stranger chooses are text on the dashboard, never HTML: every view is rendered with hostile ones."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import cv2
import gradio as gr
import pytest

from evaluation.galleries import Query
from evaluation.history import History, Run
from evaluation.many_models import against
from evaluation.metrics import evaluate
from evaluation.report import Folder, Report
from evaluation.robustness import Measuring, Score
from evaluation.runner import Evaluations, Progress
from interface.evaluate import cards, comparison, history, views
from interface.evaluate.handlers import Dashboard
from interface.evaluate.state import Reports, Selection
from interface.evaluate.uploaded_test_sets import UploadedTestSets
from model import labelled_drawings, mnist_download
from model.recogniser import Recogniser, load
from tests import fakes
from tests.hostile import HOSTILE, harmless

VISITOR = gr.Request(session_hash="x")


@pytest.fixture(params=HOSTILE)
def evil(request) -> str:
    return request.param


@pytest.fixture
def report(evil) -> Report:
    """A report whose every text is hostile."""
    found = fakes.made(evil)
    scores = tuple(Score(name, 1000, 30, 0.97, (0.95, 0.98)) for name in ("clean", evil))
    folder = Folder((evil,) * len(found.labels), {evil: 1}, ((evil, evil),))
    data = replace(found.dataset, name=evil)
    return replace(
        found.with_robustness(scores, 0), dataset=data, folder=folder, weights_sha256=evil, created=evil, epochs=()
    )


def named(evil: str) -> Recogniser:
    return Recogniser(evil, load("classic").path)


def test_a_report_at_rest(evil, report):
    images = fakes.labelled().images
    for fresh in (None, report):
        for part in views.at_rest(report, fresh, None, named(evil), evil, images):
            harmless(part)
    _, status, *_ = views.at_rest(report, None, None, named(evil), evil, None)
    assert harmless(status).written(evil)
    _, status, *_ = views.at_rest(None, None, None, named(evil), evil, None)
    assert harmless(status).written(evil)


def test_an_uploaded_test_set(evil, report):
    selection, images = Selection(evil, evil), fakes.labelled().images
    for found in (None, report):
        for part in views.uploaded_at_rest(found, evil, selection, evil, images):
            harmless(part)
    _, status, _, gallery = views.uploaded_at_rest(report, evil, selection, evil, images)
    assert harmless(status).text.count(evil) == 5  # its name, the note, a verdict, a file and why it could not be read
    assert harmless(gallery).written(evil)


def test_a_run_that_goes_on(evil):
    test = fakes.labelled()
    progress = Progress(500, 1000, 1.0, test.labels[:500], fakes.Fake().probabilities(test.images[:500])[0])
    for overview in (
        views.running(progress, evaluate(progress.labels, progress.probabilities), mine=False),
        views.running(progress, None, mine=True),
        views.starting(mine=True),
        views.fetching(mnist_download.Progress(5)),
    ):
        for part in overview:
            if isinstance(part, str):  # else it stays as it is
                harmless(part)
    assert harmless(comparison.evaluating(evil, progress)).written(evil)
    harmless(comparison.evaluating(evil, None))


def test_the_galleries(evil, report):
    images = fakes.labelled().images
    for filters in (False, True):
        assert harmless(views.gallery(report, images, Query(), filters)).written(evil)
        harmless(views.gallery(report, None, Query("wrong", 3, 5), filters))


def test_the_cards_of_a_report(evil, report):
    for view in (cards.per_class, cards.epochs, cards._confidence):
        harmless(view(report))
    assert harmless(cards.robustness_of(report, fakes.labelled(), uploaded=False, message=evil)).text.count(evil) == 2
    harmless(cards.robustness_of(None, None, uploaded=False, message=evil))
    scores = report.robustness.scores if report.robustness else ()
    assert harmless(cards.measuring(Measuring(1, 2, scores), mine=True)).written(evil)


def test_a_comparison(evil, report):
    images, comparable = fakes.labelled().images, {f"model {evil}": evil, f"run {evil}": evil}
    other = replace(fakes.made(evil, seed=1), dataset=report.dataset)
    found = against(report, [other], (report.model, evil)).rows[0]
    compared = harmless(comparison.compared(report, comparable, f"run {evil}", found, evil, images))
    assert (
        compared.text.count(evil) > 8
    )  # two options, the note, the test's words, two headings of the table, two of the images
    unknown = harmless(comparison.compared(report, comparable, f"model {evil}", None, evil, images))
    assert f"Evaluate {evil} now" in unknown.text
    harmless(comparison.compared(None, comparable, None, None, evil, None))


def test_the_history(evil):
    kept = History(None)
    kept.trouble = evil
    run = kept.keep(replace(fakes.made(evil), weights_sha256=evil))
    kept.runs = lambda: [replace(run, id=evil, created=evil), hostile_run(evil)]
    for can_compare in (True, False):
        assert harmless(history.listed(kept, can_compare)).text.count(evil) >= 3


def hostile_run(evil: str) -> Run:
    return Run(evil, evil, evil, evil, evil, accuracy=0.9, errors=100, n=1000, seconds=1.0)


def test_everything_that_the_handlers_send(evil):
    """With a model, a test set and files of hostile names, as an upload and a run bring them."""
    reports = Reports({evil: named(evil), f"{evil} 2": named(evil)}, History(None), UploadedTestSets())
    reports.history.keep(replace(fakes.made(evil), weights_sha256="x"))
    dashboard = Dashboard(reports, Evaluations())
    secret, _ = reports.uploaded.add(evil, hostile_zip(evil))
    seen = 0
    for test_set in (None, secret):
        sent = gr.EventData(None, {"model": evil, "test_set": test_set})
        selection, *overview = dashboard.choose(Selection(evil), sent)
        for html in (*overview, *last(dashboard.run(selection, VISITOR) if test_set else iter([()]))):
            harmless(html)
        for other in reports.comparable(selection):
            for html in dashboard.compare(selection, gr.EventData(None, {"other": other}), VISITOR):
                seen += harmless(html).written(evil)
        for html in dashboard.cards(selection):
            seen += harmless(html).written(evil)
        harmless(dashboard.cell(selection, gr.EventData(None, {"true": 7, "predicted": 7})))
    assert seen >= 6


def last(overviews: Iterator) -> tuple:
    *_, end = overviews
    return end


def hostile_zip(evil: str) -> bytes:
    content = cv2.imencode(".png", labelled_drawings.pad(7))[1].tobytes()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(f"7/{evil.replace('/', '')}.png", content)
        made.writestr(f"7/{evil.replace('/', '')}2.png", b"no picture")
    return out.getvalue()
