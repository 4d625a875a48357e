"""Line drawings that people make on a pad when nobody asks for a digit: faces, houses, hearts, hatching … Enter at `some`.

Every function takes a random generator and returns a list of strokes, (n, 2) points (x, y) in the unit square, y down.
"""

import numpy as np


def _arc(x, y, rx, ry, start=0.0, end=2 * np.pi, points=30):
    """Points of an ellipse's arc between two angles in radians."""
    t = np.linspace(start, end, points)
    return np.stack([x + rx * np.cos(t), y + ry * np.sin(t)], axis=1)


def _line(*points):
    return np.array(points, float)


def face(rng):
    smile = rng.choice([-1, 1])
    eyes = [_arc(x, 0.4, 0.05, 0.07) for x in (0.35, 0.65)]
    return [_arc(0.5, 0.5, 0.45, 0.45), *eyes, _arc(0.5, 0.65, 0.2, 0.12 * smile, 0.2, np.pi - 0.2)]


def stick_man(rng):
    arms = rng.uniform(0.3, 0.6)
    return [
        _arc(0.5, 0.15, 0.13, 0.13), _line((0.5, 0.28), (0.5, 0.65)), _line((0.2, arms), (0.5, 0.4), (0.8, arms)),
        _line((0.25, 1), (0.5, 0.65), (0.75, 1)),
    ]  # fmt: skip


def house(rng):
    walls = _line((0.15, 0.45), (0.15, 1), (0.85, 1), (0.85, 0.45), (0.15, 0.45))
    door = rng.uniform(0.3, 0.6)
    return [
        walls,
        _line((0.1, 0.45), (0.5, 0), (0.9, 0.45)),
        _line((door, 1), (door, 0.7), (door + 0.15, 0.7), (door + 0.15, 1)),
    ]


def heart(rng):
    t = np.linspace(0, 2 * np.pi, 50)
    x = 16 * np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return [np.stack([0.5 + x / 34, 0.5 - y / 34], axis=1)]


def star(rng):
    return [0.5 + 0.5 * np.array([_turn(k * 4 * np.pi / 5 - np.pi / 2) for k in range(6)])]


def _turn(angle):
    """The unit vector at an angle in radians."""
    return np.array([np.cos(angle), np.sin(angle)])


def sun(rng):
    rays = int(rng.integers(6, 13))
    angles = np.arange(rays) * 2 * np.pi / rays
    return [_arc(0.5, 0.5, 0.22, 0.22), *[0.5 + np.outer((0.3, 0.5), _turn(a)) for a in angles]]


def flower(rng):
    petals = int(rng.integers(5, 8))
    middles = [0.5 + 0.28 * _turn(a) - (0, 0.2) for a in np.arange(petals) * 2 * np.pi / petals]
    around = [_arc(x, y, 0.15, 0.15) for x, y in middles]
    return [_arc(0.5, 0.3, 0.12, 0.12), *around, _line((0.5, 0.6), (0.5, 1.1))]


def tree(rng):
    crown = _arc(0.5, 0.35, 0.35, 0.33)
    return [crown, _line((0.42, 0.65), (0.4, 1)), _line((0.58, 0.65), (0.6, 1)), _line((0.3, 1), (0.7, 1))]


def fir(rng):
    sides = [(0.5, 0), (0.25, 0.3), (0.4, 0.3), (0.15, 0.6), (0.35, 0.6), (0.05, 0.9)]
    return [_line(*sides, *[(1 - x, y) for x, y in sides[::-1]], sides[-1]), _line((0.5, 0.9), (0.5, 1.1))]


def fish(rng):
    t = np.linspace(0.5, 2 * np.pi - 0.5, 40)
    body = np.stack([0.4 + 0.38 * np.cos(t), 0.5 + 0.25 * np.sin(t)], axis=1)
    tail = _line(body[0], (1, 0.75), (1, 0.25), body[-1])
    return [body, tail, _arc(rng.uniform(0.12, 0.25), 0.45, 0.03, 0.03)]


def car(rng):
    roof = [(0, 0.7), (0, 0.45), (0.2, 0.42), (0.32, 0.2), (0.7, 0.2), (0.82, 0.42), (1, 0.48), (1, 0.7), (0, 0.7)]
    return [_line(*roof), _arc(0.25, 0.72, 0.11, 0.11), _arc(0.75, 0.72, 0.11, 0.11)]


def cup(rng):
    return [_line((0.1, 0.2), (0.18, 0.9), (0.62, 0.9), (0.7, 0.2), (0.1, 0.2)), _arc(0.68, 0.5, 0.2, 0.17, -1.2, 1.5)]


