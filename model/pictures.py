"""Opens any picture that people bring, safely: `open_picture`, or `open_pages` for all pages of a TIFF or PDF.

Size and format are checked in the header before anything is decoded.
"""

import contextlib
import io
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pi_heif
from PIL import Image, UnidentifiedImageError

from model import pdf
from model.pixels import deep_colours, raised, to_rgb

MAX_BYTES = 20 * 1024 * 1024  # of a file
MAX_PIXELS = 64_000_000  # of a picture
MAX_SIDE = 65_535  # px, as in JPEG; a line of 64 million pixels is no picture and takes seconds to read
MAX_PAGES = 200  # of a TIFF or PDF; a longer one is a book
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "AVIF", "JPEG2000", "HEIF")  # Pillow's names
LOSSLESS = ("PNG", "GIF", "BMP", "TIFF", "PPM")  # in which neighbouring levels are no fault of the compression
WORKS = "PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, HEIC and JPEG 2000 pictures work"
WORKS_ALONE = "PNG, JPEG, WebP, GIF, BMP and TIFF pictures work"  # in the page without a server
HEIC_BRANDS = ("heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1")

COMMAND = "python -m model.predict"
MAX_SECONDS = 1.5  # of this thread's work, after which a file is not read further
SHORT_READS = 64  # short reads between two checks of the clock: a check takes as long as such a read
SHORT = 4096  # bytes of a short read; after a longer one there is much to decode, and a check costs nothing
MAX_SCANS = 20  # scans of a progressive JPEG of MAX_PIXELS, more of a smaller one; cameras and optimisers write 3–12
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

TIFF_HEADS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# What is said of a file that is not read, here and in the page without a server.
SENTENCES = {
    "unknown": "This is not a picture that can be read here; {works}.",
    "tiff": "This TIFF is damaged, or of a kind that cannot be read here; save it as a PNG.",
    "damaged": "{where} is damaged or cut off; save or send it again.",
    "slow": "The picture takes too long to open; save it again in another format, or smaller.",
    "large": f"The file is larger than {MAX_BYTES // 2**20} MB; send a smaller picture.",
    "closed": "The file cannot be opened ({reason}).",
    "empty": "The file is empty; {works}.",
    "svg": "This is an SVG drawing, which cannot be read here; {works}.",
    "served": "This is a picture of a kind ({kind}) that only the app with its server reads; {works} in this page.",
    "pdf": f"This is a PDF, not a picture; save its page as a picture, or name it to `{COMMAND}`. {{works}}.",
    "pixels": f"The picture has {{width}} × {{height}} pixels; at most {MAX_PIXELS // 10**6} megapixels can be read.",
    "long": f"The picture is {{side}} pixels long; at most {MAX_SIDE:,} can be read.",
    "tiles": "The picture is a TIFF of tiles far larger than itself; save it in another format.",
    "pages": f"This file has {{pages}} pages; the first is shown. `{COMMAND}` reads them all.",
    "frames": "The first of {frames} was read.",
    "layers": "The picture is a JPEG of far too many layers; save it again.",
}

# MAX_PIXELS is checked first; Pillow's limit would only warn below twice its value.
Image.MAX_IMAGE_PIXELS = None
# Pillow warns of odd metadata, about which a person can do nothing.
warnings.filterwarnings("ignore", module=r"PIL\.")
pi_heif.register_heif_opener()


class PictureError(Exception):
    """A file cannot be read as a picture; the text says why and what works."""


def refusal(name: str, **values: str) -> PictureError:
    """The error with the sentence of that name."""
    return PictureError(SENTENCES[name].format(works=WORKS, **values))


@dataclass(frozen=True)
class Page:
    """One picture of a file.

    picture: (H, W, 3) uint8 RGB, upright; number: from 1; of: how many pages the file has, None where that takes too long to count;
    note: a sentence on what of the file is not in any page, else empty.
    """

    picture: np.ndarray
    number: int = 1
    of: int | None = 1
    note: str = ""


