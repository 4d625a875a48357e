"""What the commands that train have in common: whole numbers, and the sentence in which they say why they stopped."""

import argparse
import sys
from collections.abc import Callable

from model.datasets import DataError
from model.inference import ModelError


def count(text: str) -> int:
    """A whole number from 1 that the command line names."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("it is a whole number from 1")
    return int(text)


def run(train: Callable[[], None]) -> int:
    """Call what trains; 0 once it has written its files, 1 with a sentence on stderr where it could not."""
    try:
        train()
    except (DataError, ModelError, OSError, ValueError) as error:
        print(f"Training stopped: {error}", file=sys.stderr)
        return 1
    return 0
