"""Digits that touch, read together: a strip of connected ink → the digits in it, and where each is.

A network passes over the strip and says every STEP px which digit it has just come upon, if any (connectionist temporal
classification, Graves et al. 2006). Nothing needs to be cut apart before it is read.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from model import normalization

STEP = 2  # px of a strip that one output stands for
NONE, BLANK = 10, 11  # outputs beside the ten digits: what is no digit, and nothing new
WINDOW = 128  # px that the network reads at once, so that a page's runtime, which wants one size, can run it
HOP = 64  # px from one window to the next: half of a window's outputs, those in its middle, have seen all around them


@dataclass(frozen=True)
class Found:
    """One digit of a strip: where it is, as a share of the ink's width, and how probable each digit is, and none, (11,) float32."""

    place: float
    probabilities: np.ndarray


def windows(strip: np.ndarray) -> int:
    """How many windows the network reads of it."""
    return 1 + max(0, -(-(strip.shape[1] - WINDOW) // HOP)) if strip.shape[1] else 0


def read(network: Callable[[np.ndarray], np.ndarray], strip: np.ndarray) -> list[Found]:
    """A strip (`geometry.to_strip`) → its digits from left to right; none where any of it is no digit.

    ``network`` takes windows, (n, 36, 128) float32 in [0, 1], and gives logits (n, 64, 12).
    """
    if not strip.shape[1]:
        return []
    found = best(outputs(network, strip))
    if any(symbol == NONE for symbol, _, _ in found):
        return []
    inside = strip.shape[1] - 2 * normalization.BESIDE
    return [
        Found((STEP * (at + 0.5) - normalization.BESIDE) / inside, p[:BLANK] / p[:BLANK].sum()) for _, at, p in found
    ]


def outputs(network: Callable[[np.ndarray], np.ndarray], strip: np.ndarray) -> np.ndarray:
    """(36, w) float32 → probabilities (w / 2, 12) float32, read window by window."""
    width, count = strip.shape[1], windows(strip)
    wide = np.pad(strip, ((0, 0), (0, WINDOW + (count - 1) * HOP - width)))
    logits = network(np.stack([wide[:, HOP * i : HOP * i + WINDOW] for i in range(count)]))
    edge = (WINDOW - HOP) // 2 // STEP
    first, last = logits[0, :edge], logits[-1, -edge:]
    logits = np.concatenate([first, *logits[:, edge:-edge], last])[: -(-width // STEP)]
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def best(probabilities: np.ndarray) -> list[tuple[int, int, np.ndarray]]:
    """The likeliest symbol at each step (n, 12), repeats and blanks left out: (symbol, step, (12,)) where it is most probable."""
    symbols = probabilities.argmax(axis=1)
    starts = np.flatnonzero(np.diff(symbols, prepend=-1))
    found = []
    for start, end in zip(starts, [*starts[1:], len(symbols)], strict=True):
        if (symbol := int(symbols[start])) != BLANK:
            at = int(start + probabilities[start:end, symbol].argmax())
            found.append((symbol, at, probabilities[at]))
    return found
