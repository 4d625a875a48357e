"""What a recipe learns: its batches, loss and metric, its validation, and the figures for its card. `make_task` in fit.py chooses.

`SingleDigits` learns images of one digit, `TouchingDigits` strips of several.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from model import datasets
from model.segmentation import strip
from model.training import digit_set, measure, strip_set
from model.training.augmentation import Augmenter
from model.training.recipes import Phase, Recipe

if TYPE_CHECKING:
    import keras

Batches = Iterable[Any]  # of (images, labels)
Judge = str | Callable  # a loss or metric: its name in Keras, or a function of labels and outputs


class Task(Protocol):
    """What `fit.train` needs to know of what is learned.

    loss, metric: what Keras minimises and shows; training, held_out: MNIST's training images that are learned from, and those that are not;
    pens: the pen digits that are learned from.
    """

    loss: Judge
    metric: Judge
    training: datasets.Labelled
    held_out: datasets.Labelled
    pens: Sequence[datasets.PenDigit]

    @property
    def counts(self) -> dict[str, int]:
        """How many images of each kind there are to learn from, for the card."""
        ...

    def batches(self, epoch: int, phase: Phase, shape: tuple) -> tuple[int, Batches]:
        """The number of batches of an epoch, and the batches; the same for the same seed. shape: of a batch, with -1 images."""
        ...

    def validate(self, network: "keras.Model") -> tuple[float, float]:
        """Mean loss, and accuracy in [0, 1], on what is held out."""
        ...

    def measure(self, network: "keras.Model", path: Path) -> dict:
        """For the card: what the trained ``network``, and the `.tflite` at ``path`` made of it, reach."""
        ...


class SingleDigits:
    """Images of one digit: MNIST as it is, or, where the recipe varies its images, the pools of digit_set.py."""

    loss: Judge = "sparse_categorical_crossentropy"
    metric: Judge = "accuracy"

    def __init__(self, recipe: Recipe, mnist: datasets.Labelled, seed: int):
        self.recipe, self.seed = recipe, seed
        self.training, self.held_out = mnist[: datasets.HELD_OUT], mnist[datasets.HELD_OUT :]
        self.pens: Sequence[datasets.PenDigit] = ()
        self.pools: digit_set.Pools | None = None
        if any(phase.variation for phase in recipe.phases):
            self.pens = pen_digits()
            self.pools = digit_set.make_pools(self.training, self.pens, seed)

    @property
    def counts(self) -> dict[str, int]:
        counts = {"mnist_images": len(self.training)}
        if self.pools:
            counts |= {"pen_images": len(self.pools.pen), "printed_images": len(self.pools.printed)}
            counts |= {"cut_images": len(self.pools.cut), "no_digit_images": len(self.pools.negatives)}
        return counts

    def batches(self, epoch: int, phase: Phase, shape: tuple) -> tuple[int, Batches]:
        """Images of ``shape``, float32 in [0, 1], and labels (n,) int64."""
        examples = self.examples(np.random.default_rng([self.seed, epoch]))
        augmenter = Augmenter([self.seed, epoch]) if self.pools else None
        size = self.recipe.batch
        starts = range(0, len(examples) - size + 1, size)

        def generate() -> Batches:
            for start in starts:
                part = examples[start : start + size]
                if augmenter and phase.variation:
                    images = augmenter(part.images, phase.variation)
                else:
                    images = datasets.unit(part.images)
                yield images.reshape(shape), part.labels

        return len(starts), generate()

    def examples(self, rng: np.random.Generator) -> datasets.Labelled:
        """What an epoch shows, shuffled."""
        return digit_set.epoch(self.pools, rng) if self.pools else self.training[rng.permutation(len(self.training))]

    def validate(self, network: "keras.Model") -> tuple[float, float]:
        return validate(network, self.held_out)

    def measure(self, network: "keras.Model", path: Path) -> dict:
        return measure.measure_digits(network, path, self.recipe.second_look)


class TouchingDigits:
    """Strips of digits that touch, made once and varied in every epoch."""

    def __init__(self, recipe: Recipe, mnist: datasets.Labelled, seed: int):
        from model.training import networks

        self.loss: Judge = networks.ctc_loss
        self.metric: Judge = networks.exact_match
        self.recipe, self.seed = recipe, seed
        self.training, self.held_out = mnist[: datasets.HELD_OUT], mnist[datasets.HELD_OUT :]
        self.pens: Sequence[datasets.PenDigit] = [p for p in pen_digits() if p.writer not in datasets.HELD_OUT_WRITERS]
        self.strips = strip_set.make(strip_set.STRIPS, self.pens, self.training, np.random.default_rng(seed))
        self.unseen = strip_set.unseen()

    @property
    def counts(self) -> dict[str, int]:
        digits = sum(len(s.symbols) for s in self.strips if s.symbols != (strip.NONE,))
        return {"strips": len(self.strips), "digits": digits, "mnist_images": len(self.training)}

    def batches(self, epoch: int, phase: Phase, shape: tuple) -> tuple[int, Batches]:
        """Images (n, 36, w, 1) float32 in [0, 1], and symbols (n, strip_set.LONGEST) int32."""
        import tensorflow as tf

        if phase.variation is None:
            raise ValueError("Strips are varied in every phase.")
        rng = np.random.default_rng([self.seed, epoch])
        order = rng.permutation(len(self.strips))
        images = [strip_set.vary(self.strips[at].image, phase.variation, rng) for at in order]
        made = strip_set.batches(images, [self.strips[at].symbols for at in order], self.recipe.batch, rng)
        kinds = tf.TensorSpec((None, *shape[1:]), tf.float32), tf.TensorSpec((None, strip_set.LONGEST), tf.int32)
        unit = ((images / np.float32(255), symbols) for images, symbols in made)
        return len(made), tf.data.Dataset.from_generator(lambda: unit, output_signature=kinds).prefetch(1)

    def validate(self, network: "keras.Model") -> tuple[float, float]:
        """Mean loss, and the share of the held-out strips that are read exactly."""
        from model.training import networks

        images, symbols = [s.image for s in self.unseen], [s.symbols for s in self.unseen]
        made = strip_set.batches(images, symbols, 100, np.random.default_rng(0))
        pairs = [(symbols, network(images / np.float32(255), training=False)) for images, symbols in made]
        losses = np.concatenate([networks.ctc_loss(*pair).numpy() for pair in pairs])
        matches = np.concatenate([networks.exact_match(*pair).numpy() for pair in pairs])
        return float(losses.mean()), float(matches.mean())

    def measure(self, network: "keras.Model", path: Path) -> dict:
        return measure.measure_strips(network, path, self.unseen)


def validate(network: "keras.Model", known: datasets.Labelled) -> tuple[float, float]:
    """Mean loss, and accuracy in [0, 1], on images of digits."""
    images = datasets.unit(known.images).reshape(-1, *network.input_shape[1:])
    outputs = network.predict(images, batch_size=500, verbose=0)  # pyright: ignore[reportArgumentType] (Keras takes 0)
    of_the_label = outputs[np.arange(len(known)), known.labels]
    right = outputs[:, :10].argmax(axis=1) == known.labels
    return float(-np.log(np.maximum(of_the_label, 1e-7)).mean()), float(right.mean())


def pen_digits() -> tuple[datasets.PenDigit, ...]:
    """All pen digits, or none, with a warning, where they are missing."""
    try:
        return datasets.load_pendigits()
    except datasets.DataError as error:
        print(f"Training without pen strokes, so flagged 1s and barred 7s will be misread more often. {error}")
        return ()
