"""What the convolutional recipe learns from: MNIST, the same through the picture path, pen strokes, and no-digits.

All of it is made by the recipe from MNIST's training images and the pen strokes (``$PENDIGITS``) with one seed.
MNIST's writers are American; the pen strokes bring flagged 1s, barred 7s and curled 9s, which two thirds
of the errors on other people's drawings came from.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from model import data, geometry, outliers, strokes

NONE = 10  # label of what is no digit
PAD = 280  # px, the sketchpad of the app
RENDERINGS = 6  # of each pen digit, each with its own brush, size and jitter
PRINTED = 4_000
OUTLIERS = 32_000

# How many of each pool make up an epoch beside MNIST's 55,000; MNIST is shown straight, or one time in four through the picture path.
PEN_PER_EPOCH, PRINTED_PER_EPOCH, OUTLIERS_PER_EPOCH, THROUGH_PATH = 18_000, 2_000, 13_000, 0.25


@dataclass(frozen=True)
class Pools:
    """uint8 images (n, 28, 28) with labels 0–9, or 10 for no digit."""

    mnist: data.Labelled
    through_path: np.ndarray  # mnist.images as the picture path would show them
    pen: data.Labelled
    printed: data.Labelled
    outliers: np.ndarray


def render(pen: data.PenDigit, rng: np.random.Generator, brush=(4, 24), size=(0.15, 0.9)) -> np.ndarray:
    """One pen digit on a pad → ink (280, 280) uint8. ``brush`` in px, ``size`` as a share of the pad's side.

    A brush wider than a fifth of the digit would blot it, so it is held below that.
    """
    longer = rng.uniform(*size) * PAD
    width = min(rng.uniform(*brush), max(brush[0], longer / 5))
    room = max(PAD - longer - width, 0) / 2
    centre = PAD / 2 + rng.uniform(-room, room, 2)
    return strokes.draw(strokes.place(pen.strokes, longer, centre), (PAD, PAD), width)


def jitter(pen: data.PenDigit, rng: np.random.Generator) -> data.PenDigit:
    """The same writer on another day: other aspect, slant and wobble."""
    points = np.concatenate(pen.strokes)
    spread = float(np.ptp(points, axis=0).max())
    matrix = np.array([[1, rng.normal(0, 0.12)], [rng.normal(0, 0.06), 1]]) * np.exp(rng.normal(0, 0.1, (2, 1)))
    phase, waves = rng.uniform(0, 2 * np.pi, 2), rng.uniform(0.5, 2, 2)

    def move(stroke):
        wobble = np.sin(2 * np.pi * waves * stroke / spread + phase)[:, ::-1] * spread * 0.015
        return (stroke @ matrix.T + wobble).astype(np.float32)

    return data.PenDigit(pen.digit, pen.writer, tuple(move(s) for s in pen.strokes))


def as_image(ink: np.ndarray) -> np.ndarray:
    """Ink → what the network will see, as uint8."""
    return np.round(geometry.to_image(ink) * 255).astype(np.uint8)


def make_pools(mnist: data.Labelled, pen_digits: tuple[data.PenDigit, ...], seed: int) -> Pools:
    """The pools for training; the pen writers held out for choosing are left out here."""
    rng = np.random.default_rng(seed)
    learn = [p for p in pen_digits if p.writer not in data.HELD_OUT_WRITERS]
    pen_images = [as_image(render(jitter(p, rng), rng)) for p in learn for _ in range(RENDERINGS)]
    pen_labels = np.repeat([p.digit for p in learn], RENDERINGS).astype(np.int64)
    printed_labels = rng.integers(0, 10, PRINTED)
    return Pools(
        mnist=mnist,
        through_path=np.stack([as_image(image) for image in mnist.images]),
        pen=data.Labelled(np.array(pen_images, np.uint8).reshape(-1, 28, 28), pen_labels),
        printed=data.Labelled(np.stack([as_image(outliers.text(str(d), rng)) for d in printed_labels]), printed_labels),
        outliers=outliers.make(OUTLIERS, mnist.images, rng),
    )


def epoch(pools: Pools, rng: np.random.Generator) -> data.Labelled:
    """One shuffled epoch: every MNIST image once, and a fresh sample of each other pool."""
    straight = rng.random(len(pools.mnist)) >= THROUGH_PATH
    mnist = np.where(straight[:, None, None], pools.mnist.images, pools.through_path)
    pen = _sample(len(pools.pen), PEN_PER_EPOCH, rng)
    printed = _sample(len(pools.printed), PRINTED_PER_EPOCH, rng)
    none = _sample(len(pools.outliers), OUTLIERS_PER_EPOCH, rng)
    images = np.concatenate([mnist, pools.pen.images[pen], pools.printed.images[printed], pools.outliers[none]])
    none_labels = np.full(len(none), NONE)
    labels = np.concatenate([pools.mnist.labels, pools.pen.labels[pen], pools.printed.labels[printed], none_labels])
    order = rng.permutation(len(labels))
    return data.Labelled(images[order], labels[order])


def _sample(size: int, wanted: int, rng: np.random.Generator) -> np.ndarray:
    return rng.choice(size, min(size, wanted), replace=False)


def pen_on_pads(writers: range, seed: int, brush=(4, 24), size=(0.15, 0.9)) -> tuple[list[np.ndarray], np.ndarray]:
    """Pen digits of ``writers``, each once on a pad → inks (280, 280) uint8, and their labels."""
    rng = np.random.default_rng(seed)
    chosen = [p for p in data.load_pendigits() if p.writer in writers]
    return [render(p, rng, brush, size) for p in chosen], np.array([p.digit for p in chosen])


cv2.setNumThreads(1)  # 28×28 images: threads cost more than they bring, and training needs the cores
