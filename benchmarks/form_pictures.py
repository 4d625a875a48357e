"""Pages on which other writing stands around the digits, by kind, of pen writers 25–30: tables, sums, cheques, dates, rings … Enter at `KINDS`.

As page_pictures.py, and with its pens, papers and fonts: every kind is a function of pens and a random generator that returns a picture,
(H, W, 3) uint8 RGB, and the handwritten digits in it.
"""

from collections.abc import Callable

import cv2
import numpy as np

from benchmarks.page_pictures import SIGNS, Made, Pens, draw_sign, photo, printed, some, text_of, write
from model import strokes

GREY = (80, 80, 80)  # of printed lines
BALLPOINT = (30, 40, 120)
HEADS = ("Price", "Qty", "Mon", "Tue", "Total", "Week", "Tea", "Milk", "Anna", "Ben", "Row", "Item")
WORDS = ("please", "write", "your", "number", "below", "Street", "answer", "school", "Name", "LIST", "only")
GOODS = ("milk", "bread", "eggs", "paper", "apples", "rent", "bus", "tea")
PLUS, SLASH, COLON, MINUS = SIGNS[0], SIGNS[3], SIGNS[4], SIGNS[1]


def blank(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """No ink, (h, w) uint8, and an empty form, (h, w, 3) uint8."""
    return np.zeros(shape, np.uint8), np.full((*shape, 3), 255, np.uint8)


def on_form(ink: np.ndarray, form: np.ndarray, rng) -> np.ndarray:
    """The photo of a form that somebody has filled in: (h, w, 3) uint8."""
    page = photo(ink, rng, pen=BALLPOINT).astype(np.float32)
    return np.minimum(page, page / 235 * form).astype(np.uint8)


def table(pens: Pens, rng) -> Made:
    """Numbers in a printed table with a word above each column and before each row."""
    rows, columns, wide, high = int(rng.integers(2, 5)), int(rng.integers(2, 4)), 210, 90
    ink, form = blank((rows * high + 140, columns * wide + 240))
    texts = []
    for column in range(columns):
        form = printed(form, str(rng.choice(HEADS)), (230 + column * wide, 20), 38, rng)
    for row in range(rows):
        form = printed(form, str(rng.choice(HEADS)), (30, 100 + row * high), 38, rng)
        texts.append("")
        for column in range(columns):
            digits = some(pens, rng, 1, 3)
            write(ink, digits, 215 + column * wide, 125 + row * high, 48, rng.uniform(3, 5), rng, gap=0.2)
            texts[-1] += text_of(digits)
    height, width = ink.shape
    for y in (10, *(80 + row * high for row in range(rows + 1))):
        cv2.line(form, (20, y), (width - 20, y), GREY, 2)
    for x in (200 + column * wide for column in range(columns + 1)):
        cv2.line(form, (x, 10), (x, height - 40), GREY, 2)
    return on_form(ink, form, rng), "\n".join(texts)


def column_sum(pens: Pens, rng) -> Made:
    """Numbers below one another, a plus, a drawn line, and a result."""
    count, brush = int(rng.integers(2, 4)), rng.uniform(5, 9)
    ink, texts = np.zeros((150 * (count + 1) + 60, 620), np.uint8), []
    for line in range(count + 1):
        digits, y = some(pens, rng, 2, 4), 90 + 150 * line + (30 if line == count else 0)
        write(ink, digits, 180 + rng.uniform(-15, 15), y, 80, brush, rng)
        texts.append(text_of(digits))
        if line == count - 1:
            draw_sign(ink, PLUS, 70, y - 25, 50, brush)
            _line(ink, [(60, y + 75), (560, y + 70 + rng.uniform(-8, 8))], brush)
    return photo(ink, rng), "\n".join(texts)


def cheque(pens: Pens, rng) -> Made:
    """An amount in its box on a printed cheque with a signature."""
    ink, form = blank((420, 1000))
    for word, at, size in (("City Bank", (40, 20), 46), ("Pay to", (40, 120), 34), ("Date", (620, 30), 34)):
        form = printed(form, word, at, size, rng)
    cv2.line(form, (160, 165), (640, 165), GREY, 2)
    cv2.rectangle(form, (690, 110), (970, 190), GREY, 2)
    cv2.line(form, (600, 350), (960, 350), GREY, 2)
    digits = some(pens, rng, 2, 5)
    write(ink, digits, 705, 150, 50, 4, rng, gap=0.15)
    signature = np.cumsum(rng.normal(0, 14, (40, 2)) + (7, 0), axis=0) + (620, 320)
    _line(ink, np.clip(signature, (600, 270), (950, 380)), 4)
    return on_form(ink, form, rng), text_of(digits)


def date(pens: Pens, rng) -> Made:
    """Three pairs of digits with slashes, colons or dashes between them, behind a printed word and on a line."""
    ink, form = blank((200, 900))
    form = printed(form, str(rng.choice(["Date:", "Born", "Time", "Due:"])), (30, 70), 60, rng)
    x, text, sign = 260.0, "", (SLASH, COLON, MINUS)[rng.integers(3)]
    for part in range(3):
        digits = some(pens, rng, 2, 2)
        x = write(ink, digits, x, 100, 75, rng.uniform(4, 7), rng, gap=0.2)
        text += text_of(digits)
        if part < 2:
            draw_sign(ink, sign, x + 4, 78, 45, 5)
            x += 60
    cv2.line(form, (240, 165), (860, 165), GREY, 2)
    return on_form(ink, form, rng), text


def chalk(pens: Pens, rng) -> Made:
    """A number in chalk on a board."""
    digits, ink = some(pens, rng, 3, 7), np.zeros((400, 1100), np.uint8)
    write(ink, digits, 80, 200, 120, rng.uniform(8, 14), rng)
    grain = cv2.GaussianBlur(rng.random(ink.shape).astype(np.float32), (0, 0), 1)
    ink = (ink * np.clip(grain * 2.2 - 0.4, 0.3, 1)).astype(np.uint8)
    board = float(rng.choice([45, 60, 80]))
    return photo(ink, rng, pen=(230, 230, 225), paper=board, light=0.7, grain=4), text_of(digits)


def print_around(pens: Pens, rng) -> Made:
    """A number between printed lines of text."""
    digits = some(pens, rng, 3, 6)
    ink, form = blank((520, 900))
    for y in (20, 80, 330, 390, 450):
        form = printed(form, " ".join(rng.choice(WORDS, 5)), (40, y), 34, rng)
    write(ink, digits, rng.uniform(60, 250), 230, 85, rng.uniform(5, 8), rng)
    return on_form(ink, form, rng), text_of(digits)


def ring(pens: Pens, rng) -> Made:
    """A number with a ring drawn around it."""
    digits, ink = some(pens, rng, 1, 3), np.zeros((400, 700), np.uint8)
    end = write(ink, digits, 200, 200, 110, rng.uniform(5, 9), rng)
    turn, middle = np.linspace(0, 6.5, 60), 95 + end / 2
    around = np.stack([middle + ((end - 200) / 2 + 60) * np.cos(turn), 200 + 120 * np.sin(turn)], axis=1)
    _line(ink, around, rng.uniform(4, 8))
    return photo(ink, rng), text_of(digits)


def crossed_out(pens: Pens, rng) -> Made:
    """A number crossed out, and the right one behind it, which alone counts."""
    ink, brush = np.zeros((260, 1300), np.uint8), rng.uniform(5, 8)
    end = write(ink, some(pens, rng, 2, 4), 60, 130, 100, brush, rng)
    for _ in range(4):
        _line(ink, [(50, 130 + rng.uniform(-50, 50)), (end + 5, 130 + rng.uniform(-50, 50))], brush)
    digits = some(pens, rng, 2, 4)
    end = write(ink, digits, end + 90, 130, 100, brush, rng)
    return photo(ink[:, : int(end) + 60], rng), text_of(digits)


def shopping_list(pens: Pens, rng) -> Made:
    """A word and a number in each of four lines."""
    ink, brush, texts = np.zeros((640, 900), np.uint8), rng.uniform(3, 5), []
    for line, name in enumerate(rng.choice(GOODS, 4, replace=False)):
        cv2.putText(ink, str(name), (70, 120 + 140 * line), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 2.2, 255, 3, cv2.LINE_AA)
        digits = some(pens, rng, 1, 4)
        write(ink, digits, 480, 100 + 140 * line, 70, brush, rng, gap=0.2)
        texts.append(text_of(digits))
    return photo(ink, rng, pen=BALLPOINT), "\n".join(texts)


def _line(ink: np.ndarray, points, brush: float) -> None:
    np.maximum(ink, strokes.draw([np.array(points, np.float32)], ink.shape, brush), out=ink)


KINDS: dict[str, Callable[[Pens, np.random.Generator], Made]] = {
    "table": table, "column sum": column_sum, "cheque": cheque, "date": date, "chalk": chalk, "print around": print_around,
    "ring": ring, "crossed out": crossed_out, "list": shopping_list,
}  # fmt: skip
