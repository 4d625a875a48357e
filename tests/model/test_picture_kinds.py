"""Depths, pages and kinds of files as cameras, scanners and phones write them: read right, or named and counted."""

import base64
import io
import json
import struct
import threading

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image

from model import labelled_drawings, pdf, pictures, predict, recogniser
from model.pictures import PictureError, open_first, open_pages, open_picture

READER = recogniser.load()
# The labelled drawing of a 5 at 64 px as HEIC, which the library here only decodes: made once with pillow-heif 1.8.1, quality 30.
FIVE = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAA"
    "AERAAAEAAQAAAAABegABAAAAAAAAAQ0AAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA1mlwcnAAAAC3"
    "aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAA"
    "AwAeoCCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAAABBw"
    "aXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAARVtZGF0AAABCSgBrxmAs2Tw5sjxE/ajfy2hgm2GYbHXKkhYrtkSbhXWVc4zlFxx"
    "KhzafzDlaBz7hdN3C8KhrVA9PVLMQcfgtJMID1oh3rXSHxgG74itwmtCjfm7H/vcjdim460hVZDg3QzEcWZAjTx7RzNz+UkFhHfS/o/Ozcl4d4nm"
    "PPiYZIIEExY6YdnkcAQ4qSPAxIuhszrQMeG8e9I9XMPTkYnmQ6hCH+d3kU5fdq8N0JKgK3FuovZznQYDfzmlRzScGcQMDKkZ4GsqDf7B54+ULqNa"
    "2ApZVehfN9PusHU0FW926BymDKfA5/6ON3fKhtYlaEjYsGLyPVZ9vN4eRm1Z25e1VsQuws0RVIrUhUA="
)


def drawn(digit: int, ink: int = 0, paper: int = 255) -> np.ndarray:
    """A digit in grey, (280, 280) float."""
    return paper + (labelled_drawings.pad(digit)[..., 0] / 255.0 - 1) * (paper - ink)


def encoded(array: np.ndarray, ending: str) -> bytes:
    return cv2.imencode(ending, array)[1].tobytes()


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
@pytest.mark.parametrize("ending", [".png", ".tiff"])
@pytest.mark.parametrize("colours", [1, 3])
def test_any_depth_in_16_bits_is_read(bits, ending, colours):
    deep = (drawn(3) / 255 * (2**bits - 1)).astype(np.uint16)
    content = encoded(np.dstack([deep] * colours) if colours > 1 else deep, ending)
    picture = open_picture(content)
    assert picture.min() <= 2 and picture.max() >= 253 and READER.read(picture).text == "3"


def test_deep_colours_keep_their_transparency_and_their_order():
    deep = np.zeros((40, 40, 4), np.uint16)
    deep[:20] = (0, 0, 1023, 65535)  # red, in OpenCV's order, opaque
    picture = open_picture(encoded(deep, ".png"))
    assert tuple(picture[5, 5]) == (255, 0, 0) and tuple(picture[30, 30]) == (255, 255, 255)


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_every_page_of_deep_colours_is_read(bits):
    pages = [np.dstack([(drawn(d) / 255 * (2**bits - 1)).astype(np.uint16)] * 3) for d in (7, 4)]
    pages[1][:20, :20] = (0, 0, 2**bits - 1)  # a red stamp, in OpenCV's order
    _, content = cv2.imencodemulti(".tiff", pages)
    first, second = (page.picture for page in open_pages(content.tobytes()))
    assert min(first.max(), second.max()) >= 253 and READER.read(first).text == "7"
    assert tuple(second[5, 5]) == (255, 0, 0) and (np.ptp(second[40:, 40:], axis=2) == 0).all()


def one_strip(values: np.ndarray, kind: str, form: int) -> bytes:
    """A TIFF of greys, for types that Pillow does not write. kind: NumPy's; form: the tag SampleFormat."""
    data = values.astype(f"<{kind}").tobytes()
    height, width = values.shape
    bits = 8 * len(data) // values.size
    tags = {
        256: width,
        257: height,
        258: bits,
        259: 1,
        262: 1,
        273: 134,
        277: 1,
        278: height,
        279: len(data),
        339: form,
    }
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + data


