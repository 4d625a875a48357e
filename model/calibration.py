"""Turns a network's raw outputs into ten calibrated probabilities and a verdict: sure, unsure or not a digit.

Temperature scaling after Guo et al. 2017 ("On Calibration of Modern Neural Networks"). The temperature and the thresholds are
found on images that no training used, never on the test set, and stand in the card.json of each model.
"""

import math
from dataclasses import dataclass

import numpy as np

TINY = 1e-12  # the smallest probability whose logarithm is taken
SURE, UNSURE, NOT_A_DIGIT, EMPTY = "sure", "unsure", "not a digit", "empty"

# How the thresholds are chosen, as shares of the held-out digits. A digit called "not a digit" is a plain failure, so few may
# be lost. "Sure" is a promise, so few sure answers may be wrong. Drawings that are no digit rarely get a high confidence, so
# the threshold for "sure" is as high as it can be while hardly any real digit misses it.
MAX_DIGITS_LOST = 0.002
MAX_SURE_WRONG = 0.002
MIN_STILL_SURE = 0.975


@dataclass(frozen=True)
class Calibration:
    """The temperature, and the thresholds in [0, 1]: ``sure`` on the confidence, ``not_digit`` on the "no digit" output.

    `UNCALIBRATED` is that of a model whose confidence nobody has measured.
    """

    temperature: float = 1.0
    sure: float = 0.9
    not_digit: float = 0.5

    def apply(self, raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Calibrate softmax outputs.

        raw: (n, 10) or (n, 11), in [0, 1]; column 10 means "no digit". Returns the probabilities of the ten digits, (n, 10)
        float32 with rows that sum to 1, and not_digit, (n,) float32 in [0, 1].
        """
        raw = np.asarray(raw, np.float64)
        logs = np.log(np.maximum(raw, TINY)) / self.temperature
        return split_outputs(np.exp(logs - logs.max(axis=1, keepdims=True)))

    def verdicts(self, digits: np.ndarray, not_digit: np.ndarray) -> list[str]:
        """SURE, UNSURE or NOT_A_DIGIT for each row of what `apply` returns."""
        names = np.where(confidence(digits, not_digit) >= self.sure, SURE, UNSURE)
        return np.where(not_digit > self.not_digit, NOT_A_DIGIT, names).tolist()


UNCALIBRATED = Calibration(sure=math.inf)  # nothing is sure


def confidence(digits: np.ndarray, not_digit: np.ndarray) -> np.ndarray:
    """The confidence in each row of what `Calibration.apply` returns, (n,) float32 in [0, 1]: the product of two probabilities, that it
    is a digit, and that it is this one."""
    return digits.max(axis=1, initial=0) * (1 - not_digit)


def split_outputs(outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Split off the "no digit" output and renormalise the ten digits.

    outputs: (n, 10) or (n, 11), not negative, of any scale. Returns digits (n, 10), rows that sum to 1, and not_digit (n,),
    0 where there is no eleventh output; both float32.
    """
    digits = outputs[:, :10] / np.maximum(outputs[:, :10].sum(axis=1, keepdims=True), TINY)
    none = outputs[:, 10] / outputs.sum(axis=1) if outputs.shape[1] == 11 else np.zeros(len(outputs))
    return digits.astype(np.float32), none.astype(np.float32)


def fit(raw: np.ndarray, labels: np.ndarray) -> Calibration:
    """Find the temperature and the thresholds. raw: (n, 10) or (n, 11) outputs on held-out digits; labels: (n,) int, 0–9."""
    from scipy.optimize import fminbound  # only training fits; serving starts sooner without

    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        digits, _ = Calibration(temperature=np.exp(log_temperature)).apply(raw)
        return -np.log(np.maximum(digits[rows, labels], TINY)).mean()

    temperature = float(np.exp(fminbound(loss, -1.5, 1.5)))
    digits, not_digit = Calibration(temperature=temperature).apply(raw)
    lost_above = float(max(np.quantile(not_digit, 1 - MAX_DIGITS_LOST), 0.5)) if raw.shape[1] == 11 else 0.5
    sure = _sure_threshold(confidence(digits, not_digit), digits.argmax(axis=1) == labels)
    return Calibration(temperature, sure, lost_above)


def _sure_threshold(confidences: np.ndarray, right: np.ndarray) -> float:
    """The highest confidence that MIN_STILL_SURE of the answers reach, or a higher one where more than MAX_SURE_WRONG of the
    sure answers would be wrong; at least one half."""
    order = np.argsort(-confidences)
    wrong_share = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(wrong_share <= MAX_SURE_WRONG)
    few_wrong = confidences[order][good[-1]] if len(good) else 1.0
    return float(max(few_wrong, np.quantile(confidences, 1 - MIN_STILL_SURE), 0.5))
