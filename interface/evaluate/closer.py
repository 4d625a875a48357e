"""What makes a report of this process fuller: what another report knows already, a refusal measured here, the slices of pictures."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from evaluation import details, no_digit, picture_groups, refusal, slices
from evaluation.picture_folder import TABLE, FolderError
from evaluation.refusal import Refusal
from evaluation.report import Report
from model.datasets import Labelled, load_mnist


@lru_cache(maxsize=16)
def carried_over(found: Report, known: Report) -> Report:
    """evaluation.details.carry_over, with the same object for the same two."""
    return details.carry_over(found, known)


@lru_cache(maxsize=16)
def with_refusal(found: Report, measured: Refusal) -> Report:
    """The report with a refusal measured here; the same object for the same two."""
    return replace(found, refusal=measured)


def with_slices(found: Report, images: np.ndarray, table: bytes | None) -> Report:
    """A report on pictures with its slices, those of its folders and its table too. A table that cannot be used is left aside: the
    report lists why, as it does for a picture."""
    assert found.folder is not None  # as picture files have it
    unreadable = found.folder.unreadable
    try:
        more = picture_groups.groupings(found.folder.files, table)
    except FolderError as error:
        more, unreadable = picture_groups.groupings(found.folder.files), (*unreadable, (TABLE, str(error)))
    right = found.labels == found.predicted
    known = slices.find(Labelled(images, found.labels), right, more)
    return replace(found, slices=known, folder=replace(found.folder, unreadable=unreadable))


@lru_cache(maxsize=1)
def outliers() -> no_digit.Outliers:
    """The images that are no digit, made once. Raises DataError without MNIST."""
    return no_digit.make(refusal.OUTLIERS, load_mnist().test.images)
