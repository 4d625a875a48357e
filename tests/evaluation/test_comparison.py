"""Two reports side by side: which is better, and whether a run reproduces the shipped one."""

from dataclasses import replace

import numpy as np
import pytest

from evaluation import comparison, report
from tests import fakes


@pytest.fixture
def made():
    return fakes.made()


def test_a_run_says_whether_it_reproduces_the_shipped_report(made):
    assert "reproduces the shipped report" in comparison.reproduces(made, made)
    assert "not the weights" in comparison.reproduces(replace(made, weights_sha256="other"), made)
    assert "no shipped report" in comparison.reproduces(made, None)
    changed = made.predicted.copy()
    changed[:7] = (changed[:7] + 1) % 10
    assert "7 of 1,000 answers" in comparison.reproduces(replace(made, predicted=changed), made)


def test_two_models_are_compared_image_by_image(made):
    better = made.predicted.copy()
    wrong = np.flatnonzero(made.labels != made.predicted)[:20]
    better[wrong] = made.labels[wrong]
    found = comparison.compare(made, replace(made, model="better", predicted=better))
    assert (len(found.only_a), list(found.only_b)) == (0, list(wrong))
    assert "better is better" in found.words and found.test.p_value < 1e-4
    assert "exactly the same images" in comparison.compare(made, made).words
    with pytest.raises(comparison.CompareError, match="same images"):
        comparison.compare(made, replace(made, dataset=report.Dataset("other", 1, "x")))
