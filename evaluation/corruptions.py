"""The 15 corruptions of MNIST-C. Enter at `corrupt`, or at `corrupted` for large stacks.

Definitions after Mu & Gilmer 2019, "MNIST-C: A Robustness Benchmark for Computer Vision", at its severities; its numbers are the
constants here. Written for whole stacks: 10,000 images take seconds. Each corruption takes and gives images of (n, 28, 28) float64
in [0, 1] (what leaves that range is clipped afterwards), y before x; warps map output to input, bilinear, 0 outside.
"""

from collections.abc import Callable, Iterator

import numpy as np
import scipy  # its ndimage loads when it is first used, so that the app starts a quarter of a second sooner
from numpy.random import Generator

from model.normalization import SIDE

CENTRE = (SIDE - 1) / 2  # px, of both axes
CHUNK = 200  # images per call: 200 fractals of 256² are 52 MB, and a visitor's live reading gets its turn in between
LEAN = 0.4  # radians, of shear and rotate

Coordinate = float | np.ndarray  # px: the same in all images, or (n,)


def blur(stack: np.ndarray, sigma: float, axes: tuple[int, ...] = (1, 2)) -> np.ndarray:
    """Gaussian blur of each image along the axes named, edges replicated."""
    return scipy.ndimage.gaussian_filter(stack, sigma, axes=axes, mode="nearest")


def signs(rng: Generator, n: int) -> np.ndarray:
    """(n,) int: −1 or 1, each as likely."""
    return rng.choice([-1, 1], n)


