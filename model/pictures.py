"""Open any picture a person may bring, safely: (H, W, 3) uint8 RGB, upright, transparency on white.

Size and format are checked from the header, before anything is decoded.
"""

import contextlib
import io
import time
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 64_000_000
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM")
WORKS = "PNG, JPEG, WebP, GIF, BMP and TIFF pictures work"
SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".pgm", ".ppm")

LONGEST = 65_535  # px of a side, as in JPEG; a line of 64 million pixels is no picture and takes seconds to read
PATIENCE = 1.5  # seconds of this thread's work after which a file is no longer read on
GLANCE = 64  # short reads between two looks at the clock: a look takes as long as a read
SHORT = 4096  # bytes; after a longer read there is much to do, and a look costs nothing
SCANS = 20  # of a progressive JPEG of MAX_PIXELS, or more of a smaller one; cameras and optimisers write 3–12
STRIP = 1_000_000  # pixels that change their kind at a time: a 16-bit picture of 64 megapixels took 2.3 GB at once
# EXIF orientation → the way to hold the picture upright (EXIF 3.0, table of tag 0x0112)
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Our own limit is checked first; Pillow's would only warn below twice its value.
Image.MAX_IMAGE_PIXELS = None
# Of odd metadata, which is not the person's business.
warnings.filterwarnings("ignore", module=r"PIL\.")


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
        with Image.open(_Patient(content), formats=FORMATS) as image:
            _check_size(image.size)
            _check_work(image, content)
            image.load()
            return _rgb(_upright(image))
    except UnidentifiedImageError:
        raise PictureError(f"This is not a picture that can be read here; {WORKS}.") from None
    except PictureError:
        raise
    except Exception as error:  # decoders raise anything on damaged input: OSError, SyntaxError, struct.error, …
        raise PictureError("The picture is damaged or cut off; save or send it again.") from error


class _Patient(io.BytesIO):
    """A file in memory that is read for PATIENCE at most.

    A file of a million empty blocks, chunks or markers costs its sender nothing and Pillow, which walks through them in
    Python, minutes: 20 MB of GIF comments took over 40 s. The thread's own time is counted, so that a busy machine
    refuses no more than an idle one.
    """

    def __init__(self, content: bytes):
        super().__init__(content)
        self._reads, self._until = 0, time.thread_time() + PATIENCE

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads += 1
        look = self._reads % GLANCE == 0 or not 0 <= (size or 0) <= SHORT
        if look and time.thread_time() > self._until:
            raise PictureError("The picture takes too long to open; save it again in another format, or smaller.")
        return super().read(size)


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
    if max(size) > LONGEST:
        raise PictureError(f"The picture is {max(size):,} pixels long; at most {LONGEST:,} can be read.")


def _check_work(image: Image.Image, content: bytes) -> None:
    """Refuse what its decoder, which nothing can interrupt, would work on for long: a JPEG drawn over again and again, and
    a TIFF whose tiles are far larger than its picture (1 MB unpacked to 1 GB)."""
    tags = getattr(image, "tag_v2", {})
    width, height = image.size
    across, down = tags.get(322, width), tags.get(323, height)  # TileWidth, TileLength
    tiles = -(-width // across) * -(-height // down)
    if tiles * across * down > 2 * MAX_PIXELS:
        raise PictureError("The picture is a TIFF of tiles far larger than itself; save it in another format.")
    if image.format in ("JPEG", "MPO") or tags.get(259) in (6, 7):  # in a TIFF each strip or tile has its own scans
        parts = max(tiles, len(tags.get(273, ())))
        if content.count(b"\xff\xda") * width * height // parts > SCANS * MAX_PIXELS:
            raise PictureError("The picture is a JPEG of far too many layers; save it again.")


def _upright(image: Image.Image) -> Image.Image:
    """As its EXIF says it was held; damaged EXIF says nothing."""
    with contextlib.suppress(Exception):  # like the decoders it raises anything
        turn = UPRIGHT.get(image.getexif().get(0x0112))
        return image if turn is None else image.transpose(turn)
    return image


def _rgb(image: Image.Image) -> np.ndarray:
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep(np.asarray(image))
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        opaque = image.mode == "RGBA" and image.getextrema()[3][0] == 255  # as every drawing from the page
        return np.asarray(image.convert("RGB")) if opaque else _on_paper(image)
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))


def _strips(height: int, width: int) -> list[slice]:
    """The rows of a picture in strips of at most STRIP pixels, or single rows."""
    rows = max(1, STRIP // width)
    return [slice(top, min(top + rows, height)) for top in range(0, height, rows)]


def _from_deep(grey: np.ndarray) -> np.ndarray:
    """16-bit, 32-bit and float greys → 8 bit. 16-bit keeps its scale; others are spread over what they use."""
    finite = grey[np.isfinite(grey)] if grey.dtype.kind == "f" else grey
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if 0 <= low and 255 < high <= 65535:
        low, high = 0.0, 65535.0
    elif 0 <= low and 1 < high <= 255:
        low, high = 0.0, 255.0
    picture = np.empty((*grey.shape, 3), np.uint8)
    for rows in _strips(*grey.shape):
        scaled = np.nan_to_num((grey[rows].astype(np.float64) - low) / max(high - low, 1e-9) * 255)
        picture[rows] = scaled.clip(0, 255).astype(np.uint8)[..., None]
    return picture


def _on_paper(image: Image.Image) -> np.ndarray:
    """Composite on white; ink that vanishes there (white ink, or ink in the alpha channel only) on black."""
    width, height = image.size
    picture = np.empty((height, width, 3), np.uint8)
    for paper in ("white", "black"):
        for rows in _strips(height, width):
            part = image.crop((0, rows.start, width, rows.stop)).convert("RGBA")
            sheet = Image.new("RGBA", part.size, paper)
            sheet.alpha_composite(part)
            picture[rows] = np.asarray(sheet.convert("RGB"))
        if int(np.ptp(picture)) > 8:
            break
    return picture
