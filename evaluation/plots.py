"""Matplotlib figures from results: confusion matrix, epochs, reliability, coverage, robustness. Drawing only; nothing is computed here.

Figures are objects of their own (no pyplot, no global state), so that several visitors can draw at once.
"""

import io
import re
from collections.abc import Sequence
from html import escape

import numpy as np
from matplotlib import rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from evaluation.curves import Bin
from evaluation.metrics import Metrics, Uncalibrated
from evaluation.robustness import Score

# The page's light colours. `inline_svg` swaps them for its CSS variables, so that one figure serves light and dark.
TEXT, SOFT, LINE, ACCENT, CARD = "#1c1c1a", "#6b6a66", "#e6e5e1", "#2d5bd7", "#ffffff"
ERROR = "#d7662d"  # orange beside blue: told apart with every common colour-vision deficiency
VARIABLES = {TEXT: "--text", SOFT: "--soft", LINE: "--line", ACCENT: "--accent", ERROR: "--error"}
# Set once: matplotlib's rc_context is not safe between threads. Text stays text, and the same figure gives the same file.
rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "digits"})


def axes(width: float = 4.6, height: float = 3.4, columns: int = 1):
    """A figure with plain axes: (Figure, list of Axes)."""
    figure = Figure(figsize=(width, height), layout="constrained", facecolor=CARD)
    plots = list(figure.subplots(1, columns, squeeze=False)[0])
    for ax in plots:
        ax.set_facecolor(CARD)
        ax.tick_params(colors=SOFT, labelcolor=SOFT, length=0)
        ax.grid(color=LINE, linewidth=0.8)
        ax.set_axisbelow(True)
        for side, spine in ax.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(LINE)
    return figure, plots


def label(ax, x: str, y: str, title: str = "") -> None:
    ax.set_xlabel(x, color=SOFT)
    ax.set_ylabel(y, color=SOFT)
    if title:
        ax.set_title(title, color=TEXT, loc="left", fontsize=10, fontweight="bold")


def confusion_matrix(metrics: Metrics) -> Figure:
    """Counts; the diagonal in the accent, errors in orange by the root of their number."""
    counts = np.array(metrics.confusion_matrix)
    figure, (ax,) = axes(5.2, 4.8)
    ax.grid(False)
    most = max((counts - np.diag(np.diag(counts))).max(), 1)
    for (t, p), n in np.ndenumerate(counts):
        if n:
            colour, strength = (ACCENT, 0.14) if t == p else (ERROR, 0.25 + 0.6 * (n / most) ** 0.5)
            ax.fill_between([p - 0.47, p + 0.47], t - 0.47, t + 0.47, color=colour, alpha=strength, linewidth=0)
        ax.text(p, t, n or "·", ha="center", va="center", color=TEXT if n else SOFT, fontsize=9)
    ax.set(xticks=range(10), yticks=range(10), xlim=(-0.5, 9.5), ylim=(9.5, -0.5))
    for spine in ax.spines.values():
        spine.set_visible(False)
    label(ax, "read as", "true")
    return figure


def epochs(rows: tuple[dict, ...], published: tuple[tuple[float, float], ...] = ()) -> Figure:
    """Loss and accuracy by epoch, training and held out; `published`: (loss, accuracy) of epochs 1, 2, … for comparison."""
    figure, plots = axes(7.6, 2.9, columns=2)
    number = [row["epoch"] for row in rows]
    for ax, name in zip(plots, ("loss", "accuracy"), strict=True):
        scale = 100 if name == "accuracy" else 1
        for key, colour, word, style in ((name, ACCENT, "training", "-"), (f"val_{name}", ERROR, "held out", "--")):
            values = [scale * row[key] if row.get(key) is not None else np.nan for row in rows]
            ax.plot(number, values, style, color=colour, label=word, marker="o", markersize=3.5)
        if published:
            figures = [scale * pair[name == "accuracy"] for pair in published]
            ax.plot(
                range(1, len(figures) + 1),
                figures,
                ":",
                color=SOFT,
                label="published (training)",
                marker="s",
                markersize=3.5,
            )
        ax.xaxis.get_major_locator().set_params(integer=True)
        label(ax, "epoch", "", f"{name.capitalize()}, %" if scale == 100 else "Loss")
    plots[0].legend(frameon=False, labelcolor=SOFT, fontsize=9)
    return figure


def reliability(metrics: Metrics, before: Uncalibrated | None = None) -> Figure:
    """Accuracy over confidence in 15 bins; on the dashed line a model is as sure as it is right. Before calibration beside it."""
    figure, plots = axes(7.6 if before else 4.2, 3.6, columns=2 if before else 1)
    for ax, (title, found) in zip(plots, diagrams(metrics, before), strict=True):
        bins(ax, found, title)
    return figure


