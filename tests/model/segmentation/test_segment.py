"""Pieces of ink: which belong to one digit, and in which lines they stand."""

import cv2
import numpy as np

from model import labelled_drawings
from model.segmentation import segment
from tests.model.inks import ink_of


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
