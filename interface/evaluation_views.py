"""What the Evaluate tab shows, as HTML: evaluation/fragments.py's pieces with the page's own words and controls around them."""

from collections.abc import Sequence
from functools import lru_cache
from html import escape

import gradio as gr
import numpy as np

from evaluation import fragments, robustness
from evaluation import gallery as galleries
from evaluation.compare import Comparison, reproduces
from evaluation.fragments import percent, plural
from evaluation.gallery import KINDS, PAGE, SORTS, Query
from evaluation.metrics import Metrics
from evaluation.report import Report
from evaluation.run import Progress
from model.data import Labelled
from model.recogniser import Recogniser

LOADING = '<p class="lab">Loading the report …</p>'
NO_REPORT = '<p class="lab">There is no report of this model yet. Press Run.</p>'
MNIST_MISSING = ('<p class="lab">The images are not on this machine, only the figures. Press “Download MNIST”, or set MNIST_DIR to a '
                 'folder with the four IDX files and start again.</p>')
FILES = {"report.html": "Report, one page", "report.json": "Report, JSON", "predictions.csv": "Predictions, CSV",
         "confusion-matrix.svg": "Confusion matrix, SVG", "confusion-matrix.png": "Confusion matrix, PNG",
         "epochs.svg": "Epochs, SVG", "epochs.png": "Epochs, PNG", "reliability.svg": "Reliability, SVG",
         "reliability.png": "Reliability, PNG", "coverage.svg": "Coverage, SVG", "coverage.png": "Coverage, PNG"}
CONTROLS = (
    '<button type="button" class="btn primary" data-testid="run" data-do="run">Run on 10,000 images</button>'
    '<button type="button" class="btn" data-testid="cancel" data-do="cancel" hidden>Cancel</button>'
    '<button type="button" class="btn" data-testid="download-mnist" data-do="fetch" hidden>Download MNIST (11 MB)</button>'
    '<details class="menu"><summary class="btn" data-testid="downloads">Download</summary><div>'
    + "".join(f'<button type="button" data-take="{kind}">{name}</button>' for kind, name in FILES.items()) + "</div></details>")
FIRST = 12  # the gallery beside the matrix before a cell is chosen: two rows, or four on a phone


def first(found: Report | None, fresh: Report | None, ships: Report | None, recogniser: Recogniser, note: str,
          images: np.ndarray | None) -> tuple[str, str, str, str]:
    """(headline, status, matrix, gallery) of a report at rest."""
    missing = images is None
    if found is None:
        return NO_REPORT, status("", note, missing=missing), "", ""
    if fresh is not None:
        label = "A run on this machine"
        text = f"{fresh.seconds:.1f} s, {fresh.images_per_second:,.0f} images a second. {reproduces(fresh, ships)}"
    else:
        label = "The shipped report, not a run"
        text = f"Made {found.created[:10]} with the same weights. {'' if missing else 'Press Run to check it here.'}"
        if found.weights_sha256 != recogniser.weights_sha256:
            text = "It belongs to other weights than the model loaded now, so its figures may not apply. Press Run."
    return (fragments.headline(found.metrics), status(label, text, note, missing=missing), fragments.matrix(found.metrics),
            gallery(found, images, Query("wrong", sort="sure", shown=FIRST)))


def starting(mine: bool) -> tuple:
    """(headline, status, matrix, gallery) before the first images are read: only the status changes."""
    return gr.skip(), status("Running", "Starting …", state="mine" if mine else "other"), gr.skip(), gr.skip()


def fetching() -> tuple:
    """(headline, status, matrix, gallery) while MNIST is downloaded."""
    return gr.skip(), status("", "Downloading MNIST (11 MB) …", state="fetching", missing=True), gr.skip(), gr.skip()


