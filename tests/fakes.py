"""A recogniser and a report that need no training and no data set."""

import threading

import numpy as np

from evaluation import report, runner
from evaluation.report import Report
from model.calibration import Calibration
from model.datasets import Labelled


class Fake:
    """A recogniser that answers from a seed, and can be held up."""

    def __init__(self, name="fake", seed=0):
        self.name, self.weights_sha256, self.epochs = (
            name,
            f"{name}{seed}",
            [{"epoch": 1, "loss": 0.5, "accuracy": 0.9}],
        )
        self.calibration, self.second_look = Calibration(temperature=1.5), False
        self.rng, self.go = np.random.default_rng(seed), threading.Event()
        self.go.set()

    def probabilities(self, images):
        self.go.wait(10)
        digits = self.rng.dirichlet(np.full(10, 0.2), len(images)).astype(np.float32)
        return digits, np.zeros(len(images), np.float32)


def labelled(n: int = 1000) -> Labelled:
    """n images of noise with labels that mean nothing."""
    rng = np.random.default_rng(0)
    return Labelled(rng.integers(0, 256, (n, 28, 28), dtype=np.uint8), rng.integers(0, 10, n))


def made(name: str = "fake", seed: int = 0) -> Report:
    """A report of a Fake on `labelled()`."""
    test = labelled()
    *_, last = runner.run(Fake(name, seed), test)
    return report.finish(Fake(name, seed), test, last, "test")
