"""The strips that the network for touching digits learns from: they hold what they say, vary, and come in batches."""

import numpy as np
import pytest

from model import datasets, normalization, recogniser
from model.segmentation import strip
from model.training import strip_set
from model.training.augmentation import Strength
from model.training.recipes import SLANTED, UPRIGHT
from tests.model.inks import touching_ink


def test_strips_hold_the_digits_that_they_name(mnist, pendigits):
    """The shipped network reads most of them as what they name."""
    pens = [p for p in datasets.load_pendigits() if p.writer in datasets.HELD_OUT_WRITERS]
    made = strip_set.make(150, pens, mnist.train[datasets.HELD_OUT :], np.random.default_rng(2))
    assert {len(s.symbols) for s in made} >= {1, 2, 3, 4} and any(s.symbols == (strip.NONE,) for s in made)
    units = [s.image / np.float32(255) for s in made]
    read = [
        tuple(symbol for symbol, _, _ in strip.best(strip.outputs(recogniser.touching_network(), unit)))
        for unit in units
    ]
    assert np.mean([found == s.symbols for found, s in zip(read, made, strict=True)]) > 0.75


def test_strips_can_be_made_without_pen_strokes(mnist):
    assert len(strip_set.make(20, [], mnist.train[:500], np.random.default_rng(2))) == 20


@pytest.mark.parametrize("strength", [SLANTED, UPRIGHT, Strength(0, 0, 0, 0, 0, 0, 0, 0)])
def test_varied_strips_stay_strips(strength):
    image = np.round(normalization.to_strip(touching_ink(2, 9)) * 255).astype(np.uint8)
    first, again = (strip_set.vary(image, strength, np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(first, again) and first.dtype == np.uint8 and first.shape[0] == 36
    assert abs(first.mean() * first.shape[1] / image.mean() / image.shape[1] - 1) < 0.6


def test_batches_hold_every_strip_once():
    rng = np.random.default_rng(0)
    images = [np.full((36, w), w, np.uint8) for w in rng.integers(20, 250, 130)]
    symbols = [(w % 10,) * (1 + w % 3) for w in (image.shape[1] for image in images)]
    made = strip_set.batches(images, symbols, 16, rng)
    found = [
        (int(image.max()), tuple(row[row >= 0]))
        for filled, rows in made
        for image, row in zip(filled, rows, strict=True)
    ]
    assert sorted(found) == sorted((image.shape[1], s) for image, s in zip(images, symbols, strict=True))
    assert all(filled.shape[2] % 4 == 0 and len(filled) <= 16 for filled, _ in made)
