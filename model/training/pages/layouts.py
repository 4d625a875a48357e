"""Where the writing of a training page stands: lines, lone digits, columns, sums, cells of a form … Enter at `some`.

Every layout takes the sources, a random generator, the side of the page in px and the height of its digits in px, and returns a
`Layout`.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from model.training.pages import forms
from model.training.pages.glyphs import from_strokes
from model.training.pages.signs import sign
from model.training.pages.sources import Sources
from model.training.pages.writing import (
    Layout,
    Placed,
    content,
    expression,
    number,
    row,
)


def lines(sources: Sources, rng: np.random.Generator, side: float, size: float) -> Layout:
    """Lines of numbers, sums and words over the whole page, which its border may cut."""
    layout, writer = Layout(), sources.writer(rng)
    most_digits, gap = (
        rng.choice([0.95, 0.8, 0.5, 0.15]),
        float(rng.choice([-1, rng.uniform(0.05, 0.3), rng.uniform(0.2, 1.4)], p=[0.2, 0.5, 0.3])),
    )
    apart, inside = rng.uniform(1.3, 2.8), rng.random() < 0.55
    y = size * rng.uniform(0.55, 1.2) if inside else size * rng.uniform(-0.3, 1)
    margin = size * rng.uniform(0.05, 1.5)
    while y < side + size * 0.4:
        if inside and y > side - size * 0.55:
            break
        x = margin + side * rng.uniform(0, 0.3) if inside else side * rng.uniform(-0.3, 0.5)
        while x < side:
            glyphs, pen = content(sources, writer, rng, most_digits)
            small = 1.0 if pen == "pen" else rng.uniform(0.4, 1)
            placed = row(
                glyphs, x, y, size * small, rng, gap if pen == "pen" else 0.06, pen, 1.0 if pen == "pen" else 0.0
            )
            if inside:
                placed = [p for p in placed if p.x + p.glyph.width * p.size / 2 < side - 2]
            layout.placed += placed
            if not placed:
                break
            last = placed[-1]
            x = last.x + last.glyph.width * last.size / 2 + size * rng.uniform(0.5, 3)
            if rng.random() < 0.15:
                break
        y += size * apart * rng.uniform(0.9, 1.15)
        if rng.random() < 0.06:
            break
    return layout


def one_row(sources: Sources, rng: np.random.Generator, side: float, size: float) -> Layout:
    """One number alone, whole, as large as the page allows; its gaps may be closed and its digits may touch."""
    writer = sources.writer(rng)
    glyphs = number(writer, rng) if rng.random() < 0.5 else expression(writer, rng)
    gap = float(rng.choice([-1, rng.uniform(0, 0.3), rng.uniform(0.3, 1.5)], p=[0.4, 0.35, 0.25]))
    layout = _fitted(row(glyphs, 0, 0, size, rng, gap), side, rng, grow=rng.random() < 0.6)
    if rng.random() < 0.2:  # on a ruled line of its own
        foot = max(p.y + p.size * rng.uniform(0.4, 0.7) for p in layout.placed)
        layout.printed_lines.append(((-side, foot), (2 * side, foot)))
    return layout


def lone(sources: Sources, rng: np.random.Generator, side: float, size: float) -> Layout:
    """One digit, of any size up to the whole page."""
    size = side * rng.uniform(0.12, 0.97) if rng.random() < 0.8 else size
    return _fitted(row([sources.writer(rng).digit(rng)], 0, 0, size, rng, 0), side, rng, grow=False)


def stacked(sources: Sources, rng: np.random.Generator, side: float, size: float) -> Layout:
    """Two or three short rows closely above one another."""
    writer, y, placed = sources.writer(rng), 0.0, []
    count = int(rng.integers(2, 4))
    for _ in range(count):
        placed += row(number(writer, rng, 2), size * rng.uniform(-0.2, 0.2), y, size, rng, rng.uniform(0.05, 0.4))
        y += size * rng.uniform(1.03, 1.5)
    return _fitted(placed, side, rng, grow=rng.random() < 0.7)


def column_sum(sources: Sources, rng: np.random.Generator, side: float, size: float) -> Layout:
    """Numbers below one another with a sign and a drawn line, as one adds by hand."""
    writer, y, placed = sources.writer(rng), 0.0, []
    for at in range(int(rng.integers(2, 4))):
        placed += row(number(writer, rng, 4), size * rng.uniform(0.8, 1.2), y, size, rng, 0.15)
        if at:
            placed += row([sign(rng, str(rng.choice(list("+-x"))))], 0, y, size, rng, 0)
        y += size * rng.uniform(1.15, 1.6)
    rule = np.stack([np.linspace(-2, 2, 8), rng.normal(0, 0.02, 8)], axis=1).astype(np.float32)
    placed.append(Placed(from_strokes("other", "_", [rule], unit=1.0, base=0.0), size * 1.7, y - size * 0.45, size))
    placed += row(number(writer, rng, 4), size * 0.8, y + size * 0.35, size, rng, 0.15)
    return _fitted(placed, side, rng, grow=False)


def scattered(sources: Sources, rng: np.random.Generator, side: float, size: float) -> Layout:
    """Digits, letters, signs and scrawls of unequal size anywhere, none upon another."""
    layout, writer, boxes = Layout(), sources.writer(rng), []
    digits = rng.choice([1.0, 0.6, 0.2])
    for _ in range(int(rng.integers(1, 14))):
        own = size * float(np.exp(rng.normal(0, 0.3)))
        if rng.random() < digits:
            glyph = writer.digit(rng)
        else:
            kind = rng.random()
            glyph = sources.letter(rng) if kind < 0.55 else sign(rng) if kind < 0.75 else sources.scrawl(rng)
            own *= rng.uniform(1, 2.5) if kind >= 0.75 else 1
        x, y = rng.uniform(0, side, 2)
        reach = max(glyph.width, glyph.height) * own / 2
        if rng.random() < 0.8:
            x, y = np.clip([x, y], min(reach + 2, side / 2), max(side - reach - 2, side / 2))
        if all(abs(x - bx) > reach + r or abs(y - by) > reach + r for bx, by, r in boxes):
            boxes.append((x, y, reach))
            layout.placed.append(Placed(glyph, x, y, own, rng.normal(0, 0.1)))
    return layout


def letters_only(sources: Sources, rng: np.random.Generator, side: float, size: float) -> Layout:
    """Handwritten words, or one letter alone."""
    if rng.random() < 0.4:
        return _fitted(row([sources.letter(rng)], 0, 0, side * rng.uniform(0.2, 0.9), rng, 0), side, rng, grow=False)
    layout, y = Layout(), size * rng.uniform(0.3, 1)
    while y < side:
        x = rng.uniform(-0.2, 0.3) * side
        for _ in range(int(rng.integers(1, 5))):
            glyphs = [sources.letter(rng, alone=False) for _ in range(rng.integers(2, 9))]
            layout.placed += row(glyphs, x, y, size, rng, rng.uniform(-0.08, 0.15))
            x = layout.placed[-1].x + size * rng.uniform(0.8, 1.6)
        y += size * rng.uniform(1.4, 2.2)
    return layout


def drawing(sources: Sources, rng: np.random.Generator, side: float, size: float) -> Layout:
    """A drawing or scribble and nothing else."""
    glyph = sources.scrawl(rng)
    return _fitted(
        [Placed(glyph, 0, 0, side * rng.uniform(0.2, 0.9) / max(glyph.width, glyph.height))], side, rng, grow=False
    )


def nothing(_sources: Sources, _rng: np.random.Generator, _side: float, _size: float) -> Layout:
    """Paper alone."""
    return Layout()


def _fitted(placed: list[Placed], side: float, rng: np.random.Generator, grow: bool) -> Layout:
    """Move placed glyphs to a random place where they are whole, smaller if need be; ``grow``: until they nearly fill the page."""
    left = min(p.x - p.glyph.width * p.size / 2 for p in placed)
    right = max(p.x + p.glyph.width * p.size / 2 for p in placed)
    top = min(p.y + (p.glyph.middle[1] - p.glyph.height / 2) * p.size for p in placed)
    bottom = max(p.y + (p.glyph.middle[1] + p.glyph.height / 2) * p.size for p in placed)
    most = side * rng.uniform(0.8, 0.99) / max(right - left, bottom - top, 1)
    scale = most if grow else min(1.0, most)
    room_x, room_y = side - (right - left) * scale, side - (bottom - top) * scale
    x, y = rng.uniform(0.02, 0.98, 2) * (max(room_x, 0), max(room_y, 0))
    moved = [replace(p, x=(p.x - left) * scale + x, y=(p.y - top) * scale + y, size=p.size * scale) for p in placed]
    return Layout(moved)


Maker = Callable[[Sources, np.random.Generator, float, float], Layout]

# Each layout with its share of the pages.
SHARES: tuple[tuple[Maker, float], ...] = (
    (lines, 0.16),
    (one_row, 0.19),
    (lone, 0.08),
    (stacked, 0.06),
    (column_sum, 0.04),
    (scattered, 0.05),
    (forms.cells, 0.14),
    (forms.table, 0.07),
    (forms.print_and_hand, 0.04),
    (forms.field, 0.06),
    (forms.signed, 0.03),
    (letters_only, 0.03),
    (drawing, 0.02),
    (nothing, 0.03),
)


def some(sources: Sources, rng: np.random.Generator, side: float) -> tuple[Layout, float]:
    """One of the layouts, and the height of its digits in px: from 12 px to the whole page, mostly 22–75."""
    kind = rng.random()
    low, high = (12, 22) if kind < 0.17 else (22, 75) if kind < 0.85 else (75, 200)
    size = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    makers, shares = zip(*SHARES, strict=True)
    maker = makers[rng.choice(len(makers), p=shares)]
    return maker(sources, rng, side, size), size
