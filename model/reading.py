"""What was read: `Digit` is the answer to one crop, `Reading` the answer to a whole picture."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from model.calibration import EMPTY, NOT_A_DIGIT, SURE, UNSURE

# Why a picture is unsure although each of its digits is sure: other writing stands beside them, ink was left unread, or two methods of
# reading it disagree, or one of them doubts what the other is sure of (model/page_reader/witness.py).
WRITING, INK_LEFT, READERS = "writing", "ink", "readers"

Box = tuple[int, int, int, int]  # x, y, width, height in px


@dataclass(frozen=True)
class Digit:
    """The answer to one crop.

    box: (x, y, width, height) in px of the picture; image: what the network saw, (28, 28) float32 in [0, 1]; probabilities: of
    the ten digits, (10,) float32, sum 1; not_digit: that the crop is no digit, in [0, 1]; verdict: of `model.calibration`.
    """

    box: Box
    image: np.ndarray
    probabilities: np.ndarray
    not_digit: float
    verdict: str

    @property
    def digit(self) -> int:
        """The most probable digit, 0–9."""
        return int(self.probabilities.argmax())

    @property
    def probability(self) -> float:
        """The probability that this is a digit and this one, in [0, 1]."""
        return float(self.probabilities.max()) * (1 - self.not_digit)

    @property
    def runner_up(self) -> int:
        """The second most probable digit, 0–9."""
        return int(np.argsort(self.probabilities)[-2])


@dataclass(frozen=True)
class Reading:
    """The answer to a picture.

    text: the digits that are sure or unsure, lines separated by a line break; verdict: of the whole picture; digits: every
    crop's answer in reading order; ink: (H, W) uint8, 0 paper – 255 ink, from which the picture was read; other_writing: where
    there is writing that is none of these digits, in px of the picture; why: the picture is unsure although its digits are sure,
    WRITING, INK_LEFT or READERS, else "".
    """

    text: str
    verdict: str
    digits: tuple[Digit, ...]
    ink: np.ndarray
    other_writing: tuple[Box, ...] = ()
    why: str = ""

    @property
    def kept(self) -> list[Digit]:
        """Its digits, without the crops that are none."""
        return [digit for digit in self.digits if digit.verdict != NOT_A_DIGIT]

    @property
    def line(self) -> str:
        """The text without line breaks."""
        return self.text.replace("\n", "")

    @property
    def certainty(self) -> float:
        """The probability of the least certain digit, in [0, 1]; 0 without one."""
        return min((digit.probability for digit in self.kept), default=0.0)

    def to_json(self) -> dict:
        """The fields of the command line's JSON, except ``file`` and ``error``."""
        digits = [
            {"digit": d.digit, "probability": round(d.probability, 4), "verdict": d.verdict, "box": list(d.box)}
            for d in self.digits
        ]
        other = [list(box) for box in self.other_writing]
        return {"text": self.text, "verdict": self.verdict, "why": self.why, "digits": digits, "other_writing": other}


def unread_json(error: str) -> dict:
    """The same fields for a picture that cannot be read, with ``note`` and ``error``, the sentence that says why."""
    nothing = {"text": "", "verdict": None, "why": "", "digits": [], "other_writing": []}
    return {**nothing, "note": None, "error": error}


def shared_height(a: Box, b: Box) -> float:
    """The vertical overlap of two boxes as a share of the shorter one's height; negative where they are apart."""
    shared = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return shared / min(a[3], b[3])


def summarise(lines: list[list[Digit]], ink: np.ndarray) -> Reading:
    """The digits of each line, and the (H, W) uint8 ink they were read from → the Reading of the picture.

    The picture's verdict: EMPTY without crops, NOT_A_DIGIT if no crop is a digit, else UNSURE if any digit is, else SURE.
    """
    digits = tuple(d for line in lines for d in line)
    texts = ["".join(str(d.digit) for d in line if d.verdict != NOT_A_DIGIT) for line in lines]
    verdicts = {d.verdict for d in digits} - {NOT_A_DIGIT}
    if not digits:
        verdict = EMPTY
    elif not verdicts:
        verdict = NOT_A_DIGIT
    else:
        verdict = UNSURE if UNSURE in verdicts else SURE
    return Reading("\n".join(t for t in texts if t), verdict, digits, ink)


def as_guess(digit: Digit, among_digits: bool) -> Digit:
    """The same digit, but never sure: it was cut out of connected ink, and both halves of an H look like a perfect 1.

    ``among_digits``: most of its line are digits, so it is likely one too, even where the cut has damaged it so much that it
    does not look like one.
    """
    guessed = digit.verdict == SURE or among_digits and digit.verdict == NOT_A_DIGIT
    return dataclasses.replace(digit, verdict=UNSURE) if guessed else digit


def scale_box(digit: Digit, scale: tuple[float, float]) -> Digit:
    """The same digit with its box multiplied by ``scale``, as `scaled` does."""
    return dataclasses.replace(digit, box=scaled(digit.box, scale))


def scaled(box: Box, scale: tuple[float, float]) -> Box:
    """A box multiplied by ``scale`` = (horizontal, vertical); at least 1 px wide and high."""
    (x, y, width, height), (sx, sy) = box, scale
    left, top = round(x * sx), round(y * sy)
    return left, top, max(1, round((x + width) * sx) - left), max(1, round((y + height) * sy) - top)
