"""The suspects of a test set, the most suspect first. Enter at `find`; `KINDS` says what can be wrong.

Nothing is changed here: a person keeps, relabels or drops each (corrections.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.audit import confident_learning, duplicates
from model.normalization import SOLID

# kind → what it says of a picture
KINDS = {
    "label": "the model surely reads another digit",
    "doubt": "its label is hardly more probable than another digit, or less",
    "duplicate": "the same picture is there before",
    "near duplicate": "nearly the same picture is there before",
    "blank": "there is no ink",
    "cut": "its ink runs into the border",
    "rotated": "it reads as its label when it is turned",
    "none": "it looks like no digit",
    "several": "it holds several digits",
}
# Labels, and pictures that are turned, get their score from the probabilities (`scores`). Of what has none, blank pictures and copies
# with another label come first, several digits stand among contradicted labels, and ink in the border, common in MNIST, and copies
# with the same label stand behind all doubts.
BLANK_SCORE, SEVERAL_SCORE, CUT_SCORE = 1.0, 0.9, 0.2
OTHER_LABEL_SCORES = {"duplicate": 1.0, "near duplicate": 0.9}  # two straight 1s nearly are the same picture
SAME_LABEL_SCORES = {"duplicate": 0.15, "near duplicate": 0.1}
# Of the probability that it is no digit: a person has called it one. Eleven of MNIST's 5,000 held-out images are so doubted, and all
# eleven are the digits that their labels say.
NONE_SCORE = 0.5
DOUBT = (
    0.25  # a label is doubted above this score, as 25 of MNIST's 5,000 held-out images are; twelve of those are misread
)
TURNED = 0.9  # probability of the label, turned, from which a picture counts as turned
# What half a turn makes of a digit, with the network's own eyes: what reads as its label then may well be upright.
HALF_TURN = {0: 0, 1: 1, 2: 2, 5: 5, 8: 8, 6: 9, 9: 6}
LEAST_INK = 4  # solid pixels; less is a speck
LEAST_CUT = 2  # solid pixels on the outermost row or column


@dataclass(frozen=True)
class Looked:
    """What a model sees in a labelled set of n pictures.

    images: (n, 28, 28) uint8, black where there was not one digit; labels: (n,) int; probabilities: (n, 10), calibrated; none:
    (n,) that it is no digit; digits: (n,) int, how many digits were found; cut: (n,) bool, whether ink runs into the picture's
    border; keys: of each picture's content.
    """

    images: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray
    none: np.ndarray
    digits: np.ndarray
    cut: np.ndarray
    keys: Sequence[object]


@dataclass(frozen=True)
class Suspect:
    """index: of the picture; suggested: another label, None where it should rather go; score: in [0, 1]; kind: of KINDS.

    suggested, for a contradicted label: the digit that contradicts it; for a doubted one: the most probable other.
    """

    index: int
    label: int
    suggested: int | None
    score: float
    kind: str


@dataclass(frozen=True)
class Found:
    """suspects: at most one a picture, the most suspect first; estimated: the share of labels that are wrong, as far as the model can
    tell; n: how many pictures were looked at."""

    suspects: tuple[Suspect, ...]
    estimated: float
    n: int


def find(
    looked: Looked,
    sure: float,
    not_digit: float,
    turned: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]] | None = None,
) -> Found:
    """The suspects. sure, not_digit: the model's thresholds; turned: reads (k, 28, 28) uint8 images → (k, 10) and (k,), that it is
    no digit, to try turning those that are not read as their label.

    Raises ValueError for no pictures, or probabilities that are not finite.
    """
    labels, own = np.asarray(looked.labels, np.int64), np.asarray(looked.probabilities, np.float64)
    if not len(labels) or not np.isfinite(own).all() or not np.isfinite(looked.none).all():
        raise ValueError("an audit needs pictures, and finite probabilities of each")
    read = np.asarray(own.any(axis=1))
    limits = confident_learning.thresholds(labels[read], own[read], sure)
    confident = np.where(read, confident_learning.confidently(own, limits), -1)
    doubted = read & (confident != labels) & (scores(labels, own) > DOUBT)
    rotated = _turned(looked, doubted, turned) if turned is not None else []
    explained = {suspect.index for suspect in rotated}  # the label is right: it is the picture that is turned
    suspects = [
        *(one for one in _labels(labels, own, read, confident) if one.index not in explained),
        *_copies(looked, confident),
        *_faults(looked, not_digit),
        *rotated,
    ]
    estimated = confident_learning.estimated_errors(labels[read], confident[read])
    return Found(_ranked(suspects), estimated, len(labels))


def scores(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """(n,) float64 in [0, 1], from (n, 10): 0 where the label is certain, 0.5 where another digit is as probable, 1 where that is certain.

    Northcutt et al.'s normalized margin. On swapped labels of MNIST's held-out images, above all of those that are hard to read, it
    ranked the swapped ones better than the probability of the label alone, the mean with another model's, the mean over shifted
    images, and the labels of the nearest neighbours.
    """
    other = others(labels, probabilities).max(axis=1)
    return (1 + other - probabilities[np.arange(len(labels)), labels]) / 2


def others(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """(n, 10): the probabilities of the other digits, -1 at the label."""
    found = probabilities.copy()
    found[np.arange(len(labels)), labels] = -1
    return found


def _labels(labels: np.ndarray, own: np.ndarray, read: np.ndarray, confident: np.ndarray) -> list[Suspect]:
    contradicted = (confident >= 0) & (confident != labels)
    suggested = np.where(contradicted, confident, others(labels, own).argmax(axis=1))
    score = scores(labels, own)
    return [
        Suspect(int(i), int(labels[i]), int(suggested[i]), float(score[i]), "label" if contradicted[i] else "doubt")
        for i in np.flatnonzero(read & (contradicted | (score > DOUBT)))
    ]


def _copies(looked: Looked, confident: np.ndarray) -> list[Suspect]:
    """Copies of an earlier picture. With another label than that, one of the two is surely wrong."""
    known = duplicates.exact(looked.keys)
    same = set(known)
    pairs = [(pair, "duplicate") for pair in known]
    pairs += [
        (pair, "near duplicate")
        for pair in duplicates.near(looked.images, np.asarray(looked.probabilities))
        if pair not in same
    ]
    found = []
    for (earlier, later), kind in pairs:
        a, b = int(looked.labels[earlier]), int(looked.labels[later])
        if a == b:
            found.append(Suspect(later, b, None, SAME_LABEL_SCORES[kind], kind))
        else:  # the one that the model contradicts, else the later one
            wrong, other, label = (earlier, b, a) if confident[earlier] == b else (later, a, b)
            found.append(Suspect(wrong, label, other, OTHER_LABEL_SCORES[kind], kind))
    return found


def _faults(looked: Looked, not_digit: float) -> list[Suspect]:
    """What is wrong with a picture whatever its label."""
    ink = (looked.images >= SOLID).sum(axis=(1, 2))
    n = len(looked.labels)
    kinds = (
        ("blank", (looked.digits == 0) | ((looked.digits == 1) & (ink < LEAST_INK)), np.full(n, BLANK_SCORE)),
        ("several", looked.digits > 1, np.full(n, SEVERAL_SCORE)),
        ("none", (looked.digits == 1) & (looked.none > not_digit), NONE_SCORE * looked.none),
        ("cut", (looked.digits == 1) & looked.cut, np.full(n, CUT_SCORE)),
    )
    return [
        Suspect(int(i), int(looked.labels[i]), None, float(scores[i]), kind)
        for kind, chosen, scores in kinds
        for i in np.flatnonzero(chosen)
    ]


def _turned(
    looked: Looked, doubted: np.ndarray, read: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
) -> list[Suspect]:
    """Doubted pictures that read as their label after a quarter, half or three quarters of a turn, and more surely than as they are.

    Of MNIST's held-out images that are misread after a quarter or three quarters of a turn 99 % are found, after half a turn 51 %. Of
    those with a swapped label 0.1 % are called turned; without the comparison 5.6 %.
    """
    chosen = np.flatnonzero(doubted)
    score = scores(looked.labels, looked.probabilities)
    found = []
    for quarters in (1, 2, 3) if len(chosen) else ():
        seen, none = read(np.ascontiguousarray(np.rot90(looked.images[chosen], quarters, axes=(1, 2))))
        for i, row, no_digit in zip(chosen, seen, none, strict=True):
            label, upright = int(looked.labels[i]), looked.probabilities[i]
            no_sign = quarters == 2 and HALF_TURN.get(label) in (label, int(upright.argmax()))
            surer = row[label] * (1 - no_digit) > upright.max() * (1 - looked.none[i])
            if row[label] >= TURNED and surer and not no_sign:
                found.append(Suspect(int(i), label, None, float(score[i]), "rotated"))
    return found


def _ranked(suspects: Sequence[Suspect]) -> tuple[Suspect, ...]:
    """One suspect a picture: of several the most certain, a label's fault before others; the most suspect first."""
    order = {kind: place for place, kind in enumerate(KINDS)}
    ranked = sorted(suspects, key=lambda s: (-s.score, order[s.kind], s.index))
    best: dict[int, Suspect] = {}
    for suspect in ranked:
        best.setdefault(suspect.index, suspect)
    return tuple(best.values())


def cut_by_border(images: np.ndarray) -> np.ndarray:
    """(n, H, W) uint8 ink → (n,) bool: whether it runs into the border."""
    solid = images >= SOLID
    sides = (solid[:, 0], solid[:, -1], solid[:, :, 0], solid[:, :, -1])
    return np.any([side.sum(axis=1) >= LEAST_CUT for side in sides], axis=0)
