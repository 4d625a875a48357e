"""python -m evaluation extend REPORT…: adds slices, refusal and cost to reports that were made without; all that they say stays.

The answers are computed again, and must be the report's; its times are kept, for they belong to the run that it tells of.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from evaluation import details, no_digit, report_files, runner
from evaluation.curves import uncalibrated
from evaluation.metrics import brier, predictions
from evaluation.no_digit import Outliers
from evaluation.refusal import OUTLIERS
from evaluation.report import Report
from evaluation.report_files import ReportError
from model.datasets import Labelled, load_mnist, sha256_of
from model.recogniser import load


def main(argv: Sequence[str]) -> int:
    """Extend each report where it lies. Raises ReportError, DataError or ModelError."""
    parser = argparse.ArgumentParser(prog="python -m evaluation extend", description=__doc__)
    parser.add_argument("reports", nargs="+", type=Path, metavar="REPORT", help="a .json on MNIST's test set")
    parser.add_argument("--model", metavar="NAME|FILE", help="the model, where it is not a shipped one")
    options = parser.parse_args(argv)
    test = load_mnist(download=True).test
    made, known = no_digit.make(OUTLIERS, test.images), None
    for path in options.reports:
        found = details.carry_over(report_files.load(path), known)
        known = extended(found, options.model or found.model, test, made)
        print(f"Wrote {report_files.save(path, report_files.dumps(known))}")
    return 0


def extended(found: Report, model: str, test: Labelled, made: Outliers) -> Report:
    """The report with what it lacks. made: images that are no digit. Raises ReportError where model or images are not the report's."""
    recogniser = load(model)
    if recogniser.weights_sha256 != found.weights_sha256:
        raise ReportError(
            f"The report of {found.model} was made with other weights than {model} has; evaluate it again."
        )
    if found.dataset.sha256 != sha256_of(test):
        raise ReportError(
            f"The report of {found.model} is about {found.dataset.name}; only MNIST's test set is at hand."
        )
    *_, end = runner.run(recogniser, test)
    assert end.none is not None  # as a run of a Recogniser has it
    if not np.array_equal(predictions(end.probabilities), found.predicted):
        raise ReportError(f"This machine does not give the answers of the report of {found.model}; evaluate it again.")
    exact = end.probabilities.astype(np.float64)
    exact /= exact.sum(axis=1, keepdims=True)
    fuller = replace(
        found,
        none=end.none.astype(np.float64).round(4),
        metrics=replace(found.metrics, brier=brier(test.labels, exact)),
        before=found.before
        and replace(found.before, brier=before_brier(end.probabilities, test, found.before.temperature)),
    )
    fuller = details.look_closer(fuller, recogniser, test.images, made)
    assert fuller.cost is not None
    return replace(fuller, cost=replace(fuller.cost, one_image_ms=None))  # a time of this machine, now


def before_brier(probabilities: np.ndarray, test: Labelled, temperature: float) -> float | None:
    """The Brier score at temperature 1. probabilities: (n, 10), calibrated."""
    return brier(test.labels, uncalibrated(probabilities, temperature))
