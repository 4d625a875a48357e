"""What is thrown at the app gets an answer or one sentence: damaged files, files made to keep a decoder busy, odd drawings.

`python -m benchmarks.fuzz` does the same with twenty thousand files, in processes whose end and memory it watches.
"""

import functools
import io
import json
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from benchmarks import fuzz, mutations
from model import labelled_drawings, pictures, predict, recogniser
from model.pictures import MAX_BYTES, PictureError, open_picture

FILES, STROKES, SEED = 360, 60, 7
FIELDS = {"file", "page", "pages", "text", "verdict", "why", "digits", "other_writing", "note", "error"}
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # of damaged metadata


@pytest.fixture(scope="module")
def client():
    return fuzz.routes_client()


@pytest.fixture(scope="module")
def reader():
    return recogniser.load()


def test_mutated_files_end_in_a_reading_or_one_sentence(reader):
    read = deep = 0
    for number in range(FILES):
        _, left_alone, content = mutations.mutated(SEED, number)
        found = fuzz.file_outcome(
            content, reader if number % 6 == 0 else None
        )  # number % 6 is the kind: each is read in turn
        read, deep = read + (found == "read"), deep + left_alone
    assert read > FILES / 3 and abs(deep - FILES / 2) < FILES / 10


def test_odd_drawings_end_in_an_answer_or_one_sentence(client):
    outcomes = [fuzz.request_outcome(client, SEED, number) for number in range(STROKES)]
    assert {"answered", "sentence", "refused"} <= set(outcomes)


def test_the_honest_files_all_open():
    for kind, files in mutations.honest().items():
        for content in files:
            assert open_picture(content).shape[2] == 3, kind


# ---- the table of bad input, by the page's route and by the command line ----


def saved(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@functools.cache
def table() -> dict[str, tuple[bytes, str]]:
    """name → (content, the text that is read, or words of the sentence)."""
    seven = Image.fromarray(labelled_drawings.pad(7))
    clear = Image.new("RGBA", seven.size, (0, 0, 0, 0))
    clear.putalpha(seven.convert("L").point(lambda level: 255 - level))
    turned = Image.Exif()
    turned[0x0112] = 6
    deep = Image.fromarray(np.asarray(seven.convert("L"), np.uint16) * 257)
    film = {"save_all": True, "append_images": [Image.fromarray(labelled_drawings.pad(1))]}
    bomb = mutations.chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0))
    return {
        "blank.png": (saved(Image.new("RGB", (280, 280), "white"), "PNG"), ""),
        "empty.png": (b"", "The file is empty"),
        "text.png": (b"hello", "not a picture"),
        "cut.png": (saved(seven, "PNG")[:300], "damaged or cut off"),
        "cut.jpg": (saved(seven, "JPEG")[:900], "damaged or cut off"),
        "drawing.svg.png": (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "SVG"),
        "photo.heic.jpg": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        "bomb.png": (mutations.PNG_SIGNATURE + bomb + mutations.chunk(b"IDAT", zlib.compress(b"\0")), "64 megapixels"),
        "turned.jpg": (saved(seven.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=turned), "7"),
        "alpha.png": (saved(clear, "PNG"), "7"),
        "palette.gif": (saved(seven.quantize(8), "GIF"), "7"),
        "sixteen.png": (saved(deep, "PNG"), "7"),
        "cmyk.jpg": (saved(seven.convert("CMYK"), "JPEG"), "7"),
        "grey.bmp": (saved(seven.convert("L"), "BMP"), "7"),
        "film.gif": (saved(seven, "GIF", **film), "7"),
        "one.png": (saved(Image.new("RGB", (1, 1)), "PNG"), ""),
        "long.png": (saved(Image.new("RGB", (1, 5000)), "PNG"), ""),
    }


def holds(found: dict, expected: str) -> bool:
    """Whether an answer is the text that was drawn, or the sentence that says what is wrong."""
    if found.get("error"):
        return len(expected) > 1 and expected in fuzz.plain_sentence(found["error"]) and not found.get("text")
    return found["text"] == expected and found["verdict"] in ("sure", "unsure", "empty", "not a digit")


@pytest.mark.parametrize("name", table())
def test_the_page_answers_each_row_of_the_table(client, name):
    content, expected = table()[name]
    response = client.post("/page/read", content=content)
    assert response.status_code == 200 and holds(response.json(), expected), response.text[:300]


