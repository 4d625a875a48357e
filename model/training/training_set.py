"""What the convolutional recipe learns from: MNIST, the same through the picture path, pen strokes, and no-digits.

All of it is made by the recipe from MNIST's training images and the pen strokes (``$PENDIGITS``) with one seed.
MNIST's writers are American; the pen strokes bring flagged 1s, barred 7s and curled 9s, which two thirds
of the errors on other people's drawings came from.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from model import datasets, normalization, strokes
from model.segmentation import ink
from model.training import negatives, touching_digits

NONE = 10  # label of what is no digit
PAD = 280  # px, the sketchpad of the app
RENDERINGS = 6  # of each pen digit, each with its own brush, size and jitter
PRINTED = 4_000
OUTLIERS = 32_000
TOUCHING = 8_000  # drawings of two or three digits that touch, each giving up to four cut pieces
SCANS = (10, 29)  # px, the longer side of small grey scans: postal ones have 16

# How many of each pool make up an epoch beside MNIST's 55,000; MNIST is shown straight, or one time in four through the picture path.
PEN_PER_EPOCH, PRINTED_PER_EPOCH, OUTLIERS_PER_EPOCH, THROUGH_PATH = 16_000, 2_000, 13_000, 0.25
CUT_PER_EPOCH = 8_000  # of which the right cuts are digits and the wrong ones, a little more, none


@dataclass(frozen=True)
class Pools:
    """uint8 images (n, 28, 28) with labels 0–9, or 10 for no digit."""

    mnist: datasets.Labelled
    through_path: np.ndarray  # mnist.images as the picture path would show them
    pen: datasets.Labelled
    printed: datasets.Labelled
    cut: datasets.Labelled  # out of touching pen digits, rightly (0–9) or wrongly (10)
    outliers: np.ndarray


def render(pen: datasets.PenDigit, rng: np.random.Generator, brush=(4, 24), size=(0.15, 0.9)) -> np.ndarray:
    """One pen digit on a pad → ink (280, 280) uint8. ``brush`` in px, ``size`` as a share of the pad's side.

    A brush wider than a fifth of the digit would blot it, so it is held below that.
    """
    longer = rng.uniform(*size) * PAD
    width = min(rng.uniform(*brush), max(brush[0], longer / 5))
    room = max(PAD - longer - width, 0) / 2
    centre = PAD / 2 + rng.uniform(-room, room, 2)
    return strokes.draw(strokes.place(pen.strokes, longer, centre), (PAD, PAD), width)


def jitter(pen: datasets.PenDigit, rng: np.random.Generator) -> datasets.PenDigit:
    """The same writer on another day: other aspect, slant and wobble."""
    points = np.concatenate(pen.strokes)
    spread = float(np.ptp(points, axis=0).max())
    matrix = np.array([[1, rng.normal(0, 0.12)], [rng.normal(0, 0.06), 1]]) * np.exp(rng.normal(0, 0.1, (2, 1)))
    phase, waves = rng.uniform(0, 2 * np.pi, 2), rng.uniform(0.5, 2, 2)

    def move(stroke):
        wobble = np.sin(2 * np.pi * waves * stroke / spread + phase)[:, ::-1] * spread * 0.015
        return (stroke @ matrix.T + wobble).astype(np.float32)

    return datasets.PenDigit(pen.digit, pen.writer, tuple(move(s) for s in pen.strokes))


def as_image(amount: np.ndarray) -> np.ndarray:
    """Ink → what the network will see, as uint8."""
    return np.round(normalization.to_image(amount) * 255).astype(np.uint8)


def scanned(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A digit's image (28, 28) uint8 → its ink as the picture path finds it in a small grey scan cut to the digit's edge."""
    side = int(rng.integers(*SCANS))
    small = normalization.resize(image[np.ix_(image.any(axis=1), image.any(axis=0))], side)
    scale = -(-ink.SMALL_SIDE // side)
    large = cv2.resize(small, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return cv2.convertScaleAbs(large, alpha=normalization.SOLID / (rng.uniform(0.35, 0.65) * 255))


def cut_pieces(pens: list[datasets.PenDigit], count: int, rng: np.random.Generator) -> datasets.Labelled:
    """Pieces cut out of ``count`` drawings of two or three touching digits, with the digit that each is, or NONE."""
    images, labels = [], []
    for _ in range(count if pens else 0):
        side_by_side = [jitter(pens[i], rng) for i in rng.integers(len(pens), size=rng.integers(2, 4))]
        for piece, digit in touching_digits.cut_apart(side_by_side, rng):
            images.append(as_image(piece))
            labels.append(NONE if digit is None else digit)
    return datasets.Labelled(np.array(images, np.uint8).reshape(-1, 28, 28), np.array(labels, np.int64))


def make_pools(mnist: datasets.Labelled, pen_digits: tuple[datasets.PenDigit, ...], seed: int) -> Pools:
    """The pools for training; the pen writers held out for choosing are left out here."""
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
            np.stack([as_image(negatives.text(str(d), rng)) for d in printed_labels]), printed_labels
        ),
        cut=cut_pieces(learn, TOUCHING, rng),
        outliers=negatives.make(OUTLIERS, mnist.images, rng),
    )


def epoch(pools: Pools, rng: np.random.Generator) -> datasets.Labelled:
    """One shuffled epoch: every MNIST image once, and a fresh sample of each other pool."""
    straight = rng.random(len(pools.mnist)) >= THROUGH_PATH
    mnist = np.where(straight[:, None, None], pools.mnist.images, pools.through_path)
    pen = _sample(len(pools.pen), PEN_PER_EPOCH, rng)
    printed = _sample(len(pools.printed), PRINTED_PER_EPOCH, rng)
    cut = _sample(len(pools.cut), CUT_PER_EPOCH, rng)
    none = _sample(len(pools.outliers), OUTLIERS_PER_EPOCH, rng)
    none_labels = np.full(len(none), NONE)
    sampled = [pools.pen[pen], pools.printed[printed], pools.cut[cut]]
    images = np.concatenate([mnist, *(s.images for s in sampled), pools.outliers[none]])
    labels = np.concatenate([pools.mnist.labels, *(s.labels for s in sampled), none_labels])
    order = rng.permutation(len(labels))
    return datasets.Labelled(images[order], labels[order])


def _sample(size: int, wanted: int, rng: np.random.Generator) -> np.ndarray:
    return rng.choice(size, min(size, wanted), replace=False)


def pen_on_pads(writers: range, seed: int, brush=(4, 24), size=(0.15, 0.9)) -> tuple[list[np.ndarray], np.ndarray]:
    """Pen digits of ``writers``, each once on a pad → inks (280, 280) uint8, and their labels."""
    rng = np.random.default_rng(seed)
    chosen = [p for p in datasets.load_pendigits() if p.writer in writers]
    return [render(p, rng, brush, size) for p in chosen], np.array([p.digit for p in chosen])


cv2.setNumThreads(1)  # 28×28 images: threads cost more than they bring, and training needs the cores
