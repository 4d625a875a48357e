"""From a model to a report: runs, what is written and read back, the command line, and what the dashboard refuses."""

import csv
import errno
import io
import json
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import cv2
import gradio as gr
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from evaluation import __main__ as command
from evaluation import compare, folder, gallery, html_report, plots, report, robustness, run
from evaluation.gallery import Query
from interface.evaluation_board import Board
from model.data import LABEL_PROBLEMS, Labelled
from model.recogniser import Recogniser, load, shipped

SHIPPED = shipped()


class Fake:
    """A recogniser that answers from a seed, and can be held up."""

    def __init__(self, name="fake", seed=0):
        self.name, self.weights_sha256, self.epochs = name, f"{name}{seed}", [{"epoch": 1, "loss": 0.5, "accuracy": 0.9}]
        self.rng, self.go = np.random.default_rng(seed), threading.Event()
        self.go.set()

    def probabilities(self, images):
        self.go.wait(10)
        digits = self.rng.dirichlet(np.full(10, 0.2), len(images)).astype(np.float32)
        return digits, np.zeros(len(images), np.float32)


@pytest.fixture
def labelled():
    rng = np.random.default_rng(0)
    return Labelled(rng.integers(0, 256, (1000, 28, 28), dtype=np.uint8), rng.integers(0, 10, 1000))


@pytest.fixture
def made(labelled):
    """A report of a Fake on 1,000 random images."""
    *_, last = run.run(Fake(), labelled)
    return report.finish(Fake(), labelled, last, "test")


def close_to(a, b):
    """Same report, figure by figure."""
    return report.dumps(a) == report.dumps(b)


# ---- a run ----


def test_a_run_reports_after_each_chunk_and_ends_with_everything(labelled):
    seen = list(run.run(Fake(), labelled, chunk=300))
    assert [p.done for p in seen] == [300, 600, 900, 1000]
    assert seen[0].digits.shape == (300, 10) and seen[-1].digits.shape == (1000, 10)
    assert seen[-1].seconds_left == 0 and seen[0].images_per_second > 0


def test_closing_a_run_stops_the_work(labelled):
    calls = []
    reader = SimpleNamespace(probabilities=lambda x: (calls.append(1) or np.full((len(x), 10), 0.1), None))
    under_way = run.run(reader, labelled)
    next(under_way)
    under_way.close()
    assert len(calls) == 1


def test_a_second_visitor_joins_the_run_and_both_get_its_result(labelled):
    evaluations, reader = run.Evaluations(), Fake()
    reader.go.clear()
    first = evaluations.start(reader, labelled, "anna", lambda p: p.done)
    second = evaluations.start(reader, labelled, "ben", lambda p: p.done)
    assert second is first
    reader.go.set()
    assert [*first.watch(0.01)][-1].done == [*second.watch(0.01)][-1].done == 1000
    assert first.result == 1000 == evaluations.latest("fake")


def test_only_who_started_a_run_can_cancel_it(labelled):
    evaluations, reader = run.Evaluations(), Fake()
    reader.go.clear()
    shared = evaluations.start(reader, labelled, "anna", lambda p: p.done)
    assert not evaluations.cancel("ben")
    assert evaluations.cancel("anna")
    reader.go.set()
    list(shared.watch(0.01))
    assert shared.cancelled and shared.result is None and evaluations.latest("fake") is None
    again = evaluations.start(reader, labelled, "ben", lambda p: p.done)
    list(again.watch(0.01))
    assert again.result == 1000


def test_another_model_waits_with_a_sentence(labelled):
    evaluations, reader = run.Evaluations(), Fake()
    reader.go.clear()
    shared = evaluations.start(reader, labelled, "anna", lambda p: p.done)
    with pytest.raises(run.BusyError, match="fake is being evaluated now"):
        evaluations.start(Fake("other"), labelled, "ben", lambda p: p.done)
    reader.go.set()
    list(shared.watch(0.01))
    list(evaluations.start(Fake("other"), labelled, "ben", lambda p: p.done).watch(0.01))
    assert evaluations.latest("other") == evaluations.latest("fake") == 1000


def test_a_run_whose_watcher_left_ends_and_keeps_its_result(labelled):
    evaluations, reader = run.Evaluations(), Fake()
    reader.go.clear()
    shared = evaluations.start(reader, labelled, "anna", lambda p: p.done)
    watcher = shared.watch(0.01)
    reader.go.set()
    next(watcher)
    watcher.close()
    shared._thread.join(10)
    assert evaluations.latest("fake") == 1000


