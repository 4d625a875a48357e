"""Opens any picture that people bring, safely: `open_picture` checks size and format in the header before it decodes anything."""

import contextlib
import io
import time
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

MAX_BYTES = 20 * 1024 * 1024  # of a file
MAX_PIXELS = 64_000_000  # of a picture
MAX_SIDE = 65_535  # px, as in JPEG; a line of 64 million pixels is no picture and takes seconds to read
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM")  # Pillow's names
WORKS = "PNG, JPEG, WebP, GIF, BMP and TIFF pictures work"
SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".pgm", ".ppm")

MAX_SECONDS = 1.5  # of this thread's work, after which a file is not read further
SHORT_READS = 64  # short reads between two checks of the clock: a check takes as long as such a read
SHORT = 4096  # bytes of a short read; after a longer one there is much to decode, and a check costs nothing
MAX_SCANS = 20  # scans of a progressive JPEG of MAX_PIXELS, more of a smaller one; cameras and optimisers write 3–12
STRIP = 1_000_000  # pixels converted at a time: a 16-bit picture of 64 megapixels took 2.3 GB at once
# EXIF orientation → how to turn the picture upright (EXIF 3.0, table of tag 0x0112)
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# What is said of a file that is not read, here and in the page without a server.
SENTENCES = {
    "unknown": f"This is not a picture that can be read here; {WORKS}.",
    "damaged": "The picture is damaged or cut off; save or send it again.",
    "slow": "The picture takes too long to open; save it again in another format, or smaller.",
    "large": f"The file is larger than {MAX_BYTES // 2**20} MB; send a smaller picture.",
    "closed": "The file cannot be opened ({reason}).",
    "empty": f"The file is empty; {WORKS}.",
    "svg": f"This is an SVG drawing, which cannot be read here; {WORKS}.",
    "heic": f"This is a HEIC or AVIF photo, which cannot be read here; {WORKS}.",
    "pdf": f"This is a PDF, not a picture; {WORKS}.",
    "pixels": f"The picture has {{width}} × {{height}} pixels; at most {MAX_PIXELS // 10**6} megapixels can be read.",
    "long": f"The picture is {{side}} pixels long; at most {MAX_SIDE:,} can be read.",
    "tiles": "The picture is a TIFF of tiles far larger than itself; save it in another format.",
    "layers": "The picture is a JPEG of far too many layers; save it again.",
}

# MAX_PIXELS is checked first; Pillow's limit would only warn below twice its value.
Image.MAX_IMAGE_PIXELS = None
# Pillow warns of odd metadata, about which a person can do nothing.
warnings.filterwarnings("ignore", module=r"PIL\.")


class PictureError(Exception):
    """A file cannot be read as a picture; the text says why and what works."""


def _refusal(name: str, **values: str) -> PictureError:
    """The error with the sentence of that name."""
    return PictureError(SENTENCES[name].format(**values))


def open_picture(source: Path | str | bytes) -> np.ndarray:
    """A file's path or its bytes → (H, W, 3) uint8 RGB, upright (EXIF), with transparent parts on white.

    Of an animation, the first frame. Raises PictureError, with one sentence, for anything but a whole picture of a known format
    with at most MAX_BYTES and MAX_PIXELS.
    """
    content = source if isinstance(source, bytes) else _content(Path(source))
    _check_kind(content)
    try:
        with Image.open(_TimedFile(content), formats=FORMATS) as image:
            _check_size(image.size)
            _check_work(image, content)
            image.load()
            return _rgb(_upright(image))
    except UnidentifiedImageError:
        raise _refusal("unknown") from None
    except PictureError:
        raise
    except Exception as error:  # decoders raise anything on damaged input: OSError, SyntaxError, struct.error, …
        raise _refusal("damaged") from error


class _TimedFile(io.BytesIO):
    """A file in memory that can be read for MAX_SECONDS.

    A file of a million empty blocks, chunks or markers is cheap to send, but Pillow walks through them in Python for minutes:
    20 MB of GIF comments took over 40 s. The time of this thread is counted, so that a busy machine refuses no more files than
    an idle one.
    """

    def __init__(self, content: bytes):
        super().__init__(content)
        self._reads, self._until = 0, time.thread_time() + MAX_SECONDS

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads += 1
        check = self._reads % SHORT_READS == 0 or not 0 <= (size or 0) <= SHORT
        if check and time.thread_time() > self._until:
            raise _refusal("slow")
        return super().read(size)


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _refusal("large")
        return path.read_bytes()
    except OSError as error:
        raise _refusal("closed", reason=error.strerror or "unknown reason") from error


def _check_kind(content: bytes) -> None:
    if not content:
        raise _refusal("empty")
    if len(content) > MAX_BYTES:
        raise _refusal("large")
    head = content[:512].lstrip().lower()
    if head.startswith(b"<svg") or (head.startswith(b"<?xml") and b"<svg" in content[:4096].lower()):
        raise _refusal("svg")
    if content[4:12] in (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1", b"ftypavif"):
        raise _refusal("heic")
    if head.startswith(b"%pdf"):
        raise _refusal("pdf")


def _check_size(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise _refusal("pixels", width=f"{size[0]:,}", height=f"{size[1]:,}")
    if max(size) > MAX_SIDE:
        raise _refusal("long", side=f"{max(size):,}")


def _check_work(image: Image.Image, content: bytes) -> None:
    """Refuse pictures that the decoder, which nothing can interrupt, would take long for: a JPEG of very many scans, and a TIFF
    whose tiles are far larger than its picture (1 MB unpacked to 1 GB)."""
    tags = getattr(image, "tag_v2", {})
    width, height = image.size
    across, down = tags.get(322, width), tags.get(323, height)  # TileWidth, TileLength
    tiles = -(-width // across) * -(-height // down)
    if tiles * across * down > 2 * MAX_PIXELS:
        raise _refusal("tiles")
    if image.format in ("JPEG", "MPO") or tags.get(259) in (6, 7):  # in a TIFF every strip or tile has scans
        parts = max(tiles, len(tags.get(273, ())))
        if content.count(b"\xff\xda") * width * height // parts > MAX_SCANS * MAX_PIXELS:
            raise _refusal("layers")


def _upright(image: Image.Image) -> Image.Image:
    """The picture turned as its EXIF says; not turned where the EXIF is damaged."""
    with contextlib.suppress(Exception):  # reading EXIF raises anything, as the decoders do
        turn = UPRIGHT.get(image.getexif().get(0x0112, 1))
        return image if turn is None else image.transpose(turn)
    return image


def _rgb(image: Image.Image) -> np.ndarray:
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep(np.asarray(image))
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        opaque = image.mode == "RGBA" and image.getextrema()[3:] == ((255, 255),)  # as every drawing from the page is
        return np.asarray(image.convert("RGB")) if opaque else _on_paper(image)
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))


def _strips(height: int, width: int) -> list[slice]:
    """The rows of a picture in strips of at most STRIP pixels, or of one row."""
    rows = max(1, STRIP // width)
    return [slice(top, min(top + rows, height)) for top in range(0, height, rows)]


def _from_deep(grey: np.ndarray) -> np.ndarray:
    """16-bit, 32-bit and float greys, (H, W) → (H, W, 3) uint8. 16-bit and 8-bit scales are kept; other ranges become 0–255."""
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
    """Put transparent parts on white; or on black where the ink vanishes on white (white ink, ink in the alpha channel alone)."""
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
