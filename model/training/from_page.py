"""`python -m model.training.from_page FILE.npz OUT.keras`: makes a network that was trained in the page a model that Keras and this app open."""

import sys
import zipfile
from pathlib import Path

import keras
import numpy as np

from model import terminal
from model.files import replacing
from model.training.page_recipe import NETWORKS, build

USAGE = "python -m model.training.from_page FILE.npz OUT.keras"
NOT_OURS = "{} is no network of the page; give the .npz that “Train one” in the Explore tab downloads."
MOST_HIDDEN = 3  # dense layers before the last, in the page


class NotOfThePage(Exception):
    """The file is not one that the page has written; the text says so."""


def network(path: Path) -> keras.Model:
    """The network in a file that the page has written. Raises NotOfThePage."""
    try:
        with np.load(path) as file:
            weights = [file[name] for name in file.files]
    except FileNotFoundError as error:
        raise NotOfThePage(f"There is no file {path}.") from error
    except (OSError, ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise NotOfThePage(NOT_OURS.format(path)) from error
    if not all(isinstance(array, np.ndarray) for array in weights):  # a member that is no array comes as bytes
        raise NotOfThePage(NOT_OURS.format(path))
    dense = [array for array in weights if array.ndim == 2]
    cnn = any(array.ndim == 4 for array in weights)
    if not 1 <= len(dense) <= MOST_HIDDEN + 1:
        raise NotOfThePage(NOT_OURS.format(path))
    made = build(NETWORKS[cnn], len(dense) - 1, dense[0].shape[1])
    if [array.shape for array in weights] != [array.shape for array in made.get_weights()]:
        raise NotOfThePage(NOT_OURS.format(path))
    if not all(array.dtype == np.float32 and np.isfinite(array).all() for array in weights):
        raise NotOfThePage(NOT_OURS.format(path))
    made.set_weights(weights)
    return made


def main() -> int:
    """Convert as the command line says; the exit code. What went wrong is one sentence."""
    if sentence := converted(sys.argv[1:]):
        print(sentence, file=sys.stderr)
    return int(sentence is not None)


def converted(arguments: list[str]) -> str | None:
    """Convert; returns what went wrong, a sentence, or None."""
    if len(arguments) != 2 or Path(arguments[1]).suffix != ".keras":
        return f"Usage: {USAGE}"
    source, out = map(Path, arguments)
    try:
        made = network(source)
        with replacing(out) as temporary:
            made.save(temporary)
    except NotOfThePage as error:
        return str(error)
    except OSError as error:
        return f"{out} cannot be written: {error.strerror or error}."
    print(f"{out} is written. Draw on it: python demo.py --model {out}")
    return None


if __name__ == "__main__":
    sys.exit(terminal.run(main))
