"""For whom and for what a model works: its accuracy on slices of a data set, the surest weak ones first. Enter at `find`.

A `Grouping` says in which slice each image is, and belongs to the data alone; `score` counts a model's errors in each. Whether a
slice is worse than the rest is Fisher's exact test, one-sided; Holm's correction is for all slices that are looked at together.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation import shapes
from evaluation.metrics import DIGITS, Interval, wilson
from evaluation.shapes import Measure
from model import qmnist
from model.datasets import DataError, Labelled

# Tenths at the ends, where models fail first, and the two halves between them.
CUTS = (0.1, 0.5, 0.9)
MANY = 50  # slices from which a grouping, such as that by writer, is corrected on its own: it would drown all others
LEVEL = 0.05  # corrected p-value below which a slice is called worse than the rest
NOWHERE = -1  # the member of no slice


@dataclass(frozen=True)
class Grouping:
    """One way to divide a data set. names: of its slices; members: (n,) int64, which slice an image is in, NOWHERE for none;
    source: where that is known from, empty where the images themselves say it."""

    name: str
    names: tuple[str, ...]
    members: np.ndarray
    source: str = ""


@dataclass(frozen=True)
class Slice:
    """How a model reads the images of one slice.

    p_value: Fisher's exact test of "more errors than in the rest"; p_holm: corrected; None where there is no rest.
    """

    grouping: str
    name: str
    n: int
    errors: int
    accuracy: float
    interval: Interval
    p_value: float | None
    p_holm: float | None

    @property
    def worse(self) -> bool:
        """Whether it is worse than the rest by more than chance explains."""
        return self.p_holm is not None and self.p_holm < LEVEL


@dataclass(frozen=True)
class Slices:
    """All slices of a report, the surest weak ones first, and the groupings that they come from."""

    groupings: tuple[Grouping, ...]
    rows: tuple[Slice, ...]

    @property
    def sources(self) -> list[str]:
        """Where groupings are known from that the images do not say themselves."""
        return sorted({one.source for one in self.groupings if one.source})

    def members(self, grouping: str, name: str) -> np.ndarray:
        """Indices, (k,) int64, of the images of a slice. Raises KeyError where there is no such slice."""
        for one in self.groupings:
            if one.name == grouping and name in one.names:
                return np.flatnonzero(one.members == one.names.index(name))
        raise KeyError(grouping, name)


def find(labelled: Labelled, right: np.ndarray, more: Sequence[Grouping] = (), mnist_test: bool = False) -> Slices:
    """The slices of a data set. right: (n,) bool, whether a model read each image right; more: further groupings;
    mnist_test: whether these are MNIST's test images, whose writers QMNIST knows."""
    known = writers(labelled.labels) if mnist_test else ()
    return score((*known, *more, *of_images(labelled)), right)


def of_images(labelled: Labelled) -> tuple[Grouping, ...]:
    """The groupings that labels and images say themselves."""
    digits = Grouping("digit", tuple(map(str, DIGITS)), np.asarray(labelled.labels, np.int64))
    values = shapes.measure(labelled.images)
    return digits, *(cut(one, values[one.name]) for one in shapes.MEASURES)


def writers(labels: np.ndarray) -> tuple[Grouping, ...]:
    """Who wrote MNIST's test images: the population and the writer; empty where QMNIST's labels are not at hand or do not fit."""
    try:
        known = qmnist.load_writers()
    except DataError:
        return ()
    if not np.array_equal(known.labels, labels):
        return ()
    population = Grouping(
        "population",
        ("census employees", "high-school students"),
        (known.series == qmnist.STUDENTS).astype(np.int64),
        qmnist.SOURCE,
    )
    return population, named("writer", [f"writer {writer}" for writer in known.writer], qmnist.SOURCE)


def named(name: str, values: Sequence[str], source: str = "") -> Grouping:
    """One slice for each value that is not empty. values: one an image."""
    names = sorted(set(values) - {""})
    place = {value: i for i, value in enumerate(names)}
    return Grouping(name, tuple(names), np.array([place.get(value, NOWHERE) for value in values], np.int64), source)


