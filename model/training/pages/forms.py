"""Forms that somebody has filled in: cells, tables, fields, lines with a signature. Layouts as those of layouts.py."""

import numpy as np

from model.training.pages.signs import signature
from model.training.pages.sources import Sources
from model.training.pages.writing import (
    Layout,
    Line,
    Placed,
    expression,
    number,
    printed_text,
    printed_word,
    row,
    word,
)


def cells(sources: Sources, rng: np.random.Generator, side: float, size: float) -> Layout:
    """A form: digits in printed cells, some over the cell's border, perhaps with print beside or above."""
    layout, writer = Layout(), sources.writer(rng)
    wide, high = size * rng.uniform(0.75, 1.6), size * rng.uniform(0.95, 1.7)
    if rng.random() < 0.25:  # one box for the whole number
        wide *= rng.integers(2, 6)
    columns, rows = (
        int(min(rng.integers(1, 9), max(1, side / wide + 1))),
        int(min(rng.choice([1, 1, 1, 2, 3, 5]), max(1, side / high + 1))),
    )
    left, top = rng.uniform(-0.1, 0.5) * side * rng.random(), rng.uniform(-0.05, 0.7) * side * rng.random()
    joined = rng.random() < 0.75
    gap = 0 if joined else wide * rng.uniform(0.05, 0.3)
    full, letters, careless = rng.uniform(0.4, 1.1), rng.random() < 0.12, rng.choice([0.12, 0.12, 0.25])
    for r in range(rows):
        for c in range(columns):
            x, y = left + c * (wide + gap), top + r * (high + gap)
            layout.printed_lines += _sides(x, y, x + wide, y + high)
            if rng.random() < full:
                count = 1 if wide < 1.7 * size else int(rng.integers(1, int(wide / size / 0.75) + 1))
                inside = [writer.digit(rng) if not letters else sources.letter(rng, alone=False) for _ in range(count)]
                breadth = sum(g.width for g in inside) * size
                start = x + (wide - breadth) / 2 + rng.normal(0, careless) * size - 0.05 * size * (count - 1)
                layout.placed += row(inside, start, y + high / 2 + rng.normal(0, 0.7 * careless) * size, size, rng, 0.1)
    if rng.random() < 0.5:
        glyphs, pen = word(sources, rng)
        small = size * rng.uniform(0.3, 0.8)
        if rng.random() < 0.5:
            layout.placed += row(glyphs, left + size * 0.1, top - small * 0.9, small, rng, 0.06, pen, 0)
        else:
            width = sum(g.width + 0.06 for g in glyphs) * small
            layout.placed += row(glyphs, left - width - small * 0.5, top + high / 2, small, rng, 0.06, pen, 0)
    return layout


def table(sources: Sources, rng: np.random.Generator, side: float, size: float) -> Layout:
    """Numbers in the columns of a ruled table, with a word above a column and before a row; all of its lines, or some, are printed."""
    layout, writer = Layout(), sources.writer(rng)
    wide, high = size * rng.uniform(1.6, 4.5), size * rng.uniform(1.3, 2.2)
    left, top = side * rng.uniform(-0.4, 0.1), side * rng.uniform(-0.3, 0.1)
    columns, rows = int(min(rng.integers(2, 6), 2 * side / wide + 1)), int(min(rng.integers(3, 9), 2 * side / high + 1))
    heads, names, full = rng.random() < 0.7, rng.random() < 0.6, rng.uniform(0.6, 1)
    centred, signs = rng.random() < 0.4, rng.random() < 0.3
    for r in range(rows):
        for c in range(columns):
            x, y = left + c * wide, top + (r + 0.5) * high
            if (heads and r == 0) or (names and c == 0):
                (glyphs, pen), own, gap = word(sources, rng), size * rng.uniform(0.45, 0.9), 0.06
            elif rng.random() < full:
                glyphs = expression(writer, rng) if signs and rng.random() < 0.5 else number(writer, rng, 4)
                pen, own, gap = "pen", size, rng.uniform(0.02, 0.25)
            else:
                continue
            breadth = sum(g.width + gap for g in glyphs) * own
            room = max(wide - breadth, 0) / 2 if centred else size * rng.uniform(0.05, 0.4)
            layout.placed += row(glyphs, x + room, y, own, rng, gap, pen, 1.0 if pen == "pen" else 0.0)
    right, foot, kind = left + columns * wide, top + rows * high, rng.random()
    across = [((left, top + r * high), (right, top + r * high)) for r in range(rows + 1)]
    down = [((left + c * wide, top), (left + c * wide, foot)) for c in range(columns + 1)]
    layout.printed_lines += across + down if kind < 0.7 else across if kind < 0.85 else down if kind < 0.95 else []
    return layout