def diagram(found: Sequence[Bin]) -> Figure:
    """One reliability diagram, to stand beside others."""
    figure, (ax,) = axes(4.2, 3.6)
    bins(ax, found)
    return figure


def diagrams(metrics: Metrics, before: Uncalibrated | None) -> list[tuple[str, Sequence[Bin]]]:
    """(title, bins) of each reliability diagram that there is to draw."""
    first = [("Before calibration", before.ece, before.calibration)] if before else []
    pairs = [*first, ("After calibration" if before else "As it answers", metrics.ece, metrics.calibration)]
    return [(title if ece is None else f"{title}: ECE {100 * ece:.2f} %", found) for title, ece, found in pairs]


def bins(ax, found: Sequence[Bin], title: str = "") -> None:
    ax.plot([0, 100], [0, 100], "--", color=SOFT, linewidth=1)
    for b in found:
        if b.n:
            ax.bar(
                50 * (b.low + b.high),
                100 * b.accuracy,
                width=100 * (b.high - b.low) * 0.88,
                color=ACCENT,
                alpha=0.3 if b.n < 10 else 1,
                linewidth=0,
            )
            ax.plot([100 * b.confidence] * 2, [100 * b.accuracy, 100 * b.confidence], color=ERROR, linewidth=2)
    ax.set(xlim=(0, 100), ylim=(0, 100))
    label(ax, "how sure it was, %", "how often it was right, %", title)


def robustness(scores: Sequence[Score]) -> Figure:
    """Accuracy under each corruption with its interval, the best on top; the dashed line is the clean images."""
    figure, (ax,) = axes(5.6, 4.8)
    ranked = sorted((s for s in scores if s.corruption != "clean"), key=lambda s: s.accuracy)
    for place, s in enumerate(ranked):
        ax.barh(place, 100 * s.accuracy, color=ACCENT, height=0.66, linewidth=0)
        ax.plot([100 * edge for edge in s.interval], [place, place], color=ERROR, linewidth=2)
    for s in scores:
        if s.corruption == "clean":
            ax.axvline(100 * s.accuracy, linestyle="--", color=SOFT, linewidth=1)
    ax.set(xlim=(0, 100), yticks=range(len(ranked)), yticklabels=[s.corruption.replace("_", " ") for s in ranked])
    ax.grid(False, axis="y")
    label(ax, "accuracy, %" if scores else "not measured", "")
    return figure


def coverage(metrics: Metrics) -> Figure:
    """Accuracy over the share of images answered, when the least sure are left unanswered."""
    figure, (ax,) = axes(4.2, 3.6)
    points = metrics.coverage
    ax.plot([100 * p.coverage for p in points], [100 * p.accuracy for p in points], color=ACCENT, linewidth=2)
    if points:
        answered = [p.coverage for p in points if p.coverage >= 0.8]
        lowest = min(p.accuracy for p in points if p.coverage >= 0.8)
        ax.set(
            xlim=(min(100 * min(answered), 99), 100),
            ylim=(100 * lowest - 2 * (1 - lowest), 100 + 2 * (1 - lowest) + 1e-3),
        )
    label(ax, "images answered, %", "right when it answers, %")
    return figure


def svg(figure: Figure) -> str:
    """The figure as a file's text, in the page's light colours."""
    out = io.StringIO()
    FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None})
    return out.getvalue()


def png(figure: Figure) -> bytes:
    """The figure as a file's bytes, in the page's light colours, 200 pixels an inch for print."""
    out = io.BytesIO()
    FigureCanvasAgg(figure).print_png(out, pil_kwargs={"dpi": (200, 200)})
    return out.getvalue()


def inline_svg(figure: Figure, name: str) -> str:
    """The figure as an <svg> element whose colours follow the page's theme; `name` is what a screen reader says."""
    text = svg(figure)
    text = text[text.index("<svg") :]
    text = text.replace(CARD, "none")  # the page's own ground shows through
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, f"var({variable})")
    # Ids must differ between the figures of one page; the width is the page's affair.
    prefix = re.sub(r"\W+", "-", name.lower())
    text = re.sub(r'(id="|href="#|url\(#)', lambda found: f"{found[0]}{prefix}-", text)
    box = re.search(r'viewBox="[^"]*"', text)[0]
    inner = text[text.index(">") + 1 :]
    inner = re.sub(r"<metadata>.*?</metadata>", "", inner, flags=re.S)
    return f'<svg class="plot" role="img" aria-label="{escape(name)}" {box}>{inner}'
