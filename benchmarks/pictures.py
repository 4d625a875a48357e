"""Makes pictures as people bring them, of digits that no training saw: pen writers 25–30 and MNIST images 55,000–59,999.

Most functions take digits and a random generator and return a picture, (H, W, 3) uint8 RGB, and the text in it.
"""

import functools
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from model import datasets, strokes
from model.training.pages import handwriting
from model.training.rendering import render

COLOURS = ((20, 20, 20), (200, 30, 30), (30, 60, 200), (20, 130, 50), (120, 30, 140), (230, 120, 0))


def held_out_pens() -> list[datasets.PenDigit]:
    return [p for p in datasets.load_pendigits() if p.writer in datasets.HELD_OUT_WRITERS]


def held_out_mnist() -> datasets.Labelled:
    return datasets.load_mnist().train[datasets.HELD_OUT :]


def scans() -> datasets.Labelled:
    """The digits of optdigits' training file, (n, 32, 32), of which no digit network has learned; none where ``$HANDWRITING`` does not
    name the folder that holds optdigits/."""
    found = handwriting.optdigits()
    images = np.array([image for _, image in found], np.uint8).reshape(-1, 32, 32)
    return datasets.Labelled(images, np.array([label for label, _ in found], np.int64))


def coloured(ink: np.ndarray, paper, pen) -> np.ndarray:
    """Ink, (h, w) uint8, in the colour ``pen`` on ``paper`` → (h, w, 3) uint8."""
    share = ink[..., None].astype(np.float32) / 255
    return (np.asarray(paper) * (1 - share) + np.asarray(pen) * share).round().astype(np.uint8)


def pad(pen: datasets.PenDigit, rng) -> tuple[np.ndarray, str]:
    """A sketchpad: brush 4–24 px, digit 15–90 % of 280 px, anywhere, both polarities, coloured."""
    ink = render(pen, rng)
    paper, colour = (255, 255, 255), COLOURS[rng.integers(len(COLOURS))] if rng.random() < 0.5 else (0, 0, 0)
    if rng.random() < 0.5:
        paper, colour = (0, 0, 0), 255 - np.array(colour) // 3
    return coloured(ink, paper, colour), str(pen.digit)


