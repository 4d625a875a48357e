"""Figures that people take along: each Display holds plain arrays, `from_report` fills it and `plot` draws it, as scikit-learn's do.

Every figure names its title, the number of images, what the interval is, the model and the date. It is drawn for a column of 90 mm.
`plots.svg` and `plots.png` write it; `plots.darken` gives it the dark theme.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evaluation.cost import frontier
from evaluation.formatting import plural
from evaluation.many_models import Row
from evaluation.plots import ACCENT, ERROR, LINE, SOFT, TEXT, axes, label
from evaluation.report import Report
from evaluation.slices import Slice

WIDTH = 3.54  # inches: 90 mm, a column of a journal
SMALL = 7  # points: still readable at that width
MOST_SLICES = 12
LONGEST_NAME = 12  # letters of a model's name, where two stand in one line
BINS = 40


def plain(text: str) -> str:
    """Text that came from outside: Matplotlib would take what is between two dollar signs for a formula."""
    return text.replace("$", r"\$")


def shortened(name: str) -> str:
    """A name of at most LONGEST_NAME letters."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def stamp(report: Report, interval: str = "", n: str = "") -> str:
    """What stands below a figure: images, interval, model with the first digits of its weights' hash, and date."""
    parts = [
        n or plural(report.dataset.n, "image"),
        interval,
        plain(f"{report.model} {report.weights_sha256[:8]}"),
        report.created[:10],
    ]
    return " · ".join(part for part in parts if part)


