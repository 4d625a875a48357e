"""Why: which ink of an image spoke for the answer and which against it, by occlusion.

A soft patch is erased at one place after another and the model asked again (Zeiler & Fergus 2014). It needs nothing but
probabilities, so it works for every model, and it is faithful by construction: it *is* what happens when the ink goes.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

PATCH = 2.0  # px, the Gaussian's sigma: with ± 2 sigma as wide as three strokes of MNIST, a serif or a bar, not half a digit
STRIDE = 2  # px between places: a fourth of the work, and patches this wide still overlap
AT_ONCE = 16  # images to a call, ~10 ms: a model computes for one caller at a time, and a stroke should not wait longer
FLOOR = 1e-6  # probabilities below this are float32 noise, not an opinion


class Probabilities(Protocol):
    """A recogniser, as far as this file needs one."""

    def probabilities(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]: ...


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
    digits = np.concatenate([recogniser.probabilities(part)[0] for part in parts])
    whole, erased = digits[0], digits[1:]
    answer, runner_up = (int(digit) for digit in whole.argsort()[::-1][:2])

    odds = np.log(np.maximum(digits, FLOOR))
    margin = odds[:, answer] - odds[:, runner_up]
    lost = margin[0] - margin[1:]  # what the answer loses without each patch
    weights = np.tensordot(lost, patches, 1) / np.maximum(patches.sum(0), FLOOR) * image
    weights /= max(float(np.abs(weights).max()), FLOOR)
    return Explanation(weights.astype(np.float32), _note(answer, erased, places))


def _near(image: np.ndarray, y: int, x: int) -> np.ndarray:
    return image[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2]


def _patch(y: int, x: int) -> np.ndarray:
    rows, columns = np.ogrid[:28, :28]
    return np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * PATCH**2)).astype(np.float32)


def _note(answer: int, erased: np.ndarray, places: list[tuple[int, int]]) -> str:
    flips = [index for index in range(len(places)) if erased[index].argmax() != answer]
    if not flips:
        return f"It stays {answer} whichever small part is missing."
    strongest = max(flips, key=lambda index: erased[index].max())
    return f"Without the ink at the {_where(*places[strongest])} it would read {erased[strongest].argmax()}."


def _where(y: int, x: int) -> str:
    """A place of the 28×28 in words; the digit fills its middle 20 px, in thirds."""
    row = "top" if y < 11 else "bottom" if y > 17 else ""
    column = "left" if x < 11 else "right" if x > 17 else ""
    return f"{row} {column}".strip() or "middle"
