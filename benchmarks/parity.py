"""Checks that the page and Python read alike: drawings painted and read in headless Chromium, the same pixels read by Python; and
picture files, photos and pages among them, opened by both and read by both readers of each (model/page_reader/witness.py).

All are of pen writers 25–30, whom no training saw.

python -m benchmarks.parity [--drawings N] [--pictures N]   default 2,400, a quarter of them rows of 2–5 digits, and 360; the pictures take 2–5 s each
"""

import argparse
import base64
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks import form_pictures, machine, page_pictures
from benchmarks import pictures as made
from benchmarks.pictures import held_out_pens
from interface.predict.examples.draw import SCRIBBLE
from interface.static_site import build
from model import recogniser, strokes
from model.labelled_drawings import DIGITS
from model.page_reader import witness
from model.pictures import PictureError, open_picture
from model.training.rendering import render
from tools import chromium
from tools.web import serving

AGREE, GREY = 1.0, 2.0  # the bars: share of drawings with the same text and verdict; mean difference in grey levels
AGREE_PICTURES = 0.99  # the same for picture files: browsers and Pillow decode a JPEG a grey level apart
PAGES = {
    kind: draw for kind, draw in (page_pictures.KINDS | form_pictures.KINDS).items() if kind not in ("lines", "row")
}  # which stand below
BATCH = 50  # drawings that go to the page at once
# Paints each list of strokes as the page does for reading, and reads it; gives the answer beside the painted pixels.
READ = """async (drawings) => {
    const {load, read} = await import('./assets/interface/reader/reader.js'), {picture, pixels} = await import('./assets/interface/page/strokes.js');
    const found = [];
    await load('cnn');
    for (const drawing of drawings) {
        const png = new Uint8Array(await (await picture(drawing)).arrayBuffer());
        const painted = pixels(drawing), start = performance.now(), answer = await read('cnn', painted);
        found.push({answer: {...answer, ink: null}, ms: performance.now() - start, png: btoa(String.fromCharCode(...png))});
    }
    return found;
}"""
# Opens and reads each picture file, base64; gives the text and verdict, or the sentence that refuses it.
READ_FILES = """async (files) => {
    const {load, readPicture} = await import('./assets/interface/reader/reader.js');
    const found = [];
    await load('cnn');
    for (const file of files) {
        const blob = await (await fetch('data:application/octet-stream;base64,' + file)).blob();
        const start = performance.now(), answer = await readPicture('cnn', blob, 120).catch((error) => error.message);
        found.push({...(typeof answer === 'string' ? {error: answer} : {text: answer.text, verdict: answer.verdict}), ms: performance.now() - start});
    }
    return found;
}"""

# Rows that lean and touch: digits, their size, lean and distance, and the pen. Where most are cut depends on cuts that lean.
LEANING = (
    ("3384", 104.5, 0.19, 66.6, 5.4),
    ("5184", 72.0, 0.45, 33.7, 6.7),
    ("09", 85.0, 0.4, 42.8, 6.9),
    ("9227", 104.4, 0.35, 58.2, 7.6),
    ("0884", 69.8, 0.49, 45.4, 7.7),
    ("8224", 103.0, 0.46, 62.1, 5.8),
    ("0814", 60.8, 0.25, 33.5, 7.0),
)


@dataclass(frozen=True)
class Compared:
    """One drawing read twice. grey: mean difference of its 28×28 images in grey levels, None where the digits differ in number."""

    page: tuple[str, str]  # text and verdict
    python: tuple[str, str]
    grey: float | None
    ms: float


