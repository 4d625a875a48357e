"""How far calibration's figures can be trusted, against scikit-learn, SciPy and a bootstrap written out."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import brier_score_loss

from evaluation import confidence, curves, metrics
from tests.fakes import known


def some(n=400, seed=0):
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.full(10, 0.2), n).round(3)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return rng.integers(0, 10, n), probabilities


def test_the_brier_score_is_scikit_learns_and_that_of_two_images_by_hand():
    labels, probabilities = some()
    expected = brier_score_loss(labels, probabilities, labels=range(10), scale_by_half=False)
    assert metrics.brier(labels, probabilities) == pytest.approx(expected, abs=1e-12)
    two = np.zeros((2, 10))
    two[0, 0], two[1, :2] = 1, 0.5
    assert metrics.brier(np.array([0, 0]), two) == (0 + 0.5) / 2
    assert metrics.brier(np.zeros(0, int), np.zeros((0, 10))) is None
    assert metrics.evaluate(labels, probabilities).brier == pytest.approx(expected, abs=1e-9)


def test_the_interval_of_the_ece_is_that_of_a_bootstrap_image_by_image():
    labels, probabilities = some(300)
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    draws = np.random.default_rng(3).integers(0, 300, (600, 300))
    errors = [known(curves.calibration_error(curves.reliability(sure[i], right[i]))) for i in draws]
    found = known(confidence.ece_interval(sure, right))
    assert found == pytest.approx(tuple(np.quantile(errors, [0.025, 0.975])), abs=0.015)
    assert confidence.ece_interval(np.zeros(0), np.zeros(0, bool)) is None


def test_bands_and_digits_are_wilsons_intervals():
    labels, probabilities = some()
    found = metrics.evaluate(labels, probabilities)
    for b, band in zip(found.calibration, confidence.bands(found.calibration), strict=True):
        if b.n:
            expected = binomtest(round(b.n * known(b.accuracy)), b.n).proportion_ci(method="wilson")
            assert band == pytest.approx((expected.low, expected.high))
        else:
            assert band is None
    trusted = confidence.trust(labels, probabilities.argmax(axis=1), probabilities)
    three = trusted.by_digit[3]
    chosen = probabilities.argmax(axis=1) == 3
    assert three.n == chosen.sum() and three.accuracy == (labels[chosen] == 3).mean()
    assert three.confidence == pytest.approx(probabilities[chosen].max(axis=1).mean())


def test_pictures_without_a_digit_are_left_out():
    found = confidence.trust(np.array([1, 2]), np.array([-1, -1]), np.zeros((2, 10)))
    assert found.ece_interval is None and found.by_digit[1].n == 0 and found.by_digit[1].accuracy is None
