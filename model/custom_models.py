"""Model files that people bring: a `.keras` or `.tflite` that reads 28×28 digits, whatever input it expects.

`as_tflite` converts a `.keras` file once, in a child process (TensorFlow never enters the process that serves), and keeps the
result in the user's cache under the file's sha256. `find_convention` tries the network on the labelled drawings to learn its
input scale, its polarity, and whether its outputs lack a softmax. Only the command line brings files here, never the page.
"""

import functools
import hashlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from platformdirs import user_cache_dir

from model import labelled_drawings
from model.inference import Engine, ModelError

MIN_ACCURACY = 0.5  # share of the labelled drawings that a network must read right; below it, it is no model for digits
CONVERSION_TIMEOUT = 180  # seconds; most of them are TensorFlow's import on a slow disk


@dataclass(frozen=True)
class Convention:
    """The input that a network expects, and the form of its outputs.

    scale: the value of full ink, 1 or 255; dark_ink: whether ink is 0 on light paper; softmax_missing: whether the outputs are
    logits.
    """

    scale: float = 1.0
    dark_ink: bool = False
    softmax_missing: bool = False

    def to_input(self, images: np.ndarray) -> np.ndarray:
        """Images as everywhere in this project, (n, 28, 28) float32 in [0, 1] with ink 1 → as this network expects them."""
        return (1 - images if self.dark_ink else images) * np.float32(self.scale)

    def to_probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """The network's outputs, (n, k) float32 → probabilities, (n, k) float32 with rows that sum to 1."""
        if not self.softmax_missing:
            return outputs
        powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def __str__(self) -> str:
        ink = "dark ink on light" if self.dark_ink else "light ink on dark"
        return f"input 0–{self.scale:g}, {ink}" + (", softmax added" if self.softmax_missing else "")


def as_tflite(path: Path) -> Path:
    """The `.tflite` of a `.keras` or `.tflite` file, converted if it is not in the cache yet. Raises ModelError."""
    if path.suffix == ".tflite":
        return path
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be opened ({error.strerror}).") from error
    converted = _cache() / f"{digest}.tflite"
    if not converted.exists():
        _convert(path, converted)
    return converted


def find_convention(engine: Engine, input_scale: float | None = None) -> Convention:
    """The convention with which ``engine`` reads most of the labelled drawings right.

    input_scale: 1 or 255 where it is known; None tries both. Raises ModelError if the network reads less than MIN_ACCURACY.
    """
    images, labels = labelled_drawings.labelled()
    best, best_accuracy = Convention(), -1.0
    for scale in (input_scale,) if input_scale else (1.0, 255.0):
        for dark_ink in (False, True):
            outputs = engine(Convention(scale, dark_ink).to_input(images))
            accuracy = float((outputs[:, :10].argmax(axis=1) == labels).mean())
            if accuracy > best_accuracy:
                sums_to_one = np.allclose(outputs.sum(axis=1), 1, atol=1e-3) and outputs.min() >= 0
                best, best_accuracy = Convention(scale, dark_ink, not sums_to_one), accuracy
    if best_accuracy < MIN_ACCURACY:
        raise ModelError(
            f"This model reads only {best_accuracy:.0%} of {len(labels)} plain drawings, whatever its input scale and "
            "polarity; it seems not to be one for handwritten digits 0–9 in 28×28."
        )
    return best


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


def _convert(path: Path, converted: Path) -> None:
    command = [sys.executable, "-X", "utf8", "-m", "model.training.convert", str(path.resolve()), str(converted)]
    try:
        done = subprocess.run(
            command,
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
        raise ModelError(f"{path}: {lines[-1] if lines else 'the conversion failed; is it a whole .keras file?'}")
