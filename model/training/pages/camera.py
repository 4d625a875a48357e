"""What light and a camera make of a page: shadow, glare, vignette, blur, noise, resolution, JPEG. Enter at `photographed`.

Pictures here are (side, side) float32 with 0 black – 255 white.
"""

import cv2
import numpy as np

from model.training.pages.papers import Backgrounds


def slope(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Light from one side."""
    side = len(page)
    angle, y, x = rng.uniform(0, 2 * np.pi), *np.mgrid[:side, :side].astype(np.float32) / side - 0.5
    return page * (1 + rng.uniform(0, 0.5) * (x * np.cos(angle) + y * np.sin(angle)))


def shadows(page: np.ndarray, rng: np.random.Generator, backgrounds: Backgrounds) -> np.ndarray:
    """Shadows with edges from hard to soft: a hand, a phone, blots of bad light."""
    side = len(page)
    field = backgrounds.part(backgrounds.clouds[:3], side, rng) if rng.random() < 0.6 else None
    if field is None:
        angle, at, y, x = (
            rng.uniform(0, 2 * np.pi),
            rng.uniform(-0.4, 0.4),
            *np.mgrid[:side, :side].astype(np.float32) / side - 0.5,
        )
        field = ((x * np.cos(angle) + y * np.sin(angle)) - at) * 8 + 0.3 * np.sin(
            6 * (x * np.sin(angle) - y * np.cos(angle))
        )
    soft = 1 / (1 + np.exp(-np.clip(field * float(np.exp(rng.uniform(0, 3))), -30, 30)))
    return page * (1 - rng.uniform(0.1, 0.6) * soft)


def glare(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A bright spot that takes the contrast."""
    side = len(page)
    y, x = np.mgrid[:side, :side].astype(np.float32) / side - rng.uniform(0, 1, (2, 1, 1)).astype(np.float32)
    spot = np.exp(-(x**2 + y**2) / rng.uniform(0.02, 0.2)) * rng.uniform(0.2, 0.8)
    return page + (255 - page) * spot


def vignette(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Darker towards the corners of the picture."""
    side = len(page)
    y, x = np.mgrid[:side, :side].astype(np.float32) / side - 0.5
    return page * (1 - rng.uniform(0.2, 0.9) * (x**2 + y**2))


def resolution(page: np.ndarray, rng: np.random.Generator, size: float) -> np.ndarray:
    """A small picture made larger: soft or in blocks. A digit of ``size`` px keeps at least 9 of its px."""
    side = len(page)
    small = max(8, int(side * float(np.exp(rng.uniform(min(0.0, np.log(9 / size)), 0)))))
    down = cv2.resize(page, (small, small), interpolation=cv2.INTER_AREA)
    up = rng.choice([cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_LINEAR, cv2.INTER_CUBIC])
    return cv2.resize(down, (side, side), interpolation=int(up))


def blur(page: np.ndarray, rng: np.random.Generator, brush: float) -> np.ndarray:
    """Out of focus, or moved: less than the width of a stroke."""
    if rng.random() < 0.15:
        length = int(rng.integers(2, int(max(3, min(9, brush * 1.5)))))
        kernel = np.zeros((length, length), np.float32)
        cv2.line(kernel, (0, int(rng.integers(length))), (length - 1, int(rng.integers(length))), 1.0)
        return cv2.filter2D(page, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
    return cv2.GaussianBlur(page, (0, 0), rng.uniform(0.3, max(0.5, min(2.5, brush * 0.45))))


def sharpened(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """As phones sharpen: with bright seams beside strokes."""
    return page + rng.uniform(0.3, 1.5) * (page - cv2.GaussianBlur(page, (0, 0), rng.uniform(0.8, 2)))


def noise(page: np.ndarray, rng: np.random.Generator, backgrounds: Backgrounds, strength: float) -> np.ndarray:
    """A sensor's noise, alone or smeared by what removes noise."""
    fine = backgrounds.part(backgrounds.grain[: 3 if rng.random() < 0.6 else 6], len(page), rng)
    return page + fine * strength


def jpeg(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Saved as JPEG."""
    quality = int(rng.choice([rng.integers(20, 50), rng.integers(50, 95)], p=[0.25, 0.75]))
    _, content = cv2.imencode(".jpg", np.clip(page, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])
    opened = cv2.imdecode(content, cv2.IMREAD_GRAYSCALE)
    assert opened is not None, "OpenCV reads what it wrote"
    return opened.astype(np.float32)


def lit(page: np.ndarray, rng: np.random.Generator, backgrounds: Backgrounds) -> np.ndarray:
    """The page in the light of a room."""
    if rng.random() < 0.5:
        page = slope(page, rng)
    if rng.random() < 0.4:
        page = shadows(page, rng, backgrounds)
    if rng.random() < 0.08:
        page = glare(page, rng)
    if rng.random() < 0.2:
        page = vignette(page, rng)
    return page * rng.uniform(0.55, 1.05)


def photographed(
    page: np.ndarray, rng: np.random.Generator, backgrounds: Backgrounds, brush: float, size: float
) -> tuple[np.ndarray, float]:
    """What a camera and its files make of a lit page, and the deviation of the noise it has added, in grey values."""
    strength = float(rng.choice([0, rng.uniform(0, 3), rng.uniform(2, 9)], p=[0.25, 0.5, 0.25]))
    if rng.random() < 0.2:
        page = resolution(page, rng, size)
    if rng.random() < 0.65:
        page = blur(page, rng, brush)
    if rng.random() < 0.15:
        page = sharpened(page, rng)
    if strength:
        page = noise(page, rng, backgrounds, strength)
    page = np.clip(page, 0, 255)
    return (jpeg(page, rng) if rng.random() < 0.6 else page), strength
