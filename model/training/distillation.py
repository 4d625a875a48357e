"""Distillation: a small network learns to answer as a trained one does (Hinton et al. 2015, "Distilling the Knowledge in a Neural Network").

It sees varied images, and the teacher's outputs, second looks included, are its labels. Enter at `Distillation`, the task of a recipe
that names a teacher. In the end `clear` finds the confidence from which its answers count
(model/cascade.py).
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model import calibration, datasets, recogniser
from model.calibration import SURE, Calibration
from model.inference import Engine
from model.recogniser import Recogniser
from model.test_time_augmentation import with_second_look
from model.training import digit_set, negatives
from model.training.augmentation import MILD, Augmenter, Strength
from model.training.measure import CALIBRATION_SEED
from model.training.recipes import Phase, Recipe
from model.training.tasks import Batches, Judge, SingleDigits

if TYPE_CHECKING:
    import keras

# Epochs that show the same varied images, each time in another order: the teacher's outputs cost as much as an epoch.
REPEATS = 3
LEARNED_NEGATIVES = 12_000  # pictures that are no digit, beside MNIST's 55,000 images
CHUNK = 4_000  # images that the teacher answers at once
MAX_HARM = 1e-4  # share of a set's images that the student may answer worse than its teacher
VARIATIONS, NEGATIVES = 3, 2_000  # of each held-out MNIST image; in all
DAMAGED = Strength(rotation=0, scale=0, aspect=0, shear=0, shift=0, elastic=0, pen=0, damage=1)


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
            varied = Augmenter([self.seed, number])(self._images, phase.variation)
            images = np.round(varied * 255).astype(np.uint8)
            parts = [images[start : start + CHUNK] for start in range(0, len(images), CHUNK)]
            outputs = np.concatenate([with_second_look(self._teacher.engine, datasets.unit(part)) for part in parts])
            self._shown = (number, phase.variation), images, outputs
        return self._shown[1:]

    def measure(self, network: "keras.Model", path: Path) -> dict:
        figures, student = super().measure(network, path), Engine(path)
        # On MNIST alone, for it never saw how pens write.
        found = calibration.fit(student(datasets.unit(self.held_out.images)), self.held_out.labels)
        figures["temperature"] = round(found.temperature, 4)
        threshold, answered = clear(self._teacher, student, figures["temperature"], held_out_sets(self.held_out))
        figures["thresholds"] = {
            "sure": round(found.sure, 4),
            "not_digit": round(found.not_digit, 4),
            "clear": threshold,
            "found_on": "MNIST training images 55,000–59,999",
            "rule": f"clear: the lowest at which {self._teacher.name} would answer at most {MAX_HARM:.2%} of each set's images better",
        }
        return {**figures, "teacher": self._teacher.weights_sha256, "clear_share": answered}


def held_out_sets(mnist: datasets.Labelled) -> dict[str, datasets.Labelled]:
    """Name → images that neither network learned from, with labels 0–9, or digit_set.NONE for no digit. mnist: MNIST's held-out ones."""
    mild, damaged = Augmenter(CALIBRATION_SEED), Augmenter(CALIBRATION_SEED + 1)
    varied = [mnist.images, *(np.round(mild(mnist.images, MILD) * 255).astype(np.uint8) for _ in range(VARIATIONS))]
    none = negatives.make(NEGATIVES, mnist.images, np.random.default_rng(CALIBRATION_SEED))
    return {
        "mnist": datasets.Labelled(np.concatenate(varied), np.tile(mnist.labels, len(varied))),
        "damaged": datasets.Labelled(np.round(damaged(mnist.images, DAMAGED) * 255).astype(np.uint8), mnist.labels),
        "no digit": datasets.Labelled(none, np.full(len(none), digit_set.NONE)),
    }


def clear(
    teacher: Recogniser, student: Engine, temperature: float, sets: dict[str, datasets.Labelled]
) -> tuple[float, dict[str, float]]:
    """The lowest confidence, in [0, 1], at which the student answers hardly any image of any set worse than its teacher: wrongly
    where that is right, or, what is no digit, as a digit that the teacher is not sure of.

    Returns it with the share of each set that reaches it.
    """
    confidences, lowest = {}, teacher.calibration.sure
    for name, labelled in sets.items():
        parts = [datasets.unit(labelled.images[at : at + CHUNK]) for at in range(0, len(labelled), CHUNK)]
        digits, none = Calibration(temperature).apply(np.concatenate([student(part) for part in parts]))
        known = [teacher.alone().probabilities(part) for part in parts]
        expected, expected_none = (np.concatenate(each) for each in zip(*known, strict=True))
        if name == "no digit":
            worse = np.array(teacher.verdicts(expected, expected_none)) != SURE
        else:
            worse = (digits.argmax(axis=1) != labelled.labels) & (expected.argmax(axis=1) == labelled.labels)
        confidences[name] = calibration.confidence(digits, none)
        harmful = np.sort(confidences[name][worse])[::-1]
        allowed = int(MAX_HARM * len(labelled))
        if len(harmful) > allowed:
            lowest = max(lowest, float(harmful[allowed]))
    threshold = round(float(np.floor(lowest * 1e5) + 1) / 1e5, 5)  # above that answer
    answered = {name: round(float((confidence >= threshold).mean()), 4) for name, confidence in confidences.items()}
    return threshold, answered
