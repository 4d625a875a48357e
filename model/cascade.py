"""A cascade of two networks: a small one, the student, answers the images that are clear to it, a large one the others. Enter at
`student_of`.

Most of MNIST's images are plain, and the student needs a thirteenth of the multiply-adds. Its threshold was chosen on images that
neither network learned from (model/training/distillation.py), and stands in its card.
"""

import json
from pathlib import Path

import numpy as np

from model.calibration import Calibration
from model.inference import Engine

STUDENT = Path(__file__).parent / "trained" / "student"


class Student:
    """The small network with its calibration. folder: its `.tflite` and card. Raises OSError, ValueError, KeyError or ModelError."""

    def __init__(self, folder: Path):
        card = json.loads((folder / "card.json").read_text("utf-8"))
        self.engine = Engine(folder / f"{folder.name}.tflite")
        if card["files"][self.engine.path.name] != self.engine.sha256:
            raise ValueError(f"{self.engine.path} is not the file that its card describes.")
        self.calibration = Calibration(card["temperature"])
        self.clear: float = card["thresholds"]["clear"]
        self.teacher: str = card["teacher"]

    def __call__(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Images (n, 28, 28) float32 in [0, 1] → digits and not_digit, as `Recogniser.probabilities` returns them, and which images
        are clear, (n,) bool: only for those the answers count."""
        digits, not_digit = self.calibration.apply(self.engine(images))
        return digits, not_digit, digits.max(axis=1, initial=0) * (1 - not_digit) >= self.clear


def student_of(weights_sha256: str, folder: Path = STUDENT) -> Student | None:
    """The student of the network with these weights; None where there is none."""
    if not (folder / "card.json").is_file():
        return None
    student = Student(folder)
    return student if student.teacher == weights_sha256 else None