def print_and_hand(sources: Sources, rng: np.random.Generator, side: float, size: float) -> Layout:
    """Printed lines of text, with a handwritten number here and there."""
    layout, writer = Layout(), sources.writer(rng)
    small, y = size * rng.uniform(0.3, 0.9), rng.uniform(-0.2, 0.8) * size
    while y < side + small:
        x = rng.uniform(-0.5, 0.3) * side
        layout.placed += row(printed_text(sources, rng), x, y, small, rng, 0.07, "print", 0)
        if rng.random() < 0.4:
            last = layout.placed[-1]
            layout.placed += row(number(writer, rng, 5), last.x + size * rng.uniform(0.4, 1.2), y, size, rng, 0.12)
        y += max(small * rng.uniform(1.6, 2.5), size * rng.uniform(0.9, 1.4))
    return layout


def field(sources: Sources, rng: np.random.Generator, side: float, size: float) -> Layout:
    """Fields of a form: a printed word, perhaps as large as the digits, and a handwritten number behind it, framed or on a line."""
    layout, writer = Layout(), sources.writer(rng)
    y = size * rng.uniform(0.6, 1.6)
    while y < side:
        small, x = size * rng.uniform(0.4, 1.15), rng.uniform(-0.6, 0.15) * side
        layout.placed += row(printed_word(sources, rng), x, y + size * rng.normal(0, 0.1), small, rng, 0.07, "print", 0)
        last = layout.placed[-1]
        x = last.x + last.glyph.width * last.size / 2 + size * rng.uniform(0.25, 1.5)
        layout.placed += row(number(writer, rng, 6), x, y, size, rng, rng.uniform(0.0, 0.3))
        last, kind = layout.placed[-1], rng.random()
        left, right = x - size * rng.uniform(0.1, 0.5), last.x + size * rng.uniform(0.4, 2)
        top, foot = y - size * rng.uniform(0.55, 0.9), y + size * rng.uniform(0.5, 0.9)
        if kind < 0.4:
            layout.printed_lines += _sides(left, top, right, foot)
        elif kind < 0.6:
            layout.printed_lines.append(((left, foot), (right, foot)))
        y += size * rng.uniform(1.5, 3)
    return layout


def signed(sources: Sources, rng: np.random.Generator, side: float, size: float) -> Layout:
    """A number, framed perhaps, beside printed words and a signature on its line."""
    layout, writer = Layout(), sources.writer(rng)
    y = size * rng.uniform(0.6, 2)
    while y < side + size:
        x = side * rng.uniform(-0.4, 0.5)
        for part in rng.permutation(3)[: rng.integers(1, 4)]:
            if part == 0:
                placed = row(number(writer, rng, 6), x, y, size, rng, rng.uniform(0.02, 0.25))
                if rng.random() < 0.4:
                    layout.printed_lines += _frame(placed, size * rng.uniform(0.15, 0.5))
            elif part == 1:
                small = size * rng.uniform(0.35, 0.9)
                placed = row(printed_word(sources, rng), x, y, small, rng, 0.07, "print", 0)
            else:
                large = size * rng.uniform(0.8, 2)
                placed = row([signature(rng)], x, y, large, rng, 0)
                foot = y + large * rng.uniform(0.3, 0.6)
                layout.printed_lines.append(((x - size, foot), (x + placed[0].glyph.width * large + size, foot)))
            layout.placed += placed
            x = placed[-1].x + placed[-1].glyph.width * placed[-1].size / 2 + size * rng.uniform(0.3, 1.5)
        y += size * rng.uniform(1.5, 3)
    return layout


def _frame(placed: list[Placed], room: float) -> list[Line]:
    """The sides of a box around placed glyphs, ``room`` px away."""
    left = min(p.x - p.glyph.width * p.size / 2 for p in placed) - room
    right = max(p.x + p.glyph.width * p.size / 2 for p in placed) + room
    top, foot = min(p.y - p.size / 2 for p in placed) - room, max(p.y + p.size / 2 for p in placed) + room
    return _sides(left, top, right, foot)


def _sides(left: float, top: float, right: float, foot: float) -> list[Line]:
    """The four sides of a box."""
    corners = [(left, top), (right, top), (right, foot), (left, foot)]
    return list(zip(corners, corners[1:] + corners[:1], strict=True))
