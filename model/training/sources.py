"""What each recipe is shown, epoch by epoch, and what it is tried on meanwhile: images of single digits, or strips of several."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from model import datasets
from model.segmentation import strip
from model.training import model_card, strip_set, training_set
from model.training.augmentation import Augmenter
from model.training.recipes import Phase, Recipe


def source(recipe: Recipe, mnist: datasets.Labelled, seed: int) -> "Digits | Strips":
    """``mnist`` are the training images; those from HELD_OUT on are tried on, not shown."""
    return (Strips if recipe.network == "touching" else Digits)(recipe, mnist, seed)


class Digits:
    """Plain MNIST, or the recipe's pools with random variations."""

    loss, metric = "sparse_categorical_crossentropy", "accuracy"

    def __init__(self, recipe: Recipe, mnist: datasets.Labelled, seed: int):
        self.recipe, self.seed, self.pools = recipe, seed, None
        self.learn, self.held_out = mnist[: datasets.HELD_OUT], mnist[datasets.HELD_OUT :]
        self.pens = []
        if any(phase.variation for phase in recipe.phases):
            self.pens = pen_digits()
            self.pools = training_set.make_pools(self.learn, self.pens, seed)

    @property
    def ingredients(self) -> dict[str, int]:
        """How many images of which kind there are to learn from, for the card."""
        counts = {"mnist_images": len(self.learn)}
        if self.pools:
            counts |= {"pen_images": len(self.pools.pen), "printed_images": len(self.pools.printed)}
            counts |= {"cut_images": len(self.pools.cut), "no_digit_images": len(self.pools.outliers)}
        return counts

    def batches(self, epoch: int, phase: Phase, shape: tuple) -> tuple[int, Iterable]:
        """(number of batches, batches of images of that shape, float32, and labels) of an epoch; the same for the same seed."""
        rng = np.random.default_rng([self.seed, epoch])
        if self.pools:
            shown, vary = training_set.epoch(self.pools, rng), Augmenter([self.seed, epoch])
        else:
            order = rng.permutation(len(self.learn))
            shown, vary = datasets.Labelled(self.learn.images[order], self.learn.labels[order]), None
        size = self.recipe.batch
        starts = range(0, len(shown) - size + 1, size)

        def generate():
            for start in starts:
                part = shown[start : start + size]
                images = vary(part.images, phase.variation) if vary else datasets.unit(part.images)
                yield images.reshape(shape), part.labels

        return len(starts), generate()

    def tried(self, network) -> tuple[float, float]:
        """Mean loss and accuracy on the held-out images."""
        unseen = datasets.unit(self.held_out.images).reshape(-1, *network.input_shape[1:])
        outputs = network.predict(unseen, batch_size=500, verbose=0)
        of_the_label = outputs[np.arange(len(self.held_out)), self.held_out.labels]
        right = outputs[:, :10].argmax(axis=1) == self.held_out.labels
        return float(-np.log(np.maximum(of_the_label, 1e-7)).mean()), float(right.mean())

    def measured(self, network, path: Path) -> dict:
        """For the card: what ``network`` (Keras) and the ``.tflite`` that serves reach."""
        return model_card.of_digits(network, path, self.recipe.second_look)


class Strips:
    """Strips of digits that touch, made once, with random variations."""

    def __init__(self, recipe: Recipe, mnist: datasets.Labelled, seed: int):
        from model.training import networks

        self.loss, self.metric = networks.unaligned, networks.exactly
        self.recipe, self.seed = recipe, seed
        self.learn, self.held_out = mnist[: datasets.HELD_OUT], mnist[datasets.HELD_OUT :]
        self.pens = [p for p in pen_digits() if p.writer not in datasets.HELD_OUT_WRITERS]
        self.strips = strip_set.make(strip_set.STRIPS, self.pens, self.learn, np.random.default_rng(seed))
        self.unseen = strip_set.unseen()

    @property
    def ingredients(self) -> dict[str, int]:
        digits = sum(len(s.symbols) for s in self.strips if s.symbols != (strip.NONE,))
        return {"strips": len(self.strips), "digits": digits, "mnist_images": len(self.learn)}

    def batches(self, epoch: int, phase: Phase, shape: tuple) -> tuple[int, Iterable]:
        """(number of batches, batches of images (n, 36, w, 1) float32 and symbols (n, m) int32); the same for the same seed."""
        import tensorflow as tf

        rng = np.random.default_rng([self.seed, epoch])
        order = rng.permutation(len(self.strips))
        images = [strip_set.vary(self.strips[at].image, phase.variation, rng) for at in order]
        made = strip_set.batches(images, [self.strips[at].symbols for at in order], self.recipe.batch, rng)
        kinds = tf.TensorSpec((None, *shape[1:]), tf.float32), tf.TensorSpec((None, strip_set.LONGEST), tf.int32)
        unit = ((images / np.float32(255), symbols) for images, symbols in made)
        return len(made), tf.data.Dataset.from_generator(lambda: unit, output_signature=kinds).prefetch(1)

    def tried(self, network) -> tuple[float, float]:
        """Mean loss and share of the held-out strips that are read exactly."""
        made = strip_set.batches(
            *zip(*((s.image, s.symbols) for s in self.unseen), strict=True), 100, np.random.default_rng(0)
        )
        pairs = [(symbols, network(images / np.float32(255), training=False)) for images, symbols in made]
        of_all = [np.concatenate([f(*pair).numpy() for pair in pairs]) for f in (self.loss, self.metric)]
        return float(of_all[0].mean()), float(of_all[1].mean())

    def measured(self, network, path: Path) -> dict:
        """For the card: what ``network`` (Keras) and the ``.tflite`` that serves reach."""
        return model_card.of_strips(network, path, self.unseen)


def pen_digits() -> tuple[datasets.PenDigit, ...]:
    """All there are, or none with a word about it."""
    try:
        return datasets.load_pendigits()
    except datasets.DataError as error:
        print(f"Training without pen strokes, so flagged 1s and barred 7s will be misread more often. {error}")
        return ()