def upload(pen: datasets.PenDigit, rng) -> tuple[np.ndarray, str]:
    """A Paint drawing: any canvas, stretched, hard or soft edges, perhaps a frame, a border line, a JPEG."""
    height = int(rng.choice([28, 50, 64, 100, 200, 300, 500, 800]))
    width = height if rng.random() < 0.6 else int(height * rng.uniform(0.6, 1.7))
    square = cv2.resize(_filling(pen, rng, rng.uniform(0.4, 0.95)), (width, height), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.3:
        square = ((square > 100) * 255).astype(np.uint8)
    dark = rng.random() < 0.6
    paper, colour = (
        (rng.integers(225, 256, 3), rng.integers(0, 130, 3))
        if dark
        else (rng.integers(0, 40, 3), rng.integers(150, 256, 3))
    )
    picture = coloured(square, paper, colour)
    kind = rng.random()
    if kind < 0.08:
        cv2.rectangle(picture, (0, 0), (width - 1, height - 1), tuple(map(int, colour)), max(1, height // 60))
    elif kind < 0.12:
        cv2.line(picture, (0, height - 1), (width - 1, height - 1), (0, 0, 0), max(1, height // 40))
    if rng.random() < 0.3:
        picture = jpeg(picture, int(rng.integers(40, 90)))
    return picture, str(pen.digit)


def photo(pen: datasets.PenDigit, rng) -> tuple[np.ndarray, str]:
    """One digit on paper, photographed."""
    side = int(rng.integers(200, 900))
    ink = cv2.resize(
        _filling(pen, rng, rng.uniform(0.25, 0.9), brush=(3, 14)), (side, side), interpolation=cv2.INTER_AREA
    )
    return photographed(ink, rng), str(pen.digit)


def row(pens: list[datasets.PenDigit], rng, touching: float = 0.3) -> tuple[np.ndarray, str]:
    """2–12 digits in a row, unequal in size and slant, some touching."""
    ink, text = row_ink(pens, rng, touching)
    ink = np.pad(ink, [(int(rng.integers(10, 60)),) * 2, (int(rng.integers(10, 60)),) * 2])
    return coloured(ink, (255, 255, 255), (0, 0, 0)), text


def page(pens: list[datasets.PenDigit], rng) -> tuple[np.ndarray, str]:
    """2–4 lines of 3–7 digits, photographed; the text has a line break between lines."""
    sheet = np.zeros((750, 1000), np.uint8)
    count, texts, at = int(rng.integers(2, 5)), [], 0
    for line in range(count):
        chosen = [pens[at + i] for i in range(rng.integers(3, 8))]
        at += len(chosen)
        ink, text = row_ink(chosen, rng, 0.0)
        height = rng.uniform(70, 110)
        scale = min(height / ink.shape[0], 900 / ink.shape[1])
        ink = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        y = int(20 + line * 730 / count + rng.uniform(0, max(730 / count - ink.shape[0] - 25, 1)))
        x = int(rng.uniform(20, max(21, 980 - ink.shape[1])))
        part = sheet[y : y + ink.shape[0], x : x + ink.shape[1]]
        np.maximum(part, ink[: part.shape[0], : part.shape[1]], out=part)
        texts.append(text)
    return photographed(sheet, rng, flat=rng.random() < 0.2), "\n".join(texts)


def two_in_28(pens: list[datasets.PenDigit], rng) -> tuple[np.ndarray, str]:
    """Two digits in MNIST's 28×28 pixels, light on dark or the reverse."""
    ink, text = row_ink(pens[:2], rng, 0.1)
    scale = rng.uniform(22, 27) / max(ink.shape)
    small = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = cv2.convertScaleAbs(small, alpha=255 / max(int(small.max()), 1))
    above, before = (28 - small.shape[0]) // 2, (28 - small.shape[1]) // 2
    image = np.zeros((28, 28), np.uint8)
    image[above : above + small.shape[0], before : before + small.shape[1]] = small
    return np.repeat((image if rng.random() < 0.5 else 255 - image)[..., None], 3, axis=2), text


def small_grey(image: np.ndarray, rng) -> np.ndarray:
    """A postal scan: a 16×16 grey box around the digit, light on dark or the reverse."""
    small = cv2.resize(_cut(image), (16, 16), interpolation=cv2.INTER_AREA)
    return np.repeat((small if rng.random() < 0.5 else 255 - small)[..., None], 3, axis=2)


def tight_binary(image: np.ndarray, rng) -> np.ndarray:
    """A scan cut to the digit's very edge, in pure black and white."""
    tight = image[np.ix_((image > 100).any(axis=1), (image > 100).any(axis=0))]
    if min(tight.shape) == 0:
        tight = image
    big = cv2.resize(tight, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    binary = ((big > 110) * 255).astype(np.uint8)
    return np.repeat((binary if rng.random() < 0.5 else 255 - binary)[..., None], 3, axis=2)


def stretched_binary(image: np.ndarray, _rng) -> np.ndarray:
    """A scan stretched to a square of 16×16 px, in pure black and white, as Semeion's are."""
    small = cv2.resize(_cut(image), (16, 16), interpolation=cv2.INTER_AREA)
    return np.repeat(255 - (small >= 128)[..., None].astype(np.uint8) * 255, 3, axis=2)


def stretched_counts(image: np.ndarray, _rng) -> np.ndarray:
    """A scan stretched to 30×48 px in black and white, of which each grey px is the mean of 2×3: 15×16, as those of "Multiple Features"."""
    large = (cv2.resize(_cut(image), (30, 48), interpolation=cv2.INTER_AREA) >= 128).astype(np.float32)
    small = cv2.resize(large, (15, 16), interpolation=cv2.INTER_AREA)
    return np.repeat(np.round(255 - small * 255)[..., None].astype(np.uint8), 3, axis=2)


def _cut(image: np.ndarray) -> np.ndarray:
    return image[np.ix_(image.any(axis=1), image.any(axis=0))]


def row_ink(pens: list[datasets.PenDigit], rng, touching: float) -> tuple[np.ndarray, str]:
    """Digits side by side → ink (h, w) uint8 without margins, and their text."""
    brush, size = rng.uniform(3, 9), rng.uniform(60, 110)
    drawn = []
    for pen in pens:
        slant = np.array([[1, rng.normal(0, 0.12)], [0, 1]])
        longer = size * rng.uniform(0.8, 1.25)
        placed = strokes.place([s @ slant.T for s in pen.strokes], longer, (120, 120))
        ink = strokes.draw(placed, (240, 240), brush)
        columns = np.flatnonzero(ink.any(axis=0))
        drawn.append(ink[:, columns[0] : columns[-1] + 1])
    width = sum(d.shape[1] for d in drawn) + 60 * len(drawn)
    sheet, x = np.zeros((240, width), np.uint8), 0
    for ink in drawn:
        lift = int(rng.uniform(-10, 10))
        shifted = np.roll(ink, lift, axis=0)
        if x:
            apart = _closest(sheet[:, :x], shifted)
            gap = -rng.uniform(0, 0.7) * brush if rng.random() < touching else rng.uniform(5, 40)
            x = max(0, int(x - apart + gap)) if rng.random() < touching or gap < 0 else int(x + gap)
        part = sheet[:, x : x + shifted.shape[1]]
        np.maximum(part, shifted[:, : part.shape[1]], out=part)
        x = int(np.flatnonzero(sheet.any(axis=0))[-1]) + 1
    ys, xs = np.flatnonzero(sheet.any(axis=1)), np.flatnonzero(sheet.any(axis=0))
    return sheet[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1], "".join(str(p.digit) for p in pens)


def photographed(ink: np.ndarray, rng, flat: bool = False) -> np.ndarray:
    """Ink on paper under a lamp: ruled or squared paper, blue or pencil ink, shadow, tilt, perspective, blur, noise, JPEG."""
    height, width = ink.shape
    paper = np.full((height, width, 3), rng.uniform(215, 250), np.float32) + rng.normal(0, 4, 3)
    step, kind = int(max(16, height * rng.uniform(0.05, 0.12))), rng.random()
    if kind < 0.5:
        lines = np.zeros((height, width), np.float32)
        lines[step // 2 :: step] = 1
        if kind < 0.25:
            lines[:, step // 2 :: step] = 1
        paper -= lines[..., None] * rng.uniform(15, 60) * np.array([1, 0.7, 0.4])
    pen = (np.array([[30, 30, 35], [40, 60, 160], [110, 110, 112], [150, 40, 40]])[rng.integers(4)]).astype(np.float32)
    strength = rng.uniform(0.35, 1)  # of the contrast between pen and paper
    texture = 1 - 0.25 * rng.random((height, width)).astype(np.float32)
    share = (ink.astype(np.float32) / 255 * strength * texture)[..., None]
    sheet = paper * (1 - share) + pen * share
    y, x = np.mgrid[:height, :width].astype(np.float32) / max(height, width)
    angle = rng.uniform(0, 2 * np.pi)
    slope = x * np.cos(angle) + y * np.sin(angle)
    slope = (slope - slope.min()) / max(np.ptp(slope), 1e-6)
    light = rng.uniform(0.25, 1) ** slope if not flat else np.ones_like(slope)
    if rng.random() < 0.4:
        edge = rng.uniform(0.2, 0.8) + 0.2 * np.sin(3 * y + rng.uniform(0, 6))
        soft = np.clip((x - edge) / rng.uniform(0.02, 0.3), 0, 1)
        light = light * (1 - rng.uniform(0.2, 0.5) * soft)
    sheet = sheet * light[..., None] * rng.uniform(0.75, 1.05)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-10, 10), rng.uniform(0.8, 0.95))
    moved = cv2.transform(corners[None], turn)[0] + rng.uniform(-0.03, 0.03, (4, 2)) * max(width, height)
    warp = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    sheet = cv2.warpPerspective(sheet, warp, (width, height), borderMode=cv2.BORDER_REPLICATE)
    sheet = cv2.GaussianBlur(sheet, (0, 0), rng.uniform(0.3, 2) * max(width, height) / 1000 + 0.05)
    sheet = sheet + rng.normal(0, rng.uniform(0, 4), sheet.shape)
    return jpeg(np.clip(sheet, 0, 255).astype(np.uint8), int(rng.integers(45, 95)))


def jpeg(picture: np.ndarray, quality: int) -> np.ndarray:
    """The picture after it was saved as JPEG of ``quality`` (1–100)."""
    _, content = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    opened = cv2.imdecode(content, cv2.IMREAD_COLOR)
    assert opened is not None, "OpenCV reads what it wrote"
    return opened[..., ::-1]


def _filling(pen: datasets.PenDigit, rng, share: float, brush=(5, 30)) -> np.ndarray:
    """A pen digit whose longer side is ``share`` of the canvas → ink (280, 280) uint8."""
    width = rng.uniform(*brush)
    room = max(280 * (1 - share) - width, 0) / 2
    centre = 140 + rng.uniform(-room, room, 2)
    return strokes.draw(strokes.place(pen.strokes, 280 * share - width / 2, centre), (280, 280), width)


def _closest(left: np.ndarray, right: np.ndarray) -> int:
    """How many columns ``right`` can move left over ``left`` until ink meets ink."""
    from_end = np.where(left.any(axis=1), np.argmax(left[:, ::-1] > 0, axis=1), 10_000)
    from_start = np.where(right.any(axis=1), np.argmax(right > 0, axis=1), 10_000)
    return int(min((from_end + from_start).min(), 200))


LETTERS = "AaCcdEeFfGHhJjKkMmNnPpRrTtUuVvWwXxYy&%#@?ÄäßéñδθλπσωΔΣΩЖШЯдфю"
LOOKALIKES = "OoQDIl|iZzSsBbqg"


def letter(characters: str, rng) -> tuple[np.ndarray, str]:
    """A printed character in one of Matplotlib's TrueType fonts, none of which trains a digit network; the text is empty."""
    font = ImageFont.truetype(str(rng.choice(fonts())), int(rng.integers(60, 180)))
    image = Image.new("L", (280, 280), 255)
    ImageDraw.Draw(image).text((140, 140), str(rng.choice(list(characters))), 0, font, anchor="mm")
    turned = image.rotate(rng.uniform(-12, 12), fillcolor=255)
    return np.repeat(np.asarray(turned)[..., None], 3, axis=2), ""


def scribble(rng) -> tuple[np.ndarray, str]:
    """A scribble, made in another way than those in the training: a pen with inertia wanders about the pad."""
    steps = int(rng.integers(150, 500))
    turn = np.cumsum(rng.normal(0, 0.25, steps)) + np.cumsum(np.full(steps, rng.normal(0, 0.05)))
    path = np.cumsum(np.stack([np.cos(turn), np.sin(turn)], axis=1) * rng.uniform(4, 9), axis=0)
    placed = strokes.place([path], rng.uniform(120, 250), (140, 140))
    return coloured(strokes.draw(placed, (280, 280), rng.uniform(3, 10)), (255, 255, 255), (0, 0, 0)), ""


def texture(rng) -> tuple[np.ndarray, str]:
    """Coloured noise of several octaves, like a photo of nothing in particular."""
    layers = [
        cv2.resize(rng.random((2**k, 2**k, 3)).astype(np.float32), (280, 280), interpolation=cv2.INTER_CUBIC)
        for k in range(2, 8)
    ]
    mixed = np.zeros_like(layers[0])
    for layer in layers:
        mixed += layer * rng.random()
    return cv2.normalize(mixed, np.empty_like(mixed), 0, 255, cv2.NORM_MINMAX).astype(np.uint8), ""


@functools.cache
def fonts() -> list[str]:
    names = (
        "DejaVuSans",
        "DejaVuSerif",
        "DejaVuSansMono",
        "STIXGeneral",
        "cmr10",
        "DejaVuSans-Oblique",
        "DejaVuSerif-Bold",
    )
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return [str(folder / f"{name}.ttf") for name in names if (folder / f"{name}.ttf").exists()]
