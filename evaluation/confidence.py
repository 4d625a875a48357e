"""How far the figures of calibration can be trusted: a bootstrap interval of the ECE, Wilson bands of the bins, and each digit apart.

Enter at `trust`. The figures themselves are in metrics.py and curves.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.curves import BINS, Bin, bin_of, calibration_error, reliability
from evaluation.metrics import DIGITS, Interval, wilson

RESAMPLES = 1_000  # of the images; the interval's ends then move by a hundredth of its width
SEED = 0


@dataclass(frozen=True)
class DigitConfidence:
    """How sure a model is where it answers one digit, and how often it is right: n answers; None without any."""

    digit: int
    n: int
    confidence: float | None
    accuracy: float | None
    interval: Interval | None
    ece: float | None


@dataclass(frozen=True)
class Trust:
    """ece_interval: 95 %, by resampling the images; None without images; by_digit: for each answer 0–9."""

    ece_interval: Interval | None
    by_digit: tuple[DigitConfidence, ...]


def trust(labels: np.ndarray, predicted: np.ndarray, probabilities: np.ndarray) -> Trust:
    """(n,) labels, (n,) answers, −1 for no single digit, and (n, 10) probabilities → what belongs beside the calibration's figures."""
    read = predicted >= 0
    confidence, right = probabilities[read].max(axis=1, initial=0), predicted[read] == labels[read]
    return Trust(ece_interval(confidence, right), by_digit(predicted[read], confidence, right))


def ece_interval(confidence: np.ndarray, right: np.ndarray) -> Interval | None:
    """95 % percentile interval of the expected calibration error under resampling of (n,) images. Efron 1979, "Bootstrap Methods".

    Images with the same confidence and outcome are drawn together, by their number (a multinomial draw), which is the same
    distribution as drawing them one by one, and several times quicker. The error cannot be negative, so that the interval of a
    well calibrated model lies above its figure: resampling adds noise to each bin.
    """
    n = len(confidence)
    if n == 0:
        return None
    pairs, counts = np.unique(np.stack([confidence, right]), axis=1, return_counts=True)
    into = np.zeros((len(counts), BINS))  # each pair's excess of accuracy over confidence, in its bin
    into[np.arange(len(counts)), bin_of(pairs[0])] = pairs[1] - pairs[0]
    drawn = np.random.default_rng(SEED).multinomial(n, counts / n, RESAMPLES)
    errors = np.abs(drawn @ into).sum(axis=1) / n
    low, high = np.quantile(errors, [0.025, 0.975])
    return float(low), float(high)


def by_digit(predicted: np.ndarray, confidence: np.ndarray, right: np.ndarray) -> tuple[DigitConfidence, ...]:
    """For each digit that is answered: (n,) answers, their confidence and whether they are right."""
    rows = []
    for digit in map(int, DIGITS):
        chosen = predicted == digit
        n, hits = int(chosen.sum()), int(right[chosen].sum())
        rows.append(
            DigitConfidence(
                digit,
                n,
                float(confidence[chosen].mean()) if n else None,
                hits / n if n else None,
                wilson(hits, n) if n else None,
                calibration_error(reliability(confidence[chosen], right[chosen])),
            )
        )
    return tuple(rows)


def bands(bins: Sequence[Bin]) -> list[Interval | None]:
    """The Wilson interval of each bin's accuracy; None for an empty one."""
    return [wilson(round(b.n * b.accuracy), b.n) if b.accuracy is not None else None for b in bins]