@pytest.mark.parametrize(("kind", "form"), [("i1", 2), ("i2", 2), ("u4", 1), ("f4", 3), ("f8", 3)])
@pytest.mark.parametrize(("low", "high"), [(-100, 100), (0, 100), (0, 1), (101, 104)])
def test_numbers_of_any_type_are_read(kind, form, low, high):
    ink = (drawn(3) / 255 * (high - low)).round() + (low if kind[0] != "u" else abs(low))
    assert READER.read(open_picture(one_strip(ink, kind, form))).text == "3"


def test_a_tiff_of_another_kind_is_named():
    with pytest.raises(PictureError, match="TIFF is damaged, or of a kind"):
        open_picture(one_strip(drawn(3), "f2", 3))


@pytest.mark.parametrize(
    ("low", "high"),
    [(60000, 60200), (30000, 30500), (0, 40), (0, 1), (0, 0.001), (0.5, 0.502), (-5, -4), (1e6, 1.001e6)],
)
def test_values_that_lie_close_together_are_told_apart(low, high):
    values = low + drawn(3) / 255 * (high - low)
    whole = 0 <= low and isinstance(high, int)
    content = encoded(values.astype(np.uint16), ".png") if whole else one_strip(values, "f4", 3)
    assert READER.read(open_picture(content)).text == "3"


@pytest.mark.parametrize("deviation", [2, 10, 60, 300])
@pytest.mark.parametrize("slope", [0, 500])
def test_blank_paper_of_many_bits_stays_empty(deviation, slope):
    noise = np.random.default_rng(6).normal(30000, deviation, (300, 300)) + np.linspace(0, slope, 300)[:, None]
    assert READER.read(open_picture(encoded(noise.astype(np.uint16), ".png"))).verdict == "empty"


def test_rounded_floats_are_flat():
    noise = np.random.default_rng(6).normal(0.7, 1e-6, (300, 300))
    assert np.ptp(open_picture(one_strip(noise, "f4", 3))) == 0


def test_a_few_hot_or_dead_pixels_say_nothing_about_the_depth():
    values = drawn(3) / 255 * 1023
    values[5:7, 5:7] = 65535
    assert READER.read(open_picture(encoded(values.astype(np.uint16), ".png"))).text == "3"
    values[9, 9] = -1e30
    assert READER.read(open_picture(one_strip(values, "f4", 3))).text == "3"


@pytest.mark.parametrize(("ink", "paper"), [(1, 0), (0, 1), (254, 255), (101, 100)])
def test_a_mask_of_two_neighbouring_levels_is_read(ink, paper):
    mask = np.where(drawn(9) < 128, ink, paper).astype(np.uint8)
    assert READER.read(open_picture(encoded(mask, ".png"))).text == "9"
    speckled = (
        np.random.default_rng(7).integers(ink, paper + 1, (300, 300)) if ink < paper else np.full((300, 300), ink)
    )
    assert READER.read(open_picture(encoded(speckled.astype(np.uint8), ".png"))).verdict == "empty"


@pytest.mark.parametrize("contrast", [3, 4, 6, 12, 17, 25])
@pytest.mark.parametrize("dark", [True, False])
def test_a_picture_with_contrast_is_never_empty(contrast, dark):
    ink = 120 - contrast if dark else 120 + contrast
    picture = np.repeat(drawn(9, ink, 120).round().astype(np.uint8)[..., None], 3, axis=2)
    assert READER.read(picture).text == "9"