@dataclass
class Display:
    """What all figures share. title, note: above and below; ax_, figure_: what was drawn, after `plot`."""

    title: str
    note: str
    figure_: Figure | None = field(default=None, init=False, repr=False)
    ax_: Axes | None = field(default=None, init=False, repr=False)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw into `ax`, or into a figure of its own."""
        if ax is None:
            self.figure_, (ax,) = axes(WIDTH, self.height)
            self.figure_.suptitle(self.title, x=0.01, ha="left", fontsize=SMALL + 1, fontweight="bold", color=TEXT)
            self.figure_.supxlabel(self.note, x=0.01, ha="left", fontsize=SMALL - 1.5, color=SOFT)
        self.ax_ = ax
        self.draw(ax)
        ax.tick_params(labelsize=SMALL)
        for text in (ax.xaxis.label, ax.yaxis.label):
            text.set_fontsize(SMALL)
        return self

    def figure(self) -> Figure:
        """Drawn into a figure of its own."""
        self.plot()
        assert self.figure_ is not None  # as `plot` without axes makes it
        return self.figure_

    @property
    def height(self) -> float:
        """Inches."""
        return 2.6

    def draw(self, ax: Axes) -> None:
        """Draw into an axes."""
        raise NotImplementedError


@dataclass
class SlicesDisplay(Display):
    """Accuracy of slices with their intervals; those worse than the rest in orange."""

    slices: Sequence[Slice]
    overall: float

    @classmethod
    def from_report(cls, report: Report, most: int = MOST_SLICES) -> "SlicesDisplay":
        """The slices that are most surely worse than the rest."""
        rows = report.slices.rows[:most] if report.slices else ()
        return cls("Accuracy by slice", stamp(report, "95 % intervals (Wilson)"), rows, report.metrics.accuracy)

    @property
    def height(self) -> float:
        """Inches: a line for each slice."""
        return 1.0 + 0.19 * max(len(self.slices), 3)

    def draw(self, ax: Axes) -> None:
        """The surest weak one on top; the dashed line is all images."""
        rows = list(self.slices)[::-1]
        for place, row in enumerate(rows):
            colour = ERROR if row.worse else ACCENT
            ax.plot([100 * edge for edge in row.interval], [place, place], color=colour, linewidth=1.4)
            ax.plot(100 * row.accuracy, place, "o", color=colour, markersize=3.5)
        ax.axvline(100 * self.overall, linestyle="--", color=SOFT, linewidth=0.8)
        ax.set(yticks=range(len(rows)), yticklabels=[plain(f"{row.grouping}: {row.name}") for row in rows])
        ax.grid(False, axis="y")
        label(ax, "accuracy, %" if rows else "not looked at", "")


@dataclass
class CertaintyDisplay(Display):
    """How sure a model is of what it reads right, of what it reads wrong, and of what is no digit."""

    groups: Sequence[tuple[str, np.ndarray]]
    sure: float

    @classmethod
    def from_report(cls, report: Report) -> "CertaintyDisplay":
        """From a report with a refusal; ValueError without."""
        found = report.refusal
        if found is None:
            raise ValueError("this report has not measured when the model refuses")
        groups = [
            ("right", found.digits[found.right]),
            ("wrong", found.digits[~found.right]),
            ("no digit", found.others),
        ]
        n = f"{plural(len(found.right), 'digit')}, {len(found.kind):,} of no digit"
        return cls("How sure it is", stamp(report, n=n), groups, found.sure)

    def draw(self, ax: Axes) -> None:
        """Shares of each group over the certainty, on a root scale, so that few show too; the dashed line is where it is called sure."""
        edges = np.linspace(0, 1, BINS + 1)
        for (name, values), colour in zip(self.groups, (ACCENT, ERROR, SOFT), strict=True):
            if len(values):
                share = np.histogram(values, edges)[0] / len(values)
                ax.stairs(
                    np.sqrt(100 * share), 100 * edges, color=colour, linewidth=1.2, label=f"{name} ({len(values):,})"
                )
        ax.axvline(100 * self.sure, linestyle="--", color=SOFT, linewidth=0.8)
        ticks = np.array([0, 1, 10, 50, 100])
        ax.set(xlim=(0, 100), ylim=(0, 10.2), yticks=np.sqrt(ticks), yticklabels=ticks)
        ax.legend(frameon=False, labelcolor=SOFT, fontsize=SMALL - 0.5, loc="upper center")
        label(ax, "certainty, %", "share of its group, %")


@dataclass
class RiskCoverageDisplay(Display):
    """What share of the answers is wrong when only the surest are given."""

    coverage: np.ndarray
    risk: np.ndarray

    @classmethod
    def from_report(cls, report: Report) -> "RiskCoverageDisplay":
        """From a report with a refusal; ValueError without."""
        if report.refusal is None:
            raise ValueError("this report has not measured when the model refuses")
        return cls("Risk and coverage", stamp(report), *report.refusal.risk)

    def draw(self, ax: Axes) -> None:
        """From half of the images on: below, hardly a model errs."""
        ax.plot(100 * self.coverage, 100 * self.risk, color=ACCENT, linewidth=1.4)
        ax.set(xlim=(50, 100), ylim=(0, None))
        label(ax, "images answered, %", "wrong of those, %")


@dataclass
class CostDisplay(Display):
    """Accuracy over multiply-adds of several models, with the frontier that no other beats in both."""

    names: Sequence[str]
    costs: np.ndarray
    accuracies: np.ndarray
    intervals: np.ndarray

    @classmethod
    def from_reports(cls, reports: Sequence[tuple[str, Report]]) -> "CostDisplay":
        """(name, report) of each model; those without a cost are left out."""
        known = [(name, report) for name, report in reports if report.cost]
        costs = np.array([report.cost.multiply_adds for _, report in known if report.cost], np.float64)
        accuracies = np.array([report.metrics.accuracy for _, report in known])
        intervals = np.array([report.metrics.interval for _, report in known]).reshape(-1, 2)
        note = stamp(known[0][1], "95 % intervals (Wilson)") if known else "no model's cost is known"
        return cls("Accuracy and cost", note, [name for name, _ in known], costs, accuracies, intervals)

    def draw(self, ax: Axes) -> None:
        """Costs on a logarithmic scale."""
        best = frontier(list(zip(self.costs, self.accuracies, strict=True)))
        ax.plot(
            self.costs[best], 100 * self.accuracies[best], color=LINE, linewidth=4, zorder=1, drawstyle="steps-post"
        )
        for name, cost, accuracy, limits in zip(self.names, self.costs, self.accuracies, self.intervals, strict=True):
            ax.plot([cost, cost], 100 * limits, color=ACCENT, linewidth=1.2)
            ax.plot(cost, 100 * accuracy, "o", color=ACCENT, markersize=4)
            ax.annotate(
                plain(name), (cost, 100 * accuracy), (5, 3), textcoords="offset points", fontsize=SMALL, color=TEXT
            )
        if len(self.costs):
            ax.set_xscale("log")
            ax.set_xlim(self.costs.min() / 3, self.costs.max() * 6)
        label(ax, "multiply-adds for one image", "accuracy, %")


@dataclass
class DifferenceDisplay(Display):
    """The difference of two confusion matrices. names: of the two models; matrix: (10, 10) int, the first's counts minus the second's."""

    names: tuple[str, str]
    matrix: np.ndarray

    @classmethod
    def from_row(cls, row: Row) -> "DifferenceDisplay":
        """The base minus the model that is compared with it, as the card "Compare" shows it."""
        a, b = row.pair.a, row.pair.b
        first, second = (plain(shortened(name)) for name in row.pair.names)
        apart, low, high = (
            f"{-100 * share:+.2f}".replace("-", "−") for share in (row.difference, *reversed(row.interval))
        )
        note = (
            f"{plural(a.dataset.n, 'image')} · accuracy {apart} points (95 %, bootstrap: {low} to {high})\n"
            f"{first} {a.weights_sha256[:8]}, {a.created[:10]} · {second} {b.weights_sha256[:8]}, {b.created[:10]}"
        )
        return cls(f"Confusion matrix: {first} − {second}", note, (first, second), -row.matrix)

    @property
    def height(self) -> float:
        """Inches: the cells are squares."""
        return 3.7

    def draw(self, ax: Axes) -> None:
        """Blue where the first has more images, orange where the second has, both by the root of their number."""
        most = max(int(np.abs(self.matrix).max()), 1)
        ax.grid(False)
        for (t, p), n in np.ndenumerate(self.matrix):
            if n:
                colour, strength = ACCENT if n > 0 else ERROR, 0.15 + 0.6 * (abs(n) / most) ** 0.5
                ax.fill_between([p - 0.47, p + 0.47], t - 0.47, t + 0.47, color=colour, alpha=strength, linewidth=0)
            words = f"{n:+d}".replace("-", "−") if n else "·"
            ax.text(p, t, words, ha="center", va="center", color=TEXT if n else SOFT, fontsize=SMALL - 1)
        ax.set(xticks=range(10), yticks=range(10), xlim=(-0.5, 9.5), ylim=(9.5, -0.5))
        for spine in ax.spines.values():
            spine.set_visible(False)
        label(ax, f"read as\n(blue: more of {self.names[0]}; orange: more of {self.names[1]})", "true")


def of_refusal(report: Report) -> list[Display]:
    """The figures of a report's refusal; none without."""
    if report.refusal is None:
        return []
    return [CertaintyDisplay.from_report(report), RiskCoverageDisplay.from_report(report)]
