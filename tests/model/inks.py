"""Ink for the tests of model: of drawn pictures, and of digits that touch."""

import numpy as np

from model import labelled_drawings
from model.segmentation.segment import Piece
from model.training.touching_digits import side_by_side


def ink_of(picture: np.ndarray) -> np.ndarray:
    """The ink of a picture in black on white, (H, W) uint8."""
    return 255 - picture[..., 0]


def touching_ink(*digits: int, overlap: float = 4) -> np.ndarray:
    """Drawn digits that touch → (h, w) uint8 ink, cut to its edge."""
    drawn = [ink_of(labelled_drawings.pad(digit)) for digit in digits]
    ink = side_by_side(drawn, [overlap] * len(digits)).max(axis=0)
    return ink[np.ix_(ink.any(axis=1), ink.any(axis=0))]


def touching_picture(*digits: int) -> np.ndarray:
    """The same as a picture, (H, W, 3) uint8, black on white."""
    return np.repeat(255 - np.pad(touching_ink(*digits), 20)[..., None], 3, axis=2)


def piece_of(ink: np.ndarray) -> Piece:
    return Piece((0, 0, ink.shape[1], ink.shape[0]), ink)
