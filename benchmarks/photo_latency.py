"""How long photos of pages take, in the page that needs no server and in Python: `python -m benchmarks.latency --photo`."""

import base64
import statistics
import time

import cv2
import numpy as np

from benchmarks import parity
from interface.predict.examples.draw import SCRIBBLE
from model import recogniser
from model import strokes as pens
from model.labelled_drawings import DIGITS
from model.page_reader import witness
from model.pictures import open_picture

PHOTO = 3000, 4000  # px, height and width of a photo of twelve megapixels
PHOTOS = 3  # times that it is read


def photo(scribbled: int | None = None) -> tuple[bytes, str]:
    """A JPEG of twenty digits in four lines on a sheet that is darker on one side, and its text. scribbled: a place where a scribble
    stands instead of its digit, so that the page is in doubt."""
    ink = np.zeros(PHOTO, np.uint8)
    for at in range(20):
        lines = DIGITS[at % 10] if at != scribbled else [np.array(line, float) for line in SCRIBBLE]
        placed = pens.place(lines, 380, (500 + 750 * (at % 5), 450 + 700 * (at // 5)))
        np.maximum(ink, pens.draw(placed, PHOTO, 26), out=ink)
    light = np.linspace(235, 150, PHOTO[1]) - 0.7 * ink
    grainy = cv2.GaussianBlur(light, (0, 0), 2) + np.random.default_rng(0).normal(0, 3, PHOTO)
    jpeg = cv2.imencode(".jpg", np.clip(grainy, 0, 255).astype(np.uint8))[1].tobytes()
    text = "".join("" if at == scribbled else f"{at % 10}" + "\n" * (at % 5 == 4) for at in range(20))
    return jpeg, text.strip()


def show() -> None:
    """Print how long a clear page and a doubtful one take, from the file to its reading, in the page and in Python, in turn; the first
    time in the page loads the network for pages."""
    model = recogniser.load()
    with parity.opened() as (page, _):
        for what, (content, text) in {"of twenty digits": photo(), "in doubt": photo(scribbled=7)}.items():
            times: dict[str, list[float]] = {"in the page": [], "in Python": []}
            for _ in range(PHOTOS + 1):
                [found] = page.evaluate(parity.READ_FILES, [base64.b64encode(content).decode()])
                started = time.perf_counter()
                reading = witness.read(model, open_picture(content))
                times["in Python"].append(time.perf_counter() - started)
                times["in the page"].append(found["ms"] / 1000)
            answers = (found["text"], found["verdict"]), (reading.text, reading.verdict)
            for (where, seconds), (answer, verdict) in zip(times.items(), answers, strict=True):
                said = "read right" if answer == text else f"read as {answer!r}"
                print(
                    f"12-megapixel page {what} {where}: first {seconds[0]:.2f} s, then median {statistics.median(seconds[1:]):.2f} s, {said}, {verdict}"
                )