def test_a_run_that_fails_says_so_and_the_next_one_works(labelled):
    evaluations, reader = run.Evaluations(), Fake()
    shared = evaluations.start(reader, labelled, "anna", lambda p: 1 / 0)
    list(shared.watch(0.01))
    assert isinstance(shared.error, ZeroDivisionError) and evaluations.latest("fake") is None
    list(evaluations.start(reader, labelled, "anna", lambda p: p.done).watch(0.01))
    assert evaluations.latest("fake") == 1000


# ---- the report as a file ----


def test_a_report_survives_being_saved_and_loaded(made, tmp_path):
    made = made.with_robustness([score("clean"), score("fog")], seed=3)
    path = tmp_path / "report.json"
    report.save(path, report.dumps(made))
    again = report.load(path)
    assert close_to(made, again)
    assert again.metrics == made.metrics and again.robustness == made.robustness and again.epochs == made.epochs


def score(name):
    return robustness.Score(name, 10, 1, 0.9, (0.6, 0.98))


def test_the_json_has_the_documented_fields_and_four_decimals(made):
    data = json.loads(report.dumps(made))
    assert list(data)[:6] == ["schema", "model", "weights_sha256", "dataset", "accuracy", "errors"]
    assert {"intervals", "confusion_matrix", "per_class", "macro_f1", "top2", "log_loss", "ece", "calibration", "coverage",
            "without_label_problems", "robustness", "epochs", "predictions", "seconds", "images_per_second", "versions",
            "created"} <= set(data)
    assert set(data["per_class"][0]) >= {"digit", "support", "accuracy", "precision", "recall", "f1", "intervals"}
    first = data["predictions"][0]
    assert set(first) == {"index", "true", "predicted", "probabilities"}
    assert first["probabilities"] == [round(p, 4) for p in first["probabilities"]] and len(first["probabilities"]) == 10


@pytest.mark.parametrize("text, says", [
    ("", "not whole JSON"), ('{"schema": 1, "mod', "not whole JSON"), ("[]", "damaged"), ("{}", "damaged"),
    ('{"schema": 2}', "schema 2, this program reads 1"), ('{"schema": 1}', "damaged"), ("null", "damaged")])
def test_what_is_no_report_is_named_in_a_sentence(tmp_path, text, says):
    path = tmp_path / "some.json"
    path.write_text(text)
    with pytest.raises(report.ReportError, match=says) as error:
        report.load(path)
    assert "some.json" in str(error.value) and "\n" not in str(error.value)


def test_a_report_whose_figures_do_not_follow_from_its_predictions_is_refused(made, tmp_path):
    data = json.loads(report.dumps(made))
    data["predictions"][0]["predicted"] = (data["predictions"][0]["predicted"] + 1) % 10
    path = tmp_path / "forged.json"
    path.write_text(json.dumps(data))
    with pytest.raises(report.ReportError, match="forged.json"):
        report.load(path)


def test_a_full_disk_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "report.json"
    path.write_text("old")

    def full(self, text, **_):
        self.write_bytes(text[:1].encode())
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(report.ReportError, match="No space left on device.*unchanged"):
        report.save(path, "new")
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(report.ReportError, match="could not be written"):
        report.save(tmp_path / "file" / "report.json", "{}")


def test_the_csv_has_a_line_an_image_and_runs_no_formula(made):
    rows = list(csv.DictReader(io.StringIO(report.predictions_csv(made))))
    assert len(rows) == 1000 and float(rows[5]["p3"]) == made.probabilities[5, 3]
    assert [int(r["right"]) for r in rows] == [int(a == b) for a, b in zip(made.labels, made.predicted, strict=True)]
    named = replace(made, folder=report.Folder(("=1+1.png",) * 1000, {}, ()))
    assert list(csv.DictReader(io.StringIO(report.predictions_csv(named))))[0]["file"] == "'=1+1.png"


def test_the_html_report_stands_alone_and_escapes_what_people_named(made, labelled):
    hostile = replace(made, model='<img src=x onerror="alert(1)">', folder=report.Folder(("<b>x",) * 1000, {}, (("<i>", "<u>"),)))
    text = html_report.html(hostile, labelled.images)
    assert "<img src=x" not in text and "<b>x" not in text and "<i>:" not in text
    assert 'src="http' not in text and 'href="http' not in text and "@import" not in text
    assert text.count('class="tile miss"') == made.metrics.errors == text.count("data:image/png")
    assert "$" not in text.split("<script>")[0].split("</style>")[1]  # every placeholder was filled


