"""Distillation: a small network learns to answer as a trained one does (Hinton et al. 2015, "Distilling the Knowledge in a Neural Network").

It sees what its teacher learned from, varied alike, and the teacher's outputs, second looks included, are its labels. Enter at
`Distillation`, the task of a recipe that names a teacher.
"""

import numpy as np

from model import datasets, recogniser
from model.test_time_augmentation import with_second_look
from model.training import digit_set
from model.training.augmentation import Augmenter
from model.training.recipes import Phase, Recipe
from model.training.tasks import Batches, Judge, SingleDigits

# Epochs that show the same varied images, each time in another order: the teacher's outputs cost three times as much as an epoch
# of the student.
REPEATS = 4
CHUNK = 4_000  # images that the teacher answers at once


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
