"""Makes pen strokes and MNIST images look as people bring them: drawn on a pad, varied by hand, or scanned small."""

import cv2
import numpy as np

from model import datasets, normalization, strokes
from model.segmentation import ink

PAD = 280  # px, the side of the app's sketchpad
SCANS = (10, 29)  # px, the longer side of small grey scans, the upper end excluded: postal ones have 16

cv2.setNumThreads(1)  # for 28×28 images, threads cost more than they bring, and training needs the cores


def render(pen: datasets.PenDigit, rng: np.random.Generator, brush=(4, 24), size=(0.15, 0.9)) -> np.ndarray:
    """Draw one pen digit on a pad → ink (280, 280) uint8, 0 paper – 255 ink.

    brush: range of its width in px; size: range of the digit's longer side as a share of the pad's. A brush wider than a fifth
    of the digit would blot it, so it is held below that.
    """
    longer = rng.uniform(*size) * PAD
    width = min(rng.uniform(*brush), max(brush[0], longer / 5))
    room = max(PAD - longer - width, 0) / 2
    centre = PAD / 2 + rng.uniform(-room, room, 2)
    return strokes.draw(strokes.place(pen.strokes, longer, centre), (PAD, PAD), width)


def pen_on_pads(writers: range, seed: int, brush=(4, 24), size=(0.15, 0.9)) -> tuple[list[np.ndarray], np.ndarray]:
    """Every pen digit of ``writers`` drawn once on a pad, as `render` does → inks (280, 280) uint8, and labels (n,) int.

    Raises DataError where there are no pen strokes.
    """
    rng = np.random.default_rng(seed)
    chosen = [p for p in datasets.load_pendigits() if p.writer in writers]
    return [render(p, rng, brush, size) for p in chosen], np.array([p.digit for p in chosen])


def jitter(pen: datasets.PenDigit, rng: np.random.Generator) -> datasets.PenDigit:
    """The same digit as its writer might write it on another day: with another aspect, slant and wobble."""
    points = np.concatenate(pen.strokes)
    spread = float(np.ptp(points, axis=0).max())
    matrix = np.array([[1, rng.normal(0, 0.12)], [rng.normal(0, 0.06), 1]]) * np.exp(rng.normal(0, 0.1, (2, 1)))
    phase, waves = rng.uniform(0, 2 * np.pi, 2), rng.uniform(0.5, 2, 2)

    def move(stroke: np.ndarray) -> np.ndarray:
        wobble = np.sin(2 * np.pi * waves * stroke / spread + phase)[:, ::-1] * spread * 0.015
        return (stroke @ matrix.T + wobble).astype(np.float32)

    return datasets.PenDigit(pen.digit, pen.writer, tuple(move(s) for s in pen.strokes))


def scanned(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A digit's image, (28, 28) uint8 → its ink, (h, w) uint8, as the picture path finds it in a small grey scan cut to the digit."""
    side = int(rng.integers(*SCANS))
    small = normalization.resize(image[np.ix_(image.any(axis=1), image.any(axis=0))], side)
    scale = ink.enlargement(side)
    large = cv2.resize(small, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return cv2.convertScaleAbs(large, alpha=normalization.SOLID / (rng.uniform(0.35, 0.65) * 255))


def as_image(ink: np.ndarray) -> np.ndarray:
    """Ink, (h, w) uint8 → the image that a network sees, (28, 28), but as uint8."""
    return np.round(normalization.to_image(ink) * 255).astype(np.uint8)
