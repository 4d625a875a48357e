"""From the page network's maps to instances of writing."""

import tracemalloc

import numpy as np
import pytest

from model.page_reader import network_input as maps
from model.page_reader.instances import MOST, _nearest, find
from model.page_reader.reader import LARGEST
from tests.model.page_reader.perfect_maps import two_digits


def test_each_middle_gets_the_ink_that_votes_for_it():
    found = find(two_digits(), (64, 96))
    assert sorted(i.box for i in found.instances) == [(30, 20, 4, 24), (50, 20, 4, 24)]
    assert not found.left.any() and all(i.digit > 0.9 and abs(i.size - 24) < 0.1 for i in found.instances)


def test_strokes_that_touch_part_by_their_votes():
    assert len(find(two_digits(apart=8), (64, 96)).instances) == 2


def test_a_sign_is_an_instance_but_no_digit():
    found = find(two_digits(kinds=(5.0, -5.0)), (64, 96))
    assert sorted(round(i.digit) for i in found.instances) == [0, 1]


def test_ink_that_votes_for_no_middle_is_left():
    outputs = two_digits()
    outputs[10:22, 25:27, maps.OFFSET] = 1.0  # the second one's px point 32 px away
    found = find(outputs, (64, 96))
    assert len(found.instances) == 1 and found.left.sum() == 4 * 24


def test_empty_maps_are_an_empty_page():
    found = find(np.full((16, 16, maps.OUTPUTS), -9.0, np.float32), (32, 32))
    assert found.instances == [] and not found.left.any()


@pytest.mark.parametrize(("votes", "middles", "side"), [(3000, 200, 700), (500, 1, 100), (800, 50, 20)])
def test_the_nearest_middle_is_that_of_all_distances(votes, middles, side):
    rng = np.random.default_rng(votes)
    at = rng.uniform(-side / 4, side, (votes, 2)).astype(np.float32)
    to = 2 * rng.integers(0, side // 2, (middles, 2)).astype(np.float32) + 1  # cells, so that some coincide
    nearest, distance = _nearest(at, to)
    every = np.hypot(*np.moveaxis(at[:, None] - to, -1, 0))
    assert (nearest == every.argmin(axis=1)).all() and (distance == every.min(axis=1)).all()


def test_a_picture_of_nothing_but_texture_takes_little_memory():
    # As of 12 megapixels, which are looked at with LARGEST px on the longer side: every cell is ink, every third a middle.
    rng, height, width = np.random.default_rng(0), LARGEST * 3 // 8, LARGEST // 2
    outputs = rng.normal(0, 1, (height, width, maps.OUTPUTS)).astype(np.float32)
    outputs[..., maps.INK], outputs[..., maps.HEIGHT] = 3, np.log(10 / maps.REACH)
    outputs[..., maps.HEAT], outputs[..., maps.OFFSET] = -6, rng.normal(0, 0.05, (height, width, 2))
    outputs[::3, ::3, maps.HEAT] = 6
    tracemalloc.start()
    try:
        found = find(outputs, (2 * height, 2 * width))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(found.instances) > MOST // 2
    assert most < 4 * outputs.nbytes  # all distances at once would be 200 times as much as the outputs
