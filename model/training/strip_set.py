"""What the recipe `touching` learns from: strips of digits that touch, of single digits, and of what is no digit. Enter at `make`.

The digits are pen strokes of the training writers and MNIST's training images, put side by side so that ink meets ink.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from model import datasets, normalization, strokes
from model.normalization import SOLID
from model.segmentation import segment, strip
from model.training import negatives
from model.training.augmentation import Strength
from model.training.rendering import jitter, scanned
from model.training.touching_digits import ink_by_digit, side_by_side

STRIPS = 150_000  # strips to learn from
UNSEEN = 4_000  # strips of held-out writers and images, for every choice
LENGTHS, SHARES = (1, 2, 3, 4, 5), (0.06, 0.36, 0.28, 0.2, 0.1)  # digits side by side, and the shares of the drawings
NO_DIGIT = 0.08  # share of the drawings that show no digit
SMALL = 0.15  # share of the strips that look like a small grey scan
FROM_MNIST, MIXED = (
    0.3,
    0.25,
)  # shares of the drawings: MNIST images alone; half of the digits from MNIST, half from pens
SINGLE = 0.4  # share of the digits that do not touch their neighbours that is kept
WIDEST = 224  # px; no strip is wider, so that its variation fits the last of WIDTHS
WIDTHS = (48, 64, 80, 104, 144, 288)  # px to which the strips of a batch are filled up, all multiples of 4
LONGEST = max(LENGTHS)
WHOLE, TRACE = (
    0.75,
    0.12,
)  # shares of a digit's ink: a strip with at least WHOLE holds the digit, one with at most TRACE does not
HEIGHT = 240  # px of the canvas


@dataclass(frozen=True)
class Strip:
    """image: (36, w) uint8, 0 paper – 255 ink; symbols: its digits from left to right, or (10,) for what is no digit."""

    image: np.ndarray
    symbols: tuple[int, ...]


def make(
    count: int, pens: Sequence[datasets.PenDigit], mnist: datasets.Labelled, rng: np.random.Generator
) -> list[Strip]:
    """``count`` strips, often several from one drawing. Without ``pens``, all digits are from MNIST."""
    made: list[Strip] = []
    while len(made) < count:
        if rng.random() < NO_DIGIT:
            pieces = [(ink, (strip.NONE,)) for ink in _no_digits(mnist, rng)]
        else:
            pieces = _draw(*_choose(pens, mnist, rng), rng)
        for ink, symbols in pieces:
            image = normalization.to_strip(scanned(ink, rng) if rng.random() < SMALL else ink)
            if 0 < image.shape[1] <= WIDEST:
                made.append(Strip(np.round(image * 255).astype(np.uint8), symbols))
    return made[:count]


def _choose(
    pens: Sequence[datasets.PenDigit], mnist: datasets.Labelled, rng: np.random.Generator
) -> tuple[list[datasets.PenDigit | np.ndarray], list[int]]:
    """Pen digits and MNIST images to stand side by side, and their labels."""
    source = rng.random()
    share = 1 if source < FROM_MNIST or not pens else 0.5 if source < FROM_MNIST + MIXED else 0
    digits, labels = [], []
    for _ in range(rng.choice(LENGTHS, p=SHARES)):
        if rng.random() < share:
            at = rng.integers(len(mnist))
            digits.append(mnist.images[at])
            labels.append(int(mnist.labels[at]))
        else:
            digits.append(jitter(pens[int(rng.integers(len(pens)))], rng))
            labels.append(digits[-1].digit)
    return digits, labels


def _draw(
    digits: list[datasets.PenDigit | np.ndarray], labels: list[int], rng: np.random.Generator
) -> list[tuple[np.ndarray, tuple[int, ...]]]:
    """Draw digits side by side → each piece of connected ink, (h, w) uint8, with the digits that it holds."""
    brush, size, slant = rng.uniform(3, 14), rng.uniform(70, 120), rng.normal(0, 0.15)
    drawn = []
    for digit in digits:
        longer, lift = size * rng.uniform(0.75, 1.25), rng.uniform(-14, 14)
        if isinstance(digit, np.ndarray):
            drawn.append(_enlarged(digit, longer, HEIGHT / 2 + lift, rng))
        else:
            matrix = np.array([[1, rng.normal(slant, 0.08)], [0, 1]])
            placed = strokes.place([s @ matrix.T for s in digit.strokes], longer, (HEIGHT / 2, HEIGHT / 2 + lift))
            drawn.append(strokes.draw(placed, (HEIGHT, HEIGHT), brush))
    inks = side_by_side(drawn, [rng.uniform(0, 0.9 if rng.random() < 0.85 else 2.5) * brush for _ in drawn])
    if len(digits) == 1:  # as in a picture that was stretched
        inks = cv2.resize(inks[0], None, fx=rng.uniform(1, 2.2), fy=1, interpolation=cv2.INTER_AREA)[None]
    whole = (inks >= SOLID).sum(axis=(1, 2))
    found = []
    for piece in segment.components(inks.max(axis=0)):
        share = ink_by_digit(piece, inks) / np.maximum(whole, 1)
        symbols = tuple(labels[at] for at in np.flatnonzero(share >= WHOLE))
        torn = ((share > TRACE) & (share < WHOLE)).any()
        if symbols and not torn and (len(symbols) > 1 or len(digits) == 1 or rng.random() < SINGLE):
            found.append((piece.ink, symbols))
    return found


def _enlarged(image: np.ndarray, size: float, middle: float, rng: np.random.Generator) -> np.ndarray:
    """A digit's image, (28, 28) uint8 → ink (HEIGHT, HEIGHT) uint8 with a longer side of ``size`` px around row ``middle``, as a
    pen of any width would draw it."""
    tight = image[np.ix_(image.any(axis=1), image.any(axis=0))]
    large = cv2.resize(
        tight, None, fx=size / max(tight.shape), fy=size / max(tight.shape), interpolation=cv2.INTER_CUBIC
    )
    ink = np.clip((large.astype(np.float32) - rng.uniform(90, 150)) * 3 + SOLID, 0, 255).astype(np.uint8)
    canvas, top = np.zeros((HEIGHT, HEIGHT), np.uint8), int(middle - ink.shape[0] / 2)
    canvas[top : top + ink.shape[0], : ink.shape[1]] = ink
    return canvas


def _no_digits(mnist: datasets.Labelled, rng: np.random.Generator) -> list[np.ndarray]:
    """Inks of touching letters, or one of another negative that is (nearly) all connected: of a face that is not, the outline
    alone would be a 0."""
    if rng.random() < 0.5:
        letters = [negatives.character(negatives.LETTERS, rng) for _ in range(rng.integers(2, 6))]
        row = side_by_side(letters, [rng.uniform(0, 8) for _ in letters]).max(axis=0)
        return [p.ink for p in segment.components(row) if p.box[3] > len(row) / 4]
    while (kind := negatives.some_kind(rng)) is negatives.several_digits:
        pass
    drawn = kind(rng, mnist.images)
    return [p.ink for p in segment.components(drawn)[:1] if (p.ink >= SOLID).sum() > 0.9 * (drawn >= SOLID).sum()]


def vary(image: np.ndarray, strength: Strength, rng: np.random.Generator) -> np.ndarray:
    """A variation of a strip, (36, w) uint8 → (36, any width) uint8.

    Turned, slanted, wider or narrower, smaller, moved, with another pen, blurred.
    """
    height, width = image.shape
    angle, slant = np.deg2rad(rng.uniform(-1, 1) * strength.rotation), rng.uniform(-1, 1) * strength.shear
    wider, taller = 1 + rng.uniform(-1, 1) * strength.aspect, 1 - rng.uniform(-0.25, 1) * strength.scale
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.array([[cos, -sin], [sin, cos]]) @ [[1, slant], [0, 1]] @ [[wider, 0], [0, taller]]
    size = int(width * wider + abs(slant) * height) + 2
    middle = np.array([(size - 1) / 2, (height - 1) / 2]) + rng.uniform(-1, 1, 2) * strength.shift
    move = np.column_stack([matrix, middle - matrix @ [(width - 1) / 2, (height - 1) / 2]])
    varied = cv2.warpAffine(image, move, (size, height), flags=cv2.INTER_LINEAR).astype(np.float32) / np.float32(255)
    if rng.random() < strength.pen:
        change = cv2.dilate if rng.random() < 0.5 else cv2.erode
        nib = (2, 2) if change is cv2.erode or rng.random() < 0.5 else (3, 3)
        changed = change(varied, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, nib))
        varied += np.float32(rng.uniform(0.2, 1)) * (changed - varied)
    if rng.random() < strength.damage:
        varied = cv2.GaussianBlur(varied, (0, 0), rng.uniform(0.4, 1.2))
    return np.round(varied * 255).astype(np.uint8)


def batches(
    images: Sequence[np.ndarray], symbols: Sequence[tuple[int, ...]], size: int, rng: np.random.Generator
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Images, (36, w) uint8 each, and their symbols → shuffled batches of strips of similar width.

    A batch: images (n, 36, w, 1) uint8, and symbols (n, LONGEST) int32, filled up with -1. The last strips of each width make a
    batch smaller than ``size``.
    """
    width = np.searchsorted(WIDTHS, [image.shape[1] for image in images])
    made = []
    for kind, wide in enumerate(WIDTHS):
        order = rng.permutation(np.flatnonzero(width == kind))
        for part in (order[i : i + size] for i in range(0, len(order), size)):
            batch_images = np.zeros((len(part), images[0].shape[0], wide, 1), np.uint8)
            batch_symbols = np.full((len(part), LONGEST), -1, np.int32)
            for row, at in enumerate(part):
                batch_images[row, :, : images[at].shape[1], 0] = images[at]
                batch_symbols[row, : len(symbols[at])] = symbols[at]
            made.append((batch_images, batch_symbols))
    return [made[i] for i in rng.permutation(len(made))]


def unseen() -> list[Strip]:
    """UNSEEN strips of held-out pen writers and MNIST training images 55,000–59,999, always the same."""
    mnist = datasets.load_mnist().train[datasets.HELD_OUT :]
    try:
        pens = [p for p in datasets.load_pendigits() if p.writer in datasets.HELD_OUT_WRITERS]
    except datasets.DataError:
        pens = []
    return make(UNSEEN, pens, mnist, np.random.default_rng(datasets.HELD_OUT))
