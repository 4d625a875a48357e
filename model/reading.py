"""What was read: digits, and the answer to a whole picture."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from model.calibration import EMPTY, NOT_A_DIGIT, SURE, UNSURE


@dataclass(frozen=True)
class Digit:
    """One crop's answer. ``box`` is (x, y, width, height) in picture pixels, ``image`` (28, 28) float32 in [0, 1]."""

    box: tuple[int, int, int, int]
    image: np.ndarray
    probabilities: np.ndarray  # of the ten digits, (10,) float32, sum 1
    not_digit: float
    verdict: str

    @property
    def digit(self) -> int:
        return int(self.probabilities.argmax())

    @property
    def probability(self) -> float:
        """How probable it is that this is a digit, and this one."""
        return float(self.probabilities.max()) * (1 - self.not_digit)

    @property
    def runner_up(self) -> int:
        return int(np.argsort(self.probabilities)[-2])


@dataclass(frozen=True)
class Reading:
    """The answer to a picture: digits in reading order, the text, the picture's verdict, the ink it was read from."""

    text: str
    verdict: str
    digits: tuple[Digit, ...]
    ink: np.ndarray

    def to_json(self) -> dict:
        """The fields of the command line's JSON, except ``file`` and ``error``."""
        digits = [
            {"digit": d.digit, "probability": round(d.probability, 4), "verdict": d.verdict, "box": list(d.box)}
            for d in self.digits
        ]
        return {"text": self.text, "verdict": self.verdict, "digits": digits}


def guess(digit: Digit, among_digits: bool) -> Digit:
    """What was cut out of connected ink is never sure: two halves of an H are two perfect 1. Among digits it is likely one,
    however little it looks like it: cutting has maimed it."""
    guessed = digit.verdict == SURE or among_digits and digit.verdict == NOT_A_DIGIT
    return dataclasses.replace(digit, verdict=UNSURE) if guessed else digit


def scale_box(digit: Digit, scale: tuple[float, float]) -> Digit:
    (x, y, width, height), (sx, sy) = digit.box, scale
    left, top = round(x * sx), round(y * sy)
    box = (left, top, max(1, round((x + width) * sx) - left), max(1, round((y + height) * sy) - top))
    return dataclasses.replace(digit, box=box)


def reading(lines: list[list[Digit]], amount: np.ndarray) -> Reading:
    digits = tuple(d for line in lines for d in line)
    texts = ["".join(str(d.digit) for d in line if d.verdict != NOT_A_DIGIT) for line in lines]
    verdicts = {d.verdict for d in digits} - {NOT_A_DIGIT}
    if not digits:
        verdict = EMPTY
    elif not verdicts:
        verdict = NOT_A_DIGIT
    else:
        verdict = UNSURE if UNSURE in verdicts else SURE
    return Reading("\n".join(t for t in texts if t), verdict, digits, amount)
