"""From ink to the 28×28 image: the place, size and pen of a drawing must not matter. And from touching digits to a strip."""

import cv2
import numpy as np
import pytest

from model import labelled_drawings, normalization
from model.segmentation import segment
from tests.model.inks import ink_of

ALL = range(10)


def image_of(picture):
    (line,) = segment.lines(ink_of(picture))
    (piece,) = line
    return normalization.to_image(piece.ink)


def difference(a, b):
    """Mean absolute difference over the ink the two images have."""
    return float(np.abs(a - b).sum() / np.maximum(a, b).sum())


@pytest.mark.parametrize("digit", ALL)
def test_place_does_not_matter(digit):
    here = image_of(labelled_drawings.pad(digit, 100, (70, 80)))
    there = image_of(labelled_drawings.pad(digit, 100, (190, 171)))
    assert np.array_equal(here, there)


@pytest.mark.parametrize("digit", ALL)
def test_size_hardly_matters(digit):
    assert (
        difference(
            image_of(labelled_drawings.pad(digit, 100, brush=10)), image_of(labelled_drawings.pad(digit, 200, brush=20))
        )
        < 0.15
    )


@pytest.mark.parametrize("digit", [0, 1, 4, 7])
def test_brush_hardly_matters(digit):
    thin, thick = (image_of(labelled_drawings.pad(digit, 180, brush=b)) for b in (4, 22))
    assert difference(thin, thick) < 0.35
    widths = [
        normalization.stroke_width((cv2.resize(i, None, fx=8, fy=8) * 255).astype(np.uint8)) / 8 for i in (thin, thick)
    ]
    assert max(widths) - min(widths) < 0.8


@pytest.mark.parametrize("digit", ALL)
def test_images_have_mnist_geometry(digit):
    image = image_of(labelled_drawings.pad(digit))
    assert image.shape == (28, 28) and image.dtype == np.float32 and 0 <= image.min() and image.max() <= 1
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == normalization.DIGIT
    middle = [(image.sum(axis=a) @ np.arange(28)) / image.sum() for a in (1, 0)]
    assert np.allclose(middle, 14, atol=0.6)


def test_stroke_width_is_measured():
    bar = np.zeros((60, 60), np.uint8)
    bar[10:50, 20:27] = 255
    assert normalization.stroke_width(bar) == pytest.approx(7, abs=0.5)


def test_no_ink_gives_an_empty_image():
    assert not normalization.to_image(np.zeros((30, 30), np.uint8)).any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (2, 2)])
def test_any_ink_has_an_image(shape):
    image = normalization.to_image(np.full(shape, 255, np.uint8))
    assert image.shape == (28, 28) and image.max() > 0.5


def test_a_strip_has_the_networks_height_and_the_inks_width():
    ink = np.zeros((300, 900), np.uint8)
    ink[100:200, 50:650] = 255
    ink[112:188, 62:638] = 0
    image = normalization.to_strip(ink)
    assert image.shape[0] == 36 and abs(image.shape[1] - 8 - 6 * 32) < 12 and image.dtype == np.float32
    assert image.max() == 1 and image[: normalization.ABOVE].max() == image[:, : normalization.BESIDE].max() == 0
    assert normalization.to_strip(np.full((9, 9), 100, np.uint8)).shape == (36, 0)


def test_ink_that_is_far_too_long_for_digits_has_no_strip():
    line = np.zeros((3, 100), np.uint8)
    line[1, 1:-1] = 255
    assert normalization.to_strip(line).shape == (36, 0)
