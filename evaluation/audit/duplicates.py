"""Pictures that are there twice: `exact`, byte for byte or pixel for pixel, and `near`, by perceptual hash, pixels and network.

The hash (after Zauner 2010, "Implementation and Benchmarking of Perceptual Image Hash Functions": the signs of the lowest
frequencies) finds the candidates quickly. Handwritten digits are alike: straight 1s have the same hash. So a pair must also
agree pixel by pixel, and the network must see the same in both.
"""

from collections.abc import Hashable, Sequence

import cv2
import numpy as np

HASH_SIDE = 8  # frequencies in x and in y: 64 bits
MOST_BITS = 6  # that differ in a candidate
MOST_PIXELS = 0.02  # 1 − cosine of the slightly blurred images: a copy saved as JPEG, or scaled and back, stays below
MOST_OUTPUTS = 0.1  # difference of any probability
CHUNK = 256  # rows of the table of all pairs at a time: 256 × 20,000 × 8 bytes are 40 MB
MOST_PAIRS = 50_000  # more, and it is one picture many times, which `exact` tells better
SPREAD = 0.6  # px of the blur

Pair = tuple[int, int]


def exact(keys: Sequence[Hashable]) -> list[Pair]:
    """(earlier, later) for each key that was there before. keys: one a picture, such as its hash."""
    first: dict[Hashable, int] = {}
    return [(earlier, i) for i, key in enumerate(keys) if (earlier := first.setdefault(key, i)) != i]


def near(images: np.ndarray, probabilities: np.ndarray) -> list[Pair]:
    """(earlier, later) of pictures that nearly are the same: (n, 28, 28) uint8, (n, 10) what a network sees. Blank ones are left out."""
    inked = np.flatnonzero(images.any(axis=(1, 2)))
    hashes, directions = perceptual_hash(images[inked]), _directions(images[inked])
    seen, pairs = probabilities[inked], []
    for start in range(0, len(inked), CHUNK):
        rows = slice(start, start + CHUNK)
        alike = np.bitwise_count(hashes[rows, None] ^ hashes[None, start:]) <= MOST_BITS
        a, b = np.nonzero(alike)
        a, b = a + start, b + start
        a, b = a[a < b], b[a < b]
        for part in range(0, len(a), 10 * CHUNK):
            i, j = a[part : part + 10 * CHUNK], b[part : part + 10 * CHUNK]
            same = np.einsum("np,np->n", directions[i], directions[j]) >= 1 - MOST_PIXELS
            same &= np.abs(seen[i] - seen[j]).max(axis=1) <= MOST_OUTPUTS
            pairs += zip(inked[i[same]].tolist(), inked[j[same]].tolist(), strict=True)
            if len(pairs) > MOST_PAIRS:
                return pairs
    return pairs


def perceptual_hash(images: np.ndarray) -> np.ndarray:
    """(n, 28, 28) uint8 → (n,) uint64: a bit for each of the lowest frequencies, set where it is above their median."""
    side = images.shape[1]
    frequency, place = np.mgrid[:HASH_SIDE, :side]
    basis = np.cos(np.pi * frequency * (2 * place + 1) / (2 * side))
    low = np.einsum("ay,nyx,bx->nab", basis, images.astype(np.float32), basis, optimize=True).reshape(
        len(images), HASH_SIDE**2
    )
    bits = low > np.median(low[:, 1:], axis=1, keepdims=True)  # the first is only how bright it is
    return (bits.astype(np.uint64) << np.arange(HASH_SIDE**2, dtype=np.uint64)).sum(axis=1, dtype=np.uint64)


def _directions(images: np.ndarray) -> np.ndarray:
    """(n, 784) float32 of length 1: the images, slightly blurred."""
    soft = np.stack([cv2.GaussianBlur(image, (0, 0), SPREAD) for image in images]) if len(images) else images
    flat = soft.reshape(len(images), images[0].size if len(images) else 1).astype(np.float32)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
