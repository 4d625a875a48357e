"""A decoded picture of any mode and depth → RGB: `to_rgb`. model/pictures.py opens the files."""

import cv2
import numpy as np
from PIL import Image, TiffImagePlugin

STRIP = 1_000_000  # pixels converted at a time: a 16-bit picture of 64 megapixels took 2.3 GB at once
# The largest value of cameras' and scanners' depths, in bits 8, 10, 12, 14 and 16: a picture that goes beyond one has the next.
TOPS = (255, 1023, 4095, 16383, 65535)
SPECKS, SPECK_SHARE = 16, 5000  # pixels, one in so many, that may be hot or dead and say nothing about the depth
# Grey levels that a picture gets whose values lie closer together than that in their depth. It is then as faint as a picture of bytes
# can be: model/segmentation/ink.py tells its strokes from noise.
FAINT = 16
ROUNDED = 1e-4  # share of the largest value: what differs by less is rounding
SAME = 8  # levels; a picture with less between its extremes on white has lost its ink there

# Kinds of TIFF that Pillow unpacks and does not know: floats of 64 bits and signed integers of 8.
for _order, _floats in ((TiffImagePlugin.II, "F;64F"), (TiffImagePlugin.MM, "F;64BF")):
    TiffImagePlugin.OPEN_INFO |= {
        (_order, 1, (3,), 1, (64,), ()): ("F", _floats),
        (_order, 1, (2,), 1, (8,), ()): ("I", "I;8S"),
    }


def to_rgb(image: Image.Image) -> np.ndarray:
    """A loaded picture → (H, W, 3) uint8, with transparent parts on white."""
    if image.mode.startswith("I") or image.mode == "F":
        grey = to_bytes(np.asarray(image))
        return np.repeat(grey[..., None], 3, axis=2)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        opaque = image.mode == "RGBA" and image.getextrema()[3:] == ((255, 255),)  # as every drawing from the page is
        return np.asarray(image.convert("RGB")) if opaque else _on_paper(image)
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))


def deep_colours(content: bytes, page: int = 0) -> Image.Image | None:
    """A PNG or a page of a TIFF with 16 bits for each colour → RGB or RGBA with 8, scaled by what it uses; None where OpenCV cannot
    open it. page: from 0.

    Pillow keeps the upper byte of each colour, which is empty where a camera has put 10 or 12 bits into 16.
    """
    values = np.frombuffer(content, np.uint8)
    if page:
        _, pages = cv2.imdecodemulti(values, cv2.IMREAD_UNCHANGED, range=(page, page + 1))
        found = pages[0] if pages else None
    else:
        found = cv2.imdecode(values, cv2.IMREAD_UNCHANGED)
    if found is None or found.dtype != np.uint16 or found.ndim != 3:
        return None
    colours = to_bytes(found[..., :3][..., ::-1])
    if found.shape[2] == 3:
        return Image.fromarray(colours)
    return Image.fromarray(np.dstack([colours, to_bytes(found[..., 3])]), "RGBA")


def raised(picture: np.ndarray) -> np.ndarray:
    """A picture of bytes that are all one of two neighbouring levels, such as a mask of 0 and 1 → the same with FAINT levels between
    them. Any other is given back."""
    low = int(picture.min(initial=255))
    if int(picture.max(initial=0)) - low != 1:
        return picture
    return (picture - np.uint8(low)) * np.uint8(FAINT) + np.uint8(min(low, 255 - FAINT))


def to_bytes(values: np.ndarray) -> np.ndarray:
    """Integers or floats of any depth → uint8 of the same shape.

    What lies within 8, 10, 12, 14 or 16 bits keeps its place in that depth, floats within 0 to 1 theirs; other ranges become 0–255,
    and one too narrow for its depth FAINT levels.
    """
    low, high = _extremes(values)
    start, end = low, high
    if 0 <= low and high <= 1 and values.dtype.kind == "f":
        start, end = 0.0, 1.0
    elif 0 <= low and high <= TOPS[-1]:
        start, end = 0.0, float(next(top for top in TOPS if high <= top))
    if ROUNDED * max(abs(low), abs(high)) < high - low < (end - start) * FAINT / 255:
        start = low - (high - low) * (255 / FAINT - 1) / 2
        end = start + (high - low) * 255 / FAINT
    scaled = np.empty(values.shape, np.uint8)
    for rows in _strips(*values.shape[:2]):
        part = np.nan_to_num((values[rows].astype(np.float64) - start) / max(end - start, 1e-9) * 255)
        scaled[rows] = part.clip(0, 255).astype(np.uint8)
    return scaled


def _extremes(values: np.ndarray) -> tuple[float, float]:
    """The smallest and the largest value, without NaN, infinities and as many specks as there may be."""
    few = min(SPECKS, values.size // SPECK_SHARE)
    lowest, highest = [], []
    for rows in _strips(*values.shape[:2]):
        part = values[rows].ravel()
        part = part[np.isfinite(part)] if values.dtype.kind == "f" else part
        parts = SPECKS if few else 1  # the extremes of many pixels each: to sort them all takes ten times as long
        while part.size % parts:
            parts -= 1
        for kept, found in ((lowest, part.reshape(parts, -1).min), (highest, part.reshape(parts, -1).max)):
            kept.append(found(axis=0) if part.size else part)
    least, most = np.concatenate(lowest), np.concatenate(highest)
    if not least.size:
        return 0.0, 0.0
    few = min(few, least.size - 1)
    return float(np.partition(least, few)[few]), float(np.partition(most, -few - 1)[-few - 1])


def _strips(height: int, width: int) -> list[slice]:
    """The rows of a picture in strips of at most STRIP pixels, or of one row."""
    rows = max(1, STRIP // width)
    return [slice(top, min(top + rows, height)) for top in range(0, height, rows)]


def _on_paper(image: Image.Image) -> np.ndarray:
    """Put transparent parts on white; or on black where the ink vanishes on white (white ink, ink in the alpha channel alone)."""
    width, height = image.size
    picture = np.empty((height, width, 3), np.uint8)
    for paper in ("white", "black"):
        for rows in _strips(height, width):
            part = image.crop((0, rows.start, width, rows.stop)).convert("RGBA")
            sheet = Image.new("RGBA", part.size, paper)
            sheet.alpha_composite(part)
            picture[rows] = np.asarray(sheet.convert("RGB"))
        if int(np.ptp(picture)) > SAME:
            break
    return picture
