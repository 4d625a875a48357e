"""Compares two reports on the same images: which model is better, and by more than chance (`compare`); does a run give what the
shipped report says (`reproduces`).
"""

from dataclasses import dataclass

import numpy as np

from evaluation.metrics import McNemar, mcnemar
from evaluation.report import Report

LEVEL = 0.05  # the usual bound below which a difference is called more than chance; the p-value stands beside it


class CompareError(Exception):
    """Two reports cannot be compared; the text says why."""


@dataclass(frozen=True)
class Comparison:
    """only_a, only_b: (k,) int, indices of the images that only the first or only the second reads right; names: of the two."""

    a: Report
    b: Report
    names: tuple[str, str]
    test: McNemar
    only_a: np.ndarray
    only_b: np.ndarray

    @property
    def words(self) -> str:
        """What the test shows, in plain words."""
        n, (a, b) = self.test.only_a + self.test.only_b, self.names
        p = self.test.p_value
        chance = "p < 0.0001" if p < 1e-4 else f"p = {p:.2g}"
        if n == 0:
            return f"{a} and {b} are right and wrong on exactly the same images."
        if p < LEVEL:
            better, worse = (a, b) if self.test.only_a > self.test.only_b else (b, a)
            return (
                f"{better} is better than {worse}, and by more than chance explains (McNemar's exact test, {chance})."
            )
        return (
            f"These images do not show which is better: of the {n:,} that only one of them reads right, {self.test.only_a:,} "
            f"go to {a} and {self.test.only_b:,} to {b}; chance alone often does that (McNemar's exact test, {chance})."
        )


def compare(a: Report, b: Report) -> Comparison:
    """Which images only one of two models reads right, and McNemar's test. Raises CompareError for reports about other images."""
    if a.dataset.sha256 != b.dataset.sha256:
        raise CompareError(
            f"The report of {a.model} is about {a.dataset.name} and that of {b.model} about {b.dataset.name}: only "
            "results on the same images can be compared."
        )
    right_a, right_b = a.labels == a.predicted, b.labels == b.predicted
    only_a, only_b = np.flatnonzero(right_a & ~right_b), np.flatnonzero(right_b & ~right_a)
    return Comparison(a, b, (a.model, b.model), mcnemar(right_a, right_b), only_a, only_b)


def reproduces(fresh: Report, shipped: Report | None) -> str:
    """One sentence: whether a run gives what the shipped report of the same model says."""
    if shipped is None or shipped.dataset.sha256 != fresh.dataset.sha256:
        return "There is no shipped report of this model and these images to compare with."
    if shipped.weights_sha256 != fresh.weights_sha256:
        return "These are not the weights of the shipped report, so its figures do not apply to this run."
    changed = int((fresh.predicted != shipped.predicted).sum())
    if changed == 0 and fresh.metrics.errors == shipped.metrics.errors:
        return f"This run reproduces the shipped report: the same answer to each of the {fresh.dataset.n:,} images."
    return (
        f"This run differs from the shipped report: {changed:,} of {fresh.dataset.n:,} answers, {fresh.metrics.errors:,} errors "
        f"against {shipped.metrics.errors:,}."
    )
