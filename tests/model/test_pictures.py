"""Opening pictures: every odd but honest one is read, every bad one gets one sentence."""

import io

import numpy as np
import pytest
from PIL import Image

from model import pictures
from model.pictures import PictureError, open_picture


def saved(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def black_square(mode="RGB", size=(60, 40)) -> Image.Image:
    image = Image.new("RGB", size, "white")
    image.paste("black", (10, 10, 30, 30))
    return image.convert(mode)


EVERYWHERE = [(kind, mode) for kind in ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF") for mode in ("RGB", "L", "1")]
SOMEWHERE = [(kind, "P") for kind in ("PNG", "GIF", "BMP", "TIFF")] + [("JPEG", "CMYK"), ("TIFF", "CMYK")]


@pytest.mark.parametrize(("kind", "mode"), EVERYWHERE + SOMEWHERE)
def test_formats_and_modes(kind, mode):
    opened = open_picture(saved(black_square(mode), kind))
    assert opened.shape == (40, 60, 3) and opened.dtype == np.uint8
    assert opened[20, 20].max() < 60 and opened[2, 50].min() > 200


def test_sixteen_bit_grey_keeps_its_scale():
    grey = np.full((20, 20), 65535, np.uint16)
    grey[5:10, 5:10] = 0
    opened = open_picture(saved(Image.fromarray(grey), "PNG"))
    assert opened[0, 0, 0] == 255 and opened[7, 7, 0] == 0


@pytest.mark.parametrize("ink", [(0, 0, 0), (255, 255, 255)])
def test_ink_that_is_only_in_the_alpha_channel_is_seen(ink):
    image = Image.new("RGBA", (30, 30), (*ink, 0))
    image.paste((*ink, 255), (10, 10, 20, 20))
    opened = open_picture(saved(image, "PNG")).astype(int)
    assert abs(opened[15, 15] - opened[0, 0]).max() > 200


def test_exif_rotation_is_undone():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by 90°
    opened = open_picture(saved(black_square(), "JPEG", exif=exif, quality=95))
    assert opened.shape == (60, 40, 3)


def test_first_frame_of_an_animation():
    frames = [black_square(), Image.new("RGB", (60, 40), "red")]
    opened = open_picture(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert opened[20, 20].max() < 60


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"hello, I am a text", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "damaged or cut off|not a picture"),
        (b"%PDF-1.7", "PDF is damaged"),
        (saved(black_square(), "PNG")[:60], "damaged or cut off"),
        (saved(black_square(size=(300, 300)), "JPEG")[:400], "damaged or cut off"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 30, "picture"),
    ],
)
def test_bad_files_get_one_sentence(content, says):
    with pytest.raises(PictureError, match=says) as caught:
        open_picture(content)
    assert "\n" not in str(caught.value) and "Traceback" not in str(caught.value)


def test_too_many_pixels_are_refused_before_decoding(monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    with pytest.raises(PictureError, match="64 megapixels"):
        open_picture(saved_bomb(20_000))


def saved_bomb(side: int) -> bytes:
    """A PNG whose header claims side × side pixels, with hardly any data."""
    import struct
    import zlib

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def test_too_large_a_file_is_refused_unread(tmp_path):
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(pictures.MAX_BYTES + 1)
    with pytest.raises(PictureError, match="20 MB"):
        open_picture(path)


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(PictureError, match="cannot be opened"):
        open_picture(tmp_path / "none.png")
