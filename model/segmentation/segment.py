"""Ink → lines of pieces in reading order; a piece is what belongs together as one digit. Enter at `lines`.

Uses connected components and boxes only, so that it can be written in JavaScript too. Where it is not plain which pieces make a
digit (touching or broken digits), line_reader.py tries both.
"""

import functools
from dataclasses import dataclass

import cv2
import numpy as np

from model import normalization
from model.normalization import SOLID
from model.reading import shared_height

MOST_PIECES = 200  # pieces of a page that are kept; more is texture, not writing
SPECK = (
    0.22  # share of the tallest piece's height; smaller pieces are dust or a fragment, never a digit of the same line
)
FRAGMENT = 0.5  # share of a line's height; lower pieces are parts of digits, not digits
DUST = 0.004  # share of the largest piece's box area; smaller pieces are dropped


@dataclass(frozen=True)
class Piece:
    """Some connected ink: its box (x, y, width, height) in ink pixels, and the ink inside it, (height, width) uint8, without that
    of other pieces."""

    box: tuple[int, int, int, int]
    ink: np.ndarray

    @property
    def middle(self) -> float:
        """The x of the box's middle."""
        return self.box[0] + self.box[2] / 2

    @functools.cached_property
    def image(self) -> np.ndarray:
        """The ink as the digit network sees it, (28, 28) float32 in [0, 1]."""
        return normalization.to_image(self.ink)


def join(pieces: list[Piece]) -> Piece:
    """Several pieces as one."""
    if len(pieces) == 1:
        return pieces[0]
    x0, y0 = min(p.box[0] for p in pieces), min(p.box[1] for p in pieces)
    x1, y1 = max(p.box[0] + p.box[2] for p in pieces), max(p.box[1] + p.box[3] for p in pieces)
    ink = np.zeros((y1 - y0, x1 - x0), np.uint8)
    for piece in pieces:
        x, y, width, height = piece.box
        part = ink[y - y0 : y - y0 + height, x - x0 : x - x0 + width]
        np.maximum(part, piece.ink, out=part)
    return Piece((x0, y0, x1 - x0, y1 - y0), ink)


def lines(ink: np.ndarray) -> list[list[Piece]]:
    """(H, W) uint8 ink → lines from top to bottom, each with its pieces from left to right."""
    pieces = _stack(_without_frames(components(ink)))
    return [sorted(_mend(line), key=lambda p: p.middle) for line in _rows(pieces)]


def components(ink: np.ndarray) -> list[Piece]:
    """(H, W) uint8 ink → its connected pieces, largest first, without dust."""
    solid = (ink >= SOLID).astype(np.uint8)
    left, top, width, height = cv2.boundingRect(solid)
    # Only the part with ink and its soft edge. It begins at an even row and column: OpenCV numbers components by blocks of 2×2.
    left, top, right, bottom = max(left - 1, 0) & ~1, max(top - 1, 0) & ~1, left + width + 1, top + height + 1
    ink = ink[top:bottom, left:right]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid[top:bottom, left:right], connectivity=8)
    if count <= 1:
        return []
    stats = stats[1:]
    area = stats[:, 2].astype(np.int64) * stats[:, 3]
    keep = np.flatnonzero(area >= max(DUST * area.max(), 4))
    keep = keep[np.argsort(-area[keep], kind="stable")][:MOST_PIECES]
    pieces = []
    for index in keep:
        x, y, width, height, _ = (int(v) for v in stats[index])
        # One pixel more on each side keeps the soft edge of the stroke, which lies below SOLID.
        x0, y0 = max(x - 1, 0), max(y - 1, 0)
        x1, y1 = min(x + width + 1, ink.shape[1]), min(y + height + 1, ink.shape[0])
        own = labels[y0:y1, x0:x1]
        part = np.where((own == index + 1) | (own == 0), ink[y0:y1, x0:x1], 0)
        pieces.append(Piece((left + x0, top + y0, x1 - x0, y1 - y0), part))
    return pieces


def _inside(inner: Piece, outer: Piece) -> bool:
    (x, y, w, h), (X, Y, W, H) = inner.box, outer.box
    return X <= x and Y <= y and x + w <= X + W and y + h <= Y + H


