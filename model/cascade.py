"""A cascade of two networks: a small one, the student, answers the images that are clear to it, a large one the others. Enter at
`student_of`.

Most of MNIST's images are plain, and the student needs a thirteenth of the multiply-adds. Its threshold was chosen on images that
neither network learned from (model/training/distillation.py), and stands in its card.
"""

import json
from pathlib import Path

import numpy as np

from model.calibration import Calibration, confidence
from model.inference import Engine, ModelError

STUDENT = Path(__file__).parent / "trained" / "student"


class Student:
    """The small network with its calibration. path: its `.tflite`; card: what stands in the card beside it. Raises KeyError or
    ModelError."""

    def __init__(self, path: Path, card: dict):
        self.engine = Engine(path)
        if card["files"][path.name] != self.engine.sha256:
            raise ModelError(f"{path} is not the file that its card describes; fetch both again.")
        self.calibration = Calibration(card["temperature"])
        self.clear: float = card["thresholds"]["clear"]

    def __call__(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Images (n, 28, 28) float32 in [0, 1] → digits and not_digit, as `Recogniser.probabilities` returns them, and which images
        are clear, (n,) bool: only for those the answers count."""
        digits, not_digit = self.calibration.apply(self.engine(images))
        return digits, not_digit, confidence(digits, not_digit) >= self.clear


def student_of(weights_sha256: str, folder: Path = STUDENT) -> Student | None:
    """The student of the network with these weights; None where there is none. Raises ModelError where it is damaged."""
    path = folder / "card.json"
    if not path.is_file():
        return None
    try:
        card = json.loads(path.read_text("utf-8"))
        return Student(folder / f"{folder.name}.tflite", card) if card["teacher"] == weights_sha256 else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path} is damaged ({type(error).__name__}); fetch it again.") from error