def open_picture(source: Path | str | bytes) -> np.ndarray:
    """A file's path or its bytes → (H, W, 3) uint8 RGB, upright (EXIF), with transparent parts on white.

    Of a TIFF or PDF the first page, of an animation the first frame. Raises PictureError, with one sentence, for anything but a whole
    picture of a known format with at most MAX_BYTES and MAX_PIXELS.
    """
    return next(open_pages(source)).picture


def open_first(source: Path | str | bytes) -> Page:
    """The first page, with a note where there are more; of a stranger's file, so a PDF is refused. Raises PictureError."""
    content = source if isinstance(source, bytes) else content_of(Path(source))
    if is_pdf(content):
        raise refusal("pdf")
    page = next(open_pages(content))
    if page.of == 1:
        return page
    return Page(page.picture, 1, page.of, SENTENCES["pages"].format(pages=page.of or "several"))


def open_pages(source: Path | str | bytes) -> Iterator[Page]:
    """Every page of a file, at least one; of a format without pages the one picture. Raises PictureError as `open_picture` does, at
    the page that cannot be read; then those after it are not read either."""
    content = source if isinstance(source, bytes) else content_of(Path(source))
    _check_kind(content)
    number = 0
    try:
        if is_pdf(content):
            yield from _pdf_pages(content)
            return
        file = _TimedFile(content)
        with Image.open(file, formats=FORMATS) as image:
            _check_image(image, content)
            picture = _decoded(image, content)
            count = _count(image)
            if image.format != "TIFF" or count == 1:
                yield Page(picture, note=_about_frames(image, count))
                return
            yield Page(picture, 1, count)
            number = 1
            if count is None:
                image.seek(0)  # Pillow stands at the page that it could not count, and would show the first one for it
            while count is None or number < count:
                file.restart()
                number += 1
                try:
                    image.seek(number - 1)
                except EOFError:
                    return
                _check_pages(number, count)
                if getattr(image, "tag_v2", {}).get(254, 0) & 1:  # NewSubfileType: a smaller copy of another page
                    continue
                _check_image(image, content)
                yield Page(_decoded(image, content, number - 1), number, count)
    except UnidentifiedImageError:
        raise refusal("tiff" if content.startswith(TIFF_HEADS) else "unknown") from None
    except PictureError:
        raise
    except Exception as error:  # decoders raise anything on damaged input: OSError, SyntaxError, struct.error, …
        where = f"Page {number} of the picture" if number > 1 else "The picture"
        raise refusal("damaged", where=where) from error


def is_pdf(content: bytes) -> bool:
    """Whether a file is a PDF, which is opened for whoever names it on the command line, but not for a stranger."""
    return content[:1024].lstrip().lower().startswith(b"%pdf")


def _pdf_pages(content: bytes) -> Iterator[Page]:
    try:
        for number, count, picture in pdf.pages(content):
            _check_pages(number, count)
            yield Page(picture, number, count)
    except pdf.PdfError as error:
        raise PictureError(str(error)) from error


def _check_pages(number: int, count: int | None) -> None:
    if number > MAX_PAGES:
        has = f"has {count:,}" if count else f"has more than {MAX_PAGES}"
        raise PictureError(f"The file {has} pages; the first {MAX_PAGES} were read. Split it to read the others.")


def _check_image(image: Image.Image, content: bytes) -> None:
    _check_size(image.size)
    _check_work(image, content)


def _count(image: Image.Image) -> int | None:
    """How many pages or frames there are; None where that takes too long to count."""
    if getattr(image, "format", "") == "MPO":
        return 1  # a phone's photo; the others are its depth or a preview
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:  # the first one is whole; whatever is wrong comes later
        return None


def _about_frames(image: Image.Image, count: int | None) -> str:
    if count == 1:
        return ""
    what = "pictures" if image.format == "HEIF" else "frames"
    return SENTENCES["frames"].format(frames=f"{count or 'several'} {what}")


