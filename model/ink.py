"""Picture → ink: which pixels are pen, whatever the colours, the light and the paper were.

No single threshold is right for every picture, so `candidates` gives several readings of the same picture, the
plainest first, and the recogniser keeps the one whose ink it can best explain as digits.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from model.geometry import SOLID

WORKING_SIDE = 1200  # px; larger pictures are read at this size
SMALL_SIDE = 160  # px; smaller pictures are enlarged to it, so that a one-pixel stroke has an inside
TINY_SIDE = 40  # px; up to here a picture is a scan of one digit, or two, and its greys are strokes seen too small
FLAT_SHARE = 0.45  # share of pixels with nearly the paper's colour that makes a picture "flat": drawn, not photographed
FLAT_RANGE = 12  # grey levels that count as nearly the same colour
# Shares of the longer side: wider than a pen's stroke, and wider than a marker's that fills the frame.
STROKE_REACHES = (0.09, 0.25)
BAR = 0.4  # of the longer side: ink along so much of a drawing's edge is a frame or a bar
TALL_ENOUGH = 0.06  # of the longer side: what may be a digit when everything that touches the edge is dropped
FAINTEST = 18  # grey levels of contrast below which there is no ink at all


def candidates(picture: np.ndarray) -> Iterator[tuple[np.ndarray, float]]:
    """(H, W, 3) uint8 → inks (h, w) uint8, 0 paper – 255 ink, each with a prior, 0–1, the likeliest first.

    The inks are the picture at the size it is read at. Lazily, because the first is nearly always right for
    a drawing. None at all for blank paper.
    """
    distance, share = _from_paper(picture)
    contrast = float(np.quantile(distance, 0.999)) if distance.size > 2000 else float(distance.max())
    contrast = max(contrast, 0.6 * float(distance.max()))
    if contrast < FAINTEST:
        return
    if max(picture.shape) <= TINY_SIDE:
        yield from _tiny(distance, contrast)
        return
    picture, distance = _working_size(picture), _working_size(distance)
    flat = share >= FLAT_SHARE and _two_tone(distance, contrast)
    if flat:
        for threshold, prior in ((0.5 * contrast, 1.0), (max(0.22 * contrast, FAINTEST / 2), 0.95)):
            yield _off_the_edge(_scaled(distance, threshold), BAR), prior
    for dark, prior in zip(_likely_polarities(picture), (1.0, 0.7), strict=True):
        for reach in STROKE_REACHES:
            lit = _lit_evenly(picture if dark else 255 - picture, reach)
            yield _off_the_edge(_scaled(lit, _otsu(lit)), 0), prior * (0.95 if flat else 1.0)
    if not flat:
        yield _off_the_edge(_scaled(distance, 0.5 * contrast), BAR), 0.9
    yield _scaled(contrast - distance, 0.5 * contrast), 0.75


def _tiny(distance: np.ndarray, contrast: float) -> Iterator[tuple[np.ndarray, float]]:
    """Every threshold is a guess where a stroke is one grey pixel wide; the commonest colour may even be the ink's."""
    distance = np.clip(_working_size(distance), 0, contrast)
    for amount, prior in ((distance, 1.0), (contrast - distance, 0.9)):
        for level in (0.5, 0.35, 0.65):
            yield _scaled(amount, level * contrast), prior


def _working_size(picture: np.ndarray) -> np.ndarray:
    """(H, W) or (H, W, 3) at the size pictures are read at: large ones smaller, small ones larger."""
    height, width = picture.shape[:2]
    longer = max(height, width)
    if longer > WORKING_SIDE:
        scale, how = WORKING_SIDE / longer, cv2.INTER_AREA
    elif longer < SMALL_SIDE:
        scale, how = float(np.ceil(SMALL_SIDE / longer)), cv2.INTER_CUBIC
    else:
        return picture
    return cv2.resize(picture, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=how)


