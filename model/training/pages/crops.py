"""Draws one crop of a training page with its labels. Enter at `Pages`.

A crop is SIDE px wide and high; a picture smaller than that lies at its top left. What is written there is labelled as instances:
each glyph has its own ink, middle and height, and is a digit or other writing. Rules, cells, edges and shadows are nothing.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from model.training.pages import camera, layouts, papers
from model.training.pages.glyphs import Glyph, Sources, from_strokes
from model.training.pages.layouts import Layout, Placed

SIDE = 192  # px
WHOLE, CUT = (
    0.9,
    0.65,
)  # shares of a digit's ink inside the picture: from WHOLE on it is a digit, below CUT other writing
LEGIBLE = 3.0  # grey values between ink and paper, plus the deviation of the noise: nobody reads less
# Channels of the labels, (SIDE/2, SIDE/2, 12) float16: the ink of the 2×2 px of each cell in [0, 1] (4), digit (1) or other (0),
# heat of the middles, offset to the middle in px (x, y), logarithm of height / 32 px, and the weights of instance, kind and rest.
INK, KIND, HEAT, OFFSET, HEIGHT, OF_INSTANCE, OF_KIND, OF_ALL = slice(0, 4), 4, 5, slice(6, 8), 8, 9, 10, 11
CHANNELS = 12
TYPICAL = 32.0  # px, a height whose logarithm is 0


@dataclass(frozen=True)
class Crop:
    """picture: (h, w) uint8 grey, at most SIDE px each way; labels: see above; instances: (x, y, height, kind) in px, kind 1
    for a digit, 0 for other writing, -1 for a digit that is cut."""

    picture: np.ndarray
    labels: np.ndarray
    instances: list[tuple[float, float, float, int]]


@dataclass(frozen=True)
class Stamp:
    """The ink of one glyph on a crop: (h, w) uint8 with its top left (x, y), middle, height in px, visible share and kind."""

    ink: np.ndarray
    left: int
    top: int
    middle: tuple[float, float]
    height: float
    visible: float
    kind: str
    pen: str


class Pages:
    """Draws crops. seed: of the textures and of all that is drawn."""

    def __init__(self, seed: int, sources: Sources | None = None):
        cv2.setNumThreads(1)
        self.rng = np.random.default_rng(seed)
        self.sources = sources or Sources()
        self.backgrounds = papers.Backgrounds(np.random.default_rng(7))

    def crop(self) -> Crop:
        """One crop."""
        rng = self.rng
        side = SIDE if rng.random() < 0.75 else int(rng.integers(64, SIDE + 1))
        layout, size = layouts.some(self.sources, rng, side)
        if rng.random() < 0.12 and layout.placed:
            layout.placed += marks(layout.placed, size, rng)
        if rng.random() < 0.04 and layout.placed:
            _cross_out(layout.placed, rng)
        matrix = turn(side, rng)
        size = float(np.median([p.size for p in layout.placed if p.pen == "pen"] or [size]))
        brush = float(np.clip(size * np.exp(rng.uniform(np.log(0.035), np.log(0.24))), 0.9, 30))
        stamps = [s for p in layout.placed if (s := stamp(p, matrix, brush, side, rng))]
        left, top, right, bottom = 0, 0, side, side
        if stamps and rng.random() < 0.15:
            left, top, right, bottom = _tight(stamps, side, rng)
        page, ink, owner, strength = self._compose(stamps, layout, matrix, side, size, brush)
        page, ink, owner = (a[top:bottom, left:right] for a in (page, ink, owner))
        moved = [
            Stamp(
                s.ink,
                s.left - left,
                s.top - top,
                (s.middle[0] - left, s.middle[1] - top),
                s.height,
                s.visible,
                s.kind,
                s.pen,
            )
            for s in stamps
        ]
        return label(page.astype(np.uint8), ink, owner, moved, strength)

    def _compose(self, stamps: list[Stamp], layout: Layout, matrix: np.ndarray, side: int, size: float, brush: float):
        """The picture (side, side) float32, its ink (side, side) uint8, whose ink each px is (0 nobody's, k + 1), and its noise."""
        rng, backgrounds = self.rng, self.backgrounds
        ink, owner = np.zeros((side, side), np.uint8), np.zeros((side, side), np.uint8)
        hand, machine = np.zeros((side, side), np.uint8), np.zeros((side, side), np.uint8)
        for at, s in enumerate(stamps):
            y0, x0, y1, x1 = (
                max(s.top, 0),
                max(s.left, 0),
                min(s.top + s.ink.shape[0], side),
                min(s.left + s.ink.shape[1], side),
            )
            if y0 >= y1 or x0 >= x1:
                continue
            part, place = s.ink[y0 - s.top : y1 - s.top, x0 - s.left : x1 - s.left], np.s_[y0:y1, x0:x1]
            owner[place] = np.where((part > 90) & (part >= ink[place]), at % 254 + 1, owner[place])
            for layer in (ink, machine if s.pen == "print" else hand):
                np.maximum(layer[place], part, out=layer[place])
        surface = rng.random()
        on_screen = surface < 0.17
        if on_screen:
            page = backgrounds.screen(side, rng)
        elif surface < 0.35:
            page = backgrounds.sheet_on_table(side, rng)
        elif surface < 0.46:  # a board, or any other surface
            page = backgrounds.table(side, rng)
        else:
            page = backgrounds.paper(side, rng)
        page = np.clip(page, 0, 255)
        board = page.mean() < 115
        if (rng.random() < 0.33 and not on_screen) or rng.random() < 0.04:
            _print(page, papers.rules(side, size, matrix, rng), rng.uniform(0.06, 0.5), board)
        if layout.printed_lines:
            width = float(np.exp(rng.uniform(np.log(0.6), np.log(max(1.5, size * 0.1)))))
            _print(page, papers.printed_lines(layout.printed_lines, side, width, matrix), rng.uniform(0.25, 1), board)
        _print(page, machine, rng.uniform(0.6, 1), board)
        page = written(page, hand, rng, backgrounds, board, on_screen)
        if not on_screen:
            page = camera.lit(page, rng, backgrounds)
        if rng.random() < (0.4 if on_screen else 0.06):
            page = 255 - page
        page = np.clip(page, 0, 255)
        if on_screen and rng.random() < 0.6:
            strength = 0.0
            if rng.random() < 0.35:
                page = camera.resolution(page, rng, size)
            if rng.random() < 0.3:
                page = camera.jpeg(page, rng)
        else:
            page, strength = camera.photographed(page, rng, backgrounds, brush, size)
        return np.clip(page, 0, 255), ink, owner, strength


def _print(page: np.ndarray, ink: np.ndarray, strength: float, board: bool) -> None:
    share = ink.astype(np.float32) * (strength / 255)
    page += share * ((255 if board else 0) - page)


def written(
    page, ink, rng: np.random.Generator, backgrounds: papers.Backgrounds, board: bool, on_screen: bool
) -> np.ndarray:
    """The page with handwriting: on a screen flat, on a board chalk, on paper ballpoint, pencil or marker."""
    share = ink.astype(np.float32) / 255
    if on_screen:
        level = float(rng.choice([0, 0, rng.uniform(0, 140)]))
    elif board:
        level = page.mean() + rng.uniform(0.25, 1) * (255 - page.mean())
        if rng.random() < 0.7:
            grain = backgrounds.part(backgrounds.grain, len(page), rng)
            share = share * np.clip(rng.uniform(0.5, 1) + grain * rng.uniform(0, 0.4), 0, 1)
    else:
        kind, paper = rng.random(), page.mean()
        if kind < 0.3:  # pencil: faint and grainy
            level = paper * (1 - rng.uniform(0.08, 0.5))
            grain = backgrounds.part(backgrounds.grain, len(page), rng)
            share = share * np.clip(rng.uniform(0.6, 1) + grain * rng.uniform(0, 0.35), 0, 1)
        elif kind < 0.7:  # ballpoint
            level = paper * (1 - rng.uniform(0.3, 0.9))
            if rng.random() < 0.5:
                clouds = backgrounds.part(backgrounds.clouds, len(page), rng)
                share = share * np.clip(rng.uniform(0.75, 1) + clouds * rng.uniform(0, 0.2), 0, 1)
        else:  # marker, fountain pen
            level = rng.uniform(0, 0.45) * paper
    return page + share * (level - page)


def turn(side: int, rng: np.random.Generator) -> np.ndarray:
    """How the page lies before the camera: (2, 3), a turn and a slant around the picture's middle."""
    angle = rng.normal(0, 0.05) if rng.random() < 0.9 else rng.uniform(-0.4, 0.4)
    shear, stretch = rng.normal(0, 0.04), np.exp(rng.normal(0, 0.05))
    linear = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ [[stretch, shear], [0, 1]]
    if rng.random() < 0.4:
        linear = np.eye(2)
    middle = np.full(2, side / 2)
    return np.column_stack([linear, middle - linear @ middle])


def stamp(placed: Placed, matrix: np.ndarray, brush: float, side: int, rng: np.random.Generator) -> Stamp | None:
    """The ink of a placed glyph; None where it lies outside the crop."""
    glyph = placed.glyph
    linear = matrix[:, :2] @ np.array([[1, -placed.slant], [0, 1]]) * placed.size
    origin = matrix[:, :2] @ (placed.x, placed.y) + matrix[:, 2]
    return (_stroked if glyph.strokes else _stamped)(glyph, linear, origin, brush, side, placed.pen, rng)


def _stroked(glyph: Glyph, linear, origin, brush: float, side: int, pen: str, _rng) -> Stamp | None:
    strokes = [s @ linear.T + origin for s in glyph.strokes or ()]
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    if (high + brush < 0).any() or (low - brush > side).any():
        return None
    (left, top), (right, bottom) = np.floor(low - brush - 1).astype(int), np.ceil(high + brush + 1).astype(int)
    left, top, right, bottom = max(left, -side), max(top, -side), min(right, 2 * side), min(bottom, 2 * side)
    fine = 1 if brush > 9 else 2 if brush > 4 else 4  # OpenCV's brushes are whole px wide
    ink = np.zeros(((bottom - top) * fine, (right - left) * fine), np.uint8)
    for s in strokes:
        at = np.round(((s - (left, top)) * fine) * 16).astype(np.int32)
        at = np.repeat(at, 2, axis=0) if len(at) == 1 else at
        cv2.polylines(ink, [at], False, 255, max(1, round(brush * fine)), cv2.LINE_AA, 4)
    if fine > 1:
        ink = cv2.resize(ink, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    middle, height = (low + high) / 2, max(float(high[1] - low[1]), 0.3 * float(high[0] - low[0])) + brush
    return Stamp(
        ink, left, top, (float(middle[0]), float(middle[1])), height, _visible(ink, left, top, side), glyph.kind, pen
    )


def _stamped(
    glyph: Glyph, linear, origin, _brush: float, side: int, pen: str, rng: np.random.Generator
) -> Stamp | None:
    bitmap = glyph.bitmap
    assert bitmap is not None, "a glyph has strokes or a bitmap"
    scale = np.linalg.norm(linear[:, 1]) * glyph.height / bitmap.shape[0]
    if scale < 0.7:  # averaged first: warpAffine skips px
        size = [max(2, round(n * scale * 1.2)) for n in bitmap.shape]
        bitmap = cv2.resize(bitmap, (size[1], size[0]), interpolation=cv2.INTER_AREA)
    h, w = bitmap.shape
    bitmap = np.pad(bitmap, 2)
    step = np.array([glyph.width / w, glyph.height / h])
    to_unit = np.array(glyph.middle) - step * (w / 2 + 1.5, h / 2 + 1.5)
    m = np.column_stack([linear * step, linear @ to_unit + origin])
    corners = np.array([[0, 0], [w + 4, 0], [w + 4, h + 4], [0, h + 4]]) @ m[:, :2].T + m[:, 2]
    (left, top), (right, bottom) = np.floor(corners.min(axis=0)).astype(int), np.ceil(corners.max(axis=0)).astype(int)
    if right < 0 or bottom < 0 or left > side or top > side:
        return None
    left, top, right, bottom = max(left, -side), max(top, -side), min(right, 2 * side), min(bottom, 2 * side)
    m[:, 2] -= (left, top)
    ink = cv2.warpAffine(bitmap, m, (right - left, bottom - top), flags=cv2.INTER_CUBIC)
    gain = float(np.clip(0.7 * scale, 1, 4))
    if gain > 1 and pen == "pen":
        ink = np.clip((ink.astype(np.float32) - rng.uniform(85, 150)) * gain + 128, 0, 255).astype(np.uint8)
        ink[cv2.warpAffine(bitmap, m, (right - left, bottom - top), flags=cv2.INTER_LINEAR) < 20] = 0
    middle = linear @ np.array(glyph.middle) + origin
    height = max(glyph.height, 0.3 * glyph.width) * float(np.linalg.norm(linear[:, 1]))
    return Stamp(
        ink, left, top, (float(middle[0]), float(middle[1])), height, _visible(ink, left, top, side), glyph.kind, pen
    )


def _visible(ink: np.ndarray, left: int, top: int, side: int) -> float:
    y0, x0, y1, x1 = max(-top, 0), max(-left, 0), max(side - top, 0), max(side - left, 0)
    return float(ink[y0:y1, x0:x1].sum(dtype=np.int64)) / max(float(ink.sum(dtype=np.int64)), 1.0)


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
        Placed(from_strokes("other", "", drawn, unit=1.0, base=np.ptp(np.concatenate(drawn)[:, 1]) / 2), x, y, size)
    ]


def _cross_out(placed: list[Placed], rng: np.random.Generator) -> None:
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
        placed[at] = Placed(
            Glyph("other", "", strokes, None, old.width * 1.3, old.height * 1.1, old.middle),
            *(placed[at].x, placed[at].y, placed[at].size),
        )


def _tight(stamps: list[Stamp], side: int, rng: np.random.Generator) -> tuple[int, int, int, int]:
    """The part of a picture that holds all writing, cut close to its ink."""
    room = rng.uniform(-1, 6, 4)
    left = max(0, int(min(s.left + 2 for s in stamps) - room[0]))
    top = max(0, int(min(s.top + 2 for s in stamps) - room[1]))
    right = min(side, int(max(s.left + s.ink.shape[1] - 2 for s in stamps) + room[2]))
    bottom = min(side, int(max(s.top + s.ink.shape[0] - 2 for s in stamps) + room[3]))
    if right - left < 24 or bottom - top < 24:
        return 0, 0, side, side
    return left, top, right, bottom


def _contrasts(page: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """Grey values between the ink of each owner 0–255 and the paper around it, (256,) float."""
    around = cv2.dilate(owner, np.ones((7, 7), np.uint8))
    ring = np.where(owner == 0, around, 0)
    inside, outside = np.bincount(owner.ravel(), minlength=256), np.bincount(ring.ravel(), minlength=256)
    level_in = np.bincount(owner.ravel(), page.ravel(), 256) / np.maximum(inside, 1)
    level_out = np.bincount(ring.ravel(), page.ravel(), 256) / np.maximum(outside, 1)
    return np.where((inside > 0) & (outside > 0), np.abs(level_in - level_out), 255)


def label(picture: np.ndarray, ink: np.ndarray, owner: np.ndarray, stamps: list[Stamp], strength: float) -> Crop:
    """Picture, ink and owners, (h, w) uint8 each → the crop with its labels. strength: deviation of the noise."""
    height, width = picture.shape
    needed, contrast = LEGIBLE + strength, _contrasts(picture, owner)
    legible = contrast >= needed
    doubtful = legible & (contrast < 1.6 * needed)
    whole, owners = np.zeros((SIDE, SIDE), np.uint8), np.zeros((SIDE, SIDE), np.uint8)
    whole[:height, :width] = np.where(legible[owner] | (owner == 0), ink, 0)
    owners[:height, :width] = np.where(legible[owner], owner, 0)
    labels = np.zeros((SIDE // 2, SIDE // 2, CHANNELS), np.float32)
    labels[..., INK] = (
        whole.reshape(SIDE // 2, 2, SIDE // 2, 2).transpose(0, 2, 1, 3).reshape(SIDE // 2, SIDE // 2, 4) / 255
    )
    own = owners.reshape(SIDE // 2, 2, SIDE // 2, 2).max(axis=(1, 3))
    valid = np.zeros((SIDE // 2, SIDE // 2), np.float32)
    valid[: (height + 1) // 2, : (width + 1) // 2] = 1
    valid[doubtful[own] & (own > 0)] = 0
    labels[..., OF_ALL] = valid
    table = np.zeros((256, 5), np.float32)  # of each owner: middle (x, y), log height, kind, weight of the kind
    sizes, instances = np.bincount(own.ravel(), minlength=256), []
    for at, s in enumerate(stamps[:254]):
        k = at + 1
        if not sizes[k]:
            continue
        share = s.visible * _visible(s.ink, s.left, s.top, max(height, width)) if s.visible == 1 else s.visible
        middle = np.array(s.middle)
        if share < CUT:  # of a cut glyph, the middle is that of what is seen
            rows, columns = np.nonzero(own == k)
            middle = np.array([columns.min() + columns.max() + 1, rows.min() + rows.max() + 1], np.float32)
        digit = s.kind == "digit"
        is_digit = digit and share >= CUT
        table[k] = (*middle, np.log(s.height / TYPICAL), is_digit, 0 if digit and CUT <= share < WHOLE else 1)
        _peak(labels[..., HEAT], middle / 2, s.height / 2)
        instances.append((float(middle[0]), float(middle[1]), s.height, (1 if is_digit else -1) if digit else 0))
    written_on = own > 0
    rows, columns = np.nonzero(written_on)
    k = own[rows, columns]
    labels[rows, columns, KIND] = table[k, 3]
    labels[rows, columns, OFFSET] = table[k, :2] - np.stack([2 * columns + 1, 2 * rows + 1], axis=1)
    labels[rows, columns, HEIGHT] = table[k, 2]
    # An instance counts by the root of its px: a 1 or a lone digit is not lost among much else.
    weight = 1 / np.sqrt(np.maximum(sizes, 1))
    labels[rows, columns, OF_INSTANCE] = weight[k] * valid[rows, columns]
    labels[rows, columns, OF_KIND] = weight[k] * table[k, 4] * valid[rows, columns]
    return Crop(picture, labels.astype(np.float16), instances)


def _peak(heat: np.ndarray, middle: np.ndarray, height: float) -> None:
    """Raise a bell of 0.1 heights around a middle, both in cells."""
    sigma = max(0.8, 0.1 * height)
    reach = int(3 * sigma) + 1
    x, y = middle - 0.5
    x0, x1 = max(0, int(x) - reach), min(heat.shape[1], int(x) + reach + 2)
    y0, y1 = max(0, int(y) - reach), min(heat.shape[0], int(y) + reach + 2)
    if x0 < x1 and y0 < y1:
        bell_x = np.exp(-((np.arange(x0, x1) - x) ** 2) / (2 * sigma**2))
        bell_y = np.exp(-((np.arange(y0, y1) - y) ** 2) / (2 * sigma**2))
        heat[y0:y1, x0:x1] = np.maximum(heat[y0:y1, x0:x1], np.outer(bell_y, bell_x))
