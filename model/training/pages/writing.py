"""Rows of glyphs on a page: numbers, words, sums (`content`), and how they are placed (`row`)."""

from dataclasses import dataclass, field

import numpy as np

from model.training.pages.glyphs import Glyph, apart
from model.training.pages.signs import SIGNS, sign
from model.training.pages.sources import FONTS, Sources, Writer

PATHS_APART = -0.02, 0.16  # digit heights between the paths of two digits that touch; a pen's breadth is 0.035 to 0.24
FEW = 0.15  # share of the numbers of two different digits
LIKE_ONE, MORE_LIKE_ONE = (
    "/()[]",
    0.3,
)  # signs that a 1 resembles, and the share of the signs that are chosen among these alone
# Words of forms and notes; a printed word may be any of them or random letters.
WORDS = (
    "Total", "Date", "No", "Name", "Sum", "Tel", "Page", "Amount", "Code", "ID", "Answer", "Price", "Class", "Score", "Room",
    "Invoice", "Please", "write", "the", "number", "Street", "Phone", "Account", "Signature", "Order", "Qty", "Item",
)  # fmt: skip


@dataclass(frozen=True)
class Placed:
    """A glyph on a page: middle of a digit of its line (x, y) in px, px of a digit's height, slant, and
    what wrote it."""

    glyph: Glyph
    x: float
    y: float
    size: float
    slant: float = 0.0
    pen: str = "pen"  # "pen", or "print" for what no hand has written


Line = tuple[tuple[float, float], tuple[float, float]]  # its ends, (x, y) in px each


@dataclass
class Layout:
    """Writing, and lines that are printed on the paper."""

    placed: list[Placed] = field(default_factory=list)
    printed_lines: list[Line] = field(default_factory=list)


def row(
    glyphs: list[Glyph], x: float, y: float, size: float, rng: np.random.Generator, gap: float, pen="pen", uneven=1.0
) -> list[Placed]:
    """Glyphs from left to right from ``x`` on, about ``gap`` digit heights apart; below 0 neighbours touch, or nearly."""
    placed, slant, rise = [], rng.normal(0, 0.08) * uneven, rng.normal(0, 0.02) * uneven
    for before, glyph in zip([None, *glyphs], glyphs, strict=False):
        if before and gap < 0:
            x += size * (rng.uniform(*PATHS_APART) - apart(before, glyph))
        own = size * float(np.exp(rng.normal(0, 0.1 * uneven)))
        width = glyph.width * own
        lift = rng.normal(0, 0.06) * size * uneven
        placed.append(Placed(glyph, x + width / 2, y + lift + rise * x, own, slant + rng.normal(0, 0.05) * uneven, pen))
        x += width + size * max(gap, 0) * (float(np.exp(rng.normal(0, 0.35))) if uneven else 1)
    return placed


def word(sources: Sources, rng: np.random.Generator) -> tuple[list[Glyph], str]:
    """Letters of a printed or handwritten word, and the pen that wrote it."""
    if rng.random() < 0.5:
        return printed_word(sources, rng), "print"
    count = len(_some_word(rng))
    return [sources.letter(rng, alone=count < 3) for _ in range(count)], "pen"


def printed_word(sources: Sources, rng: np.random.Generator) -> list[Glyph]:
    """Letters of a printed word."""
    text, font = _some_word(rng), str(rng.choice(FONTS))
    return [sources.printed(rng, c, font) for c in (text.upper() if rng.random() < 0.2 else text)]


def _some_word(rng: np.random.Generator) -> str:
    if rng.random() < 0.3:
        return "".join(rng.choice(list("abcdefghijklmnoprstuvwyzABEGHKMNRSTX"), rng.integers(2, 8)))
    return str(rng.choice(WORDS)) + str(rng.choice(["", "", ":", "."]))


def printed_text(sources: Sources, rng: np.random.Generator) -> list[Glyph]:
    """A printed line with letters and digits."""
    font, count = str(rng.choice(FONTS)), int(rng.integers(3, 14))
    known = "ABCDEFGHIJKLMNOPRSTUVWXYZabcdefghijklmnoprstuvwxyz0123456789:.,-/"
    return [sources.printed(rng, c, font) for c in rng.choice(list(known), count)]


def number(writer: Writer, rng: np.random.Generator, longest: int = 7) -> list[Glyph]:
    """Digits of one hand; at times only two different ones, as in 1110 or 2020, one of them often a 1."""
    among = [1 if rng.random() < 0.5 else int(rng.integers(10)), int(rng.integers(10))]
    few = rng.random() < FEW
    return [writer.digit(rng, among if few else range(10)) for _ in range(rng.integers(1, longest + 1))]


def expression(writer: Writer, rng: np.random.Generator) -> list[Glyph]:
    """A sum, a time, a date, a price: numbers with signs between, before or after them, of a date the same ones."""
    glyphs: list[Glyph] = []
    same = _some_sign(rng) if rng.random() < 0.5 else None
    for part in range(int(rng.integers(1, 4))):
        if part or rng.random() < 0.3:
            glyphs.append(sign(rng, same or _some_sign(rng)))
        glyphs += number(writer, rng, 3)
    return [*glyphs, sign(rng, _some_sign(rng))] if rng.random() < 0.4 else glyphs


def _some_sign(rng: np.random.Generator) -> str:
    """Any sign, rather one that a 1 resembles."""
    return str(rng.choice(list(LIKE_ONE if rng.random() < MORE_LIKE_ONE else SIGNS)))


def content(sources: Sources, writer: Writer, rng: np.random.Generator, most_digits: float) -> tuple[list[Glyph], str]:
    """What stands in one place of a line: mostly a number."""
    kind = rng.random()
    if kind < most_digits:
        return number(writer, rng), "pen"
    if kind < most_digits + (1 - most_digits) * 0.5:
        return expression(writer, rng), "pen"
    return word(sources, rng)
