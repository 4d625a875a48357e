"""`python -m model.data`: downloads MNIST once, verified, into the folder where every other command looks for it."""

import sys

from model import terminal
from model.datasets import DataError, load_mnist


def main() -> int:
    """Exit code 0 once MNIST is on this machine, 1 with a sentence where it cannot be had."""
    try:
        print(f"MNIST is ready: {load_mnist(download=True).source}")
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(terminal.run(main))
