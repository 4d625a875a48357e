"""The clock on the wall is set back or forward: nothing is kept for ever, nothing is lost, nobody waits."""

import os
import time
from dataclasses import replace

import pytest

from evaluation import history
from evaluation.history import History
from interface.server import uploads
from interface.server.limits import LIMITS
from interface.server.rate_limits import RateLimiter, RateLimitExceeded
from tests import fakes
from tests.conftest import ROOT


def test_a_clock_that_was_set_back_keeps_no_upload_for_ever(tmp_path):
    for name, away in (("next-year.png", 365 * uploads.DAY), ("now.png", 0), ("an-hour-ahead.png", 3600)):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (time.time() + away,) * 2)
    uploads.sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["an-hour-ahead.png", "now.png"]


def test_a_run_made_after_the_clock_was_set_back_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(history, "KEPT", 3)
    for kept in (History(tmp_path), History(None)):
        for year in (2030, 2031, 2032):
            kept.keep(replace(fakes.made(), created=f"{year}-01-02T03:04:05+00:00"))
        last = kept.keep(replace(fakes.made(), created="2020-01-02T03:04:05+00:00"))
        assert last.id in [run.id for run in kept.runs()] and len(kept.runs()) == 3


def test_a_clock_that_was_set_back_makes_nobody_wait(monkeypatch):
    now = [1000.0]
    limiter = RateLimiter(lambda: now[0])
    for _ in range(LIMITS.reads.per_visitor):
        limiter.count(LIMITS.reads, "somebody")
    with pytest.raises(RateLimitExceeded):
        limiter.count(LIMITS.reads, "somebody")
    now[0] += 61
    monkeypatch.setattr(time, "time", lambda: 0.0)
    limiter.count(LIMITS.reads, "somebody")


def test_durations_are_not_measured_with_the_clock_on_the_wall():
    """time.time() may jump; it is for ages of files, which the system keeps by the same clock, and for dates."""
    of_files = {"interface/server/uploads.py", "model/files.py"}
    found = {
        path.relative_to(ROOT).as_posix()
        for room in ("model", "evaluation", "interface")
        for path in (ROOT / room).rglob("*.py")
        if "time.time()" in path.read_text("utf-8")
    }
    assert found - of_files == set()
