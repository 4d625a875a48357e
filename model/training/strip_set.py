"""What the network for touching digits learns from: strips of digits that touch, of single digits, and of what is none.

The digits are pen strokes of the writers that learn and MNIST's training images, put side by side so that ink meets ink.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from model import datasets, normalization, strokes
from model.normalization import SOLID
from model.segmentation import segment, strip
from model.training import negatives
from model.training.augmentation import Strength
from model.training.touching_digits import beside, ink_of_each
from model.training.training_set import jitter, scanned

STRIPS = 150_000
UNSEEN = 4_000  # strips of held-out writers and images, to choose by
LENGTHS, SHARES = (1, 2, 3, 4, 5), (0.06, 0.36, 0.28, 0.2, 0.1)  # digits side by side
NO_DIGIT = 0.08  # of the drawings
SMALL = 0.15  # of the strips are seen as in a small grey scan
FROM_MNIST, MIXED = 0.3, 0.25  # of the drawings, and of a mixed one half the digits
SINGLE = 0.4  # of the digits that happen to stand alone are kept
WIDEST = 224  # px, so that none is varied beyond the last of WIDTHS
WIDTHS = (48, 64, 80, 104, 144, 288)  # px to which strips of a batch are filled up, all multiples of 4
LONGEST = max(LENGTHS)
WHOLE, TRACE = 0.75, 0.12  # of a digit's ink: a strip with so much holds it, one with less than TRACE does not
HEIGHT = 240  # px of the canvas


@dataclass(frozen=True)
class Strip:
    """image (36, w) uint8, and its digits from left to right, or (10,) for what is no digit."""

    image: np.ndarray
    symbols: tuple[int, ...]


def make(count: int, pens: list[datasets.PenDigit], mnist: datasets.Labelled, rng: np.random.Generator) -> list[Strip]:
    """``count`` strips, often several from one drawing."""
    made: list[Strip] = []
    while len(made) < count:
        if rng.random() < NO_DIGIT:
            pieces = [(ink, (strip.NONE,)) for ink in _no_digits(mnist, rng)]
        else:
            pieces = _pieces(*_some(pens, mnist, rng), rng)
        for ink, symbols in pieces:
            image = normalization.to_strip(scanned(ink, rng) if rng.random() < SMALL else ink)
            if 0 < image.shape[1] <= WIDEST:
                made.append(Strip(np.round(image * 255).astype(np.uint8), symbols))
    return made[:count]


def _some(pens: list[datasets.PenDigit], mnist: datasets.Labelled, rng: np.random.Generator) -> tuple[list, list[int]]:
    """Pen digits and MNIST images to stand side by side, and their labels."""
    of_mnist = rng.random()
    share = 1 if of_mnist < FROM_MNIST or not pens else 0.5 if of_mnist < FROM_MNIST + MIXED else 0
    digits, labels = [], []
    for _ in range(rng.choice(LENGTHS, p=SHARES)):
        if rng.random() < share:
            at = rng.integers(len(mnist))
            digits.append(mnist.images[at])
            labels.append(int(mnist.labels[at]))
        else:
            digits.append(jitter(pens[rng.integers(len(pens))], rng))
            labels.append(digits[-1].digit)
    return digits, labels


def _pieces(digits: list, labels: list[int], rng: np.random.Generator) -> list[tuple[np.ndarray, tuple[int, ...]]]:
    """Draw digits side by side → each piece of connected ink, with the digits it holds."""
    brush, size, slant = rng.uniform(3, 14), rng.uniform(70, 120), rng.normal(0, 0.15)
    drawn = []
    for digit in digits:
        own, lift = size * rng.uniform(0.75, 1.25), rng.uniform(-14, 14)
        if isinstance(digit, np.ndarray):
            drawn.append(_enlarged(digit, own, HEIGHT / 2 + lift, rng))
        else:
            matrix = np.array([[1, rng.normal(slant, 0.08)], [0, 1]])
            placed = strokes.place([s @ matrix.T for s in digit.strokes], own, (HEIGHT / 2, HEIGHT / 2 + lift))
            drawn.append(strokes.draw(placed, (HEIGHT, HEIGHT), brush))
    deep = [rng.uniform(0, 0.9 if rng.random() < 0.85 else 2.5) * brush for _ in drawn]
    owners = beside(drawn, deep)
    if len(digits) == 1:  # as in a picture that was stretched
        owners = cv2.resize(owners[0], None, fx=rng.uniform(1, 2.2), fy=1, interpolation=cv2.INTER_AREA)[None]
    all_of = (owners >= SOLID).sum(axis=(1, 2))
    found = []
    for piece in segment.components(owners.max(axis=0)):
        share = ink_of_each(piece, owners) / np.maximum(all_of, 1)
        symbols = tuple(labels[at] for at in np.flatnonzero(share >= WHOLE))
        torn = ((share > TRACE) & (share < WHOLE)).any()
        if symbols and not torn and (len(symbols) > 1 or len(digits) == 1 or rng.random() < SINGLE):
            found.append((piece.ink, symbols))
    return found


def _enlarged(image: np.ndarray, size: float, middle: float, rng: np.random.Generator) -> np.ndarray:
    """A digit's image (28, 28) uint8 → ink (HEIGHT, HEIGHT) uint8 as a pen of any width would draw it so large."""
    tight = image[np.ix_(image.any(axis=1), image.any(axis=0))]
    large = cv2.resize(
        tight, None, fx=size / max(tight.shape), fy=size / max(tight.shape), interpolation=cv2.INTER_CUBIC
    )
    ink = np.clip((large.astype(np.float32) - rng.uniform(90, 150)) * 3 + SOLID, 0, 255).astype(np.uint8)
    canvas, top = np.zeros((HEIGHT, HEIGHT), np.uint8), int(middle - ink.shape[0] / 2)
    canvas[top : top + ink.shape[0], : ink.shape[1]] = ink
    return canvas


