"""Inputs as people bring them, made on the spot from the labelled drawings: `pictures` and `models`. tools/inputs.py tries them all."""

import io
import json
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from model import labelled_drawings, recogniser

REFUSED = None  # what is read of a file that is refused
Grey = np.ndarray


@dataclass(frozen=True)
class Input:
    """One file. kind: its group in words; text: the digits in it, pages with a bar between them, REFUSED where a sentence is right."""

    kind: str
    name: str
    content: bytes
    text: str | None


def drawn(digit: int, ink: int = 0, paper: int = 255) -> Grey:
    """A digit, (280, 280) float64."""
    return paper + (labelled_drawings.pad(digit)[..., 0] / 255.0 - 1) * (paper - ink)


def coded(array: np.ndarray, ending: str) -> bytes:
    """An array as OpenCV writes it. ending: such as ".png"."""
    return cv2.imencode(ending, array)[1].tobytes()


def saved(images: list[Image.Image], kind: str, **options) -> bytes:
    """Pillow's file of one image, or of several as pages or frames."""
    buffer = io.BytesIO()
    if len(images) > 1:
        options |= {"save_all": True, "append_images": images[1:]}
    images[0].save(buffer, kind, **options)
    return buffer.getvalue()


def image(digit: int, mode: str = "RGB") -> Image.Image:
    """A digit in one of Pillow's modes."""
    return Image.fromarray(labelled_drawings.pad(digit)).convert(mode)


def pictures() -> Iterator[Input]:
    """Every kind of picture."""
    yield from _formats()
    yield from _depths()
    yield from _contrasts()
    yield from _modes()
    yield from _turned()
    yield from _pages()
    yield from _sizes()
    yield from _refused()


def _formats() -> Iterator[Input]:
    for kind, endings in {
        "PNG": ("png",),
        "JPEG": ("jpg", "JPG", "jpeg", "jfif"),
        "WEBP": ("webp",),
        "GIF": ("gif",),
        "BMP": ("bmp",),
        "TIFF": ("tif", "TIFF"),
        "PPM": ("ppm", "pgm"),
        "AVIF": ("avif",),
        "JPEG2000": ("jp2", "j2k"),
    }.items():
        for ending in endings:
            yield Input("format", f"six.{ending}", saved([image(6)], kind), "6")
    yield Input("name", "a PNG called .jpg", saved([image(6)], "PNG"), "6")
    yield Input("name", "no ending", saved([image(6)], "PNG"), "6")
    yield Input("name", "sechs – 六 ı.png", saved([image(6)], "PNG"), "6")


def _depths() -> Iterator[Input]:
    for bits in (10, 12, 14, 16):
        deep = (drawn(3) / 255 * (2**bits - 1)).astype(np.uint16)
        for ending in ("png", "tiff"):
            yield Input("depth", f"{bits} bits, grey.{ending}", coded(deep, f".{ending}"), "3")
        yield Input("depth", f"{bits} bits, RGB.png", coded(np.dstack([deep] * 3), ".png"), "3")
    low = drawn(3) / 255
    yield Input("depth", "32-bit floats.tiff", saved([Image.fromarray(low.astype(np.float32))], "TIFF"), "3")
    yield Input("depth", "32-bit integers.tiff", saved([Image.fromarray((low * 1e6).astype(np.int32))], "TIFF"), "3")
    for name, start, end in (("60000 to 60200", 60000, 60200), ("0 and 1", 0, 1)):
        close = (start + low * (end - start)).astype(np.uint16)
        yield Input("depth", f"16 bits, values {name}.png", coded(close, ".png"), "3")
        yield Input("depth", f"16 bits, RGB, values {name}.tiff", coded(np.dstack([close] * 3), ".tiff"), "3")
    thousandths = Image.fromarray((low / 1000).astype(np.float32))
    yield Input("depth", "floats to a thousandth.tiff", saved([thousandths], "TIFF"), "3")
    yield Input("depth", "64-bit floats.tiff", coded(low, ".tiff"), "3")
    speckled = (low * 1023).astype(np.uint16)
    speckled[4:6, 4:6] = 65535
    yield Input("depth", "10 bits and hot pixels.png", coded(speckled, ".png"), "3")
    yield Input("depth", "mask of 0 and 1.png", coded((low > 0.5).astype(np.uint8), ".png"), "3")
    yield Input("depth", "one bit.png", saved([image(3, "1")], "PNG"), "3")


def _contrasts() -> Iterator[Input]:
    for ink, paper in ((188, 200), (128, 120), (250, 255), (4, 0), (60, 70)):
        grey = drawn(9, ink, paper).round().astype(np.uint8)
        yield Input("little contrast", f"ink {ink} on {paper}.png", coded(grey, ".png"), "9")
    yield Input("nothing in it", "plain.png", coded(np.full((200, 200), 187, np.uint8), ".png"), "")
    noise = np.random.default_rng(1).normal(190, 2, (200, 200)).clip(0, 255).astype(np.uint8)
    yield Input("nothing in it", "noise.png", coded(noise, ".png"), "")
    yield Input("nothing in it", "clear.png", saved([Image.new("RGBA", (90, 90), (0, 0, 0, 0))], "PNG"), "")


