"""What the recipe `cnn` learns from: MNIST, straight and through the picture path, pen strokes, print, and negatives.

`make_pools` makes it all once from MNIST's training images and the pen strokes (``$PENDIGITS``), with one seed; `epoch` mixes an
epoch of it. MNIST's writers are American; the pen strokes add flagged 1s, barred 7s and curled 9s, which caused two thirds of
the errors on other people's drawings.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model import datasets
from model.training import negatives, touching_digits
from model.training.rendering import as_image, jitter, render, scanned

NONE = 10  # the label of what is no digit

# How many are made.
RENDERINGS = 6  # of each pen digit, each with another brush, size and jitter
PRINTED = 4_000  # printed digits
NEGATIVES = 32_000
TOUCHING = 8_000  # drawings of two or three touching digits, from each of which up to four pieces are cut

# How many of each an epoch shows beside MNIST's 55,000. MNIST images are shown as they are, or, one in four, through the
# picture path.
PEN_PER_EPOCH, PRINTED_PER_EPOCH, NEGATIVES_PER_EPOCH, THROUGH_PATH = 16_000, 2_000, 13_000, 0.25
CUT_PER_EPOCH = 8_000  # the right cuts among them are digits, the wrong ones, a little more, are none


@dataclass(frozen=True)
class Pools:
    """What the epochs draw from: images (n, 28, 28) uint8 with labels 0–9, or NONE for no digit.

    through_path: the images of ``mnist`` as the picture path would show them; cut: pieces cut out of touching pen digits, rightly
    (0–9) or wrongly (NONE); negatives: images without labels, all of them NONE.
    """

    mnist: datasets.Labelled
    through_path: np.ndarray
    pen: datasets.Labelled
    printed: datasets.Labelled
    cut: datasets.Labelled
    negatives: np.ndarray


def make_pools(mnist: datasets.Labelled, pen_digits: Sequence[datasets.PenDigit], seed: int) -> Pools:
    """The pools for training, the same for the same seed. Held-out pen writers among ``pen_digits`` are left out."""
    rng = np.random.default_rng(seed)
    learn = [p for p in pen_digits if p.writer not in datasets.HELD_OUT_WRITERS]
    pen_images = [as_image(render(jitter(p, rng), rng)) for p in learn for _ in range(RENDERINGS)]
    pen_labels = np.repeat([p.digit for p in learn], RENDERINGS).astype(np.int64)
    printed_labels = rng.integers(0, 10, PRINTED)
    return Pools(
        mnist=mnist,
        through_path=np.stack([as_image(scanned(i, rng) if rng.random() < 0.5 else i) for i in mnist.images]),
        pen=datasets.Labelled(np.array(pen_images, np.uint8).reshape(-1, 28, 28), pen_labels),
        printed=datasets.Labelled(
            np.stack([as_image(negatives.character(str(d), rng)) for d in printed_labels]), printed_labels
        ),
        cut=cut_pieces(learn, TOUCHING, rng),
        negatives=negatives.make(NEGATIVES, mnist.images, rng),
    )


def cut_pieces(pens: Sequence[datasets.PenDigit], count: int, rng: np.random.Generator) -> datasets.Labelled:
    """Pieces cut out of ``count`` drawings of two or three touching digits, with the digit that each is, or NONE."""
    images, labels = [], []
    for _ in range(count if pens else 0):
        neighbours = [jitter(pens[i], rng) for i in rng.integers(len(pens), size=rng.integers(2, 4))]
        for piece, digit in touching_digits.cut_apart(neighbours, rng):
            images.append(as_image(piece))
            labels.append(NONE if digit is None else digit)
    return datasets.Labelled(np.array(images, np.uint8).reshape(-1, 28, 28), np.array(labels, np.int64))


def epoch(pools: Pools, rng: np.random.Generator) -> datasets.Labelled:
    """One shuffled epoch: every MNIST image once, and a fresh sample of each other pool."""
    straight = rng.random(len(pools.mnist)) >= THROUGH_PATH
    mnist = np.where(straight[:, None, None], pools.mnist.images, pools.through_path)
    pen = _sample(len(pools.pen), PEN_PER_EPOCH, rng)
    printed = _sample(len(pools.printed), PRINTED_PER_EPOCH, rng)
    cut = _sample(len(pools.cut), CUT_PER_EPOCH, rng)
    none = _sample(len(pools.negatives), NEGATIVES_PER_EPOCH, rng)
    none_labels = np.full(len(none), NONE)
    sampled = [pools.pen[pen], pools.printed[printed], pools.cut[cut]]
    images = np.concatenate([mnist, *(s.images for s in sampled), pools.negatives[none]])
    labels = np.concatenate([pools.mnist.labels, *(s.labels for s in sampled), none_labels])
    order = rng.permutation(len(labels))
    return datasets.Labelled(images[order], labels[order])


def _sample(size: int, wanted: int, rng: np.random.Generator) -> np.ndarray:
    return rng.choice(size, min(size, wanted), replace=False)
