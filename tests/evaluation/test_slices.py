"""Slices: which images are in them, what is counted, and whether a slice is worse than the rest."""

import gzip
import os

import cv2
import numpy as np
import pytest
from scipy.stats import fisher_exact, hypergeom

from evaluation import report_files, shapes, slices
from evaluation.slices import Grouping
from model import qmnist
from model.datasets import DataError, Labelled
from tests import fakes
from tests.fakes import known


def grouping(members, names=("a", "b"), name="half"):
    return Grouping(name, tuple(names), np.array(members))


def test_a_small_example_counted_by_hand():
    # 3 of 4 wrong in "b", 1 of 6 in "a": P(at least 3 of the 4 errors in b) = (C(4,3) C(6,1) + C(4,4)) / C(10,4) = 25 / 210
    right = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 1], dtype=bool)
    found = slices.score([grouping([0] * 6 + [1] * 4)], right)
    worst, other = found.rows
    assert (worst.name, worst.n, worst.errors, worst.accuracy) == ("b", 4, 3, 0.25)
    assert worst.p_value == pytest.approx(25 / 210, abs=1e-12)
    assert worst.p_holm == pytest.approx(2 * 25 / 210, abs=1e-12) and not worst.worse
    assert (other.name, other.n, other.errors) == ("a", 6, 1) and known(other.p_value) > 0.5
    assert list(found.members("half", "b")) == [6, 7, 8, 9]


@pytest.mark.parametrize("seed", range(5))
def test_the_test_is_scipys_fisher_exact(seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 400, 6)
    errors = rng.binomial(counts, 0.1)
    for n, e, p in zip(counts, errors, slices.more_errors(errors, counts), strict=True):
        rest, wrong = counts.sum() - n, errors.sum() - e
        expected = fisher_exact([[e, n - e], [wrong, rest - wrong]], alternative="greater").pvalue
        assert p == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_test_is_scipys_on_a_whole_test_set_too():
    counts, errors = np.array([5_001, 3_999, 999, 1]), np.array([1_300, 900, 299, 1])
    expected = hypergeom.sf(errors - 1, counts.sum(), errors.sum(), counts)
    assert slices.more_errors(errors, counts) == pytest.approx(expected, rel=1e-9)


def test_holm_steps_down_as_statsmodels_does():
    # statsmodels 0.14: multipletests([0.01, 0.04, 0.03, 0.005], method="holm")[1] = [0.03, 0.06, 0.06, 0.02]
    assert slices.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02], abs=1e-12)
    assert slices.holm([0.6, 0.7]) == [1, 1] and slices.holm([]) == []


def test_an_empty_slice_has_no_row_and_one_that_is_everything_no_test():
    found = slices.score([grouping([0, 0, 0], names=("all", "nobody"))], np.array([True, False, True]))
    (row,) = found.rows
    assert (row.name, row.p_value, row.p_holm, row.worse) == ("all", None, None, False)


def test_one_image_and_one_class_have_slices():
    one = Labelled(np.zeros((1, 28, 28), np.uint8), np.array([3]))
    found = slices.find(one, np.array([True]))
    assert [(row.grouping, row.n) for row in found.rows] == [("digit", 1)]
    with pytest.raises(ValueError, match="place each image"):
        slices.score([grouping([0, 1])], np.array([True]))


def test_many_slices_are_corrected_apart_from_the_few():
    rng = np.random.default_rng(0)
    right = rng.random(3000) > 0.05
    writer = slices.named("writer", [f"writer {i}" for i in rng.integers(0, 100, 3000)])
    half = grouping(rng.integers(0, 2, 3000))
    alone, together = slices.score([half], right), slices.score([half, writer], right)
    assert {(r.name, r.p_holm) for r in alone.rows} == {
        (r.name, r.p_holm) for r in together.rows if r.grouping == "half"
    }


