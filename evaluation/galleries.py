"""Which images stand behind a figure (`select`), and these images as HTML (`tiles`)."""

from base64 import b64encode
from dataclasses import dataclass

import cv2
import numpy as np
from markupsafe import Markup

from evaluation.formatting import plural
from evaluation.rendering import render
from evaluation.report import Report
from model.datasets import LABEL_PROBLEMS

PAGE = 48  # tiles at a time: about 40 kB
KINDS = {"all": "All images", "wrong": "Most wrong", "unsure": "Least sure"}
SORTS = {"unsure": "least sure first", "sure": "surest first", "index": "by index"}
# Percent of confidence, low included, high not, where a person's judgement changes: a guess, a doubt, nearly sure, sure.
BANDS = {"": "any", "0-50": "below 50 %", "50-90": "50 to 90 %", "90-99": "90 to 99 %", "99-101": "99 % and above"}
LABELS = {"": "any", "problem": "known problem", "fine": "no known problem"}
MOST_SHOWN = 100_000  # tiles; more than any data set here has


@dataclass(frozen=True)
class Query:
    """A choice of images. Raises ValueError or TypeError for anything but the values below, as a page may send them.

    kind: of KINDS; true, predicted: a digit, None for any; sort: of SORTS; sure: a band of BANDS of confidence; labels: of LABELS;
    shown: how many of the images, 1 to MOST_SHOWN.
    """

    kind: str = "all"
    true: int | None = None
    predicted: int | None = None
    sort: str = "unsure"
    sure: str = ""
    labels: str = ""
    shown: int = PAGE

    def __post_init__(self):
        digits = (None, *range(10))
        chosen = ((self.kind, KINDS), (self.sort, SORTS), (self.sure, BANDS), (self.labels, LABELS))
        if (
            any(value not in options for value, options in chosen)
            or self.true not in digits
            or self.predicted not in digits
            or type(self.shown) is not int
            or not 0 < self.shown <= MOST_SHOWN
        ):
            raise ValueError("no such choice of images")


@dataclass(frozen=True)
class Tile:
    """One image with its answer. predicted: −1 for no single digit; image: a data URL; description: for who cannot see it."""

    index: int
    name: str
    image: str
    true: int
    predicted: int
    probability: float
    runner_up: int
    runner_up_probability: float
    label_problem: bool
    description: str

    @property
    def right(self) -> bool:
        return self.true == self.predicted


def confidence(report: Report) -> np.ndarray:
    """(n,) float64 in [0, 1]: the probability of the answer given."""
    return report.probabilities.max(axis=1)


def problems(report: Report) -> tuple[int, ...]:
    """Indices of the known label problems; MNIST's test set alone has any."""
    return LABEL_PROBLEMS if report.metrics.without_label_problems else ()


def select(report: Report, query: Query) -> np.ndarray:
    """Indices, (k,) int64, of all the images of a query, in its order."""
    sure = confidence(report)
    keep = report.labels != report.predicted if query.kind == "wrong" else np.ones(len(report.labels), dtype=bool)
    if query.labels:
        keep &= np.isin(np.arange(len(keep)), problems(report)) == (query.labels == "problem")
    if query.sure:
        low, high = (int(edge) / 100 for edge in query.sure.split("-"))
        keep &= (low <= sure) & (sure < high)
    if query.true is not None:
        keep &= report.labels == query.true
    if query.predicted is not None:
        keep &= report.predicted == query.predicted
    indices = np.flatnonzero(keep)
    if query.sort == "index":
        return indices
    return indices[np.argsort((-sure if query.sort == "sure" else sure)[indices], kind="stable")]


def title(query: Query, found: int) -> str:
    """What a query shows, as a heading. found: the number of its images."""
    finer = [BANDS[query.sure]] * bool(query.sure) + [f"label: {LABELS[query.labels]}"] * bool(query.labels)
    count = plural(found, "image")
    if query.kind == "all" and query.true is not None and query.predicted is not None:
        return ", ".join([f"True {query.true}, read as {query.predicted}", *finer]) + f": {count}"
    parts = [KINDS[query.kind]] + ([f"true {query.true}"] if query.true is not None else [])
    read = [f"read as {query.predicted}"] if query.predicted is not None else []
    return ", ".join([*parts, *read, *finer]) + f": {count}"


def tiles(report: Report, images: np.ndarray, indices: np.ndarray) -> Markup:
    """The images of these indices, (k,) int, as buttons. images: (n, 28, 28) uint8, all of the report's."""
    return render("tiles.html", tiles=[tile(report, images, int(index)) for index in indices])


def tile(report: Report, images: np.ndarray, index: int) -> Tile:
    """One image of a report. images: (n, 28, 28) uint8."""
    true, predicted, row = int(report.labels[index]), int(report.predicted[index]), report.probabilities[index]
    runner_up = int(np.argsort(-row, kind="stable")[1])
    probability, second = float(row[predicted]), float(row[runner_up])
    name = f"#{index}" if report.folder is None else report.folder.files[index]
    problem = index in problems(report)
    if predicted < 0:
        description = f"{name}, true {true}, no single digit found"
    else:
        answer = f"read as {predicted} at {probability:.1%}, runner-up {runner_up} at {second:.1%}"
        description = f"{name}, true {true}, {answer}{', known label problem' if problem else ''}"
    image = data_url(images[index])
    return Tile(index, name, image, true, predicted, probability, runner_up, second, problem, description)


def data_url(image: np.ndarray) -> str:
    """(H, W) uint8 → a PNG inside a URL, which a page shows without fetching anything."""
    return "data:image/png;base64," + b64encode(cv2.imencode(".png", image)[1].tobytes()).decode("ascii")
