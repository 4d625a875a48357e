"""Touching digits: where a piece of connected ink might be cut, and every way to see a doubtful line.

Over-segmentation after Casey & Lecolinet 1996 ("A Survey of Methods and Strategies in Character Segmentation"): cut too
often, along paths of little ink, and leave it to the recogniser which neighbours belong together.
"""

from collections.abc import Callable
from typing import TypeVar

import cv2
import numpy as np

from model.geometry import SOLID
from model.segment import Piece, join

NARROWEST_TO_CUT = 0.6  # of the line's height: narrower pieces are not two digits
WIDEST = 1.4  # a piece wider than this many of its heights is no single digit
MOST_ATOMS = 48  # of one piece; more cuts are a texture's
LONGEST = 20  # heights: many more than digits touch in a row; a pen's straight line of 5,000 px took 2 s to cut
STROKES = 2  # that half the rows of two digits cross; what crosses less is one stroke, or half a digit under way
MOST_IN_LINE = 100  # atoms of a line from which no more is cut: writing has fewer, a texture would take a second
MOST_IN_GROUP = 8  # atoms that may make one digit
ROWS = 48  # height at which a path is sought: a stroke is still 4 px wide
STEP = 6  # columns between two paths, at that height
# Columns a path may stray to either side. Twice as far, all paths fall into the same few gaps: of 250 pairs that touch, both
# digits could be had from the slices, nine tenths of their ink and no more than a tenth of other ink, in 45 %, now in 58 %.
STRAY = 6
# Columns a row by which a family of paths leans right, as most hands do. Each family misses other pairs: choosing among
# these three by what the network makes of the slices took rows of touching digits from 75 to 81 % exact.
LEANS = (0.0, 0.1, 0.3)
SIDEWAYS = 0.1  # cost of a step aside, as a share of crossing a solid pixel: straight where nothing is gained
HALF = 0.5 + 1e-6  # rounds halves up, whichever side of the half a float's last bit puts them in either language
LOWEST = 0.4  # of the piece's height: what is cut out lower than that is a fragment

Span = tuple[int, int]
T = TypeVar("T")


def alternatives(
    pieces: list[Piece], cut: list[bool], doubtful: list[bool], lean: float
) -> tuple[list[Span], dict[Span, Piece]]:
    """Other ways to see a line: pieces to ``cut`` apart along paths of that ``lean``, neighbours joined where one is ``doubtful``.

    Cut pieces become atoms, others are one atom. Returns the span of atoms, (start, end), of each piece as it was
    drawn, and every other candidate for a digit with its span.
    """
    height = float(np.median([p.box[3] for p in pieces]))
    spans, others, start = [], {}, 0
    for apart, piece in zip(cut, pieces, strict=True):
        wide = NARROWEST_TO_CUT * height < piece.box[2] <= LONGEST * piece.box[3]
        apart = apart and wide and _crossed(piece) >= STROKES
        atoms = cuts(piece, lean) if apart and start < MOST_IN_LINE else [piece]
        atoms = atoms if len(atoms) <= MOST_ATOMS else [piece]
        spans.append((start, start + len(atoms)))
        for i in range(len(atoms)):
            for j in range(i + 1, min(i + MOST_IN_GROUP, len(atoms)) + 1):
                part = join(atoms[i:j])
                if j - i < len(atoms) and part.box[3] >= LOWEST * piece.box[3] and part.box[2] <= WIDEST * part.box[3]:
                    others[start + i, start + j] = part
        start += len(atoms)
    for first in range(len(pieces)):
        for last in range(first + 1, min(first + 2, len(pieces) - 1) + 1):
            together = join(pieces[first : last + 1])
            if any(doubtful[first : last + 1]) and together.box[2] <= WIDEST * together.box[3]:
                others[spans[first][0], spans[last][1]] = together
    return spans, others


