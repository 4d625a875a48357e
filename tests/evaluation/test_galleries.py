"""The images behind a figure."""

import pytest

from evaluation import galleries
from evaluation.galleries import Query
from tests import fakes


@pytest.fixture
def made():
    return fakes.made()


def test_a_query_finds_exactly_the_images_of_a_cell(made):
    found = galleries.select(made, Query("all", 3, 5))
    assert len(found) == made.metrics.confusion_matrix[3][5]
    assert all(made.labels[found] == 3) and all(made.predicted[found] == 5)
    sure = galleries.confidence(made)[found]
    assert list(sure) == sorted(sure)
    assert len(galleries.select(made, Query("wrong"))) == made.metrics.errors


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "../etc"},
        {"true": 10},
        {"true": -1},
        {"true": "3"},
        {"true": 3.5},
        {"sort": "x"},
        {"shown": 0},
        {"shown": 10**9},
        {"shown": "9"},
        {"kind": ["all"]},
        {"true": [1]},
        {"predicted": {}},
    ],
)
def test_a_hostile_query_is_refused(bad):
    with pytest.raises((ValueError, TypeError)):
        Query(**bad)