def project_drawings() -> list[list[dict]]:
    """71 drawings of this project's own digits as the pad keeps them, for where there is no data set: every digit with three
    pens, upright, slanted and in a corner; some as large as the pad; rows standing apart, touching, leaning and of two lines; a
    corner, a dot, something erased."""
    found = []
    for lines in DIGITS.values():
        for brush, size, slant, centre in (
            (6, 200, 0.0, (140, 140)),
            (16, 150, -0.2, (120, 150)),
            (28, 110, 0.15, (200, 70)),
        ):
            found.append(_pad([(lines, size, slant, centre)], brush))
    found += [_pad([(DIGITS[digit], 272, 0.0, (140, 140))], 26) for digit in (0, 2, 5, 7)]
    for at in range(10):
        step = 60 if at % 2 else 84  # half of them touch
        row = [(DIGITS[(at + i) % 10], 90, 0.0, (50 + step * i, 140)) for i in range(3)]
        found.append(_pad(row, 10))
        found.append(
            _pad(
                [(DIGITS[(3 * at + i) % 10], 80, 0.1, (80 + 110 * (i % 2), 70 + 140 * (i // 2))) for i in range(4)], 12
            )
        )
    for text, size, lean, step, brush in LEANING:
        first = 140 - step * (len(text) - 1) / 2
        found.append(_pad([(DIGITS[int(d)], size, lean, (first + step * i, 140)) for i, d in enumerate(text)], brush))
    corner, dot, line = [[60, 60], [220, 60], [220, 230]], [[140, 140]], [[0, 140], [280, 140]]
    wave = [[20 + 6 * i, 140 + 90 * (-1) ** i] for i in range(40)]
    scribble = [[80 + 1.7 * x, 55 + 1.7 * y] for x, y in SCRIBBLE[0]]
    for points, width in ((corner, 16), (dot, 30), (wave, 6), (scribble, 16), (line, 16), (corner, 60)):
        found.append([{"width": width, "erase": False, "points": points}])
    for digit in (0, 1, 7, 8):
        rubbed = {"width": 26, "erase": True, "points": [[40, 150], [240, 150]]}
        found.append([*_pad([(DIGITS[digit], 180, 0.0, (140, 140))], 18), rubbed])
    return found


def _pad(placed: list, brush: float) -> list[dict]:
    return [
        {"width": brush, "erase": False, "points": stroke.round(2).tolist()}
        for lines, size, slant, centre in placed
        for stroke in strokes.place([line @ np.array([[1, 0], [-slant, 1]]) for line in lines], size, centre)
    ]


def drawings(n: int, seed: int = 0) -> list[list[dict]]:
    """n drawings as the pad keeps them: brush 4–28 units, 15–90 % of the pad, anywhere; every fourth a row of 2–5 digits."""
    rng, pens, found = np.random.default_rng(seed), held_out_pens(), []
    for index in range(n):
        count = int(rng.integers(2, 6)) if index % 4 == 3 else 1
        brush = float(rng.uniform(4, 12 if count > 1 else 28))
        size = rng.uniform(0.9, 1.2) * 230 / count if count > 1 else 280 * rng.uniform(0.15, 0.9)
        size = min(size, 276 - brush)
        room = (280 - size - brush) / 2
        y = 140 + rng.uniform(-room, room) * 0.9
        xs = np.linspace(size / 2 + 8, 272 - size / 2, count) if count > 1 else [140 + rng.uniform(-room, room)]
        placed = [s for x in xs for s in strokes.place(pens[rng.integers(len(pens))].strokes, size, (x, y))]
        found.append([{"width": brush, "erase": False, "points": stroke.round(2).tolist()} for stroke in placed])
    return found


def compare(page: Page, drawn: list[list[dict]], model: recogniser.Recogniser) -> Iterator[Compared]:
    """Each drawing read by the page, which has the static folder open, and by Python."""
    for start in range(0, len(drawn), BATCH):
        for found in page.evaluate(READ, drawn[start : start + BATCH]):
            reading = model.read(open_picture(base64.b64decode(found["png"])))
            answer = found["answer"]
            grey = None
            if len(answer["digits"]) == len(reading.digits):
                pairs = [
                    (np.frombuffer(base64.b64decode(ours["image"]), np.uint8), theirs.image.ravel() * 255)
                    for ours, theirs in zip(answer["digits"], reading.digits, strict=True)
                ]
                grey = max((float(np.abs(a - b).mean()) for a, b in pairs), default=0.0)
            yield Compared((answer["text"], answer["verdict"]), (reading.text, reading.verdict), grey, found["ms"])


def picture_files(n: int, seed: int = 0) -> list[tuple[str, bytes]]:
    """n picture files, each with its kind: photos and pages of every kind as JPEG, drawings, rows and tiny scans as PNG, and pictures of
    nothing."""
    rng, pens, found = np.random.default_rng(seed), held_out_pens(), []

    def some(count: int) -> list:
        return [pens[at] for at in rng.integers(len(pens), size=count)]

    kinds = {
        "photo": lambda: made.photo(some(1)[0], rng)[0],
        "page": lambda: made.page(some(40), rng)[0],
        "drawing": lambda: made.upload(some(1)[0], rng)[0],
        "row": lambda: made.row(some(int(rng.integers(2, 9))), rng)[0],
        "tiny": lambda: made.two_in_28(some(2), rng)[0],
        "scan": lambda: made.stretched_binary(render(some(1)[0], rng), rng),
        "nothing": lambda: made.texture(rng)[0],
        **{kind: lambda draw=draw: draw(pens, rng)[0] for kind, draw in PAGES.items()},
    }
    pages = tuple(PAGES)
    order = ("photo", "page", *pages[:4], "photo", "drawing", "row", "page", *pages[4:], "tiny", "scan", "nothing")
    for index in range(n):
        kind = order[index % len(order)]
        picture = np.ascontiguousarray(kinds[kind]()[..., ::-1])
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 96))]
        ending, options = (".jpg", quality) if kind in ("photo", "page", *PAGES) else (".png", [])
        found.append((kind, cv2.imencode(ending, picture, options)[1].tobytes()))
    return found


def compare_files(page: Page, files: list[bytes], model: recogniser.Recogniser) -> Iterator[Compared]:
    """Each picture file opened and read by the page and by Python. What is refused has the sentence for its text."""
    for content in files:
        [found] = page.evaluate(READ_FILES, [base64.b64encode(content).decode()])
        try:
            reading = witness.read(model, open_picture(content))
            python = (reading.text, reading.verdict)
        except PictureError as error:
            python = (str(error), "refused")
        by_page = (found["error"], "refused") if "error" in found else (found["text"], found["verdict"])
        yield Compared(by_page, python, None, found["ms"])


@contextlib.contextmanager
def opened() -> Iterator[tuple[Page, str]]:
    """The page that needs no server, open in headless Chromium, and its address."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as root, sync_playwright() as playwright:
        build.write(Path(folder) / "site")
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=["--no-sandbox"])
        # the page allows no code from outside
        page = browser.new_page(viewport={"width": 1280, "height": 860}, bypass_csp=True)
        address = f"{root}site/"
        page.goto(address)
        yield page, address
        browser.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parity", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--drawings", type=int, default=2400, metavar="N", help="default: 2,400")
    parser.add_argument("--pictures", type=int, default=360, metavar="N", help="default: 360")
    options = parser.parse_args()
    machine.need("pens", "browser", "runtime")
    model, files = recogniser.load(), picture_files(options.pictures)
    with opened() as (page, _):
        drawn = list(compare(page, drawings(options.drawings), model))
        read = list(compare_files(page, [content for _, content in files], model))
    met = show("drawings", drawn, AGREE) if drawn else True
    greys = [one.grey for one in drawn if one.grey is not None] or [0.0]
    if drawn:
        print(
            f"28×28 images: {np.mean(greys):.3f} grey levels apart on average, {np.quantile(greys, 0.999):.2f} at the 99.9th percentile, {max(greys):.2f} at most"
        )
    met = show("picture files", read, AGREE_PICTURES) and met
    for kind in dict.fromkeys(kind for kind, _ in files):
        of_kind = [one for (name, _), one in zip(files, read, strict=True) if name == kind]
        print(f"  {kind}: {sum(one.page == one.python for one in of_kind)} of {len(of_kind)}")
    met = met and np.mean(greys) <= GREY
    print(
        f"bars: the same for {AGREE:.0%} of drawings and {AGREE_PICTURES:.0%} of picture files, images within {GREY:.0f} grey levels on "
        f"average: {'met' if met else 'NOT met'}"
    )
    return 0 if met else 1


def show(what: str, found: list[Compared], bar: float) -> bool:
    """Print how many get the same text and verdict, and those that do not; returns whether enough do."""
    same = sum(one.page == one.python for one in found)
    print(f"{what}: same text and verdict for {same:,} of {len(found):,}, {same / max(len(found), 1):.2%}")
    times = [one.ms for one in found] or [0.0]
    print(
        f"  one reading in the page: median {np.median(times):.1f} ms, 95th percentile {np.quantile(times, 0.95):.1f} ms"
    )
    for one in found:
        if one.page != one.python:
            print(f"  page {one.page}  Python {one.python}  images {one.grey}")
    return same >= bar * len(found)


if __name__ == "__main__":
    sys.exit(main())
