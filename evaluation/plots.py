"""Draws a report's figures with Matplotlib: confusion matrix, epochs, reliability, coverage, robustness. It computes nothing.

Each function returns a Figure, which `svg`, `png` and `inline_svg` write. There is no pyplot and no global state, so several
visitors can draw at once.
"""

import io
import re
from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import to_hex, to_rgb, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from evaluation.confidence import bands
from evaluation.curves import Bin
from evaluation.metrics import Metrics, Uncalibrated
from evaluation.rendering import render
from evaluation.robustness import Score

# The page's light colours. `inline_svg` swaps them for its CSS variables, so that one figure serves light and dark.
TEXT, SOFT, LINE, ACCENT, CARD = "#1c1c1a", "#6b6a66", "#e6e5e1", "#2d5bd7", "#ffffff"
ERROR = "#d7662d"  # orange beside blue: different with every common colour-vision deficiency
VARIABLES = {TEXT: "--text", SOFT: "--soft", LINE: "--line", ACCENT: "--accent", ERROR: "--error"}
DARK = {TEXT: "#f0efeb", SOFT: "#a9a8a2", LINE: "#33322f", ACCENT: "#86a6ff", CARD: "#1d1d1b", ERROR: "#ee8a55"}
DECIMALS = re.compile(r"(?<=\.\d\d)\d+")  # of places in points: hundredths are finer than any screen
PRINT = 300  # pixels an inch that journals ask of pictures: 90 mm are 1,062 pixels
# Set once: matplotlib's rc_context is not safe between threads. Text stays text, and the same figure gives the same file.
# Two fonts of the same widths: each text of an SVG names them all.
rcParams.update(
    {"svg.fonttype": "none", "svg.hashsalt": "digits", "font.sans-serif": ["DejaVu Sans", "Bitstream Vera Sans"]}
)


