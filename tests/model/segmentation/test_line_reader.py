"""Lines of pieces: touching digits are read by every model, are never sure, and cost a bounded time."""

import copy

import cv2
import numpy as np
import pytest

from benchmarks import pictures
from model import labelled_drawings, recogniser
from model.calibration import UNSURE
from model.reading import Digit
from model.segmentation import line_reader
from tests.model.inks import touching_picture


@pytest.mark.slow
def test_no_picture_takes_more_than_its_share_of_time():
    """Lines of touching zeros, more than are read: each line is about five windows."""
    windows_read, network = [], recogniser.touching_network()
    model = copy.copy(recogniser.load())
    model.touching_network = lambda windows: windows_read.append(len(windows)) or network(windows)
    page = np.full((2000, 340, 3), 255, np.uint8)
    for y in range(20, 1980, 45):
        for x in range(20, 310, 18):
            cv2.circle(page, (x, y), 9, (0, 0, 0), 2)
    model.read(page)
    assert 50 < sum(windows_read) <= recogniser.ENOUGH / line_reader.WINDOW + 2 * max(windows_read)


def test_what_was_cut_apart_is_never_sure():
    model = recogniser.load()
    reading = model.read(touching_picture(3, 8))
    assert reading.text == "38" and reading.verdict == "unsure"


def test_every_model_reads_digits_that_touch():
    assert recogniser.load("classic").read(touching_picture(4, 7)).text == "47"


def test_rows_of_unseen_writers_are_read(pendigits):
    """Most of what touches: the figure stands in docs/models.md."""
    rng, pens, model = np.random.default_rng(5), pictures.held_out_pens(), recogniser.load()
    rows = [pictures.row([pens[i] for i in rng.integers(len(pens), size=rng.integers(2, 13))], rng) for _ in range(60)]
    assert np.mean([model.read(picture).text == text for picture, text in rows]) > 0.8


@pytest.mark.parametrize(("name", "asks"), [("cnn", True), ("classic", False)])
def test_a_second_opinion_is_the_mean_of_two_networks_for_a_model_that_knows_no_digit(name, asks):
    model, ink = recogniser.load(name), 255 - labelled_drawings.pad(7)[..., 0]
    doubtful = Digit((0, 0, 1, 1), ink, np.eye(10, dtype=np.float32)[[1, 7]].mean(axis=0), 0.0, UNSURE)
    found = line_reader.second_opinion(model, doubtful, ink)
    assert (found.probabilities[7] > 0.95) == asks and (found is doubtful) != asks


def test_there_is_no_second_opinion_on_one_digit_where_two_are_seen():
    model, ink = recogniser.load(), 255 - touching_picture(3, 8)[..., 0]
    doubtful = Digit((0, 0, 1, 1), ink, np.full(10, 0.1, np.float32), 0.0, UNSURE)
    assert line_reader.second_opinion(model, doubtful, ink) is doubtful
