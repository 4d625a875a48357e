"""Draws digits that touch (`side_by_side`), and cuts them apart rightly and wrongly (`cut_apart`): examples for judging a cut.

LeCun et al. 1998 ("Gradient-Based Learning Applied to Document Recognition", section V) taught their reader of touching digits
with the wrong cuts of its own segmenter; here wrong cuts teach the answer "no digit".
"""

from collections.abc import Sequence

import cv2
import numpy as np

from model import strokes
from model.datasets import PenDigit
from model.normalization import SOLID
from model.segmentation import segment, touching

# Shares of a piece's ink that must be of one digit, and of that digit's ink that must be in the piece.
WHOLE = 0.88  # at least, both: the piece is this digit
MIXED, BROKEN = 0.75, 0.6  # less, of the piece or of the digit: the piece is no digit
STROKE = 0.35  # breadth by length; a slimmer piece may be a perfect 1, whatever it was cut from
MOST_OF_A_KIND = 2  # right cuts, and wrong ones, taken from one drawing: more would be alike
MOST_SLICES = 48  # of one piece; more are those of a texture
MOST_IN_GROUP = 8  # slices that may make one digit
HEIGHT = 240  # px of the canvas


def cut_apart(pens: Sequence[PenDigit], rng: np.random.Generator) -> list[tuple[np.ndarray, int | None]]:
    """Draw pen digits side by side so that they touch, and cut them → some of the pieces.

    Each piece is its ink, (h, w) uint8, and the digit that it is, or None for no digit.
    """
    inks = _draw_touching(pens, rng)
    right, wrong = [], []
    for piece in (p for line in segment.lines(inks.max(axis=0)) for p in line):
        slices = touching.cuts(piece, lean=0.0)
        for i in range(len(slices) if len(slices) <= MOST_SLICES else 0):
            for j in range(i + 1, min(i + MOST_IN_GROUP, len(slices)) + 1):
                if j - i < len(slices):
                    part = segment.join(slices[i:j])
                    digit, of_piece, of_digit = _main_digit(part, inks)
                    if min(of_piece, of_digit) >= WHOLE:
                        right.append((part.ink, pens[digit].digit))
                    elif (of_piece < MIXED or of_digit < BROKEN) and _slimness(part) > STROKE:
                        wrong.append((part.ink, None))
    return _some(right, rng) + _some(wrong, rng)


def _draw_touching(pens: Sequence[PenDigit], rng: np.random.Generator) -> np.ndarray:
    """The ink of each digit on one canvas, (digits, height, width) uint8: sizes differ a little, and neighbours touch."""
    brush, size = rng.uniform(3, 14), rng.uniform(70, 120)
    drawn, overlaps = [], []
    for pen in pens:
        placed = strokes.place(
            pen.strokes, size * rng.uniform(0.8, 1.25), (HEIGHT / 2, HEIGHT / 2 + rng.uniform(-12, 12))
        )
        drawn.append(strokes.draw(placed, (HEIGHT, HEIGHT), brush))
        overlaps.append(rng.uniform(0, 0.9) * brush if len(drawn) > 1 else 0)
    return side_by_side(drawn, overlaps)


def side_by_side(drawn: Sequence[np.ndarray], overlaps: Sequence[float]) -> np.ndarray:
    """Put inks of one height, (h, w) uint8 each, side by side on one canvas.

    Each is moved left until it meets the one before, and then by its overlap in px. Returns each ink alone on the common canvas,
    (inks, h, width) uint8.
    """
    inks, left = [], 20.0
    for ink, overlap in zip(drawn, overlaps, strict=True):
        columns = np.flatnonzero(ink.any(axis=0))
        alone = ink[:, columns[0] : columns[-1] + 1]
        canvas = np.zeros((len(ink), 150 * len(drawn) + 40), np.uint8)
        if inks:
            left -= _gap(np.max(inks, axis=0)[:, : int(left)], alone) + overlap
        x = max(int(left), 0)
        part = alone[:, : canvas.shape[1] - x]
        canvas[:, x : x + part.shape[1]] = part
        inks.append(canvas)
        left = float(np.flatnonzero(np.max(inks, axis=0).any(axis=0))[-1] + 1)
    return np.stack(inks)


def _gap(left: np.ndarray, right: np.ndarray) -> int:
    """Columns that ``right`` can move over ``left`` until ink meets ink in some row; 0 where no row has both."""
    rows = left.any(axis=1) & right.any(axis=1)
    room = np.argmax(left[rows, ::-1] > 0, axis=1) + np.argmax(right[rows] > 0, axis=1)
    return int(room.min()) if len(room) else 0


def _main_digit(piece: segment.Piece, inks: np.ndarray) -> tuple[int, float, float]:
    """The digit that has most of a piece's ink: its index, its share of the piece, and the piece's share of its ink."""
    pixels = ink_by_digit(piece, inks)
    digit = int(pixels.argmax())
    return (
        digit,
        pixels[digit] / max((piece.ink >= SOLID).sum(), 1),
        pixels[digit] / max((inks[digit] >= SOLID).sum(), 1),
    )


def ink_by_digit(piece: segment.Piece, inks: np.ndarray) -> np.ndarray:
    """How many solid pixels of a piece belong to each digit, (digits,) int. inks: (digits, height, width) uint8, whole canvas."""
    x, y, width, height = piece.box
    return ((inks[:, y : y + height, x : x + width] >= SOLID) & (piece.ink >= SOLID)).sum(axis=(1, 2))


def _slimness(piece: segment.Piece) -> float:
    """Breadth by length of the narrowest box, at any angle, around the ink."""
    _, sides, _ = cv2.minAreaRect(cv2.findNonZero((piece.ink >= SOLID).astype(np.uint8)))
    return min(sides) / max(*sides, 1)


def _some(parts: list, rng: np.random.Generator) -> list:
    return [parts[i] for i in rng.permutation(len(parts))[:MOST_OF_A_KIND]]
