"""Every figure of a report, from labels and probabilities. Enter at `evaluate`.

An undefined figure is None, never 0. All rates are fractions in [0, 1]; all intervals are 95 % intervals as (low, high).

NumPy counts: scikit-learn and SciPy's statistics would take half a second and 75 MB of the server for what are a few lines here. The
tests hold every figure to theirs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from statistics import NormalDist

import numpy as np

from evaluation.curves import Bin, CoveragePoint, calibration_error, coverage_curve, reliability, uncalibrated

DIGITS = np.arange(10)

Interval = tuple[float, float]


@dataclass(frozen=True)
class SubsetAccuracy:
    """Accuracy on part of the images: those whose label is not known to be wrong or undecidable."""

    n: int
    errors: int
    accuracy: float
    interval: Interval


@dataclass(frozen=True)
class PerClass:
    """One digit. `accuracy` is the share of its images that were read right, which is its recall."""

    digit: int
    support: int
    accuracy: float | None
    precision: float | None
    recall: float | None
    f1: float | None
    accuracy_interval: Interval | None
    precision_interval: Interval | None
    recall_interval: Interval | None
    f1_interval: Interval | None
    read_as: int | None  # the digit it is most often mistaken for
    read_as_count: int


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Everything a report says about one model on one labelled set. The JSON gets every number here (FIGURES).

    interval: of the accuracy; confusion_matrix: 10 × 10 counts, rows true, columns read as; no_single_digit: pictures without a
    single digit, by their label; ece: expected calibration error; calibration: its 15 bins; brier: see `brier`.
    """

    n: int
    errors: int
    accuracy: float
    interval: Interval
    confusion_matrix: tuple[tuple[int, ...], ...]
    no_single_digit: tuple[int, ...]
    per_class: tuple[PerClass, ...]
    macro_f1: float | None
    top2: float
    log_loss: float | None
    ece: float | None
    calibration: tuple[Bin, ...]
    coverage: tuple[CoveragePoint, ...]
    without_label_problems: SubsetAccuracy | None
    brier: float | None = None


# The numbers in Metrics, which a report's JSON has under the same names. To add one, give it a field with the default None, so that
# older reports can still be read, and a value in `evaluate`.
FIGURES = tuple(field.name for field in fields(Metrics) if field.type in (float, float | None))


@dataclass(frozen=True)
class Uncalibrated:
    """The confidence of the same answers before calibration, at temperature 1. `temperature`: the one that calibrates."""

    temperature: float
    log_loss: float
    ece: float
    calibration: tuple[Bin, ...]
    brier: float | None = None  # the first reports do not have it


@dataclass(frozen=True)
class McNemar:
    """Two models on the same images: how many only the first (`only_a`) or only the second got right; exact p-value."""

    only_a: int
    only_b: int
    p_value: float


def evaluate(labels: np.ndarray, probabilities: np.ndarray, label_problems: Sequence[int] = ()) -> Metrics:
    """(n,) labels 0–9 and (n, 10) probabilities → Metrics.

    A row of zeros is a picture in which no single digit was found: wrong in every rate, counted in `no_single_digit` by its
    label, and left out of log loss, calibration and coverage, which need probabilities. label_problems: indices of images to set
    aside for `without_label_problems` (None when empty). Raises ValueError on no images or shapes that do not fit.
    """
    labels, probabilities = np.asarray(labels, dtype=np.int64), np.asarray(probabilities, dtype=np.float64)
    if probabilities.shape != (len(labels), 10) or len(labels) == 0:
        raise ValueError(
            f"expected n ≥ 1 labels and (n, 10) probabilities, got {labels.shape} and {probabilities.shape}"
        )
    if not np.isfinite(probabilities).all() or labels.min() < 0 or labels.max() > 9:
        raise ValueError("labels must be 0–9 and probabilities finite")
    answers = predictions(probabilities)
    right, read = answers == labels, answers >= 0
    matrix = np.bincount(10 * labels[read] + answers[read], minlength=100).reshape(10, 10)
    rows = per_class(np.bincount(labels, minlength=10), matrix)
    # float32 rows miss a sum of 1 by 1e-7
    exact = probabilities[read] / probabilities[read].sum(axis=1, keepdims=True)
    confidence = probabilities[read].max(axis=1)
    bins = reliability(confidence, right[read])
    f1 = [row.f1 for row in rows if row.f1 is not None]
    return Metrics(
        n=len(labels),
        errors=int((~right).sum()),
        accuracy=float(right.mean()),
        interval=wilson(right.sum(), len(labels)),
        confusion_matrix=tuple(tuple(int(v) for v in row) for row in matrix),
        no_single_digit=tuple(int(v) for v in np.bincount(labels[~read], minlength=10)),
        per_class=rows,
        macro_f1=float(np.mean(f1)) if f1 else None,
        top2=top2(labels, probabilities),
        log_loss=log_loss(labels[read], exact) if read.any() else None,
        ece=calibration_error(bins),
        calibration=bins,
        coverage=coverage_curve(confidence, right[read]),
        without_label_problems=without(right, label_problems),
        brier=brier(labels[read], exact),
    )


def predictions(probabilities: np.ndarray) -> np.ndarray:
    """(n, 10) probabilities → (n,) int64 answers: the first largest; −1 for a row of zeros (no single digit was found)."""
    answers = probabilities.argmax(axis=1).astype(np.int64)
    answers[~probabilities.any(axis=1)] = -1
    return answers


