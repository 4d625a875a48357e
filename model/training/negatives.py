"""Makes negatives: images that are no digit, which teach the network its eleventh answer. Enter at `make`.

Letters and signs, scribbles, drawings, shapes, textures, and several digits in one crop. Letters that people write like digits
(O I l Z S B b q g …) are left out: the ink does not say whether they are digits.

Every kind in KINDS is a function of a random generator and of digits, (m, 28, 28) uint8, that returns ink, (h, w) uint8 with
0 paper – 255 ink.
"""

import functools
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from model import normalization, strokes
from model.training import line_drawings

PAD = 160  # px, the side of the canvas
LETTERS = "AaCcdEeFfGHhJjKkMmNnPpRrTtUuVvWwXxYy"
SIGNS = '?!@#$%&*+=<>:;"^~'
FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_PLAIN, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_COMPLEX_SMALL, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)  # fmt: skip


def make(count: int, digits: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Images of what is no digit, (count, 28, 28) uint8. digits: (m, 28, 28) uint8, put together to several in one crop."""
    images = []
    while len(images) < count:
        image = normalization.to_image(some_kind(rng)(rng, digits))
        if image.any():
            images.append((image * 255).astype(np.uint8))
    return np.stack(images)


def some_kind(rng: np.random.Generator) -> "Kind":
    """One of KINDS, by their shares."""
    return KINDS[rng.choice(len(KINDS), p=SHARES)]


def character(characters: str, rng: np.random.Generator) -> np.ndarray:
    """One of ``characters`` in a random font, slanted, bent, perhaps with a broad nib → ink (PAD, PAD) uint8."""
    chosen = str(rng.choice(list(characters)))
    ink = _typeset(chosen) if rng.random() < 0.25 else _drawn(chosen, rng)
    if rng.random() < 0.4:
        ink = cv2.dilate(ink, _nib(rng))
    return bend(ink, rng)


def _drawn(character: str, rng: np.random.Generator) -> np.ndarray:
    """A character in one of OpenCV's Hershey fonts, which are made of pen strokes."""
    ink = np.zeros((PAD, PAD), np.uint8)
    font, thickness = int(rng.choice(FONTS)), int(rng.integers(3, 14))
    if rng.random() < 0.15:
        font |= cv2.FONT_ITALIC
    (width, height), _ = cv2.getTextSize(character, font, 4.0, thickness)
    scale = 4.0 * 100 / max(width, height, 1)
    (width, height), _ = cv2.getTextSize(character, font, scale, thickness)
    cv2.putText(ink, character, ((PAD - width) // 2, (PAD + height) // 2), font, scale, 255, thickness, cv2.LINE_AA)
    return ink


def _typeset(character: str) -> np.ndarray:
    """A character in the TrueType font that comes with Pillow."""
    image = Image.new("L", (PAD, PAD))
    ImageDraw.Draw(image).text((PAD / 2, PAD / 2), character, 255, _font(), anchor="mm")
    return np.array(image)


@functools.cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=110)


def _nib(rng: np.random.Generator) -> np.ndarray:
    """A broad nib at an angle: strokes across it become thick, strokes along it stay thin."""
    nib = np.zeros((15, 15), np.uint8)
    angle, half = rng.uniform(0, np.pi), rng.uniform(1, 6)
    offset = (half * np.array([np.cos(angle), np.sin(angle)])).round().astype(int)
    cv2.line(nib, tuple(map(int, 7 - offset)), tuple(map(int, 7 + offset)), 1)
    return nib


def bend(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Make ink as uneven as by hand: a random affine map, and smooth displacements of a few per cent of the size."""
    side = ink.shape[0]
    coarse = rng.normal(0, side * 0.025, (5, 5, 2)).astype(np.float32)
    field = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[:side, :side].astype(np.float32) - side / 2
    slant, turn = rng.normal(0, 0.15, 2)
    where_x = x + slant * y + turn * y + field[..., 0] + side / 2
    where_y = y * rng.uniform(0.85, 1.15) - turn * x + field[..., 1] + side / 2
    return cv2.remap(ink, where_x.astype(np.float32), where_y.astype(np.float32), cv2.INTER_LINEAR)


def letter(rng, _digits):
    return character(LETTERS + SIGNS, rng)


def chimera(rng, _digits):
    """Half of one letter and half of another: signs that nobody uses, so that the network refuses unknown signs too."""
    one, other = character(LETTERS, rng), character(LETTERS, rng)
    half = np.s_[: PAD // 2] if rng.random() < 0.5 else np.s_[:, : PAD // 2]
    one[half] = other[half]
    return one


def _curve(rng: np.random.Generator, points: int) -> np.ndarray:
    """A smooth random curve through ``points`` random places of the canvas (Catmull-Rom), (n, 2) points."""
    knots = rng.uniform(25, PAD - 25, (points, 2))
    knots = np.concatenate([knots[:1], knots, knots[-1:]])
    t = np.linspace(0, 1, 12)[:, None]
    pieces = []
    for a, b, c, d in zip(knots, knots[1:], knots[2:], knots[3:], strict=False):
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate(pieces)


def scribble(rng, _digits):
    drawn = [_curve(rng, int(rng.integers(5, 22))) for _ in range(rng.integers(1, 3))]
    return strokes.draw(drawn, (PAD, PAD), rng.uniform(2, 10))


def loose_strokes(rng, _digits):
    """Four or more short strokes anywhere: fewer might be a 1, a 4 or a 7."""
    drawn = [_curve(rng, int(rng.integers(2, 4))) for _ in range(rng.integers(4, 9))]
    return strokes.draw(drawn, (PAD, PAD), rng.uniform(3, 12))


def zigzag(rng, _digits):
    teeth = int(rng.integers(6, 16))
    x = np.linspace(20, PAD - 20, teeth)
    y = PAD / 2 + rng.uniform(15, 60) * np.where(np.arange(teeth) % 2, 1, -1) + rng.normal(0, 6, teeth)
    line = np.stack([x, y] if rng.random() < 0.5 else [y, x], axis=1)
    return bend(strokes.draw([line], (PAD, PAD), rng.uniform(3, 10)), rng)


def spiral(rng, _digits):
    turns = np.linspace(0, 2 * np.pi * rng.uniform(2.5, 6), 200)
    radius = 60 * turns / turns[-1]
    line = PAD / 2 + np.stack([radius * np.cos(turns), radius * np.sin(turns)], axis=1)
    return bend(strokes.draw([line], (PAD, PAD), rng.uniform(2, 7)), rng)


def shape(rng, _digits):
    """Polygons and stars, filled or not, with circles: what people draw first."""
    ink = np.zeros((PAD, PAD), np.uint8)
    corners = int(rng.integers(3, 6))  # more, and an outline becomes a 0
    angles = np.arange(corners) * 2 * np.pi / corners + rng.uniform(0, 2 * np.pi)
    radius = np.where(np.arange(corners) % 2, rng.uniform(0.3, 1), 1) * 60
    outline = (PAD / 2 + np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=1)).astype(np.int32)
    if rng.random() < 0.5:
        cv2.fillPoly(ink, [outline], 255, cv2.LINE_AA)
    else:
        cv2.polylines(ink, [outline], True, 255, int(rng.integers(3, 12)), cv2.LINE_AA)
    for _ in range(rng.integers(0, 3)):
        centre = tuple(map(int, rng.integers(40, PAD - 40, 2)))
        cv2.circle(
            ink, centre, int(rng.integers(4, 30)), int(rng.choice([0, 255])), int(rng.choice([-1, 4, 8])), cv2.LINE_AA
        )
    return bend(ink, rng)


def texture(rng, _digits):
    """Noise of any grain, and gratings, thresholded at a random level."""
    grain = int(rng.integers(4, 40))
    noise = cv2.resize(rng.random((grain, grain)).astype(np.float32), (PAD, PAD), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.4:
        y, x = np.mgrid[:PAD, :PAD] / PAD
        angle, waves = rng.uniform(0, np.pi), rng.uniform(3, 12)
        noise = noise * rng.uniform(0, 0.7) + np.sin(2 * np.pi * waves * (x * np.cos(angle) + y * np.sin(angle)))
    return ((noise > np.quantile(noise, rng.uniform(0.3, 0.85))) * 255).astype(np.uint8)


def several_digits(rng, digits):
    """Two to four digits side by side in one crop, as if nothing had cut them apart (not stacked: two 0s would be an 8)."""
    count = int(rng.integers(2, 5))
    chosen = digits[rng.integers(len(digits), size=count)]
    trimmed = [image[np.ix_(image.any(axis=1), image.any(axis=0))] for image in chosen]
    tallest = max(t.shape[0] for t in trimmed)
    padded = []
    for t in trimmed:
        above = int(rng.integers(tallest - t.shape[0] + 1))
        padded.append(np.pad(t, ((above, tallest - t.shape[0] - above), (0, int(rng.integers(0, 3))))))
    return cv2.resize(np.concatenate(padded, axis=1), None, fx=4, fy=4, interpolation=cv2.INTER_LINEAR)


def line_drawing(rng, _digits):
    """A figure or pen strokes (model/training/line_drawings.py)."""
    placed = strokes.place(line_drawings.some(rng), rng.uniform(90, 130), (PAD / 2, PAD / 2))
    return bend(strokes.draw(placed, (PAD, PAD), rng.uniform(2, 9)), rng)


def struck_through(rng, digits):
    """A digit that somebody has crossed out with several strokes."""
    image = digits[rng.integers(len(digits))]
    ink = cv2.resize(image, (PAD, PAD), interpolation=cv2.INTER_LINEAR)
    lines = [_curve(rng, int(rng.integers(5, 10))) for _ in range(rng.integers(1, 3))]
    return np.maximum(ink, strokes.draw(lines, (PAD, PAD), rng.uniform(6, 16)))


Kind = Callable[[np.random.Generator, np.ndarray], np.ndarray]

# Each kind with its share among the negatives.
KINDS_AND_SHARES: tuple[tuple[Kind, float], ...] = (
    (letter, 0.36),
    (chimera, 0.09),
    (scribble, 0.12),
    (line_drawing, 0.15),
    (loose_strokes, 0.05),
    (zigzag, 0.03),
    (spiral, 0.03),
    (shape, 0.05),
    (texture, 0.04),
    (several_digits, 0.05),
    (struck_through, 0.03),
)
KINDS, SHARES = zip(*KINDS_AND_SHARES, strict=True)
