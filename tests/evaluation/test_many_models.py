"""Any number of models against one: the figures against SciPy and by hand, and the sentence that says what follows."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest, bootstrap

from evaluation import many_models
from evaluation.comparison import CompareError
from evaluation.report import Dataset, Report
from tests import fakes


@pytest.fixture
def base() -> Report:
    return fakes.made()


def changed(report: Report, name: str, mended: int, broken: int) -> Report:
    """A model that reads so many images right that `report` reads wrong, and so many wrong that it reads right."""
    right = report.predicted == report.labels
    predicted = report.predicted.copy()
    better, worse = np.flatnonzero(~right)[:mended], np.flatnonzero(right)[:broken]
    predicted[better] = report.labels[better]
    predicted[worse] = (report.labels[worse] + 1) % 10
    matrix = np.zeros((10, 10), int)
    np.add.at(matrix, (report.labels, predicted), 1)
    metrics = replace(
        report.metrics,
        confusion_matrix=tuple(map(tuple, matrix.tolist())),
        errors=int((predicted != report.labels).sum()),
    )
    return replace(report, model=name, weights_sha256=name, predicted=predicted, metrics=metrics)


def test_each_model_is_tested_against_the_base_and_corrected_for_all(base):
    found = many_models.against(base, [changed(base, "b", 30, 10), changed(base, "c", 12, 10)])
    b, c = found.rows
    assert (b.fewer, c.fewer) == (20, 2) and b.difference == pytest.approx(20 / 1000, abs=1e-12)
    p = [binomtest(10, 40).pvalue, binomtest(10, 22).pvalue]
    assert [row.pair.test.p_value for row in found.rows] == pytest.approx(p, abs=1e-12)
    assert [b.p_holm, c.p_holm] == pytest.approx([2 * p[0], p[1]], abs=1e-12)
    assert b.agreement == pytest.approx(960 / 1000) and b.matrix.sum() == 0
    assert np.trace(b.matrix) == 20  # 20 more right


def test_the_interval_of_the_difference_is_scipys_paired_bootstrap():
    n, only_a, only_b = 500, 20, 45
    steps = np.r_[np.ones(only_b), -np.ones(only_a), np.zeros(n - only_a - only_b)]
    expected = bootstrap((steps,), np.mean, n_resamples=5000, method="percentile", rng=np.random.default_rng(2))
    found = many_models.difference_interval(only_a, only_b, n)
    assert found == pytest.approx(tuple(expected.confidence_interval), abs=0.005)
    assert many_models.difference_interval(0, 0, 10) == (0, 0)


def test_the_sentence_says_how_often_chance_does_it():
    say = many_models.conclusion
    assert say("B", "A", 9, 10_000, 0.14, 0.14) == (
        "B makes 9 errors fewer of 10,000 than A; with this many images such a difference happens by chance 14 times in 100: "
        "these images do not show which is better."
    )
    assert say("B", "A", -40, 10_000, 0.0004, 0.0004).endswith("by chance 4 times in 10,000, so A is better.")
    assert say("B", "A", 20, 1_000, 0.03, 0.2).endswith("nothing is shown.")
    assert "as many errors of 100 as A" in say("B", "A", 0, 100, 1, 1)
    assert [many_models.how_often(p) for p in (1, 0.01, 0.0002, 1e-9)] == [
        "nearly always", "once in 100", "2 times in 10,000", "less than once in 10,000",
    ]  # fmt: skip


def test_seeds_of_one_recipe_have_a_spread(base):
    seeds = [changed(base, f"cnn-{i}", 10 * i, 0) for i in (1, 2, 3)]
    (spread,) = many_models.against(seeds[0], [*seeds[1:], changed(base, "other", 5, 5)]).spreads
    errors = [report.metrics.errors for report in seeds]
    assert (spread.recipe, spread.models) == ("cnn", 3)
    assert (spread.mean_errors, spread.sd_errors) == pytest.approx((np.mean(errors), 10))
    assert [many_models.recipe_of(n) for n in ("cnn", "cnn-seed2", "net_3", "7")] == ["cnn", "cnn", "net", "7"]


def test_names_are_told_apart_and_other_images_refused(base):
    again = replace(base, weights_sha256="other")
    assert many_models.against(base, [again]).rows[0].name == "fake (other)"
    assert many_models.unique_names([base, base]) == ["fake (fake0)", "fake (fake0) #2"]
    with pytest.raises(CompareError, match="same images"):
        many_models.against(base, [replace(base, dataset=Dataset("other", 1, "x"))])
