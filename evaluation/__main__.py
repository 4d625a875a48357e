"""python -m evaluation: how good is a model, on MNIST's test set or on your own pictures DIR/<label>/*.png."""

import argparse
import sys
from pathlib import Path

import numpy as np

from evaluation import comparison, html_report, picture_folder, report, report_files, robustness
from evaluation.report import Report
from evaluation.runner import run
from evaluation.sections import LOOK_AGAIN, between, number, percent, plural
from model.datasets import DataError, Labelled, load_mnist
from model.recogniser import ModelError, Recogniser, load


def arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__)
    parser.add_argument(
        "--model", default="cnn", metavar="NAME|FILE", help="a shipped model's name or a model file (default: cnn)"
    )
    parser.add_argument("--input-scale", type=float, choices=(1, 255), help="what a model file takes full ink for")
    parser.add_argument(
        "--images", type=Path, metavar="DIR", help="your own pictures, DIR/<label>/*.png, instead of MNIST's test set"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the whole report")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the report as one page that opens offline")
    parser.add_argument("--csv", type=Path, metavar="DIR", help="write predictions.csv there, one line an image")
    parser.add_argument("--compare", metavar="OTHER", help="another model, or a report's .json, on the same images")
    parser.add_argument(
        "--robustness",
        type=int,
        nargs="?",
        const=1000,
        metavar="N",
        help="also under the 15 corruptions of MNIST-C, on N images (default: 1000)",
    )
    parser.add_argument(
        "--one-look",
        action="store_true",
        help="do not read again what the model is not certain of, to see what that is worth",
    )
    options = parser.parse_args(given)
    if options.images and options.robustness:
        parser.error("--robustness damages MNIST's test images; leave out --images")
    if options.robustness is not None and options.robustness < 1:
        parser.error("--robustness needs at least one image")
    return options


def main(given: list[str] | None = None) -> int:
    """Evaluate, print the summary, write what was asked for. Returns the exit code; errors are one sentence."""
    options = arguments(given)
    try:
        recogniser = load(options.model, options.input_scale)
        if options.one_look:
            recogniser = recogniser.without_second_look()
        found, images, test = evaluate(recogniser, options.images)
        if options.robustness:
            found = found.with_robustness(damaged(recogniser, test, options.robustness), seed=0)
        print(summary(found))
        if options.compare:
            print(comparison_lines(found, other(options.compare, options.images)))
        for path in write(found, images, options):
            print(f"Wrote {path}")
    except (
        ModelError,
        DataError,
        picture_folder.FolderError,
        report_files.ReportError,
        comparison.CompareError,
    ) as error:
        print(f"python -m evaluation: {error}", file=sys.stderr)
        return 1
    return 0


def evaluate(recogniser: Recogniser, pictures: Path | None) -> tuple[Report, np.ndarray, Labelled | None]:
    """The report, the images behind it (n, 28, 28) uint8, and the labelled set where it is MNIST's."""
    if pictures:
        return *picture_folder.evaluate_folder(
            recogniser, pictures, lambda done, total: tell(recogniser.name, done, total)
        ), None
    test = load_mnist().test
    for progress in run(recogniser, test):
        tell(recogniser.name, progress.done, progress.total)
    return report.finish(recogniser, test, progress), test.images, test


def tell(name: str, done: int, total: int) -> None:
    """Progress on one line of a terminal; nothing in a file or pipe."""
    if sys.stderr.isatty():
        print(f"\r{name}: {done:,} of {total:,}", end="\n" if done == total else "", file=sys.stderr, flush=True)


def damaged(recogniser: Recogniser, test: Labelled, n: int) -> tuple[robustness.Score, ...]:
    for progress in robustness.measure(recogniser, test, n):
        tell("corruptions", progress.done, progress.total)
    return progress.scores


def other(named: str, pictures: Path | None) -> Report:
    """The report to compare with: a saved one, or another model's on the same images."""
    return report_files.load(Path(named)) if named.endswith(".json") else evaluate(load(named), pictures)[0]


def write(found: Report, images: np.ndarray, options: argparse.Namespace) -> list[Path]:
    """Save what the options name; returns the files written."""
    written = []
    if options.json:
        written.append(options.json)
        report_files.save(options.json, report_files.dumps(found))
    if options.html:
        written.append(options.html)
        report_files.save(options.html, html_report.html(found, images))
    if options.csv:
        written.append(options.csv / "predictions.csv")
        report_files.save(written[-1], report_files.predictions_csv(found))
    return written


