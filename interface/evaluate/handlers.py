"""What the Evaluate tab does when a visitor acts: plain functions of what is selected and what the page sent. Enter at `Dashboard`.

The selection is kept by the server; what the page sends with an event is hostile until checked.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

import gradio as gr

from evaluation.comparison import CompareError
from evaluation.galleries import Query
from evaluation.metrics import evaluate
from evaluation.report_files import ReportError
from evaluation.runner import SHARED, BusyError, Evaluations, Job, Progress, Step
from interface.evaluate import closer_cards, closer_handlers, comparison, views
from interface.evaluate.cards import CARDS, confidence, measuring, robustness_of
from interface.evaluate.downloads import DIFFERENCES, NO_DIFFERENCE, difference, file
from interface.evaluate.runs import ended, steps
from interface.evaluate.state import Reports, Selection, mnist_test
from interface.evaluate.views import Overview, Part
from model.datasets import DataError, download_mnist, load_mnist_test
from model.mnist_download import DOWNLOAD

# images for each corruption: seconds and ± 2 points, enough to rank corruptions; or minutes and everything
SAMPLES = (1000, 10_000)


@dataclass(frozen=True)
class Dashboard:
    """The handlers of one page's Evaluate tab."""

    reports: Reports
    evaluations: Evaluations = SHARED

    # ---- the upper half ----

    def choose(self, selection: Selection, event: gr.EventData) -> tuple[Selection, Part, Part, Part, Part]:
        """Another model, another test set, or the tab was opened: the new selection and the four parts of its Overview."""
        asked = sent(event)
        test_set = asked.get("test_set", selection.test_set)
        selection, note = Selection(asked.get("model", selection.model), test_set), ""
        if test_set is not None and self.reports.uploaded_set(selection) is None:
            selection, note = replace(selection, test_set=None), views.TEST_SET_GONE
        headline, status, matrix, gallery = self.overview(selection, note)
        return selection, headline, status, matrix, gallery

    def run(self, selection: Selection, request: gr.Request) -> Iterator[Overview]:
        """Evaluate what is selected, or join the run under way: the overview as it changes."""
        job, owner = self.reports.evaluation(self.checked(selection)), request.session_hash or ""
        if job is None:
            yield self.overview(selection, views.TEST_SET_GONE if selection.test_set else "")
            return
        try:
            shared = self.evaluations.start(job, owner)
        except BusyError as busy:
            yield self.overview(selection, str(busy))
            return
        mine = shared.owner == owner
        yield views.starting(mine)
        for progress in shared.watch():
            assert isinstance(progress, Progress)  # as Reports.evaluation makes them
            so_far = evaluate(progress.labels, progress.probabilities) if len(progress.labels) else None
            yield views.running(progress, so_far, mine)
        yield self.overview(selection, ended(shared))

    def cancel(self, request: gr.Request) -> None:
        """Stop the run that this visitor started; others keep theirs."""
        self.evaluations.cancel(request.session_hash or "")

    def fetch(self, selection: Selection) -> Iterator[Overview]:
        """Download MNIST, or watch the download under way, until what is selected has its images."""
        yield views.fetching(DOWNLOAD.progress)
        try:
            for progress in download_mnist():
                yield views.fetching(progress)
            load_mnist_test()
        except DataError as error:
            yield self.overview(selection, str(error))
        else:
            yield self.overview(selection)

    def cell(self, selection: Selection, event: gr.EventData) -> str:
        """The gallery beside the matrix: the images of one of its cells."""
        return self.images(selection, event, filters=False)

    # ---- the cards ----

    def cards(self, selection: Selection) -> tuple[str, ...]:
        """What each of CARDS shows, in their order."""
        self.checked(selection)
        return tuple(card(self.reports, selection) for card in CARDS.values())

    def images(self, selection: Selection, event: gr.EventData, filters: bool = True) -> str:
        """The card "Images": any choice of images."""
        asked = sent(event)
        try:
            query = Query(**{name: asked[name] for name in (f.name for f in fields(Query)) if name in asked})
        except (ValueError, TypeError) as error:
            raise gr.Error("There is no such choice of images.", print_exception=False) from error
        found = self.reports.report(self.checked(selection))
        if found is None:
            return views.quiet(views.NO_REPORT)
        return views.gallery(found, self.reports.images(selection), query, filters)

    def calibrate(self, selection: Selection) -> str:
        """The card "Is it sure when it is right?": calibrate a custom model."""
        name = self.checked(selection).model
        if not self.reports.can_calibrate(name):
            return confidence(self.reports, selection)
        try:
            self.reports.calibrate(name)
        except DataError as error:
            return confidence(self.reports, selection, str(error))
        return confidence(
            self.reports, selection, f"{self.reports.models[name].notes[-1]} Press Run to see how sure it is now."
        )

    def measure(self, selection: Selection, event: gr.EventData, request: gr.Request) -> Iterator[str]:
        """The card "Robustness": accuracy under the corruptions, one after another; on 1,000 test images or on all."""
        n = sent(event).get("n", SAMPLES[0])
        if type(n) is not int or n not in SAMPLES:
            raise gr.Error("There is no such number of images.", print_exception=False)
        job, uploaded = self.reports.measurement(self.checked(selection).model, n), selection.test_set is not None

        def card(message: str) -> str:
            return robustness_of(self.reports.report(selection), mnist_test(), uploaded, message)

        yield from self._worked(job, request, measuring, card)

    def compare(self, selection: Selection, event: gr.EventData, request: gr.Request) -> Iterator[str]:
        """The card "Compare": another model or an earlier run; a model without a report is evaluated first, if asked."""
        other = sent(event).get("other")
        if not isinstance(other, str) or other not in self.reports.comparable(self.checked(selection)):
            raise gr.Error("There is no such model or run to compare with.", print_exception=False)
        kind, _, name = other.partition(" ")
        wanted = sent(event).get("run") and kind == "model"
        job = self.reports.evaluation(replace(selection, model=name)) if wanted else None
        yield from self._worked(
            job,
            request,
            lambda progress, _: comparison.evaluating(name, progress),
            lambda message: comparison.card(self.reports, selection, other, message),
        )

    def slice(self, selection: Selection, event: gr.EventData) -> str:
        """The card "Whom it is good for": the images of one slice."""
        return closer_handlers.slice_of(self.reports, self.checked(selection), sent(event))

    def refuse(self, selection: Selection, request: gr.Request) -> Iterator[str]:
        """The card "When it refuses": measure it."""
        job = self.reports.refusal(self.checked(selection))
        going_on = partial(closer_cards.working, "Reading images that are no digit")
        yield from self._worked(job, request, going_on, partial(closer_cards.refusal, self.reports, selection))

    def audit(self, selection: Selection, request: gr.Request) -> Iterator[str]:
        """The card "Audit my labels": look for suspects."""
        job = self.reports.audit(self.checked(selection))
        going_on = partial(closer_cards.working, closer_cards.LOOKING)
        yield from self._worked(job, request, going_on, partial(closer_cards.audit, self.reports, selection))

    def _worked(
        self,
        job: Job | None,
        request: gr.Request,
        going_on: Callable[[Step | None, bool], str],
        card: Callable[[str], str],
    ) -> Iterator[str]:
        """A card while its job goes on, and after it.

        job: None draws the card only; going_on: of the progress, None before the first, and whether this visitor started the job;
        card: of a message.
        """
        message, owner = "", request.session_hash or ""
        if job is not None:
            try:
                shared = self.evaluations.start(job, owner)
                for progress in steps(shared):
                    yield going_on(progress, shared.owner == owner)
                message = ended(shared)
            except BusyError as busy:
                message = str(busy)
        yield card(message)

    # ---- the rest ----

    def report_file(self, asked: dict) -> dict:
        """A file to download: {"model", "test_set", "kind", "dark", "other"} → {"name", "type", "base64"}, or {"error": sentence}."""
        asked = asked if isinstance(asked, dict) else {}
        name, test_set, kind = (asked.get(key) for key in ("model", "test_set", "kind"))
        found = selection = None
        if isinstance(name, str) and name in self.reports.models:
            selection = Selection(name, test_set)
            found = self.reports.report(selection)
        if found is None or selection is None or not isinstance(kind, str):
            return {"error": "There is no such report to take away."}
        if kind in DIFFERENCES:
            return self._difference(selection, asked)
        try:
            content, mime = file(found, self.reports.images(selection), kind, asked.get("dark") is True)
        except KeyError:
            return {"error": "There is no such file to take away."}
        return {"name": f"{name}-{kind}", "type": mime, "base64": content}

    def _difference(self, selection: Selection, asked: dict) -> dict:
        """A file of DIFFERENCES. asked["other"]: what is compared with, a key of Reports.comparable."""
        other, kind, row = asked.get("other"), asked["kind"], None
        try:
            if isinstance(other, str) and other in self.reports.comparable(selection):
                row = comparison.compared_with(self.reports, selection, other)
        except (CompareError, ReportError) as error:
            return {"error": str(error)}
        if row is None:
            return {"error": NO_DIFFERENCE}
        content, mime = difference(row, kind, asked.get("dark") is True)
        return {"name": f"{selection.model}-{kind}", "type": mime, "base64": content}

    def corrected_set(self, asked: dict) -> dict:
        """The corrected test set: {"model", "test_set", "decisions"} → {"name", "type", "base64"}, or {"error": sentence}."""
        asked = asked if isinstance(asked, dict) else {}
        name, test_set = asked.get("model"), asked.get("test_set")
        if not isinstance(name, str) or name not in self.reports.models:
            return {"error": closer_handlers.NO_AUDIT}
        return closer_handlers.corrected_set(self.reports, Selection(name, test_set), asked.get("decisions"))

    # ---- what they share ----

    def checked(self, selection: Selection) -> Selection:
        """The selection, if its model is one of this page's. Raises gr.Error."""
        if not isinstance(selection.model, str) or selection.model not in self.reports.models:
            raise gr.Error(
                f"There is no such model here; there are {', '.join(self.reports.models)}.", print_exception=False
            )
        return selection

    def overview(self, selection: Selection, note: str = "") -> Overview:
        """The newest report of what is selected. note: what else there is to say."""
        found, images = self.reports.report(self.checked(selection)), self.reports.images(selection)
        if selection.test_set is not None:
            uploaded = self.reports.uploaded_set(selection)
            return views.uploaded_at_rest(found, uploaded.name if uploaded else "", selection, note, images)
        name = selection.model
        note = " ".join(filter(None, (note, self.reports.trouble(name), *self.reports.models[name].notes)))
        fresh, ships = self.reports.run_here(name), self.reports.shipped(name)
        at_rest = views.at_rest(found, fresh, ships, self.reports.models[name], note, images)
        under_way = images is None and DOWNLOAD.running
        return at_rest._replace(status=views.fetching(DOWNLOAD.progress).status) if under_way else at_rest


def sent(event: gr.EventData) -> dict[str, Any]:
    """What the page sent with an event; {} for anything but an object."""
    data = getattr(event, "_data", None)
    return data if isinstance(data, dict) else {}
