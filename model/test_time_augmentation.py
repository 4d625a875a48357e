"""A second look at what a network is not certain of: it reads the image moved and turned a little as well.

Which digit it is then says the geometric mean of what the network says of all of them (test-time augmentation); whether it is one
says the first look alone. A network errs where a pixel more or less decides; most of what people draw is looked at once.

Which looks, and up to which certainty, was chosen with networks of three seeds on MNIST's held-out training images (as they are,
damaged, and as small scans), drawings of held-out pen writers, and pieces cut out of their rows: `python -m benchmarks.looks`.
"""

import functools
from collections.abc import Callable

import numpy as np

from model.normalization import SIDE

CERTAIN = 0.95  # the highest raw output from which one look will do
LOOKS = ((1, 1, 0), (1, -1, 0), (-1, 1, 0), (-1, -1, 0), (0, 0, 8), (0, 0, -8))  # px to the right, px down, degrees
TINY = 1e-9


def twice(network: Callable[[np.ndarray], np.ndarray], images: np.ndarray, looks=LOOKS) -> np.ndarray:
    """(n, 28, 28) float32 in [0, 1] → outputs (n, 10 or 11) float32 as ``network`` gives them."""
    outputs = network(images)
    doubtful = outputs.max(axis=1, initial=0) < CERTAIN
    if doubtful.any():
        first = outputs[doubtful]
        every = np.stack([first, *network(moved(images[doubtful], looks)).reshape(len(looks), *first.shape)])[..., :10]
        powers = np.exp(np.log(np.maximum(every, TINY)).mean(axis=0))
        outputs[doubtful, :10] = powers * (every[0].sum(axis=1) / powers.sum(axis=1))[:, None]
    return outputs


def moved(images: np.ndarray, looks=LOOKS) -> np.ndarray:
    """(n, 28, 28) float32 → all of them in the first of m looks, then all in the second, …: (m n, 28, 28) float32."""
    flat = images.reshape(len(images), -1)
    seen = [np.einsum("nij,ij->ni", flat[:, sources], weights) for sources, weights in map(_mapping, looks)]
    return np.concatenate(seen).reshape(-1, SIDE, SIDE)


@functools.cache
def _mapping(look: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Which four pixels each pixel of a look is made of, (784, 4), and their shares, by bilinear interpolation; beyond the
    edge is what lies on it."""
    right, down, degrees = look
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
