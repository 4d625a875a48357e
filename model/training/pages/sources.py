"""Where the characters of training pages come from: MNIST, pen strokes, letters, print and scrawls. Enter at `Sources`."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from model import datasets
from model.training import line_drawings, negatives
from model.training.pages import handwriting
from model.training.pages.glyphs import PRINTED, Glyph, from_bitmap, from_strokes, printed
from model.training.pages.signs import flagged_one, sign, straight_one
from model.training.rendering import jitter

DIGITS = "0123456789"
FONTS = (
    "DejaVuSans", "DejaVuSerif", "DejaVuSansMono", "DejaVuSans-Bold", "cmss10", "cmtt10", "cmb10", "STIXGeneralItalic",
)  # of Matplotlib; the benchmark has others too  # fmt: skip
# Shares of a pen's 1s that are one straight stroke, and that have a flag, which may be wide: people write them so more often than the
# writers of the sources.
STRAIGHT, FLAGGED = 0.45, 0.2


class Sources:
    """Everything that can be written on a page. Each method takes a random generator and returns a glyph.

    MNIST and pen strokes come from `datasets`, UJI, Omniglot and optdigits from `handwriting`; what is missing is left out.
    """

    def __init__(self) -> None:
        self.mnist = datasets.load_mnist().train[: datasets.HELD_OUT]
        self.by_digit = [np.flatnonzero(self.mnist.labels == d) for d in range(10)]
        self.writers: list[dict[str, list[tuple[np.ndarray, ...]]]] = self._pen_writers()
        self.letters: list[tuple[str, list[np.ndarray], float]] = []
        self._add_uji()
        self.omniglot = handwriting.omniglot()
        self.scans = handwriting.optdigits()
        self.print = {(font, c): printed(font, c) for font in FONTS for c in PRINTED}

    def _pen_writers(self) -> list[dict[str, list[tuple[np.ndarray, ...]]]]:
        try:
            pens = [p for p in datasets.load_pendigits() if p.writer not in datasets.HELD_OUT_WRITERS]
        except datasets.DataError:
            return []
        writers: dict[int, dict[str, list[tuple[np.ndarray, ...]]]] = {}
        for pen in pens:
            writers.setdefault(pen.writer, {}).setdefault(str(pen.digit), []).append(pen.strokes)
        return [w for w in writers.values() if len(w) == 10]

    def _add_uji(self) -> None:
        """UJI's writers join the pen writers with their digits, and bring letters in the size of those."""
        for characters in handwriting.uji():
            digits: dict[str, list[tuple[np.ndarray, ...]]] = {}
            for c, strokes in characters:
                if c in DIGITS:
                    digits.setdefault(c, []).append(tuple(strokes))
            heights = [np.ptp(np.concatenate(s)[:, 1]) for drawn in digits.values() for s in drawn]
            unit = float(np.median(heights))
            self.writers += [digits] * 3  # few digits by people of another country: they come more often
            self.letters += [(c, strokes, unit) for c, strokes in characters if c not in DIGITS]

    def writer(self, rng: np.random.Generator) -> "Writer":
        """A hand in which a line, or a whole page, is written."""
        kind = rng.random()
        if kind < 0.3 or not self.writers:
            return Writer(self, "mnist", None)
        if kind < 0.36 and self.scans:
            return Writer(self, "scans", None)
        return Writer(self, "pen", self.writers[rng.integers(len(self.writers))])

    def letter(self, rng: np.random.Generator, alone: bool = True) -> Glyph:
        """A handwritten letter; ``alone``: none that looks like a digit, which stand only in words."""
        source = rng.random()
        if source < 0.35 and self.omniglot:
            return from_strokes("other", "?", _varied(self.omniglot[rng.integers(len(self.omniglot))], rng))
        for _ in range(20):
            if source < 0.75 and self.letters:
                name, strokes, unit = self.letters[rng.integers(len(self.letters))]
                if not (alone and name in handwriting.LIKE_DIGITS):
                    base = 0.75 if name in "gjpqy" else 0.5
                    return from_strokes("other", name, _varied(strokes, rng), unit * rng.uniform(0.85, 1.2), base)
            else:
                name = str(rng.choice(list(negatives.LETTERS)))
                ink = negatives.character(name, rng)
                if ink.any():
                    low = name in "acemnruvwxpy"
                    height = rng.uniform(0.55, 0.8) if low else rng.uniform(0.85, 1.15)
                    return from_bitmap("other", name, ink, height, 0.5 - height / 2)
        return sign(rng, "+")

    def printed(self, rng: np.random.Generator, text: str, font: str) -> Glyph:
        """A printed character (a printed digit is other writing: it belongs to the form)."""
        bitmap, width, height, middle = self.print[font, text]
        return Glyph("other", text, None, bitmap, width, height, middle)

    def scrawl(self, rng: np.random.Generator) -> Glyph:
        """A drawing or scribble."""
        if rng.random() < 0.5:
            return from_strokes("other", "?", [np.asarray(s, np.float32) for s in line_drawings.some(rng)])
        kinds = (negatives.scribble, negatives.loose_strokes, negatives.zigzag, negatives.spiral, negatives.shape)
        ink = kinds[rng.integers(len(kinds))](rng, self.mnist.images)
        return from_bitmap("other", "?", ink, rng.uniform(0.8, 1.5)) if ink.any() else sign(rng, "*")


class Writer:
    """One hand: gives digits that look alike. kind: "mnist", "scans" or "pen"; pens: strokes of each digit, for "pen"."""

    def __init__(self, sources: Sources, kind: str, pens: dict[str, list[tuple[np.ndarray, ...]]] | None):
        self.sources, self.kind, self.pens = sources, kind, pens

    def digit(self, rng: np.random.Generator, among: Sequence[int] = range(10)) -> Glyph:
        """Any digit of those; of the scans any at all."""
        value = int(rng.choice(among))
        if value == 1 and self.kind == "pen" and (own := rng.random()) < STRAIGHT + FLAGGED:
            return straight_one(rng) if own < STRAIGHT else flagged_one(rng)
        if self.kind == "mnist":
            at = self.sources.by_digit[value]
            glyph = from_bitmap("digit", str(value), self.sources.mnist.images[at[rng.integers(len(at))]])
        elif self.kind == "scans":
            value, image = self.sources.scans[rng.integers(len(self.sources.scans))]
            glyph = from_bitmap("digit", str(value), image)
            narrow = rng.uniform(0.3, 0.5) if value == 1 else rng.uniform(0.55, 0.95)
            glyph = replace(glyph, width=narrow)
        else:
            assert self.pens is not None
            drawn = self.pens[str(value)]
            pen = datasets.PenDigit(value, 0, drawn[rng.integers(len(drawn))])
            glyph = from_strokes("digit", str(value), jitter(pen, rng).strokes)
        return glyph


def _varied(strokes, rng: np.random.Generator):
    return list(jitter(datasets.PenDigit(0, 0, tuple(np.asarray(s, np.float32) for s in strokes)), rng).strokes)
