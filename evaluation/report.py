"""A report: what a run found, with what decided it (weights, data, versions). evaluation/report_files.py writes it down."""

import hashlib
import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from evaluation.metrics import Metrics, Uncalibrated, before_calibration, evaluate, predictions
from evaluation.robustness import Score, mean_accuracy
from evaluation.runner import Progress
from model.datasets import LABEL_PROBLEMS, Labelled, sha256_of

PACKAGES = ("numpy", "scipy", "scikit-learn", "ai-edge-litert", "opencv-python-headless")
MNIST_TEST = "MNIST test"


@dataclass(frozen=True)
class Dataset:
    """What was read: a name, how many images, and the sha256 of images and labels."""

    name: str
    n: int
    sha256: str


@dataclass(frozen=True)
class Robustness:
    """Accuracy under the 15 corruptions on a sample: how many images, which seed, the mean and each score."""

    n: int
    seed: int
    mean: float
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class Folder:
    """What only a folder of pictures has: file names by index, how many got each verdict, files that were no picture."""

    files: tuple[str, ...]
    verdicts: dict[str, int]
    unreadable: tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)  # compared and cached by identity: it holds arrays
class Report:
    """One model on one data set. labels, predicted: (n,) int64; probabilities: (n, 10) to four decimals.
    second_look: whether it read again what it was not certain of (model/test_time_augmentation.py)."""

    model: str
    weights_sha256: str
    dataset: Dataset
    metrics: Metrics
    labels: np.ndarray
    predicted: np.ndarray
    probabilities: np.ndarray
    epochs: tuple[dict, ...]
    seconds: float
    images_per_second: float
    versions: dict[str, str]
    created: str
    before: Uncalibrated | None = None
    robustness: Robustness | None = None
    folder: Folder | None = None
    second_look: bool = False

    def with_robustness(self, scores: Sequence[Score], seed: int) -> "Report":
        return replace(self, robustness=Robustness(scores[0].n, seed, mean_accuracy(tuple(scores)), tuple(scores)))


def finish(recogniser, labelled: Labelled, progress: Progress, name: str = MNIST_TEST) -> Report:
    """The report of a run that has reached its end. The label problems are set aside on MNIST's test set only."""
    aside = LABEL_PROBLEMS if name == MNIST_TEST else ()
    return Report(
        model=recogniser.name,
        weights_sha256=recogniser.weights_sha256,
        dataset=Dataset(name, len(labelled), sha256_of(labelled)),
        metrics=evaluate(progress.labels, progress.digits, aside),
        labels=np.asarray(progress.labels, np.int64),
        predicted=predictions(progress.digits),
        probabilities=progress.digits.astype(np.float64).round(4),
        epochs=tuple(recogniser.epochs),
        seconds=round(progress.seconds, 3),
        images_per_second=round(progress.images_per_second, 1),
        versions=versions(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        before=before_calibration(progress.labels, progress.digits, recogniser.calibration.temperature),
        second_look=recogniser.second_look,
    )


def versions() -> dict[str, str]:
    """Python, the packages that decide a figure, and a hash of this project's own code that does."""
    root = Path(__file__).resolve().parent.parent
    code = hashlib.sha256()
    for path in sorted([*(root / "evaluation").glob("*.py"), *(root / "model").glob("*.py")]):
        code.update(path.read_bytes())
    return {"python": platform.python_version(), **{p: version(p) for p in PACKAGES}, "code_sha256": code.hexdigest()}
