"""A run: chunk by chunk, shared by visitors, stopped by who started it."""

import itertools
import time

import pytest

from evaluation import runner
from tests import fakes
from tests.fakes import Always, Fake


@pytest.fixture
def labelled():
    return fakes.labelled()


def job(reader, labelled, finish=lambda last: last.done):
    return runner.Job(reader.name, (reader.weights_sha256,), lambda: runner.run(reader, labelled), finish)


def test_a_run_reports_after_each_chunk_and_ends_with_everything(labelled):
    seen = list(runner.run(Fake(), labelled, chunk=300))
    assert [p.done for p in seen] == [300, 600, 900, 1000]
    assert seen[0].probabilities.shape == (300, 10) and seen[-1].probabilities.shape == (1000, 10)
    assert seen[-1].seconds_left == 0 and seen[0].images_per_second > 0


def test_the_seconds_of_a_run_are_those_of_its_work(labelled, monkeypatch):
    ticks = itertools.count()
    monkeypatch.setattr(runner.time, "perf_counter", lambda: next(ticks))
    under_way = runner.run(Fake(), labelled, chunk=500)
    first = next(under_way)
    for _ in range(100):  # whoever takes its time between two chunks
        next(ticks)
    assert (first.seconds, next(under_way).seconds) == (1, 2)


def test_closing_a_run_stops_the_work(labelled):
    reader = Always(1)
    under_way = runner.run(reader, labelled)
    next(under_way)
    under_way.close()
    assert reader.calls == 1


def test_a_second_visitor_joins_the_run_and_both_get_its_result(labelled):
    evaluations, reader = runner.Evaluations(), Fake()
    reader.go.clear()
    first = evaluations.start(job(reader, labelled), "anna")
    second = evaluations.start(job(reader, labelled), "ben")
    assert second is first
    reader.go.set()
    assert [*first.watch(0.01)][-1].done == [*second.watch(0.01)][-1].done == 1000
    assert first.result == second.result == 1000


def test_only_who_started_a_run_can_cancel_it(labelled):
    evaluations, reader = runner.Evaluations(), Fake()
    reader.go.clear()
    shared = evaluations.start(job(reader, labelled), "anna")
    assert not evaluations.cancel("ben")
    assert evaluations.cancel("anna")
    reader.go.set()
    list(shared.watch(0.01))
    assert shared.cancelled and shared.result is None
    again = evaluations.start(job(reader, labelled), "ben")
    list(again.watch(0.01))
    assert again.result == 1000


def test_one_that_was_cancelled_ends_before_the_next_one_begins(labelled, monkeypatch):
    evaluations, at_once, most = runner.Evaluations(), [], []

    def finish(last):  # which nobody can stop
        at_once.append(last)
        most.append(len(at_once))
        time.sleep(0.05)
        at_once.pop()
        return last.done

    for _ in range(4):
        shared = evaluations.start(job(Fake(), labelled, finish), "anna")
        while not at_once and shared.running:
            time.sleep(0.001)
        evaluations.cancel("anna")
        assert shared.cancelled
    shared.join(5)
    assert shared.cancelled and max(most) == 1
    monkeypatch.setattr(runner, "ENDING", 0.0)
    waiting = Fake()
    waiting.go.clear()
    evaluations.start(job(waiting, labelled), "anna")
    evaluations.cancel("anna")
    with pytest.raises(runner.BusyError, match="is being stopped; try again in a moment"):
        evaluations.start(job(Fake(), labelled), "ben")
    waiting.go.set()


def test_another_model_waits_with_a_sentence(labelled):
    evaluations, reader = runner.Evaluations(), Fake()
    reader.go.clear()
    shared = evaluations.start(job(reader, labelled), "anna")
    with pytest.raises(runner.BusyError, match="fake is being evaluated now"):
        evaluations.start(job(Fake("other"), labelled), "ben")
    reader.go.set()
    list(shared.watch(0.01))
    other = evaluations.start(job(Fake("other"), labelled), "ben")
    list(other.watch(0.01))
    assert other.result == shared.result == 1000


def test_a_run_whose_watcher_left_ends_and_keeps_its_result(labelled):
    evaluations, reader = runner.Evaluations(), Fake()
    reader.go.clear()
    shared = evaluations.start(job(reader, labelled), "anna")
    watcher = shared.watch(0.01)
    reader.go.set()
    next(watcher)
    watcher.close()
    shared._thread.join(10)
    assert shared.result == 1000


def test_a_run_that_fails_says_so_and_the_next_one_works(labelled):
    evaluations, reader = runner.Evaluations(), Fake()
    shared = evaluations.start(job(reader, labelled, lambda p: 1 / 0), "anna")
    list(shared.watch(0.01))
    assert isinstance(shared.error, ZeroDivisionError)
    again = evaluations.start(job(reader, labelled), "anna")
    list(again.watch(0.01))
    assert again.result == 1000


def test_a_run_lets_drawings_go_first_but_never_waits_for_ever(labelled, monkeypatch):
    monkeypatch.setattr(runner, "LONGEST_WAIT", 0.05)
    evaluations, asked = runner.Evaluations(), []
    evaluations.urgent = lambda: bool(asked.append(1)) or len(asked) < 3
    shared = evaluations.start(job(Fake(), labelled), "anna")
    list(shared.watch(0.01))
    assert shared.result == 1000 and len(asked) >= 3
    evaluations.urgent = lambda: True  # a crowd that never stops
    shared = evaluations.start(job(Fake(), labelled), "anna")
    list(shared.watch(0.01))
    assert shared.result == 1000
