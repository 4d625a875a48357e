"""When a model refuses: its figures against scikit-learn and small examples counted by hand."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from evaluation import no_digit, refusal
from evaluation.no_digit import Outliers
from model.calibration import NOT_A_DIGIT, SURE, UNSURE, Calibration
from tests import fakes


def test_the_area_under_the_roc_curve_is_scikit_learns_and_the_share_of_pairs():
    assert refusal.auroc(np.array([0.9, 0.4]), np.array([0.5, 0.4])) == (1 + 1 + 0 + 0.5) / 4
    rng = np.random.default_rng(0)
    a, b = rng.random(300).round(2), rng.random(200).round(2) * 0.9
    expected = roc_auc_score(np.r_[np.ones(300), np.zeros(200)], np.r_[a, b])
    assert refusal.auroc(a, b) == pytest.approx(expected, abs=1e-12)
    assert refusal.auroc(a, np.zeros(0)) is None


def test_fpr95_is_where_scikit_learns_curve_passes_95_percent():
    rng = np.random.default_rng(1)
    digits, others = rng.beta(8, 1, 1000).round(3), rng.beta(2, 2, 500).round(3)
    fpr, tpr, _ = roc_curve(np.r_[np.ones(1000), np.zeros(500)], np.r_[digits, others], drop_intermediate=False)
    assert refusal.fpr_at(digits, others, 0.95) == pytest.approx(fpr[tpr >= 0.95].min(), abs=1e-12)
    # of 20 digits 19 reach 0.5, and two of the four others
    assert refusal.fpr_at(np.r_[0.1, np.full(19, 0.5)], np.array([0.1, 0.4, 0.5, 0.9]), 0.95) == 0.5


def test_risk_and_coverage_of_four_images_by_hand():
    coverage, risk = refusal.risk_coverage(np.array([0.9, 0.8, 0.8, 0.2]), np.array([True, True, False, False]))
    np.testing.assert_allclose(coverage, [0.25, 0.75, 1])
    np.testing.assert_allclose(risk, [0, 1 / 3, 0.5])


def example():
    return refusal.Refusal(
        digits_best=np.array([0.99, 0.9, 0.6, 0.95]),
        digits_none=np.array([0.0, 0.2, 0.1, 0.8]),
        right=np.array([True, True, False, True]),
        others_best=np.array([0.9, 0.99]),
        others_none=np.array([0.9, 0.1]),
        kind=np.array([0, 1]),
        kinds=("a", "b"),
        sure=0.85,
        not_digit=0.5,
        seed=0,
    )


def test_thresholds_turn_into_figures_as_the_verdicts_do():
    found = example()
    outcome = refusal.at(found, found.sure, found.not_digit)
    assert (outcome.right.sure, outcome.right.unsure, outcome.right.refused) == (1, 1, 1)
    assert (outcome.wrong.sure, outcome.wrong.unsure, outcome.wrong.refused) == (0, 1, 0)
    assert (outcome.others.sure, outcome.others.unsure, outcome.others.refused) == (1, 0, 1)
    outcome = refusal.at(found, 0.5, 1)
    assert (outcome.right.sure, outcome.wrong.sure) == (2, 1)  # 0.99, 0.72 and, wrong, 0.54

    digits = np.zeros((4, 10))
    digits[:, 0] = found.digits_best
    names = Calibration(1, found.sure, found.not_digit).verdicts(digits, found.digits_none)
    assert names == [SURE, UNSURE, UNSURE, NOT_A_DIGIT]


def test_what_is_no_digit_is_made_the_same_each_time_and_without_the_labelled_images_growing():
    digits = fakes.labelled(40).images
    made, again = no_digit.make(60, digits), no_digit.make(60, digits)
    assert made.images.shape == (60, 28, 28) and made.images.dtype == np.uint8
    np.testing.assert_array_equal(made.images, again.images)
    assert list(np.bincount(made.kind)) == [18, 12, 8, 6, 4, 6, 6]
    assert made.images.reshape(60, -1).any(axis=1).all()
    assert (no_digit.make(60, digits, seed=1).images != made.images).any()


def test_a_model_is_measured_and_bad_numbers_are_refused():
    outliers = Outliers(np.full((30, 28, 28), 9, np.uint8), np.zeros(30, np.int64), ("a",), seed=3)
    fake = fakes.Fake()
    digits, none = fake.probabilities(np.zeros((50, 28, 28), np.float32))
    found = refusal.measure(fake, fake.calibration, digits, none, np.arange(50) % 5 > 0, outliers)
    assert found.others.shape == (30,) and 0 < found.fpr95 <= 1 and found.kind_auroc(0) == found.auroc
    assert found.seed == 3
    assert (found.digits_best == found.digits_best.round(4)).all()
    digits[3, 3] = np.nan
    with pytest.raises(ValueError, match="finite"):
        refusal.measure(fake, fake.calibration, digits, none, np.arange(50) % 5 > 0, outliers)