def log_loss(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """The mean of −log of the label's probability, which counts as 2e-16 at least. (n,) labels, (n, 10) rows that sum to 1."""
    of_the_label = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(of_the_label, np.finfo(np.float64).eps)).mean())


def per_class(supports: np.ndarray, matrix: np.ndarray) -> tuple[PerClass, ...]:
    """One row a digit, from how many images it has, (10,) int, and the (10, 10) confusion matrix of those that were read."""
    rows = []
    for d in DIGITS:
        hits, support, read = int(matrix[d, d]), int(supports[d]), int(matrix[:, d].sum())
        mistaken = np.where(DIGITS == d, 0, matrix[d])
        recall = ratio(hits, support)
        accuracy_interval = wilson(hits, support) if support else None
        rows.append(
            PerClass(
                digit=int(d),
                support=support,
                accuracy=recall,
                precision=ratio(hits, read),
                recall=recall,
                f1=ratio(2 * hits, support + read),
                accuracy_interval=accuracy_interval,
                precision_interval=wilson(hits, read) if read else None,
                recall_interval=accuracy_interval,
                f1_interval=f1_interval(hits, support + read - 2 * hits) if support + read else None,
                read_as=int(mistaken.argmax()) if mistaken.any() else None,
                read_as_count=int(mistaken.max()),
            )
        )
    return tuple(rows)


def top2(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Share of images whose label, (n,) int, is among the two most probable digits of (n, 10).

    Ties go to the smaller digit, as in `predictions`; scikit-learn's top_k_accuracy_score gives them to the larger, so that a tied
    right answer could be missing from its own top two.
    """
    best = np.argsort(-probabilities, axis=1, kind="stable")[:, :2]
    hit = (best == labels[:, None]).any(axis=1) & probabilities.any(axis=1)
    return float(hit.mean())


def brier(labels: np.ndarray, probabilities: np.ndarray) -> float | None:
    """Mean squared distance of (n, 10) probabilities from the (n,) labels, over all ten digits: 0 to 2. None without images.

    Brier 1950, "Verification of Forecasts Expressed in Terms of Probability".
    """
    if not len(labels):
        return None
    return float(np.square(probabilities - np.eye(len(DIGITS))[labels]).sum(axis=1).mean())


def without(right: np.ndarray, problems: Sequence[int]) -> SubsetAccuracy | None:
    """Accuracy of (n,) bool answers without those at these indices; None when none is left out or none remains."""
    keep = np.ones(len(right), dtype=bool)
    keep[list(problems)] = False
    n, correct = int(keep.sum()), int(right[keep].sum())
    return SubsetAccuracy(n, n - correct, correct / n, wilson(correct, n)) if len(problems) and n else None


def wilson(successes: int, n: int) -> Interval:
    """95 % interval of a proportion after Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference".

    Unlike the usual one it stays within [0, 1] and has a width when all or none succeeded. Raises ValueError for n < 1.
    """
    k, n = int(successes), int(n)
    if not 0 <= k <= n or n < 1:
        raise ValueError(f"{k} of {n} is no proportion")
    z = NormalDist().inv_cdf(0.975)
    middle, half = k + z**2 / 2, z * math.sqrt(k * (n - k) / n + z**2 / 4)
    low, high = (middle - half) / (n + z**2), (middle + half) / (n + z**2)
    return 0.0 if k == 0 else low, 1.0 if k == n else high


def f1_interval(true_positives: int, mistakes: int) -> Interval:
    """95 % interval of F1 from its true positives and its mistakes (false positives + false negatives), not both 0.

    F1 = 2 J / (1 + J) grows with J = TP / (TP + FP + FN), and J is a proportion: Wilson's limits of J, carried over. Unlike a
    bootstrap it has a width when no mistake was seen, and needs no seed.
    """
    low, high = wilson(true_positives, true_positives + mistakes)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def before_calibration(labels: np.ndarray, probabilities: np.ndarray, temperature: float) -> Uncalibrated | None:
    """(n,) labels and (n, 10) calibrated probabilities → how sure the network itself was.

    None where calibration changes nothing (temperature 1) or there is nothing to judge.
    """
    read = probabilities.any(axis=1)
    if temperature == 1 or not read.any():
        return None
    labels, before = labels[read], uncalibrated(probabilities[read], temperature)
    bins = reliability(before.max(axis=1), before.argmax(axis=1) == labels)
    loss, error = log_loss(labels, before), calibration_error(bins)
    assert error is not None  # there are images
    return Uncalibrated(float(temperature), loss, error, bins, brier(labels, before))


def mcnemar(right_a: np.ndarray, right_b: np.ndarray) -> McNemar:
    """McNemar's exact test from two (n,) bool arrays over the same images; two-sided, p = 1 when they never differ.

    McNemar 1947, "Note on the Sampling Error of the Difference Between Correlated Proportions or Percentages". Raises ValueError
    for arrays of different lengths.
    """
    right_a, right_b = np.asarray(right_a, dtype=bool), np.asarray(right_b, dtype=bool)
    if right_a.shape != right_b.shape:
        raise ValueError("both models must have read the same images")
    a, b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    # Twice the binomial tail, exactly; scipy.stats, with the same value, would take 60 MB of every server's memory.
    tail = binomial = 1  # of k = 0
    for k in range(min(a, b)):
        binomial = binomial * (a + b - k) // (k + 1)
        tail += binomial
    return McNemar(a, b, min(1.0, 2 * tail / 2 ** (a + b)))


def ratio(part: int, whole: int) -> float | None:
    """None where it is undefined."""
    return part / whole if whole else None
