"""Draws the example pictures: `python -m interface.predict.examples.draw` writes them and examples.json beside this file.

Every stroke was set by hand here; nobody's handwriting and no data set is in them.
"""

import json
from pathlib import Path

import cv2
import numpy as np

Point = tuple[float, float]
Stroke = list[Point]
HERE = Path(__file__).parent

# Each glyph: strokes of points (x, y) in a box 70 wide and 100 high, y down; curves run through the points.
GLYPHS: dict[str, list[Stroke]] = {
    "0": [[(38, 2), (12, 22), (4, 56), (18, 92), (42, 96), (62, 70), (64, 34), (50, 6), (36, 2)]],
    "1": [[(16, 26), (30, 14), (40, 2), (39, 40), (37, 98)]],
    "2": [[(8, 24), (22, 5), (44, 4), (58, 20), (52, 44), (30, 70), (6, 95), (6, 95), (34, 92), (66, 95)]],
    "3": [[(10, 12), (30, 2), (52, 10), (54, 30), (30, 46), (30, 46), (56, 56), (62, 78), (42, 97), (6, 88)]],
    "4": [[(40, 4), (24, 34), (6, 62), (6, 62), (36, 62), (68, 60)], [(50, 36), (48, 66), (46, 99)]],
    "5": [[(18, 6), (14, 44), (14, 44), (38, 38), (60, 54), (58, 82), (34, 98), (6, 88)], [(18, 6), (58, 4)]],
    "6": [[(50, 3), (24, 24), (8, 60), (16, 90), (42, 97), (60, 78), (50, 56), (26, 56), (10, 74)]],
    "7": [[(4, 8), (34, 6), (64, 4), (64, 4), (46, 44), (28, 98)]],
    "8": [
        [(54, 16), (34, 2), (14, 16), (22, 40), (50, 58), (58, 82), (36, 98), (12, 84), (18, 60), (46, 40), (56, 20)]
    ],
    "9": [[(58, 18), (38, 2), (14, 16), (14, 40), (36, 50), (56, 34), (58, 18), (58, 18), (54, 60), (46, 98)]],
    "A": [[(4, 98), (20, 50), (36, 2), (36, 2), (52, 52), (66, 98)], [(14, 64), (56, 62)]],
}
SCRIBBLE: list[Stroke] = [
    [
        (2, 50),
        (20, 8),
        (26, 82),
        (44, 4),
        (40, 94),
        (62, 14),
        (30, 60),
        (68, 72),
        (8, 70),
        (60, 40),
        (12, 26),
        (66, 92),
        (24, 40),
    ]
]


def curve(points: Stroke) -> np.ndarray:
    """A Catmull-Rom curve through ``points``: (12 · (n - 1) + 1, 2) float64; a point given twice is a corner."""
    padded = np.array([points[0], *points, points[-1]], float)
    t = np.linspace(0, 1, 12, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        parts.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate([*parts, padded[-1:]])


def write(
    page: np.ndarray,
    strokes: list[Stroke],
    at: Point,
    height: float,
    width: int,
    colour: tuple[int, int, int],
    slant: float = 0.0,
    shake: float = 0.0,
    rng: np.random.Generator | None = None,
) -> None:
    """Draw a glyph's ``strokes`` on ``page``, (H, W, 3) uint8 BGR, in place.

    at: the top left corner; height, width: of the glyph and of the pen, px; slant: x per y; shake: standard deviation of each
    point's place in glyph units, drawn from ``rng``.
    """
    for stroke in strokes:
        points = np.array(stroke, float)
        if shake and rng is not None:
            points += rng.normal(0, shake, points.shape)
        path = curve([tuple(point) for point in points])
        path[:, 0] += slant * (50 - path[:, 1])
        pixels = np.round((np.array(at) + path * height / 100) * 16).astype(int)
        cv2.polylines(page, [pixels], False, colour, width, cv2.LINE_AA, shift=4)


def sheet(height: int = 280, width: int = 280, colour: int = 255) -> np.ndarray:
    """An empty sheet, (height, width, 3) uint8, of one grey."""
    return np.full((height, width, 3), colour, np.uint8)


def one(name: str, height: int = 170, width: int = 16, at: Point | None = None, **style) -> np.ndarray:
    """One glyph, or "scribble", on a white pad, (280, 280, 3) uint8. style: slant, shake and rng of `write`."""
    page = sheet()
    strokes = SCRIBBLE if name == "scribble" else GLYPHS[name]
    write(page, strokes, at or (140 - 0.35 * height, 140 - 0.5 * height), height, width, (28, 26, 26), **style)
    return page


def row(text: str) -> np.ndarray:
    """Several digits side by side, as a person writes a number: not all the same height. (280, 280, 3) uint8."""
    page, rng = sheet(), np.random.default_rng(4)
    step = 250 / len(text)
    for index, name in enumerate(text):
        height = 70 + rng.uniform(-6, 8)
        write(
            page, GLYPHS[name], (20 + index * step, 105 + rng.uniform(-8, 8)), height, 8, (28, 26, 26), 0.08, 1.2, rng
        )
    return page


def notebook() -> np.ndarray:
    """Blue pen on ruled paper, photographed askew under a lamp: three numbers, one to a line. (600, 600, 3) uint8."""
    rng = np.random.default_rng(11)
    page = sheet(600, 600, 238)
    for y in range(70, 600, 92):
        cv2.line(page, (0, y), (600, y), (214, 200, 190), 2, cv2.LINE_AA)
    for index, text in enumerate(["1987", "2046", "350"]):
        for place, name in enumerate(text):
            corner = (70 + place * 112 + rng.uniform(-6, 6), 84 + index * 184 + rng.uniform(-6, 6))
            write(page, GLYPHS[name], corner, 112, 9, (140, 60, 30), 0.1, 1.4, rng)
    turn = cv2.getRotationMatrix2D((300, 300), 3, 1.0)
    page = cv2.warpAffine(page, turn, (600, 600), borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_LINEAR)
    rows, columns = np.mgrid[0:600, 0:600]
    lamp = 1.04 - 0.38 * np.hypot(columns - 190, rows - 150) / 600
    noisy = page * lamp[..., None] * (0.95, 0.98, 1.0) + rng.normal(0, 4, page.shape)
    return cv2.GaussianBlur(np.clip(noisy, 0, 255).astype(np.uint8), (0, 0), 0.8)


def pictures() -> dict[str, np.ndarray]:
    """File name → picture, in the order the page shows them."""
    rng = np.random.default_rng(7)
    return {
        "an-easy-seven.png": one("7"),
        "a-thin-two.png": one("2", 200, 3),
        "a-fat-eight.png": one("8", 150, 34),
        "a-messy-five-in-a-corner.png": one("5", 96, 10, (166, 20), slant=0.35, shake=3.5, rng=rng),
        "several-digits.png": row("2048"),
        "a-page-of-a-notebook.jpg": notebook(),
        "a-letter.png": one("A"),
        "a-scribble.png": one("scribble", 190, 9),
    }


if __name__ == "__main__":
    made = pictures()
    for name, picture in made.items():
        quality = [cv2.IMWRITE_JPEG_QUALITY, 82] if name.endswith(".jpg") else [cv2.IMWRITE_PNG_COMPRESSION, 9]
        cv2.imwrite(str(HERE / name), picture, quality)
    (HERE / "examples.json").write_text(json.dumps(list(made), indent=1) + "\n", encoding="utf-8")
