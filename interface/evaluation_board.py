"""What the Evaluate tab does when asked: plain functions of a model's name and what the page sent."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import gradio as gr
import numpy as np

from evaluation import report, robustness
from evaluation.compare import CompareError, compare
from evaluation.gallery import Query
from evaluation.metrics import evaluate
from evaluation.report import Report, ReportError
from evaluation.run import SHARED, BusyError, Evaluations
from interface import evaluation_views as views
from model.data import DataError, Labelled, load_mnist
from model.recogniser import Recogniser

SAMPLE = 1000  # images a corruption: seconds instead of a minute; ± 2 points is enough to rank corruptions


@dataclass(frozen=True)
class Board:
    """The dashboard of one page. models: name on the page → recogniser."""

    models: Mapping[str, Recogniser]
    evaluations: Evaluations = SHARED
    measured: dict[str, tuple[robustness.Score, ...]] = field(default_factory=dict)

    # ---- events: the chosen model's name, then what the page sent ----

    def choose(self, chosen: str, event: gr.EventData) -> tuple:
        """Another model, or the tab was opened: (name, headline, status, matrix, gallery)."""
        name = sent(event).get("model", chosen)
        return (self.checked(name), *self.first(name))

    def run(self, chosen: str, request: gr.Request) -> Iterator[tuple]:
        """Evaluate on MNIST's test set, or join the run under way: (headline, status, matrix, gallery) as they come."""
        recogniser, owner = self.apart(chosen), request.session_hash or ""
        images = test_set()
        if images is None:
            yield self.first(chosen)
            return
        try:
            shared = self.evaluations.start(recogniser, images, owner, lambda end: report.finish(recogniser, images, end))
        except BusyError as busy:
            yield self.first(chosen, str(busy))
            return
        yield views.starting(shared.owner == owner)
        for progress in shared.watch():
            yield views.running(progress, evaluate(progress.labels, progress.digits), mine=shared.owner == owner)
        note = ""
        if shared.cancelled:
            note = f"Cancelled after {shared.progress.done:,} of {len(images):,} images." if shared.progress else "Cancelled."
        elif shared.error:
            note = f"The run stopped: {type(shared.error).__name__}. Press Run to try again."
        yield self.first(chosen, note)

    def cancel(self, request: gr.Request) -> None:
        """Stop the run that this visitor started; others keep theirs."""
        self.evaluations.cancel(request.session_hash or "")

    def fetch(self, chosen: str) -> Iterator[tuple]:
        """Download MNIST: (headline, status, matrix, gallery)."""
        yield views.fetching()
        try:
            load_mnist(download=True)
        except DataError as error:
            yield self.first(chosen, str(error))
        else:
            yield self.first(chosen)

    def cell(self, chosen: str, event: gr.EventData) -> str:
        """The gallery beside the matrix: the images of one of its cells."""
        return self.images(chosen, event, filters=False)

    def images(self, chosen: str, event: gr.EventData, filters: bool = True) -> str:
        """The gallery with filters: any choice of images."""
        try:
            query = Query(**{name: sent(event)[name] for name in Query.__dataclass_fields__ if name in sent(event)})
        except (ValueError, TypeError) as error:
            raise gr.Error("There is no such choice of images.", print_exception=False) from error
        found = self.current(self.checked(chosen))
        return views.gallery(found, pixels(), query, filters) if found else views.NO_REPORT

    def measure(self, chosen: str) -> Iterator[str]:
        """Accuracy under the 15 corruptions, one after another."""
        test, scores = test_set(), []
        if test is None:
            yield views.MNIST_MISSING
            return
        for score in robustness.each_score(self.apart(chosen), test, SAMPLE):
            scores.append(score)
            yield views.measuring(scores)
        self.measured[chosen] = tuple(scores)
        yield views.damaged(self.current(chosen), test)

    def compare(self, chosen: str, event: gr.EventData) -> str:
        return self.comparison(self.checked(chosen), self.checked(sent(event).get("other")))

    def subjects(self, chosen: str) -> tuple[str, ...]:
        """What the six lower tabs show."""
        found = self.current(self.checked(chosen))
        if found is None:
            return (views.NO_REPORT,) * 5 + (self.comparison(chosen, None),)
        return (views.per_class(found), views.epochs(found), views.gallery(found, pixels(), Query("wrong", sort="sure"), filters=True),
                views.sure(found), views.damaged(found, test_set()), self.comparison(chosen, None))

    def warm_up(self) -> None:
        """After everything is shown: import what a run will compute with, so that its first figures come at once."""
        import scipy.stats  # noqa: F401
        import sklearn.metrics  # noqa: F401

    def take(self, asked: dict) -> dict:
        """A file to take away: {"model", "kind"} → {"name", "type", "base64"}, or {"error": sentence}."""
        name, kind = (asked.get("model"), asked.get("kind")) if isinstance(asked, dict) else (None, None)
        found = self.current(name) if isinstance(name, str) and name in self.models else None
        if found is None or not isinstance(kind, str):
            return {"error": "There is no such report to take away."}
        try:
            content, mime = file(found, kind)
        except KeyError:
            return {"error": "There is no such file to take away."}
        return {"name": f"{name}-{kind}", "type": mime, "base64": content}

    # ---- what they share ----

    def checked(self, name) -> str:
        if not isinstance(name, str) or name not in self.models:
            raise gr.Error(f"There is no such model here; there are {', '.join(self.models)}.", print_exception=False)
        return name

    def apart(self, name: str) -> Recogniser:
        """The model once more, with an engine of its own: readings of other visitors never wait for an evaluation."""
        shared = self.models[self.checked(name)]
        return twin(shared.name, shared.path)

    def current(self, name: str) -> Report | None:
        """The newest run of this process, else the shipped report, with robustness measured here."""
        found = self.evaluations.latest(name)
        if found is None:
            try:
                found = shipped(name)
            except ReportError:
                return None
        return with_scores(found, self.measured[name]) if found and name in self.measured else found

    def first(self, name: str, note: str = "") -> tuple[str, str, str, str]:
        """(headline, status, matrix, gallery) of a model's newest report."""
        name, trouble = self.checked(name), ""
        found, fresh = self.current(name), self.evaluations.latest(name)
        try:
            ships = shipped(name)
        except ReportError as error:
            ships, trouble = None, str(error)
        return views.first(found, fresh, ships, self.models[name], " ".join(filter(None, (note, trouble))), pixels())

    def comparison(self, name: str, other: str | None) -> str:
        """`name` against `other`, or against the first other model that has a report."""
        others = [o for o in self.models if o != name]
        other = other if other in others else next((o for o in others if self.current(o)), None)
        a, b = self.current(name), self.current(other) if other else None
        try:
            found = compare(a, b) if a and b else None
        except CompareError as error:
            return views.compared(name, others, other, None, str(error), None)
        return views.compared(name, others, other, found, "", pixels())


