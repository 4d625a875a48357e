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
    "doubt": "its label is less probable than not",
    "duplicate": "the same picture is there before",
    "near duplicate": "nearly the same picture is there before",
    "blank": "there is no ink",
    "cut": "its ink runs into the border",
    "rotated": "it reads as its label when it is turned",
    "none": "it looks like no digit",
    "several": "it holds several digits",
}
# A label's score is 1 − its probability. Beside those: blank pictures and copies with another label come first; no digit, or several,
# stands among contradicted labels; ink in the border among doubts; a copy with the same label, which is only waste, behind them.
BLANK_SCORE, NONE_SCORE, SEVERAL_SCORE, CUT_SCORE = 1.0, 0.9, 0.9, 0.6
OTHER_LABEL_SCORE, COPY_SCORE, NEAR_SCORE = 1.0, 0.4, 0.3
DOUBT = 0.5  # a label less probable than this is doubted
TURNED = 0.9  # probability of the label, turned, from which a picture counts as turned
TURNS_INTO = {6: 9, 9: 6}  # half a turn makes the one of the other: that is no sign of a turned picture
LEAST_INK = 4  # solid pixels; less is a speck
LEAST_CUT = 2  # solid pixels on the outermost row or column


@dataclass(frozen=True)
class Looked:
    """What the models see in a labelled set of n pictures.

    images: (n, 28, 28) uint8, black where there was not one digit; labels: (n,) int; probabilities: (n, 10), calibrated, of
    the model, and second: of another model, None without one; none: (n,) that it is no digit; digits: (n,) int, how many
    digits were found; cut: (n,) bool, whether ink runs into the picture's border; keys: of each picture's content.
    """

    images: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray
    none: np.ndarray
    digits: np.ndarray
    cut: np.ndarray
    keys: Sequence[object]
    second: np.ndarray | None = None


@dataclass(frozen=True)
class Suspect:
    """index: of the picture; suggested: another label, None where it should rather go; score: in [0, 1]; kind: of KINDS.

    suggested, for a contradicted label: the digit that contradicts it; for a doubted one: the most probable other, by all models.
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
    turned: Callable[[np.ndarray], np.ndarray] | None = None,
) -> Found:
    """The suspects. sure, not_digit: the model's thresholds; turned: reads (k, 28, 28) uint8 images → (k, 10), to try turning those
    that are not read as their label.

    Raises ValueError for no pictures, or probabilities that are not finite.
    """
    labels, own = np.asarray(looked.labels, np.int64), np.asarray(looked.probabilities, np.float64)
    if not len(labels) or not np.isfinite(own).all() or not np.isfinite(looked.none).all():
        raise ValueError("an audit needs pictures, and finite probabilities of each")
    read = np.asarray(own.any(axis=1))
    limits = confident_learning.thresholds(labels[read], own[read], sure)
    confident = np.where(read, confident_learning.confidently(own, limits), -1)
    opinion = opinions(looked)
    quality = opinion[np.arange(len(labels)), labels]
    doubted = read & (confident != labels) & (quality < DOUBT)
    rotated = _turned(looked, doubted, turned) if turned is not None else []
    explained = {suspect.index for suspect in rotated}  # the label is right: it is the picture that is turned
    suspects = [
        *(one for one in _labels(labels, opinion, read, confident) if one.index not in explained),
        *_copies(looked, confident),
        *_faults(looked, not_digit),
        *rotated,
    ]
    estimated = confident_learning.estimated_errors(labels[read], confident[read])
    return Found(_ranked(suspects), estimated, len(labels))


def opinions(looked: Looked) -> np.ndarray:
    """(n, 10) float64: the probabilities, the mean of both models where there are two: what one of them has learned by heart, or
    has never seen, the other judges better."""
    first = np.asarray(looked.probabilities, np.float64)
    return first if looked.second is None else (first + looked.second) / 2


def _labels(labels: np.ndarray, opinion: np.ndarray, read: np.ndarray, confident: np.ndarray) -> list[Suspect]:
    contradicted = (confident >= 0) & (confident != labels)
    rows = np.arange(len(labels))
    quality, others = opinion[rows, labels], opinion.copy()
    others[rows, labels] = -1
    suggested = np.where(contradicted, confident, others.argmax(axis=1))
    chosen = np.flatnonzero(read & (contradicted | (quality < DOUBT)))
    return [
        Suspect(
            int(i),
            int(labels[i]),
            int(suggested[i]),
            float(1 - quality[i]),
            "label" if contradicted[i] else "doubt",
        )
        for i in chosen
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
            found.append(Suspect(later, b, None, COPY_SCORE if kind == "duplicate" else NEAR_SCORE, kind))
        else:  # the one that the model contradicts, else the later one
            wrong, other, label = (earlier, b, a) if confident[earlier] == b else (later, a, b)
            found.append(Suspect(wrong, label, other, OTHER_LABEL_SCORE, kind))
    return found


def _faults(looked: Looked, not_digit: float) -> list[Suspect]:
    """What is wrong with a picture whatever its label."""
    ink = (looked.images >= SOLID).sum(axis=(1, 2))
    kinds = (
        ("blank", (looked.digits == 0) | ((looked.digits == 1) & (ink < LEAST_INK)), BLANK_SCORE),
        ("several", looked.digits > 1, SEVERAL_SCORE),
        ("none", (looked.digits == 1) & (looked.none > not_digit), NONE_SCORE),
        ("cut", (looked.digits == 1) & looked.cut, CUT_SCORE),
    )
    return [
        Suspect(int(i), int(looked.labels[i]), None, score, kind)
        for kind, chosen, score in kinds
        for i in np.flatnonzero(chosen)
    ]


def _turned(looked: Looked, doubted: np.ndarray, read: Callable[[np.ndarray], np.ndarray]) -> list[Suspect]:
    """Doubted pictures that read as their label after a quarter, half or three quarters of a turn."""
    chosen = np.flatnonzero(doubted)
    found = []
    for quarters in (1, 2, 3) if len(chosen) else ():
        seen = read(np.ascontiguousarray(np.rot90(looked.images[chosen], quarters, axes=(1, 2))))
        for i, row in zip(chosen, seen, strict=True):
            label = int(looked.labels[i])
            flipped = quarters == 2 and TURNS_INTO.get(label) == int(looked.probabilities[i].argmax())
            if row[label] >= TURNED and not flipped:
                found.append(Suspect(int(i), label, None, float(row[label]), "rotated"))
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
