"""When a model refuses: how sure it is of what it reads right, of what it reads wrong, and of what is no digit. Enter at `measure`.

The certainty is what the verdict is made of (model/calibration.py): the probability of the best digit times that it is a digit at
all. An answer is *sure* from one threshold on, an image is *not a digit* above another. `at` says what any two thresholds bring.
"""

from dataclasses import dataclass

import numpy as np

from evaluation.no_digit import Outliers
from evaluation.runner import Classifier
from model.calibration import Calibration
from model.datasets import unit

OUTLIERS = 3_000  # images of what is no digit: ± 0.8 points at 95 %, in two seconds
DECIMALS = 4  # of all that is kept, so that a page computes the same figures from it
RECALL = 0.95  # of the digits, for FPR95


@dataclass(frozen=True, eq=False)  # compared and cached by identity: it holds arrays
class Refusal:
    """What a model makes of digits and of what is none.

    digits_*: (n,) and others_*: (m,) float64 in [0, 1], to DECIMALS, of the digits and of the images that are none: the
    probability of the best digit, and that there is no digit; right: (n,) bool; kind: (m,) int64, which of `kinds`; sure,
    not_digit: the model's own thresholds; seed: of the images that are no digit.
    """

    digits_best: np.ndarray
    digits_none: np.ndarray
    right: np.ndarray
    others_best: np.ndarray
    others_none: np.ndarray
    kind: np.ndarray
    kinds: tuple[str, ...]
    sure: float
    not_digit: float
    seed: int

    @property
    def digits(self) -> np.ndarray:
        """(n,) certainty of the digits."""
        return self.digits_best * (1 - self.digits_none)

    @property
    def others(self) -> np.ndarray:
        """(m,) certainty of what is no digit."""
        return self.others_best * (1 - self.others_none)

    @property
    def auroc(self) -> float | None:
        """How well the certainty tells digits from what is none: 1 is perfect, 0.5 chance."""
        return auroc(self.digits, self.others)

    @property
    def auroc_errors(self) -> float | None:
        """How well it tells right answers from wrong ones; None where all are right, or all wrong."""
        return auroc(self.digits[self.right], self.digits[~self.right])

    @property
    def fpr95(self) -> float:
        """The share of what is no digit that is still as sure as the threshold that 95 % of the digits reach."""
        return fpr_at(self.digits, self.others, RECALL)

    @property
    def risk(self) -> tuple[np.ndarray, np.ndarray]:
        """The risk–coverage curve of the digits."""
        return risk_coverage(self.digits, self.right)

    @property
    def outcome(self) -> "Outcome":
        """What the model's own thresholds bring."""
        return at(self, self.sure, self.not_digit)

    def kind_auroc(self, kind: int) -> float | None:
        """The AUROC against one of `kinds` alone."""
        return auroc(self.digits, self.others[self.kind == kind])

    def kind_shares(self, kind: int) -> "Shares":
        """What the model's own thresholds bring of one of `kinds`."""
        chosen = self.kind == kind
        return shares(self.others[chosen], self.others_none[chosen], self.sure, self.not_digit)


@dataclass(frozen=True)
class Shares:
    """Of n images, how many are sure, unsure and called no digit."""

    n: int
    sure: int
    unsure: int
    refused: int


@dataclass(frozen=True)
class Outcome:
    """What two thresholds bring: of the images read right, of those read wrong, and of those that are no digit."""

    right: Shares
    wrong: Shares
    others: Shares


def measure(
    classifier: Classifier,
    calibration: Calibration,
    probabilities: np.ndarray,
    none: np.ndarray,
    right: np.ndarray,
    outliers: Outliers,
) -> Refusal:
    """Run a model on what is no digit, beside what it made of digits.

    probabilities: (n, 10) of the digits; none: (n,) that each is no digit; right: (n,) bool. Raises ValueError for NaN or
    shapes that do not fit.
    """
    found = classifier.probabilities(unit(outliers.images))
    return of(calibration, (probabilities, none), right, found, outliers)


def of(
    calibration: Calibration,
    digits: tuple[np.ndarray, np.ndarray],
    right: np.ndarray,
    others: tuple[np.ndarray, np.ndarray],
    outliers: Outliers,
) -> Refusal:
    """The same of what a model has already read. digits, others: (n, 10) probabilities and (n,) that each is no digit."""
    return Refusal(
        *_kept(*digits),
        np.asarray(right, dtype=bool),
        *_kept(*others),
        outliers.kind,
        outliers.kinds,
        calibration.sure,
        calibration.not_digit,
        outliers.seed,
    )


def _kept(probabilities: np.ndarray, none: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, 10) and (n,) → the probability of the best digit and that there is none, as they are kept."""
    probabilities, none = np.asarray(probabilities, np.float64), np.asarray(none, np.float64)
    if len(probabilities) != len(none) or not (np.isfinite(probabilities).all() and np.isfinite(none).all()):
        raise ValueError("each image needs finite probabilities")
    return probabilities.max(axis=1, initial=0).round(DECIMALS), none.round(DECIMALS)


def at(found: Refusal, sure: float, not_digit: float) -> Outcome:
    """What these thresholds bring; `found.outcome` is what the model's own do."""
    right = found.right
    return Outcome(
        shares(found.digits[right], found.digits_none[right], sure, not_digit),
        shares(found.digits[~right], found.digits_none[~right], sure, not_digit),
        shares(found.others, found.others_none, sure, not_digit),
    )


def shares(certainty: np.ndarray, none: np.ndarray, sure: float, not_digit: float) -> Shares:
    """Count the verdicts, as Calibration.verdicts gives them. certainty, none: (n,)."""
    refused = none > not_digit
    certain = (certainty >= sure) & ~refused
    return Shares(len(none), int(certain.sum()), int((~certain & ~refused).sum()), int(refused.sum()))


def auroc(positive: np.ndarray, negative: np.ndarray) -> float | None:
    """Area under the ROC curve: how often one of `positive` is larger than one of `negative`, ties counting half. None without either.

    Counted, which gives scikit-learn's roc_auc_score without its second of import: a saved report is shown with this figure.
    """
    if not len(positive) or not len(negative):
        return None
    ranked = np.sort(negative)
    smaller = np.searchsorted(ranked, positive, "left") + np.searchsorted(ranked, positive, "right")
    return float(smaller.sum() / (2 * len(positive) * len(negative)))


def fpr_at(positive: np.ndarray, negative: np.ndarray, recall: float) -> float:
    """The share of `negative` at or above the highest threshold that at least `recall` of `positive` reach."""
    ranked = np.sort(positive)[::-1]
    threshold = ranked[max(int(np.ceil(recall * len(ranked) - 1e-9)), 1) - 1]
    return float((negative >= threshold).mean()) if len(negative) else 0.0


def risk_coverage(certainty: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """coverage and risk, (k,) float64 each: answering the surest images only, what share is answered and what share of that is wrong.

    One point for each different certainty, the surest first. Geifman & El-Yaniv 2017, "Selective Classification for Deep Neural
    Networks".
    """
    order = np.argsort(-certainty, kind="stable")
    ranked, wrong = certainty[order], np.cumsum(~np.asarray(right, dtype=bool)[order])
    last = np.flatnonzero(np.r_[ranked[1:] != ranked[:-1], True]) if len(ranked) else np.zeros(0, int)
    return (last + 1) / max(len(ranked), 1), wrong[last] / (last + 1)
