"""Model files that people bring: `.keras`, `.h5`, SavedModel or `.tflite`, of digits, whatever input they expect. Enter at `open_custom`.

What is no `.tflite` is converted once, in a child process (TensorFlow never enters the process that serves), and kept in the user's
cache under its sha256. convention_search.py finds out how the network wants its input. Only the command line brings files here,
never the page.
"""

import functools
import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from platformdirs import user_cache_dir

from model import convention_search, model_files
from model.calibration import Calibration, fit
from model.convention_search import Choice
from model.datasets import HELD_OUT, load_mnist, unit
from model.inference import CUSTOM, Engine, ModelError

CONVERSION_TIMEOUT = 900  # seconds; a few, unless the disk is slow or the machine is busy
CONVERTER = "2"  # in the names of converted files: what an older program converted is converted again


@dataclass(frozen=True)
class Wanted:
    """What the command line says about model files.

    inputs: those that are possible, of conventions.input_names(), () for all; output: of conventions.OUTPUTS, None finds out;
    calibrate: whether to do so on MNIST's training images.
    """

    inputs: tuple[str, ...] = ()
    output: str | None = None
    calibrate: bool = False


def open_custom(path: Path, wanted: Wanted | None = None) -> tuple[Path, Choice]:
    """A model file or folder → the `.tflite` that runs it, and the convention found for it. Raises ModelError."""
    wanted = wanted or Wanted()
    file = as_tflite(path)
    try:
        return file, convention_search.search(Engine(file, CUSTOM), wanted.inputs, wanted.output)
    except ModelError as error:  # the converted file has a name that nobody knows
        raise ModelError(str(error).replace(str(file), str(path))) from error


def as_tflite(path: Path) -> Path:
    """The `.tflite` of a model file or folder, converted if it is not in the cache yet. Raises ModelError."""
    kind = model_files.kind_of(path)
    if kind == model_files.TFLITE:
        return path
    converted = _cache() / f"{_digest(path)}-{CONVERTER}.tflite"
    if not converted.exists():
        _convert(path, kind, converted)
    return converted


def calibrate(network: Callable[[np.ndarray], np.ndarray]) -> tuple[Calibration, str]:
    """The calibration of a custom model on MNIST's last training images (from HELD_OUT on), and words for these.

    network: (n, 28, 28) float32 images in [0, 1] → (n, 10) or (n, 11) probabilities before calibration. Raises DataError without
    MNIST. A network that has learned from these images too stays a little too sure of itself.
    """
    held_out = load_mnist().train[HELD_OUT:]
    return fit(network(unit(held_out.images)), held_out.labels), f"{len(held_out):,} of MNIST's training images"


def _digest(path: Path) -> str:
    """sha256 of a file, or of the names and contents of a folder's files."""
    digest = hashlib.sha256()
    try:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            if path.is_dir():
                digest.update(file.relative_to(path).as_posix().encode("utf-8", "surrogateescape") + b"\0")
            digest.update(file.read_bytes())
    except OSError as error:
        raise ModelError(f"{path} cannot be opened ({error.strerror}).") from error
    return digest.hexdigest()


@functools.cache
def _cache() -> Path:
    """The user's cache folder (on Linux $XDG_CACHE_HOME/digits or ~/.cache/digits), or a temporary one where there is no
    home or nothing can be written to it."""
    folder = Path(user_cache_dir("digits", appauthor=False))
    try:
        if not folder.is_absolute():
            raise OSError("a user without a home")  # the path then begins with an unexpanded ~
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="digits-"))


def _convert(path: Path, kind: str, converted: Path) -> None:
    code = [sys.executable, "-X", "utf8", "-m", "model.training.convert"]
    try:
        done = subprocess.run(
            [*code, str(path.resolve()), kind, str(converted)],
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=CONVERSION_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ModelError(f"{path} could not be converted within {CONVERSION_TIMEOUT} seconds.") from None
    if done.returncode:
        # The last line of output is the child's own sentence; without output the converter crashed.
        lines = done.stdout.strip().splitlines()
        raise ModelError(f"{path}: {lines[-1] if lines else 'the conversion failed; is it a whole model file?'}")