def running(progress: Progress, so_far: Metrics, mine: bool) -> tuple[str, str, str, str]:
    """(headline, status, matrix, gallery) while a run goes on."""
    share = 100 * progress.done / progress.total
    whose = "" if mine else " Another visitor started this run; you see it as it goes."
    text = (f"{progress.done:,} of {progress.total:,} images, {progress.images_per_second:,.0f} a second, "
            f"{progress.seconds_left:.0f} s left.{whose}")
    bar = (f'<div class="progress" role="progressbar" aria-label="Evaluation" aria-valuenow="{share:.0f}" aria-valuemin="0" '
           f'aria-valuemax="100"><i style="width:{share:.1f}%"></i></div>')
    return (fragments.headline(so_far, so_far=True), status("Running", text, extra=bar, state="mine" if mine else "other"),
            fragments.matrix(so_far, busy=True), '<div data-testid="gallery"><p class="lab">The images come when the run has ended.</p></div>')


def status(label: str, *texts: str, extra: str = "", state: str = "rest", missing: bool = False) -> str:
    """One line that says what is shown and where it comes from; the page's code reads data-state and data-missing."""
    tag = f'<span class="tag" data-testid="source">{label}</span> ' if label else ""
    return (f'<div class="ev-status" data-testid="evaluation-status" role="status" data-state="{state}" data-missing="{int(missing)}">{tag}'
            f'{escape(" ".join(filter(None, texts)))}</div>{extra}')


def gallery(found: Report, images: np.ndarray | None, query: Query, filters: bool = False) -> str:
    """The images of a query, with the controls that change it. images: (n, 28, 28) uint8 or None."""
    indices = galleries.select(found, query)
    data = "".join(f' data-{name}="{"" if value is None else value}"' for name, value in
                   (("kind", query.kind), ("true", query.true), ("predicted", query.predicted), ("shown", query.shown)))
    digits = {"": "any", **{str(d): str(d) for d in range(10)}}
    choices = (choice("kind", "show", dict(KINDS.items()), query.kind) + choice("true", "true", digits, query.true)
               + choice("predicted", "read as", digits, query.predicted)) if filters else ""
    more = (f'<button type="button" class="btn" data-more>Show {min(PAGE, len(indices) - query.shown)} more</button>'
            if len(indices) > query.shown and images is not None else "")
    body = (MNIST_MISSING if images is None else galleries.tiles(found, images, indices[:query.shown]) if len(indices)
            else '<p class="lab">None.</p>')
    after = '<p class="lab">Choose an image to open it in Predict.</p>' if len(indices) and images is not None else ""
    return (f'<div class="gallery" data-testid="{"images" if filters else "gallery"}"{data}><div class="over"><h2>'
            f'{galleries.title(query, len(indices))}</h2><div class="choices">{choices}{choice("sort", "order", SORTS, query.sort)}</div>'
            f'</div>{body}{more}{after}</div>')


def choice(name: str, label: str, options: dict[str, str], value: object) -> str:
    chosen = "" if value is None else str(value)
    made = "".join(f'<option value="{key}"{" selected" if key == chosen else ""}>{word}</option>' for key, word in options.items())
    return f'<label>{label} <select data-choice="{name}">{made}</select></label>'


def per_class(found: Report) -> str:
    return fragments.per_class(found.metrics)


@lru_cache(maxsize=8)
def epochs(found: Report) -> str:
    """The table and its curves. matplotlib, here and below, takes half a second that a first page need not wait for."""
    from evaluation import html_report

    return fragments.epochs(found) + html_report.curves(found)


