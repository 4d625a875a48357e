"""What makes a report of this process fuller: what another report knows already, or a refusal measured here."""

from dataclasses import replace
from functools import lru_cache

from evaluation import details, no_digit, refusal
from evaluation.refusal import Refusal
from evaluation.report import Report
from model.datasets import load_mnist_test


@lru_cache(maxsize=16)
def carried_over(found: Report, known: Report) -> Report:
    """evaluation.details.carry_over, with the same object for the same two."""
    return details.carry_over(found, known)


@lru_cache(maxsize=16)
def with_refusal(found: Report, measured: Refusal) -> Report:
    """The report with a refusal measured here; the same object for the same two."""
    return replace(found, refusal=measured)


@lru_cache(maxsize=1)
def outliers() -> no_digit.Outliers:
    """The images that are no digit, made once. Raises DataError without MNIST."""
    return no_digit.make(refusal.OUTLIERS, load_mnist_test().images)
