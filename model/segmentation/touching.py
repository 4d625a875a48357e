"""Touching digits: where a piece of connected ink is cut once it is known which digits are in it, and which pieces may be one digit.

Cuts go along paths of little ink (Casey & Lecolinet 1996, "A Survey of Methods and Strategies in Character Segmentation").
"""

import itertools
from collections.abc import Callable
from typing import TypeVar

import cv2
import numpy as np

from model.normalization import SOLID
from model.segmentation.segment import Piece, join

WIDEST = 1.4  # a piece wider than this many of its heights is no single digit
STROKES = 2  # that half the rows of two digits cross; what stands alone and crosses less is one stroke, or half a digit under way
ROWS = 48  # height at which a path is sought: a stroke is still 4 px wide
STEP = 6  # columns between two paths, at that height
# Columns a path may stray to either side. Twice as far, all paths fall into the same few gaps: of 250 pairs that touch, both
# digits could be had from the slices, nine tenths of their ink and no more than a tenth of other ink, in 45 %, now in 58 %.
STRAY = 6
LEANS = (0.0, 0.1, 0.3)  # columns a row by which a family of paths leans right, as most hands do
SIDEWAYS = 0.1  # cost of a step aside, as a share of crossing a solid pixel: straight where nothing is gained
HALF = 0.5 + 1e-6  # rounds halves up, whichever side of the half a float's last bit puts them in either language
ASIDE = 0.3  # cost of a cut at a digit instead of midway between two, as a share of crossing ink all the way

Span = tuple[int, int]
T = TypeVar("T")


def joins(pieces: list[Piece], doubtful: list[bool]) -> dict[Span, Piece]:
    """Two or three neighbours, (start, end), that may be one digit because one of them is ``doubtful``."""
    found = {}
    for first, last in itertools.combinations(range(len(pieces)), 2):
        if last <= first + 2 and any(doubtful[first : last + 1]):
            together = join(pieces[first : last + 1])
            if together.box[2] <= WIDEST * together.box[3]:
                found[first, last + 1] = together
    return found


def best_path(pieces: int, ways: dict[Span, Callable[[], tuple[float, T]]]) -> list[T]:
    """The way from piece 0 to the end with the best sum of scores, none above 0: what its steps read.

    The most promising ways are followed first (Dijkstra 1959), so that most of the ``ways`` need not be read at all.
    """
    best: list[tuple[float, int, T | None]] = [(0.0, 0, None)] + [(-np.inf, 0, None)] * pieces
    waiting = set(range(pieces + 1))
    while (i := max(sorted(waiting), key=lambda at: best[at][0])) != pieces:
        waiting.remove(i)
        for (start, j), read in ways.items():
            if start == i:
                score, found = read()
                score += best[i][0]
                if score > best[j][0] or score == best[j][0] and i < best[j][1]:
                    best[j] = (score, i, found)
    path, end = [], pieces
    while end:
        path.append(best[end][2])
        end = best[end][1]
    return path[::-1]


def crossed(piece: Piece) -> float:
    """How many strokes the middling row of a piece crosses."""
    solid = np.pad(piece.ink >= SOLID, ((0, 0), (1, 0)))
    return float(np.median((solid[:, 1:] > solid[:, :-1]).sum(axis=1)))


def divide(piece: Piece, places: list[float]) -> list[Piece]:
    """Cut a piece between the digits at ``places``, shares of its width from left to right; as many pieces, or fewer where
    there is no ink between two cuts."""
    height, width = piece.ink.shape
    paths = [path for lean in LEANS for path in _paths(piece.ink, lean)]
    means = [float(path.sum()) / height for path in paths]
    inked = [int(piece.ink[np.arange(height), np.minimum(path, width - 1)].sum()) / (255 * height) for path in paths]
    chosen = []
    for left, right in itertools.pairwise(place * width for place in places):
        middle = (left + right) / 2
        between = [at for at, mean in enumerate(means) if left < mean < right]
        costs = [inked[at] + ASIDE * abs(means[at] - middle) / (right - left) for at in between]
        straight = np.full(height, int(middle))
        chosen.append(paths[between[costs.index(min(costs))]] if between else straight)
    return _slices(piece, chosen)


def cuts(piece: Piece, lean: float) -> list[Piece]:
    """Slice a piece along every path of little ink of that lean; one piece if there is no such place."""
    return _slices(piece, _paths(piece.ink, lean)) or [piece]


def _slices(piece: Piece, paths: list[np.ndarray]) -> list[Piece]:
    height, width = piece.ink.shape
    edges = np.maximum.accumulate([np.zeros(height, int), *paths, np.full(height, width)], axis=0)
    columns = np.arange(width)
    slices = []
    for left, right in itertools.pairwise(edges):
        own = np.where((columns >= left[:, None]) & (columns < right[:, None]), piece.ink, 0)
        solid = own >= SOLID
        rows, cols = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
        if len(rows):
            y0, y1, x0, x1 = int(rows[0]), int(rows[-1]) + 1, int(cols[0]), int(cols[-1]) + 1
            slices.append(Piece((piece.box[0] + x0, piece.box[1] + y0, x1 - x0, y1 - y0), own[y0:y1, x0:x1]))
    return slices


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
