"""What the Evaluate tab shows, as HTML: evaluation/sections.py's pieces with the page's own words and controls around them."""

import json
from functools import lru_cache
from html import escape

import gradio as gr
import numpy as np

from evaluation import corruptions, robustness, sections
from evaluation import galleries as galleries
from evaluation.comparison import reproduces
from evaluation.galleries import BANDS, KINDS, LABELS, PAGE, SORTS, Query
from evaluation.metrics import Metrics
from evaluation.report import Report
from evaluation.runner import Progress
from evaluation.sections import percent
from interface.evaluate.state import Shown
from model.datasets import Labelled
from model.recogniser import Recogniser

LOADING = '<p class="lab">Loading the report …</p>'
NO_REPORT = '<p class="lab">There is no report of this model yet. Press Run.</p>'
MNIST_MISSING = (
    '<p class="lab">The images are not on this machine, only the figures. Press “Download MNIST”, or set MNIST_DIR to a '
    "folder with the four IDX files and start again.</p>"
)
OWN_GONE = "The test set is no longer held here: others came after it. Send it again."
FIRST = 12  # the gallery beside the matrix before a cell is chosen: two rows, or four on a phone


def first(
    found: Report | None,
    fresh: Report | None,
    ships: Report | None,
    recogniser: Recogniser,
    note: str,
    images: np.ndarray | None,
) -> tuple[str, str, str, str]:
    """(headline, status, matrix, gallery) of a report at rest."""
    missing = images is None
    if found is None:
        return NO_REPORT, status("", note, missing=missing), "", ""
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
    return pieces(found, status(label, text, note, missing=missing), images)


def first_own(
    found: Report | None, name: str, shown: Shown, note: str, images: np.ndarray | None
) -> tuple[str, str, str, str]:
    """(headline, status, matrix, gallery) of a visitor's own test set at rest."""
    back = '<button type="button" class="btn small" data-do="back">Back to MNIST’s test set</button>'
    if found is None:
        text = note or f"{shown.model} has not read these pictures yet. Press Run."
        return '<p class="lab">No figures yet.</p>', status(name, text, extra=back, own=shown.own), "", ""
    text = f"{sections.plural(found.dataset.n, 'picture')} in {found.seconds:.1f} s, through the whole path from picture to digit."
    line = status(name, text, note, extra=back + sections.folder(found), own=shown.own)
    return pieces(found, line, images)


def pieces(found: Report, line: str, images: np.ndarray | None) -> tuple[str, str, str, str]:
    """(headline, status, matrix, gallery) of a report, with its status line."""
    nearest = gallery(found, images, Query("wrong", sort="sure", shown=FIRST))
    return sections.headline(found.metrics), line, sections.matrix(found.metrics), nearest


def starting(mine: bool) -> tuple:
    """(headline, status, matrix, gallery) before the first images are read: only the status changes."""
    return gr.skip(), status("Running", "Starting …", state="mine" if mine else "other"), gr.skip(), gr.skip()


def fetching() -> tuple:
    """(headline, status, matrix, gallery) while MNIST is downloaded."""
    return gr.skip(), status("", "Downloading MNIST (11 MB) …", state="fetching", missing=True), gr.skip(), gr.skip()


def running(progress: Progress, so_far: Metrics | None, mine: bool) -> tuple:
    """(headline, status, matrix, gallery) while a run goes on."""
    whose = "" if mine else " Another visitor started this run; you see it as it goes."
    text = (
        f"{progress.done:,} of {progress.total:,} images, {progress.images_per_second:,.0f} a second, "
        f"{progress.seconds_left:.0f} s left.{whose}"
    )
    line = status(
        "Running", text, extra=bar(progress.done, progress.total, "Evaluation"), state="mine" if mine else "other"
    )
    if so_far is None:
        return gr.skip(), line, gr.skip(), gr.skip()
    waiting = '<div data-testid="gallery"><p class="lab">The images come when the run has ended.</p></div>'
    return sections.headline(so_far, so_far=True), line, sections.matrix(so_far, busy=True), waiting


def bar(done: int, total: int, name: str) -> str:
    share = 100 * done / total
    return (
        f'<div class="progress" role="progressbar" aria-label="{name}" aria-valuenow="{share:.0f}" aria-valuemin="0" '
        f'aria-valuemax="100"><i style="width:{share:.1f}%"></i></div>'
    )


def status(
    label: str, *texts: str, extra: str = "", state: str = "rest", missing: bool = False, own: str | None = None
) -> str:
    """One line that says what is shown and where it comes from; the page's code reads the data attributes.

    label and texts are escaped here; extra is HTML.
    """
    tag = f'<span class="tag" data-testid="source">{escape(label)}</span> ' if label else ""
    return (
        f'<div class="ev-status" data-testid="evaluation-status" role="status" data-state="{state}" '
        f'data-missing="{int(missing)}" data-own="{escape(own or "")}">{tag}{escape(" ".join(filter(None, texts)))}</div>{extra}'
    )


