"""Makes pages with several digits as people photograph them, by kind, of pen writers 25–30. Enter at `KINDS`.

This code shares nothing with the generator of the training pages: other papers, layouts and cameras, and some other fonts. Every kind is a function of
pens and a random generator that returns a picture, (H, W, 3) uint8 RGB, and the text in it.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks import pictures
from model import strokes
from model.datasets import PenDigit

Pens = Sequence[PenDigit]
Made = tuple[np.ndarray, str]


def some(pens: Pens, rng: np.random.Generator, low: int, high: int) -> list[PenDigit]:
    """``low`` to ``high`` digits of one writer."""
    own = [p for p in pens if p.writer == pens[rng.integers(len(pens))].writer]
    return [own[i] for i in rng.integers(len(own), size=int(rng.integers(low, high + 1)))]


def text_of(digits: Pens) -> str:
    """The digits as text."""
    return "".join(str(p.digit) for p in digits)


def write(
    sheet: np.ndarray, digits: Pens, x: float, y: float, size: float, brush: float, rng, gap: float = 0.25
) -> float:
    """Write digits on ink from ``x`` on, around the row ``y``; returns where they end."""
    for pen in digits:
        points = np.concatenate(pen.strokes)
        tall, wide = np.ptp(points[:, 1]), np.ptp(points[:, 0])
        own = size * rng.uniform(0.85, 1.15)
        width = own * wide / max(tall, wide * 0.7, 1)
        placed = strokes.place(
            pen.strokes, own if tall >= wide else width, (x + width / 2, y + rng.normal(0, 0.04) * size)
        )
        np.maximum(sheet, strokes.draw(placed, sheet.shape, brush), out=sheet)
        x += width + size * rng.uniform(0.5, 1.5) * gap
    return x


def _clouds(shape: tuple[int, int], rng, low: float) -> np.ndarray:
    """Uneven light in [low, 1]."""
    field = cv2.resize(rng.random((5, 7)).astype(np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC)
    return low + (1 - low) * np.clip(field, 0, 1)


def photo(ink: np.ndarray, rng, pen=(45, 45, 60), paper=228.0, contrast=1.0, light=0.6, grain=3.0) -> np.ndarray:
    """Ink on plain paper in uneven light: (h, w, 3) uint8."""
    share = (ink.astype(np.float32) / 255 * contrast)[..., None]
    sheet = paper * (1 - share) + np.asarray(pen, np.float32) * share
    sheet = cv2.GaussianBlur(sheet * _clouds(ink.shape, rng, light)[..., None], (0, 0), rng.uniform(0.5, 1.3))
    noise = cv2.GaussianBlur(rng.normal(0, grain, ink.shape).astype(np.float32), (0, 0), 0.7)
    return pictures.jpeg(np.clip(sheet + noise[..., None], 0, 255).astype(np.uint8), int(rng.integers(60, 93)))


def tight(pens: Pens, rng) -> Made:
    """A number cut to its ink."""
    digits, ink = some(pens, rng, 1, 7), np.zeros((320, 2400), np.uint8)
    write(ink, digits, 60, 160, 150, rng.uniform(6, 18), rng)
    x, y, w, h = cv2.boundingRect(ink)
    return photo(ink[y : y + h, x : x + w], rng, light=0.75), text_of(digits)


def on_table(pens: Pens, rng) -> Made:
    """A small sheet on a table."""
    digits, ink = some(pens, rng, 3, 6), np.zeros((620, 460), np.uint8)
    write(ink, digits, 60, rng.uniform(120, 480), rng.uniform(45, 65), rng.uniform(3, 6), rng)
    sheet = photo(ink, rng, pen=(35, 50, 120))
    tone = np.array([(70, 48, 36), (120, 118, 110), (40, 42, 48), (150, 110, 70)][rng.integers(4)], np.float32)
    streaks = cv2.blur(rng.normal(0, 30, (900, 1200)).astype(np.float32), (61, 2))
    table = np.clip(tone + streaks[..., None], 0, 255).astype(np.uint8)
    turn = cv2.getRotationMatrix2D((230, 310), rng.uniform(-18, 18), rng.uniform(0.8, 1.15))
    turn[:, 2] += (rng.uniform(200, 500), rng.uniform(20, 220))
    corner = cv2.warpAffine(np.full(ink.shape, 255, np.uint8), turn, (1200, 900))[..., None] / 255
    return (table * (1 - corner) + cv2.warpAffine(sheet, turn, (1200, 900)) * corner).astype(np.uint8), text_of(digits)


def cells(pens: Pens, rng) -> Made:
    """One digit in each printed cell, with a printed word before them."""
    digits, side = some(pens, rng, 2, 8), 110
    ink = np.zeros((240, 320 + side * len(digits)), np.uint8)
    for at, pen in enumerate(digits):
        write(ink, [pen], 280 + at * side + rng.uniform(10, 35), 130 + rng.normal(0, 8), rng.uniform(66, 92), 6, rng)
    page = photo(ink, rng, pen=(30, 50, 130)).astype(np.float32)
    form = np.full((*ink.shape, 3), 255, np.uint8)
    for at in range(len(digits)):
        cv2.rectangle(form, (270 + at * side, 75), (270 + (at + 1) * side, 185), (70, 70, 70), int(rng.integers(1, 5)))
    form = printed(form, "No.", (60, 100), 50, rng)
    return np.minimum(page, page / 235 * form).astype(np.uint8), text_of(digits)


def printed(page: np.ndarray, text: str, at: tuple[int, int], size: int, rng) -> np.ndarray:
    """The page with a printed word whose top left corner is ``at``, ``size`` px high: (h, w, 3) uint8."""
    image = Image.fromarray(page)
    font = ImageFont.truetype(str(rng.choice(pictures.fonts())), size)
    ImageDraw.Draw(image).text(at, text, (40, 40, 40), font)
    return np.array(image)


def pencil(pens: Pens, rng) -> Made:
    """Several lines in faint pencil and bad light."""
    ink, texts = np.zeros((900, 1200), np.uint8), []
    for line in range(int(rng.integers(2, 5))):
        digits = some(pens, rng, 3, 6)
        write(ink, digits, rng.uniform(80, 300), 130 + line * 190, rng.uniform(60, 85), rng.uniform(3, 5), rng, gap=0.7)
        texts.append(text_of(digits))
    return photo(ink, rng, pen=(120, 120, 122), contrast=rng.uniform(0.3, 0.6), light=0.45), "\n".join(texts)


def ruled(pens: Pens, rng) -> Made:
    """A number on ruled or squared paper, the rules through its digits."""
    digits, ink = some(pens, rng, 3, 9), np.zeros((340, 1100), np.uint8)
    size = rng.uniform(60, 95)
    write(ink, digits, rng.uniform(60, 200), rng.uniform(110, 230), size, rng.uniform(4, 7), rng, gap=0.2)
    page = photo(ink, rng, pen=(30, 40, 110)).astype(np.float32)
    step, rules = size * rng.uniform(0.4, 1.0), np.zeros(ink.shape, np.float32)
    for y in np.arange(20, 340, step):
        rules[int(y) : int(y) + int(rng.integers(1, 4))] = 1
    if rng.random() < 0.4:
        for x in np.arange(20, 1100, step):
            rules[:, int(x) : int(x) + 2] = 1
    page -= rules[..., None] * rng.uniform(25, 70) * np.array([1.0, 0.7, 0.3])
    return np.clip(page, 0, 255).astype(np.uint8), text_of(digits)


def stacked(pens: Pens, rng) -> Made:
    """Two or three large rows, one close above the other."""
    ink, texts = np.zeros((900, 620), np.uint8), []
    count = int(rng.integers(2, 4))
    size = 800 / count * rng.uniform(0.65, 0.85)
    for line in range(count):
        digits = some(pens, rng, 1, 1 if count == 2 else 2)
        write(
            ink, digits, rng.uniform(60, 140), 60 + (line + 0.5) * 800 / count, size, rng.uniform(10, 22), rng, gap=0.15
        )
        texts.append(text_of(digits))
    return photo(ink, rng), "\n".join(texts)


def draw_sign(ink: np.ndarray, sign, x: float, y: float, size: float, brush: float) -> None:
    """Draw a sign's lines, ``size`` px wide, with the top left corner (x, y)."""
    for line in sign:
        place = [np.array(line, np.float32) * size + (x, y)]
        np.maximum(ink, strokes.draw(place, ink.shape, brush), out=ink)


