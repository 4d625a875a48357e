"""The dashboard's handlers, called as the page calls them and as a hostile page would."""

import gzip
import io
import zipfile
from dataclasses import replace

import cv2
import gradio as gr
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from evaluation import runner
from evaluation.history import History
from interface.app import launch_options
from interface.evaluate.cards import CARDS
from interface.evaluate.downloads import FILES
from interface.evaluate.handlers import Dashboard
from interface.evaluate.state import Reports, Selection
from interface.evaluate.tab import controls_html
from interface.evaluate.uploaded_test_sets import UploadedTestSets
from interface.predict import routes
from model import labelled_drawings
from model.recogniser import Recogniser, load, shipped
from tests import fakes
from tests.interface.evaluate.dashboard import VISITOR, event, shipped_report

SHIPPED = shipped()
FIRST = Selection(SHIPPED[0])


@pytest.fixture
def dashboard():
    return Dashboard(
        Reports({name: load(name) for name in SHIPPED}, History(None), UploadedTestSets()), runner.Evaluations()
    )


def test_the_dashboard_opens_with_the_shipped_report_and_says_that_it_is_no_run(dashboard):
    selection, headline, status, matrix, _ = dashboard.choose(FIRST, event({}))
    assert selection == FIRST and "The shipped report, not a run" in status
    assert f'data-value="{shipped_report(selection.model).metrics.accuracy}"' in headline
    assert matrix.count('role="gridcell"') == 100


@pytest.mark.parametrize("data", [{"model": "../secret"}, {"model": None}, {"model": 3}, {"model": ["cnn"]}])
def test_the_dashboard_knows_only_its_own_models(dashboard, data):
    with pytest.raises(gr.Error, match="no such model"):
        dashboard.choose(FIRST, event(data))


@pytest.mark.parametrize(
    "asked",
    [
        None,
        [],
        "x",
        {},
        {"model": "../x", "kind": "report.json"},
        {"model": SHIPPED[0], "kind": "../x"},
        {"model": SHIPPED[0], "kind": "report.exe"},
        {"model": SHIPPED[0], "kind": ["report.json"]},
        {"model": SHIPPED[0], "kind": "passwd.svg"},
        {"model": ["a"], "kind": "report.json"},
    ],
)
def test_files_that_do_not_exist_are_refused(dashboard, asked):
    assert set(dashboard.report_file(asked)) == {"error"}


def test_every_file_on_offer_can_be_downloaded(dashboard):
    for kind in FILES:
        assert dashboard.report_file({"model": SHIPPED[0], "kind": kind})["base64"]


@pytest.mark.parametrize(
    "data", [None, 7, {"true": 11}, {"kind": "x"}, {"sort": []}, {"shown": -1}, {"sure": "0-101"}, {"labels": ["fine"]}]
)
def test_a_hostile_choice_of_images_is_a_sentence(dashboard, data):
    if isinstance(data, dict):
        with pytest.raises(gr.Error, match="no such choice"):
            dashboard.images(FIRST, event(data))
    else:
        assert "gallery" in dashboard.images(FIRST, event(data))


def test_without_mnist_the_dashboard_shows_figures_and_offers_the_download(dashboard, monkeypatch):
    monkeypatch.setenv("MNIST_DIR", "/nowhere")
    _, headline, status, matrix, images = dashboard.choose(FIRST, event({}))
    assert "data-value" in headline and 'role="gridcell"' in matrix
    assert 'data-missing="1"' in status and "not on this machine" in images
    (only,) = dashboard.run(FIRST, VISITOR)
    assert 'data-missing="1"' in only[1] and "Press Run" not in only[1]
    downloading, after = dashboard.fetch(FIRST)  # a folder is named, so there is nothing to download
    assert (
        "Downloading" in downloading[1] and "0.0 of 11.5 MB" in downloading[1] and "MNIST_DIR is /nowhere" in after[1]
    )
    assert len(dashboard.cards(FIRST)) == len(CARDS)