def arrow(rng):
    return [_line((0, 0.5), (1, 0.5)), _line((0.65, 0.2), (1, 0.5), (0.65, 0.8))]


def cloud(rng):
    bumps = int(rng.integers(5, 9))
    angles = np.arange(bumps) * 2 * np.pi / bumps
    radius = 2.4 / bumps
    return [
        _arc(0.5 + 0.38 * np.cos(a), 0.5 + 0.22 * np.sin(a), radius / 2, radius / 2, a - 1.5, a + 1.5) for a in angles
    ]


def grid(rng):
    down, across = rng.integers(2, 5, 2)
    return [_line((0, y), (1, y)) for y in np.linspace(0.1, 0.9, down)] + [
        _line((x, 0), (x, 1)) for x in np.linspace(0.1, 0.9, across)
    ]


def envelope(rng):
    return [
        _line((0, 0.2), (1, 0.2), (1, 0.8), (0, 0.8), (0, 0.2)),
        _line((0, 0.2), (0.5, rng.uniform(0.45, 0.65)), (1, 0.2)),
    ]


def cat(rng):
    ears = _line((0.12, 0.35), (0.15, 0.02), (0.4, 0.2)), _line((0.6, 0.2), (0.85, 0.02), (0.88, 0.35))
    whiskers = [_line((x, 0.65), (x + dx, 0.65 + dy)) for x, dx in ((0.4, -0.45), (0.6, 0.45)) for dy in (-0.08, 0.05)]
    return [_arc(0.5, 0.55, 0.42, 0.38), *ears, *whiskers, _arc(0.36, 0.48, 0.04, 0.04), _arc(0.64, 0.48, 0.04, 0.04)]


def lightning(rng):
    return [_line((0.6, 0), (0.2, 0.55), (0.5, 0.55), (0.35, 1), (0.85, 0.4), (0.52, 0.4), (0.75, 0), (0.6, 0))]


def loops(rng):
    """A row of loops, as when one tries a pen."""
    t = np.linspace(0, 2 * np.pi * rng.uniform(3, 8), 150)
    x, y = t / t[-1] + 0.12 * np.sin(t), 0.5 + rng.uniform(0.1, 0.3) * np.cos(t)
    return [np.stack([x, y] if rng.random() < 0.7 else [y, x], axis=1)]


def rounds(rng):
    """Many rounds, hardly two in the same place."""
    t = np.linspace(0, 2 * np.pi * rng.uniform(3, 9), 200)
    drift = np.cumsum(rng.normal(0, 0.012, (200, 2)), axis=0)
    radius = 0.4 * (1 + 0.3 * np.sin(rng.uniform(0.1, 0.4) * t + rng.uniform(0, 6)))
    return [0.5 + np.stack([radius * np.cos(t), rng.uniform(0.5, 1) * radius * np.sin(t)], axis=1) + drift]


def hatching(rng):
    """Strokes to and fro, as when one fills a surface."""
    there = np.linspace(0, 1, int(rng.integers(10, 26)))
    width = (
        0.5 * np.sqrt(np.maximum(1 - (2 * there - 1) ** 2, 0.05)) if rng.random() < 0.5 else np.full_like(there, 0.4)
    )
    back = 0.5 + width * np.where(np.arange(len(there)) % 2, 1, -1) * rng.uniform(0.7, 1, len(there))
    line = np.stack([there, back], axis=1) - 0.5
    turn = rng.uniform(0, np.pi)
    return [0.5 + line @ np.array([_turn(turn), _turn(turn + np.pi / 2)])]


KINDS = (
    face, stick_man, house, heart, star, sun, flower, tree, fir, fish, car, cup, arrow, cloud, grid, envelope, cat,
    lightning, loops, rounds, hatching, hatching,
)  # fmt: skip


def some(rng: np.random.Generator) -> list[np.ndarray]:
    """A random drawing, turned a little or mirrored, perhaps without a few of its strokes: a list of strokes as above."""
    strokes = KINDS[rng.integers(len(KINDS))](rng)
    if len(strokes) > 3 and rng.random() < 0.3:
        strokes = [strokes[i] for i in rng.permutation(len(strokes))[: max(3, len(strokes) - 2)]]
    turn = rng.normal(0, 0.15)
    matrix = np.array([_turn(turn), _turn(turn + np.pi / 2)]) * np.array([rng.choice([-1, 1]), 1])
    return [(stroke - 0.5) @ matrix for stroke in strokes]
