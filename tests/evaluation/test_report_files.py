"""A report as a file: what is saved is read back, whole or not at all."""

import csv
import errno
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation import report, report_files, robustness
from tests import fakes


@pytest.fixture
def made():
    return fakes.made()


def close_to(a, b):
    """Same report, figure by figure."""
    return report_files.dumps(a) == report_files.dumps(b)


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
    path.write_text(text, "utf-8")
    with pytest.raises(report_files.ReportError, match=says) as error:
        report_files.load(path)
    assert "some.json" in str(error.value) and "\n" not in str(error.value)


def test_a_report_whose_figures_do_not_follow_from_its_predictions_is_refused(made, tmp_path):
    data = json.loads(report_files.dumps(made))
    data["predictions"][0]["predicted"] = (data["predictions"][0]["predicted"] + 1) % 10
    path = tmp_path / "forged.json"
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(report_files.ReportError, match="forged.json"):
        report_files.load(path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data["epochs"][0].update(loss="0.5"),
        lambda data: data["per_class"][3].update(recall="<b>"),
        lambda data: data["calibration"][3].update(n="3"),
        lambda data: data.update(macro_f1="0.5"),
        lambda data: data.update(accuracy=None),
        lambda data: data.update(accuracy=1),
        lambda data: data.pop("top2"),
    ],
)
def test_a_report_whose_figures_are_no_numbers_or_missing_is_refused(made, tmp_path, damage):
    data = json.loads(report_files.dumps(made))
    damage(data)
    (tmp_path / "r.json").write_text(json.dumps(data), "utf-8")
    with pytest.raises(report_files.ReportError, match="r.json is not a report this program can read"):
        report_files.load(tmp_path / "r.json")


def test_a_report_older_than_a_figure_can_still_be_read(made, tmp_path, monkeypatch):
    """As one that was made before a metric was added: FIGURES names it, the file does not have it."""
    (tmp_path / "r.json").write_text(report_files.dumps(made), "utf-8")
    monkeypatch.setattr(report_files, "FIGURES", (*report_files.FIGURES, "kappa"))
    assert report_files.load(tmp_path / "r.json").metrics == made.metrics


def test_a_full_disk_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "report.json"
    path.write_text("old", "utf-8")

    def full(self, content):
        with self.open("wb") as file:
            file.write(content[:1])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(report_files.ReportError, match="No space left on device.*unchanged"):
        report_files.save(path, "new")
    assert path.read_text("utf-8") == "old" and list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(report_files.ReportError, match="could not be written"):
        report_files.save(tmp_path / "file" / "report.json", "{}")


def test_the_csv_has_a_line_an_image_and_runs_no_formula(made):
    rows = list(csv.DictReader(io.StringIO(report_files.predictions_csv(made))))
    assert len(rows) == 1000 and float(rows[5]["p3"]) == made.probabilities[5, 3]
    assert [int(r["right"]) for r in rows] == [int(a == b) for a, b in zip(made.labels, made.predicted, strict=True)]
    named = replace(made, folder=report.Folder(("=1+1.png",) * 1000, {}, ()))
    assert list(csv.DictReader(io.StringIO(report_files.predictions_csv(named))))[0]["file"] == "'=1+1.png"
