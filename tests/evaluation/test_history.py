"""The runs of this machine: kept between starts, bounded, and no fault of their folder stops the app."""

import gzip
import os
from dataclasses import replace

import numpy as np
import pytest

from evaluation import history, report_files
from evaluation.history import History
from evaluation.report_files import ReportError
from tests import fakes


@pytest.fixture
def made():
    return fakes.made()


def at(report, second: int):
    return replace(report, created=f"2026-01-02T03:04:{second:02}+00:00")


def test_runs_outlive_the_program_newest_first(made, tmp_path):
    first = History(tmp_path / "runs")
    for second in (5, 9, 7):
        first.keep(at(made, second))
    again = History(tmp_path / "runs").runs()
    assert [run.created[17:19] for run in again] == ["09", "07", "05"]
    assert (again[0].accuracy, again[0].errors, again[0].model) == (made.metrics.accuracy, made.metrics.errors, "fake")
    whole = History(tmp_path / "runs").report(again[0].id)
    assert report_files.dumps(whole) == report_files.dumps(at(made, 9))


def test_only_the_newest_are_kept(made, tmp_path, monkeypatch):
    monkeypatch.setattr(history, "KEPT", 3)
    kept = History(tmp_path)
    for second in range(5):
        kept.keep(at(made, second))
    assert [run.created[17:19] for run in kept.runs()] == ["04", "03", "02"]
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("place", ["a file", "nowhere", "no home"])
def test_without_a_folder_runs_are_kept_in_memory_with_a_sentence(made, tmp_path, place):
    (tmp_path / "file").write_text("", "utf-8")
    folder = {"a file": tmp_path / "file" / "runs", "nowhere": tmp_path.__class__("/proc/none/runs"), "no home": None}[
        place
    ]
    kept = History(folder)
    run = kept.keep(made)
    assert kept.runs() == [run] and kept.report(run.id) is made and kept.trouble


def test_a_user_without_a_home_has_no_folder(monkeypatch):
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # as Python answers for such a user
    assert history.state_folder() is None


def test_the_folder_is_where_the_system_says(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert history.state_folder() == tmp_path / "handwritten-digits" / "runs"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no gzip",
        gzip.compress(b"", mtime=0),
        gzip.compress(b"{}\n{}", mtime=0),
        gzip.compress(b'{"id": 3}\n', mtime=0),
        gzip.compress(b"[1]", mtime=0),
    ],
)
def test_a_damaged_file_or_one_of_another_program_is_passed_over(made, tmp_path, content):
    kept = History(tmp_path)
    run = kept.keep(made)
    name = "20260102T030405-0badf00d"
    (tmp_path / f"{name}.json.gz").write_bytes(content)
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    assert History(tmp_path).runs() == [run]
    with pytest.raises(ReportError, match="no longer kept"):
        History(tmp_path).report(name)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "x", "20260102T030405-0badf00d/../x"])
def test_a_run_is_never_looked_for_elsewhere(tmp_path, name):
    with pytest.raises(ReportError, match="no longer kept"):
        History(tmp_path).report(name)


def test_half_a_written_run_is_passed_over(made, tmp_path):
    kept = History(tmp_path)
    run = kept.keep(made)
    file = tmp_path / f"{run.id}.json.gz"
    file.write_bytes(file.read_bytes()[:-2000])
    with pytest.raises(ReportError, match="damaged"):
        History(tmp_path).report(run.id)


def test_a_kept_report_holds_every_answer(made, tmp_path):
    run = History(tmp_path).keep(made)
    np.testing.assert_array_equal(History(tmp_path).report(run.id).predicted, made.predicted)