def test_the_html_report_without_images_still_shows_the_figures(made):
    text = html_report.html(made, None)
    assert "not at hand" in text and "data:image/png" not in text and 'data-testid="confusion-matrix"' in text


def test_every_plot_is_an_image_in_every_format(made):
    for figure in (plots.confusion_matrix(made.metrics), plots.reliability(made.metrics), plots.coverage(made.metrics),
                   plots.epochs(made.epochs, ((0.4, 0.8),))):
        assert plots.png(figure)[:4] == b"\x89PNG"
        inline = plots.inline_svg(figure, "a <plot>")
        assert inline.startswith("<svg") and "var(--soft)" in inline and "<plot>" not in inline
        assert plots.CARD not in inline


# ---- comparing ----


def test_a_run_says_whether_it_reproduces_the_shipped_report(made):
    assert "reproduces the shipped report" in compare.reproduces(made, made)
    assert "not the weights" in compare.reproduces(replace(made, weights_sha256="other"), made)
    assert "no shipped report" in compare.reproduces(made, None)
    changed = made.predicted.copy()
    changed[:7] = (changed[:7] + 1) % 10
    assert "7 of 1,000 answers" in compare.reproduces(replace(made, predicted=changed), made)


def test_two_models_are_compared_image_by_image(made):
    better = made.predicted.copy()
    wrong = np.flatnonzero(made.labels != made.predicted)[:20]
    better[wrong] = made.labels[wrong]
    found = compare.compare(made, replace(made, model="better", predicted=better))
    assert (len(found.only_a), list(found.only_b)) == (0, list(wrong))
    assert "better is better" in found.words and found.test.p_value < 1e-4
    assert "exactly the same images" in compare.compare(made, made).words
    with pytest.raises(compare.CompareError, match="same images"):
        compare.compare(made, replace(made, dataset=report.Dataset("other", 1, "x")))


# ---- images behind the figures ----


def test_a_query_finds_exactly_the_images_of_a_cell(made):
    found = gallery.select(made, Query("all", 3, 5))
    assert len(found) == made.metrics.confusion_matrix[3][5]
    assert all(made.labels[found] == 3) and all(made.predicted[found] == 5)
    sure = gallery.confidence(made)[found]
    assert list(sure) == sorted(sure)
    assert len(gallery.select(made, Query("wrong"))) == made.metrics.errors


@pytest.mark.parametrize("bad", [
    {"kind": "../etc"}, {"true": 10}, {"true": -1}, {"true": "3"}, {"true": 3.5}, {"sort": "x"}, {"shown": 0},
    {"shown": 10**9}, {"shown": "9"}, {"kind": ["all"]}, {"true": [1]}, {"predicted": {}}])
def test_a_hostile_query_is_refused(bad):
    with pytest.raises((ValueError, TypeError)):
        Query(**bad)


# ---- the dashboard's functions, called as a hostile page would ----


def event(data):
    return SimpleNamespace(_data=data)


@pytest.fixture
def board(tmp_path):
    return Board({name: load(name) for name in SHIPPED}, run.Evaluations())


def test_the_dashboard_opens_with_the_shipped_report_and_says_that_it_is_no_run(board):
    name, headline, status, matrix, _ = board.choose(SHIPPED[0], event({}))
    assert name == SHIPPED[0] and "The shipped report, not a run" in status
    assert f'data-value="{report.shipped(name).metrics.accuracy}"' in headline
    assert matrix.count('role="gridcell"') == 100


@pytest.mark.parametrize("data", [{"model": "../secret"}, {"model": None}, {"model": 3}, {"model": ["cnn"]}])
def test_the_dashboard_knows_only_its_own_models(board, data):
    with pytest.raises(gr.Error, match="no such model"):
        board.choose(SHIPPED[0], event(data))


@pytest.mark.parametrize("asked", [None, [], "x", {}, {"model": "../x", "kind": "report.json"}, {"model": SHIPPED[0], "kind": "../x"},
                                   {"model": SHIPPED[0], "kind": "report.exe"}, {"model": SHIPPED[0], "kind": ["report.json"]},
                                   {"model": SHIPPED[0], "kind": "passwd.svg"}, {"model": ["a"], "kind": "report.json"}])
def test_files_that_do_not_exist_are_refused(board, asked):
    assert set(board.take(asked)) == {"error"}


