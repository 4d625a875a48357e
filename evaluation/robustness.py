"""Accuracy under the 15 corruptions of MNIST-C (corruptions.py), on a seeded sample or on everything: `measure`, `scores`."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np

from evaluation.corruptions import CHUNK, CORRUPTIONS, corrupted
from evaluation.metrics import Interval, wilson
from evaluation.runner import Classifier
from model.datasets import Labelled, unit


@dataclass(frozen=True)
class Score:
    """Accuracy under one corruption ("clean" for none), with its Wilson interval."""

    corruption: str
    n: int
    errors: int
    accuracy: float
    interval: Interval


@dataclass(frozen=True)
class Measuring:
    """How far a measurement has come: `done` of `total` images, all corruptions together, and the scores found so far."""

    done: int
    total: int
    scores: tuple[Score, ...]


def sample(labelled: Labelled, n: int, seed: int) -> Labelled:
    """n images drawn without replacement (all of them where there are fewer), in the order of the data set."""
    chosen = np.sort(np.random.default_rng(seed).permutation(len(labelled))[:n])
    return labelled[chosen]


def measure(
    classifier: Classifier, labelled: Labelled, n: int = 1000, seed: int = 0
) -> Generator[Measuring, None, None]:
    """Accuracy on `n` of the labelled images, "clean" first, then under each of the 15 corruptions.

    Yields after every CHUNK images, so that a page can show the scores as they come and stop between.
    """
    chosen, scores, done = sample(labelled, n, seed), (), 0
    total = len(chosen)
    for name in ("clean", *CORRUPTIONS):
        errors = first = 0
        for images in _chunks(chosen.images) if name == "clean" else corrupted(chosen.images, name, seed):
            answers = classifier.probabilities(unit(images))[0].argmax(axis=1)
            errors += int((answers != chosen.labels[first : first + len(images)]).sum())
            first += len(images)
            done += len(images)
            if first == total:
                scores += (Score(name, total, errors, 1 - errors / total, wilson(total - errors, total)),)
            yield Measuring(done, total * (len(CORRUPTIONS) + 1), scores)


def _chunks(images: np.ndarray) -> Iterator[np.ndarray]:
    return (images[i : i + CHUNK] for i in range(0, len(images), CHUNK))


def scores(classifier: Classifier, labelled: Labelled, n: int = 1000, seed: int = 0) -> tuple[Score, ...]:
    """Accuracy on `n` of the labelled images, clean and under each of the 15 corruptions."""
    *_, last = measure(classifier, labelled, n, seed)
    return last.scores


def mean_accuracy(results: tuple[Score, ...]) -> float:
    """The benchmark's figure: the plain mean over the corruptions, clean images not counted."""
    return float(np.mean([score.accuracy for score in results if score.corruption != "clean"]))
