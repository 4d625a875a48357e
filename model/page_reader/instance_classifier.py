"""Which instances of writing on a page are digits, by what each looks like and by its company (`InstanceClassifier`).

A letter of a printed word may look like a 5, a slash like a 1; the letters beside it, its size and its slant tell. `features` says what
is looked at, and a small perceptron, whose weights are data, says how likely each instance is a digit. It is trained by
`python -m model.training.fit_instances`.
"""

import functools
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from model.normalization import SOLID
from model.page_reader.instances import Instance
from model.reading import Digit
from model.recogniser import PAGE_READER, TRAINED

FILE = TRAINED / PAGE_READER / "instance_classifier.json"
LIKELY = 0.5  # digit share and probability of a digit's from which its height and slant count as the page's
LEAST = 0.002  # probabilities are held within [LEAST, 1 - LEAST] before their log odds are taken
SHARED = 0.3  # share of the shorter one's height that neighbours on a line have in common
FARTHEST = 4.0  # heights; a neighbour farther away is none
FEATURES = 36


def features(instances: Sequence[Instance], digits: Sequence[Digit | None]) -> np.ndarray:
    """What speaks for each of the instances to be a digit, (n, FEATURES) float. digits: what the digit network says of each, None
    where it was not asked."""
    if not instances:
        return np.zeros((0, FEATURES))
    left, top, width, height = np.array([i.box for i in instances], float).T
    share = np.array([i.digit for i in instances], float)
    none = np.array([d.not_digit if d else 1 for d in digits], float)
    probability = np.array([d.probability if d else 0 for d in digits], float)
    slant = np.array([_slant(i.ink) for i in instances])
    likely = (share >= LIKELY) & (probability >= LIKELY)
    typical = float(np.median(height[likely if likely.any() else slice(None)]))
    upright = float(np.median(slant[likely])) if likely.any() else 0.0
    look = [
        _log_odds(share),
        [i.heat for i in instances],
        _log_odds(probability),
        _log_odds(none),
        np.log(height / typical),
        np.log(height / [i.size for i in instances]),
        np.log(width / height),
        slant - upright,
        [(i.ink >= SOLID).mean() for i in instances],
    ]
    named = np.array([d.probabilities if d else np.zeros(10) for d in digits], float) * (1 - none)[:, None]
    company = _neighbours(np.stack([left, top, left + width, top + height], axis=1), share, probability)
    whole = [np.full(len(instances), np.log(len(instances))), np.full(len(instances), (share * probability).mean())]
    return np.column_stack([*look, named, company, *whole])


def _neighbours(boxes: np.ndarray, share: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """What stands beside each instance on its line, (n, 15) float: the nearest to the left and to the right (how near; its log odds by
    share and by probability; how much higher; how much lower its middle is), the others there by digit and by other writing, and
    both ends' company."""
    count, rows = len(boxes), np.zeros((len(boxes), 15))
    height = boxes[:, 3] - boxes[:, 1]
    for at, (x0, y0, x1, y1) in enumerate(boxes):
        shared = np.minimum(y1, boxes[:, 3]) - np.maximum(y0, boxes[:, 1])
        gap = np.maximum(boxes[:, 0], x0) - np.minimum(boxes[:, 2], x1)
        near = (shared > SHARED * np.minimum(height, height[at])) & (gap < FARTHEST * height[at])
        near[at] = False
        middle = (boxes[:, 0] + boxes[:, 2]) / 2
        for side, there in enumerate((near & (middle < middle[at]), near & (middle >= middle[at]))):
            numbers = np.flatnonzero(there)
            if not len(numbers):
                continue
            k = numbers[np.argmin(gap[numbers])]
            rows[at, 5 * side : 5 * side + 5] = (
                1 - gap[k] / (FARTHEST * height[at]),
                _log_odds(share[k]),
                _log_odds(probability[k]),
                np.log(height[k] / height[at]),
                (boxes[k, 1] + boxes[k, 3] - y0 - y1) / (2 * height[at]),
            )
            rows[at, 10 + side] = (share[there] * probability[there]).sum() / len(numbers)
        rows[at, 12] = np.log1p(share[near].sum())
        rows[at, 13] = np.log1p((1 - share[near]).sum())
        rows[at, 14] = near.sum() / count
    return rows


def _slant(ink: np.ndarray) -> float:
    """How far ink leans to the right with each px it rises, from its moments."""
    rows, columns = np.nonzero(ink >= SOLID)
    if not len(rows):
        return 0.0
    rise, run = rows - rows.mean(), columns - columns.mean()
    spread = float((rise * rise).mean())
    return float(np.clip(-(rise * run).mean() / spread, -2, 2)) if spread else 0.0


def _log_odds(probability):
    held = np.clip(probability, LEAST, 1 - LEAST)
    return np.log(held / (1 - held))


class InstanceClassifier:
    """The trained perceptron. path: its JSON (`mean` and `deviation` of the features; `layers`, each `weights` (in, out) and `bias`)."""

    @classmethod
    @functools.cache
    def shipped(cls) -> "InstanceClassifier":
        """The one that ships, loaded once."""
        return cls(FILE)

    def __init__(self, path: Path):
        learned = json.loads(path.read_text("utf-8"))
        self.mean, self.deviation = np.array(learned["mean"]), np.array(learned["deviation"])
        self.layers = [(np.array(layer["weights"]), np.array(layer["bias"])) for layer in learned["layers"]]

    def __call__(self, instances: Sequence[Instance], digits: Sequence[Digit | None]) -> np.ndarray:
        """How likely each instance is a digit, (n,) float in [0, 1]."""
        return self.probabilities(features(instances, digits))

    def probabilities(self, rows: np.ndarray) -> np.ndarray:
        """(n, FEATURES) → (n,) in [0, 1]."""
        x = (rows - self.mean) / self.deviation
        for at, (weights, bias) in enumerate(self.layers):
            x = x @ weights + bias
            if at < len(self.layers) - 1:
                x = np.maximum(x, 0)
        return 1 / (1 + np.exp(-x[:, 0]))