def test_every_offered_file_can_be_taken_away(board):
    from interface.evaluation_views import FILES

    for kind in FILES:
        assert board.take({"model": SHIPPED[0], "kind": kind})["base64"]


@pytest.mark.parametrize("data", [None, 7, {"true": 11}, {"kind": "x"}, {"sort": []}, {"shown": -1}])
def test_a_hostile_choice_of_images_is_a_sentence(board, data):
    if isinstance(data, dict):
        with pytest.raises(gr.Error, match="no such choice"):
            board.images(SHIPPED[0], event(data))
    else:
        assert "gallery" in board.images(SHIPPED[0], event(data))


def test_without_mnist_the_dashboard_shows_figures_and_offers_the_download(board, monkeypatch):
    monkeypatch.setenv("MNIST_DIR", "/nowhere")
    _, headline, status, matrix, images = board.choose(SHIPPED[0], event({}))
    assert "data-value" in headline and 'role="gridcell"' in matrix
    assert 'data-missing="1"' in status and "not on this machine" in images
    (only,) = board.run(SHIPPED[0], SimpleNamespace(session_hash="x"))
    assert 'data-missing="1"' in only[1] and "Press Run" not in only[1]
    downloading, after = board.fetch(SHIPPED[0])  # a folder is named, so there is nothing to download
    assert "Downloading" in downloading[1] and "MNIST_DIR is /nowhere" in after[1]
    assert len(board.subjects(SHIPPED[0])) == 6


def test_a_run_on_the_dashboard_reproduces_the_shipped_figures(board, mnist):
    *_, last = board.run(SHIPPED[0], SimpleNamespace(session_hash="x"))
    assert "A run on this machine" in last[1] and "reproduces the shipped report" in last[1]
    assert f'data-value="{report.shipped(SHIPPED[0]).metrics.accuracy}"' in last[0]


# ---- real models ----


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_model_ships_a_report_of_its_weights_without_images(name):
    found = report.shipped(name)
    assert found is not None, f"run: python -m evaluation --model {name} --robustness --json evaluation/reports/{name}.json"
    assert found.weights_sha256 == load(name).weights_sha256
    assert found.dataset.n == 10_000 and found.robustness and found.metrics.without_label_problems.n == 9985
    assert "image/" not in (report.SHIPPED / f"{name}.json").read_text()


def shuffled(path, out):
    """A copy of a .tflite whose large weights are the same numbers in another order."""
    content, reader = path.read_bytes(), Interpreter(str(path))
    reader.allocate_tensors()
    for details in reader.get_tensor_details():
        try:
            weights = reader.get_tensor(details["index"])
        except ValueError:  # not a constant
            continue
        if weights.dtype == np.float32 and weights.size > 500 and content.count(weights.tobytes()) == 1:
            mixed = np.random.default_rng(0).permutation(weights.ravel())
            content = content.replace(weights.tobytes(), mixed.tobytes())
    out.write_bytes(content)
    assert content != path.read_bytes()
    return out


def test_with_shuffled_weights_every_figure_of_a_run_changes(mnist, tmp_path):
    real = load("classic")
    broken = Recogniser("classic", shuffled(real.path, tmp_path / "classic.tflite"))
    reports = []
    for recogniser in (real, broken):
        *_, last = run.run(recogniser, mnist.test)
        reports.append(report.finish(recogniser, mnist.test, last))
    a, b = (json.loads(report.dumps(r)) for r in reports)
    for figure in ("weights_sha256", "accuracy", "errors", "intervals", "confusion_matrix", "macro_f1", "top2", "log_loss", "ece",
                   "calibration", "coverage", "without_label_problems"):
        assert a[figure] != b[figure], figure
    for row_a, row_b in zip(a["per_class"], b["per_class"], strict=True):
        assert row_a["recall"] != row_b["recall"] and row_a["precision"] != row_b["precision"] and row_a["f1"] != row_b["f1"]
    assert b["accuracy"] < 0.5 < 0.96 < a["accuracy"]
    assert "not the weights" in compare.reproduces(reports[1], reports[0])


# ---- the command line ----


