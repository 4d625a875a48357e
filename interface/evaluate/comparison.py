"""What the Evaluate tab shows of two models side by side, and of the runs this machine has kept."""

from html import escape

import numpy as np

from evaluation import galleries as galleries
from evaluation import sections
from evaluation.comparison import Comparison
from evaluation.history import History
from evaluation.report import Report
from evaluation.robustness import Measuring
from evaluation.runner import Progress
from evaluation.sections import percent, plural
from interface.evaluate.views import MNIST_MISSING, NO_REPORT, bar, choice

TILES = 24  # images that only one of two reads right, at the most, each
# label, how to get it from Metrics, its factor and format, whether more is better
FIGURES = (
    ("accuracy", "accuracy", 100, "{:.2f} %"),
    ("errors", "errors", 1, "{:,.0f}"),
    ("macro F1", "macro_f1", 100, "{:.2f} %"),
    ("right in top two", "top2", 100, "{:.2f} %"),
    ("log loss", "log_loss", 1, "{:.4f}"),
    ("calibration error", "ece", 100, "{:.2f} %"),
)


def compared(
    a: Report | None,
    others: dict[str, str],
    other: str | None,
    found: Comparison | None,
    note: str,
    images: np.ndarray | None,
) -> str:
    """Two results side by side, the test's words, and the images that only one of them reads right.

    others: key → words of what can be chosen; other: the key chosen; found: None where one of the two is not known yet.
    """
    if not others:
        return (
            '<p class="lab">There is nothing to compare with yet: no other model and no earlier run. Start the app with '
            "<code>--model FILE</code> to bring a model.</p>"
        )
    options = {} if other else {"": "choose …"}
    options |= {escape(key): escape(words) for key, words in others.items()}
    picker = f'<div class="choices">{choice("other", "Compare with", options, other and escape(other))}</div>'
    said = f'<p class="note" role="status">{escape(note)}</p>' if note else ""
    if found is None:
        return f'<div data-testid="compare">{picker}{said}{missing(a, others, other)}</div>'
    first, second = map(escape, found.names)
    heads = ("", first, second, "difference")
    only = only_one(found, images)
    words = f'<p class="note" data-testid="mcnemar">{escape(found.words)}</p>'
    return f'<div data-testid="compare">{picker}{said}{words}{sections.table("comparison", heads, rows(found))}{only}</div>'


def missing(a: Report | None, others: dict[str, str], other: str | None) -> str:
    if a is None:
        return NO_REPORT
    if other is None or not other.startswith("model "):
        return ""
    return (
        f'<p class="lab">{escape(others[other])} has not been evaluated on these images yet.</p>'
        f'<button type="button" class="btn" data-evaluate="{escape(other)}">Evaluate {escape(others[other])} now</button>'
    )


def rows(found: Comparison) -> list[str]:
    """One row a figure: both values and their difference; a dash where one is undefined."""
    body = []
    for label, name, unit, form in FIGURES:
        x, y = (getattr(report.metrics, name) for report in (found.a, found.b))
        cells = ["–" if v is None else form.format(unit * v) for v in (x, y)]
        difference = "–" if None in (x, y) else form.replace("{:", "{:+").format(unit * (x - y)).replace("-", "−")
        cells.append(difference)
        body.append(f'<tr><th scope="row">{label}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>')
    return body


def only_one(found: Comparison, images: np.ndarray | None) -> str:
    """The images that only one of the two reads right, as the other one misreads them."""
    parts = []
    for name, wrong, indices in zip(found.names, (found.b, found.a), (found.only_a, found.only_b), strict=True):
        some = f", the first {TILES} of them" if len(indices) > TILES else ""
        tiles = MNIST_MISSING if images is None else galleries.tiles(wrong, images, indices[:TILES])
        parts.append(
            f"<h2>Only {escape(name)} reads {plural(len(indices), 'image')} right{some}</h2>"
            + (tiles if len(indices) else '<p class="lab">There are none.</p>')
        )
    return "".join(parts)


def evaluating(name: str, progress: Progress | Measuring | None) -> str:
    """While a model is evaluated to be compared with."""
    if progress is None:
        return '<div data-testid="compare"><p class="lab" role="status">Starting …</p></div>'
    return (
        f'<div data-testid="compare"><p class="lab" role="status">Evaluating {escape(name)}: {progress.done:,} of '
        f"{progress.total:,} images</p>{bar(progress.done, progress.total, 'Evaluation')}</div>"
    )


def history(kept: History, own: bool) -> str:
    """The runs this machine has kept, each with a way to compare it with what is shown."""
    runs = kept.runs()
    where = (
        f"{kept.trouble}; this list lasts as long as the app runs."
        if kept.trouble
        else "The newest 20 are kept, for this user of this machine."
    )
    quiet = f'<p class="lab">Runs on MNIST’s test set on this machine. {escape(where)}</p>'
    if not runs:
        return f'<div data-testid="history"><p class="lab">No run has finished on this machine yet. Press Run.</p>{quiet}</div>'
    body = []
    for run in runs:
        compare = (
            ""
            if own
            else f'<button type="button" class="btn small" data-compare="run {run.id}" aria-label="Compare with the run of '
            f'{escape(run.model)} of {when(run.created)}">Compare</button>'
        )
        body.append(
            f'<tr><th scope="row">{when(run.created)}</th><td>{escape(run.model)}<small>{escape(run.weights_sha256[:8])}</small></td>'
            f"<td>{percent(run.accuracy)}</td><td>{run.errors:,}<small>of {run.n:,}</small></td><td>{run.seconds:.1f} s</td>"
            f"<td>{compare}</td></tr>"
        )
    heads = ("when (UTC)", "model, weights", "accuracy", "errors", "time", "")
    return f'<div data-testid="history">{sections.table("runs", heads, body)}{quiet}</div>'


def when(created: str) -> str:
    return escape(created[:16].replace("T", " "))
