"""python -m evaluation compare MODEL MODEL …: is one of these models better than the first, or only lucky on these images?"""

import argparse
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from evaluation import report_files
from evaluation.formatting import interval, number, percent, plural
from evaluation.many_models import Against, against
from evaluation.report import Report
from model import recogniser

Evaluate = Callable[[str, Path | None], Report]


def main(argv: Sequence[str], evaluate: Evaluate) -> int:
    """Print the comparison, and write it where asked. evaluate: a model's name or file, and a folder or None → its report."""
    parser = argparse.ArgumentParser(prog="python -m evaluation compare", description=__doc__)
    add = parser.add_argument
    add(
        "models",
        nargs="+",
        metavar="MODEL",
        help="names, model files or reports' .json; the first is what they are compared with",
    )
    add("--images", type=Path, metavar="DIR", help="your own pictures, DIR/<label>/*.png, instead of MNIST's test set")
    add("--json", type=Path, metavar="FILE", help="write the comparison")
    matrices = "draw the difference of the confusion matrices there, SVG and PNG, light and dark"
    add("--plots", type=Path, metavar="DIR", help=matrices)
    options = parser.parse_args(argv)
    if len(options.models) < 2:
        parser.error("name two models at least")
    for path in (options.json, options.plots and options.plots / "difference.svg"):
        if path:
            report_files.check_writable(path)
    reports = [report_of(name, options.images, evaluate) for name in options.models]
    found = against(reports[0], reports[1:])
    print(text(found))
    if options.json:
        content = json.dumps(to_json(found), indent=1, allow_nan=False) + "\n"
        print(f"Wrote {report_files.save(options.json, content)}")
    if options.plots:
        for path in draw(found, options.plots):
            print(f"Wrote {path}")
    return 0


def draw(found: Against, folder: Path) -> list[Path]:
    """Write the difference of the base's matrix and each model's: `difference-BASE-MODEL.svg`, .png, and both with `-dark`."""
    from evaluation import displays, plots  # matplotlib takes half a second, which a table need not wait for

    written = []
    for row in found.rows:
        name = re.sub(r"[^\w.-]+", "_", f"difference-{found.name}-{row.name}")
        for theme in ("", "-dark"):
            figure = displays.DifferenceDisplay.from_row(row).figure()
            if theme:
                plots.darken(figure)
            for ending, content in (("svg", plots.svg(figure)), ("png", plots.png(figure))):
                written.append(report_files.save(folder / f"{name}{theme}.{ending}", content))
    return written


def saved(name: str) -> Report | None:
    """The report in a ``.json``; None for what is no such file but a model. Raises ReportError."""
    return report_files.load(Path(name)) if name.endswith(".json") else None


def report_of(name: str, folder: Path | None, evaluate: Evaluate) -> Report:
    """A saved report, the shipped one of a model on MNIST, or else a run. Raises what these raise."""
    if (found := saved(name)) is not None:
        return found
    known = report_files.shipped(name) if folder is None and name in recogniser.shipped() else None
    return known or evaluate(name, folder)


def text(found: Against) -> str:
    """A table and a sentence for each model."""
    n, base = found.base.dataset.n, found.base
    width = max(len(name) for name in (found.name, *(row.name for row in found.rows)))
    lines = [
        f"On {base.dataset.name}, {plural(n, 'image')}, compared with {found.name}:",
        "",
        f"  {'model':{width}}  accuracy      (95 %)     errors   difference          (95 %)   only one right       p  p (Holm)   agree",
        f"  {found.name:{width}}{percent(base.metrics.accuracy):>10}  ({interval(base.metrics.interval)})"
        f"{base.metrics.errors:>9,}",
    ]
    for row in found.rows:
        test, metrics = row.pair.test, row.report.metrics
        lines.append(
            f"  {row.name:{width}}{percent(metrics.accuracy):>10}  ({interval(metrics.interval)}){metrics.errors:>9,}"
            f"{100 * row.difference:>+11.2f}  ({100 * row.interval[0]:+.2f} to {100 * row.interval[1]:+.2f})"
            f"{f'{test.only_b:,} : {test.only_a:,}':>17}{number(test.p_value, 4):>8}{number(row.p_holm, 4):>10}"
            f"{percent(row.agreement, 1):>8}"
        )
    lines += ["", *(row.words for row in found.rows)]
    for spread in found.spreads:
        low, high = spread.accuracies
        lines.append(
            f"{spread.models} seeds of {spread.recipe}: {spread.mean_errors:.1f} errors on average (standard deviation "
            f"{spread.sd_errors:.1f}), accuracy {percent(low)} to {percent(high)}."
        )
    return "\n".join(lines)


def to_json(found: Against) -> dict[str, Any]:
    """The comparison as plain data; all rates are fractions, `only_base` and `only_model` are indices of images."""
    rows = [
        {
            "model": row.name,
            "weights_sha256": row.report.weights_sha256,
            "accuracy": row.report.metrics.accuracy,
            "errors": row.report.metrics.errors,
            "fewer_errors": row.fewer,
            "difference": row.difference,
            "interval": row.interval,
            "mcnemar_p": row.pair.test.p_value,
            "holm_p": row.p_holm,
            "agreement": row.agreement,
            "matrix_difference": row.matrix.tolist(),
            "only_base": row.pair.only_a.tolist(),
            "only_model": row.pair.only_b.tolist(),
            "words": row.words,
        }
        for row in found.rows
    ]
    base = {"model": found.name, "weights_sha256": found.base.weights_sha256}
    figures = {"accuracy": found.base.metrics.accuracy, "errors": found.base.metrics.errors}
    spreads = [vars(spread) for spread in found.spreads]
    dataset = vars(found.base.dataset)
    return {"dataset": dataset, "base": base | figures, "models": rows, "spreads": spreads}