def test_slices_without_a_value_are_left_out():
    found = slices.named("hand", ["ann", "", "bob", "ann"])
    assert found.names == ("ann", "bob") and list(found.members) == [0, slices.NOWHERE, 1, 0]


def line(width=4, slant=0.0, height=20, value=255):
    """A stroke as an image: `width` px wide, leaning `slant` px to the right for each px up."""
    image = np.zeros((28, 28), np.uint8)
    top, bottom = 14 - height // 2, 14 + height // 2
    cv2.line(image, (round(14 + slant * height / 2), top), (round(14 - slant * height / 2), bottom), value, width)
    return image


def test_shapes_measure_what_they_say():
    images = np.stack(
        [line(2), line(4), line(4, slant=0.5), line(4, height=10), line(4, value=140), np.zeros((28, 28), np.uint8)]
    )
    found = shapes.measure(images)
    assert found["stroke width"][1] > found["stroke width"][0] + 1
    assert found["slant"][1] == pytest.approx(0, abs=0.5)
    assert found["slant"][2] == pytest.approx(np.degrees(np.arctan(0.5)), abs=4)
    assert found["size"][3] < found["size"][1]
    assert found["ink"][4] == pytest.approx(found["ink"][1] * 140 / 255, rel=1e-6)
    assert found["aspect"][2] > found["aspect"][1]
    assert all(np.isnan(values[5]) for values in found.values())


def test_a_measure_is_cut_at_its_tenths_and_its_middle():
    values = np.r_[np.arange(1, 101, dtype=float), np.nan]
    found = slices.cut(shapes.MEASURES[0], values)
    assert list(np.bincount(found.members[:-1])) == [10, 40, 40, 10] and found.members[-1] == slices.NOWHERE
    assert found.names[0].startswith("thinnest: to 10.9") and found.names[-1].startswith("thickest: over 90.1")
    assert len(slices.cut(shapes.MEASURES[0], np.ones(5)).names) == 2  # all the same: nothing between


def test_the_populations_of_mnist_are_qmnists(mnist):
    shipped = known(known(report_files.shipped("cnn")).slices)
    population, writer = (one for one in shipped.groupings if one.source)
    assert list(np.bincount(population.members)) == [4999, 5001] and "BSD" in population.source
    assert len(writer.names) == 297
    if os.environ.get("QMNIST"):  # else nobody could say who wrote them
        found = slices.writers(mnist.test.labels)
        assert [list(one.members) for one in found] == [list(population.members), list(writer.members)]
        assert slices.writers(mnist.test.labels[::-1]) == ()  # other images
    else:
        assert os.environ.get("CI") != "true", "QMNIST is not set"


def test_without_qmnist_the_other_slices_stand(monkeypatch):
    monkeypatch.delenv("QMNIST", raising=False)
    few = fakes.labelled(200)
    found = slices.find(few, np.arange(200) % 7 > 0, mnist_test=True)
    assert {row.grouping for row in found.rows} == {"digit", "stroke width", "slant", "size", "ink", "aspect"}


def test_files_that_are_not_qmnists_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv("QMNIST", str(tmp_path))
    with pytest.raises(DataError, match="There is no qmnist-test-labels"):
        qmnist.load_writers()
    file = tmp_path / "qmnist-test-labels.tsv.gz"
    for content, words in (
        (b"\x1f\x8bno", "cannot be read"),
        (gzip.compress(b"7\t4\t1\t2\t3\t4\t0\t0\n", mtime=0), "sha256 differs"),
    ):
        file.write_bytes(content)
        monkeypatch.setenv("QMNIST", str(file))
        qmnist._load.cache_clear()
        with pytest.raises(DataError, match=words):
            qmnist.load_writers()


def test_what_cannot_be_otherwise_is_no_sign_at_all():
    assert slices.more_errors(np.array([0, 3]), np.array([700, 300]))[0] == 1  # exactly: such slices are ties
    assert slices.more_errors(np.array([2, 3]), np.array([2, 3])) == [1, 1]
