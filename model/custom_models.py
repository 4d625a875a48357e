"""Model files that people bring: a `.keras` or `.tflite` that reads 28×28 digits, however it wants its input.

A `.keras` file is converted once, by a child process (TensorFlow never enters the one that serves), and kept in the user's
cache under its sha256. Whether a network wants 0–1 or 0–255, ink light or dark, and whether its outputs lack a softmax
is decided by the labelled drawings that ship. Only the command line brings files here, never the page.
"""

import functools
import hashlib
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model import labelled_drawings
from model.inference import Engine, ModelError

ENOUGH = 0.5  # of the labelled drawings read right: below, a file does not read digits in any of the ways tried
PATIENCE = 180  # seconds for a conversion, most of them TensorFlow's import on a slow disk


@dataclass(frozen=True)
class Convention:
    """How a network wants its images and gives its answers."""

    scale: float = 1.0  # what full ink is: 1 or 255
    dark_ink: bool = False
    softmax_missing: bool = False

    def before(self, images: np.ndarray) -> np.ndarray:
        """Images as everywhere here, (n, 28, 28) float32 in [0, 1] → as this network wants them."""
        return (1 - images if self.dark_ink else images) * np.float32(self.scale)

    def after(self, outputs: np.ndarray) -> np.ndarray:
        """The network's outputs (n, k) → non-negative rows that sum to 1."""
        if not self.softmax_missing:
            return outputs
        powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def __str__(self) -> str:
        ink = "dark ink on light" if self.dark_ink else "light ink on dark"
        return f"input 0–{self.scale:g}, {ink}" + (", softmax added" if self.softmax_missing else "")


def serving_file(path: Path) -> Path:
    """The `.tflite` of a model file, converted if need be. Raises ModelError."""
    if path.suffix == ".tflite":
        return path
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be opened ({error.strerror}).") from error
    folder = _cache()
    converted = folder / f"{digest}.tflite"
    if not converted.exists():
        _convert(path, converted)
    return converted


def decide(engine: Engine, input_scale: float | None = None) -> Convention:
    """The way of feeding ``engine`` that reads the labelled drawings best; ``input_scale`` (1 or 255) settles the scale."""
    images, labels = labelled_drawings.labelled()
    best, best_accuracy = Convention(), -1.0
    for scale in (input_scale,) if input_scale else (1.0, 255.0):
        for dark_ink in (False, True):
            way = Convention(scale, dark_ink)
            outputs = engine(way.before(images))
            accuracy = float((outputs[:, :10].argmax(axis=1) == labels).mean())
            if accuracy > best_accuracy:
                sums_to_one = np.allclose(outputs.sum(axis=1), 1, atol=1e-3) and outputs.min() >= 0
                best, best_accuracy = Convention(scale, dark_ink, not sums_to_one), accuracy
    if best_accuracy < ENOUGH:
        raise ModelError(
            f"This model reads only {best_accuracy:.0%} of {len(labels)} plain drawings, whatever its input scale and "
            "polarity; it seems not to be one for handwritten digits 0–9 in 28×28."
        )
    return best


@functools.cache
def _cache() -> Path:
    """The user's cache, or a temporary folder where there is none to write to."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "digits"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="digits-"))


def _convert(path: Path, converted: Path) -> None:
    command = [sys.executable, "-m", "model.training.convert", str(path.resolve()), str(converted)]
    try:
        done = subprocess.run(
            command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise ModelError(f"{path} could not be converted within {PATIENCE} seconds.") from None
    if done.returncode:
        # The child's last line is its own sentence; anything else is a crash of the converter.
        lines = done.stdout.strip().splitlines()
        raise ModelError(f"{path}: {lines[-1] if lines else 'the conversion failed; is it a whole .keras file?'}")
