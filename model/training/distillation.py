"""Distillation: a small network learns to answer as a trained one does (Hinton et al. 2015, "Distilling the Knowledge in a Neural Network").

It sees varied images, and the teacher's outputs, second looks included, are its labels. Enter at `Distillation`, the task of a recipe
that names a teacher. In the end `clear` finds the confidence from which its answers count, and `enough` the one from which its teacher
looks no further (model/cascade.py).
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from model import calibration, datasets, recogniser
from model.calibration import SURE, Calibration
from model.inference import Engine
from model.recogniser import Recogniser
from model.test_time_augmentation import CERTAIN, with_second_look
from model.training import digit_set, negatives
from model.training.augmentation import DAMAGED, MILD, Augmenter, Strength
from model.training.measure import CALIBRATION_SEED
from model.training.recipes import Phase, Recipe
from model.training.tasks import Batches, Judge, SingleDigits

if TYPE_CHECKING:
    import keras

# Epochs that show the same varied images, each time in another order: the teacher's outputs cost as much as an epoch.
REPEATS = 3
LEARNED_NEGATIVES = 12_000  # pictures that are no digit, beside MNIST's 55,000 images
CHUNK = 4_000  # images that the teacher answers at once
# Share of a set's digits, and of what is no digit, that may be answered worse than by the teacher with all its looks. That is sure of 0.5 % of what is
# no digit; a tenth of that may come on top.
MAX_HARM, MAX_HARM_NONE = 1e-4, 5e-4
VARIATIONS, NEGATIVES = 4, 20_000  # of each held-out MNIST image, plain and damaged; in all
ENOUGH = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)  # means tried, from which the teacher takes no further look
Answers = TypeVar("Answers")


class Distillation(SingleDigits):
    """MNIST's images and some that are no digit, with the outputs of the recipe's teacher, (n, 11).

    No pen strokes: what is drawn or photographed never reaches the student.
    """

    loss: Judge = "categorical_crossentropy"
    metric: Judge = "categorical_accuracy"  # how many get the teacher's answer

    def __init__(self, recipe: Recipe, mnist: datasets.Labelled, seed: int):
        if recipe.teacher is None:
            raise ValueError(f"The recipe {recipe.name} names no teacher.")
        self.recipe, self.seed, self.pens, self.pools = recipe, seed, (), None
        self.training, self.held_out = mnist[: datasets.HELD_OUT], mnist[datasets.HELD_OUT :]
        made = negatives.make(LEARNED_NEGATIVES, self.training.images, np.random.default_rng(seed))
        self._images = np.concatenate([self.training.images, made])
        self._teacher = recogniser.load(recipe.teacher)
        self._shown: tuple[tuple, np.ndarray, np.ndarray] | None = None  # what it is, images, outputs

    @property
    def counts(self) -> dict[str, int]:
        return {"mnist_images": len(self.training), "no_digit_images": len(self._images) - len(self.training)}

    def batches(self, epoch: int, phase: Phase, shape: tuple) -> tuple[int, Batches]:
        """Images of ``shape``, float32 in [0, 1], and the teacher's outputs, (n, 11) float32."""
        images, outputs = self._examples(epoch // REPEATS, phase)
        order = np.random.default_rng([self.seed, epoch]).permutation(len(images))
        size = self.recipe.batch
        starts = range(0, len(order) - size + 1, size)

        def generate() -> Batches:
            for start in starts:
                part = order[start : start + size]
                yield datasets.unit(images[part]).reshape(shape), outputs[part]

        return len(starts), generate()

    def _examples(self, number: int, phase: Phase) -> tuple[np.ndarray, np.ndarray]:
        """Varied images, (n, 28, 28) uint8, and the teacher's outputs; the last ones are kept."""
        if self._shown is None or self._shown[0] != (number, phase.variation):
            if phase.variation is None:
                raise ValueError("A student learns from varied images.")
            images = _varied(Augmenter([self.seed, number]), self._images, phase.variation)
            outputs = _in_chunks(functools.partial(with_second_look, self._teacher.engine), images)
            self._shown = (number, phase.variation), images, np.concatenate(outputs)
        return self._shown[1:]

    def measure(self, network: "keras.Model", path: Path) -> dict:
        figures, student = super().measure(network, path), Engine(path)
        # On MNIST alone, for it never saw how pens write.
        found = calibration.fit(student(datasets.unit(self.held_out.images)), self.held_out.labels)
        figures["temperature"] = round(found.temperature, 4)
        sets = {name: Asked(self._teacher, images) for name, images in held_out_sets(self.held_out).items()}
        threshold, answered = clear(self._teacher, student, figures["temperature"], sets)
        figures["thresholds"] = {
            "sure": round(found.sure, 4),
            "not_digit": round(found.not_digit, 4),
            "clear": threshold,
            "enough": enough(self._teacher, sets),
            "found_on": "MNIST training images 55,000–59,999",
            "rule": f"clear and enough: the lowest at which {self._teacher.name}, with all its looks, would answer at most {MAX_HARM:.2%} "
            f"of the digits of each set better, and {MAX_HARM_NONE:.2%} of what is no digit",
        }
        return {**figures, "teacher": self._teacher.weights_sha256, "clear_share": answered}


def held_out_sets(mnist: datasets.Labelled) -> dict[str, datasets.Labelled]:
    """Name → images that neither network learned from, with labels 0–9, or digit_set.NONE for no digit. mnist: MNIST's held-out ones."""
    mild, damaged = Augmenter(CALIBRATION_SEED), Augmenter(CALIBRATION_SEED + 1)
    varied = [mnist.images, *(_varied(mild, mnist.images, MILD) for _ in range(VARIATIONS - 1))]
    worn = [_varied(damaged, mnist.images, DAMAGED) for _ in range(VARIATIONS)]
    labels = np.tile(mnist.labels, VARIATIONS)
    none = negatives.make(NEGATIVES, mnist.images, np.random.default_rng(CALIBRATION_SEED))
    return {
        "mnist": datasets.Labelled(np.concatenate(varied), labels),
        "damaged": datasets.Labelled(np.concatenate(worn), labels),
        "no digit": datasets.Labelled(none, np.full(len(none), digit_set.NONE)),
    }


def _in_chunks(work: Callable[[np.ndarray], Answers], images: np.ndarray) -> list[Answers]:
    """What ``work`` makes of images, (n, 28, 28) uint8, CHUNK at a time."""
    return [work(datasets.unit(images[at : at + CHUNK])) for at in range(0, len(images), CHUNK)]


def _varied(augmenter: Augmenter, images: np.ndarray, strength: Strength) -> np.ndarray:
    return np.round(augmenter(images, strength) * 255).astype(np.uint8)


class Asked:
    """A set, with the answers of the teacher alone, all its looks taken."""

    def __init__(self, teacher: Recogniser, labelled: datasets.Labelled):
        self.images, self.labels = labelled.images, labelled.labels
        self.digits, self.none = self.answers(teacher.alone().probabilities)
        self.sure = np.array(teacher.verdicts(self.digits, self.none)) == SURE
        self.none_of_them = bool(self.labels[0] == digit_set.NONE)
        self.allowed = int((MAX_HARM_NONE if self.none_of_them else MAX_HARM) * len(self.images))

    def answers(self, reader: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
        """What ``reader`` gives, CHUNK images at a time: digits (n, 10) and not_digit (n,), as `Recogniser.probabilities`."""
        digits, none = (np.concatenate(each) for each in zip(*_in_chunks(reader, self.images), strict=True))
        return digits, none

    def worse(self, digits: np.ndarray, sure: np.ndarray | bool = True) -> np.ndarray:
        """Which answers are worse than the teacher's, (n,) bool: wrong where that is right, or, of what is no digit, sure where that is
        not."""
        if self.none_of_them:
            return ~self.sure & sure
        return (digits.argmax(axis=1) != self.labels) & (self.digits.argmax(axis=1) == self.labels)


def clear(
    teacher: Recogniser, student: Engine, temperature: float, sets: dict[str, Asked]
) -> tuple[float, dict[str, float]]:
    """The lowest confidence, in [0, 1], at which the student answers hardly any image of any set worse than its teacher.

    Returns it with the share of each set that reaches it.
    """
    calibrated = Calibration(temperature)
    confidences, lowest = {}, teacher.calibration.sure
    for name, asked in sets.items():
        digits, none = asked.answers(lambda images: calibrated.apply(student(images)))
        confidences[name] = calibration.confidence(digits, none)
        harmful = np.sort(confidences[name][asked.worse(digits)])[::-1]
        if len(harmful) > asked.allowed:
            lowest = max(lowest, float(harmful[asked.allowed]))
    threshold = round(float(np.floor(lowest * 1e5) + 1) / 1e5, 5)  # above that answer
    answered = {name: round(float((confidence >= threshold).mean()), 4) for name, confidence in confidences.items()}
    return threshold, answered


def enough(teacher: Recogniser, sets: dict[str, Asked]) -> float:
    """The lowest of ENOUGH from which the teacher may take no further look, and hardly any answer becomes worse."""

    def harmless(limit: float, asked: Asked) -> bool:
        def fewer_looks(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return teacher.calibration.apply(with_second_look(teacher.engine, images, enough=limit))

        digits, none = asked.answers(fewer_looks)
        sure = np.array(teacher.verdicts(digits, none)) == SURE
        return bool(asked.worse(digits, sure).sum() <= asked.allowed)

    return next(
        (limit for limit in ENOUGH if all(harmless(limit, asked) for asked in sets.values())),
        CERTAIN,
    )
