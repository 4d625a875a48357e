"""The second look: what a network is not certain of, it reads again moved and turned a little (test-time augmentation).

The geometric mean of all outputs decides which digit it is. Whether it is a digit at all, the first output alone decides.
Networks err where a pixel more or less decides, and most of what people draw needs no second look.

The variations and the certainty from which one output is enough were chosen with networks of three seeds, on MNIST's held-out
training images (as they are, damaged, and as small scans), on drawings of held-out pen writers, and on pieces cut out of rows
of those: `python -m benchmarks.second_look` prints the table.
"""

import functools
from collections.abc import Callable, Sequence

import numpy as np

from model.normalization import SIDE

CERTAIN = 0.95  # the highest raw output from which there is no second look
# px to the right, px down, degrees; each beside its opposite
VARIATIONS = ((1, 1, 0), (-1, -1, 0), (1, -1, 0), (-1, 1, 0), (0, 0, 8), (0, 0, -8))
TOGETHER = 2  # variations after which a mean may be certain enough
TINY = 1e-9  # the smallest output whose logarithm is taken

Variation = tuple[float, float, float]  # px to the right, px down, degrees


def with_second_look(
    network: Callable[[np.ndarray], np.ndarray],
    images: np.ndarray,
    variations: Sequence[Variation] = VARIATIONS,
    enough: float | None = None,
) -> np.ndarray:
    """The outputs of ``network``, (n, 10) or (n, 11) float32, averaged over ``variations`` where it is not CERTAIN.

    network: (n, 28, 28) float32 images → outputs as returned here; images: (n, 28, 28) float32 in [0, 1]. enough: how certain the mean
    must be, in [0, 1], for the rest of the variations to be left out; None: none is.
    """
    outputs = network(images)
    doubtful = np.flatnonzero(outputs.max(axis=1, initial=0) < CERTAIN)
    step = len(variations) if enough is None else TOGETHER
    looks = outputs[None, doubtful]
    for at in range(0, len(variations), step):
        if not len(doubtful):
            break
        some = variations[at : at + step]
        again = network(moved(images[doubtful], some)).reshape(len(some), *looks.shape[1:])
        looks = np.concatenate([looks, again])
        outputs[doubtful, :10] = _mean(looks[..., :10])
        if enough is not None:
            left = outputs[doubtful].max(axis=1) < enough
            doubtful, looks = doubtful[left], looks[:, left]
    return outputs


def _mean(digits: np.ndarray) -> np.ndarray:
    """Digits' outputs of several looks, (m, n, 10), the first one first → their geometric mean, (n, 10), of the first one's sum."""
    means = np.exp(np.log(np.maximum(digits, TINY)).mean(axis=0))
    return means * (digits[0].sum(axis=1) / means.sum(axis=1))[:, None]


def moved(images: np.ndarray, variations: Sequence[Variation] = VARIATIONS) -> np.ndarray:
    """(n, 28, 28) float32 → (m n, 28, 28) float32: all images in the first of m variations, then all in the second, …"""
    flat = images.reshape(len(images), -1)
    seen = [np.einsum("nij,ij->ni", flat[:, sources], weights) for sources, weights in map(_mapping, variations)]
    return np.concatenate(seen).reshape(-1, SIDE, SIDE)


@functools.cache
def _mapping(variation: Variation) -> tuple[np.ndarray, np.ndarray]:
    """Bilinear interpolation: the four pixels that each pixel of the variation is made of, (784, 4) int, and their weights,
    (784, 4) float32. Beyond the edge, the pixels on the edge go on."""
    right, down, degrees = variation
    middle = (SIDE - 1) / 2
    y, x = np.mgrid[:SIDE, :SIDE].reshape(2, -1) - middle
    x, y = x - right, y - down
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    x, y = (np.clip(at + middle, 0, SIDE - 1) for at in (cos * x - sin * y, sin * x + cos * y))
    left, top = (np.minimum(at.astype(int), SIDE - 2) for at in (x, y))
    u, v = x - left, y - top
    sources = (top * SIDE + left)[:, None] + [0, 1, SIDE, SIDE + 1]
    weights = np.stack([(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v], axis=1)
    return sources, weights.astype(np.float32)
