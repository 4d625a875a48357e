"""Reads digits that touch: a strip of connected ink → the digits in it and where each is. Enter at `read`.

A network passes over the strip and names, every STEP px, the digit that has just begun, if any (connectionist temporal
classification, Graves et al. 2006). So nothing needs to be cut apart before it is read.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from model import normalization
from model.inference import Signature

STEP = 2  # px of a strip that one output stands for
NONE, BLANK = 10, 11  # the outputs beside the ten digits: "no digit", and "nothing new"
WINDOW = 128  # px that the network reads at once: the browser's runtime needs a fixed size
HOP = 64  # px from one window to the next: the middle half of a window's outputs have seen all that is around them
HEIGHT = normalization.STRIP + 2 * normalization.ABOVE  # px
SIGNATURE = Signature(
    shapes=((HEIGHT, WINDOW, 1),),
    outputs=(BLANK + 1,),
    wanted="the network for digits that touch takes a window of a strip; train it again: python -m model.train touching",
)


@dataclass(frozen=True)
class Found:
    """One digit of a strip.

    place: where it is, as a share of the ink's width; probabilities: of the ten digits and of "no digit", (11,) float32, sum 1.
    """

    place: float
    probabilities: np.ndarray


def windows(strip: np.ndarray) -> int:
    """How many windows the network reads of a strip, (36, w) float32."""
    return 1 + max(0, -(-(strip.shape[1] - WINDOW) // HOP)) if strip.shape[1] else 0


def read(network: Callable[[np.ndarray], np.ndarray], strip: np.ndarray) -> list[Found]:
    """The digits of a strip, (36, w) float32 in [0, 1] (`normalization.to_strip`), from left to right; [] if any part is no digit.

    network: windows (n, 36, 128) float32 in [0, 1] → logits (n, 64, 12).
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
    """(36, w) float32 → probabilities of the symbols at each step, (w / 2, 12) float32, read window by window."""
    width, count = strip.shape[1], windows(strip)
    wide = np.pad(strip, ((0, 0), (0, WINDOW + (count - 1) * HOP - width)))
    logits = network(np.stack([wide[:, HOP * i : HOP * i + WINDOW] for i in range(count)]))
    edge = (WINDOW - HOP) // 2 // STEP
    first, last = logits[0, :edge], logits[-1, -edge:]
    logits = np.concatenate([first, *logits[:, edge:-edge], last])[: -(-width // STEP)]
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def best(probabilities: np.ndarray) -> list[tuple[int, int, np.ndarray]]:
    """The likeliest symbols of (n, 12) probabilities, without repeats and blanks.

    Each as (symbol, step, (12,) probabilities) of the step at which it is most probable.
    """
    symbols = probabilities.argmax(axis=1)
    starts = np.flatnonzero(np.diff(symbols, prepend=-1))
    found = []
    for start, end in zip(starts, [*starts[1:], len(symbols)], strict=True):
        if (symbol := int(symbols[start])) != BLANK:
            at = int(start + probabilities[start:end, symbol].argmax())
            found.append((symbol, at, probabilities[at]))
    return found