def axes(width: float, height: float, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure with a row of plain axes. width, height: inches."""
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


def label(ax: Axes, x: str, y: str, title: str = "") -> None:
    """Name the axes of a plot, and the plot."""
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


def epochs(rows: Sequence[Mapping[str, float | None]], published: Sequence[tuple[float, float]] = ()) -> Figure:
    """Loss and accuracy by epoch, training and held out.

    rows: `Report.epochs`; published: (loss, accuracy) of epochs 1, 2, … for comparison.
    """
    figure, plots = axes(7.6, 2.9, columns=2)
    number = np.array([row["epoch"] for row in rows])
    for ax, name in zip(plots, ("loss", "accuracy"), strict=True):
        scale = 100 if name == "accuracy" else 1
        for key, colour, word, style in ((name, ACCENT, "training", "-"), (f"val_{name}", ERROR, "held out", "--")):
            values = [np.nan if value is None else scale * value for value in (row.get(key) for row in rows)]
            ax.plot(number, values, style, color=colour, label=word, marker="o", markersize=3.5)
        if published:
            values = [scale * pair[name == "accuracy"] for pair in published]
            word = "published (training)"
            ax.plot(range(1, len(values) + 1), values, ":", color=SOFT, label=word, marker="s", markersize=3.5)
        locator = ax.xaxis.get_major_locator()
        if isinstance(locator, MaxNLocator):
            locator.set_params(integer=True)
        label(ax, "epoch", "", f"{name.capitalize()}, %" if scale == 100 else "Loss")
    plots[0].legend(frameon=False, labelcolor=SOFT, fontsize=9)
    return figure


def reliability(metrics: Metrics, before: Uncalibrated | None = None) -> Figure:
    """Reliability diagrams: accuracy over confidence in 15 bins, before calibration beside after. On the dashed line a model is as
    sure as it is right. DeGroot & Fienberg 1983, "The Comparison and Evaluation of Forecasters"."""
    figure, plots = axes(7.6 if before else 4.2, 3.6, columns=2 if before else 1)
    for ax, (title, found) in zip(plots, diagrams(metrics, before), strict=True):
        draw_bins(ax, found, title)
    return figure


def diagram(bins: Sequence[Bin]) -> Figure:
    """One reliability diagram, to stand beside others."""
    figure, (ax,) = axes(4.2, 3.6)
    draw_bins(ax, bins)
    return figure


def diagrams(metrics: Metrics, before: Uncalibrated | None) -> list[tuple[str, Sequence[Bin]]]:
    """(title, bins) of each reliability diagram that there is to draw."""
    first = [("Before calibration", before.ece, before.calibration)] if before else []
    pairs = [*first, ("After calibration" if before else "As it answers", metrics.ece, metrics.calibration)]
    return [(title if ece is None else f"{title}: ECE {100 * ece:.2f} %", found) for title, ece, found in pairs]


def draw_bins(ax: Axes, bins: Sequence[Bin], title: str = "") -> None:
    """Draw one reliability diagram. Bars of fewer than 10 images are pale; an orange line leads from a bar to where it should end, a
    grey one is the 95 % interval (Wilson)."""
    ax.plot([0, 100], [0, 100], "--", color=SOFT, linewidth=1)
    for b, band in zip(bins, bands(bins), strict=True):
        if b.accuracy is None or b.confidence is None:
            continue
        middle, width = 50 * (b.low + b.high), 100 * (b.high - b.low) * 0.88
        ax.bar(middle, 100 * b.accuracy, width=width, color=ACCENT, alpha=0.3 if b.n < 10 else 1, linewidth=0)
        if band is not None:
            ax.plot([middle] * 2, [100 * edge for edge in band], color=SOFT, linewidth=1)
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
    """Accuracy over the share of images answered, when the least sure are left unanswered. From 80 % on, where people choose."""
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


def stamped(figure: Figure, title: str, note: str) -> Figure:
    """The same figure with a title above, and below what it is about: images, interval, model, date."""
    figure.suptitle(title, x=0.01, ha="left", fontsize=10, fontweight="bold", color=TEXT)
    figure.supxlabel(note, x=0.01, ha="left", fontsize=7, color=SOFT)
    return figure


def darken(figure: Figure) -> Figure:
    """The same figure in the page's dark colours, for a file; `inline_svg` follows the page by itself."""
    for artist in figure.findobj():
        for part in ("facecolor", "edgecolor", "color", "markerfacecolor", "markeredgecolor"):
            get, put = getattr(artist, f"get_{part}", None), getattr(artist, f"set_{part}", None)
            if get is None or put is None:
                continue
            try:
                found = to_rgba_array(get())
            except (TypeError, ValueError):
                continue  # "auto", "none", or one that follows another
            dark = [(*to_rgb(DARK.get(to_hex(colour), to_hex(colour))), colour[3]) for colour in found]
            if len(dark):
                put(dark[0] if len(dark) == 1 else dark)
    return figure


def svg(figure: Figure) -> str:
    """The figure as a file's text, in the page's light colours."""
    out = io.StringIO()
    FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None})
    return out.getvalue()


def png(figure: Figure) -> bytes:
    """The figure as a file's bytes, in the page's light colours, PRINT pixels an inch."""
    out = io.BytesIO()
    figure.set_dpi(PRINT)  # a figure has 100, and 72 once it was written as SVG
    FigureCanvasAgg(figure).print_png(out)
    return out.getvalue()


def inline_svg(figure: Figure, name: str) -> Markup:
    """The figure as an <svg> element whose colours follow the page's theme; `name` is what a screen reader says."""
    text = svg(figure)
    text = text[text.index("<svg") :]
    text = text.replace(CARD, "none")  # the page's own ground shows through
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, f"var({variable})")
    # Ids must differ between the figures of one page; the page decides the width.
    prefix = re.sub(r"\W+", "-", name.lower())
    text = re.sub(r'(id="|href="#|url\(#)', lambda found: f"{found[0]}{prefix}-", text)
    element = re.fullmatch(r'<svg[^>]*viewBox="([^"]*)"[^>]*>(.*)</svg>\s*', text, re.DOTALL)
    assert element, "matplotlib writes one <svg> element with a viewBox"
    view_box, drawing = element.groups()
    drawing = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r'(?<= )(d|x|y|transform)="[^"]*"', lambda places: DECIMALS.sub("", places[0]), drawing)
    drawing = re.sub(r'(?<=<g) id="[^"]*"', "", drawing).replace("<g/>", "")  # nothing refers to a group
    drawing = re.sub(r"\s*\n\s*", " ", drawing)
    # what Matplotlib wrote, with every text of the figure escaped
    return render("plot.html", name=name, view_box=view_box, drawing=Markup(drawing))