def _modes() -> Iterator[Input]:
    alpha = Image.fromarray(255 - labelled_drawings.pad(2)[..., 0])
    for name, colour in (("black", 0), ("white", 255)):
        inked = Image.merge("RGBA", [Image.new("L", alpha.size, colour)] * 3 + [alpha])
        yield Input("transparency", f"{name} ink alone.png", saved([inked], "PNG"), "2")
    yield Input("transparency", "palette.gif", saved([image(2, "P")], "GIF", transparency=255), "2")
    for mode, kind, ending in (
        ("CMYK", "JPEG", "jpg"),
        ("CMYK", "TIFF", "tif"),
        ("P", "PNG", "png"),
        ("LA", "PNG", "png"),
    ):
        yield Input("colours", f"{mode}.{ending}", saved([image(2, mode)], kind), "2")
    yield Input("colours", "light on dark.png", coded(255 - labelled_drawings.pad(2), ".png"), "2")


def _turned() -> Iterator[Input]:
    for orientation, turn in ((3, 180), (6, 90), (8, 270)):
        exif = Image.Exif()
        exif[0x0112] = orientation
        yield Input("turned", f"EXIF {orientation}.jpg", saved([image(7).rotate(turn)], "JPEG", exif=exif), "7")


def _pages() -> Iterator[Input]:
    three = [image(digit) for digit in (7, 4, 2)]
    for kind, ending in (("TIFF", "tif"), ("PDF", "pdf")):
        yield Input("pages", f"three pages.{ending}", saved(three, kind), "7|4|2")
    for kind, ending in (("GIF", "gif"), ("PNG", "png"), ("WEBP", "webp"), ("AVIF", "avif")):
        yield Input("animation", f"three frames.{ending}", saved(three, kind), "7")


def _sizes() -> Iterator[Input]:
    for side in (28, 64, 1500, 4000):
        pad = labelled_drawings.pad(5, side * 0.6, (side / 2, side / 2), max(2.0, side / 20), side)
        yield Input("size", f"{side} px.png", coded(pad, ".png"), "5")
    yield Input("size", "several.png", coded(labelled_drawings.row("1970"), ".png"), "1970")
    yield Input("size", "1 px.png", coded(np.zeros((1, 1), np.uint8), ".png"), "")


def _refused() -> Iterator[Input]:
    whole = saved([image(8)], "PNG")
    yield Input("no picture", "nothing.png", b"", REFUSED)
    yield Input("no picture", "words.png", b"seven", REFUSED)
    yield Input("no picture", "drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", REFUSED)
    yield Input("damaged", "half.png", whole[: len(whole) // 2], REFUSED)
    yield Input("damaged", "half.jpg", saved([image(8)], "JPEG")[:400], REFUSED)
    yield Input("damaged", "cut off.pdf", saved([image(8)], "PDF")[:200], REFUSED)
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    yield Input("too large", "400 megapixels.png", b"\x89PNG\r\n\x1a\n" + chunk + whole[33:], REFUSED)
    yield Input("too large", "21 MB.png", whole + bytes(21 * 2**20), REFUSED)


def models(folder: Path) -> Iterator[tuple[str, Path, bool]]:
    """Every kind of model file that needs no training: (words, path, whether it is read). folder: where they are made."""
    classic = recogniser.TRAINED / "classic"
    for words, name, source in (
        (".keras", "mine.keras", "HandWrittneDigits.keras"),
        (".keras in capitals", "MINE.KERAS", "HandWrittneDigits.keras"),
        (".keras called .h5", "mine.h5", "HandWrittneDigits.keras"),
        (".tflite", "mine.tflite", "classic.tflite"),
        (".tflite without an ending", "mine", "classic.tflite"),
    ):
        shutil.copy(classic / source, folder / name)
        yield words, folder / name, True
    with zipfile.ZipFile(folder / "torch.pt", "w") as packed:
        packed.writestr("archive/data.pkl", b"x")
    yield "PyTorch", folder / "torch.pt", False
    for words, name, content in (
        ("ONNX", "net.onnx", b"\x08\x07\x12\x07pytorch"),
        ("a Python pickle", "net.pkl", b"\x80\x04\x95"),
        ("safetensors", "net.safetensors", b"\x10\0\0\0\0\0\0\0" + json.dumps({"a": 1}).encode("ascii")),
        ("a pointer of Git LFS", "lfs.keras", b"version https://git-lfs.github.com/spec/v1\n"),
        ("a web page", "page.tflite", b"<!DOCTYPE html>"),
        ("half a .tflite", "half.tflite", (classic / "classic.tflite").read_bytes()[:2000]),
        ("half a .keras", "half.keras", (classic / "HandWrittneDigits.keras").read_bytes()[:2000]),
    ):
        (folder / name).write_bytes(content)
        yield words, folder / name, False
    (folder / "weights").mkdir()
    (folder / "weights" / "checkpoint").write_bytes(b"")
    yield "a checkpoint's folder", folder / "weights", False