def test_the_command_prints_a_summary_and_writes_what_is_asked(mnist, tmp_path, capsys):
    code = command.main(["--model", "classic", "--json", str(tmp_path / "r.json"), "--html", str(tmp_path / "r.html"), "--csv",
                         str(tmp_path / "out"), "--compare", str(report.SHIPPED / "classic.json")])
    printed = capsys.readouterr().out
    found = report.load(tmp_path / "r.json")
    assert code == 0
    assert f"{100 * found.metrics.accuracy:.2f} %" in printed and f"{found.metrics.errors} errors of 10,000" in printed
    assert printed.index("as labelled") < printed.index("label problems set aside")
    assert "exactly the same images" in printed and "mostly misread as" in printed and "epoch" in printed
    assert (tmp_path / "r.html").stat().st_size > 100_000
    assert len((tmp_path / "out" / "predictions.csv").read_text().splitlines()) == 10_001


def test_the_command_measures_robustness_on_a_sample(mnist, tmp_path, capsys):
    assert command.main(["--model", "classic", "--robustness", "20", "--json", str(tmp_path / "r.json")]) == 0
    found = report.load(tmp_path / "r.json").robustness
    assert found.n == 20 and len(found.scores) == 16 and "canny edges" in capsys.readouterr().out


@pytest.mark.parametrize("given, says", [
    (["--model", "nonesuch"], "nonesuch"), (["--model", "classic", "--images", "/nowhere"], "folders named 0 to 9"),
    (["--model", "classic", "--json", f"{__file__}/r.json"], "could not be written"),
    (["--model", "classic", "--compare", "/nowhere/r.json"], "cannot be read")])
def test_mistakes_on_the_command_line_are_one_sentence(mnist, given, says, capsys):
    assert command.main(given) == 1
    printed = capsys.readouterr().err.strip()
    assert says in printed and "Traceback" not in printed


def drawing(digit, size=140):
    """A digit as OpenCV's pen draws it, dark on white."""
    page = np.full((size, size, 3), 255, np.uint8)
    cv2.putText(page, str(digit), (size // 3, 2 * size // 3), cv2.FONT_HERSHEY_SIMPLEX, size / 60, (0, 0, 0), 8, cv2.LINE_AA)
    return page


def test_a_folder_of_pictures_goes_through_the_whole_path(tmp_path, capsys):
    for digit in (0, 1, 3):
        (tmp_path / "mine" / str(digit)).mkdir(parents=True)
        cv2.imwrite(str(tmp_path / "mine" / str(digit) / "a.png"), drawing(digit))
    cv2.imwrite(str(tmp_path / "mine/1/blank.png"), np.full((80, 80, 3), 255, np.uint8))
    two = np.concatenate([drawing(3), drawing(1)], axis=1)
    cv2.imwrite(str(tmp_path / "mine/3/two.png"), two)
    (tmp_path / "mine/3/broken.png").write_text("no picture")
    (tmp_path / "mine/3/.DS_Store").write_text("")
    code = command.main(["--model", "classic", "--images", str(tmp_path / "mine"), "--json", str(tmp_path / "r.json"), "--html",
                         str(tmp_path / "r.html")])
    printed = capsys.readouterr().out
    found = report.load(tmp_path / "r.json")
    assert code == 0 and found.dataset.n == 5
    assert found.metrics.no_single_digit == (0, 1, 0, 1, 0, 0, 0, 0, 0, 0)
    assert found.metrics.accuracy == pytest.approx(1 - found.metrics.errors / 5) and found.metrics.errors >= 2
    assert [name for name, _ in found.folder.unreadable] == ["3/broken.png"] and "3/broken.png" in printed
    assert sum(found.folder.verdicts.values()) == 5 and found.folder.verdicts["empty"] == 1
    assert found.metrics.without_label_problems is None
    assert "3/two.png" in report.predictions_csv(found)


def test_a_folder_called_like_the_test_set_has_no_label_problems(tmp_path):
    (tmp_path / "MNIST test" / "1").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "MNIST test/1/a.png"), drawing(1))
    found, _ = folder.evaluate_folder(load("classic"), tmp_path / "MNIST test", lambda *_: None)
    assert found.metrics.without_label_problems is None


def test_a_folder_without_any_readable_picture_says_why(tmp_path):
    (tmp_path / "4").mkdir()
    (tmp_path / "4" / "a.png").write_bytes(b"")
    with pytest.raises(folder.FolderError, match="4/a.png"):
        folder.evaluate_folder(load("classic"), tmp_path, lambda *_: None)


def test_the_label_problems_are_set_aside_on_mnist_only(labelled):
    big = Labelled(np.zeros((10_000, 28, 28), np.uint8), np.zeros(10_000, np.int64))
    *_, last = run.run(Fake(), big)
    assert report.finish(Fake(), big, last).metrics.without_label_problems.n == 10_000 - len(LABEL_PROBLEMS)
