"""Measures how each image is written: stroke width, slant, size, ink and aspect. Enter at `measure`."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from model.normalization import SOLID, stroke_width

FINER = 4  # times: at 28×28 a stroke is two or three pixels wide, which is too coarse to tell thin from thick


@dataclass(frozen=True)
class Measure:
    """One property of handwriting. low, high: what images at its two ends are called; unit: of its values."""

    name: str
    low: str
    high: str
    unit: str
    decimals: int
    of: Callable[[np.ndarray], np.ndarray]


def stroke_widths(images: np.ndarray) -> np.ndarray:
    """Median width of the strokes, px."""
    finer = (cv2.resize(image, None, fx=FINER, fy=FINER, interpolation=cv2.INTER_LINEAR) for image in images)
    return np.array([stroke_width(image) / FINER or np.nan for image in finer])


def slants(images: np.ndarray) -> np.ndarray:
    """How far the ink leans to the right, degrees: the regression of x on y, by the second moments."""
    _, _, xy, yy = _moments(images)
    return -np.degrees(np.arctan2(xy, yy))  # y points down


def sizes(images: np.ndarray) -> np.ndarray:
    """Root mean square distance of the ink from its centre, px. (The longer side is 20 px in all of MNIST.)"""
    _, xx, _, yy = _moments(images)
    return np.sqrt(np.maximum(xx + yy, 0))  # a single pixel's may be a rounding error below


def inks(images: np.ndarray) -> np.ndarray:
    """Percent of the image that is ink, a grey pixel counting in part."""
    ink = images.reshape(len(images), -1).mean(axis=1) / 2.55
    return np.where(ink > 0, ink, np.nan)


def aspects(images: np.ndarray) -> np.ndarray:
    """Width of the ink's box divided by its height."""
    solid = images >= SOLID
    width, height = (_extent(np.asarray(solid.any(axis=axis))) for axis in (1, 2))
    return np.divide(width, height, out=np.full(len(images), np.nan), where=height > 0)


MEASURES = (
    Measure("stroke width", "thinnest", "thickest", "px", 1, stroke_widths),
    Measure("slant", "leaning most to the left", "leaning most to the right", "°", 0, slants),
    Measure("size", "smallest", "largest", "px from the centre", 1, sizes),
    Measure("ink", "lightest", "darkest", "%", 1, inks),
    Measure("aspect", "narrowest", "widest", "wide for 1 high", 2, aspects),
)


def measure(images: np.ndarray) -> dict[str, np.ndarray]:
    """(n, 28, 28) uint8 → by the name of each of MEASURES (n,) float64, NaN for an image without ink."""
    return {one.name: one.of(images) for one in MEASURES}


def _extent(occupied: np.ndarray) -> np.ndarray:
    """(n, 28) bool → (n,) int: from the first True to the last, both counted; 0 without any."""
    first, last = occupied.argmax(axis=1), occupied.shape[1] - occupied[:, ::-1].argmax(axis=1)
    return np.where(occupied.any(axis=1), last - first, 0)


def _moments(images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The total, and the central second moments of x, of x with y, and of y, divided by it; NaN without ink. (n,) each."""
    ink = images.astype(np.float64)
    total = ink.sum(axis=(1, 2))
    share = np.where(total > 0, 1 / np.maximum(total, 1), np.nan)
    x = y = np.arange(images.shape[1], dtype=np.float64)
    across, down = ink.sum(axis=1) * share[:, None], ink.sum(axis=2) * share[:, None]
    mean_x, mean_y = across @ x, down @ y
    xx, yy = across @ x**2 - mean_x**2, down @ y**2 - mean_y**2
    xy = np.einsum("nyx,y,x->n", ink, y, x) * share - mean_x * mean_y
    return total, xx, xy, yy
