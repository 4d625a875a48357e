"""Ink: a large drawing is all of it, and a shadow is none of it; a scan that was stretched is read narrower, too."""

import cv2
import numpy as np
import pytest

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


@pytest.mark.parametrize("size", [(16, 16), (15, 16), (32, 32)])
@pytest.mark.parametrize("thick", [20, 34])
def test_scans_stretched_to_a_square_are_read_for_every_digit(size, thick):
    """As Semeion, "Multiple Features" and optdigits scale them: a 1 is as wide as it is high."""
    cnn, texts = recogniser.load(), []
    for digit in range(10):
        grey = labelled_drawings.pad(digit, 200, brush=thick)[..., 0]
        inked = grey < 128
        small = cv2.resize(grey[np.ix_(inked.any(axis=1), inked.any(axis=0))], size, interpolation=cv2.INTER_AREA)
        texts.append(cnn.read(np.repeat(np.where(small < 128, 0, 255).astype(np.uint8)[..., None], 3, axis=2)).text)
    assert "".join(texts) == "0123456789"
