"""Plain results from labels and probabilities.

scikit-learn and SciPy compute; this file chooses what is computed and what an undefined figure is (None, never 0).
All rates are fractions in [0, 1]; all intervals are 95 % intervals as (low, high).

scikit-learn and SciPy are imported where they compute: they take half a second, and showing a saved report needs neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.curves import Bin, CoveragePoint, calibration_error, coverage_curve, reliability, uncalibrated

DIGITS = np.arange(10)

Interval = tuple[float, float]


@dataclass(frozen=True)
class Aside:
    """The same model with the images whose label is known to be wrong or undecidable set aside."""

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


@dataclass(frozen=True)
class Metrics:
    """Everything a report says about one model on one labelled set. `confusion_matrix`: rows true, columns read as."""

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
    without_label_problems: Aside | None


@dataclass(frozen=True)
class Uncalibrated:
    """What the same answers looked like before calibration, at temperature 1. `temperature`: the one that calibrates."""

    temperature: float
    log_loss: float
    ece: float
    calibration: tuple[Bin, ...]


@dataclass(frozen=True)
class McNemar:
    """Two models on the same images: how many only the first (`only_a`) or only the second got right; exact p-value."""

    only_a: int
    only_b: int
    p_value: float


def wilson(successes: int, n: int) -> Interval | None:
    """Wilson 95 % interval of a proportion (SciPy); None when there is nothing to count."""
    from scipy.stats import binomtest

    if n == 0:
        return None
    interval = binomtest(int(successes), int(n)).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


def f1_interval(true_positives: int, mistakes: int) -> Interval | None:
    """95 % interval of F1 from its true positives and its mistakes (false positives + false negatives).

    F1 = 2 J / (1 + J) grows with J = TP / (TP + FP + FN), and J is a proportion: Wilson's limits of J, carried over.
    Unlike a bootstrap it has a width when no mistake was seen, and needs no seed.
    """
    limits = wilson(true_positives, true_positives + mistakes)
    return limits and tuple(2 * j / (1 + j) for j in limits)


def predictions(digits: np.ndarray) -> np.ndarray:
    """(n, 10) probabilities → (n,) int64 answers: the first largest; −1 for a row of zeros (no single digit was found)."""
    answers = digits.argmax(axis=1).astype(np.int64)
    answers[~digits.any(axis=1)] = -1
    return answers


def top2(labels: np.ndarray, digits: np.ndarray) -> float:
    """Share of images whose label is among the two most probable digits.

    Ties go to the smaller digit, as in `predictions`; scikit-learn's top_k_accuracy_score gives them to the larger, so
    that a tied right answer could be missing from its own top two.
    """
    best = np.argsort(-digits, axis=1, kind="stable")[:, :2]
    hit = (best == labels[:, None]).any(axis=1) & digits.any(axis=1)
    return float(hit.mean())


def per_class(labels: np.ndarray, answers: np.ndarray, matrix: np.ndarray) -> tuple[PerClass, ...]:
    """One row a digit, from (n,) labels, (n,) answers (−1: none) and their (10, 10) confusion matrix."""
    from sklearn.metrics import precision_recall_fscore_support

    precision, recall, f1, support = precision_recall_fscore_support(
        labels, answers, labels=DIGITS, zero_division=np.nan
    )
    rows = []
    for d in DIGITS:
        hits, read = int(matrix[d, d]), int(matrix[:, d].sum())
        mistaken = np.where(DIGITS == d, 0, matrix[d])
        found = wilson(hits, int(support[d]))
        rows.append(
            PerClass(
                digit=int(d),
                support=int(support[d]),
                accuracy=number(recall[d]),
                precision=number(precision[d]),
                recall=number(recall[d]),
                f1=number(f1[d]),
                accuracy_interval=found,
                precision_interval=wilson(hits, read),
                recall_interval=found,
                f1_interval=f1_interval(hits, int(support[d]) + read - 2 * hits),
                read_as=int(mistaken.argmax()) if mistaken.any() else None,
                read_as_count=int(mistaken.max()),
            )
        )
    return tuple(rows)


def evaluate(labels: np.ndarray, digits: np.ndarray, aside: Sequence[int] = ()) -> Metrics:
    """(n,) labels 0–9 and (n, 10) probabilities → Metrics.

    A row of zeros is a picture in which no single digit was found: wrong in every rate, counted in `no_single_digit`
    by its label, and left out of log loss, calibration and coverage, which need probabilities.
    `aside`: indices of known label problems for `without_label_problems` (None when empty).
    Raises ValueError on no images or shapes that do not fit.
    """
    from sklearn.metrics import confusion_matrix, log_loss

    labels, digits = np.asarray(labels, dtype=np.int64), np.asarray(digits, dtype=np.float64)
    if digits.shape != (len(labels), 10) or len(labels) == 0:
        raise ValueError(f"expected n ≥ 1 labels and (n, 10) probabilities, got {labels.shape} and {digits.shape}")
    if not np.isfinite(digits).all() or labels.min() < 0 or labels.max() > 9:
        raise ValueError("labels must be 0–9 and probabilities finite")
    answers = predictions(digits)
    right, read = answers == labels, answers >= 0
    matrix = confusion_matrix(labels[read], answers[read], labels=DIGITS) if read.any() else np.zeros((10, 10), int)
    rows = per_class(labels, answers, matrix)
    seen = digits[read] / digits[read].sum(axis=1, keepdims=True)  # float32 rows miss 1 by 1e-7, which log_loss reports
    confidence = digits[read].max(axis=1)
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
        top2=top2(labels, digits),
        log_loss=float(log_loss(labels[read], seen, labels=DIGITS)) if read.any() else None,
        ece=calibration_error(bins),
        calibration=bins,
        coverage=coverage_curve(confidence, right[read]),
        without_label_problems=set_aside(right, aside),
    )


def set_aside(right: np.ndarray, aside: Sequence[int]) -> Aside | None:
    """(n,) bool and the indices to leave out → what remains; None when nothing is left out or nothing remains."""
    keep = np.ones(len(right), dtype=bool)
    keep[list(aside)] = False
    n, correct = int(keep.sum()), int(right[keep].sum())
    return Aside(n, n - correct, correct / n, wilson(correct, n)) if len(aside) and n else None


def before_calibration(labels: np.ndarray, digits: np.ndarray, temperature: float) -> Uncalibrated | None:
    """(n,) labels and (n, 10) calibrated probabilities → how sure the network itself was.

    None where calibration changes nothing (temperature 1) or there is nothing to judge.
    """
    from sklearn.metrics import log_loss

    read = digits.any(axis=1)
    if temperature == 1 or not read.any():
        return None
    labels, before = labels[read], uncalibrated(digits[read], temperature)
    bins = reliability(before.max(axis=1), before.argmax(axis=1) == labels)
    loss = float(log_loss(labels, before, labels=DIGITS))
    return Uncalibrated(float(temperature), loss, calibration_error(bins), bins)


def mcnemar(right_a: np.ndarray, right_b: np.ndarray) -> McNemar:
    """McNemar's exact test from two (n,) bool arrays over the same images (two-sided; 1.0 when they never differ)."""
    from scipy.stats import binomtest

    right_a, right_b = np.asarray(right_a, dtype=bool), np.asarray(right_b, dtype=bool)
    if right_a.shape != right_b.shape:
        raise ValueError("both models must have read the same images")
    a, b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    return McNemar(a, b, float(binomtest(a, a + b).pvalue) if a + b else 1.0)


def number(value: float) -> float | None:
    """scikit-learn's NaN for "undefined" as None, which JSON and people can read."""
    return None if np.isnan(value) else float(value)
