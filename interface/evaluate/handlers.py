"""What the Evaluate tab does when asked: plain functions of what is shown and what the page sent.

What is shown (`Shown`) is kept by the server; what the page sent with an event is hostile until checked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import gradio as gr

from evaluation.comparison import CompareError, compare
from evaluation.galleries import Query
from evaluation.metrics import evaluate
from evaluation.picture_folder import FolderError
from evaluation.report_files import ReportError
from evaluation.runner import SHARED, BusyError, Evaluations, Job, SharedRun
from interface.evaluate import comparison as comparisons
from interface.evaluate import views as views
from interface.evaluate.downloads import file
from interface.evaluate.state import Shelf, Shown, test_set
from model.datasets import DataError, load_mnist

SAMPLES = (
    1000,
    10_000,
)  # images a corruption: seconds and ± 2 points, enough to rank corruptions; or minutes and everything


@dataclass(frozen=True)
class Board:
    """The dashboard of one page."""

    shelf: Shelf
    evaluations: Evaluations = SHARED

    def choose(self, shown: Shown, event: gr.EventData) -> tuple:
        """Another model, another test set, or the tab was opened: (shown, headline, status, matrix, gallery)."""
        asked = sent(event)
        own = asked.get("own", shown.own)
        shown, note = Shown(asked.get("model", shown.model), own), ""
        if own is not None and self.shelf.sets.get(own) is None:
            shown, note = replace(shown, own=None), views.OWN_GONE
        return (self.checked(shown), *self.first(shown, note))

    def run(self, shown: Shown, request: gr.Request) -> Iterator[tuple]:
        """Evaluate on what is shown, or join the run under way: (headline, status, matrix, gallery) as they come."""
        job, owner = self.shelf.evaluation(self.checked(shown)), request.session_hash or ""
        if job is None:
            yield self.first(shown, views.OWN_GONE if shown.own else "")
            return
        try:
            shared = self.evaluations.start(job, owner)
        except BusyError as busy:
            yield self.first(shown, str(busy))
            return
        mine = shared.owner == owner
        yield views.starting(mine)
        for progress in shared.watch():
            so_far = evaluate(progress.labels, progress.digits) if len(progress.labels) else None
            yield views.running(progress, so_far, mine)
        yield self.first(shown, ended(shared))

    def cancel(self, request: gr.Request) -> None:
        """Stop the run that this visitor started; others keep theirs."""
        self.evaluations.cancel(request.session_hash or "")

    def fetch(self, shown: Shown) -> Iterator[tuple]:
        """Download MNIST: (headline, status, matrix, gallery)."""
        yield views.fetching()
        try:
            load_mnist(download=True)
        except DataError as error:
            yield self.first(shown, str(error))
        else:
            yield self.first(shown)

    def cell(self, shown: Shown, event: gr.EventData) -> str:
        """The gallery beside the matrix: the images of one of its cells."""
        return self.images(shown, event, filters=False)

    def images(self, shown: Shown, event: gr.EventData, filters: bool = True) -> str:
        """The gallery with filters: any choice of images."""
        try:
            query = Query(**{name: sent(event)[name] for name in Query.__dataclass_fields__ if name in sent(event)})
        except (ValueError, TypeError) as error:
            raise gr.Error("There is no such choice of images.", print_exception=False) from error
        found = self.shelf.report(self.checked(shown))
        return views.gallery(found, self.shelf.images(shown), query, filters) if found else views.NO_REPORT

    def measure(self, shown: Shown, event: gr.EventData, request: gr.Request) -> Iterator[str]:
        """Accuracy under the 15 corruptions, one after another; on 1,000 test images or on all."""
        n = sent(event).get("n", SAMPLES[0])
        if type(n) is not int or n not in SAMPLES:
            raise gr.Error("There is no such number of images.", print_exception=False)
        job = self.shelf.measurement(self.checked(shown).model, n)
        note = ""
        if job is not None:
            try:
                for shared in self.watched(job, request):
                    yield views.measuring(shared.progress, mine=shared.owner == request.session_hash)
                note = ended(shared)
            except BusyError as busy:
                note = str(busy)
        yield views.damaged(self.shelf.report(shown), test_set(), shown.own is not None, note)

    def compare(self, shown: Shown, event: gr.EventData, request: gr.Request) -> Iterator[str]:
        """What is shown against another model or an earlier run; a model without a report is evaluated first, if asked."""
        other = sent(event).get("other")
        if not isinstance(other, str) or other not in self.shelf.others(self.checked(shown)):
            raise gr.Error("There is no such model or run to compare with.", print_exception=False)
        note = ""
        kind, _, name = other.partition(" ")
        job = self.shelf.evaluation(replace(shown, model=name)) if sent(event).get("run") and kind == "model" else None
        if job is not None:
            try:
                for shared in self.watched(job, request):
                    yield comparisons.evaluating(name, shared.progress)
                note = ended(shared)
            except BusyError as busy:
                note = str(busy)
        yield self.comparison(shown, other, note)

    def subjects(self, shown: Shown) -> tuple[str, ...]:
        """What the lower tabs show."""
        found = self.shelf.report(self.checked(shown))
        last = self.comparison(shown, None), comparisons.history(self.shelf.history, shown.own is not None)
        if found is None:
            return (views.NO_REPORT,) * 5 + last
        return (
            views.per_class(found),
            views.epochs(found),
            views.gallery(found, self.shelf.images(shown), Query("wrong", sort="sure"), filters=True),
            views.sure(found),
            views.damaged(found, test_set(), shown.own is not None),
            *last,
        )

    def warm_up(self) -> None:
        """After everything is shown: import what a run will compute with, so that its first figures come at once."""
        import scipy.stats  # noqa: F401
        import sklearn.metrics  # noqa: F401

    def take(self, asked: dict) -> dict:
        """A file to take away: {"model", "own", "kind"} → {"name", "type", "base64"}, or {"error": sentence}."""
        asked = asked if isinstance(asked, dict) else {}
        name, own, kind = (asked.get(key) for key in ("model", "own", "kind"))
        known = isinstance(name, str) and name in self.shelf.models and (own is None or self.shelf.sets.get(own))
        shown = Shown(name, own) if known else None
        found = self.shelf.report(shown) if shown else None
        if found is None or not isinstance(kind, str):
            return {"error": "There is no such report to take away."}
        try:
            content, mime = file(found, self.shelf.images(shown), kind)
        except KeyError:
            return {"error": "There is no such file to take away."}
        return {"name": f"{name}-{kind}", "type": mime, "base64": content}

    # ---- what they share ----

    def checked(self, shown: Shown) -> Shown:
        if not isinstance(shown.model, str) or shown.model not in self.shelf.models:
            raise gr.Error(
                f"There is no such model here; there are {', '.join(self.shelf.models)}.", print_exception=False
            )
        return shown

    def watched(self, job: Job, request: gr.Request) -> Iterator[SharedRun]:
        """Start or join a job and yield it at each step of its progress, and once more at its end. May raise BusyError."""
        shared = self.evaluations.start(job, request.session_hash or "")
        for _ in shared.watch():
            yield shared
        yield shared

    def first(self, shown: Shown, note: str = "") -> tuple[str, str, str, str]:
        """(headline, status, matrix, gallery) of the newest report of what is shown."""
        found, images = self.shelf.report(self.checked(shown)), self.shelf.images(shown)
        if shown.own is not None:
            own = self.shelf.sets.get(shown.own)
            return views.first_own(found, own.name if own else "", shown, note, images)
        trouble = self.shelf.trouble(shown.model)
        fresh, ships = self.shelf.run_here(shown.model), self.shelf.shipped(shown.model)
        note = " ".join(filter(None, (note, trouble)))
        return views.first(found, fresh, ships, self.shelf.models[shown.model], note, images)

    def comparison(self, shown: Shown, other: str | None, note: str = "") -> str:
        """What is shown against `other`, or against the first other model that has a report."""
        others = self.shelf.others(shown)
        other = other or next(
            (key for key in others if key.startswith("model ") and self.shelf.other(shown, key)), None
        )
        found, a = None, self.shelf.report(shown)
        try:
            b = self.shelf.other(shown, other) if other else None
            found = compare(a, b, others[other]) if a and b else None
        except (CompareError, ReportError) as error:
            note = note or str(error)
        return comparisons.compared(a, others, other, found, note, self.shelf.images(shown))


def ended(shared: SharedRun) -> str:
    """What to say of a run that has ended; nothing when it went well."""
    if shared.cancelled:
        p = shared.progress
        return f"Cancelled after {p.done:,} of {p.total:,} images." if p else "Cancelled."
    if isinstance(shared.error, FolderError):
        return str(shared.error)
    return f"The run stopped: {type(shared.error).__name__}. Press Run to try again." if shared.error else ""


def sent(event: gr.EventData) -> dict:
    """What the page sent with an event; {} for anything but an object."""
    data = getattr(event, "_data", None)
    return data if isinstance(data, dict) else {}
