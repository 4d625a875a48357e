"""A report: what is written and read back, compared, shown and printed by the command line."""

import csv
import errno
import io
import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from evaluation import __main__ as command
from evaluation import (
    comparison,
    galleries,
    html_report,
    picture_folder,
    plots,
    report,
    report_files,
    robustness,
    runner,
)
from evaluation.galleries import Query
from model.datasets import LABEL_PROBLEMS, Labelled
from model.recogniser import Recogniser, load, shipped
from tests import fakes
from tests.fakes import Fake

SHIPPED = shipped()


@pytest.fixture
def labelled():
    return fakes.labelled()


@pytest.fixture
def made():
    return fakes.made()


def close_to(a, b):
    """Same report, figure by figure."""
    return report_files.dumps(a) == report_files.dumps(b)


# ---- the report as a file ----


def test_a_report_survives_being_saved_and_loaded(made, tmp_path):
    made = made.with_robustness([score("clean"), score("fog")], seed=3)
    path = tmp_path / "report.json"
    report_files.save(path, report_files.dumps(made))
    again = report_files.load(path)
    assert close_to(made, again)
    assert again.metrics == made.metrics and again.robustness == made.robustness and again.epochs == made.epochs


def score(name):
    return robustness.Score(name, 10, 1, 0.9, (0.6, 0.98))


def test_the_json_has_the_documented_fields_and_four_decimals(made):
    data = json.loads(report_files.dumps(made))
    assert list(data)[:6] == ["schema", "model", "weights_sha256", "dataset", "accuracy", "errors"]
    assert {
        "intervals",
        "confusion_matrix",
        "per_class",
        "macro_f1",
        "top2",
        "log_loss",
        "ece",
        "calibration",
        "coverage",
        "without_label_problems",
        "robustness",
        "epochs",
        "predictions",
        "seconds",
        "images_per_second",
        "versions",
        "created",
    } <= set(data)
    assert set(data["per_class"][0]) >= {"digit", "support", "accuracy", "precision", "recall", "f1", "intervals"}
    first = data["predictions"][0]
    assert set(first) == {"index", "true", "predicted", "probabilities"}
    assert first["probabilities"] == [round(p, 4) for p in first["probabilities"]] and len(first["probabilities"]) == 10


@pytest.mark.parametrize(
    "text, says",
    [
        ("", "not whole JSON"),
        ('{"schema": 1, "mod', "not whole JSON"),
        ("[]", "damaged"),
        ("{}", "damaged"),
        ('{"schema": 2}', "schema 2, this program reads 1"),
        ('{"schema": 1}', "damaged"),
        ("null", "damaged"),
    ],
)
def test_what_is_no_report_is_named_in_a_sentence(tmp_path, text, says):
    path = tmp_path / "some.json"
    path.write_text(text)
    with pytest.raises(report_files.ReportError, match=says) as error:
        report_files.load(path)
    assert "some.json" in str(error.value) and "\n" not in str(error.value)


def test_a_report_whose_figures_do_not_follow_from_its_predictions_is_refused(made, tmp_path):
    data = json.loads(report_files.dumps(made))
    data["predictions"][0]["predicted"] = (data["predictions"][0]["predicted"] + 1) % 10
    path = tmp_path / "forged.json"
    path.write_text(json.dumps(data))
    with pytest.raises(report_files.ReportError, match="forged.json"):
        report_files.load(path)


def test_a_full_disk_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "report.json"
    path.write_text("old")

    def full(self, text, **_):
        self.write_bytes(text[:1].encode())
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(report_files.ReportError, match="No space left on device.*unchanged"):
        report_files.save(path, "new")
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(report_files.ReportError, match="could not be written"):
        report_files.save(tmp_path / "file" / "report.json", "{}")


def test_the_csv_has_a_line_an_image_and_runs_no_formula(made):
    rows = list(csv.DictReader(io.StringIO(report_files.predictions_csv(made))))
    assert len(rows) == 1000 and float(rows[5]["p3"]) == made.probabilities[5, 3]
    assert [int(r["right"]) for r in rows] == [int(a == b) for a, b in zip(made.labels, made.predicted, strict=True)]
    named = replace(made, folder=report.Folder(("=1+1.png",) * 1000, {}, ()))
    assert list(csv.DictReader(io.StringIO(report_files.predictions_csv(named))))[0]["file"] == "'=1+1.png"