def gallery(found: Report, images: np.ndarray | None, query: Query, filters: bool = False) -> str:
    """The images of a query, with the controls that change it. images: (n, 28, 28) uint8 or None."""
    indices = galleries.select(found, query)
    data = "".join(
        f' data-{name}="{"" if getattr(query, name) is None else getattr(query, name)}"'
        for name in ("kind", "true", "predicted", "shown")
    )
    digits = {"": "any", **{str(d): str(d) for d in range(10)}}
    choices = (
        (
            choice("kind", "show", KINDS, query.kind)
            + choice("true", "true", digits, query.true)
            + choice("predicted", "read as", digits, query.predicted)
            + choice("sure", "confidence", BANDS, query.sure)
            + (choice("labels", "labels", LABELS, query.labels) if galleries.problems(found) else "")
        )
        if filters
        else ""
    )
    more = (
        f'<button type="button" class="btn" data-more>Show {min(PAGE, len(indices) - query.shown)} more</button>'
        if len(indices) > query.shown and images is not None
        else ""
    )
    body = (
        MNIST_MISSING
        if images is None
        else galleries.tiles(found, images, indices[: query.shown])
        if len(indices)
        else '<p class="lab">There are none.</p>'
    )
    after = '<p class="lab">Choose an image to open it in Predict.</p>' if len(indices) and images is not None else ""
    return (
        f'<div class="gallery" data-testid="{"images" if filters else "gallery"}"{data}><div class="over"><h2>'
        f'{galleries.title(query, len(indices))}</h2><div class="choices">{choices}{choice("sort", "order", SORTS, query.sort)}</div>'
        f"</div>{body}{more}{after}</div>"
    )


def choice(name: str, label: str, options: dict[str, str], value: object) -> str:
    chosen = "" if value is None else str(value)
    made = "".join(
        f'<option value="{key}"{" selected" if key == chosen else ""}>{word}</option>' for key, word in options.items()
    )
    return f'<label>{label} <select data-choice="{name}">{made}</select></label>'


def per_class(found: Report) -> str:
    return sections.per_class(found.metrics)


def epochs(found: Report) -> str:
    """The table and its curves."""
    return sections.epochs(found) + _curves(found.model, json.dumps(found.epochs))


@lru_cache(maxsize=8)
def _curves(model: str, rows: str) -> str:
    """Kept by what is drawn: a run brings a new report, not a new training. matplotlib takes half a second, here and below,
    which a first page need not wait for."""
    from evaluation import html_report

    return html_report.curves(model, tuple(json.loads(rows)))


@lru_cache(maxsize=8)
def sure(found: Report) -> str:
    """Reliability before and after calibration, and coverage with a slider over its thresholds."""
    from evaluation import plots

    m = found.metrics
    points = "".join(
        f'<option data-threshold="{p.threshold:.4f}" data-coverage="{100 * p.coverage:.2f}" data-accuracy="{100 * p.accuracy:.2f}">'
        for p in m.coverage
    )
    slider = (
        f'<p class="threshold"><label>Least confidence <input type="range" min="0" max="{len(m.coverage) - 1}" value="0" data-points></label>'
        f'<datalist>{points}</datalist><output data-testid="coverage"></output></p>'
        if m.coverage
        else ""
    )
    diagrams = "".join(
        f"<div><h2>{title}</h2>{plots.inline_svg(plots.diagram(bins), title)}</div>"
        for title, bins in plots.diagrams(m, found.before)
    )
    return (
        f"<div>{sections.calibration(found)}</div>"
        f'<div class="plots">{diagrams}'
        f"<div><h2>If it answers only when it is sure enough</h2>"
        f"{plots.inline_svg(plots.coverage(m), 'Accuracy over images answered')}{slider}</div></div>"
        '<p class="lab">On the dashed line a model is as sure as it is right; the orange lines show by how much it is not. '
        "Pale bars hold fewer than 10 images.</p>"
    )


def measuring(progress: robustness.Measuring | None, mine: bool) -> str:
    """The scores found so far, with the way to stop for whom may."""
    if progress is None:
        return '<p class="lab" role="status">Starting …</p>'
    rows = "".join(
        f"<li>{s.corruption.replace('_', ' ')} <b>{percent(s.accuracy, 1)}</b></li>" for s in progress.scores
    )
    stop = '<button type="button" class="btn" data-do="cancel" data-testid="stop">Stop</button>' if mine else ""
    return (
        f'<p class="lab" role="status">Measuring: {len(progress.scores)} of {len(corruptions.CORRUPTIONS) + 1}</p>'
        f'{bar(progress.done, progress.total, "Measurement")}<ul class="plainlist">{rows}</ul>{stop}'
    )


def damaged(found: Report | None, test: Labelled | None, own: bool, note: str = "") -> str:
    """Robustness, with the same few digits under each corruption where the images are at hand."""
    if own:
        return '<p class="lab">The corruptions damage MNIST’s test images; your own pictures are read as they are.</p>'
    said = f'<p class="note" role="status">{escape(note)}</p>' if note else ""
    buttons = (
        '<p class="buttons"><button type="button" class="btn" data-ask="1000" data-testid="measure">Measure now on 1,000 images</button>'
        '<button type="button" class="btn" data-ask="10000" data-testid="measure-all">Measure on all 10,000</button></p>'
        if test is not None
        else MNIST_MISSING
    )
    return said + (sections.robustness(found, strips(test)) if found else NO_REPORT) + buttons


def strips(test: Labelled | None) -> dict[str, str]:
    """Corruption → five test images under it as one picture's data URL; {} without images."""
    return dict(_strips(test.images[:5].tobytes())) if test is not None else {}


@lru_cache(maxsize=1)
def _strips(pixels: bytes) -> tuple[tuple[str, str], ...]:
    few = np.frombuffer(pixels, np.uint8).reshape(-1, 28, 28)
    shown = {"clean": few, **{name: corruptions.corrupt(few, name) for name in corruptions.CORRUPTIONS}}
    return tuple((name, galleries.data_url(np.concatenate(list(images), axis=1))) for name, images in shown.items())
