"""The network's maps → instances of writing: px of ink with their middle, height and kind. Enter at `find`."""

from dataclasses import dataclass

import cv2
import numpy as np

from model.page_reader import network_input as maps
from model.segmentation.segment import Piece

PEAK = 0.25  # heat from which a place may be a middle
INK = 0.5  # probability from which a px is ink
NEAR_X, NEAR_Y = 0.22, 0.45  # heights; of two middles closer than that, the fainter one is none
SPREAD = 0.08  # heights; how far the votes for one middle fall apart
FAR = 0.55  # heights; ink whose vote falls farther from every middle belongs to none
MOST = 1000  # places looked at for one pass; a page in small writing has some hundreds
BLOCK = 32  # px, the side of the squares in which middles are looked for together
LEAST = 0.01  # share of a squared height that an instance's ink has at least
FEWEST = 3  # cells that an instance has at least
HEIGHTS = -2.0, 3.0  # logarithms of REACH, between which heights count: 4 to 640 px
LEAST_SPREAD, MOST_SPREAD = 0.8, 8.0  # cells; at least a blur's own width, at most what takes no second
BLUR = 0.8  # cells; of the heat, whose highest cell is a matter of chance
AGREED = 0.5  # heights of votes that make a middle: the ink of a thin 1 is one cell wide, so that so many votes fall on its middle
AROUND = 9  # cells, the side of the square whose densest cell a middle is compared with
NEXT = 3  # cells, the side of the square in which a middle is the highest


@dataclass(frozen=True)
class Instance(Piece):
    """Something written, box and ink in px of the picture that the network saw; heat of its middle and digit share, in [0, 1];
    size: the height that the network gives it, in px."""

    heat: float
    digit: float
    size: float


@dataclass(frozen=True)
class Found:
    """What one pass has found. ink: (h, w) uint8; left: px of ink that belong to no instance, (h, w) bool."""

    instances: list[Instance]
    ink: np.ndarray
    left: np.ndarray


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Logits → probabilities."""
    return 1 / (1 + np.exp(-x))


def find(outputs: np.ndarray, shape: tuple[int, int]) -> Found:
    """The network's outputs of a picture of ``shape`` (h, w) → what is written there."""
    ink = sigmoid(maps.pixels(outputs[..., maps.INK]))[: shape[0], : shape[1]]
    heat = sigmoid(outputs[..., maps.HEAT])
    height = maps.REACH * np.exp(np.clip(outputs[..., maps.HEIGHT], *HEIGHTS))
    of_cell = sigmoid(outputs[..., maps.INK].max(axis=-1))
    rows, columns = np.nonzero(of_cell >= INK)
    amount = np.round(ink * 255).astype(np.uint8)
    if not len(rows):
        return Found([], amount, np.zeros(shape, bool))
    cells = np.stack([2 * columns + 1, 2 * rows + 1], axis=1).astype(np.float32)
    votes = cells + maps.REACH * outputs[rows, columns][:, maps.OFFSET]
    sizes = height[rows, columns]
    peaks = _peaks(heat, height, votes, sizes)
    if not len(peaks):
        return Found([], amount, ink >= INK)
    nearest, distance = _nearest(votes, 2.0 * peaks[:, 1::-1] + 1)
    nearest[distance / sizes > FAR] = len(peaks)
    owner = np.full(heat.shape, -1, np.int32)
    owner[rows, columns] = nearest
    fine = np.repeat(np.repeat(owner, 2, 0), 2, 1)[: shape[0], : shape[1]]
    digit = sigmoid(outputs[rows, columns, maps.KIND])
    order = np.argsort(nearest, kind="stable")
    ends = np.searchsorted(nearest[order], np.arange(len(peaks)), side="right")
    found = []
    for k, own in enumerate(np.split(order, ends)[: len(peaks)]):
        if len(own) < FEWEST:
            continue
        typical = float(np.median(sizes[own]))
        if len(own) * 4 < LEAST * typical**2:
            continue
        x0, x1 = 2 * columns[own].min(), min(2 * columns[own].max() + 2, shape[1])
        y0, y1 = 2 * rows[own].min(), min(2 * rows[own].max() + 2, shape[0])
        part = np.where(fine[y0:y1, x0:x1] == k, amount[y0:y1, x0:x1], 0)
        box = int(x0), int(y0), int(x1 - x0), int(y1 - y0)
        found.append(Instance(box, part, float(peaks[k, 2]), float(digit[own].mean()), typical))
    return Found(found, amount, (fine == len(peaks)) & (ink >= INK))


def _nearest(votes: np.ndarray, middles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each vote, (n, 2) px, the nearest of the middles, (k, 2) px, at least one: its number, (n,) int, and how far it is, in px.

    Block by block, with only those middles that can be nearest to a place in it, one after the other: all distances at once
    would be gigabytes of a picture full of texture.
    """
    nearest, distance = np.zeros(len(votes), int), np.full(len(votes), np.inf, np.float32)
    blocks = np.floor(votes / BLOCK)
    order = np.lexsort(blocks.T)
    starts = 1 + np.flatnonzero(np.any(np.diff(blocks[order], axis=0), axis=1))
    for part in np.split(order, starts):
        reach = np.hypot(*(middles - (blocks[part[0]] + 0.5) * BLOCK).T)
        inside, best = votes[part], distance[part]
        possible = reach <= reach.min() + 1.5 * BLOCK  # twice the way from a block's middle to its corner is 1.42
        for k in np.flatnonzero(possible):
            away = np.hypot(*(inside - middles[k]).T)
            closer = away < best
            nearest[part[closer]], best[closer] = k, away[closer]
        distance[part] = best
    return nearest, distance


def _peaks(heat: np.ndarray, height: np.ndarray, votes: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Places that the heat and the votes, (n, 2) px, take for middles: (n, 3) row, column, strength; the strongest first.

    Of two near one another only the stronger is kept. sizes: the heights that the voters give, in px.
    """
    spread = float(np.clip(SPREAD * np.median(sizes) / 2, LEAST_SPREAD, MOST_SPREAD))
    density = np.zeros(heat.shape, np.float32)
    x, y = np.clip(np.round((votes - 1) / 2).astype(int), 0, np.array(heat.shape)[::-1] - 1).T
    np.add.at(density, (y, x), 1.0)
    density = cv2.GaussianBlur(density, (0, 0), spread) * (2 * np.pi * spread**2)
    agreed = np.minimum(density / (AGREED * height / 2), 1)
    strength = np.sqrt(cv2.GaussianBlur(heat, (0, 0), BLUR) * agreed)
    densest = np.maximum(cv2.dilate(density, np.ones((AROUND, AROUND), np.uint8)), 1e-6)
    sharp = strength * (1 + density / densest) / 2
    highest = cv2.dilate(sharp, np.ones((NEXT, NEXT), np.uint8))
    rows, columns = np.nonzero((sharp >= highest) & (sharp >= PEAK))
    order = np.argsort(-sharp[rows, columns])[:MOST]
    places, kept = np.stack([rows[order], columns[order]], axis=1), np.zeros(len(order), bool)
    for at, (r, c) in enumerate(places):
        near = np.abs(places[:at][kept[:at]] - (r, c)) <= height[r, c] / 2 * np.array([NEAR_Y, NEAR_X], np.float32)
        kept[at] = not near.all(axis=1).any()
    rows, columns = places[kept].T
    return np.stack([rows, columns, strength[rows, columns]], axis=1).astype(np.float32)
