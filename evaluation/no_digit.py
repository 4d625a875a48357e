"""Images of what is no digit, to measure when a model refuses: made by the training recipe's generators with a seed of their own, and
garments, which no recipe here learns from. Enter at `make`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from model import normalization
from model.training import negatives

SEED = 21  # not one that a training uses; the same images for every model
SIDE = 112  # px of the canvas on which a garment is drawn: four for each pixel of an image
POINT = 16  # OpenCV's fixed point: sixteenths of a pixel


@dataclass(frozen=True)
class Outliers:
    """images: (n, 28, 28) uint8 of what is no digit; kind: (n,) int64, which of `kinds` each is; seed: they were made with."""

    images: np.ndarray
    kind: np.ndarray
    kinds: tuple[str, ...]
    seed: int


def garment(rng: np.random.Generator, _digits: np.ndarray) -> np.ndarray:
    """A shirt, trousers, a dress, a shoe or a bag as a filled outline with a texture, like Fashion-MNIST's (Xiao et al. 2017)."""
    outline = OUTLINES[rng.integers(len(OUTLINES))]
    points = (np.array(outline) - 0.5) * rng.uniform(0.75, 0.95, 2) + rng.normal(0, 0.015, (len(outline), 2)) + 0.5
    ink = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(ink, [(points * SIDE * POINT).astype(np.int32)], 255, cv2.LINE_AA, shift=4)
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    angle, waves = rng.choice([0, np.pi / 2]), rng.uniform(2, 9)
    stripes = 1 + rng.uniform(0, 0.4) * np.sin(2 * np.pi * waves * (x * np.cos(angle) + y * np.sin(angle)))
    grain = cv2.resize(rng.normal(0, 0.12, (20, 20)), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    return np.clip(ink * rng.uniform(0.45, 0.9) * (stripes + grain), 0, 255).astype(np.uint8)


# Points of the unit square, y down.
OUTLINES = (
    ((0.3, 0.1), (0.42, 0.16), (0.58, 0.16), (0.7, 0.1), (0.98, 0.4), (0.84, 0.5), (0.72, 0.38), (0.72, 0.92), (0.28, 0.92),
     (0.28, 0.38), (0.16, 0.5), (0.02, 0.4)),
    ((0.28, 0.05), (0.72, 0.05), (0.8, 0.95), (0.6, 0.95), (0.5, 0.35), (0.4, 0.95), (0.2, 0.95)),
    ((0.38, 0.05), (0.62, 0.05), (0.6, 0.4), (0.78, 0.95), (0.22, 0.95), (0.4, 0.4)),
    ((0.08, 0.4), (0.3, 0.42), (0.5, 0.58), (0.9, 0.66), (0.95, 0.82), (0.06, 0.82)),
    ((0.1, 0.42), (0.34, 0.4), (0.38, 0.18), (0.62, 0.18), (0.66, 0.4), (0.9, 0.42), (0.86, 0.92), (0.14, 0.92)),
)  # fmt: skip


def _as_seen(kind: Callable, rng: np.random.Generator, digits: np.ndarray) -> np.ndarray:
    """One image of a kind, brought to 28×28 as a drawing is. Kinds sometimes come out without a stroke: then another."""
    while True:
        image = normalization.to_image(kind(rng, digits))
        if image.any():
            return (255 * image).astype(np.uint8)


def _as_it_is(kind: Callable, rng: np.random.Generator, digits: np.ndarray) -> np.ndarray:
    """One image of a kind, only made smaller: the picture path would thin what is filled to an outline."""
    return cv2.resize(kind(rng, digits), (normalization.SIDE,) * 2, interpolation=cv2.INTER_AREA)


# What a person calls them → the generators, how an image is made of their ink, how many of every 30 images.
KINDS: dict[str, tuple[tuple[Callable, ...], Callable, int]] = {
    "letters and signs": ((negatives.letter, negatives.chimera), _as_seen, 9),
    "scribbles": ((negatives.scribble, negatives.loose_strokes, negatives.zigzag, negatives.spiral), _as_seen, 6),
    "drawings": ((negatives.line_drawing,), _as_seen, 4),
    "shapes": ((negatives.shape,), _as_seen, 3),
    "textures": ((negatives.texture,), _as_seen, 2),
    "several digits, or struck out": ((negatives.several_digits, negatives.struck_through), _as_seen, 3),
    "garments": ((garment,), _as_it_is, 3),
}
SHARE = sum(share for *_, share in KINDS.values())


def make(n: int, digits: np.ndarray, seed: int = SEED) -> Outliers:
    """About n images (a whole number of SHAREs, at least one). digits: (m, 28, 28) uint8, for those that are made of digits."""
    rng = np.random.default_rng(seed)
    images, kind = [], []
    for place, (generators, finish, share) in enumerate(KINDS.values()):
        for i in range(max(1, round(n / SHARE)) * share):
            images.append(finish(generators[i % len(generators)], rng, digits))
            kind.append(place)
    return Outliers(np.stack(images), np.array(kind, np.int64), tuple(KINDS), seed)
