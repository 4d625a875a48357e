"""What the commands that train have in common: the sentence in which they say why they stopped."""

import sys
from collections.abc import Callable

from model.datasets import DataError


def run(train: Callable[[], None]) -> int:
    """Call what trains; 0 once it has written its files, 1 with a sentence on stderr where it could not."""
    try:
        train()
    except (DataError, OSError, ValueError) as error:
        print(f"Training stopped: {error}", file=sys.stderr)
        return 1
    return 0