def _has_deep_colours(image: Image.Image, content: bytes) -> bool:
    """Whether a picture has 16 bits for each of several colours."""
    if image.format == "PNG":
        return content[24:26] in (b"\x10\x02", b"\x10\x04", b"\x10\x06")  # bit depth and colour type of IHDR
    bits = getattr(image, "tag_v2", {}).get(258, ())  # BitsPerSample
    return isinstance(bits, tuple) and len(bits) > 1 and max(bits) == 16


def _decoded(image: Image.Image, content: bytes, page: int = 0) -> np.ndarray:
    """A picture → (H, W, 3) uint8 RGB, upright. content: its file; page: from 0, of a TIFF."""
    image.load()
    deep = deep_colours(content, page) if _has_deep_colours(image, content) else None
    picture = to_rgb(_upright(deep or image, image))
    return raised(picture) if image.format in LOSSLESS else picture


class _TimedFile(io.BytesIO):
    """A file in memory that can be read for MAX_SECONDS.

    A file of a million empty blocks, chunks or markers is cheap to send, but Pillow walks through them in Python for minutes:
    20 MB of GIF comments took over 40 s. The time of this thread is counted, so that a busy machine refuses no more files than
    an idle one.
    """

    def __init__(self, content: bytes):
        super().__init__(content)
        self._reads = 0
        self.restart()

    def restart(self) -> None:
        """Count the time from now on again, for the next page."""
        self._until = time.thread_time() + MAX_SECONDS

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads += 1
        check = self._reads % SHORT_READS == 0 or not 0 <= (size or 0) <= SHORT
        if check and time.thread_time() > self._until:
            raise refusal("slow")
        return super().read(size)


def content_of(path: Path) -> bytes:
    """A file's content. Raises PictureError where it is too large or cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise refusal("large")
        return path.read_bytes()
    except (OSError, ValueError) as error:  # a name that this system cannot have is a ValueError
        reason = error.strerror if isinstance(error, OSError) else "no file can have this name here"
        raise refusal("closed", reason=reason or "unknown reason") from error


def _check_kind(content: bytes) -> None:
    if not content:
        raise refusal("empty")
    if len(content) > MAX_BYTES:
        raise refusal("large")
    head = content[:512].lstrip().lower()
    if head.startswith(b"<svg") or (head.startswith(b"<?xml") and b"<svg" in content[:4096].lower()):
        raise refusal("svg")


def _check_size(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise refusal("pixels", width=f"{size[0]:,}", height=f"{size[1]:,}")
    if max(size) > MAX_SIDE:
        raise refusal("long", side=f"{max(size):,}")


def _check_work(image: Image.Image, content: bytes) -> None:
    """Refuse pictures that the decoder, which nothing can interrupt, would take long for: a JPEG of very many scans, and a TIFF
    whose tiles are far larger than its picture (1 MB unpacked to 1 GB)."""
    tags = getattr(image, "tag_v2", {})
    width, height = image.size
    across, down = tags.get(322, width), tags.get(323, height)  # TileWidth, TileLength
    tiles = -(-width // across) * -(-height // down)
    if tiles * across * down > 2 * MAX_PIXELS:
        raise refusal("tiles")
    if image.format in ("JPEG", "MPO") or tags.get(259) in (6, 7):  # in a TIFF every strip or tile has scans
        parts = max(tiles, len(tags.get(273, ())))
        if content.count(b"\xff\xda") * width * height // parts > MAX_SCANS * MAX_PIXELS:
            raise refusal("layers")


def _upright(image: Image.Image, original: Image.Image) -> Image.Image:
    """The picture turned as the EXIF of its original says; not turned where the EXIF is damaged."""
    with contextlib.suppress(Exception):  # reading EXIF raises anything, as the decoders do
        turn = UPRIGHT.get(original.getexif().get(0x0112, 1))
        return image if turn is None else image.transpose(turn)
    return image
