"""What the Evaluate tab can show: the reports of the models on offer, and the images behind them. Enter at `Reports`."""

import contextlib
import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from evaluation import refusal, report_files
from evaluation.audit import pictures as audit_pictures
from evaluation.audit.pictures import Audit, Looking
from evaluation.audit_command import second_opinion
from evaluation.details import with_slices
from evaluation.history import History, Run, state_folder
from evaluation.picture_archive import Archive
from evaluation.picture_folder import PicturesProgress, finish_pictures, run_pictures
from evaluation.refusal import Refusal
from evaluation.report import Report, finish
from evaluation.report_files import ReportError
from evaluation.robustness import Measuring, Score, measure
from evaluation.runner import Job, Progress, run
from interface.evaluate.closer import carried_over, outliers, with_refusal
from interface.evaluate.uploaded_test_sets import UPLOADED, Reader, UploadedTestSet, UploadedTestSets
from model.convention_search import Choice
from model.datasets import DataError, Labelled, load_mnist_test
from model.recogniser import Recogniser
from model.recogniser import shipped as shipped_models


@dataclass(frozen=True)
class Selection:
    """What a visitor looks at: a model by its name, on MNIST's test set or on a test set that they uploaded (its secret name)."""

    model: str
    test_set: str | None = None


@dataclass
class Reports:
    """The reports that one page can show. models: name on the page → recogniser.

    By model: finished, measured: what this process found; kept: what an earlier process found, where no report ships. By `Reader`:
    refused, audits. A report names its reader in its notes, and counts for nobody else.
    """

    models: Mapping[str, Recogniser]
    history: History = field(default_factory=lambda: History(state_folder()))
    uploaded: UploadedTestSets = UPLOADED
    finished: dict[str, Report] = field(default_factory=dict)
    measured: dict[str, tuple[Score, ...]] = field(default_factory=dict)
    kept: dict[str, Report] = field(default_factory=dict)
    refused: dict[Reader, Refusal] = field(default_factory=dict)
    audits: dict[Reader, Audit] = field(default_factory=dict)

    # ---- what there is to show ----

    def report(self, selection: Selection) -> Report | None:
        """The newest run of this process, else the shipped report, else the newest run this machine has kept."""
        if selection.test_set is not None:
            result = self._uploaded_result(selection)
            return result and result[0]
        found = self.run_here(selection.model) or self.shipped(selection.model)
        if found is None:
            return None
        scores = self.measured.get(selection.model) or self._shipped_scores(found)
        found = with_scores(found, scores) if scores else found
        for name in (selection.model, *shipped_models()):
            known = None if found.slices and name != selection.model else self.shipped(name)
            found = carried_over(found, known) if known else found
        refused = self.refused.get(self.reader(selection.model))
        return with_refusal(found, refused) if refused else found

    def run_here(self, name: str) -> Report | None:
        """The newest run of a model on this machine; of earlier processes only where no report ships."""
        found = self._as_it_is(name, self.finished.get(name)) or self._as_it_is(name, self.kept.get(name))
        if found is None and not self.shipped(name) and (found := self._newest_kept(name)):
            self.kept[name] = found
        return found

    def images(self, selection: Selection) -> np.ndarray | None:
        """(n, 28, 28) uint8, the images of `report`; None where they are not at hand."""
        if selection.test_set is not None:
            result = self._uploaded_result(selection)
            return result and result[1]
        test = mnist_test()
        return None if test is None else test.images

    def uploaded_set(self, selection: Selection) -> UploadedTestSet | None:
        """The test set that the visitor uploaded; None for MNIST's, and when it is no longer held."""
        return self.uploaded.get(selection.test_set)

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

    # ---- what a report can be compared with ----

    def comparable(self, selection: Selection) -> dict[str, str]:
        """Key → words: the other models, and for MNIST's test set the runs that this machine has kept."""
        models = {f"model {name}": name for name in self.models if name != selection.model}
        if selection.test_set is not None:
            return models
        return models | {f"run {run.id}": run_words(run) for run in self.history.runs()}

    def comparable_report(self, selection: Selection, key: str) -> Report | None:
        """The report behind a key of `comparable`; None for a model without one. Raises ReportError for a run that is gone."""
        kind, _, name = key.partition(" ")
        return self.history.report(name) if kind == "run" else self.report(replace(selection, model=name))

    # ---- work, for evaluation.runner.Evaluations ----

    def evaluation(self, selection: Selection) -> Job | None:
        """The run of the model over the test set; None without its images."""
        recogniser = self.separate(selection.model)
        if selection.test_set is not None:
            return self._evaluation_of_uploaded(selection, recogniser)
        test = mnist_test()
        if test is None:
            return None

        def keep(end) -> Report:
            found = finish(recogniser, test, end)
            self.finished[found.model] = found
            self.history.keep(found)
            return found

        key = ("mnist", recogniser.weights_sha256, recogniser.notes)
        return Job(selection.model, key, lambda: run(recogniser, test), keep)

    def measurement(self, name: str, n: int) -> Job | None:
        """Robustness of a model on n test images; None without them."""
        recogniser, test = self.separate(name), mnist_test()
        if test is None:
            return None

        def keep(end: Measuring) -> tuple[Score, ...]:
            self.measured[name] = end.scores
            return end.scores

        key = ("robustness", recogniser.weights_sha256, n)
        return Job(name, key, lambda: measure(recogniser, test, n), keep)

    def refusal(self, selection: Selection) -> Job | None:
        """When a model refuses, measured on images that are no digit; None without a report that says of each digit whether it is one."""
        found, test, recogniser = self.report(selection), mnist_test(), self.separate(selection.model)
        if found is None or found.none is None or test is None or selection.test_set is not None:
            return None
        digits, right = (found.probabilities, found.none), found.labels == found.predicted

        def steps() -> Iterator[Progress]:
            made = outliers()
            return run(recogniser, Labelled(made.images, np.zeros(len(made.images), np.int64)))

        def keep(end: Progress) -> Refusal:
            assert end.none is not None  # as `run` has it
            others = end.probabilities, end.none
            measured = refusal.of(recogniser.calibration, digits, right, others, outliers())
            self.refused[selection.model, recogniser.notes] = measured
            return measured

        return Job(selection.model, ("refusal", recogniser.weights_sha256, recogniser.notes), steps, keep)

    def audit(self, selection: Selection) -> Job | None:
        """The audit of the labels of what is selected; None without its images."""
        recogniser, uploaded, test = self.separate(selection.model), self.uploaded_set(selection), mnist_test()
        if uploaded is None and (selection.test_set is not None or test is None):
            return None

        def steps() -> Iterator[Looking]:
            if uploaded is not None:
                yield from audit_pictures.run(recogniser, Archive(uploaded.packed).files)
            elif test is not None:
                yield Looking(len(test), len(test), audit_pictures.of_images(test), ())

        def keep(end: Looking) -> Audit:
            found = audit_pictures.finish(recogniser, end.seen, second_opinion(recogniser), end.unreadable)
            (self.audits if uploaded is None else uploaded.audits)[selection.model, recogniser.notes] = found
            return found

        key = ("audit", recogniser.weights_sha256, recogniser.notes, selection.test_set)
        return Job(selection.model, key, steps, keep)

    def audited(self, selection: Selection) -> Audit | None:
        """What the newest audit of what is selected found; None before there is one."""
        reader, uploaded = self.reader(selection.model), self.uploaded_set(selection)
        if selection.test_set is None:
            return self.audits.get(reader)
        return uploaded and uploaded.audits.get(reader)

    def separate(self, name: str) -> Recogniser:
        """The model loaded once more, so that readings of other visitors never wait for an evaluation's engine."""
        shared = self.models[name]
        other = copy.copy(second_instance(shared.name, shared.path, shared.choice))  # so a run keeps its calibration
        other.calibration, other.calibrated_on = shared.calibration, shared.calibrated_on
        other.calibrated = shared.calibrated
        return other

    def calibrate(self, name: str) -> None:
        """Calibrate a custom model for everybody; what was found before no longer counts. Raises DataError without MNIST."""
        if self.can_calibrate(name):
            self.models[name].calibrate()

    def can_calibrate(self, name: str) -> bool:
        """Whether a model is somebody's own and has no calibration yet."""
        recogniser = self.models[name]
        return recogniser.choice is not None and not recogniser.calibrated

    def _evaluation_of_uploaded(self, selection: Selection, recogniser: Recogniser) -> Job | None:
        uploaded = self.uploaded_set(selection)
        if uploaded is None:
            return None

        def steps() -> Iterator[PicturesProgress]:
            return run_pictures(recogniser, Archive(uploaded.packed).files)

        def keep(end: PicturesProgress) -> Report:
            found, images = finish_pictures(recogniser, end, uploaded.name)
            found = with_slices(found, images, Archive(uploaded.packed).table)
            uploaded.results[selection.model] = found, images
            return found

        key = ("uploaded", selection.test_set, recogniser.weights_sha256, recogniser.notes)
        return Job(selection.model, key, steps, keep)

    # ---- where reports come from ----

    def reader(self, name: str) -> Reader:
        """Who reads as that model now."""
        return name, self.models[name].notes

    def _as_it_is(self, name: str, found: Report | None) -> Report | None:
        """A report if it is of the model fed and calibrated as it is now, else None."""
        return found if found and found.notes == self.models[name].notes else None

    def _uploaded_result(self, selection: Selection) -> tuple[Report, np.ndarray] | None:
        uploaded = self.uploaded_set(selection)
        result = uploaded and uploaded.results.get(selection.model)
        return result if result and self._as_it_is(selection.model, result[0]) else None

    def _newest_kept(self, name: str) -> Report | None:
        weights = self.models[name].weights_sha256
        for kept in self.history.runs():
            if kept.weights_sha256 == weights:
                with contextlib.suppress(ReportError):  # a damaged one; an older one may be whole
                    if found := self._as_it_is(name, self.history.report(kept.id)):
                        return found
        return None

    def _shipped_scores(self, found: Report) -> tuple[Score, ...] | None:
        """The shipped report's robustness, for a run of the same weights that has measured none."""
        ships = self.shipped(found.model) if found.robustness is None else None
        if ships is None or ships.robustness is None or ships.weights_sha256 != found.weights_sha256:
            return None
        return ships.robustness.scores


def run_words(run: Run) -> str:
    """What a kept run is called where it can be chosen."""
    return f"{run.model}, run of {run.created[:16].replace('T', ' ')} UTC"


def mnist_test() -> Labelled | None:
    """MNIST's test images; None where they are not on this machine."""
    try:
        return load_mnist_test()
    except DataError:
        return None


@lru_cache(maxsize=4)
def second_instance(name: str, path: Path, choice: Choice | None) -> Recogniser:
    """The same model loaded again, so that a run and the visitors’ drawings do not wait for each other."""
    return Recogniser(name, path, choice)


@lru_cache(maxsize=16)
def shipped(name: str) -> Report | None:
    """The report that ships with a model, read once; None where there is none."""
    return report_files.shipped(name)


@lru_cache(maxsize=16)
def with_scores(found: Report, scores: tuple[Score, ...]) -> Report:
    """The report with robustness scores measured here; the same object for the same two, so that its views stay cached."""
    return found.with_robustness(scores, seed=0)
