"""Which images stand behind a figure, and how they are shown."""

from base64 import b64encode
from dataclasses import dataclass
from html import escape

import cv2
import numpy as np

from evaluation.report import Report
from model.datasets import LABEL_PROBLEMS

PAGE = 48  # tiles at a time: about 40 kB
KINDS = {"all": "All images", "wrong": "Most wrong", "unsure": "Least sure"}
SORTS = {"unsure": "least sure first", "sure": "surest first", "index": "by index"}
# The edges where a person's judgement changes: a guess, a doubt, nearly sure, sure. Low is included, high is not.
BANDS = {"": "any", "0-50": "below 50 %", "50-90": "50 to 90 %", "90-99": "90 to 99 %", "99-101": "99 % and above"}
LABELS = {"": "any", "problem": "known problem", "fine": "no known problem"}


@dataclass(frozen=True)
class Query:
    """A choice of images: a kind of KINDS, of one true or predicted digit (None: any), of a band of BANDS of confidence, with or
    without a known label problem (LABELS), in an order of SORTS. Raises ValueError or TypeError for anything else."""

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
            or not 0 < self.shown <= 100_000
        ):
            raise ValueError("no such choice of images")


def confidence(report: Report) -> np.ndarray:
    """(n,) probability of the answer given."""
    return report.probabilities.max(axis=1)


def problems(report: Report) -> tuple[int, ...]:
    """Indices of the known label problems; MNIST's test set alone has any."""
    return LABEL_PROBLEMS if report.metrics.without_label_problems else ()


def select(report: Report, query: Query) -> np.ndarray:
    """Indices of the images a query asks for, in its order."""
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


def data_url(image: np.ndarray) -> str:
    """(28, 28) uint8 → a PNG that stands in the page itself."""
    return "data:image/png;base64," + b64encode(cv2.imencode(".png", image)[1]).decode()


def tile(report: Report, images: np.ndarray, index: int) -> str:
    """One image with what it is, what it was read as and how surely. images: (n, 28, 28) uint8."""
    true, read, row = int(report.labels[index]), int(report.predicted[index]), report.probabilities[index]
    second = int(np.argsort(-row, kind="stable")[1])
    name = f"#{index}" if report.folder is None else report.folder.files[index]
    problem = ", known label problem" if index in problems(report) else ""
    if read < 0:
        answer, said = "no single digit", f"{name}, true {true}, no single digit found"
    else:
        answer = f"read as <b>{read}</b> · {row[read]:.2f}<br>next {second} · {row[second]:.2f}"
        said = (
            f"{name}, true {true}, read as {read} at {row[read]:.1%}, runner-up {second} at {row[second]:.1%}{problem}"
        )
    return (
        f'<button type="button" class="tile{" miss" * (true != read)}" data-index="{index}" data-cell="{true} {read}" title="{escape(said)}" '
        f'aria-label="{escape(said)}"><img alt="" width="84" height="84" src="{data_url(images[index])}"><span>true <b>{true}</b>'
        f'</span><span>{answer}</span><span class="name">{escape(name)}{" · label?" if problem else ""}</span></button>'
    )


def tiles(report: Report, images: np.ndarray, indices: np.ndarray) -> str:
    return f'<div class="tiles">{"".join(tile(report, images, int(i)) for i in indices)}</div>'


def title(query: Query, found: int) -> str:
    """What a query shows, as a heading."""
    count = f"{found:,} image{'' if found == 1 else 's'}"
    finer = [BANDS[query.sure]] * bool(query.sure) + [f"label: {LABELS[query.labels]}"] * bool(query.labels)
    if query.kind == "all" and query.true is not None and query.predicted is not None:
        return ", ".join([f"True {query.true}, read as {query.predicted}", *finer]) + f": {count}"
    parts = [KINDS[query.kind]] + ([f"true {query.true}"] if query.true is not None else [])
    read = [f"read as {query.predicted}"] if query.predicted is not None else []
    return ", ".join([*parts, *read, *finer]) + f": {count}"
