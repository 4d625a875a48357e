"""The upper half of the Evaluate tab as HTML: headline, status line, confusion matrix and the images beside it.

The pieces that a report file has too come from evaluation/sections.py; the templates here put the page's own words and controls
around them.
"""

from typing import Any, NamedTuple

import gradio as gr
import numpy as np
from markupsafe import Markup

from evaluation import galleries, sections
from evaluation.comparison import reproduces
from evaluation.formatting import plural
from evaluation.galleries import BANDS, KINDS, LABELS, PAGE, SORTS, Query
from evaluation.metrics import Metrics
from evaluation.report import Report
from evaluation.runner import Progress
from interface import templates
from interface.evaluate.state import Selection
from model import mnist_download
from model.recogniser import Recogniser

LOADING = "Loading the report …"
NO_REPORT = "There is no report of this model yet. Press Run."
MNIST_MISSING = (
    "The images are not on this machine, only the figures. Press “Download MNIST”, or set MNIST_DIR to a folder with the four "
    "IDX files and start again."
)
NO_IMAGES = "There are none."
TEST_SET_GONE = "The test set is no longer held here: others came after it. Send it again."
FIRST = 12  # the gallery beside the matrix before a cell is chosen: two rows, or four on a phone
DIGITS = {"": "any", **{str(digit): str(digit) for digit in range(10)}}

Part = str | dict[str, Any]  # HTML, or Gradio's word for "leave it as it is" (gr.skip)


class Overview(NamedTuple):
    """The four parts of the upper half, in the order in which tab.py places them."""

    headline: Part
    status: Part
    matrix: Part
    gallery: Part


def render(template: str, **values: Any) -> Markup:
    """The HTML of a template of this folder. Every value is escaped unless it is Markup."""
    return Markup(templates.render(f"evaluate/templates/{template}", **values))


def quiet(text: str) -> Markup:
    """A sentence in the place of what is not there."""
    return render("quiet.html", text=text)


# ---- a report at rest ----


def at_rest(
    found: Report | None,
    fresh: Report | None,
    ships: Report | None,
    recogniser: Recogniser,
    note: str,
    images: np.ndarray | None,
) -> Overview:
    """A model on MNIST's test set.

    found: what is shown; fresh: the newest run on this machine; ships: the shipped report; note: what else there is to say;
    images: (n, 28, 28) uint8 or None.
    """
    missing = images is None
    if found is None:
        return Overview(quiet(NO_REPORT), status("", note, missing=missing), "", "")
    if fresh is not None:
        label = "A run on this machine"
        when = fresh.created[:16].replace("T", " ")
        text = f"{when} UTC, {fresh.seconds:.1f} s, {fresh.images_per_second:,.0f} images a second. {reproduces(fresh, ships)}"
    else:
        label = "The shipped report, not a run"
        text = f"Made {found.created[:10]} with the same weights. {'' if missing else 'Press Run to check it here.'}"
        if found.weights_sha256 != recogniser.weights_sha256:
            text = "It belongs to other weights than the model loaded now, so its figures may not apply."
            text += "" if missing else " Press Run."
    return overview(found, status(label, text, note, missing=missing), images)


def uploaded_at_rest(
    found: Report | None, name: str, selection: Selection, note: str, images: np.ndarray | None
) -> Overview:
    """A model on a test set that a visitor uploaded. name: the file's or folder's; images: (n, 28, 28) uint8 or None."""
    if found is None:
        text = note or f"{selection.model} has not read these pictures yet. Press Run."
        return Overview(quiet("No figures yet."), status(name, text, test_set=selection.test_set), "", "")
    text = (
        f"{plural(found.dataset.n, 'picture')} in {found.seconds:.1f} s, from picture to digit, as drawings are read."
    )
    line = status(name, text, note, test_set=selection.test_set, folder=sections.folder(found))
    return overview(found, line, images)


def overview(found: Report, line: Markup, images: np.ndarray | None) -> Overview:
    """A report with its status line."""
    most_wrong = gallery(found, images, Query("wrong", sort="sure", shown=FIRST))
    return Overview(sections.headline(found.metrics), line, sections.matrix(found.metrics), most_wrong)


# ---- while something goes on ----


def starting(mine: bool) -> Overview:
    """Before the first images are read only the status changes. mine: whether this visitor started the run."""
    line = status("Running", "Starting …", state="mine" if mine else "other")
    return Overview(gr.skip(), line, gr.skip(), gr.skip())


def fetching(progress: mnist_download.Progress) -> Overview:
    """While MNIST is downloaded."""
    text = f"Downloading MNIST’s images, once: {progress}"
    line = status("", text, state="fetching", missing=True, progress=progress, progress_name="Download")
    return Overview(gr.skip(), line, gr.skip(), gr.skip())


def running(progress: Progress, so_far: Metrics | None, mine: bool) -> Overview:
    """While a run goes on. so_far: of the images read until now, None before the first; mine: whether this visitor started it."""
    whose = "" if mine else " Another visitor started this run; you see it as it goes."
    text = (
        f"{progress.done:,} of {progress.total:,} images, {progress.images_per_second:,.0f} a second, "
        f"{progress.seconds_left:.0f} s left.{whose}"
    )
    line = status("Running", text, state="mine" if mine else "other", progress=progress)
    if so_far is None:
        return Overview(gr.skip(), line, gr.skip(), gr.skip())
    headline, matrix = sections.headline(so_far, so_far=True), sections.matrix(so_far, busy=True)
    return Overview(headline, line, matrix, render("gallery_waiting.html"))


# ---- the pieces ----


def status(
    label: str,
    *texts: str,
    state: str = "rest",
    missing: bool = False,
    test_set: str | None = None,
    progress: Progress | mnist_download.Progress | None = None,
    progress_name: str = "Evaluation",
    folder: str = "",
) -> Markup:
    """One line that says what is shown and where it comes from.

    state: "rest", "mine" or "other" while a run goes on, or "fetching"; missing: whether MNIST's images are; test_set: the secret
    name of an uploaded one; folder: HTML of what only picture files have.
    """
    return render(
        "status.html",
        label=label,
        text=" ".join(filter(None, texts)),
        state=state,
        missing=missing,
        test_set=test_set,
        progress=progress,
        progress_name=progress_name,
        folder=folder,
    )


def gallery(found: Report, images: np.ndarray | None, query: Query, filters: bool = False) -> Markup:
    """The images of a query, with the controls that change it. images: (n, 28, 28) uint8 or None."""
    indices = galleries.select(found, query)
    shows_images = images is not None and len(indices) > 0
    return render(
        "gallery.html",
        query=query,
        title=galleries.title(query, len(indices)),
        tiles=tiles(found, images, indices[: query.shown]),
        more=min(PAGE, max(len(indices) - query.shown, 0)) if shows_images else 0,
        can_open=shows_images,
        filters=filters,
        has_label_problems=bool(galleries.problems(found)),
        digits=DIGITS,
        kinds=KINDS,
        bands=BANDS,
        labels=LABELS,
        sorts=SORTS,
    )


def tiles(found: Report, images: np.ndarray | None, indices: np.ndarray) -> Markup:
    """The images of these indices as tiles, or the sentence that says why there are none. images: (n, 28, 28) uint8 or None."""
    if images is None:
        return quiet(MNIST_MISSING)
    return galleries.tiles(found, images, indices) if len(indices) else quiet(NO_IMAGES)
