"""Open any picture a person may bring, safely: (H, W, 3) uint8 RGB, upright, transparency on white.

Size and format are checked from the header, before anything is decoded.
"""

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 64_000_000
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM")
WORKS = "PNG, JPEG, WebP, GIF, BMP and TIFF pictures work"
SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".pgm", ".ppm")

# Our own limit is checked first; Pillow's would only warn below twice its value.
Image.MAX_IMAGE_PIXELS = None


class PictureError(Exception):
    """A file cannot be read as a picture; the text says why and what works."""


def open_picture(source: Path | str | bytes) -> np.ndarray:
    """A file's path or its bytes → (H, W, 3) uint8 RGB, upright (EXIF), transparency composited on white.

    Of an animation the first frame. Raises PictureError, with one sentence, for anything that is no whole
    picture of a known format of at most 20 MB and 64 megapixels.
    """
    content = source if isinstance(source, bytes) else _content(Path(source))
    _check_kind(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata; it is not the person's business
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                _check_size(image.size)
                image.load()
                return _rgb(ImageOps.exif_transpose(image))
    except UnidentifiedImageError:
        raise PictureError(f"This is not a picture that can be read here; {WORKS}.") from None
    except PictureError:
        raise
    except Exception as error:  # decoders raise anything on damaged input: OSError, SyntaxError, struct.error, …
        raise PictureError("The picture is damaged or cut off; save or send it again.") from error


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PictureError(f"The file is larger than {MAX_BYTES // 2**20} MB; send a smaller picture.")
        return path.read_bytes()
    except OSError as error:
        raise PictureError(f"The file cannot be opened ({error.strerror or 'unknown reason'}).") from error


def _check_kind(content: bytes) -> None:
    if not content:
        raise PictureError(f"The file is empty; {WORKS}.")
    if len(content) > MAX_BYTES:
        raise PictureError(f"The file is larger than {MAX_BYTES // 2**20} MB; send a smaller picture.")
    head = content[:512].lstrip().lower()
    if head.startswith(b"<svg") or (head.startswith(b"<?xml") and b"<svg" in content[:4096].lower()):
        raise PictureError(f"This is an SVG drawing, which cannot be read here; {WORKS}.")
    if content[4:12] in (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1", b"ftypavif"):
        raise PictureError(f"This is a HEIC or AVIF photo, which cannot be read here; {WORKS}.")
    if head.startswith(b"%pdf"):
        raise PictureError(f"This is a PDF, not a picture; {WORKS}.")


def _check_size(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise PictureError(
            f"The picture has {size[0]:,} × {size[1]:,} pixels; at most {MAX_PIXELS // 10**6} megapixels can be read."
        )


def _rgb(image: Image.Image) -> np.ndarray:
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep(np.asarray(image, np.float64))
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        return _on_paper(image.convert("RGBA"))
    return np.asarray(image.convert("RGB"))


def _from_deep(grey: np.ndarray) -> np.ndarray:
    """16-bit, 32-bit and float greys → 8 bit. 16-bit keeps its scale; others are spread over what they use."""
    low, high = float(np.nanmin(grey)), float(np.nanmax(grey))
    if 0 <= low and 255 < high <= 65535:
        low, high = 0.0, 65535.0
    elif 0 <= low and 1 < high <= 255:
        low, high = 0.0, 255.0
    scaled = np.nan_to_num((grey - low) / max(high - low, 1e-9) * 255)
    return np.repeat(scaled.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)


def _on_paper(image: Image.Image) -> np.ndarray:
    """Composite on white; ink that vanishes there (white ink, or ink in the alpha channel only) on black."""
    for paper in ("white", "black"):
        sheet = Image.new("RGBA", image.size, paper)
        sheet.alpha_composite(image)
        flat = np.asarray(sheet.convert("RGB"))
        if int(np.ptp(flat)) > 8:
            break
    return flat
