"""Labelled drawings that need no data set: the ten digits as polylines on a 100×140 grid.

They find out which input a custom model expects (convention_search.py), and tests and benchmarks draw with them.
"""

import numpy as np

from model import normalization, strokes


def _arc(cx, cy, rx, ry, start, end, points=24):
    """Points of an ellipse's arc between two angles in degrees."""
    angles = np.deg2rad(np.linspace(start, end, points))
    return np.stack([cx + rx * np.cos(angles), cy + ry * np.sin(angles)], axis=1)


def _line(*points):
    return np.array(points, float)


DIGITS = {  # digit → strokes, (n, 2) points (x, y), y down
    0: [_arc(50, 70, 40, 62, -90, 275)],
    1: [_line((50, 8), (48, 132))],
    2: [np.concatenate([_arc(50, 42, 36, 34, 190, 380), _line((30, 110), (15, 130)), _line((88, 130))])],
    3: [np.concatenate([_arc(46, 40, 34, 30, 200, 440), _arc(46, 100, 38, 32, -80, 150)])],
    4: [_line((60, 8), (12, 88), (90, 88)), _line((66, 50), (64, 134))],
    5: [_line((82, 10), (26, 12), (20, 62)), np.concatenate([_line((20, 62)), _arc(44, 94, 40, 36, -90, 150)])],
    6: [np.concatenate([_line((66, 8), (34, 50)), _arc(50, 96, 34, 34, 190, 550)])],
    7: [_line((14, 14), (84, 12), (42, 134))],
    8: [np.concatenate([_arc(50, 38, 28, 28, 90, 450), _arc(50, 100, 34, 34, -90, 270)])],
    9: [np.concatenate([_arc(48, 42, 32, 32, 0, 360), _line((80, 42), (70, 132))])],
}


def pad(digit: int, size: float = 150, centre=(140, 140), brush: float = 14, side: int = 280) -> np.ndarray:
    """One digit on a sketchpad → picture (side, side, 3) uint8, black on white.

    size: of the digit's longer side, centre: (x, y), brush: width of the stroke, side: of the pad; all in px.
    """
    ink = strokes.draw(strokes.place(DIGITS[digit], size, centre), (side, side), brush)
    return np.repeat(255 - ink[..., None], 3, axis=2)


def row(digits: str, size: float = 120, gap: float = 40, brush: float = 10) -> np.ndarray:
    """Digits side by side → picture (H, W, 3) uint8, black on white. size: of a digit's longer side, gap, brush: in px."""
    sheet = [pad(int(d), size, (size * 0.5, size * 0.75), brush, round(size * 1.5))[:, : round(size)] for d in digits]
    space = np.full((round(size * 1.5), round(gap), 3), 255, np.uint8)
    return np.hstack([space, *[part for picture in sheet for part in (picture, space)]])


def labelled() -> tuple[np.ndarray, np.ndarray]:
    """90 drawings, nine of each digit with different pens and slants: images (90, 28, 28) float32 in [0, 1], labels (90,)."""
    images, labels = [], []
    for digit, lines in DIGITS.items():
        for brush in (8, 14, 20):
            for slant in (-0.15, 0.0, 0.2):
                slanted = [line @ np.array([[1, 0], [-slant, 1]]) for line in lines]
                ink = strokes.draw(strokes.place(slanted, 170, (140, 140)), (280, 280), brush)
                images.append(normalization.to_image(ink))
                labels.append(digit)
    return np.stack(images), np.array(labels)
