"""Ink along the edge of a picture: what runs off it is dropped (`off_the_edge`), and shadows are kept apart from writing (`shadowed`)."""

import cv2
import numpy as np

from model.normalization import SOLID

# Shares of the picture's width or height: a line as long as ACROSS and thinner than RULE is no digit.
ACROSS, RULE = 0.95, 0.05
BAR = 0.4  # share of the longer side: a piece with more pixels along the edge of a drawing is a frame or a bar
# Pieces along the edge are shadow, no ink, if they cover SHADOW of the picture and fill FILLS of their boxes: digits fill less.
SHADOW, FILLS = 0.1, 0.5
TALL_ENOUGH = 0.06  # share of the longer side: the least height of a digit when what touches the edge is dropped


def off_the_edge(ink: np.ndarray, allowed: float) -> np.ndarray:
    """The ink without what runs off the picture (shadows, bars, the table beside the sheet) or right across it (a footer's rule).

    Nothing is dropped unless something else is left that is tall enough to be a digit. A drawing may touch the edge: a piece may
    have ``allowed`` of the longer side in pixels on it.
    """
    solid = (ink >= SOLID).astype(np.uint8)
    if not _reaches(solid):
        return ink
    labels, stats, rim = _on_the_edge(solid)
    off = rim > allowed * max(ink.shape)
    width, height = stats[:, cv2.CC_STAT_WIDTH] / ink.shape[1], stats[:, cv2.CC_STAT_HEIGHT] / ink.shape[0]
    off |= (np.maximum(width, height) > ACROSS) & (np.minimum(width, height) < RULE)
    tall = (stats[:, cv2.CC_STAT_HEIGHT] >= TALL_ENOUGH * max(ink.shape)) & ~off
    off[0] = tall[0] = False
    return np.where(off[labels], 0, ink).astype(np.uint8) if tall.any() and off.any() else ink


def _reaches(solid: np.ndarray) -> bool:
    """Whether anything lies on the edge or may run right across. In most drawings nothing does, and the search for pieces is saved."""
    _, _, width, height = cv2.boundingRect(solid)
    edge = max(solid[0].max(), solid[-1].max(), solid[:, 0].max(), solid[:, -1].max())
    return bool(edge or width > ACROSS * solid.shape[1] or height > ACROSS * solid.shape[0])


def _on_the_edge(solid: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The connected pieces, of which 0 is the paper: each pixel's label, OpenCV's statistics of each piece, its pixels on the edge."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    rim = np.concatenate([labels[0], labels[-1], labels[1:-1, 0], labels[1:-1, -1]])
    return labels, stats, np.bincount(rim, minlength=len(stats))


def shadowed(ink: np.ndarray) -> bool:
    """Whether much of the ink lies along the edge and fills its box. Shadows do; frames, bars and large digits do not."""
    solid = (ink >= SOLID).astype(np.uint8)
    if not _reaches(solid):
        return False
    _, stats, rim = _on_the_edge(solid)
    area, box = stats[:, cv2.CC_STAT_AREA], stats[:, cv2.CC_STAT_WIDTH] * stats[:, cv2.CC_STAT_HEIGHT]
    off = (rim > BAR * max(ink.shape)) & (area > FILLS * box)
    return bool(area[1:][off[1:]].sum() > SHADOW * ink.size)
