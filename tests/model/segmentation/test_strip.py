"""Strips of touching digits: what the network's outputs are read as."""

import numpy as np
import pytest

from model import normalization, recogniser
from model.segmentation import strip
from tests.model.inks import touching_ink


def test_windows_give_what_the_network_would_give_for_the_whole_strip():
    def network(windows):
        """Sees 30 px to either side, as the real one does."""
        column = windows.sum(axis=1)
        sums = np.stack([np.convolve(row, np.ones(61), "same") for row in column])[:, ::2]
        return np.repeat(sums[..., None], 12, axis=2) * np.arange(12) / 1000

    image = np.random.default_rng(0).random((36, 301)).astype(np.float32)
    whole = network(np.pad(image, ((0, 0), (0, 1)))[None])[0]
    powers = np.exp(whole - whole.max(axis=1, keepdims=True))
    expected = powers / powers.sum(axis=1, keepdims=True)
    assert np.allclose(strip.outputs(network, image), expected, atol=1e-6)


def test_repeats_are_one_digit_and_a_blank_separates_two():
    symbols = [strip.BLANK, 3, 3, strip.BLANK, 3, 7, 7, strip.BLANK]
    chances = np.full((len(symbols), 12), 0.01)
    chances[np.arange(len(symbols)), symbols] = [0.9, 0.6, 0.8, 0.9, 0.7, 0.9, 0.5, 0.9]
    assert [(symbol, at) for symbol, at, _ in strip.best(chances)] == [(3, 2), (3, 4), (7, 5)]


def test_a_strip_that_holds_anything_but_digits_has_no_digits():
    def network(windows):
        logits = np.zeros((len(windows), 64, 12), np.float32)
        logits[:, :, strip.BLANK] = 5
        logits[:, 10, 4] = logits[:, 20, strip.NONE] = 9
        return logits

    assert strip.read(network, normalization.to_strip(touching_ink(4, 4))) == []


@pytest.mark.parametrize("digits", [(3, 8), (4, 7, 2), (9, 9), (6,)])
def test_digits_that_touch_are_read_from_left_to_right(digits):
    found = strip.read(recogniser.touching_network(), normalization.to_strip(touching_ink(*digits)))
    assert [int(f.probabilities[:10].argmax()) for f in found] == list(digits)
    assert [f.place for f in found] == sorted(f.place for f in found)
    assert all(0 < f.place < 1 and f.probabilities.sum() == pytest.approx(1, abs=1e-5) for f in found)