def cut(measure: Measure, values: np.ndarray) -> Grouping:
    """The lowest tenth, the two halves between, and the highest tenth of (n,) values; fewer where many are equal. NaN: nowhere."""
    known = np.isfinite(values)
    edges = np.unique(np.quantile(values[known], CUTS)) if known.any() else np.zeros(0)
    members = np.where(known, np.searchsorted(edges, values), NOWHERE)
    return Grouping(measure.name, _names(measure, edges), members.astype(np.int64))


def _names(measure: Measure, edges: np.ndarray) -> tuple[str, ...]:
    """What the slices between these edges are called."""
    if not len(edges):
        return ("all",)
    at, unit = [f"{edge:z.{measure.decimals}f}" for edge in edges], measure.unit  # z: no −0
    middle = [f"{low} to {high} {unit}" for low, high in zip(at, at[1:], strict=False)]
    return f"{measure.low}: to {at[0]} {unit}", *middle, f"{measure.high}: over {at[-1]} {unit}"


def score(groupings: Sequence[Grouping], right: np.ndarray) -> Slices:
    """Count and test each slice that has an image. right: (n,) bool. Raises ValueError where lengths differ."""
    if any(len(one.members) != len(right) for one in groupings):
        raise ValueError("every grouping must place each image")
    small = [one for one in groupings if len(one.names) <= MANY]
    families = [small, *([one] for one in groupings if len(one.names) > MANY)]
    rows = [row for family in families for row in _family(family, np.asarray(right, dtype=bool))]
    rows.sort(key=lambda row: (_last(row.p_holm), _last(row.p_value), row.accuracy))
    return Slices(tuple(groupings), tuple(rows))


def _family(groupings: Sequence[Grouping], right: np.ndarray) -> list[Slice]:
    """The slices that are corrected together."""
    found = []
    for one in groupings:
        placed = one.members >= 0
        counts = np.bincount(one.members[placed], minlength=len(one.names))
        errors = np.bincount(one.members[placed & ~right], minlength=len(one.names))
        worse = more_errors(errors, counts)
        found += [
            (one.name, name, int(n), int(e), p)
            for name, n, e, p in zip(one.names, counts, errors, worse, strict=True)
            if n
        ]
    corrected = iter(holm([p for *_, p in found if p is not None]))
    return [
        Slice(grouping, name, n, e, 1 - e / n, wilson(n - e, n), p, None if p is None else next(corrected))
        for grouping, name, n, e, p in found
    ]


def more_errors(errors: np.ndarray, counts: np.ndarray) -> list[float | None]:
    """For each of (k,) slices the p-value of Fisher's exact test, one-sided: more errors than in the others together.

    None for an empty slice and for one that is everything.
    """
    total, wrong = int(counts.sum()), int(errors.sum())
    return [
        _more_by_chance(int(e), int(n), wrong, total) if 0 < n < total else None
        for e, n in zip(errors, counts, strict=True)
    ]


def _more_by_chance(errors: int, count: int, wrong: int, total: int) -> float:
    """The hypergeometric tail: the probability of at least so many of the ``wrong`` ones among ``count`` of ``total``.

    As scipy.stats.hypergeom.sf, which would take 60 MB of every server's memory.
    """
    if errors <= max(0, count + wrong - total):
        return 1.0  # there are always so many: exactly 1, so that such slices are ties when they are sorted
    draws = _log_binomial(total, count)
    found = range(errors, min(count, wrong) + 1)
    such = (_log_binomial(wrong, k) + _log_binomial(total - wrong, count - k) for k in found)
    return min(1.0, math.fsum(math.exp(log - draws) for log in such))


def _log_binomial(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values corrected for all that were tested, in the same order. Holm 1979, "A Simple Sequentially Rejective Multiple Test Procedure"."""
    p = np.asarray(p_values, np.float64)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(stepped, 1)
    return corrected.tolist()


def _last(p: float | None) -> float:
    """A key that sorts None behind every p-value."""
    return 2.0 if p is None else p