def _without_frames(pieces: list[Piece]) -> list[Piece]:
    """Drop frames drawn around digits: thin ink along all four sides, with something inside that is a third as high."""

    def frames(outer: Piece) -> bool:
        solid = outer.ink >= SOLID
        if np.count_nonzero(solid) > 0.3 * solid.size or not _along_the_sides(solid):
            return False
        return any(p is not outer and p.box[3] > outer.box[3] / 3 and _inside(p, outer) for p in pieces)

    return [p for p in pieces if not frames(p)]


def _along_the_sides(solid: np.ndarray) -> bool:
    """Whether most of each side of the box has ink within a tenth of it: true for a frame, not for a 0."""
    height, width = solid.shape
    y, x = max(1, height // 10), max(1, width // 10)
    sides = (solid[:y].any(axis=0), solid[-y:].any(axis=0), solid[:, :x].any(axis=1), solid[:, -x:].any(axis=1))
    return all(side.mean() > 0.8 for side in sides)


def _rows(pieces: list[Piece]) -> list[list[Piece]]:
    """Lines of pieces from top to bottom. A tall piece joins the line whose last tall piece is beside it, so that a line may slope;
    a fragment joins the line of the nearest piece."""
    if not pieces:
        return []
    tall = FRAGMENT * float(np.median(sorted(p.box[3] for p in pieces)[len(pieces) // 2 :]))
    rows: list[list[Piece]] = []
    for piece in sorted((p for p in pieces if p.box[3] >= tall), key=lambda p: p.middle):
        beside = [shared_height(piece.box, row[-1].box) for row in rows]
        if beside and max(beside) > 0.4:
            rows[int(np.argmax(beside))].append(piece)
        else:
            rows.append([piece])
    for piece in (p for p in pieces if p.box[3] < tall):
        near = [min(_gap(piece, other) for other in row) for row in rows]
        if min(near) < tall:
            rows[int(np.argmin(near))].append(piece)
    return sorted(rows, key=lambda row: np.mean([p.box[1] + p.box[3] / 2 for p in row]))


def _stack(pieces: list[Piece]) -> list[Piece]:
    """Join pieces that lie one above the other and nearly touch: the two loops of an 8, a broken 1."""
    stacked: list[Piece] = []
    for piece in sorted(pieces, key=lambda p: -p.box[3]):
        for i, other in enumerate(stacked):
            if _shared_width(piece, other) > 0.6 and _gap(piece, other) < 0.07 * (piece.box[3] + other.box[3]):
                stacked[i] = join([other, piece])
                break
        else:
            stacked.append(piece)
    return stacked


def _shared_width(a: Piece, b: Piece) -> float:
    """Horizontal overlap as a share of the narrower one."""
    shared = min(a.box[0] + a.box[2], b.box[0] + b.box[2]) - max(a.box[0], b.box[0])
    return shared / min(a.box[2], b.box[2])


def _gap(a: Piece, b: Piece) -> float:
    """Distance between two boxes, 0 where they overlap."""
    dx = max(a.box[0], b.box[0]) - min(a.box[0] + a.box[2], b.box[0] + b.box[2])
    dy = max(a.box[1], b.box[1]) - min(a.box[1] + a.box[3], b.box[1] + b.box[3])
    return float(np.hypot(max(dx, 0), max(dy, 0)))


def _mend(row: list[Piece]) -> list[Piece]:
    """Join each fragment to the digit that it belongs to: the bar of a 5, the second stroke of a 4, a gap in a stroke."""
    tall = max(p.box[3] for p in row)
    pieces = sorted(row, key=lambda p: -p.box[3])
    whole: list[Piece] = []
    for piece in pieces:
        fragment = piece.box[3] < FRAGMENT * tall
        partners = [
            (i, _gap(piece, other))
            for i, other in enumerate(whole)
            if _shared_width(piece, other) > 0.6 or (fragment and _gap(piece, other) < 0.15 * tall)
        ]
        partners = [(i, gap) for i, gap in partners if gap < 0.5 * tall]
        if partners:
            i = min(partners, key=lambda pair: pair[1])[0]
            whole[i] = join([whole[i], piece])
        elif max(piece.box[2:]) >= SPECK * tall:
            whole.append(piece)
    return whole
