"""What the Evaluate tab can show: the reports of the models offered, and the images behind them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from evaluation import report_files
from evaluation.history import History, Run, state_folder
from evaluation.picture_archive import Archive
from evaluation.picture_folder import finish_pictures, run_pictures
from evaluation.report import Report, finish
from evaluation.report_files import ReportError
from evaluation.robustness import Measuring, Score, measure
from evaluation.runner import Job, run
from interface.evaluate.uploaded_test_sets import SETS, OwnSets
from model.custom_models import Convention
from model.datasets import DataError, Labelled, load_mnist
from model.recogniser import Recogniser


@dataclass(frozen=True)
class Shown:
    """What a visitor looks at: a model on MNIST's test set, or on the pictures that the visitor brought (their secret name)."""

    model: str
    own: str | None = None


@dataclass
class Shelf:
    """The reports of one page. models: name on the page → recogniser.

    By model: finished, measured: what this process found; kept: what an earlier one found, where no report ships.
    """

    models: Mapping[str, Recogniser]
    history: History = field(default_factory=lambda: History(state_folder()))
    sets: OwnSets = SETS
    finished: dict[str, Report] = field(default_factory=dict)
    measured: dict[str, tuple[Score, ...]] = field(default_factory=dict)
    kept: dict[str, Report] = field(default_factory=dict)

    def report(self, shown: Shown) -> Report | None:
        """The newest run of this process, else the shipped report, else the newest run this machine has kept."""
        if shown.own is not None:
            result = self._own(shown)
            return result and result[0]
        found = self.run_here(shown.model) or self.shipped(shown.model)
        scores = self.measured.get(shown.model) or self._shipped_scores(found)
        return with_scores(found, scores) if found and scores else found

    def run_here(self, name: str) -> Report | None:
        """The newest run of a model on this machine; of earlier processes only where no report ships."""
        if name not in self.finished and name not in self.kept and not self.shipped(name):
            found = self._kept(name)
            if found:
                self.kept[name] = found
        return self.finished.get(name) or self.kept.get(name)

    def images(self, shown: Shown) -> np.ndarray | None:
        """(n, 28, 28) uint8, the images of `report`; None where they are not at hand."""
        if shown.own is not None:
            result = self._own(shown)
            return result and result[1]
        test = test_set()
        return None if test is None else test.images

    def shipped(self, name: str) -> Report | None:
        """The report that ships with a model; None where there is none or it cannot be read (`trouble` says why)."""
        try:
            return shipped(name)
        except ReportError:
            return None

    def trouble(self, name: str) -> str:
        """Why a model's shipped report cannot be shown; empty where nothing is wrong."""
        try:
            shipped(name)
        except ReportError as error:
            return str(error)
        return ""

    # ---- work, for Evaluations ----

    def evaluation(self, shown: Shown) -> Job | None:
        """The run over what is shown; None without its images."""
        recogniser = self.apart(shown.model)
        if shown.own is not None:
            return self._own_evaluation(shown, recogniser)
        test = test_set()
        if test is None:
            return None
        key = ("mnist", recogniser.weights_sha256)
        return Job(
            shown.model, key, lambda: run(recogniser, test), lambda end: self._keep(finish(recogniser, test, end))
        )

    def measurement(self, name: str, n: int) -> Job | None:
        """Robustness of a model on n test images; None without them."""
        recogniser, test = self.apart(name), test_set()
        if test is None:
            return None

        def keep(end: Measuring) -> tuple[Score, ...]:
            self.measured[name] = end.scores
            return end.scores

        key = ("robustness", recogniser.weights_sha256, n)
        return Job(name, key, lambda: measure(recogniser, test, n), keep)

    def apart(self, name: str) -> Recogniser:
        """The model once more, with an engine of its own: readings of other visitors never wait for an evaluation."""
        shared = self.models[name]
        return twin(shared.name, shared.path, shared.convention)

    def _own_evaluation(self, shown: Shown, recogniser: Recogniser) -> Job | None:
        own = self.sets.get(shown.own)
        if own is None:
            return None

        def steps() -> Iterator:
            return run_pictures(recogniser, Archive(own.packed).files)

        def keep(end) -> Report:
            own.results[shown.model] = finish_pictures(recogniser, end, own.name)
            return own.results[shown.model][0]

        return Job(shown.model, ("own", shown.own, recogniser.weights_sha256), steps, keep)

    def _keep(self, found: Report) -> Report:
        self.finished[found.model] = found
        self.history.keep(found)
        return found

    # ---- what a report can be compared with ----

    def others(self, shown: Shown) -> dict[str, str]:
        """Key → words: the other models, and for MNIST's test set the earlier runs of this machine."""
        models = {f"model {name}": name for name in self.models if name != shown.model}
        return models if shown.own else models | {f"run {run.id}": run_words(run) for run in self.history.runs()}

    def other(self, shown: Shown, key: str) -> Report | None:
        """The report behind a key of `others`; None for a model without one. Raises ReportError for a run that is gone."""
        kind, _, name = key.partition(" ")
        return self.history.report(name) if kind == "run" else self.report(replace(shown, model=name))

    # ---- where reports come from ----

    def _own(self, shown: Shown) -> tuple[Report, np.ndarray] | None:
        own = self.sets.get(shown.own)
        return own and own.results.get(shown.model)

    def _kept(self, name: str) -> Report | None:
        weights = self.models[name].weights_sha256
        try:
            return next((self.history.report(r.id) for r in self.history.runs() if r.weights_sha256 == weights), None)
        except ReportError:
            return None

    def _shipped_scores(self, found: Report | None) -> tuple[Score, ...] | None:
        ships = self.shipped(found.model) if found and found.robustness is None else None
        same = ships and ships.robustness and ships.weights_sha256 == found.weights_sha256
        return ships.robustness.scores if same else None


def run_words(run: Run) -> str:
    return f"{run.model}, run of {run.created[:16].replace('T', ' ')} UTC"


def test_set() -> Labelled | None:
    """MNIST's test images; None where they are not on this machine."""
    try:
        return load_mnist().test
    except DataError:
        return None


@lru_cache(maxsize=4)
def twin(name: str, path: Path, convention: Convention) -> Recogniser:
    return Recogniser(name, path, convention)


@lru_cache(maxsize=16)
def shipped(name: str) -> Report | None:
    return report_files.shipped(name)


@lru_cache(maxsize=16)
def with_scores(found: Report, scores: tuple[Score, ...]) -> Report:
    return found.with_robustness(scores, seed=0)
