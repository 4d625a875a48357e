"""Cuts a piece of touching digits apart (`divide`), and finds which pieces may be parts of one digit (`joins`, `best_path`).

Cuts go along paths of little ink (Casey & Lecolinet 1996, "A Survey of Methods and Strategies in Character Segmentation").
"""

import itertools
from collections.abc import Callable
from typing import TypeVar

import cv2
import numpy as np

from model.normalization import SOLID
from model.segmentation.segment import Piece, join

WIDEST = 1.4  # width by height; a wider piece is no single digit
# Strokes that the median row of two digits crosses at least. A lone piece that crosses fewer is one stroke, or a half-drawn digit.
STROKES = 2
ROWS = 48  # px; the height at which paths are sought: a stroke is still 4 px wide
STEP = 6  # columns between two paths, at that height
# Columns that a path may stray to either side. With twice as many, all paths fall into the same few gaps: of 250 touching pairs,
# the slices then held both digits (nine tenths of their ink, at most a tenth of other ink) in 45 % instead of 58 %.
STRAY = 6
LEANS = (0.0, 0.1, 0.3)  # columns per row by which the paths lean right, as most handwriting does
SIDEWAYS = 0.1  # cost of a step aside, as a share of crossing a solid pixel: paths go straight where nothing is gained
HALF = 0.5 + 1e-6  # added before floor: rounds halves up in Python and JavaScript alike, whatever a float's last bit is
ASIDE = 0.3  # cost of a cut at a digit instead of midway between two, as a share of crossing ink all the way

Span = tuple[int, int]  # the first piece, and the one after the last
T = TypeVar("T")


def joins(pieces: list[Piece], doubtful: list[bool]) -> dict[Span, Piece]:
    """Span → two or three neighbours joined as one piece, where one of them is ``doubtful``, so that they may be one digit."""
    found = {}
    for first, last in itertools.combinations(range(len(pieces)), 2):
        if last <= first + 2 and any(doubtful[first : last + 1]):
            together = join(pieces[first : last + 1])
            if together.box[2] <= WIDEST * together.box[3]:
                found[first, last + 1] = together
    return found


def best_path(pieces: int, choices: dict[Span, Callable[[], tuple[float, T]]]) -> list[T]:
    """The spans that together cover all pieces, from 0 to ``pieces``, with the best sum of scores: what each was read as.

    choices: span → function that reads it as (score, reading); no score is above 0. The most promising paths are followed
    first (Dijkstra 1959), so that most spans need not be read at all.
    """
    best: list[tuple[float, int, T | None]] = [(0.0, 0, None), *[(-np.inf, 0, None)] * pieces]
    waiting = set(range(pieces + 1))
    while (i := max(sorted(waiting), key=lambda at: best[at][0])) != pieces:
        waiting.remove(i)
        for (start, j), read in choices.items():
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
    """How many strokes the median row of a piece crosses."""
    solid = np.pad(piece.ink >= SOLID, ((0, 0), (1, 0)))
    return float(np.median((solid[:, 1:] > solid[:, :-1]).sum(axis=1)))


def divide(piece: Piece, places: list[float]) -> list[Piece]:
    """Cut a piece between the digits at ``places``, shares of its width from left to right.

    Returns as many pieces as places, or fewer where there is no ink between two cuts.
    """
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
    """Slice a piece along every path of little ink with this lean (columns per row); [piece] if there is none."""
    return _slices(piece, _paths(piece.ink, lean)) or [piece]


def _slices(piece: Piece, paths: list[np.ndarray]) -> list[Piece]:
    """The parts of a piece between neighbouring paths, from left to right, without those that have no solid ink."""
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
    """The cheapest paths from top to bottom, one sought every STEP: the x in each row of ``ink``, (height,) int each."""
    height, width = ink.shape
    scale = ROWS / height
    small = cv2.resize(ink, (max(3, round(width * scale)), ROWS), interpolation=cv2.INTER_AREA) / np.float32(255)
    # Each row is moved aside so that what leans stands upright; ``aside`` moves its columns back.
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
    """The path of least cost down (rows, columns), at most one column aside per row; ties stay near ``start``."""
    rows, columns = cost.shape
    total = cost[0] + 0.01 * np.abs(np.arange(columns) - start)
    back = np.zeros((rows, columns), int)
    for y in range(1, rows):
        steps = np.full((3, columns), np.inf, np.float64)  # from the left, from straight above, from the right
        steps[0, 1:], steps[1], steps[2, :-1] = total[:-1] + SIDEWAYS, total, total[1:] + SIDEWAYS
        choice = steps.argmin(axis=0)
        back[y] = np.arange(columns) + choice - 1
        total = cost[y] + steps[choice, np.arange(columns)]
    path = np.zeros(rows, int)
    path[-1] = int(total.argmin())
    for y in range(rows - 1, 0, -1):
        path[y - 1] = back[y, path[y]]
    return path
