"""Digits that touch, cut apart rightly and wrongly: what a network must know to judge a cut.

LeCun et al. 1998 ("Gradient-Based Learning Applied to Document Recognition", section V) taught their reader of touching
digits with the false cuts of its own segmenter; here they are the eleventh answer.
"""

import cv2
import numpy as np

from model import strokes
from model.datasets import PenDigit
from model.normalization import SOLID
from model.segmentation import segment, touching

WHOLE = 0.88  # of a digit's ink, and of a piece's: so much makes a piece this digit
MIXED, BROKEN = 0.75, 0.6  # of a piece's ink, of a digit's: less makes it none
STROKE = 0.35  # breadth by length: what is slimmer may be a perfect 1, whatever it was cut from
MOST_OF_A_KIND = 2  # right cuts, and wrong ones, taken from one drawing: more would be alike
MOST_ATOMS = 48  # slices of one piece; more are a texture's
MOST_IN_GROUP = 8  # slices that may make one digit
HEIGHT = 240  # px of the canvas


def cut_apart(pens: list[PenDigit], rng: np.random.Generator) -> list[tuple[np.ndarray, int | None]]:
    """Pen digits drawn side by side so that they touch → some of their cut pieces: ink (h, w) uint8, and the digit that it
    is or None for no digit."""
    owners = _side_by_side(pens, rng)
    right, wrong = [], []
    for piece in (p for line in segment.lines(owners.max(axis=0)) for p in line):
        atoms = touching.cuts(piece, lean=0.0)
        for i in range(len(atoms) if len(atoms) <= MOST_ATOMS else 0):
            for j in range(i + 1, min(i + MOST_IN_GROUP, len(atoms)) + 1):
                if j - i < len(atoms):
                    part = segment.join(atoms[i:j])
                    owner, of_piece, of_digit = _share(part, owners)
                    if min(of_piece, of_digit) >= WHOLE:
                        right.append((part.ink, pens[owner].digit))
                    elif (of_piece < MIXED or of_digit < BROKEN) and _slimness(part) > STROKE:
                        wrong.append((part.ink, None))
    return _some(right, rng) + _some(wrong, rng)


def _side_by_side(pens: list[PenDigit], rng: np.random.Generator) -> np.ndarray:
    """Each digit's ink on one canvas, (digits, height, width) uint8: sizes differ a little, and neighbours touch."""
    brush, size = rng.uniform(3, 14), rng.uniform(70, 120)
    drawn, deep = [], []
    for pen in pens:
        placed = strokes.place(
            pen.strokes, size * rng.uniform(0.8, 1.25), (HEIGHT / 2, HEIGHT / 2 + rng.uniform(-12, 12))
        )
        drawn.append(strokes.draw(placed, (HEIGHT, HEIGHT), brush))
        deep.append(rng.uniform(0, 0.9) * brush if len(drawn) > 1 else 0)
    return beside(drawn, deep)


def beside(drawn: list[np.ndarray], deep: list[float]) -> np.ndarray:
    """Inks of one height, (h, w) uint8 each, put side by side until each meets the one before and goes ``deep`` px into it
    → each alone on the common canvas, (digits, h, width) uint8."""
    inks, left = [], 20.0
    for ink, into in zip(drawn, deep, strict=True):
        columns = np.flatnonzero(ink.any(axis=0))
        alone = ink[:, columns[0] : columns[-1] + 1]
        canvas = np.zeros((len(ink), 150 * len(drawn) + 40), np.uint8)
        if inks:
            left -= _gap(np.max(inks, axis=0)[:, : int(left)], alone) + into
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


def _share(piece: segment.Piece, owners: np.ndarray) -> tuple[int, float, float]:
    """Whose ink most of a piece is: the owner's index, its share of the piece, and the piece's share of all its ink."""
    mine = ink_of_each(piece, owners)
    owner = int(mine.argmax())
    return owner, mine[owner] / max((piece.ink >= SOLID).sum(), 1), mine[owner] / max((owners[owner] >= SOLID).sum(), 1)


def ink_of_each(piece: segment.Piece, owners: np.ndarray) -> np.ndarray:
    """How many solid pixels of a piece each digit, (digits, height, width) uint8 on the whole canvas, has: (digits,) int."""
    x, y, width, height = piece.box
    return ((owners[:, y : y + height, x : x + width] >= SOLID) & (piece.ink >= SOLID)).sum(axis=(1, 2))


def _slimness(piece: segment.Piece) -> float:
    """Breadth by length of the narrowest box, at any angle, around the ink."""
    _, sides, _ = cv2.minAreaRect(cv2.findNonZero((piece.ink >= SOLID).astype(np.uint8)))
    return min(sides) / max(*sides, 1)


def _some(parts: list, rng: np.random.Generator) -> list:
    return [parts[i] for i in rng.permutation(len(parts))[:MOST_OF_A_KIND]]
