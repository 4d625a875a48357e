"""The command `python -m interface.static OUT` writes the page that needs no server (interface/static_site/build.py)."""

import argparse
import sys
from pathlib import Path

from interface.static_site.build import StaticError, sizes, write
from model import terminal
from model.datasets import DataError, load_mnist


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when the folder is written, 2 when it cannot be."""
    description = "Write the page that needs no server as a folder of plain files, for any web host."
    parser = argparse.ArgumentParser(prog="python -m interface.static", description=description)
    parser.add_argument("out", type=Path, metavar="OUT", help="the folder to write")
    out = parser.parse_args(arguments).out
    try:
        load_mnist(download=True)
    except DataError as error:
        print(f"The page is written without the images of the evaluation: {error}", file=sys.stderr)
    try:
        write(out)
    except StaticError as error:
        print(error, file=sys.stderr)
        return 2
    files, with_gzip, without = sizes(out)
    print(
        f"Wrote {out}: {files} files, {with_gzip / 1e6:.2f} MB to transfer with gzip, {without / 1e6:.2f} MB without."
    )
    print(f"To look at it: python -m http.server --directory {out}")
    return 0


if __name__ == "__main__":
    sys.exit(terminal.run(main))
