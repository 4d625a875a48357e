"""What a hand writes beside digits and letters, and 1s of one stroke: drawn from nothing. Enter at `sign`."""

import numpy as np

from model.training.pages.glyphs import Glyph, from_strokes

SIGNS = "+-=()[]/:%x.,*<>$€#"


def _bent(points, rng: np.random.Generator) -> np.ndarray:
    """A line through points, as uneven as a hand draws it."""
    points = np.asarray(points, np.float32)
    at = np.linspace(0, len(points) - 1, 12)
    fine = np.stack([np.interp(at, np.arange(len(points)), points[:, i]) for i in (0, 1)], axis=1)
    wobble = rng.normal(0, 0.02, 2) * np.sin(np.linspace(0, np.pi, 12))[:, None]
    return np.asarray(fine + wobble + rng.normal(0, 0.006, fine.shape), np.float32)


def _ring(x: float, y: float, radius: float, start=0.0, end=2 * np.pi) -> np.ndarray:
    t = np.linspace(start, end, 14)
    return np.stack([x + radius * np.cos(t), y + radius * np.sin(t)], axis=1).astype(np.float32)


def straight_one(rng: np.random.Generator) -> Glyph:
    """A 1 of one stroke, upright or leaning."""
    foot = rng.normal(-0.03, 0.1)
    return from_strokes("digit", "1", [_bent([(-foot, -0.5), (foot, 0.5)], rng)], unit=rng.uniform(0.9, 1.15))


def flagged_one(rng: np.random.Generator) -> Glyph:
    """A 1 with a flag that rises to its top, short or as wide as a 7's bar, and perhaps a foot."""
    lean, wide = rng.uniform(-0.05, 0.45), rng.uniform(0.08, 0.6)
    top = np.array([lean / 2, -0.5])
    start = top + (-wide, max(wide * rng.uniform(0.45, 1.3), 0.12))
    bend = (start + top) / 2 + (0, rng.normal(0, 0.05))
    path = [start, bend, top, (0, 0), (-lean / 2, 0.5)]
    if rng.random() < 0.25:  # begun with a small hook
        path.insert(0, start + (rng.uniform(-0.03, 0.1), rng.uniform(-0.1, -0.02)))
    drawn = [_bent(path, rng)]
    if rng.random() < 0.3:
        half, slope = rng.uniform(0.12, 0.4), rng.normal(0, 0.04)
        drawn.append(_bent([(-lean / 2 - half, 0.5 + slope), (-lean / 2 + half, 0.5 - slope)], rng))
    return from_strokes("digit", "1", drawn, unit=rng.uniform(0.9, 1.15))


def sign(rng: np.random.Generator, name: str | None = None) -> Glyph:
    """A handwritten sign, one of SIGNS, as strokes of its own."""
    name = name or str(rng.choice(list(SIGNS)))
    w, high = rng.uniform(0.18, 0.4), rng.uniform(0.5, 0.8)
    strokes = {
        "+": [[(-w, 0), (w, 0)], [(0, -w), (0, w)]],
        "-": [[(-w, 0), (w, 0)]],
        "=": [[(-w, -0.12), (w, -0.12)], [(-w, 0.12), (w, 0.12)]],
        "/": [[(w * 0.9, -high), (-w * 0.9, 1.2 - high)]],
        "[": [[(w * 0.6, -high), (0, -high), (0, 1.2 - high), (w * 0.6, 1.2 - high)]],
        "]": [[(-w * 0.6, -high), (0, -high), (0, 1.2 - high), (-w * 0.6, 1.2 - high)]],
        "<": [[(w, -w), (-w, 0), (w, w)]],
        ">": [[(-w, -w), (w, 0), (-w, w)]],
        "#": [
            [(-0.1, -0.4), (-0.18, 0.4)],
            [(0.18, -0.4), (0.1, 0.4)],
            [(-w, -0.13), (w, -0.13)],
            [(-w, 0.13), (w, 0.13)],
        ],
        "x": [[(-w * 0.7, -w * 0.7), (w * 0.7, w * 0.7)], [(w * 0.7, -w * 0.7), (-w * 0.7, w * 0.7)]],
        "*": [[(-w, 0), (w, 0)], [(-w / 2, -w), (w / 2, w)], [(w / 2, -w), (-w / 2, w)]],
    }
    if name in strokes:
        drawn = [_bent(s, rng) for s in strokes[name]]
    elif name in "()":
        side, bow = (1 if name == "(" else -1), rng.uniform(0.5, 1.1)
        arc = _ring(0, 0, 1, np.pi - bow, np.pi + bow) * (0.5, rng.uniform(0.55, 0.75) / np.sin(bow))
        drawn = [np.asarray(arc * (side, 1), np.float32)]
    elif name == "$":
        curl = [_ring(0, -0.2, 0.2, -0.3, -4.7), _ring(0, 0.2, 0.2, -np.pi / 2, 2.8)]
        drawn = [np.concatenate(curl), _bent([(0, -0.55), (0, 0.55)], rng)]
    elif name == "€":
        drawn = [_ring(0, 0, 0.42, 5.4, 0.9)] + [_bent([(-0.55, y), (0.1, y)], rng) for y in (-0.1, 0.1)]
    elif name == "%":
        drawn = [_bent([(0.3, -0.5), (-0.3, 0.5)], rng), _ring(-0.25, -0.3, 0.15), _ring(0.25, 0.3, 0.15)]
    elif name == ":":
        drawn = [_ring(0, y, rng.uniform(0.01, 0.04)) for y in (-0.15, 0.35)]
    elif name == ".":
        drawn = [_ring(0, 0.48, rng.uniform(0.01, 0.04))]
    else:  # a comma
        drawn = [_bent([(0.02, 0.4), (0.03, 0.52), (-0.06, 0.68)], rng)]
    points = np.concatenate(drawn)
    low, high = points.min(axis=0), points.max(axis=0)
    width, height = np.maximum(high - low, 0.05)
    middle = (low + high) / 2
    centred = tuple(np.asarray(s - (middle[0], 0), np.float32) for s in drawn)
    return Glyph("other", name, centred, None, float(width), float(height), (0.0, float(middle[1])))


def signature(rng: np.random.Generator) -> Glyph:
    """A signature: loops and hooks of one line, high at its beginning, perhaps with a stroke beneath."""
    t = np.linspace(0, 2 * np.pi * rng.uniform(3, 9), 90)
    swell = np.interp(t, np.linspace(0, t[-1], 8), rng.uniform(0.1, 0.6, 8) * np.linspace(1.5, 0.6, 8))
    lean, width = rng.uniform(0.1, 0.6), rng.uniform(0.06, 0.2)
    y = swell * np.sin(t + rng.uniform(0, 6))
    x = width * t + rng.uniform(0.3, 1.2) * swell * np.cos(t) - lean * y
    drawn = [np.stack([x, y], axis=1)]
    if rng.random() < 0.4:
        drawn.append(
            _bent([(x.min(), y.max() + 0.1), (x.max() + rng.uniform(0, 1), y.max() - rng.uniform(0, 0.2))], rng)
        )
    return from_strokes("other", "?", [np.asarray(s, np.float32) for s in drawn], unit=1.0, base=rng.uniform(0.4, 0.8))
