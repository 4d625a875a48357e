"""Saliency: which ink of an image speaks for the answer and which against it, by occlusion. Enter at `explain`.

A soft patch is erased at one place after another and the model reads the rest (Zeiler & Fergus 2014, "Visualizing and
Understanding Convolutional Networks"). It needs nothing but probabilities, so it works for every model.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from model.calibration import SURE, UNSURE

PATCH = 2.0  # px, the sigma of the Gaussian patch: ± 2 sigma are three strokes of MNIST, a serif or a bar but not half a digit
STRIDE = 2  # px between two places: a quarter of the work, and the patches still overlap
BATCH = 16  # images in a call, ~10 ms: the networks are shared, and a stroke should not wait longer
INK = 0.3  # a place with less ink than this around it is not tried
FLOOR = 1e-6  # probabilities below this are float32 noise


class Probabilities(Protocol):
    """What `explain` needs of a recogniser; shapes as in `Recogniser`."""

    def probabilities(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]: ...

    def verdicts(self, digits: np.ndarray, not_digit: np.ndarray) -> list[str]: ...


@dataclass(frozen=True)
class Explanation:
    """Why an image got its answer.

    weights: (28, 28) float32 in [-1, 1], 0 without ink; positive ink speaks for the answer, negative for the runner-up; note:
    one or two sentences on which ink would change the answer.
    """

    weights: np.ndarray
    note: str


def explain(recogniser: Probabilities, image: np.ndarray) -> Explanation:
    """Explain the recogniser's answer to ``image``, (28, 28) float32 in [0, 1]."""
    places = [(y, x) for y in range(0, 28, STRIDE) for x in range(0, 28, STRIDE) if _near(image, y, x).max() > INK]
    if not places:
        return Explanation(np.zeros((28, 28), np.float32), "There is no ink to explain.")
    patches = np.stack([_patch(y, x) for y, x in places])
    tries = np.concatenate([image[None], image * (1 - patches)]).astype(np.float32)
    batches = np.array_split(tries, -(-len(tries) // BATCH))
    digits, not_digit = (np.concatenate(each) for each in zip(*map(recogniser.probabilities, batches), strict=True))
    answer, runner_up = (int(digit) for digit in digits[0].argsort()[::-1][:2])

    odds = np.log(np.maximum(digits, FLOOR))
    margin = odds[:, answer] - odds[:, runner_up]
    lost = margin[0] - margin[1:]  # what the answer loses without each patch
    weights = np.tensordot(lost, patches, 1) / np.maximum(patches.sum(0), FLOOR) * image
    weights /= max(float(np.abs(weights).max()), FLOOR)
    return Explanation(weights.astype(np.float32), _note(digits, recogniser.verdicts(digits, not_digit), places))


def _near(image: np.ndarray, y: int, x: int) -> np.ndarray:
    """The pixel and its eight neighbours."""
    return image[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2]


def _patch(y: int, x: int) -> np.ndarray:
    """How much of each pixel the patch at (y, x) erases, (28, 28) float32 in [0, 1]."""
    rows, columns = np.ogrid[:28, :28]
    return np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * PATCH**2)).astype(np.float32)


def _note(digits: np.ndarray, verdicts: list[str], places: list[tuple[int, int]]) -> str:
    """Which ink would change the answer. digits (n, 10) and verdicts: of the whole image, then without each of the places."""
    answers, confidence = digits.argmax(1), digits.max(1)
    answer = answers[0]
    words = [""] + [_in_words(*place) for place in places]

    def most_confident(among: Iterable[int]) -> int | None:
        return max(among, key=lambda index: confidence[index], default=None)

    sentences = []
    settled = None
    if verdicts[0] == UNSURE:  # ink that causes the doubt is of more interest than ink that would change the answer
        settled = most_confident(i for i in range(1, len(digits)) if answers[i] == answer and verdicts[i] == SURE)
    if settled is not None:
        sentences.append(f"The ink {words[settled]} makes it doubt: without it, this is surely a {answer}.")
    changed = most_confident(  # words are coarser than places: the note must not say both of the same words
        i for i in range(1, len(digits)) if answers[i] != answer and (settled is None or words[i] != words[settled])
    )
    if changed is not None:
        sentences.append(f"Without the ink {words[changed]} it would read {answers[changed]}.")
    return " ".join(sentences) or f"It stays {answer} whichever small part is missing."


def _in_words(y: int, x: int) -> str:
    """A place of the 28×28 in words. The digit fills the middle 20 px, which are split into thirds."""
    row = "top" if y < 11 else "bottom" if y > 17 else ""
    column = "left" if x < 11 else "right" if x > 17 else ""
    return f"at the {row} {column}".rstrip().replace("  ", " ") if row or column else "in the middle"