def warp(f: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """One 2×2 matrix, from output (x, y) to input (x, y) about the centre, for every image."""
    inverse = np.eye(3)
    inverse[1:, 1:] = matrix[::-1, ::-1]  # SciPy counts (y, x)
    centre = np.array([0, CENTRE, CENTRE])
    return scipy.ndimage.affine_transform(f, inverse, centre - inverse @ centre, order=1, mode="grid-constant")


def warp_left_or_right(f: np.ndarray, rng: Generator, matrix: Callable[[float], np.ndarray]) -> np.ndarray:
    """warp by matrix(LEAN) or matrix(−LEAN), drawn for each image. matrix: radians → (2, 2)."""
    out, sign = np.empty_like(f), signs(rng, len(f))
    for s in (-1, 1):
        out[sign == s] = warp(f[sign == s], matrix(LEAN * s))
    return out


def shot_noise(f: np.ndarray, rng: Generator) -> np.ndarray:
    """Poisson noise of three photons at full ink."""
    return rng.poisson(3 * f) / 3


def impulse_noise(f: np.ndarray, rng: Generator) -> np.ndarray:
    """17 % of the pixels become black or white."""
    return np.where(rng.random(f.shape) < 0.17, rng.integers(0, 2, f.shape), f)


def glass_blur(f: np.ndarray, rng: Generator) -> np.ndarray:
    """Blur, swaps of each pixel with a neighbour above or to the left, blur."""
    # Along y only: the published code lets its blur take x for colour channels.
    f, every = blur(f, 0.7, axes=(1,)), np.arange(len(f))
    for y, x in [(y, x) for _ in range(2) for y in range(27, 1, -1) for x in range(27, 1, -1)]:
        dy, dx = rng.integers(-1, 1, (2, len(f)))
        swap = rng.random(len(f)) < 0.5
        other_y, other_x = np.where(swap, y + dy, y), np.where(swap, x + dx, x)
        here = f[:, y, x].copy()
        f[:, y, x] = f[every, other_y, other_x]
        f[every, other_y, other_x] = here
    return blur(f, 0.7, axes=(1,))


def motion_blur(f: np.ndarray, rng: Generator) -> np.ndarray:
    """Blur along a direction within 45° of the horizontal."""
    angle = np.deg2rad(rng.uniform(-45, 45, len(f)))
    step = np.arange(21)  # ImageMagick's one-sided kernel: radius 10, sigma 3, whole-pixel offsets
    weight = np.exp(-(step**2) / 18)
    every, place = np.arange(len(f))[:, None, None], np.arange(SIDE)
    out = np.zeros_like(f)
    for i, w in zip(step, weight / weight.sum(), strict=True):
        y = place[None] + np.ceil(i * np.sin(angle) - 0.5).astype(int)[:, None]
        x = place[None] + np.ceil(i * np.cos(angle) - 0.5).astype(int)[:, None]
        out += w * f[every, y.clip(0, SIDE - 1)[:, :, None], x.clip(0, SIDE - 1)[:, None, :]]
    return out


def shear(f: np.ndarray, rng: Generator) -> np.ndarray:
    """Shear by ± 0.4 radians."""
    return warp_left_or_right(f, rng, lambda c: np.array([[1, -np.sin(c)], [0, np.cos(c)]]))


def scale(f: np.ndarray, rng: Generator) -> np.ndarray:
    """Shrink to 70 %."""
    return warp(f, np.eye(2) / 0.7)


def rotate(f: np.ndarray, rng: Generator) -> np.ndarray:
    """Rotate by ± 0.4 radians."""
    return warp_left_or_right(f, rng, lambda c: np.array([[np.cos(c), -np.sin(c)], [np.sin(c), np.cos(c)]]))


def brightness(f: np.ndarray, rng: Generator) -> np.ndarray:
    """Half of full ink more, everywhere."""
    return f + 0.5


def translate(f: np.ndarray, rng: Generator) -> np.ndarray:
    """Move by 3 px along each axis."""
    padded = np.pad(f, ((0, 0), (3, 3), (3, 3)))
    place = np.arange(3, SIDE + 3)
    y, x = place + 3 * signs(rng, len(f))[:, None], place + 3 * signs(rng, len(f))[:, None]
    return padded[np.arange(len(f))[:, None, None], y[:, :, None], x[:, None, :]]


def stripe(f: np.ndarray, rng: Generator) -> np.ndarray:
    """Ink and paper change places in the left and the right quarter."""
    edge = (np.arange(SIDE) < 7) | (np.arange(SIDE) > 20)
    return np.where(edge, 1 - f, f)


def fractal(n: int, rng: Generator, side: int = 256, decay: float = 1.4) -> np.ndarray:
    """n diamond-square height maps on a torus, scaled to [0, 1]: (n, side, side) float32."""
    height = np.zeros((n, side, side), np.float32)
    step, wobble = side, 100.0

    def mean_of(*neighbours):
        noise = rng.random(neighbours[0].shape, dtype=np.float32) * 2 - 1
        return sum(neighbours) / 4 + wobble**2 * noise  # squared, as in the published code: it decays by 1.4² an octave

    while step >= 2:
        half = step // 2
        corner = height[:, ::step, ::step]
        below, right = np.roll(corner, -1, axis=1), np.roll(corner, -1, axis=2)
        middle = mean_of(corner, below, right, np.roll(below, -1, axis=2))
        height[:, half::step, half::step] = middle
        height[:, ::step, half::step] = mean_of(middle, np.roll(middle, 1, axis=1), corner, right)
        height[:, half::step, ::step] = mean_of(middle, np.roll(middle, 1, axis=2), corner, below)
        step, wobble = half, wobble / decay
    height -= height.min(axis=(1, 2), keepdims=True)
    return height / height.max(axis=(1, 2), keepdims=True)


def fog(f: np.ndarray, rng: Generator) -> np.ndarray:
    """Add a fractal cloud of three times the ink's strength, and scale back."""
    most = f.max(axis=(1, 2), keepdims=True)
    return (f + 3 * fractal(len(f), rng)[:, :SIDE, :SIDE]) * most / (most + 3)


def spatter(f: np.ndarray, rng: Generator) -> np.ndarray:
    """Grey drops over the image."""
    drops = blur(rng.normal(0.65, 0.3, f.shape), 1)
    mask = blur((drops > 0.65).astype(float), 1.5)
    mask[mask < 0.8] = 0
    return f * (1 - mask) + 0.25 * mask


def segment(x0: Coordinate, y0: Coordinate, x1: Coordinate, y1: Coordinate) -> np.ndarray:
    """A straight line from (x0, y0) to (x1, y1) in each of n images: (n, 28, 28) float64 ink in [0, 1].

    The ink falls with the vertical distance d as 1 + ln(1 − d / 2.3), within the columns floor(x0) to below ceil(x1).
    """
    x0, y0, x1, y1 = (np.reshape(v, (-1, 1, 1)) for v in (x0, y0, x1, y1))
    row, column = np.arange(SIDE)[None, :, None], np.arange(SIDE)[None, None, :]
    distance = np.abs(row - (y0 + (y1 - y0) / (x1 - x0) * (column - x0)))
    ink = (1 + np.log(1 - distance.clip(0, 2.3 - 1e-10) / 2.3)).clip(0, 1)
    return ink * ((column >= np.floor(x0)) & (column < np.ceil(x1)))


def dotted_line(f: np.ndarray, rng: Generator) -> np.ndarray:
    """A straight dotted line from the left edge to the right."""
    y0, y1 = rng.integers(0, 27, (2, len(f)))
    return f + segment(0, y0, 27, y1) * (np.arange(SIDE) // 2 % 2)


def zigzag(f: np.ndarray, rng: Generator) -> np.ndarray:
    """A zigzag with teeth of 2 px from column 2 to column 25."""
    y0, rise, run = rng.integers(0, 27, len(f)), rng.integers(-5, 5, len(f)), 23  # columns 2 to 25
    length = np.hypot(run, rise)
    teeth = np.array([0, *range(2, 23, 4)])[:, None]
    along = np.concatenate([np.broadcast_to(teeth, (len(teeth), len(f))), length[None]])  # 0, 2, 6, 10 … 22, the end
    side = 2 - np.abs((along + 2) % 8 - 4)  # +2, −2, +2 … px to either side
    x, y = 2 + (along * run - side * rise) / length, y0 + (along * rise + side * run) / length
    return f + sum(segment(x[i], y[i], x[i + 1], y[i + 1]) for i in range(len(along) - 1))


def canny_edges(f: np.ndarray, rng: Generator) -> np.ndarray:
    """Canny with σ 1 and thresholds 0.1 and 0.2 of the Sobel magnitude, as scikit-image defines it, for a whole stack."""
    smooth = scipy.ndimage.gaussian_filter(f, 1, axes=(1, 2), mode="constant")
    # as if there were nothing beyond the edge
    smooth /= scipy.ndimage.gaussian_filter(np.ones_like(f[:1]), 1, axes=(1, 2), mode="constant")
    dy, dx = (
        scipy.ndimage.correlate1d(scipy.ndimage.correlate1d(smooth, [-1, 0, 1], axis=along), [1, 2, 1], axis=3 - along)
        for along in (1, 2)
    )
    size = np.hypot(dy, dx)
    steep, same = np.abs(dy) > np.abs(dx), dy * dx >= 0
    share = np.divide(np.minimum(np.abs(dy), np.abs(dx)), np.maximum(np.abs(dy), np.abs(dx)) + (size == 0))

    def at(y, x):
        return np.roll(size, (-y, -x), axis=(1, 2))

    def beyond(side):
        """The magnitude one step along the gradient, interpolated between the two pixels it passes; side: 1 or −1."""
        diagonal = np.where(same, at(side, side), np.where(steep, at(side, -side), at(-side, side)))
        straight = np.where(steep, at(side, 0), at(0, side))
        return share * diagonal + (1 - share) * straight

    edge = (size >= 0.1) & (beyond(1) <= size) & (beyond(-1) <= size)
    edge[:, [0, -1], :] = edge[:, :, [0, -1]] = False
    touching = np.zeros((3, 3, 3), bool)
    touching[1] = True  # eight neighbours, never another image's
    lines, _ = scipy.ndimage.label(edge, touching)
    return np.isin(lines, np.unique(lines[edge & (size >= 0.2)])).astype(float) * edge


# name, as in MNIST-C → function
CORRUPTIONS: dict[str, Callable[[np.ndarray, Generator], np.ndarray]] = {
    function.__name__: function
    for function in (
        shot_noise,
        impulse_noise,
        glass_blur,
        motion_blur,
        shear,
        scale,
        rotate,
        brightness,
        translate,
        stripe,
        fog,
        spatter,
        dotted_line,
        zigzag,
        canny_edges,
    )
}


def corrupted(images: np.ndarray, corruption: str, seed: int = 0) -> Iterator[np.ndarray]:
    """(n, 28, 28) uint8 → the same under a corruption of CORRUPTIONS, CHUNK images at a time.

    The same seed gives the same images. Raises KeyError or ValueError for another name.
    """
    rng = np.random.default_rng([seed, list(CORRUPTIONS).index(corruption)])
    for i in range(0, len(images), CHUNK):
        f = CORRUPTIONS[corruption](images[i : i + CHUNK] / 255.0, rng)
        yield (f.clip(0, 1) * 255).round().astype(np.uint8)


def corrupt(images: np.ndarray, corruption: str, seed: int = 0) -> np.ndarray:
    """(n, 28, 28) uint8 → (n, 28, 28) uint8 under a corruption of CORRUPTIONS; all at once, else as `corrupted`."""
    return np.concatenate([*corrupted(images, corruption, seed)])
