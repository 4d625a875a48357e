"""One character or drawing of a training page, and how it is made of strokes, of a bitmap or of a font.

A glyph stands in units of a digit's height: the middle of a digit is (0, 0) and it is 1 high; y points down.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

SLICES = 24  # of `reach`, over two digit heights
INKED = 90  # ink of a bitmap from which it reaches
PRINT = 64  # px, the height in which printed characters are kept


@dataclass(frozen=True)
class Glyph:
    """One character or drawing.

    kind: "digit", "other", or "frame" for what is drawn around others and is nothing itself; strokes: (n, 2) float32 points each, or
    None; bitmap: (h, w) uint8 ink light on dark, or None; width, height: of the glyph, and middle: (x, y) of its box's middle, all in
    digit heights; text: what it says.
    """

    kind: str
    text: str
    strokes: tuple[np.ndarray, ...] | None
    bitmap: np.ndarray | None
    width: float
    height: float
    middle: tuple[float, float] = (0.0, 0.0)


def reach(glyph: Glyph) -> np.ndarray:
    """How far a glyph's ink reaches left and right of its middle in each of SLICES rows from -1 to 1, (2, SLICES) in digit heights;
    where there is none, -inf."""
    if glyph.bitmap is not None:
        rows, columns = np.nonzero(glyph.bitmap >= INKED)
        high, wide = glyph.bitmap.shape
        x = ((columns + 0.5) / wide - 0.5) * glyph.width
        y = ((rows + 0.5) / high - 0.5) * glyph.height + glyph.middle[1]
    else:
        fine = [s[:-1, None] + np.diff(s, axis=0)[:, None] * np.linspace(0, 1, 6)[:, None] for s in glyph.strokes or ()]
        x, y = np.concatenate([f.reshape(-1, 2) for f in fine] + list(glyph.strokes or ())).T
    at = np.clip((y + 1) / 2 * SLICES, 0, SLICES - 1).astype(int)
    found = np.full((2, SLICES), -np.inf)
    np.maximum.at(found[0], at, -x)
    np.maximum.at(found[1], at, x)
    return found


def apart(left: Glyph, right: Glyph) -> float:
    """Digit heights between the ink of two glyphs whose boxes meet, measured along each row and the ones beside it; 0 where no row
    has both."""
    first, second = reach(left)[1], reach(right)[0]
    near = np.maximum(np.maximum(np.roll(second, 1), np.roll(second, -1)), second)
    least = float((left.width + right.width) / 2 - (first + near).max())
    return least if np.isfinite(least) else 0.0


def from_strokes(kind: str, text: str, strokes, unit: float | None = None, base: float = 0.5) -> Glyph:
    """Strokes in any unit → a glyph. unit: the height of a digit in that unit, None for the glyph's own longer side.

    With a unit, the glyph's lowest point is put at ``base`` (a digit's foot stands at 0.5).
    """
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    own = unit is None
    size = max(high[1] - low[1], (high[0] - low[0]) / 1.4, 1e-6) if unit is None else unit
    width, height = (high - low) / size
    y = 0.0 if own else base - height / 2
    moved = tuple(np.asarray((s - (low + high) / 2) / size + (0, y), np.float32) for s in strokes)
    return Glyph(kind, text, moved, None, max(float(width), 0.05), max(float(height), 0.05), (0.0, float(y)))


def from_bitmap(kind: str, text: str, image: np.ndarray, height: float = 1.0, y: float = 0.0) -> Glyph:
    """Ink light on dark, (h, w) uint8 → a glyph ``height`` digit heights high, cut to its ink."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    tight = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Glyph(kind, text, None, tight, height * tight.shape[1] / tight.shape[0], height, (0.0, y))


PRINTED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:.,-/()%€$#&+=*"


# A printed character: bitmap, and width, height and middle in digit heights.
Printed = tuple[np.ndarray, float, float, tuple[float, float]]


def in_digit_heights(ink: np.ndarray, foot: float, digit: float) -> Printed:
    """A character's ink, (h, w) uint8, on a line whose digits stand on the row ``foot`` and are ``digit`` px high."""
    x, y, width, height = cv2.boundingRect(ink)
    middle = (0.0, (y + height / 2 - foot) / digit + 0.5)
    return ink[y : y + height, x : x + width], width / digit, height / digit, middle


def printed(font: str, character: str) -> Printed:
    """A character of a TrueType font, whose digits are 0.73 em high."""
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"
    face = ImageFont.truetype(str(path), PRINT)
    image = Image.new("L", (3 * PRINT, 3 * PRINT))
    ImageDraw.Draw(image).text(
        (PRINT, 2 * PRINT), character, 255, face, anchor="ls"
    )  # the foot of the line at 2 * PRINT
    return in_digit_heights(np.asarray(image), 2 * PRINT, 0.73 * PRINT)
