"""What people draw about their numbers: underlines, arrows, ticks (`marks`), what they frame (`frame`) and cross out (`cross_out`)."""

import dataclasses

import numpy as np

from model.training.pages.glyphs import from_strokes
from model.training.pages.writing import Placed


def marks(placed: list[Placed], size: float, rng: np.random.Generator) -> list[Placed]:
    """An underline, an arrow or a tick beside one of the glyphs."""
    one = placed[rng.integers(len(placed))]
    kind, wobble = rng.random(), rng.normal(0, 0.02, (12, 2))
    t = np.linspace(0, 1, 12)
    length = rng.uniform(0.8, 4)
    line = np.stack([t * length, 0 * t], axis=1) + wobble
    if kind < 0.45:
        strokes, x, y = [line], one.x + size * rng.uniform(-0.5, 0.5), one.y + size * rng.uniform(0.62, 0.8)
    elif kind < 0.75:
        head = np.array([[length - 0.25, -0.2], [length, 0], [length - 0.25, 0.2]])
        angle = rng.uniform(0, 2 * np.pi)
        to = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        strokes, x, y = [line @ to, head @ to], one.x + size * rng.uniform(1, 2), one.y + size * rng.uniform(-1.5, 1.5)
    else:
        strokes = [np.array([[0, 0], [0.25, 0.35], [0.8, -0.6]]) + wobble[:3]]
        x, y = one.x + size * rng.uniform(0.9, 2), one.y + size * rng.uniform(-0.5, 0.5)
    drawn = [np.asarray(s, np.float32) for s in strokes]
    return [_drawn("other", drawn, x, y, size)]


def frame(placed: list[Placed], rng: np.random.Generator) -> Placed:
    """A ring or a box drawn around a number, as around an answer. It is nothing, as a printed frame: the number in it counts."""
    run = _run(placed, rng)
    size = max(p.size for p in run)
    (left, top), (right, foot) = _box(run)
    half = np.array([right - left, foot - top]) / 2
    if rng.random() < 0.7:
        around = np.linspace(0, 2 * np.pi * rng.uniform(0.93, 1.15), 40)
        turn = around + rng.uniform(0, 2 * np.pi)
        drift = np.linspace(1, rng.uniform(0.93, 1.1), 40) + 0.04 * np.sin(2 * turn + rng.uniform(0, 6))
        radii = half * rng.uniform(1.05, 1.4) + size * rng.uniform(0.08, 0.7)
        drawn = [radii * drift[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)]
    else:
        corner = half + size * rng.uniform(0.08, 0.6)
        corners = corner * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)])
        corners += rng.normal(0, 0.05, corners.shape) * size
        drawn = [corners]
    strokes = [np.asarray(s / size, np.float32) for s in drawn]
    return _drawn("frame", strokes, (left + right) / 2, (top + foot) / 2, size)


def cross_out(placed: list[Placed], rng: np.random.Generator) -> None:
    """Cross out one glyph or a whole number, which is then no digit any more."""
    run = _run(placed, rng) if rng.random() < 0.65 else [placed[rng.integers(len(placed))]]
    size = max(p.size for p in run)
    (left, top), (right, foot) = _box(run)
    for at, one in enumerate(placed):
        if any(one is p for p in run):
            placed[at] = dataclasses.replace(one, glyph=dataclasses.replace(one.glyph, kind="other"))
    ends = np.array([left - size * rng.uniform(0, 0.3), right + size * rng.uniform(0, 0.3)])
    middle, half = (top + foot) / 2, (foot - top) / 2
    if rng.random() < 0.3:  # in one zigzag
        xs = np.linspace(ends[0], ends[1], int(rng.integers(4, 12)))
        ys = middle + half * rng.uniform(0.5, 1.1) * np.where(np.arange(len(xs)) % 2, 1, -1)
        drawn = [np.stack([xs, ys], axis=1)]
    else:
        heights = middle + half * rng.uniform(-0.9, 0.9, (int(rng.integers(1, 7)), 2))
        drawn = [np.stack([ends, ys], axis=1) for ys in heights]
    for line in drawn:
        points = np.asarray((line + rng.normal(0, 0.02, line.shape) * size) / size, np.float32)
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        placed.append(_drawn("other", [points], size * float(x0 + x1) / 2, size * float(y0 + y1) / 2, size))


def _drawn(kind: str, strokes: list[np.ndarray], x: float, y: float, size: float) -> Placed:
    """Strokes in digit heights, placed with their middle at (x, y) px."""
    tall = float(np.ptp(np.concatenate(strokes)[:, 1]))
    return Placed(from_strokes(kind, "", strokes, unit=1.0, base=tall / 2), x, y, size)


def _run(placed: list[Placed], rng: np.random.Generator) -> list[Placed]:
    """A glyph and those that follow it closely on its line."""
    start = int(rng.integers(len(placed)))
    run = [placed[start]]
    for one in placed[start + 1 :]:
        last = run[-1]
        gap = one.x - last.x - (one.glyph.width * one.size + last.glyph.width * last.size) / 2
        if not -0.3 * last.size < gap < 0.6 * last.size or abs(one.y - last.y) > 0.5 * last.size:
            break
        run.append(one)
    return run


def _box(run: list[Placed]) -> tuple[np.ndarray, np.ndarray]:
    """The corners, each (x, y) in px, of the box around glyphs."""
    middles = np.array([(p.x, p.y + p.glyph.middle[1] * p.size) for p in run])
    halves = np.array([(p.glyph.width * p.size / 2, p.glyph.height * p.size / 2) for p in run])
    return (middles - halves).min(axis=0), (middles + halves).max(axis=0)
