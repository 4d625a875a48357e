"""Augmentation: variations stay images, and repeat with their seed."""

import numpy as np
import pytest

from model.training.augmentation import MILD, STRONG, Augmenter


@pytest.mark.parametrize("strength", [STRONG, MILD])
def test_variations_stay_images_and_repeat_with_their_seed(strength):
    images = np.random.default_rng(0).integers(0, 256, (64, 28, 28), dtype=np.uint8)
    first, again = Augmenter(3)(images, strength), Augmenter(3)(images, strength)
    assert np.array_equal(first, again) and first.dtype == np.float32
    assert first.min() >= 0 and first.max() <= 1 + 1e-6
    assert not np.array_equal(first, Augmenter(4)(images, strength))
