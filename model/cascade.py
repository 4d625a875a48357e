"""A cascade of two networks: a small one, the student, answers the images that are clear to it, a large one the others. Enter at
`student_of`.

Most of MNIST's images are plain, and the student needs a thirteenth of the multiply-adds. Of the others, the large network looks at those it
is not certain of several times, and stops once it is certain enough. Both thresholds were chosen on images that
neither network learned from (model/training/distillation.py), and stand in the student's card.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from model.calibration import Calibration, confidence
from model.inference import DIGITS, Engine, ModelError

STUDENT = Path(__file__).parent / "trained" / "student"
SIGNATURE = replace(DIGITS, batch=100)  # so small a network stays in a core's cache with more images


class Student:
    """The small network with its calibration. path: its `.tflite`; card: what stands in the card beside it. Raises KeyError or
    ModelError.

    clear: the confidence, in [0, 1], from which its answer counts; enough: how certain the mean of the large network's looks must be, in
    [0, 1], for it to take no more of them.
    """

    def __init__(self, path: Path, card: dict):
        self.engine = Engine(path, SIGNATURE)
        if card["files"][path.name] != self.engine.sha256:
            raise ModelError(f"{path} is not the file that its card describes; fetch both again.")
        self.calibration = Calibration(card["temperature"])
        self.clear: float = card["thresholds"]["clear"]
        self.enough: float = card["thresholds"]["enough"]

    def __call__(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Images (n, 28, 28) float32 in [0, 1] → digits and not_digit, as `Recogniser.probabilities` returns them, and which images
        are clear, (n,) bool: only for those the answers count."""
        digits, not_digit = self.calibration.apply(self.engine(images, patient=True))
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
