"""What a report gains when someone looks closer: slices, refusal and cost (`look_closer`), or only what costs nothing (`carry_over`)."""

from dataclasses import replace

import numpy as np

from evaluation import cost, no_digit, picture_groups, refusal, slices
from evaluation.no_digit import Outliers
from evaluation.picture_folder import TABLE, FolderError
from evaluation.refusal import OUTLIERS
from evaluation.report import MNIST_TEST, Report
from model.datasets import Labelled, unit
from model.recogniser import Recogniser


def look_closer(report: Report, recogniser: Recogniser, images: np.ndarray, outliers: Outliers | None = None) -> Report:
    """The report with slices, refusal and cost. images: (n, 28, 28) uint8, the report's; outliers: images that are no
    digit, where they are made already. Slices that the report has stay.

    Refusal needs to know of each digit whether it is one, so that it stays None where the run did not say.
    """
    right = report.labels == report.predicted
    found = report.slices or slices.find(
        Labelled(images, report.labels), right, mnist_test=report.dataset.name == MNIST_TEST
    )
    of_network = report.folder is None  # a run over pictures also finds the digits in them
    costs = cost.measure(recogniser, unit(images[0]), report.images_per_second if of_network else 0)
    return replace(with_refusal(report, recogniser, images, outliers=outliers), slices=found, cost=costs)


def with_slices(report: Report, images: np.ndarray, table: bytes | None, called: str = TABLE) -> Report:
    """A report on pictures with its slices, those of its folders and of a table too. images: (n, 28, 28) uint8, the report's.

    table: the content of a CSV, called so. One that cannot be used is left aside: the report lists why, as for a picture.
    """
    assert report.folder is not None  # as picture files have it
    unreadable = report.folder.unreadable
    try:
        more = picture_groups.groupings(report.folder.files, table, called)
    except FolderError as error:
        more, unreadable = picture_groups.groupings(report.folder.files), (*unreadable, (called, str(error)))
    found = slices.find(Labelled(images, report.labels), report.labels == report.predicted, more)
    return replace(report, slices=found, folder=replace(report.folder, unreadable=unreadable))


def with_refusal(
    report: Report, recogniser: Recogniser, digits: np.ndarray, n: int = OUTLIERS, outliers: Outliers | None = None
) -> Report:
    """The report with what the model makes of n images that are no digit. digits: (m, 28, 28) uint8, for several in one image; outliers:
    those images, where they are made already."""
    read = report.probabilities.any(axis=1)
    if report.none is None or not read.all():
        return report
    made = outliers or no_digit.make(n, digits)
    right = report.labels == report.predicted
    found = refusal.measure(recogniser, recogniser.calibration, report.probabilities, report.none, right, made)
    return replace(report, refusal=found)


def carry_over(fresh: Report, known: Report | None) -> Report:
    """A run with what an earlier report of the same images, and the same weights, knows already; the figures are this run's."""
    if known is None or known.dataset.sha256 != fresh.dataset.sha256:
        return fresh
    right = fresh.labels == fresh.predicted
    if fresh.slices is None and known.slices is not None:
        fresh = replace(fresh, slices=slices.score(known.slices.groupings, right))
    if known.weights_sha256 != fresh.weights_sha256:
        return fresh
    if fresh.refusal is None and known.refusal is not None and fresh.none is not None:
        best = fresh.probabilities.max(axis=1)
        fresh = replace(fresh, refusal=replace(known.refusal, digits_best=best, digits_none=fresh.none, right=right))
    if fresh.cost is None and known.cost is not None:
        fresh = replace(fresh, cost=known.cost)
    return fresh