def summary(found: Report) -> str:
    """What a person wants to read first, as plain text."""
    m, aside = found.metrics, found.metrics.without_label_problems
    lines = [
        f"{found.model} on {found.dataset.name}",
        "",
        f"  accuracy            {percent(m.accuracy)}  ({between(m.interval)}), as labelled: {plural(m.errors, 'error')} of {m.n:,}",
    ]
    if aside:
        lines.append(
            f"                      {percent(aside.accuracy)}  ({between(aside.interval)}), {m.n - aside.n} known label problems set "
            f"aside: {plural(aside.errors, 'error')} of {aside.n:,}"
        )
    if sum(m.no_single_digit):
        lines.append(f"  no single digit     {plural(sum(m.no_single_digit), 'picture')}, counted as wrong")
    lines += [
        f"  macro F1            {percent(m.macro_f1)}",
        f"  right in top two    {percent(m.top2)}",
        f"  log loss            {number(m.log_loss, 4)}",
        f"  calibration error   {percent(m.ece)}",
        *([f"  second look         {LOOK_AGAIN}"] if found.second_look else []),
        f"  time                {found.seconds:.1f} s, {found.images_per_second:,.0f} images a second",
        "",
        class_table(found),
        "",
        "Confusion matrix (rows true, columns read as)",
        "",
        matrix(found),
        "",
        epoch_table(found),
    ]
    if found.robustness:
        r = found.robustness
        lines += [
            "",
            f"Under the 15 corruptions of MNIST-C ({r.n:,} images, seed {r.seed}): {percent(r.mean, 1)} on average",
            "",
        ]
        lines += [
            f"  {s.corruption.replace('_', ' '):15}{percent(s.accuracy, 1):>9}  ({between(s.interval, 1)})"
            for s in r.scores
        ]
    if found.folder:
        lines += ["", "Verdicts: " + ", ".join(f"{n:,} {verdict}" for verdict, n in found.folder.verdicts.items())]
        lines += [f"Not read: {name}: {why}" for name, why in found.folder.unreadable]
    return "\n".join(lines)


def class_table(found: Report) -> str:
    rows = ["  digit  images  accuracy      (95 %)     precision    recall        F1   mostly misread as"]
    for row in found.metrics.per_class:
        mistaken = "–" if row.read_as is None else f"{row.read_as} ({row.read_as_count})"
        rows.append(
            f"  {row.digit:>5}{row.support:>8,}{percent(row.accuracy):>10}  ({between(row.accuracy_interval, 1):>10})"
            f"{percent(row.precision):>12}{percent(row.recall):>10}{percent(row.f1):>10}   {mistaken}"
        )
    return "\n".join(rows)


def matrix(found: Report) -> str:
    rows = ["       " + "".join(f"{d:>6}" for d in range(10))]
    return "\n".join(
        rows
        + [f"  {t:>5}" + "".join(f"{n or '·':>6}" for n in row) for t, row in enumerate(found.metrics.confusion_matrix)]
    )


def epoch_table(found: Report) -> str:
    if not found.epochs:
        return "This model came without a training history."
    rows = ["  epoch      loss  accuracy  held-out loss  held-out accuracy  learning rate  seconds"]
    rows += [
        f"  {e['epoch']:>5}{number(e.get('loss'), 4):>10}{percent(e.get('accuracy')):>10}{number(e.get('val_loss'), 4):>15}"
        f"{percent(e.get('val_accuracy')):>19}{number(e.get('learning_rate'), 6):>15}{number(e.get('seconds'), 1):>9}"
        for e in found.epochs
    ]
    return "\n".join(rows)


def comparison_lines(a: Report, b: Report) -> str:
    c = comparison.compare(a, b)
    lines = [
        "",
        f"Compared with {b.model}: {percent(a.metrics.accuracy)} against {percent(b.metrics.accuracy)}, "
        f"{plural(a.metrics.errors, 'error')} against {b.metrics.errors:,}.",
        c.words,
    ]
    for name, only in ((a.model, c.only_a), (b.model, c.only_b)):
        indices = ", ".join(map(str, only[:20])) + (" …" if len(only) > 20 else "")
        lines.append(f"Only {name} reads {plural(len(only), 'image')} right{': ' + indices if len(only) else ''}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
