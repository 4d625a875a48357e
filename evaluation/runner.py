"""Runs a model over a labelled set, chunk by chunk (`run`), and shares that work between visitors, one run at a time (`Evaluations`)."""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from model.datasets import Labelled, unit

# After each step a run waits for what is more urgent: at most so many times as long as the step took, and at most so many seconds.
# Under a crowd that never stops it takes nine times as long as alone.
PATIENCE, LONGEST_WAIT = 8, 0.4
ENDING = 10.0  # seconds that a new run waits for one that was cancelled
CHUNK = 500  # images; some hundredths of a second: progress looks alive, cancelling is quick, the cores seldom wait for each other


class Classifier(Protocol):
    """What a run needs of a model; model.recogniser.Recogniser is one."""

    def probabilities(self, images: np.ndarray, /) -> tuple[np.ndarray, np.ndarray]:
        """(n, 28, 28) float32 in [0, 1] → (n, 10) float32 with rows that sum to 1, and (n,) float32 not_digit."""
        ...


class Step(Protocol):
    """How far work has come: `done` of `total`."""

    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int: ...


@dataclass(frozen=True)
class Progress:
    """How far a run has come, with everything it has found so far.

    probabilities: (done, 10) float32, and labels: (done,) int64, of the first `done` of `total` images; seconds: of work, without
    what the run waited for more urgent work between its steps; none: (done,) float32, that each image is no digit, or None.
    """

    done: int
    total: int
    seconds: float
    labels: np.ndarray
    probabilities: np.ndarray
    none: np.ndarray | None = field(default=None, kw_only=True)

    @property
    def images_per_second(self) -> float:
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float:
        return (self.total - self.done) / self.images_per_second if self.done else float("inf")


class BusyError(Exception):
    """Another model is being evaluated; the text says which and how far it is."""


def run(classifier: Classifier, labelled: Labelled, chunk: int = CHUNK) -> Generator[Progress, None, None]:
    """Read all images of `labelled`, yielding after every `chunk` of them; the last has done == total.

    Closing the generator stops the work. The arrays grow in place behind each Progress; what it shows never changes.
    """
    total = len(labelled)
    probabilities, none = np.empty((total, 10), np.float32), np.empty(total, np.float32)
    seconds = 0.0
    for first in range(0, total, chunk):
        start, last = time.perf_counter(), min(first + chunk, total)
        probabilities[first:last], none[first:last] = classifier.probabilities(unit(labelled.images[first:last]))
        seconds += time.perf_counter() - start
        yield Progress(last, total, seconds, labelled.labels[:last], probabilities[:last], none=none[:last])


@dataclass(frozen=True)
class Job:
    """Work that takes a while: `steps()` yields how far it has come, `finish(last step)` makes the result.

    name: the model's, for those who wait; key: who asks for the same key joins the run instead of waiting.
    """

    name: str
    key: tuple
    steps: Callable[[], Iterator[Step]]
    finish: Callable[[Any], object]


class SharedRun:
    """One job in its own thread, watched by any number of visitors.

    A visitor who goes away (a closed page) changes nothing: the run ends by itself and keeps its result for the next one. Only
    its owner can cancel it.
    """

    def __init__(self, job: Job, owner: str, urgent: Callable[[], bool] = lambda: False):
        self.job, self.owner, self._urgent = job, owner, urgent
        self.progress: Step | None = None
        self.result: object | None = None  # what the job's `finish` made of the last step
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
        """Stop after the step under way; `cancelled` is true from now on."""
        self._stop.set()

    def join(self, seconds: float) -> None:
        """Wait for its end, so long at most."""
        self._thread.join(seconds)

    def watch(self, seconds: float = 0.4) -> Generator[Step, None, None]:
        """The newest progress every so many seconds until the run has ended; then read result, error and cancelled."""
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
                self._let_urgent_work_pass(time.monotonic() - started)
                if self._stop.is_set():
                    return
                started = time.monotonic()
            found = self.job.finish(self.progress)
            if not self._stop.is_set():
                self.result = found
        except Exception as error:  # shown to every visitor who watches; nobody else sees what happens in a thread
            self.error = error

    def _let_urgent_work_pass(self, worked: float) -> None:
        """worked: seconds that the last step took."""
        until = time.monotonic() + min(PATIENCE * worked, LONGEST_WAIT)
        while self._urgent() and time.monotonic() < until and not self._stop.wait(0.01):
            pass


class Evaluations:
    """The evaluations of this process: at most one runs. ``urgent``, when set, says whether other work should go first."""

    def __init__(self):
        self.urgent: Callable[[], bool] = lambda: False
        self._lock = threading.Lock()
        self._run: SharedRun | None = None

    def start(self, job: Job, owner: str) -> SharedRun:
        """Start a job, or join the run under way with the same key. owner: who may cancel it. Raises BusyError while another runs; one
        that was cancelled is given ENDING seconds to end."""
        if self._run and self._run.cancelled:
            self._run.join(ENDING)
        with self._lock:
            current = self._run
            if current and current.running:
                if current.cancelled:
                    raise BusyError(f"{current.job.name} is being stopped; try again in a moment.")
                if current.job.key == job.key:
                    return current
                raise BusyError(
                    f"{current.job.name} is being evaluated now{_share_done(current.progress)}; try again when it has finished."
                )
            self._run = SharedRun(job, owner, self.urgent)
            return self._run

    def running(self) -> bool:
        """Whether a run is under way now."""
        return self._run is not None and self._run.running

    def cancel(self, owner: str) -> bool:
        """Stop the run under way if `owner` started it; returns whether it did."""
        with self._lock:
            current = self._run
            if current is None or not current.running or current.owner != owner:
                return False
            current.cancel()
            return True


def _share_done(progress: Step | None) -> str:
    return f" ({progress.done / progress.total:.0%})" if progress else ""


SHARED = Evaluations()  # of this process: all its pages show the same runs
