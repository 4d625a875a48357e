"""Draws the ink of one placed glyph. Enter at `stamp`."""

from dataclasses import dataclass

import cv2
import numpy as np

from model.training.pages.glyphs import Glyph
from model.training.pages.writing import Placed


@dataclass(frozen=True)
class Stamp:
    """The ink of one glyph on a crop: (h, w) uint8 with its top left (x, y), middle, height in px, visible share, kind, pen and text."""

    ink: np.ndarray
    left: int
    top: int
    middle: tuple[float, float]
    height: float
    visible: float
    kind: str
    pen: str
    text: str = ""


def stamp(placed: Placed, matrix: np.ndarray, brush: float, side: int, rng: np.random.Generator) -> Stamp | None:
    """The ink of a placed glyph; None where it lies outside the crop."""
    glyph = placed.glyph
    linear = matrix[:, :2] @ np.array([[1, -placed.slant], [0, 1]]) * placed.size
    origin = matrix[:, :2] @ (placed.x, placed.y) + matrix[:, 2]
    return (_stroked if glyph.strokes else _stamped)(glyph, linear, origin, brush, side, placed.pen, rng)


def _stroked(glyph: Glyph, linear, origin, brush: float, side: int, pen: str, _rng) -> Stamp | None:
    strokes = [s @ linear.T + origin for s in glyph.strokes or ()]
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    if (high + brush < 0).any() or (low - brush > side).any():
        return None
    (left, top), (right, bottom) = np.floor(low - brush - 1).astype(int), np.ceil(high + brush + 1).astype(int)
    left, top, right, bottom = max(left, -side), max(top, -side), min(right, 2 * side), min(bottom, 2 * side)
    fine = 1 if brush > 9 else 2 if brush > 4 else 4  # OpenCV's brushes are whole px wide
    ink = np.zeros(((bottom - top) * fine, (right - left) * fine), np.uint8)
    for s in strokes:
        at = np.round(((s - (left, top)) * fine) * 16).astype(np.int32)
        at = np.repeat(at, 2, axis=0) if len(at) == 1 else at
        cv2.polylines(ink, [at], False, 255, max(1, round(brush * fine)), cv2.LINE_AA, 4)
    if fine > 1:
        ink = cv2.resize(ink, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    middle, height = (low + high) / 2, max(float(high[1] - low[1]), 0.3 * float(high[0] - low[0])) + brush
    return _made(ink, left, top, middle, height, side, glyph, pen)


def _stamped(
    glyph: Glyph, linear, origin, _brush: float, side: int, pen: str, rng: np.random.Generator
) -> Stamp | None:
    bitmap = glyph.bitmap
    assert bitmap is not None, "a glyph has strokes or a bitmap"
    scale = np.linalg.norm(linear[:, 1]) * glyph.height / bitmap.shape[0]
    if scale < 0.7:  # averaged first: warpAffine skips px
        size = [max(2, round(n * scale * 1.2)) for n in bitmap.shape]
        bitmap = cv2.resize(bitmap, (size[1], size[0]), interpolation=cv2.INTER_AREA)
    h, w = bitmap.shape
    bitmap = np.pad(bitmap, 2)
    step = np.array([glyph.width / w, glyph.height / h])
    to_unit = np.array(glyph.middle) - step * (w / 2 + 1.5, h / 2 + 1.5)
    m = np.column_stack([linear * step, linear @ to_unit + origin])
    corners = np.array([[0, 0], [w + 4, 0], [w + 4, h + 4], [0, h + 4]]) @ m[:, :2].T + m[:, 2]
    (left, top), (right, bottom) = np.floor(corners.min(axis=0)).astype(int), np.ceil(corners.max(axis=0)).astype(int)
    if right < 0 or bottom < 0 or left > side or top > side:
        return None
    left, top, right, bottom = max(left, -side), max(top, -side), min(right, 2 * side), min(bottom, 2 * side)
    m[:, 2] -= (left, top)
    ink = cv2.warpAffine(bitmap, m, (right - left, bottom - top), flags=cv2.INTER_CUBIC)
    gain = float(np.clip(0.7 * scale, 1, 4))
    if gain > 1 and pen == "pen":
        ink = np.clip((ink.astype(np.float32) - rng.uniform(85, 150)) * gain + 128, 0, 255).astype(np.uint8)
        ink[cv2.warpAffine(bitmap, m, (right - left, bottom - top), flags=cv2.INTER_LINEAR) < 20] = 0
    middle = linear @ np.array(glyph.middle) + origin
    height = max(glyph.height, 0.3 * glyph.width) * float(np.linalg.norm(linear[:, 1]))
    return _made(ink, left, top, middle, height, side, glyph, pen)


def _made(ink: np.ndarray, left: int, top: int, middle, height: float, side: int, glyph: Glyph, pen: str) -> Stamp:
    shown = visible(ink, left, top, side)
    return Stamp(ink, left, top, (float(middle[0]), float(middle[1])), height, shown, glyph.kind, pen, glyph.text)


def visible(ink: np.ndarray, left: int, top: int, side: int) -> float:
    """The share of ink at (left, top) that lies on a page of ``side`` px."""
    y0, x0, y1, x1 = max(-top, 0), max(-left, 0), max(side - top, 0), max(side - left, 0)
    return float(ink[y0:y1, x0:x1].sum(dtype=np.int64)) / max(float(ink.sum(dtype=np.int64)), 1.0)