def test_the_html_report_stands_alone_and_escapes_what_people_named(made, labelled):
    hostile = replace(
        made, model='<img src=x onerror="alert(1)">', folder=report.Folder(("<b>x",) * 1000, {}, (("<i>", "<u>"),))
    )
    text = html_report.html(hostile, labelled.images)
    assert "<img src=x" not in text and "<b>x" not in text and "<i>:" not in text
    assert 'src="http' not in text and 'href="http' not in text and "@import" not in text
    assert text.count('class="tile miss"') == made.metrics.errors == text.count("data:image/png")
    assert "$" not in text.split("<script>")[0].split("</style>")[1]  # every placeholder was filled


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


# ---- comparing ----


def test_a_run_says_whether_it_reproduces_the_shipped_report(made):
    assert "reproduces the shipped report" in comparison.reproduces(made, made)
    assert "not the weights" in comparison.reproduces(replace(made, weights_sha256="other"), made)
    assert "no shipped report" in comparison.reproduces(made, None)
    changed = made.predicted.copy()
    changed[:7] = (changed[:7] + 1) % 10
    assert "7 of 1,000 answers" in comparison.reproduces(replace(made, predicted=changed), made)


def test_two_models_are_compared_image_by_image(made):
    better = made.predicted.copy()
    wrong = np.flatnonzero(made.labels != made.predicted)[:20]
    better[wrong] = made.labels[wrong]
    found = comparison.compare(made, replace(made, model="better", predicted=better))
    assert (len(found.only_a), list(found.only_b)) == (0, list(wrong))
    assert "better is better" in found.words and found.test.p_value < 1e-4
    assert "exactly the same images" in comparison.compare(made, made).words
    with pytest.raises(comparison.CompareError, match="same images"):
        comparison.compare(made, replace(made, dataset=report.Dataset("other", 1, "x")))


# ---- images behind the figures ----


def test_a_query_finds_exactly_the_images_of_a_cell(made):
    found = galleries.select(made, Query("all", 3, 5))
    assert len(found) == made.metrics.confusion_matrix[3][5]
    assert all(made.labels[found] == 3) and all(made.predicted[found] == 5)
    sure = galleries.confidence(made)[found]
    assert list(sure) == sorted(sure)
    assert len(galleries.select(made, Query("wrong"))) == made.metrics.errors


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "../etc"},
        {"true": 10},
        {"true": -1},
        {"true": "3"},
        {"true": 3.5},
        {"sort": "x"},
        {"shown": 0},
        {"shown": 10**9},
        {"shown": "9"},
        {"kind": ["all"]},
        {"true": [1]},
        {"predicted": {}},
    ],
)
def test_a_hostile_query_is_refused(bad):
    with pytest.raises((ValueError, TypeError)):
        Query(**bad)


# ---- real models ----


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_model_ships_a_report_of_its_weights_without_images(name):
    found = report_files.shipped(name)
    assert found is not None, (
        f"run: python -m evaluation --model {name} --robustness --json evaluation/reports/{name}.json"
    )
    assert found.weights_sha256 == load(name).weights_sha256
    assert found.dataset.n == 10_000 and found.robustness and found.metrics.without_label_problems.n == 9985
    assert "image/" not in (report_files.SHIPPED / f"{name}.json").read_text()


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
        *_, last = runner.run(recogniser, mnist.test)
        reports.append(report.finish(recogniser, mnist.test, last))
    a, b = (json.loads(report_files.dumps(r)) for r in reports)
    for figure in (
        "weights_sha256",
        "accuracy",
        "errors",
        "intervals",
        "confusion_matrix",
        "macro_f1",
        "top2",
        "log_loss",
        "ece",
        "calibration",
        "coverage",
        "without_label_problems",
    ):
        assert a[figure] != b[figure], figure
    for row_a, row_b in zip(a["per_class"], b["per_class"], strict=True):
        assert (
            row_a["recall"] != row_b["recall"]
            and row_a["precision"] != row_b["precision"]
            and row_a["f1"] != row_b["f1"]
        )
    assert b["accuracy"] < 0.5 < 0.96 < a["accuracy"]
    assert "not the weights" in comparison.reproduces(reports[1], reports[0])


# ---- the command line ----


