"""From ink to the 28×28 image: where, how large and with what pen it was drawn must not matter."""

import cv2
import numpy as np
import pytest

from model import labelled_drawings, normalization
from model.segmentation import segment

ALL = range(10)


def ink_of(picture):
    return 255 - picture[..., 0]


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


def test_digits_that_stand_apart_are_separate_and_in_order():
    (line,) = segment.lines(ink_of(labelled_drawings.row("1230")))
    assert len(line) == 4
    assert [p.box[0] for p in line] == sorted(p.box[0] for p in line)


def test_the_bar_of_a_five_stays_with_it():
    picture = labelled_drawings.pad(5, 150)
    picture[60:85, 120:200][picture[60:85, 120:200] < 128] = 255  # lift the pen between bar and belly
    assert len(segment.lines(ink_of(picture))) == 1


def test_a_frame_around_a_digit_is_dropped_but_a_zero_is_kept():
    picture = labelled_drawings.pad(7)
    cv2.rectangle(picture, (15, 15), (265, 265), (0, 0, 0), 3)
    (line,) = segment.lines(ink_of(picture))
    assert len(line) == 1 and line[0].box[2] < 200
    assert len(segment.lines(ink_of(labelled_drawings.pad(0)))[0]) == 1


def test_lines_come_from_top_to_bottom():
    page = np.vstack([labelled_drawings.row("12"), labelled_drawings.row("70")])
    lines = segment.lines(ink_of(page))
    assert [len(line) for line in lines] == [2, 2]
    assert lines[0][0].box[1] < lines[1][0].box[1]
