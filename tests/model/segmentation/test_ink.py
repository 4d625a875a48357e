"""Ink: a large drawing is all of it, and a shadow is none of it."""

import numpy as np

from model import labelled_drawings, recogniser
from model.normalization import SOLID
from model.segmentation import ink


def test_a_digit_as_large_as_the_pad_is_a_drawing_and_half_a_sheet_in_shadow_is_none():
    cnn = recogniser.load()
    large = labelled_drawings.pad(2, 272, brush=26)
    assert next(ink.candidates(large))[1] == 1 and cnn.read(large).text == "2"
    shadow = np.full((280, 280, 3), 235, np.uint8)
    shadow[:, :130] = 90
    assert cnn.read(shadow).verdict != "sure"
    assert (next(ink.candidates(shadow))[0] >= SOLID).mean() < 0.1