def test_the_command_line_answers_each_row_of_the_table(tmp_path, capsys):
    for name, (content, _) in table().items():
        (tmp_path / name).write_bytes(content)
    with (tmp_path / "large.png").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert predict.main([str(tmp_path), "--json"]) == 1
    found = {line["file"].rpartition("/")[2]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert found.keys() == table().keys() | {"large.png"}
    assert all(set(line) == FIELDS for line in found.values())
    wrong = [name for name, (_, expected) in table().items() if not holds(found[name], expected)]
    assert wrong == [] and "20 MB" in found["large.png"]["error"]


# ---- small or cheap for whoever sends it, work for whoever opens it ----


def png_of(*middle: bytes) -> bytes:
    content = saved(Image.new("L", (100, 100), 255), "PNG")
    return content[:33] + b"".join(middle) + content[33:]


def comments(count: int) -> bytes:
    content = saved(Image.new("P", (100, 100), 1), "GIF")
    start = 13 + 3 * 2 ** ((content[10] & 7) + 1)
    return content[:start] + b"\x21\xfe\x01x\0" * count + content[start:]


def markers(count: int) -> bytes:
    content = saved(Image.new("L", (100, 100), 255), "JPEG")
    return content[:2] + b"\xff\xed\x00\x02" * count + content[2:]


def layers(count: int) -> bytes:
    content = saved(Image.new("L", (4000, 4000), 255), "JPEG", progressive=True)
    scan = content[content.rindex(b"\xff\xda") :][:10]
    return content[:-2] + (scan + b"\0\0") * count + b"\xff\xd9"


def tiles(side: int) -> bytes:
    """A TIFF of 100 × 100 px in one tile of side × side."""
    tags = [(256, 100), (257, 100), (258, 8), (259, 8), (262, 1), (277, 1), (322, side), (323, side)]
    data, count = zlib.compress(bytes(1000)), len(tags) + 2
    start = 8 + 2 + 12 * count + 4
    tags += [(324, start), (325, len(data))]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, count) + entries + bytes(4) + data


BUSY = {
    "a million PNG chunks": lambda: png_of(mutations.chunk(b"tEXt", b"a\0") * 1_300_000),
    "four million GIF comments": lambda: comments(3_900_000),  # over 40 s in Pillow alone
    "five million JPEG markers": lambda: markers(4_900_000),
    "ten thousand JPEG layers": lambda: layers(10_000),
    "a TIFF tile of 32,000 px": lambda: tiles(32_000),
    "twenty million odd grey levels": lambda: b"P5 4400 4400 100\n" + bytes(4400 * 4400),
    "a line of 64 million pixels": lambda: saved(Image.new("1", (64_000_000, 1)), "PNG"),
}


@pytest.mark.parametrize("name", BUSY)
def test_a_file_made_to_keep_the_decoder_busy_is_given_up(monkeypatch, name):
    content = BUSY[name]()
    assert len(content) <= MAX_BYTES
    monkeypatch.setattr(pictures, "MAX_SECONDS", 0.3)
    with pytest.raises(PictureError) as refused:
        open_picture(content)
    fuzz.plain_sentence(str(refused.value))


@pytest.mark.parametrize("orientation", [0, 9, 300])
def test_a_senseless_exif_orientation_is_passed_over(orientation):
    entry = b"MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    content = saved(Image.fromarray(labelled_drawings.pad(7)), "JPEG")
    for body in (b"Exif\0\0" + entry, b"Exif\0\0" + entry[:12], b"Exif\0\0MM"):
        with_exif = content[:2] + b"\xff\xe1" + struct.pack(">H", 2 + len(body)) + body + content[2:]
        assert np.array_equal(open_picture(with_exif), open_picture(content))


def test_a_halftone_and_noise_are_read_to_an_end(reader):
    dots = np.full((1200, 1200, 3), 255, np.uint8)
    for y, x in ((0, 0), (0, 1), (1, 0), (1, 1)):
        dots[y::4, x::4] = 0
    line = np.full((1, 5000, 3), 255, np.uint8)
    line[:, 1666:2501] = 0
    for odd in (dots, line, np.random.default_rng(0).integers(0, 256, (60, 60, 3), dtype=np.uint8)):
        assert reader.read(odd).verdict in ("sure", "unsure", "not a digit", "empty")