@lru_cache(maxsize=8)
def sure(found: Report) -> str:
    """Reliability and coverage, with a slider over the thresholds of the coverage curve."""
    from evaluation import plots

    m = found.metrics
    points = "".join(f'<option data-threshold="{p.threshold:.4f}" data-coverage="{100 * p.coverage:.2f}" data-accuracy="{100 * p.accuracy:.2f}">'
                     for p in m.coverage)
    return (
        f'<div class="plots"><div><h2>How sure, and how often right</h2>{plots.inline_svg(plots.reliability(m), "How sure and how often right")}'
        f'<p class="lab">On the dashed line a model is as sure as it is right; the orange lines show by how much it is not. On average over '
        f'the images that is {percent(m.ece)} (ECE, 15 bins). Pale bars hold fewer than 10 images.</p></div>'
        f'<div><h2>If it answers only when it is sure enough</h2>{plots.inline_svg(plots.coverage(m), "Accuracy over images answered")}'
        f'<p class="threshold"><label>Least confidence <input type="range" min="0" max="{len(m.coverage) - 1}" value="0" data-points></label>'
        f'<datalist>{points}</datalist><output data-testid="coverage"></output></p></div></div>')


def measuring(scores: Sequence[robustness.Score]) -> str:
    total = len(robustness.CORRUPTIONS) + 1
    rows = "".join(f"<li>{s.corruption.replace('_', ' ')} {percent(s.accuracy, 1)}</li>" for s in scores)
    return f'<p class="lab" role="status">Measuring: {len(scores)} of {total}</p><ul class="plainlist">{rows}</ul>'


def damaged(found: Report | None, test: Labelled | None) -> str:
    """Robustness, with the same few digits under each corruption where the images are at hand."""
    if found is None:
        return NO_REPORT
    button = ('<button type="button" class="btn" data-ask data-testid="measure">Measure now on 1,000 images</button>'
              if test is not None else MNIST_MISSING)
    return fragments.robustness(found, strips(test)) + button


def strips(test: Labelled | None) -> dict[str, str]:
    """Corruption → five test images under it as one picture's data URL; {} without images."""
    if test is None:
        return {}
    few = test.images[:5]
    shown = {"clean": few, **{name: robustness.corrupt(few, name) for name in robustness.CORRUPTIONS}}
    return {name: galleries.data_url(np.concatenate(list(images), axis=1)) for name, images in shown.items()}


def compared(name: str, others: list[str], other: str | None, found: Comparison | None, trouble: str, images: np.ndarray | None) -> str:
    """Two models side by side, the test's words, and the images that only one of them reads right."""
    if not others:
        return '<p class="lab">There is no other model here. Start with <code>--model FILE</code> to bring one.</p>'
    picker = f'<div class="choices">{choice("other", "Compare with", {escape(o): escape(o) for o in others}, other and escape(other))}</div>'
    if found is None:
        why = escape(trouble) or f"{escape(name)} or the other model has no report yet: choose it above and press Run."
        return f'{picker}<p class="lab">{why}</p>'
    a, b = found.a.metrics, found.b.metrics
    rows = []
    for label, x, y, unit in (("accuracy", a.accuracy, b.accuracy, 100), ("errors", a.errors, b.errors, 1), ("macro F1", a.macro_f1, b.macro_f1, 100),
                              ("right in top two", a.top2, b.top2, 100), ("log loss", a.log_loss, b.log_loss, 1), ("calibration error", a.ece, b.ece, 100)):
        form = "{:,.0f}" if label == "errors" else "{:.4f}" if unit == 1 else "{:.2f} %"
        difference = form.replace("{:", "{:+").format(unit * (x - y)).replace("-", "−")
        rows.append(f'<tr><th scope="row">{label}</th><td>{form.format(unit * x)}</td><td>{form.format(unit * y)}</td><td>{difference}</td></tr>')
    only = "".join(
        f'<h2>Only {escape(r.model)} reads {plural(len(indices), "image")} right{f", the first {PAGE // 2} of them" * (len(indices) > PAGE // 2)}</h2>'
        + (MNIST_MISSING if images is None else galleries.tiles(wrong, images, indices[:PAGE // 2]))
        for r, wrong, indices in ((found.a, found.b, found.only_a), (found.b, found.a, found.only_b)))
    heads = ("", escape(found.a.model), escape(found.b.model), "difference")
    return f'{picker}<p class="note">{escape(found.words)}</p>{fragments.table("comparison", heads, rows)}{only}'
