"""python -m evaluation extend REPORT…: adds slices, refusal and cost to reports that were made without; all that they say stays.

The answers are computed again, and must be the report's; its times are kept, for they belong to the run that it tells of.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from evaluation import details, no_digit, report_files, runner, slices
from evaluation.no_digit import Outliers
from evaluation.refusal import OUTLIERS
from evaluation.report import Report, finish
from evaluation.report_files import ReportError
from model.datasets import Labelled, load_mnist, sha256_of
from model.recogniser import load


def main(argv: Sequence[str]) -> int:
    """Extend each report where it lies. Raises ReportError, DataError or ModelError."""
    parser = argparse.ArgumentParser(prog="python -m evaluation extend", description=__doc__)
    parser.add_argument("reports", nargs="+", type=Path, metavar="REPORT", help="a .json on MNIST's test set")
    parser.add_argument("--model", metavar="NAME|FILE", help="the model, where it is not a shipped one")
    options = parser.parse_args(argv)
    for path in options.reports:
        report_files.check_writable(path)
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
    fresh = finish(recogniser, test, end)
    if not np.array_equal(fresh.predicted, found.predicted):
        raise ReportError(f"This machine does not give the answers of the report of {found.model}; evaluate it again.")
    fuller = replace(
        found,
        none=fresh.none,
        slices=None if slices.writers(test.labels) else found.slices,  # found again with who wrote the images
        metrics=replace(found.metrics, brier=fresh.metrics.brier),
        before=found.before and fresh.before and replace(found.before, brier=fresh.before.brier),
    )
    fuller = details.look_closer(fuller, recogniser, test.images, made)
    assert fuller.cost is not None
    return replace(fuller, cost=replace(fuller.cost, one_image_ms=None, ten_thousand_s=None))  # times of two machines
