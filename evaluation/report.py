"""`Report`: what a run found, with all that decided it (weights, data, versions). `finish` makes one; report_files.py saves it."""

import hashlib
import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from evaluation.cost import Cost
from evaluation.metrics import Metrics, Uncalibrated, before_calibration, evaluate, predictions
from evaluation.refusal import Refusal
from evaluation.robustness import Score, mean_accuracy
from evaluation.runner import Progress
from evaluation.slices import Slices
from model.datasets import LABEL_PROBLEMS, Labelled, sha256_of
from model.recogniser import Recogniser

PACKAGES = ("numpy", "scipy", "ai-edge-litert", "opencv-python-headless")  # those that decide a figure
MNIST_TEST = "MNIST test"


@dataclass(frozen=True)
class Dataset:
    """What was read: a name, how many images, and the sha256 of images and labels."""

    name: str
    n: int
    sha256: str


@dataclass(frozen=True)
class Robustness:
    """Accuracy under the 15 corruptions on a sample of n images, drawn with a seed; mean: of the corruptions."""

    n: int
    seed: int
    mean: float
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class Folder:
    """What only picture files have: their names by index, how many got each verdict, and (name, reason) of those not readable."""

    files: tuple[str, ...]
    verdicts: dict[str, int]
    unreadable: tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)  # compared and cached by identity: it holds arrays
class Report:
    """One model on one data set.

    labels, predicted: (n,) int64, −1 for no single digit; probabilities: (n, 10) float64 to four decimals; epochs: the training
    history, a dict for each row, with "epoch" and any of "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate",
    "seconds"; seconds: of work; versions: package → version; created: ISO 8601, UTC; before: None where calibration changes
    nothing; second_look: whether the model took one (model/test_time_augmentation.py); notes: what a person should know of a custom
    model, a sentence each; slices, refusal, cost: None where they were not looked at (details.py); none: (n,) float64, that each
    image is no digit, None where a file does not say.
    """

    model: str
    weights_sha256: str
    dataset: Dataset
    metrics: Metrics
    labels: np.ndarray
    predicted: np.ndarray
    probabilities: np.ndarray
    epochs: tuple[dict[str, float | None], ...]
    seconds: float
    images_per_second: float
    versions: dict[str, str]
    created: str
    before: Uncalibrated | None = None
    robustness: Robustness | None = None
    folder: Folder | None = None
    second_look: bool = False
    notes: tuple[str, ...] = ()
    slices: Slices | None = None
    refusal: Refusal | None = None
    cost: Cost | None = None
    none: np.ndarray | None = None

    def with_robustness(self, scores: Sequence[Score], seed: int) -> "Report":
        """The same report with robustness. scores: at least one; seed: of the sample they were measured on."""
        return replace(self, robustness=Robustness(scores[0].n, seed, mean_accuracy(tuple(scores)), tuple(scores)))


def finish(recogniser: Recogniser, labelled: Labelled, progress: Progress, name: str = MNIST_TEST) -> Report:
    """The report of a run that has reached its end. The label problems are set aside on MNIST's test set only."""
    problems = LABEL_PROBLEMS if name == MNIST_TEST else ()
    return Report(
        model=recogniser.name,
        weights_sha256=recogniser.weights_sha256,
        dataset=Dataset(name, len(labelled), sha256_of(labelled)),
        metrics=evaluate(progress.labels, progress.probabilities, problems),
        labels=np.asarray(progress.labels, np.int64),
        predicted=predictions(progress.probabilities),
        probabilities=progress.probabilities.astype(np.float64).round(4),
        epochs=tuple(recogniser.epochs),
        seconds=round(progress.seconds, 3),
        images_per_second=round(progress.images_per_second, 1),
        versions=versions(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        before=before_calibration(progress.labels, progress.probabilities, recogniser.calibration.temperature),
        second_look=recogniser.second_look,
        notes=recogniser.notes,
        none=None if progress.none is None else progress.none.astype(np.float64).round(4),
    )


def versions() -> dict[str, str]:
    """Python, the packages that decide a figure, and a hash of this project's own code that does."""
    root = Path(__file__).resolve().parent.parent
    code = hashlib.sha256()
    for path in sorted([*(root / "evaluation").rglob("*.py"), *(root / "model").rglob("*.py")]):
        code.update(path.read_bytes())
    return {"python": platform.python_version(), **{p: version(p) for p in PACKAGES}, "code_sha256": code.hexdigest()}
