"""Calibration: the temperature and the thresholds that are found keep what they promise."""

import numpy as np
import pytest

from model import calibration


def test_temperature_and_thresholds_keep_their_promises():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 4, (20_000, 11))
    logits[:, 10] -= 8
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (
        chances[:, :10].cumsum(axis=1) < rng.random((20_000, 1)) * chances[:, :10].sum(axis=1, keepdims=True)
    ).sum(axis=1)
    overconfident = chances**2 / (chances**2).sum(axis=1, keepdims=True)
    found = calibration.fit(overconfident, labels)
    assert found.temperature == pytest.approx(2, rel=0.05)
    digits, none = found.apply(overconfident)
    sure = np.array(found.verdicts(digits, none)) == "sure"
    assert (digits.argmax(axis=1) != labels)[sure].mean() <= calibration.MAX_SURE_WRONG
    assert (none > found.not_digit).mean() <= calibration.MAX_DIGITS_LOST