def sent(event: gr.EventData) -> dict:
    """What the page sent with an event; {} for anything but an object."""
    data = getattr(event, "_data", None)
    return data if isinstance(data, dict) else {}


def test_set() -> Labelled | None:
    """MNIST's test images; None where they are not on this machine."""
    try:
        return load_mnist().test
    except DataError:
        return None


def pixels() -> np.ndarray | None:
    """(10000, 28, 28) uint8, or None."""
    test = test_set()
    return None if test is None else test.images


@lru_cache(maxsize=4)
def twin(name: str, path: Path) -> Recogniser:
    return Recogniser(name, path)


@lru_cache(maxsize=16)
def shipped(name: str) -> Report | None:
    return report.shipped(name)


@lru_cache(maxsize=16)
def with_scores(found: Report, scores: tuple[robustness.Score, ...]) -> Report:
    return found.with_robustness(scores, seed=0)


@lru_cache(maxsize=24)
def file(found: Report, kind: str) -> tuple[str, str]:
    """(base64 of the content, MIME type) of report.json, report.html, predictions.csv or a plot. KeyError otherwise."""
    from evaluation import html_report, plots  # matplotlib takes half a second, which a first page need not wait for

    texts = {"report.json": (report.dumps, "application/json"), "predictions.csv": (report.predictions_csv, "text/csv"),
             "report.html": (lambda r: html_report.html(r, pixels()), "text/html")}
    if kind in texts:
        write, mime = texts[kind]
        return b64encode(write(found).encode()).decode(), mime
    draw = {"confusion-matrix": lambda: plots.confusion_matrix(found.metrics), "reliability": lambda: plots.reliability(found.metrics),
            "coverage": lambda: plots.coverage(found.metrics), "epochs": lambda: html_report.curves_figure(found)}
    save = {"svg": (lambda figure: plots.svg(figure).encode(), "image/svg+xml"), "png": (plots.png, "image/png")}
    plot, _, ending = kind.rpartition(".")
    write, mime = save[ending]
    return b64encode(write(draw[plot]())).decode(), mime
