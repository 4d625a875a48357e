"""Every figure against scikit-learn, SciPy or a count by hand, on random inputs and at the edges."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

from evaluation import curves, metrics
from model import test_time_augmentation
from model.calibration import Calibration
from model.datasets import unit
from model.recogniser import load
from tests.fakes import known


def random_set(n=2000, seed=0, sharp=0.3):
    """Labels and probabilities of a model that is right about two times out of three."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, n)
    probabilities = rng.dirichlet(np.full(10, sharp), n)
    probabilities[np.arange(n), labels] += rng.random(n)
    return labels, (probabilities / probabilities.sum(axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("seed", range(3))
def test_figures_equal_scikit_learn(seed):
    labels, probabilities = random_set(seed=seed)
    answers, m = probabilities.argmax(axis=1), metrics.evaluate(labels, probabilities)
    assert m.accuracy == sk.accuracy_score(labels, answers)
    assert m.errors == (labels != answers).sum()
    np.testing.assert_array_equal(m.confusion_matrix, sk.confusion_matrix(labels, answers))
    assert m.macro_f1 == pytest.approx(sk.f1_score(labels, answers, average="macro"))
    assert m.top2 == sk.top_k_accuracy_score(labels, probabilities, k=2)
    exact = probabilities.astype(np.float64) / probabilities.sum(axis=1, keepdims=True, dtype=np.float64)
    assert m.log_loss == pytest.approx(sk.log_loss(labels, exact))
    report: Any = sk.classification_report(labels, answers, output_dict=True)
    for row in m.per_class:
        expected = report[str(row.digit)]
        assert (row.precision, row.recall, row.f1, row.support) == pytest.approx(
            (expected["precision"], expected["recall"], expected["f1-score"], expected["support"])
        )
        assert row.accuracy == row.recall


def test_accuracy_interval_is_wilsons():
    labels, probabilities = random_set()
    m = metrics.evaluate(labels, probabilities)
    z, n, p = 1.959963984540054, m.n, m.accuracy  # the textbook formula, written out
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert m.interval == pytest.approx((middle - half, middle + half))


def test_class_intervals_are_wilsons_and_contain_their_figure():
    labels, probabilities = random_set(300)
    m = metrics.evaluate(labels, probabilities)
    matrix = np.array(m.confusion_matrix)
    for row in m.per_class:
        found = binomtest(int(matrix[row.digit, row.digit]), row.support).proportion_ci(method="wilson")
        assert row.recall_interval == row.accuracy_interval == pytest.approx((found.low, found.high))
        read = binomtest(int(matrix[row.digit, row.digit]), int(matrix[:, row.digit].sum())).proportion_ci(
            method="wilson"
        )
        assert row.precision_interval == pytest.approx((read.low, read.high))
        low, high = known(row.f1_interval)
        assert low < known(row.f1) < high


def test_f1_interval_agrees_with_a_bootstrap():
    labels, probabilities = random_set(3000)
    answers, rng = probabilities.argmax(axis=1), np.random.default_rng(1)
    resampled = [sk.f1_score(labels[i] == 3, answers[i] == 3) for i in rng.integers(0, 3000, (400, 3000))]
    row = metrics.evaluate(labels, probabilities).per_class[3]
    assert row.f1_interval == pytest.approx(np.quantile(resampled, [0.025, 0.975]), abs=0.01)


def test_reliability_bins_equal_scikit_learns_curve():
    labels, probabilities = random_set()
    m = metrics.evaluate(labels, probabilities)
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    accuracy, mean = calibration_curve(right, confidence, n_bins=15)
    bins = [b for b in m.calibration if b.n]
    assert len(m.calibration) == 15
    assert [b.accuracy for b in bins] == pytest.approx(accuracy)
    assert [b.confidence for b in bins] == pytest.approx(mean)
    assert m.ece == pytest.approx(sum(b.n / m.n * abs(a - c) for b, a, c in zip(bins, accuracy, mean, strict=True)))


def test_a_confidence_on_a_bins_edge_belongs_below_it():
    bins = curves.reliability(np.array([1 / 15, 1.0, 0.0]), np.array([True, True, False]))
    assert [b.n for b in bins] == [2] + [0] * 13 + [1]


def test_an_overconfident_model_has_the_calibration_error_it_should():
    labels = np.arange(100) % 10
    probabilities = np.full((100, 10), 0.1 / 9)
    probabilities[np.arange(100), np.where(np.arange(100) < 60, labels, (labels + 1) % 10)] = 0.9
    assert metrics.evaluate(labels, probabilities).ece == pytest.approx(0.3)


def test_calibration_is_undone_exactly():
    labels, raw = random_set(500)
    calibrated, _ = Calibration(temperature=1.7).apply(raw)
    exact = raw / raw.sum(axis=1, keepdims=True, dtype=np.float64)
    np.testing.assert_allclose(curves.uncalibrated(calibrated, 1.7), exact, atol=2e-6)
    before, plain = known(metrics.before_calibration(labels, calibrated, 1.7)), metrics.evaluate(labels, raw)
    assert before.temperature == 1.7
    assert before.ece == pytest.approx(plain.ece, abs=1e-4) and before.log_loss == pytest.approx(
        plain.log_loss, abs=1e-4
    )
    assert [b.n for b in before.calibration] == [b.n for b in plain.calibration]


def test_without_calibration_there_is_no_before():
    labels, probabilities = random_set(50)
    assert metrics.before_calibration(labels, probabilities, 1.0) is None
    assert metrics.before_calibration(labels, np.zeros_like(probabilities), 2.0) is None
    some = probabilities.copy()
    some[:10] = 0  # no single digit: nothing to be sure of
    assert sum(b.n for b in known(metrics.before_calibration(labels, some, 2.0)).calibration) == 40


def test_the_shipped_models_own_confidence_is_what_its_network_says(mnist):
    reader = load()
    images, labels = unit(mnist.test.images[:1000]), mnist.test.labels[:1000]
    uncalibrated, _ = Calibration().apply(test_time_augmentation.with_second_look(reader.engine, images))
    before = metrics.before_calibration(labels, reader.alone().probabilities(images)[0], reader.calibration.temperature)
    assert known(before).ece == pytest.approx(metrics.evaluate(labels, uncalibrated).ece, abs=1e-5)


def test_coverage_curve_counts_what_a_threshold_answers():
    labels, probabilities = random_set()
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    curve = metrics.evaluate(labels, probabilities).coverage
    assert curve[0].coverage == 1 and curve[0].accuracy == right.mean()
    assert [p.coverage for p in curve] == sorted((p.coverage for p in curve), reverse=True)
    for p in curve[::10]:
        answered = confidence >= p.threshold
        assert (p.coverage, p.accuracy) == pytest.approx((answered.mean(), right[answered].mean()))


def test_label_problems_are_set_aside_not_counted_right():
    labels, probabilities = random_set()
    problems = (3, 5, 1999)
    rest = metrics.evaluate(np.delete(labels, problems), np.delete(probabilities, problems, axis=0))
    found = known(metrics.evaluate(labels, probabilities, problems).without_label_problems)
    assert (found.n, found.errors, found.accuracy, found.interval) == (1997, rest.errors, rest.accuracy, rest.interval)


def test_an_absent_class_is_undefined_rather_than_zero():
    labels, probabilities = random_set()
    keep = labels != 4
    probabilities[:, 4] = 0
    m = metrics.evaluate(labels[keep], probabilities[keep])
    row = m.per_class[4]
    assert row.support == 0
    assert row.accuracy is row.precision is row.f1 is row.recall_interval is row.f1_interval is row.read_as is None
    assert m.macro_f1 == pytest.approx(sk.f1_score(labels[keep], probabilities[keep].argmax(axis=1), average="macro"))


def test_a_digit_never_read_has_no_precision():
    m = metrics.evaluate(np.array([0, 1, 2]), np.eye(10)[[1, 1, 1]])
    assert m.per_class[0].precision is None and m.per_class[0].recall == 0 and m.per_class[0].f1 == 0
    assert m.per_class[0].read_as == 1 and m.per_class[0].read_as_count == 1


def test_all_wrong():
    labels = np.arange(50) % 10
    m = metrics.evaluate(labels, np.eye(10, dtype=np.float32)[(labels + 1) % 10])
    assert (m.accuracy, m.errors, m.macro_f1, m.ece) == (0, 50, 0, 1)
    assert m.interval[0] == 0 and 0 < m.interval[1] < 0.1
    assert np.isfinite(known(m.log_loss)) and known(m.log_loss) > 30


def test_all_right_still_has_an_interval():
    labels = np.arange(50) % 10
    m = metrics.evaluate(labels, np.eye(10, dtype=np.float32)[labels])
    assert (m.accuracy, m.errors, m.macro_f1, m.ece, m.top2) == (1, 0, 1, 0, 1)
    assert m.interval[0] < 1 and known(m.per_class[0].f1_interval)[0] < 1


def test_one_image():
    m = metrics.evaluate(np.array([7]), np.eye(10)[[7]])
    assert (m.n, m.accuracy, m.macro_f1, len(m.coverage)) == (1, 1, 1, 1)


def test_ties_go_to_the_smaller_digit_and_top2_contains_the_answer():
    probabilities = np.full((3, 10), 0.1)
    m = metrics.evaluate(np.array([0, 1, 2]), probabilities)
    assert m.accuracy == pytest.approx(1 / 3) and m.top2 == pytest.approx(2 / 3)
    assert len(m.coverage) == 1  # equally sure: no threshold can part them


def test_pictures_without_a_single_digit_count_as_wrong_beside_the_matrix():
    labels, probabilities = random_set(100)
    probabilities[:10] = 0
    m = metrics.evaluate(labels, probabilities)
    assert m.accuracy == (probabilities[10:].argmax(axis=1) == labels[10:]).sum() / 100
    assert np.sum(m.confusion_matrix) == 90
    np.testing.assert_array_equal(m.no_single_digit, np.bincount(labels[:10], minlength=10))
    assert sum(row.support for row in m.per_class) == 100
    nothing = metrics.evaluate(labels, np.zeros((100, 10)))
    assert (nothing.accuracy, nothing.top2, nothing.log_loss, nothing.ece) == (0, 0, None, None)


@pytest.mark.parametrize(
    "labels, probabilities",
    [
        (np.array([], int), np.zeros((0, 10))),
        (np.array([1, 2]), np.zeros((3, 10))),
        (np.array([10]), np.eye(10)[[1]]),
        (np.array([1]), np.full((1, 10), np.nan)),
        (np.array([1]), np.ones((1, 11))),
    ],
)
def test_what_cannot_be_evaluated_is_refused(labels, probabilities):
    with pytest.raises(ValueError):
        metrics.evaluate(labels, probabilities)


def test_mcnemar_is_the_exact_binomial_test():
    a = np.array([1] * 90 + [0] * 10, bool)
    b = np.array([1] * 80 + [0] * 10 + [1] * 2 + [0] * 8, bool)
    result = metrics.mcnemar(a, b)
    assert (result.only_a, result.only_b) == (10, 2)
    assert result.p_value == pytest.approx(2 * (1 + 12 + 66) / 2**12)
    assert result.p_value == pytest.approx(binomtest(2, 12).pvalue, rel=1e-9)
    many = np.arange(9_000) < 4_400  # right for one model, wrong for the other
    assert metrics.mcnemar(many, ~many).p_value == pytest.approx(binomtest(4_400, 9_000).pvalue, rel=1e-9)
    assert metrics.mcnemar(a, a).p_value == 1.0
    with pytest.raises(ValueError):
        metrics.mcnemar(a, b[:5])


def test_the_server_computes_its_figures_without_the_large_libraries():
    program = (
        "import sys, numpy as np; from evaluation import metrics, slices; metrics.evaluate(np.arange(10), np.eye(10));"
        "metrics.mcnemar([1, 0, 1], [0, 1, 1]); slices.more_errors(np.array([1, 2]), np.array([4, 4]));"
        "print([name for name in ('scipy', 'sklearn', 'pandas', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
