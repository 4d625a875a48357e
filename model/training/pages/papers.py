"""What training pages are written on: sheets, tables, rules, grids and screens, as grey values. Enter at `Backgrounds`.

Every function that draws returns or changes (side, side) float32 with 0 black – 255 white.
"""

import cv2
import numpy as np

TEXTURE = 384  # px, the side of the textures that are made once


class Backgrounds:
    """Textures made once, and papers and tables made of them. rng: for the textures."""

    def __init__(self, rng: np.random.Generator):
        self.grain = [_correlated(rng, s) for s in (0.6, 0.8, 1, 1.5, 2, 3, 5)]
        self.clouds = [_clouds(rng, first) for first in (1, 2, 2, 3, 3, 4)]
        self.wood = [_wood(rng) for _ in range(6)]
        self.weave = [_weave(rng) for _ in range(4)]

    def part(self, textures: list[np.ndarray], side: int, rng: np.random.Generator) -> np.ndarray:
        """A random part of a random texture, mirrored or turned: (side, side) float32 with mean 0 and deviation 1."""
        texture = textures[rng.integers(len(textures))]
        y, x = rng.integers(0, TEXTURE - side + 1, 2)
        part = texture[y : y + side, x : x + side]
        return np.rot90(part, int(rng.integers(4)))[:: rng.choice([-1, 1])]

    def paper(self, side: int, rng: np.random.Generator) -> np.ndarray:
        """A sheet: white to grey, with fibres, stains and folds."""
        page = np.full((side, side), rng.uniform(165, 252), np.float32)
        if rng.random() < 0.5:
            page += self.part(self.grain, side, rng) * rng.uniform(0, 3)
        if rng.random() < 0.3:
            page += self.part(self.clouds, side, rng) * rng.uniform(0, 5)
        if rng.random() < 0.08:
            _folds(page, rng)
        if rng.random() < 0.08:
            _dust(page, rng)
        return page

    def table(self, side: int, rng: np.random.Generator) -> np.ndarray:
        """What lies under a sheet: wood, cloth, stone or plain; darker than paper as a rule."""
        kind, level = rng.random(), rng.uniform(15, 190)
        page = np.full((side, side), level, np.float32)
        textures = self.wood if kind < 0.4 else self.weave if kind < 0.55 else self.grain if kind < 0.7 else self.clouds
        page += self.part(textures, side, rng) * rng.uniform(0, 0.14) * (level + 20)
        return page + self.part(self.grain, side, rng) * rng.uniform(0, 4)

    def sheet_on_table(self, side: int, rng: np.random.Generator) -> np.ndarray:
        """A sheet whose edges or corners are seen, on a table; the edge has a shadow."""
        page, under = self.paper(side, rng), self.table(side, rng)
        angle, centre = rng.normal(0, 0.25), side / 2 + rng.uniform(-0.25, 0.25, 2) * side
        half = side * rng.uniform(0.3, 0.9, 2)
        corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        polygon = corners @ turn.T + centre + rng.normal(0, 0.02 * side, (4, 2))
        mask = np.zeros((side, side), np.uint8)
        cv2.fillConvexPoly(mask, np.round(polygon * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
        share = mask.astype(np.float32) / 255
        if rng.random() < 0.6:
            shifted = np.roll(share, tuple(rng.integers(-6, 7, 2)), axis=(0, 1))
            under *= 1 - rng.uniform(0.1, 0.6) * cv2.GaussianBlur(shifted, (0, 0), rng.uniform(1, 6))
        return page * share + under * (1 - share)

    def screen(self, side: int, rng: np.random.Generator) -> np.ndarray:
        """A drawing program's canvas: one flat level."""
        return np.full((side, side), rng.choice([255, 255, 255, rng.uniform(200, 255)]), np.float32)


def _correlated(rng: np.random.Generator, sigma: float) -> np.ndarray:
    return _standard(cv2.GaussianBlur(rng.normal(0, 1, (TEXTURE, TEXTURE)).astype(np.float32), (0, 0), sigma))


def _clouds(rng: np.random.Generator, first: int) -> np.ndarray:
    page = np.zeros((TEXTURE, TEXTURE), np.float32)
    for octave in range(first, 8):
        coarse = rng.normal(0, 1, (2**octave, 2**octave)).astype(np.float32)
        page += cv2.resize(coarse, (TEXTURE, TEXTURE), interpolation=cv2.INTER_CUBIC) * 0.6 ** (octave - first)
    return _standard(page)


def _wood(rng: np.random.Generator) -> np.ndarray:
    length = rng.uniform(15, 60)
    noise = rng.normal(0, 1, (TEXTURE, TEXTURE)).astype(np.float32)
    return _standard(cv2.GaussianBlur(noise, (0, 0), length, sigmaY=rng.uniform(0.7, 2.5)) + 0.002 * noise)


def _weave(rng: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[:TEXTURE, :TEXTURE].astype(np.float32)
    period = rng.uniform(3, 9)
    page = np.sin(x * 2 * np.pi / period) + np.sin(y * 2 * np.pi / period + rng.uniform(0, 6))
    return _standard((page + rng.normal(0, 0.5, page.shape)).astype(np.float32))


def _standard(page: np.ndarray) -> np.ndarray:
    return ((page - page.mean()) / max(float(page.std()), 1e-6)).astype(np.float32)


def _folds(page: np.ndarray, rng: np.random.Generator) -> None:
    side = len(page)
    y, x = np.mgrid[:side, :side].astype(np.float32)
    for _ in range(rng.integers(1, 4)):
        angle, at = rng.uniform(0, np.pi), rng.uniform(0.1, 0.9) * side
        distance = (x - at) * np.cos(angle) + (y - at) * np.sin(angle)
        page += rng.uniform(-18, 18) * np.exp(-np.abs(distance) / rng.uniform(1, 12)) * np.sign(distance)


def _dust(page: np.ndarray, rng: np.random.Generator) -> None:
    for x, y in rng.integers(0, len(page), (int(rng.integers(1, 10)), 2)):
        level = float(np.clip(page[y, x] - rng.uniform(10, 90), 0, 255))
        cv2.circle(page, (int(x), int(y)), int(rng.integers(0, 2)), level, -1, cv2.LINE_AA)


def _line(ink: np.ndarray, a, b, width: float) -> None:
    """A printed line of any width, at least a trace of ink: thinner than 1 px is fainter."""
    start, end = (tuple(np.round(np.asarray(p) * 16).astype(int).tolist()) for p in (a, b))
    cv2.line(ink, start, end, int(255 * min(1.0, width)), max(1, round(width)), cv2.LINE_AA, 4)


def rules(side: int, size: float, matrix: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ruled, squared or dotted paper → its ink (side, side) uint8. size: of a digit; matrix: (2, 3), the page's own turn."""
    ink = np.zeros((side, side), np.uint8)
    step, kind = max(6.0, size * float(np.exp(rng.uniform(np.log(0.35), np.log(2.5))))), rng.random()
    width, offset = rng.choice([0.5, 0.8, 1, 1.3, 2, max(1, size / 20)]), rng.uniform(0, step, 2)

    def at(x: float, y: float) -> np.ndarray:
        return matrix[:, :2] @ (x, y) + matrix[:, 2]

    if kind < 0.85:
        for y in np.arange(offset[1] - step, 1.5 * side, step):
            _line(ink, at(-side, y), at(2 * side, y), width)
    if kind < 0.35:
        for x in np.arange(offset[0] - step, 1.5 * side, step):
            _line(ink, at(x, -side), at(x, 2 * side), width)
    elif kind < 0.6:
        x = rng.uniform(0, side)
        _line(ink, at(x, -side), at(x, 2 * side), width)
    elif kind >= 0.85:
        for y in np.arange(offset[1], 1.3 * side, step):
            for x in np.arange(offset[0], 1.3 * side, step):
                cv2.circle(ink, tuple(np.round(at(x, y)).astype(int).tolist()), int(step > 14), 255, -1, cv2.LINE_AA)
    if rng.random() < 0.15:  # dotted or dashed lines
        period = int(rng.integers(3, 9))
        ink[:, (np.arange(side) % period) < period / 2] = 0
    return ink


def printed_lines(lines, side: int, width: float, matrix: np.ndarray) -> np.ndarray:
    """Lines ((x, y), (x, y)) of a form → ink (side, side) uint8."""
    ink = np.zeros((side, side), np.uint8)
    for a, b in lines:
        _line(ink, matrix[:, :2] @ a + matrix[:, 2], matrix[:, :2] @ b + matrix[:, 2], width)
    return ink
