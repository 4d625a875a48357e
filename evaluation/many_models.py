"""Compares any number of models with one of them on the same images: who is better, and what may be concluded. Enter at `against`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from evaluation.comparison import LEVEL, Comparison, compare
from evaluation.formatting import plural
from evaluation.metrics import Interval
from evaluation.report import Report
from evaluation.slices import holm

RESAMPLES = 10_000  # of the images, for the interval of a difference
SEED = 0


@dataclass(frozen=True)
class Row:
    """One model beside the base.

    pair: the base first; fewer: errors that this model makes fewer; difference: of the accuracies, this model's minus the
    base's, and its paired bootstrap interval; p_holm: McNemar's exact p-value, corrected for all rows; agreement: share of
    images with the same answer; matrix: (10, 10) int, this model's confusion matrix minus the base's.
    """

    name: str
    report: Report
    pair: Comparison
    fewer: int
    difference: float
    interval: Interval
    p_holm: float
    agreement: float
    matrix: np.ndarray

    @property
    def words(self) -> str:
        """What may be concluded, in plain words."""
        return conclusion(
            self.name, self.pair.names[0], self.fewer, self.pair.a.dataset.n, self.pair.test.p_value, self.p_holm
        )


@dataclass(frozen=True)
class Spread:
    """Several seeds of one recipe: mean and standard deviation of their errors, and the range of their accuracies."""

    recipe: str
    models: int
    mean_errors: float
    sd_errors: float
    accuracies: Interval


@dataclass(frozen=True)
class Against:
    """name: of the base; rows: the others, in the order given; spreads: of what looks like seeds of one recipe."""

    name: str
    base: Report
    rows: tuple[Row, ...]
    spreads: tuple[Spread, ...]


def against(base: Report, others: Sequence[Report], names: Sequence[str] = ()) -> Against:
    """Compare each of `others` with `base`. names: of all, the base first, where the models' own would be the same twice.

    Raises CompareError for reports about other images.
    """
    names = list(names) or unique_names([base, *others])
    pairs = [
        replace(compare(base, other), names=(names[0], name)) for other, name in zip(others, names[1:], strict=True)
    ]
    corrected = holm([pair.test.p_value for pair in pairs])
    rows = tuple(_row(pair, p) for pair, p in zip(pairs, corrected, strict=True))
    return Against(names[0], base, rows, spreads([base, *others]))


def _row(pair: Comparison, p_holm: float) -> Row:
    a, b = pair.a, pair.b
    only_a, only_b, n = len(pair.only_a), len(pair.only_b), a.dataset.n
    first, second = (np.array(report.metrics.confusion_matrix) for report in (a, b))
    return Row(
        pair.names[1],
        b,
        pair,
        a.metrics.errors - b.metrics.errors,
        (only_b - only_a) / n,
        difference_interval(only_a, only_b, n),
        p_holm,
        float((a.predicted == b.predicted).mean()),
        second - first,
    )


def difference_interval(only_a: int, only_b: int, n: int) -> Interval:
    """95 % percentile interval of accuracy B − accuracy A over n images, resampled in pairs.

    Each image adds 1 (only B is right), −1 (only A) or 0, so that a resample is one multinomial draw of three counts.
    """
    drawn = np.random.default_rng(SEED).multinomial(n, [only_b / n, only_a / n, (n - only_a - only_b) / n], RESAMPLES)
    low, high = np.quantile((drawn[:, 0] - drawn[:, 1]) / n, [0.025, 0.975])
    return float(low), float(high)


def conclusion(name: str, base: str, fewer: int, n: int, p_value: float, p_holm: float) -> str:
    """How many errors fewer, how often chance alone does that, and what follows."""
    if fewer == 0:
        return f"{name} makes as many errors of {n:,} as {base}; these images do not tell them apart."
    more = f"{plural(abs(fewer), 'error')} {'fewer' if fewer > 0 else 'more'} of {n:,} than {base}"
    said = f"{name} makes {more}; with this many images such a difference happens by chance {how_often(p_value)}"
    if p_holm < LEVEL:
        return f"{said}, so {name if fewer > 0 else base} is better."
    if p_value < LEVEL:
        return f"{said}, but among so many comparisons one such is to be expected: nothing is shown."
    return f"{said}: these images do not show which is better."


def how_often(p_value: float) -> str:
    """A p-value in words: 0.14 → "14 times in 100"."""
    if p_value >= 0.995:
        return "nearly always"
    for times in (100, 1_000, 10_000):
        if (count := round(p_value * times)) >= 1:
            return f"{'once' if count == 1 else f'{count:,} times'} in {times:,}"
    return "less than once in 10,000"


def spreads(reports: Sequence[Report]) -> tuple[Spread, ...]:
    """The spread of each recipe that several models here are seeds of: the same name but for a number at its end (cnn, cnn-2)."""
    families: dict[str, list[Report]] = {}
    for report in reports:
        families.setdefault(recipe_of(report.model), []).append(report)
    return tuple(
        _spread(recipe, family) for recipe, family in families.items() if len({r.weights_sha256 for r in family}) > 1
    )


def _spread(recipe: str, family: Sequence[Report]) -> Spread:
    errors = np.array([report.metrics.errors for report in family], np.float64)
    accuracies = [report.metrics.accuracy for report in family]
    return Spread(
        recipe, len(family), float(errors.mean()), float(errors.std(ddof=1)), (min(accuracies), max(accuracies))
    )


def recipe_of(model: str) -> str:
    """A model's name without the number of its seed: "cnn-seed2" → "cnn"."""
    return re.sub(r"[-_. ]?(seed)?[-_ ]?\d+$", "", model) or model


def unique_names(reports: Sequence[Report]) -> list[str]:
    """The models' names; those that come twice with the first digits of their weights' hash, and what is left with a count."""
    models = [report.model for report in reports]
    names: list[str] = []
    for report in reports:
        name = report.model if models.count(report.model) == 1 else f"{report.model} ({report.weights_sha256[:6]})"
        same = sum(other == name or other.startswith(f"{name} #") for other in names)
        names.append(f"{name} #{same + 1}" if same else name)
    return names
