"""Distillation: a small network learns to answer as a trained one does (Hinton et al. 2015, "Distilling the Knowledge in a Neural Network").

It sees what its teacher learned from, varied alike, and the teacher's outputs, second looks included, are its labels. Enter at
`Distillation`, the task of a recipe that names a teacher. In the end `clear` finds the confidence from which its answers count
(model/cascade.py).
"""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model import datasets, recogniser
from model.calibration import SURE, Calibration
from model.inference import Engine
from model.recogniser import Recogniser
from model.test_time_augmentation import with_second_look
from model.training import digit_set, negatives
from model.training.augmentation import MILD, Augmenter, Strength
from model.training.measure import CALIBRATION_SEED
from model.training.recipes import Phase, Recipe
from model.training.rendering import as_image, pen_on_pads
from model.training.tasks import Batches, Judge, SingleDigits

if TYPE_CHECKING:
    import keras

# Epochs that show the same varied images, each time in another order: the teacher's outputs cost three times as much as an epoch
# of the student.
REPEATS = 4
CHUNK = 4_000  # images that the teacher answers at once
MAX_HARM = 1e-4  # share of a set's images that the student may answer worse than its teacher
VARIATIONS, NEGATIVES, DRAWINGS = 7, 5_000, 4  # of each held-out MNIST image; in all; of each held-out pen digit
DAMAGED = Strength(rotation=0, scale=0, aspect=0, shear=0, shift=0, elastic=0, pen=0, damage=1)


class Distillation(SingleDigits):
    """Images of one digit with the outputs of the recipe's teacher, (n, 11)."""

    loss: Judge = "categorical_crossentropy"
    metric: Judge = "categorical_accuracy"  # how many get the teacher's answer

    def __init__(self, recipe: Recipe, mnist: datasets.Labelled, seed: int):
        super().__init__(recipe, mnist, seed)
        if recipe.teacher is None:
            raise ValueError(f"The recipe {recipe.name} names no teacher.")
        self._teacher = recogniser.load(recipe.teacher)
        self._shown: tuple[tuple, np.ndarray, np.ndarray] | None = None  # what it is, images, outputs

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
        if self._shown is None or self._shown[0] != (number, phase):
            if self.pools is None or phase.variation is None:
                raise ValueError("A student learns from varied images.")
            examples = digit_set.epoch(self.pools, np.random.default_rng([self.seed, number]))
            varied = Augmenter([self.seed, number])(examples.images, phase.variation)
            images = np.round(varied * 255).astype(np.uint8)
            parts = [images[start : start + CHUNK] for start in range(0, len(images), CHUNK)]
            outputs = np.concatenate([with_second_look(self._teacher.engine, datasets.unit(part)) for part in parts])
            self._shown = (number, phase), images, outputs
        return self._shown[1:]

    def measure(self, network: "keras.Model", path: Path) -> dict:
        figures = super().measure(network, path)
        found = clear(self._teacher, Engine(path), figures["temperature"], held_out_sets(self.held_out))
        figures["thresholds"]["clear"] = found.pop("clear")
        rule = (
            f"on none of these sets more than {MAX_HARM:.2%} of the images answered worse than by {self._teacher.name}"
        )
        return {**figures, "teacher": self._teacher.weights_sha256, "clear": {**found, "rule": rule}}


def held_out_sets(mnist: datasets.Labelled) -> dict[str, datasets.Labelled]:
    """Name → images that neither network learned from, with labels 0–9, or digit_set.NONE for no digit. mnist: MNIST's held-out ones."""
    mild, damaged = Augmenter(CALIBRATION_SEED), Augmenter(CALIBRATION_SEED + 1)
    varied = [mnist.images, *(np.round(mild(mnist.images, MILD) * 255).astype(np.uint8) for _ in range(VARIATIONS))]
    drawn: list[tuple[list[np.ndarray], np.ndarray]] = []
    with contextlib.suppress(datasets.DataError):  # without pen strokes
        drawn = [pen_on_pads(datasets.HELD_OUT_WRITERS, CALIBRATION_SEED + at) for at in range(DRAWINGS)]
    none = negatives.make(NEGATIVES, mnist.images, np.random.default_rng(CALIBRATION_SEED))
    sets = {
        "mnist": datasets.Labelled(np.concatenate(varied), np.tile(mnist.labels, len(varied))),
        "damaged": datasets.Labelled(np.round(damaged(mnist.images, DAMAGED) * 255).astype(np.uint8), mnist.labels),
        "no digit": datasets.Labelled(none, np.full(len(none), digit_set.NONE)),
    }
    if drawn:
        images = np.stack([as_image(ink) for inks, _ in drawn for ink in inks])
        sets["pen writers"] = datasets.Labelled(images, np.concatenate([labels for _, labels in drawn]))
    return sets


def clear(teacher: Recogniser, student: Engine, temperature: float, sets: dict[str, datasets.Labelled]) -> dict:
    """The lowest confidence, in [0, 1], at which the student answers hardly any image of any set worse than its teacher: wrongly
    where that is right, or, what is no digit, as a digit that the teacher is not sure of.

    Returns it with the share of each set that reaches it: {"clear": float, "answered": {set: float}}.
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
        confidences[name] = digits.max(axis=1) * (1 - none)
        harmful = np.sort(confidences[name][worse])[::-1]
        allowed = int(MAX_HARM * len(labelled))
        if len(harmful) > allowed:
            lowest = max(lowest, float(harmful[allowed]))
    threshold = round(float(np.floor(lowest * 1e5) + 1) / 1e5, 5)  # above that answer
    answered = {name: round(float((confidence >= threshold).mean()), 4) for name, confidence in confidences.items()}
    return {"clear": threshold, "answered": answered}