def test_the_command_prints_a_summary_and_writes_what_is_asked(mnist, tmp_path, capsys):
    code = command.main(
        [
            "--model",
            "classic",
            "--json",
            str(tmp_path / "r.json"),
            "--html",
            str(tmp_path / "r.html"),
            "--csv",
            str(tmp_path / "out"),
            "--compare",
            str(report_files.SHIPPED / "classic.json"),
        ]
    )
    printed = capsys.readouterr().out
    found = report_files.load(tmp_path / "r.json")
    assert code == 0
    assert f"{100 * found.metrics.accuracy:.2f} %" in printed and f"{found.metrics.errors} errors of 10,000" in printed
    assert printed.index("as labelled") < printed.index("label problems set aside")
    assert "exactly the same images" in printed and "mostly misread as" in printed and "epoch" in printed
    assert (tmp_path / "r.html").stat().st_size > 100_000
    assert len((tmp_path / "out" / "predictions.csv").read_text().splitlines()) == 10_001


def test_the_command_measures_robustness_on_a_sample(mnist, tmp_path, capsys):
    assert command.main(["--model", "classic", "--robustness", "20", "--json", str(tmp_path / "r.json")]) == 0
    found = report_files.load(tmp_path / "r.json").robustness
    assert found.n == 20 and len(found.scores) == 16 and "canny edges" in capsys.readouterr().out


@pytest.mark.parametrize(
    "given, says",
    [
        (["--model", "nonesuch"], "nonesuch"),
        (["--model", "classic", "--images", "/nowhere"], "folders named 0 to 9"),
        (["--model", "classic", "--json", f"{__file__}/r.json"], "could not be written"),
        (["--model", "classic", "--compare", "/nowhere/r.json"], "cannot be read"),
    ],
)
def test_mistakes_on_the_command_line_are_one_sentence(mnist, given, says, capsys):
    assert command.main(given) == 1
    printed = capsys.readouterr().err.strip()
    assert says in printed and "Traceback" not in printed


def drawing(digit, size=140):
    """A digit as OpenCV's pen draws it, dark on white."""
    page = np.full((size, size, 3), 255, np.uint8)
    cv2.putText(
        page, str(digit), (size // 3, 2 * size // 3), cv2.FONT_HERSHEY_SIMPLEX, size / 60, (0, 0, 0), 8, cv2.LINE_AA
    )
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
    code = command.main(
        [
            "--model",
            "classic",
            "--images",
            str(tmp_path / "mine"),
            "--json",
            str(tmp_path / "r.json"),
            "--html",
            str(tmp_path / "r.html"),
        ]
    )
    printed = capsys.readouterr().out
    found = report_files.load(tmp_path / "r.json")
    assert code == 0 and found.dataset.n == 5
    assert found.metrics.no_single_digit == (0, 1, 0, 1, 0, 0, 0, 0, 0, 0)
    assert found.metrics.accuracy == pytest.approx(1 - found.metrics.errors / 5) and found.metrics.errors >= 2
    assert [name for name, _ in found.folder.unreadable] == ["3/broken.png"] and "3/broken.png" in printed
    assert sum(found.folder.verdicts.values()) == 5 and found.folder.verdicts["empty"] == 1
    assert found.metrics.without_label_problems is None
    assert "3/two.png" in report_files.predictions_csv(found)


def test_a_folder_called_like_the_test_set_has_no_label_problems(tmp_path):
    (tmp_path / "MNIST test" / "1").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "MNIST test/1/a.png"), drawing(1))
    found, _ = picture_folder.evaluate_folder(load("classic"), tmp_path / "MNIST test", lambda *_: None)
    assert found.metrics.without_label_problems is None


def test_a_folder_without_any_readable_picture_says_why(tmp_path):
    (tmp_path / "4").mkdir()
    (tmp_path / "4" / "a.png").write_bytes(b"")
    with pytest.raises(picture_folder.FolderError, match="4/a.png"):
        picture_folder.evaluate_folder(load("classic"), tmp_path, lambda *_: None)


def test_the_label_problems_are_set_aside_on_mnist_only(labelled):
    big = Labelled(np.zeros((10_000, 28, 28), np.uint8), np.zeros(10_000, np.int64))
    *_, last = runner.run(Fake(), big)
    assert report.finish(Fake(), big, last).metrics.without_label_problems.n == 10_000 - len(LABEL_PROBLEMS)
