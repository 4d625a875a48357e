"""The characters that are written on training pages: digits, letters, signs, print and scrawls. Enter at `Sources`.

A glyph stands in units of a digit's height: the middle of a digit is (0, 0) and it is 1 high; y points down.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from model import datasets
from model.training import line_drawings, negatives
from model.training.pages.handwriting import read_omniglot, read_optdigits, read_unipen
from model.training.rendering import jitter

DIGITS = "0123456789"
LIKE_DIGITS = "OoQDIlizZSsBbqgJTL"  # letters that, alone, may be taken for a digit: they stand only in words
UJI_TRAINING = ("w01", "w02", "w03", "w04")  # w05 is held out
OMNIGLOT_LIKE_DIGITS = 0.25  # share of a character's drawings read as a digit from which it is left out
PRINT = 64  # px, the height in which printed characters are kept
FONTS = (
    "DejaVuSans", "DejaVuSerif", "DejaVuSansMono", "DejaVuSans-Bold", "cmss10", "cmtt10", "cmb10", "STIXGeneralItalic",
)  # of Matplotlib; the benchmark has others too  # fmt: skip
SIGNS = "+-=()/:%x.,*"
STRAIGHT = 0.5  # share of a pen's 1s that are one straight stroke: people write them so more often than the writers of the sources


@dataclass(frozen=True)
class Glyph:
    """One character or drawing.

    kind: "digit" or "other"; strokes: (n, 2) float32 points each, or None; bitmap: (h, w) uint8 ink light on dark, or None;
    width, height: of the glyph, and middle: (x, y) of its box's middle, all in digit heights; text: what it says.
    """

    kind: str
    text: str
    strokes: tuple[np.ndarray, ...] | None
    bitmap: np.ndarray | None
    width: float
    height: float
    middle: tuple[float, float] = (0.0, 0.0)


def from_strokes(kind: str, text: str, strokes, unit: float | None = None, base: float = 0.5) -> Glyph:
    """Strokes in any unit → a glyph. unit: the height of a digit in that unit, None for the glyph's own longer side.

    With a unit, the glyph's lowest point is put at ``base`` (a digit's foot stands at 0.5).
    """
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    own = unit is None
    size = max(high[1] - low[1], (high[0] - low[0]) / 1.4, 1e-6) if unit is None else unit
    width, height = (high - low) / size
    y = 0.0 if own else base - height / 2
    moved = tuple(np.asarray((s - (low + high) / 2) / size + (0, y), np.float32) for s in strokes)
    return Glyph(kind, text, moved, None, max(float(width), 0.05), max(float(height), 0.05), (0.0, float(y)))


def from_bitmap(kind: str, text: str, image: np.ndarray, height: float = 1.0, y: float = 0.0) -> Glyph:
    """Ink light on dark, (h, w) uint8 → a glyph ``height`` digit heights high, cut to its ink."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    tight = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Glyph(kind, text, None, tight, height * tight.shape[1] / tight.shape[0], height, (0.0, y))


