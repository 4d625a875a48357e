"""Recognisers, test sets and reports that need no training and no data set."""

import threading
from typing import TypeVar

import numpy as np

from evaluation import report, runner
from evaluation.report import Report
from evaluation.runner import Classifier
from model.calibration import Calibration
from model.datasets import Labelled
from model.recogniser import Recogniser

T = TypeVar("T")


class Fake(Recogniser):
    """A recogniser without a network: its answers come from a seed. Until `go` is set it waits."""

    def __init__(self, name: str = "fake", seed: int = 0):
        self.name, self.weights_sha256 = name, f"{name}{seed}"
        self.calibration, self.second_look = Calibration(temperature=1.5), False
        self.choice, self.calibrated, self.calibrated_on = None, True, ""
        self.rng, self.go = np.random.default_rng(seed), threading.Event()
        self.go.set()

    def probabilities(self, images: np.ndarray, one_look: bool = False) -> tuple[np.ndarray, np.ndarray]:
        self.go.wait(10)
        digits = self.rng.dirichlet(np.full(10, 0.2), len(images)).astype(np.float32)
        return digits, np.zeros(len(images), np.float32)

    @property
    def epochs(self) -> list[dict]:
        return [{"epoch": 1, "loss": 0.5, "accuracy": 0.9}]


class Always(Classifier):
    """Reads one digit in every image. calls: how often it was asked."""

    def __init__(self, digit: int):
        self.digit, self.calls = digit, 0

    def probabilities(self, images: np.ndarray, /) -> tuple[np.ndarray, np.ndarray]:
        self.calls += 1
        return np.eye(10, dtype=np.float32)[[self.digit] * len(images)], np.zeros(len(images), np.float32)


def labelled(n: int = 1000) -> Labelled:
    """n images of noise with labels that mean nothing."""
    rng = np.random.default_rng(0)
    return Labelled(rng.integers(0, 256, (n, 28, 28), dtype=np.uint8), rng.integers(0, 10, n))


def made(name: str = "fake", seed: int = 0) -> Report:
    """A report of a Fake on `labelled()`."""
    test = labelled()
    *_, last = runner.run(Fake(name, seed), test)
    return report.finish(Fake(name, seed), test, last, "test")


def known(value: T | None) -> T:
    """What this report has, though others have none."""
    assert value is not None
    return value
