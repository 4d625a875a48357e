"""python -m evaluation: how good is a model, on MNIST's test set or on your own pictures DIR/<label>/*.png.

`audit`, `compare MODEL MODEL …` and `extend REPORT` are commands of their own, with their own --help.
"""

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import numpy as np

from evaluation import (
    audit_command,
    compare_command,
    comparison,
    details,
    extend_command,
    html_report,
    picture_folder,
    picture_sources,
    report_files,
    robustness,
    text_report,
)
from evaluation.picture_sources import Source
from evaluation.report import Report, finish
from evaluation.runner import Step, run
from model import terminal
from model.datasets import DataError, load_mnist
from model.model_options import add_model_options, print_notes, wanted
from model.recogniser import ModelError, Recogniser, load

S = TypeVar("S", bound=Step)


def main(argv: list[str] | None = None) -> int:
    """Evaluate, print the summary, write what was asked for. Returns the exit code; errors are one sentence."""
    words = sys.argv[1:] if argv is None else argv
    try:
        if words[:1] == ["audit"]:
            return audit_command.main(words[1:], watched)
        if words[:1] == ["compare"]:
            return compare_command.main(words[1:], answers)
        if words[:1] == ["extend"]:
            return extend_command.main(words[1:])
        options = arguments(words)
        for path in files(options):
            report_files.check_writable(path)
        saved = compare_command.saved(options.compare or "")
        recogniser = load(options.model, wanted(options))
        print_notes(recogniser.name, recogniser.notes)
        if options.alone or options.one_look:
            recogniser = recogniser.alone(second_look=not options.one_look)
        source = options.images and picture_sources.open_source(options.images)
        report, images = evaluate(recogniser, source)
        if source:
            report = details.with_slices(report, images, source.table, source.table_name)
        if options.robustness:
            report = report.with_robustness(measured(recogniser, options.robustness), seed=0)
        report = details.look_closer(report, recogniser, images)
        written = [
            report_files.save(path, make(report, images)) for path, make in files(options).items()
        ]  # first: whatever happens to the terminal, they are there
        print(text_report.summary(report))
        if options.compare:
            other = saved or compare_command.report_of(options.compare, options.images, answers)
            print(text_report.comparison(report, other))
        for path in written:
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


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """The command line's options. argv: the words after the command's name; None takes those of this process."""
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__)
    add = parser.add_argument
    add("--model", default="cnn", metavar="NAME|FILE", help="a shipped model's name or a model file (default: cnn)")
    add_model_options(parser)
    add(
        "--images",
        type=Path,
        metavar="DIR",
        help="your own pictures, DIR/<label>/*.png, a zip of them or a CSV of paths and labels",
    )
    add("--json", type=Path, metavar="FILE", help="write the whole report")
    add("--html", type=Path, metavar="FILE", help="write the report as one page that opens offline")
    add("--csv", type=Path, metavar="DIR", help="write predictions.csv there, one line an image")
    add("--compare", metavar="OTHER", help="another model, or a report's .json, on the same images")
    robust = "also under the 15 corruptions of MNIST-C, on N images (default: 1000)"
    add("--robustness", type=int, nargs="?", const=1000, metavar="N", help=robust)
    alone = "without the smaller network that answers what is clear, and with every second look, to see that both change no answer"
    add("--alone", action="store_true", help=alone)
    one_look = "do not read again what the model is not certain of, to see what that is worth; implies --alone"
    add("--one-look", action="store_true", help=one_look)
    options = parser.parse_args(argv)
    if options.images and options.robustness:
        parser.error("--robustness damages MNIST's test images; leave out --images")
    if options.robustness is not None and options.robustness < 1:
        parser.error("--robustness needs at least one image")
    return options


def files(options: argparse.Namespace) -> dict[Path, Callable[[Report, np.ndarray], str]]:
    """The files that the options ask for, and what makes the content of each of a report and its images, (n, 28, 28) uint8."""
    found: dict[Path, Callable[[Report, np.ndarray], str]] = {}
    if options.json:
        found[options.json] = lambda report, _: report_files.dumps(report)
    if options.html:
        found[options.html] = html_report.html
    if options.csv:
        found[options.csv / "predictions.csv"] = lambda report, _: report_files.predictions_csv(report)
    return found


def evaluate(recogniser: Recogniser, source: Source | None) -> tuple[Report, np.ndarray]:
    """The report and the images behind it, (n, 28, 28) uint8. source: of pictures; None for MNIST's test set."""
    if source:
        end = watched(recogniser.name, picture_folder.run_pictures(recogniser, source.files))
        return picture_folder.finish_pictures(recogniser, end, source.name)
    test = load_mnist(download=True).test
    return finish(recogniser, test, watched(recogniser.name, run(recogniser, test))), test.images


def answers(model: str, place: Path | None) -> Report:
    """The report of another model. place: of pictures; None for MNIST's test set."""
    return evaluate(load(model), picture_sources.open_source(place) if place else None)[0]


def measured(recogniser: Recogniser, n: int) -> tuple[robustness.Score, ...]:
    """Accuracy under each corruption on n of MNIST's test images."""
    return watched("corruptions", robustness.measure(recogniser, load_mnist().test, n)).scores


def watched(name: str, steps: Iterable[S]) -> S:
    """The last step of work that has at least one; each is shown."""
    last = None
    for last in steps:
        show(name, last)
    assert last is not None
    return last


def show(name: str, step: Step) -> None:
    """Progress on one line of a terminal; nothing in a file or pipe."""
    if sys.stderr.isatty():
        end = "\n" if step.done == step.total else ""
        print(f"\r{name}: {step.done:,} of {step.total:,}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(terminal.run(main))
