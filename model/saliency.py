"""Why: which ink of an image spoke for the answer and which against it, by occlusion.

A soft patch is erased at one place after another and the model asked again (Zeiler & Fergus 2014). It needs nothing but
probabilities, so it works for every model, and it is faithful by construction: it *is* what happens when the ink goes.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from model.calibration import SURE, UNSURE

PATCH = 2.0  # px, the Gaussian's sigma: with ± 2 sigma as wide as three strokes of MNIST, a serif or a bar, not half a digit
STRIDE = 2  # px between places: a fourth of the work, and patches this wide still overlap
AT_ONCE = 16  # images to a call, ~10 ms: a model computes for one caller at a time, and a stroke should not wait longer
FLOOR = 1e-6  # probabilities below this are float32 noise, not an opinion


class Probabilities(Protocol):
    """A recogniser, as far as this file needs one."""

    def probabilities(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]: ...

    def verdicts(self, digits: np.ndarray, not_digit: np.ndarray) -> list[str]: ...


@dataclass(frozen=True)
class Explanation:
    """weights: (28, 28) float32 in [-1, 1], 0 where no ink is; positive ink spoke for the answer, against the runner-up.
    note: one sentence on what would change the model's mind."""

    weights: np.ndarray
    note: str


def explain(recogniser: Probabilities, image: np.ndarray) -> Explanation:
    """Explain the answer to ``image``, (28, 28) float32 in [0, 1]."""
    places = [(y, x) for y in range(0, 28, STRIDE) for x in range(0, 28, STRIDE) if _near(image, y, x).max() > 0.3]
    if not places:
        return Explanation(np.zeros((28, 28), np.float32), "There is no ink to explain.")
    patches = np.stack([_patch(y, x) for y, x in places])
    tries = np.concatenate([image[None], image * (1 - patches)]).astype(np.float32)
    parts = np.array_split(tries, -(-len(tries) // AT_ONCE))
    digits, not_digit = (np.concatenate(each) for each in zip(*map(recogniser.probabilities, parts), strict=True))
    answer, runner_up = (int(digit) for digit in digits[0].argsort()[::-1][:2])

    odds = np.log(np.maximum(digits, FLOOR))
    margin = odds[:, answer] - odds[:, runner_up]
    lost = margin[0] - margin[1:]  # what the answer loses without each patch
    weights = np.tensordot(lost, patches, 1) / np.maximum(patches.sum(0), FLOOR) * image
    weights /= max(float(np.abs(weights).max()), FLOOR)
    return Explanation(weights.astype(np.float32), _note(digits, recogniser.verdicts(digits, not_digit), places))


def _near(image: np.ndarray, y: int, x: int) -> np.ndarray:
    return image[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2]


def _patch(y: int, x: int) -> np.ndarray:
    rows, columns = np.ogrid[:28, :28]
    return np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * PATCH**2)).astype(np.float32)


def _note(digits: np.ndarray, verdicts: list[str], places: list[tuple[int, int]]) -> str:
    """What would change its mind. digits (n, 10) and verdicts: of the whole image, then of it without each place."""
    answers, sureness = digits.argmax(1), digits.max(1)
    answer = answers[0]
    where = [""] + [_where(*place) for place in places]

    def strongest(among) -> int | None:
        return max(among, key=lambda index: sureness[index], default=None)

    told = []
    settled = None
    if verdicts[0] == UNSURE:  # in doubt, what would settle it says more than what would turn it
        settled = strongest(i for i in range(1, len(digits)) if answers[i] == answer and verdicts[i] == SURE)
    if settled is not None:
        told.append(f"The ink {where[settled]} makes it doubt: without it, this is surely a {answer}.")
    turned = strongest(  # words are coarser than places: the same ink must not be said to do both
        i for i in range(1, len(digits)) if answers[i] != answer and (settled is None or where[i] != where[settled])
    )
    if turned is not None:
        told.append(f"Without the ink {where[turned]} it would read {answers[turned]}.")
    return " ".join(told) or f"It stays {answer} whichever small part is missing."


def _where(y: int, x: int) -> str:
    """A place of the 28×28 in words; the digit fills its middle 20 px, in thirds."""
    row = "top" if y < 11 else "bottom" if y > 17 else ""
    column = "left" if x < 11 else "right" if x > 17 else ""
    return f"at the {row} {column}".rstrip().replace("  ", " ") if row or column else "in the middle"