def signs(pens: Pens, rng) -> Made:
    """Numbers with signs between them, drawn as lines and dots."""
    ink, text, x = np.zeros((260, 1600), np.uint8), "", 50.0
    brush = rng.uniform(6, 11)
    for part in range(int(rng.integers(2, 4))):
        if part:
            x += 25
            draw_sign(ink, SIGNS[int(rng.integers(len(SIGNS)))], x, 95, 70, brush)
            x += 95
        digits = some(pens, rng, 1, 3)
        x = write(ink, digits, x, 130, 110, brush, rng)
        text += text_of(digits)
    return photo(ink[:, : int(x) + 60], rng), text


SIGNS = (
    [[(0.5, 0), (0.5, 1)], [(0, 0.5), (1, 0.5)]],
    [[(0, 0.5), (1, 0.5)]],
    [[(0, 0.35), (1, 0.35)], [(0, 0.7), (1, 0.7)]],
    [[(0.9, -0.4), (0.1, 1.4)]],
    [[(0.5, 0.2), (0.5, 0.22)], [(0.5, 0.8), (0.5, 0.82)]],
    [[(0.1, 0.1), (0.9, 0.9)], [(0.9, 0.1), (0.1, 0.9)]],
)  # fmt: skip


def print_beside(pens: Pens, rng) -> Made:
    """A number in a printed frame with a printed word before it."""
    digits, ink = some(pens, rng, 2, 5), np.zeros((240, 950), np.uint8)
    write(ink, digits, 440, 125, 100, rng.uniform(6, 9), rng, gap=0.2)
    page = photo(ink, rng, pen=(30, 50, 150)).astype(np.float32)
    form = np.full((*ink.shape, 3), 255, np.uint8)
    cv2.rectangle(form, (390, 40), (930, 210), (80, 80, 80), 3)
    form = printed(form, str(rng.choice(["Amount", "Total:", "Sum", "Code"])), (40, 90), 70, rng)
    return np.minimum(page, page / 235 * form).astype(np.uint8), text_of(digits)


def lines(pens: Pens, rng) -> Made:
    """A photographed page of several lines (pictures.py)."""
    return pictures.page([pens[i] for i in rng.integers(len(pens), size=40)], rng)


def row(pens: Pens, rng) -> Made:
    """A row drawn on a white canvas, some digits touching (pictures.py)."""
    return pictures.row(some(pens, rng, 2, 9), rng)


KINDS: dict[str, Callable[[Pens, np.random.Generator], Made]] = {
    "tight": tight, "on a table": on_table, "cells": cells, "pencil": pencil, "ruled": ruled, "stacked": stacked,
    "signs": signs, "print beside": print_beside, "lines": lines, "row": row,
}  # fmt: skip
