"""What a network's outputs mean: ten probabilities, and when not to answer.

Temperature scaling after Guo et al. 2017 ("On Calibration of Modern Neural Networks"). Every number is
found on images that no training saw, and never on the test set.
"""

from dataclasses import dataclass

import numpy as np

TINY = 1e-12
SURE, UNSURE, NOT_A_DIGIT, EMPTY = "sure", "unsure", "not a digit", "empty"

# A true digit called "not a digit" is a plain failure, so few may be lost; "sure" is a promise, so few may be wrong. What
# is no digit is rarely very sure, so the promise is made as seldom as those who draw digits would hardly notice.
MOST_DIGITS_LOST = 0.002
MOST_SURE_WRONG = 0.002
STILL_SURE = 0.975


@dataclass(frozen=True)
class Calibration:
    """``sure`` and ``not_digit`` are thresholds on the best probability and on the "no digit" output."""

    temperature: float = 1.0
    sure: float = 0.9
    not_digit: float = 0.5

    def apply(self, raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Raw softmax outputs (n, 10 or 11) → digits (n, 10) whose rows sum to 1, and not_digit (n,)."""
        raw = np.asarray(raw, np.float64)
        logs = np.log(np.maximum(raw, TINY)) / self.temperature
        return split(np.exp(logs - logs.max(axis=1, keepdims=True)))

    def verdicts(self, digits: np.ndarray, not_digit: np.ndarray) -> list[str]:
        """``sure``, ``unsure`` or ``not a digit`` for each row. Sure means sure of both: that it is one, and which."""
        confidence = digits.max(axis=1) * (1 - not_digit)
        names = np.where(confidence >= self.sure, SURE, UNSURE)
        return np.where(not_digit > self.not_digit, NOT_A_DIGIT, names).tolist()


def split(powers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, 10 or 11), not negative → digits (n, 10) whose rows sum to 1, and not_digit (n,), both float32."""
    digits = powers[:, :10] / np.maximum(powers[:, :10].sum(axis=1, keepdims=True), TINY)
    none = powers[:, 10] / powers.sum(axis=1) if powers.shape[1] == 11 else np.zeros(len(powers))
    return digits.astype(np.float32), none.astype(np.float32)


def fit(raw: np.ndarray, labels: np.ndarray) -> Calibration:
    """Temperature and thresholds from raw outputs (n, 10 or 11) on held-out digits with labels 0–9."""
    from scipy.optimize import minimize_scalar  # only training fits; serving starts sooner without

    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        digits, _ = Calibration(temperature=np.exp(log_temperature)).apply(raw)
        return -np.log(np.maximum(digits[rows, labels], TINY)).mean()

    temperature = float(np.exp(minimize_scalar(loss, bounds=(-1.5, 1.5), method="bounded").x))
    digits, not_digit = Calibration(temperature=temperature).apply(raw)
    lost_above = float(max(np.quantile(not_digit, 1 - MOST_DIGITS_LOST), 0.5)) if raw.shape[1] == 11 else 0.5
    confidence = digits.max(axis=1) * (1 - not_digit)
    return Calibration(temperature, _sure_from(confidence, digits.argmax(axis=1) == labels), lost_above)


def _sure_from(confidence: np.ndarray, right: np.ndarray) -> float:
    """The highest confidence that STILL_SURE of the answers have, or a higher one where more than MOST_SURE_WRONG of the
    sure ones would be wrong; at least one half."""
    order = np.argsort(-confidence)
    wrong_share = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(wrong_share <= MOST_SURE_WRONG)
    few_wrong = confidence[order][good[-1]] if len(good) else 1.0
    return float(max(few_wrong, np.quantile(confidence, 1 - STILL_SURE), 0.5))
