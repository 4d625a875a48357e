"""How sure a model is against how often it is right: reliability bins, their error, and the accuracy that a threshold buys."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BINS = 15  # Guo et al. 2017, "On Calibration of Modern Neural Networks", and most figures published since
EDGES = np.linspace(0, 1, BINS + 1)
CURVE_POINTS = 120  # enough for a smooth curve at the width of a screen


@dataclass(frozen=True)
class Bin:
    """One bar of the reliability diagram: the n images whose confidence lies in (low, high].

    confidence, accuracy: their means, fractions in [0, 1]; None for an empty bin.
    """

    low: float
    high: float
    n: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True)
class CoveragePoint:
    """Answering only where the confidence is at least `threshold`: the share of images answered, and the accuracy on them."""

    threshold: float
    coverage: float
    accuracy: float


def bin_of(confidence: np.ndarray) -> np.ndarray:
    """(n,) confidences in [0, 1] → (n,) int, which of the BINS bins of equal width, open below and closed above."""
    return np.clip(np.digitize(confidence, EDGES, right=True) - 1, 0, BINS - 1)


def reliability(confidence: np.ndarray, right: np.ndarray) -> tuple[Bin, ...]:
    """(n,) confidences in [0, 1] and (n,) bool → the 15 bins."""
    place = bin_of(confidence)
    count = np.bincount(place, minlength=BINS)
    total = np.bincount(place, weights=confidence, minlength=BINS)
    correct = np.bincount(place, weights=right, minlength=BINS)
    return tuple(
        Bin(
            float(EDGES[b]),
            float(EDGES[b + 1]),
            int(count[b]),
            float(total[b] / count[b]) if count[b] else None,
            float(correct[b] / count[b]) if count[b] else None,
        )
        for b in range(BINS)
    )


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Expected calibration error: |accuracy − confidence| of the bins, averaged over the images; None without images.

    Naeini, Cooper & Hauskrecht 2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning".
    """
    n = sum(b.n for b in bins)
    apart = (b.n * abs(b.accuracy - b.confidence) for b in bins if b.accuracy is not None and b.confidence is not None)
    return sum(apart) / n if n else None


def coverage_curve(confidence: np.ndarray, right: np.ndarray) -> tuple[CoveragePoint, ...]:
    """Coverage and accuracy when the k least sure of (n,) images are left unanswered, k from none to all but one.

    Known as selective classification: El-Yaniv & Wiener 2010, "On the Foundations of Noise-free Selective Classification". k grows
    geometrically, because what a threshold buys is decided within the few least sure images. Images as sure as the threshold are
    answered, so ties stay together. Empty without images.
    """
    n = len(confidence)
    if n == 0:
        return ()
    order = np.sort(confidence)
    withheld = np.unique(np.r_[0, np.geomspace(1, max(n - 1, 1), CURVE_POINTS).round()].astype(int))
    points = []
    for threshold in np.unique(order[withheld[withheld < n]]):
        answered = confidence >= threshold
        points.append(CoveragePoint(float(threshold), float(answered.mean()), float(right[answered].mean())))
    return tuple(points)


def uncalibrated(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """(n, 10) probabilities at `temperature` T → (n, 10) float64 at temperature 1: p^T, normalised. Rows of zeros stay so.

    Dividing the logarithms by T and normalising loses nothing, so a network's own probabilities come back without running it
    again (a test compares). Where a smaller network with a temperature of its own answers what is clear, those answers are undone with T as
    well, so that they are not quite its own.
    """
    powers = np.asarray(probabilities, np.float64) ** temperature
    total = powers.sum(axis=1, keepdims=True)
    return np.divide(powers, total, out=np.zeros_like(powers), where=total > 0)