class Sources:
    """Everything that can be written on a page. Each method takes a random generator and returns a glyph.

    MNIST and pen strokes come from `datasets`; UJI, Omniglot and optdigits from uji/, omniglot/ and optdigits/ of the folder that
    ``$HANDWRITING`` names, and what is missing is left out.
    """

    def __init__(self) -> None:
        self.mnist = datasets.load_mnist().train[: datasets.HELD_OUT]
        self.by_digit = [np.flatnonzero(self.mnist.labels == d) for d in range(10)]
        self.writers: list[dict[str, list[tuple[np.ndarray, ...]]]] = self._pen_writers()
        self.letters: list[tuple[str, list[np.ndarray], float]] = []
        self.omniglot: list[list[np.ndarray]] = []
        self.scans: list[tuple[int, np.ndarray]] = []
        if named := os.environ.get("HANDWRITING"):
            folder = Path(named)
            self._add_uji(folder / "uji")
            self.omniglot = self._omniglot(folder / "omniglot" / "strokes_background_small1.zip")
            scans = folder / "optdigits" / "optdigits-orig.tra.gz"
            self.scans = read_optdigits(scans) if scans.is_file() else []
        self.print = {(font, c): _printed(font, c) for font in FONTS for c in _PRINTED}

    def _pen_writers(self) -> list[dict[str, list[tuple[np.ndarray, ...]]]]:
        try:
            pens = [p for p in datasets.load_pendigits() if p.writer not in datasets.HELD_OUT_WRITERS]
        except datasets.DataError:
            return []
        writers: dict[int, dict[str, list[tuple[np.ndarray, ...]]]] = {}
        for pen in pens:
            writers.setdefault(pen.writer, {}).setdefault(str(pen.digit), []).append(pen.strokes)
        return [w for w in writers.values() if len(w) == 10]

    def _add_uji(self, folder: Path) -> None:
        """UJI's writers join the pen writers with their digits, and bring letters in the size of those."""
        for name in UJI_TRAINING:
            path = folder / f"UJIpenchars-{name}"
            if not path.is_file():
                continue
            characters = read_unipen(path)
            digits: dict[str, list[tuple[np.ndarray, ...]]] = {}
            for c, strokes in characters:
                if c in DIGITS:
                    digits.setdefault(c, []).append(tuple(strokes))
            heights = [np.ptp(np.concatenate(s)[:, 1]) for drawn in digits.values() for s in drawn]
            unit = float(np.median(heights))
            self.writers += [digits] * 3  # few digits by people of another country: they come more often
            self.letters += [(c, strokes, unit) for c, strokes in characters if c not in DIGITS]

    def _omniglot(self, archive: Path) -> list[list[np.ndarray]]:
        """Letters of other alphabets; those that today's digit network takes for digits are left out."""
        if not archive.is_file():
            return []
        from model import normalization, recogniser, strokes

        digits = recogniser.load().alone(second_look=False)
        kept: list[list[np.ndarray]] = []
        for drawings in read_omniglot(archive).values():
            inks = [strokes.draw(strokes.place(d, 90, (64, 64)), (128, 128), 7) for d in drawings]
            _, none = digits.probabilities(np.stack([normalization.to_image(ink) for ink in inks]))
            if (none < 0.5).mean() < OMNIGLOT_LIKE_DIGITS:
                kept += drawings
        return kept

    def writer(self, rng: np.random.Generator) -> "Writer":
        """A hand in which a line, or a whole page, is written."""
        kind = rng.random()
        if kind < 0.3 or not self.writers:
            return Writer(self, "mnist", None)
        if kind < 0.36 and self.scans:
            return Writer(self, "scans", None)
        return Writer(self, "pen", self.writers[rng.integers(len(self.writers))])

    def letter(self, rng: np.random.Generator, alone: bool = True) -> Glyph:
        """A handwritten letter; ``alone``: none that looks like a digit."""
        source = rng.random()
        if source < 0.35 and self.omniglot:
            return from_strokes("other", "?", _varied(self.omniglot[rng.integers(len(self.omniglot))], rng))
        for _ in range(20):
            if source < 0.75 and self.letters:
                name, strokes, unit = self.letters[rng.integers(len(self.letters))]
                if not (alone and name in LIKE_DIGITS):
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
        if value == 1 and self.kind == "pen" and rng.random() < STRAIGHT:
            return straight_one(rng)
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


_PRINTED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:.,-/()%€$#&+=*"


# A printed character: bitmap, and width, height and middle in digit heights.
Printed = tuple[np.ndarray, float, float, tuple[float, float]]


def in_digit_heights(ink: np.ndarray, foot: float, digit: float) -> Printed:
    """A character's ink, (h, w) uint8, on a line whose digits stand on the row ``foot`` and are ``digit`` px high."""
    x, y, width, height = cv2.boundingRect(ink)
    middle = (0.0, (y + height / 2 - foot) / digit + 0.5)
    return ink[y : y + height, x : x + width], width / digit, height / digit, middle


