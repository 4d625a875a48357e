"""A model over a labelled set: chunk by chunk, with progress and cancel, one evaluation at a time in a process."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from model.datasets import Labelled, unit

# What is more urgent goes first for so many times as long as the last step took, and never longer than so many seconds: under
# a crowd that never stops an evaluation takes nine times as long as alone.
PATIENCE, LONGEST_WAIT = 8, 0.4
CHUNK = 500  # some hundredths of a second: progress looks alive, cancelling is quick, and the cores seldom wait for each other


@dataclass(frozen=True)
class Progress:
    """How far a run has come, with everything it has found so far.

    digits: (done, 10) float32 probabilities and labels: (done,) int64 of the first `done` of `total` images;
    seconds: of work; what was waited for more urgent things between the steps does not count.
    """

    done: int
    total: int
    seconds: float
    labels: np.ndarray
    digits: np.ndarray

    @property
    def images_per_second(self) -> float:
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float:
        return (self.total - self.done) / self.images_per_second if self.done else float("inf")


class BusyError(Exception):
    """Another model is being evaluated; the text says which and how far it is."""


def run(recogniser, labelled: Labelled, chunk: int = CHUNK) -> Iterator[Progress]:
    """Evaluate `recogniser` on `labelled`, yielding after every chunk; the last has done == total.

    Closing the generator stops the work. The arrays grow in place behind each Progress; what it shows never changes.
    """
    total = len(labelled)
    digits = np.empty((total, 10), np.float32)
    seconds = 0.0
    for first in range(0, total, chunk):
        start, last = time.perf_counter(), min(first + chunk, total)
        digits[first:last] = recogniser.probabilities(unit(labelled.images[first:last]))[0]
        seconds += time.perf_counter() - start
        yield Progress(last, total, seconds, labelled.labels[:last], digits[:last])


@dataclass(frozen=True)
class Job:
    """Work that takes a while: `steps()` yields how far it has come (anything), `finish(last)` makes the result.

    name: the model's, for those who wait; key: who asks for the same key joins the run instead of waiting.
    """

    name: str
    key: tuple
    steps: Callable[[], Iterator]
    finish: Callable[[object], object]


class SharedRun:
    """One job in a thread of its own, watched by any number of visitors.

    A watcher that goes away (a closed page) changes nothing: the run ends by itself and keeps its result for the next
    visitor. Only its owner can cancel it.
    """

    def __init__(self, job: Job, owner: str, urgent: Callable[[], bool] = lambda: False):
        self.job, self.owner, self._urgent = job, owner, urgent
        self.progress: object | None = None
        self.result: object | None = None  # what the job's `finish` made of the last progress
        self.error: Exception | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True, name="evaluation")
        self._thread.start()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set() and self.result is None

    def cancel(self) -> None:
        self._stop.set()

    def watch(self, seconds: float = 0.4) -> Iterator:
        """The newest progress every so many seconds until the run has ended; then look at result, error, cancelled."""
        while self.running:
            self._thread.join(seconds)
            if self.progress is not None:
                yield self.progress
        if self.progress is not None:
            yield self.progress

    def _work(self) -> None:
        try:
            started = time.monotonic()
            for progress in self.job.steps():
                self.progress = progress
                self._stand_back(time.monotonic() - started)
                if self._stop.is_set():
                    return
                started = time.monotonic()
            self.result = self.job.finish(self.progress)
        except Exception as error:  # shown to every watcher; a thread has nobody else to tell
            self.error = error

    def _stand_back(self, worked: float) -> None:
        until = time.monotonic() + min(PATIENCE * worked, LONGEST_WAIT)
        while self._urgent() and time.monotonic() < until and not self._stop.wait(0.01):
            pass


class Evaluations:
    """The evaluations of this process: at most one runs. ``urgent``, when set, says whether somebody else's work should go first."""

    def __init__(self):
        self.urgent: Callable[[], bool] = lambda: False
        self._lock = threading.Lock()
        self._run: SharedRun | None = None

    def start(self, job: Job, owner: str) -> SharedRun:
        """Start a job, or join the one under way with the same key. BusyError while another is under way."""
        with self._lock:
            current = self._run
            if current and current.running and not current.cancelled:
                if current.job.key == job.key:
                    return current
                raise BusyError(
                    f"{current.job.name} is being evaluated now{share(current.progress)}; try again when it has finished."
                )
            self._run = SharedRun(job, owner, self.urgent)
            return self._run

    def running(self) -> bool:
        """Whether one is under way now."""
        return self._run is not None and self._run.running

    def cancel(self, owner: str) -> bool:
        """Stop the run under way if `owner` started it; says whether it did."""
        with self._lock:
            mine = self._run is not None and self._run.running and self._run.owner == owner
            if mine:
                self._run.cancel()
            return mine


def share(progress) -> str:
    return f" ({progress.done / progress.total:.0%})" if progress else ""


SHARED = Evaluations()