def test_a_run_on_the_dashboard_reproduces_the_shipped_figures(dashboard, mnist):
    *_, last = dashboard.run(FIRST, VISITOR)
    assert "A run on this machine" in last[1] and "reproduces the shipped report" in last[1]
    assert f'data-value="{shipped_report(SHIPPED[0]).metrics.accuracy}"' in last[0]


def test_a_finished_run_is_shown_to_the_next_visitor_and_after_a_restart_listed(dashboard, mnist):
    list(dashboard.run(FIRST, VISITOR))
    _, _, status, *_ = dashboard.choose(FIRST, event({}))
    assert "A run on this machine" in status
    (run_kept,) = dashboard.reports.history.runs()
    again = Dashboard(
        Reports(dashboard.reports.models, dashboard.reports.history, UploadedTestSets()), runner.Evaluations()
    )
    assert "The shipped report" in again.choose(FIRST, event({}))[2]
    assert f"run {run_kept.id}" in again.reports.comparable(FIRST) and run_kept.id in again.cards(FIRST)[-1]
    *_, compared = again.compare(FIRST, event({"other": f"run {run_kept.id}"}), VISITOR)
    assert "exactly the same images" in compared


def test_a_model_that_brings_no_report_shows_its_kept_run(tmp_path, labelled_run):
    models = {"mine": Recogniser("mine", load("classic").path)}
    history = History(tmp_path)
    history.keep(replace(labelled_run, model="mine", weights_sha256=models["mine"].weights_sha256))
    status = Dashboard(Reports(models, history, UploadedTestSets())).choose(Selection("mine"), event({}))[2]
    assert "A run on this machine" in status and "no shipped report" in status


def test_a_damaged_kept_run_does_not_hide_an_older_one(tmp_path, labelled_run):
    models = {"mine": Recogniser("mine", load("classic").path)}
    history = History(tmp_path)
    found = replace(labelled_run, model="mine", weights_sha256=models["mine"].weights_sha256)
    history.keep(replace(found, created="2026-01-01T10:00:00+00:00"))
    newest = history.keep(replace(found, created="2026-01-02T10:00:00+00:00"))
    [file] = tmp_path.glob(f"{newest.id}*")
    with gzip.open(file, "rt", encoding="utf-8") as kept:
        head = kept.readline()
    file.write_bytes(gzip.compress(f"{head}no report".encode()))
    assert [run.id for run in history.runs()][0] == newest.id
    status = Dashboard(Reports(models, history, UploadedTestSets())).choose(Selection("mine"), event({}))[2]
    assert "A run on this machine" in status


@pytest.fixture
def labelled_run():
    return fakes.made()


def test_a_history_that_cannot_be_written_says_so_quietly(labelled_run):
    history = History(None)
    history.keep(labelled_run)
    last = Dashboard(Reports({FIRST.model: load(FIRST.model)}, history, UploadedTestSets())).cards(FIRST)[-1]
    assert "no home folder; this list lasts as long as the app runs" in last


@pytest.mark.parametrize("other", [None, 3, "classic", "model nonesuch", "run ../../x", "run ", ["model classic"]])
def test_a_hostile_comparison_is_a_sentence(dashboard, other):
    with pytest.raises(gr.Error, match="no such model or run"):
        list(dashboard.compare(FIRST, event({"other": other}), VISITOR))


@pytest.mark.parametrize("n", [0, -1, 10**9, "1000", 1000.0, None, [1000], True])
def test_a_hostile_number_of_images_is_a_sentence(dashboard, n):
    with pytest.raises(gr.Error, match="no such number"):
        list(dashboard.measure(FIRST, event({"n": n}), VISITOR))


def packed(members) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def digit_png(digit) -> bytes:
    return cv2.imencode(".png", labelled_drawings.pad(digit))[1].tobytes()


