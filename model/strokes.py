"""Draws pen strokes as ink, as a sketchpad does."""

from collections.abc import Sequence

import cv2
import numpy as np

SUBPIXEL = 4  # OpenCV draws lines at 1/16 px


def draw(strokes: Sequence[np.ndarray], shape: tuple[int, int], brush: float) -> np.ndarray:
    """Strokes of (n, 2) points (x, y) in px, drawn with a round brush of ``brush`` px → ink (H, W) uint8, 0 paper – 255 ink."""
    ink = np.zeros(shape, np.uint8)
    for stroke in strokes:
        points = np.round(np.asarray(stroke) * 2**SUBPIXEL).astype(np.int32)
        if len(points) == 1:
            points = np.repeat(points, 2, axis=0)
        cv2.polylines(ink, [points], False, 255, max(1, round(brush)), cv2.LINE_AA, SUBPIXEL)
    return ink


def place(strokes: Sequence[np.ndarray], size: float, centre: tuple[float, float] | np.ndarray) -> list[np.ndarray]:
    """Scale and move strokes: the longer side of their box becomes ``size`` px, its middle ``centre`` (x, y)."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = size / max(float((high - low).max()), 1e-6)
    return [(stroke - (low + high) / 2) * scale + np.asarray(centre) for stroke in strokes]