def _printed(font: str, character: str) -> Printed:
    """A character of a TrueType font, whose digits are 0.73 em high."""
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"
    face = ImageFont.truetype(str(path), PRINT)
    image = Image.new("L", (3 * PRINT, 3 * PRINT))
    ImageDraw.Draw(image).text(
        (PRINT, 2 * PRINT), character, 255, face, anchor="ls"
    )  # the foot of the line at 2 * PRINT
    return in_digit_heights(np.asarray(image), 2 * PRINT, 0.73 * PRINT)


def _bent(points, rng: np.random.Generator) -> np.ndarray:
    """A line through points, as uneven as a hand draws it."""
    points = np.asarray(points, np.float32)
    at = np.linspace(0, len(points) - 1, 12)
    fine = np.stack([np.interp(at, np.arange(len(points)), points[:, i]) for i in (0, 1)], axis=1)
    wobble = rng.normal(0, 0.02, 2) * np.sin(np.linspace(0, np.pi, 12))[:, None]
    return np.asarray(fine + wobble + rng.normal(0, 0.006, fine.shape), np.float32)


def _ring(x: float, y: float, radius: float, start=0.0, end=2 * np.pi) -> np.ndarray:
    t = np.linspace(start, end, 14)
    return np.stack([x + radius * np.cos(t), y + radius * np.sin(t)], axis=1).astype(np.float32)


def straight_one(rng: np.random.Generator) -> Glyph:
    """A 1 of one stroke, upright or leaning."""
    foot = rng.normal(-0.03, 0.1)
    return from_strokes("digit", "1", [_bent([(-foot, -0.5), (foot, 0.5)], rng)], unit=rng.uniform(0.9, 1.15))


def sign(rng: np.random.Generator, name: str | None = None) -> Glyph:
    """A handwritten sign: + − = ( ) / : % × . , * — as strokes of its own."""
    name = name or str(rng.choice(list(SIGNS)))
    w = rng.uniform(0.18, 0.4)
    strokes = {
        "+": [[(-w, 0), (w, 0)], [(0, -w), (0, w)]],
        "-": [[(-w, 0), (w, 0)]],
        "=": [[(-w, -0.12), (w, -0.12)], [(-w, 0.12), (w, 0.12)]],
        "/": [[(w * 0.9, -0.6), (-w * 0.9, 0.6)]],
        "x": [[(-w * 0.7, -w * 0.7), (w * 0.7, w * 0.7)], [(w * 0.7, -w * 0.7), (-w * 0.7, w * 0.7)]],
        "*": [[(-w, 0), (w, 0)], [(-w / 2, -w), (w / 2, w)], [(w / 2, -w), (-w / 2, w)]],
    }
    if name in strokes:
        drawn = [_bent(s, rng) for s in strokes[name]]
    elif name in "()":
        side, bow = (1 if name == "(" else -1), rng.uniform(0.5, 1.1)
        arc = _ring(0, 0, 1, np.pi - bow, np.pi + bow) * (0.5, rng.uniform(0.55, 0.75) / np.sin(bow))
        drawn = [np.asarray(arc * (side, 1), np.float32)]
    elif name == "%":
        drawn = [_bent([(0.3, -0.5), (-0.3, 0.5)], rng), _ring(-0.25, -0.3, 0.15), _ring(0.25, 0.3, 0.15)]
    elif name == ":":
        drawn = [_ring(0, y, rng.uniform(0.01, 0.04)) for y in (-0.15, 0.35)]
    elif name == ".":
        drawn = [_ring(0, 0.48, rng.uniform(0.01, 0.04))]
    else:  # a comma
        drawn = [_bent([(0.02, 0.4), (0.03, 0.52), (-0.06, 0.68)], rng)]
    points = np.concatenate(drawn)
    low, high = points.min(axis=0), points.max(axis=0)
    width, height = np.maximum(high - low, 0.05)
    middle = (low + high) / 2
    centred = tuple(np.asarray(s - (middle[0], 0), np.float32) for s in drawn)
    return Glyph("other", name, centred, None, float(width), float(height), (0.0, float(middle[1])))