def best_path(atoms: int, ways: dict[Span, Callable[[], tuple[float, T]]]) -> list[T]:
    """The way from atom 0 to the end with the best sum of scores, none above 0: what its steps read.

    The most promising ways are followed first (Dijkstra 1959), so that most of the ``ways`` need not be read at all.
    """
    best: list[tuple[float, int, T | None]] = [(0.0, 0, None)] + [(-np.inf, 0, None)] * atoms
    waiting = set(range(atoms + 1))
    while (i := max(sorted(waiting), key=lambda at: best[at][0])) != atoms:
        waiting.remove(i)
        for (start, j), read in ways.items():
            if start == i:
                score, found = read()
                score += best[i][0]
                if score > best[j][0] or score == best[j][0] and i < best[j][1]:
                    best[j] = (score, i, found)
    path, end = [], atoms
    while end:
        path.append(best[end][2])
        end = best[end][1]
    return path[::-1]


def _crossed(piece: Piece) -> float:
    """How many strokes the middling row of a piece crosses."""
    solid = np.pad(piece.ink >= SOLID, ((0, 0), (1, 0)))
    return float(np.median((solid[:, 1:] > solid[:, :-1]).sum(axis=1)))


def cuts(piece: Piece, lean: float) -> list[Piece]:
    """Slice a piece along paths of little ink where touching digits may meet; one piece if there is no such place."""
    height, width = piece.ink.shape
    edges = [np.zeros(height, int), *_paths(piece.ink, lean), np.full(height, width)]
    edges = np.maximum.accumulate(edges, axis=0)
    columns = np.arange(width)
    slices = []
    for left, right in zip(edges[:-1], edges[1:], strict=True):
        own = np.where((columns >= left[:, None]) & (columns < right[:, None]), piece.ink, 0)
        solid = own >= SOLID
        rows, cols = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
        if len(rows):
            y0, y1, x0, x1 = int(rows[0]), int(rows[-1]) + 1, int(cols[0]), int(cols[-1]) + 1
            slices.append(Piece((piece.box[0] + x0, piece.box[1] + y0, x1 - x0, y1 - y0), own[y0:y1, x0:x1]))
    return slices or [piece]


def _paths(ink: np.ndarray, lean: float) -> list[np.ndarray]:
    """The cheapest ways from top to bottom, one sought every STEP: x for every row of ``ink``, (height,) int each."""
    height, width = ink.shape
    scale = ROWS / height
    small = cv2.resize(ink, (max(3, round(width * scale)), ROWS), interpolation=cv2.INTER_AREA) / np.float32(255)
    # Each row moved aside so that what leans stands upright; ``aside`` takes its columns back.
    aside = np.floor(lean * (ROWS / 2 - np.arange(ROWS)) + HALF).astype(int)
    reach = int(np.abs(aside).max())
    upright = np.zeros((ROWS, small.shape[1] + 2 * reach), np.float32)
    for y, x in enumerate(reach - aside):
        upright[y, x : x + small.shape[1]] = small[y]
    paths = []
    for middle in range(STEP, upright.shape[1] - STEP + 1, STEP):
        first, last = max(middle - STRAY, 0), min(middle + STRAY + 1, upright.shape[1])
        path = first + _cheapest(upright[:, first:last], middle - first) - reach + aside
        every = np.interp(np.arange(height), (np.arange(ROWS) + 0.5) / scale, (path + 0.5) / scale)
        paths.append(np.clip(np.floor(every + HALF).astype(int), 0, width))
    return paths


def _cheapest(cost: np.ndarray, start: int) -> np.ndarray:
    """The path of least cost down (rows, columns), at most one column aside a row; ties stay near ``start``."""
    rows, columns = cost.shape
    total = cost[0] + 0.01 * np.abs(np.arange(columns) - start)
    back = np.zeros((rows, columns), int)
    for y in range(1, rows):
        ways = np.full((3, columns), np.inf, np.float64)
        ways[0, 1:], ways[1], ways[2, :-1] = total[:-1] + SIDEWAYS, total, total[1:] + SIDEWAYS
        choice = ways.argmin(axis=0)
        back[y] = np.arange(columns) + choice - 1
        total = cost[y] + ways[choice, np.arange(columns)]
    path = np.zeros(rows, int)
    path[-1] = int(total.argmin())
    for y in range(rows - 1, 0, -1):
        path[y - 1] = back[y, path[y]]
    return path