def test_an_uploaded_test_set_is_shown_to_its_visitor_alone(dashboard):
    secret, _ = dashboard.reports.uploaded.add("<b>mine", packed({"1/a.png": digit_png(1), "7/<i>.png": b"x"}))
    selection, *_ = dashboard.choose(FIRST, event({"test_set": secret}))
    *_, (headline, status, matrix, gallery) = dashboard.run(selection, VISITOR)
    assert (
        "1 picture in" in status
        and "&lt;b&gt;mine" in status
        and "<i>.png" not in status
        and "7/&lt;i&gt;.png" in status
    )
    assert (
        len(dashboard.cards(selection)) == len(CARDS)
        and "your own pictures" in dict(zip(CARDS, dashboard.cards(selection), strict=True))["Robustness"]
    )
    assert dashboard.report_file({"model": FIRST.model, "test_set": secret, "kind": "report.html"})["base64"]
    assert "The shipped report" in dashboard.choose(FIRST, event({}))[2]
    assert not dashboard.reports.history.runs()
    assert dashboard.report_file({"model": FIRST.model, "test_set": "guess", "kind": "report.json"}) == {
        "error": "There is no such report to take away."
    }


def test_models_are_compared_on_an_uploaded_test_set(dashboard):
    secret, _ = dashboard.reports.uploaded.add("mine", packed({f"{d}/a.png": digit_png(d) for d in (0, 1, 3, 7)}))
    selection, *_ = dashboard.choose(FIRST, event({"test_set": secret}))
    list(dashboard.run(selection, VISITOR))
    *_, compared = dashboard.compare(selection, event({"other": "model classic", "run": True}), VISITOR)
    assert "McNemar" in compared or "exactly the same images" in compared


@pytest.mark.parametrize("test_set", ["gone", 3, [], {}, True])
def test_a_test_set_that_is_not_held_falls_back_to_mnist_with_a_sentence(dashboard, test_set):
    selection, _, status, *_ = dashboard.choose(FIRST, event({"test_set": test_set}))
    assert selection == FIRST and "no longer held" in status


def test_a_zip_without_a_readable_picture_ends_in_a_sentence(dashboard):
    secret, _ = dashboard.reports.uploaded.add("mine", packed({"7/a.png": b"x"}))
    *_, last = dashboard.run(Selection(FIRST.model, secret), VISITOR)
    assert "not a picture" in last[1] and "mine" in last[1]


def test_without_uploads_the_page_has_neither_button_nor_route():
    assert "data-upload" not in controls_html(False) and "data-upload" in controls_html(True)
    models = {FIRST.model: load(FIRST.model)}
    paths = [route.path for route in launch_options(models, test_set_uploads=False)["app_kwargs"]["routes"]]
    assert "/page/testset" not in paths
    assert "/page/testset" in [route.path for route in launch_options(models)["app_kwargs"]["routes"]]


@pytest.mark.parametrize("name", SHIPPED)
def test_predict_gives_every_misread_image_the_dashboards_probabilities(name, mnist):
    """Through the route that the page calls when an image of the dashboard is opened in Predict."""
    found, models = shipped_report(name), {n: load(n) for n in SHIPPED}
    app = Starlette(routes=routes.routes(models))
    app.auth = None  # pyright: ignore[reportAttributeAccessIssue]: what Gradio's app has
    client = TestClient(app)
    misread = np.flatnonzero(found.labels != found.predicted)
    assert len(misread) == found.metrics.errors
    for index in misread:
        answer = client.post(f"/page/image?model={name}", content=mnist.test.images[index].tobytes()).json()
        (digit,) = answer["digits"]
        assert digit["digit"] == found.predicted[index]
        np.testing.assert_allclose(digit["probabilities"], found.probabilities[index], atol=2e-4)


def test_a_shipped_model_cannot_be_calibrated_anew(dashboard):
    before = dashboard.reports.models[SHIPPED[0]].calibration
    assert "calibrate" not in dashboard.calibrate(FIRST)
    assert dashboard.reports.models[SHIPPED[0]].calibration == before
