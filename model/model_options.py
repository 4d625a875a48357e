"""The options with which every command line takes model files that people bring: `add_model_options`, then `wanted`."""

import argparse
import sys

from model.conventions import OUTPUTS, input_names, on_paper
from model.custom_models import Wanted

SCALES = {1: ("unit", on_paper("unit")), 255: ("bytes", on_paper("bytes"))}  # --input-scale → the inputs it leaves open


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Add --input, --output, --input-scale and --calibrate."""
    add, known = parser.add_argument, parser.add_mutually_exclusive_group()
    known.add_argument(
        "--input",
        choices=input_names(),
        metavar="HOW",
        help="how a model file wants its input: unit (0–1), bytes (0–255), signed (−1–1), centred (−0.5–0.5), standard (less MNIST's "
        "mean, by its deviation), rows (normalize(axis=1)), paper (1 is paper, 0 ink), and others: docs/using.md (default: found out)",
    )
    add("--output", choices=OUTPUTS, help="what a model file's outputs are (default: found out)")
    known.add_argument(
        "--input-scale", type=float, choices=tuple(SCALES), help="the value of full ink, where only that is known"
    )
    add(
        "--calibrate",
        action="store_true",
        help="measure a model file's confidence on MNIST's training images; without it no answer of such a file is sure",
    )


def wanted(options: argparse.Namespace) -> Wanted:
    """What the options say. options: of a parser that has `add_model_options`."""
    inputs = (options.input,) if options.input else SCALES.get(options.input_scale, ())
    return Wanted(inputs, options.output, options.calibrate)


def print_notes(name: str, notes: tuple[str, ...]) -> None:
    """What a person should know of a model file, on stderr, a line each. notes: of model.recogniser.Recogniser."""
    for note in notes:
        print(f"{name}: {note}", file=sys.stderr, flush=True)
