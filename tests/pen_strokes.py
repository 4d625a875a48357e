"""Pen strokes of this project's own, for machines without `pendigits`: hand-set digits as thirty made-up writers would draw them.

They stand in for people's strokes where a test needs *strokes*, not for any figure that a document states.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from interface.predict.examples.draw import GLYPHS, curve
from model.labelled_drawings import DIGITS

WRITERS, EACH = 30, 6  # digits of a kind by one writer
SEED = 25


def write(folder: Path) -> tuple[Path, str]:
    """Write them as UNIPEN text, as the published file is; returns the file and its sha256."""
    text = "\n".join(_lines())
    file = folder / "pendigits-orig.tra"
    file.write_text(text, "ascii")
    return file, hashlib.sha256(text.encode("ascii")).hexdigest()


def _lines() -> Iterator[str]:
    rng = np.random.default_rng(SEED)
    for writer in range(1, WRITERS + 1):
        slant, breadth, shake = rng.uniform(-0.15, 0.3), rng.uniform(0.8, 1.2), rng.uniform(0.3, 1.2)
        for count in range(EACH):
            for digit in range(10):
                yield f'.SEGMENT DIGIT {count} ? "{digit}"'
                yield f".COMMENT {digit} {writer} {count}"
                for stroke in _forms(digit)[rng.integers(2)]:
                    x, y = (stroke + rng.normal(0, shake, stroke.shape)).T
                    yield ".PEN_DOWN"
                    yield from (f"{a:.1f} {b:.1f}" for a, b in zip(breadth * (x - slant * y), -y, strict=True))
                    yield ".PEN_UP"


def _forms(digit: int) -> list[list[np.ndarray]]:
    """A digit as the examples draw it, and as the labelled drawings do: strokes of (n, 2) points, y down."""
    return [[curve(stroke) for stroke in GLYPHS[str(digit)]], [_dense(stroke) for stroke in DIGITS[digit]]]


def _dense(stroke: np.ndarray) -> np.ndarray:
    """The same line with a point about every six units."""
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
    at = np.linspace(0, length[-1], max(2, int(length[-1] / 6)))
    return np.stack([np.interp(at, length, axis) for axis in stroke.T], axis=1)
