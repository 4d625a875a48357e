"""What people draw about their numbers: underlines, arrows, ticks, rings (`marks`), and what they cross out (`cross_out`)."""

import dataclasses

import numpy as np

from model.training.pages.glyphs import Glyph, from_strokes
from model.training.pages.writing import Placed


def marks(placed: list[Placed], size: float, rng: np.random.Generator) -> list[Placed]:
    """What people draw about their numbers: underlines, arrows, ticks, rings, a frame."""
    one = placed[rng.integers(len(placed))]
    kind, wobble = rng.random(), rng.normal(0, 0.02, (12, 2))
    t = np.linspace(0, 1, 12)
    length = rng.uniform(0.8, 4)
    line = np.stack([t * length, 0 * t], axis=1) + wobble
    if kind < 0.35:
        strokes, x, y = [line], one.x + size * rng.uniform(-0.5, 0.5), one.y + size * rng.uniform(0.62, 0.8)
    elif kind < 0.6:
        head = np.array([[length - 0.25, -0.2], [length, 0], [length - 0.25, 0.2]])
        angle = rng.uniform(0, 2 * np.pi)
        to = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        strokes, x, y = [line @ to, head @ to], one.x + size * rng.uniform(1, 2), one.y + size * rng.uniform(-1.5, 1.5)
    elif kind < 0.8:
        strokes = [np.array([[0, 0], [0.25, 0.35], [0.8, -0.6]]) + wobble[:3]]
        x, y = one.x + size * rng.uniform(0.9, 2), one.y + size * rng.uniform(-0.5, 0.5)
    else:
        turn = np.linspace(0, 2 * np.pi * rng.uniform(0.95, 1.1), 30) + rng.uniform(0, 6)
        strokes = [np.stack([np.cos(turn) * rng.uniform(0.8, 1.6), np.sin(turn) * rng.uniform(0.75, 1)], axis=1)]
        x, y = one.x, one.y
    drawn = [np.asarray(s, np.float32) for s in strokes]
    return [
        Placed(
            from_strokes("other", "", drawn, unit=1.0, base=float(np.ptp(np.concatenate(drawn)[:, 1])) / 2), x, y, size
        )
    ]


def cross_out(placed: list[Placed], rng: np.random.Generator) -> None:
    """Cross out one glyph, which is then no digit any more."""
    at = int(rng.integers(len(placed)))
    old = placed[at].glyph
    if old.strokes:
        w, h, middle = old.width / 2, old.height / 2, old.middle[1]
        over = [
            np.array([(-w, middle + h * rng.uniform(-1, 1)), (w, middle + h * rng.uniform(-1, 1))], np.float32)
            * (1.3, 1.1)
            for _ in range(rng.integers(3, 6))
        ]
        strokes = (*old.strokes, *[np.asarray(s, np.float32) for s in over])
        crossed = Glyph("other", "", strokes, None, old.width * 1.3, old.height * 1.1, old.middle)
        placed[at] = dataclasses.replace(placed[at], glyph=crossed)
