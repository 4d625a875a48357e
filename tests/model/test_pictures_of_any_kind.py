"""Whatever a picture is made like, every page of it is read: pictures made by Hypothesis."""

import io

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from model import labelled_drawings, recogniser
from model.calibration import EMPTY, NOT_A_DIGIT, SURE, UNSURE
from model.pictures import open_pages

READER = recogniser.load()
SIDES = st.one_of(st.integers(1, 60), st.sampled_from([1, 2, 3, 27, 28, 29, 100, 280, 999, 1200, 5000]))
FORMATS = {  # Pillow's name → the modes that it saves
    "PNG": ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"],
    "TIFF": ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"],
    "JPEG": ["L", "RGB", "CMYK"],
    "GIF": ["1", "L", "P"],
    "BMP": ["1", "L", "P", "RGB", "RGBA"],
    "WEBP": ["RGB", "RGBA"],
    "PPM": ["1", "L", "RGB"],
    "AVIF": ["RGB", "RGBA"],
    "JPEG2000": ["L", "RGB", "RGBA"],
}
LARGEST = 400_000  # pixels: many pictures in little time
LIKE_NEW = settings(max_examples=40, deadline=None, derandomize=True)  # the same pictures every time


def encoded(image: Image.Image, kind: str, mode: str, orientation: int, frames: int) -> bytes:
    if mode == "I;16":
        grey = np.asarray(image.convert("L")).astype(np.uint16) * 257
        image = Image.fromarray(grey)
    elif mode in ("I", "F"):
        image = image.convert("L").convert(mode)
    elif mode == "LAB":
        image = Image.fromarray(np.asarray(image.convert("RGB")), "LAB")
    else:
        image = image.convert(mode)
    options = {}
    if kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF"):
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    # no animated AVIF: Pillow 12.3's encoder crashes on some sizes
    if kind in ("TIFF", "GIF", "PNG", "WEBP") and frames > 1 and mode not in ("I;16", "I", "F", "LAB"):
        options |= {"save_all": True, "append_images": [image.copy() for _ in range(frames - 1)]}
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


KINDS = st.sampled_from([(kind, mode) for kind, modes in FORMATS.items() for mode in modes])


@LIKE_NEW
@given(
    KINDS,
    SIDES,
    SIDES,
    st.integers(0, 9),
    st.integers(1, 3),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["noise", "plain", "line", "clear"]),
)
def test_every_page_of_any_picture_is_read(kind, width, height, orientation, frames, seed, what):
    rng = np.random.default_rng(seed)
    height = min(height, max(1, LARGEST // width))
    pixels = np.full((height, width, 4), rng.integers(0, 256, 4), np.uint8)
    if what == "noise" and width * height < 10_000:
        pixels[:] = rng.integers(0, 256, pixels.shape)
    elif what == "line":
        pixels[height // 3 : height // 3 + max(1, height // 9)] = rng.integers(0, 256, 4)
    elif what == "clear":
        pixels[..., 3] = 0
    pages = list(open_pages(encoded(Image.fromarray(pixels), *kind, orientation, frames)))
    assert pages and [page.number for page in pages] == list(range(1, 1 + (pages[0].of or 1)))
    for page in pages:
        assert page.picture.ndim == 3 and page.picture.dtype == np.uint8 and page.picture.shape[2] == 3
        assert READER.read(page.picture, brief=True).verdict in (SURE, UNSURE, NOT_A_DIGIT, EMPTY)


@LIKE_NEW
@given(
    KINDS,
    st.integers(0, 9),
    st.integers(40, 700),
    st.integers(4, 120),
    st.booleans(),
    st.sampled_from([1, 3, 6, 8]),
    st.integers(1, 3),
)
def test_a_picture_with_a_digit_in_it_is_never_empty(kind, digit, side, contrast, dark, orientation, frames):
    drawing = labelled_drawings.pad(digit, side * 0.55, (side / 2, side / 2), max(2.0, side / 18), side)[..., 0] / 255.0
    paper = 128 + (contrast if dark else -contrast) // 2
    ink = paper - contrast if dark else paper + contrast
    grey = (ink + drawing * (paper - ink)).round().astype(np.uint8)
    if kind[1] in ("1", "P", "CMYK", "LAB", "YCbCr") or kind[0] in ("JPEG", "WEBP", "AVIF", "JPEG2000", "GIF"):
        # two colours alone, or a compression that may take faint ink away with the noise
        grey = np.where(drawing < 0.5, 0, 255).astype(np.uint8)
    content = encoded(Image.fromarray(grey).convert("RGB"), *kind, orientation, frames)
    for page in open_pages(content):
        assert READER.read(page.picture, brief=True).verdict != EMPTY, (kind, digit, side, contrast, dark)