def noisy(deviation, lamp=0.0):
    rng = np.random.default_rng(5)
    light = 200 - lamp * (np.linspace(0, 1, 300) ** 2)[:, None] * np.ones(300)
    return np.repeat((light + rng.normal(0, deviation, (300, 300))).clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize(
    "picture", [noisy(0), noisy(1), noisy(2.5), noisy(1, lamp=14), noisy(0, lamp=15)], ids=range(5)
)
def test_blank_paper_stays_empty_under_noise_and_lamps(picture):
    assert READER.read(picture).verdict == "empty"


def saved(digit: int, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(labelled_drawings.pad(digit)).save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["AVIF", "JPEG2000", "JPEG", "WEBP", "PPM", "BMP"])
def test_every_kind_of_file_is_read(kind):
    assert READER.read(open_picture(saved(5, kind))).text == "5"


def test_a_phones_heic_is_read():
    assert READER.read(open_picture(FIVE)).text == "5"


def several(kind: str) -> bytes:
    frames = [Image.fromarray(labelled_drawings.pad(d)) for d in (7, 4, 2)]
    buffer = io.BytesIO()
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:])
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["TIFF", "PDF"])
def test_every_page_is_read(kind):
    pages = list(open_pages(several(kind)))
    assert [(page.number, page.of) for page in pages] == [(1, 3), (2, 3), (3, 3)]
    assert [READER.read(page.picture).text for page in pages] == ["7", "4", "2"]


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_of_an_animation_the_first_frame_is_read_and_the_others_are_counted(kind):
    (page,) = open_pages(several(kind))
    assert READER.read(page.picture).text == "7" and page.note == "The first of 3 frames was read."


def test_a_pdfs_pages_are_closed_by_whoever_holds_the_lock(monkeypatch):
    lock, closed = threading.Lock(), []
    monkeypatch.setattr(pdf, "PDFIUM", lock)
    for kind in (pypdfium2.PdfPage, pypdfium2.PdfBitmap, pypdfium2.PdfDocument):
        close = kind.close

        def noted(one, *rest, close=close):
            closed.append((type(one).__name__, lock.locked()))
            return close(one, *rest)

        monkeypatch.setattr(kind, "close", noted)
    read = open_pages(several("PDF"))
    first = next(read).picture.copy()
    read.close()  # after the first of three
    assert closed == [("PdfBitmap", True), ("PdfPage", True), ("PdfDocument", True)]
    assert READER.read(first).text == "7"


def test_a_stranger_gets_the_first_page_and_the_number_of_the_others():
    assert open_first(several("TIFF")).note.startswith("This file has 3 pages; the first is shown.")
    with pytest.raises(PictureError, match="This is a PDF"):
        open_first(several("PDF"))
    assert open_first(saved(5, "PNG")).note == ""


def test_too_many_pages_are_counted(monkeypatch):
    monkeypatch.setattr(pictures, "MAX_PAGES", 2)
    for kind in ("TIFF", "PDF"):
        read = open_pages(several(kind))
        assert [next(read).number, next(read).number] == [1, 2]
        with pytest.raises(PictureError, match="has 3 pages; the first 2 were read"):
            next(read)


@pytest.mark.parametrize(("share", "texts"), [(0.5, ["7"]), (0.66, ["7"]), (2 / 3, ["7", "4"]), (0.99, ["7", "4"])])
def test_a_damaged_page_is_named_and_those_before_it_are_read(tmp_path, capsys, share, texts):
    content = several("TIFF")
    (tmp_path / "a.tif").write_bytes(content[: int(len(content) * share)])
    assert predict.main([str(tmp_path / "a.tif"), "--json"]) == 1
    *read, last = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["text"] for line in read] == texts
    assert last["error"].startswith(f"Page {len(texts) + 1} of the picture is damaged")


def test_folders_below_folders_and_unusual_names_are_read_and_the_rest_is_counted(tmp_path, capsys):
    for name in (
        "a/writer ä/x.png",
        "b.jfif",
        "c.JPG",
        "d.avif",
        "e.jp2",
        "without an ending",
        ".hidden/y.png",
        "f.txt",
        "Thumbs.db",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = {".jfif": "JPEG", ".JPG": "JPEG", ".avif": "AVIF", ".jp2": "JPEG2000"}.get(path.suffix, "PNG")
        path.write_bytes(b"words" if path.suffix in (".txt", ".db") else saved(6, kind))
    assert predict.main([str(tmp_path), "--json"]) == 0
    printed = capsys.readouterr()
    lines = [json.loads(line) for line in printed.out.splitlines()]
    assert [line["text"] for line in lines] == ["6"] * 6
    assert "Left out 1 file that is no picture: " in printed.err and "f.txt" in printed.err