def _two_tone(distance: np.ndarray, contrast: float) -> bool:
    """Whether there is little between paper and ink: true for what was drawn, false where light falls off."""
    between = (distance > FLAT_RANGE) & (distance < 0.4 * contrast)
    return bool(between.mean() <= 0.04 + (distance >= 0.4 * contrast).mean())


def _scaled(amount: np.ndarray, threshold: float) -> np.ndarray:
    """Scale so that ``threshold`` becomes SOLID: what follows knows one threshold only."""
    return np.clip(amount * (SOLID / max(threshold, 1.0)), 0, 255).astype(np.uint8)


def _from_paper(picture: np.ndarray) -> tuple[np.ndarray, float]:
    """How far each pixel's colour is from the commonest one, and the share of pixels that have nearly that colour.

    The commonest and not the border's: screenshots have frames.
    """
    bins = (picture >> 4).astype(np.int32)
    codes = (bins[..., 0] << 8) | (bins[..., 1] << 4) | bins[..., 2]
    commonest = int(np.bincount(codes.ravel(), minlength=4096).argmax())
    paper = np.median(picture[codes == commonest], axis=0)
    distance = np.abs(picture.astype(np.float32) - paper).max(axis=2)
    return distance, float((distance <= FLAT_RANGE).mean())


def _likely_polarities(picture: np.ndarray) -> tuple[bool, bool]:
    """Dark ink first where narrow dark things stand out more than narrow light ones, whatever the lamp does."""
    grey = _small(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
    window = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (21, 21))
    dark_parts, light_parts = (cv2.morphologyEx(grey, how, window) for how in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT))
    dark = bool(np.quantile(dark_parts, 0.995) >= np.quantile(light_parts, 0.995))
    return dark, not dark


def _small(picture: np.ndarray) -> np.ndarray:
    """At 160 px on the longer side, enough to see where the light falls."""
    height, width = picture.shape[:2]
    scale = 160 / max(height, width)
    return cv2.resize(
        picture, (max(8, round(width * scale)), max(8, round(height * scale))), interpolation=cv2.INTER_AREA
    )


def _lit_evenly(picture: np.ndarray, reach: float) -> np.ndarray:
    """Dark ink on paper under any lamp → how much darker each pixel is than its paper, (h, w) float32 0–255.

    The paper is what remains after closing the dark strokes, per channel at a small scale; dividing by it
    takes away shadows and lamp gradients, which are smoother than strokes.
    """
    height, width = picture.shape[:2]
    small = _small(picture)
    window = max(5, round(reach * max(small.shape[:2]))) | 1
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (window, window)))
    paper = cv2.GaussianBlur(paper, (0, 0), window / 8)
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    ratio = cv2.GaussianBlur(picture, (0, 0), max(0.6, max(height, width) / 900)).astype(np.float32) / np.maximum(
        paper, 8
    )
    return (1 - np.clip(ratio, 0, 1)).max(axis=2) * 255


def _off_the_edge(ink: np.ndarray, allowed: float) -> np.ndarray:
    """Without what runs off the picture (shadows, bars, the table beside the sheet), if anything else is left that is
    tall enough to be a digit. Up to ``allowed`` of the longer side may lie on the edge: a drawing may touch it."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((ink >= SOLID).astype(np.uint8), connectivity=8)
    rim = np.concatenate([labels[0], labels[-1], labels[1:-1, 0], labels[1:-1, -1]])
    off = np.bincount(rim, minlength=count) > allowed * max(ink.shape)
    tall = (stats[:, cv2.CC_STAT_HEIGHT] >= TALL_ENOUGH * max(ink.shape)) & ~off
    off[0] = tall[0] = False
    return np.where(off[labels], 0, ink).astype(np.uint8) if tall.any() and off.any() else ink


def _otsu(amount: np.ndarray) -> float:
    """Otsu's threshold, but never within the paper's own noise."""
    level, _ = cv2.threshold(np.clip(amount, 0, 255).astype(np.uint8), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return max(float(level), 3 * float(np.median(amount)), FAINTEST / 2)