def _no_digits(mnist: datasets.Labelled, rng: np.random.Generator) -> list[np.ndarray]:
    """Inks of letters that touch, or one of something else that is no digit as long as it hangs together: of a face that does
    not, the outline is a 0."""
    if rng.random() < 0.5:
        letters = [negatives.text(negatives.LETTERS, rng) for _ in range(rng.integers(2, 6))]
        row = beside(letters, [rng.uniform(0, 8) for _ in letters]).max(axis=0)
        return [p.ink for p in segment.components(row) if p.box[3] > len(row) / 4]
    while (kind := negatives.KINDS[rng.choice(len(negatives.KINDS), p=negatives.SHARES)]) is negatives.several_digits:
        pass
    drawn = kind(rng, mnist.images)
    return [p.ink for p in segment.components(drawn)[:1] if (p.ink >= SOLID).sum() > 0.9 * (drawn >= SOLID).sum()]


def vary(image: np.ndarray, strength: Strength, rng: np.random.Generator) -> np.ndarray:
    """(36, w) uint8 → (36, any) uint8: turned, slanted, wider or narrower, smaller, moved, with another pen, blurred."""
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


def batches(images: list[np.ndarray], symbols: list[tuple[int, ...]], size: int, rng: np.random.Generator) -> list:
    """(36, w) uint8 images and what they show → shuffled batches of strips about as wide: images (n, 36, w, 1) uint8, and
    symbols (n, LONGEST) int32, filled up with -1; what is left over of a width is a smaller batch."""
    width = np.searchsorted(WIDTHS, [image.shape[1] for image in images])
    made = []
    for kind, wide in enumerate(WIDTHS):
        own = rng.permutation(np.flatnonzero(width == kind))
        for part in (own[i : i + size] for i in range(0, len(own), size)):
            filled = np.zeros((len(part), images[0].shape[0], wide, 1), np.uint8)
            told = np.full((len(part), LONGEST), -1, np.int32)
            for row, at in enumerate(part):
                filled[row, :, : images[at].shape[1], 0] = images[at]
                told[row, : len(symbols[at])] = symbols[at]
            made.append((filled, told))
    return [made[i] for i in rng.permutation(len(made))]


def unseen() -> list[Strip]:
    """UNSEEN strips of held-out pen writers and MNIST training images 55,000–59,999, always the same."""
    mnist = datasets.load_mnist().train[datasets.HELD_OUT :]
    try:
        pens = [p for p in datasets.load_pendigits() if p.writer in datasets.HELD_OUT_WRITERS]
    except datasets.DataError:
        pens = []
    return make(UNSEEN, pens, mnist, np.random.default_rng(datasets.HELD_OUT))
