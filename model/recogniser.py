"""Drawing → reading: the whole path from top to bottom. Enter at `load`, then `Recogniser.read`. A picture that nobody drew on the pad
is read by page_reader/witness.py, which calls this and asks a second reader.

`read` tries the inks that segmentation/ink.py finds in the picture, `read_ink` reads the lines of pieces that segment.py finds
in an ink (line_reader.py cuts and joins them where need be), `read_pieces` makes a 28×28 image of each piece and runs the network
on them. reading.py puts the digits together into the answer. `probabilities` is for what comes as 28×28 images, where a smaller
network answers what is clear (cascade.py).
"""

import copy
import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from model import cascade, custom_models, normalization, test_time_augmentation
from model.calibration import EMPTY, UNCALIBRATED, Calibration
from model.convention_search import Choice
from model.conventions import Convention
from model.custom_models import Wanted
from model.datasets import DataError
from model.inference import CUSTOM, DIGITS, Engine, ModelError, sha256_of
from model.model_files import ENDINGS
from model.reading import Digit, Reading, scale_box, summarise
from model.segmentation import ink, segment, strip
from model.segmentation.line_reader import read_line
from model.segmentation.segment import Piece

TRAINED = Path(__file__).parent / "trained"
DEFAULT, TOUCHING, PAGE_READER, PAGE_WRITING = "cnn", "touching", "page_reader", "page_writing"
# They ship with the models, but nobody chooses them.
HELPERS = (TOUCHING, PAGE_READER, PAGE_WRITING, cascade.STUDENT.name)
GOOD_ENOUGH = 0.95  # quality at which no further ink is tried
ALONE = 0.85  # each further digit in a tiny picture makes a reading this much less likely: broken strokes are commoner
CROWD = 60  # pieces in one ink from which a line of mostly no digits is texture, not writing that touches
NOT_CALIBRATED = "Not calibrated: nobody has measured its confidence, so no answer is sure."
# Time limits in crops, each of at most 0.3 ms: for the cuts, joins and windows of one ink; for all inks, after which no further
# one is tried.
MOST_CUTS, ENOUGH = 600, 900


class InkReading(NamedTuple):
    """What one ink was read as.

    quality: the share of the ink that confident digits explain, in [0, 1]; crops: what it cost, in readings of one crop.
    """

    reading: Reading
    quality: float
    crops: int


class Recogniser:
    """One trained model with its card: reads pictures, ink and 28×28 images.

    path: a `.tflite` file; choice: what was found out about a custom model. Raises ModelError.

    calibrated: whether its confidence was measured, without which nothing is sure; calibrated_on: what a custom model was
    calibrated on, in words, empty for others.
    """

    def __init__(self, name: str, path: Path, choice: Choice | None = None):
        self.name, self.path, self.choice = name, path, choice
        self.convention = choice.convention if choice else Convention()
        constant = 1.0 if self.convention.constant is None else self.convention.constant
        signature = CUSTOM if choice else DIGITS
        self.engine = Engine(path, signature, constant, self.convention.output_at)
        self.touching_network = touching_network()
        self.weights_sha256 = self.engine.sha256
        self.card = _read_card(path, self.weights_sha256)
        self.calibrated = self.card is not None
        self.calibration, self.calibrated_on = UNCALIBRATED, ""
        self.second_look, self.student = False, None
        if self.card:
            self.student = cascade.student_of(self.weights_sha256)
            self.second_look = self.card.get("second_look", False)
            thresholds = self.card["thresholds"]
            self.calibration = Calibration(self.card["temperature"], thresholds["sure"], thresholds["not_digit"])

    def read(self, picture: np.ndarray, brief: bool = False, expected: str = "") -> Reading:
        """Read a picture, (H, W, 3) uint8 RGB.

        Tries one ink after another until digits explain most of one, and returns the best reading. ``brief``: no ink is cut or
        joined, which is most of the work while a digit is half drawn. ``expected``: what another reader has read, in one line; an ink
        in which the same stands is the last one.
        """
        best, best_quality, tried = Reading("", EMPTY, (), np.zeros(picture.shape[:2], np.uint8)), -1.0, 0
        for candidate, prior in ink.candidates(picture):
            scale = picture.shape[1] / candidate.shape[1], picture.shape[0] / candidate.shape[0]
            found, quality, crops = self.read_ink(candidate, scale, brief)
            if expected and found.line == expected:
                return found
            quality *= prior
            if max(picture.shape) <= ink.TINY_SIDE:
                quality *= ALONE ** (len(found.digits) - 1)
            if quality > best_quality:
                best, best_quality = found, quality
            tried += crops
            if quality >= GOOD_ENOUGH or tried > ENOUGH:
                break
        return best

    def read_ink(self, amount: np.ndarray, scale: tuple[float, float] = (1, 1), brief: bool = False) -> InkReading:
        """Read ink, (H, W) uint8 with 0 paper – 255 ink. ``scale`` takes ink pixels to picture pixels, for the boxes."""
        lines = segment.lines(amount)
        pieces, found, cuts = sum(map(len, lines)), [], 0
        for line in lines:
            read, crops = read_line(self, line, crowded=pieces > CROWD, room=0 if brief else MOST_CUTS - cuts)
            found.append(read)
            cuts += crops
        explained = sum(normalization.area(one.piece.ink) * one.digit.probability for line in found for one in line)
        total = normalization.area(amount)
        reading = summarise([[scale_box(one.digit, scale) for one in line] for line in found], amount)
        return InkReading(reading, explained / total if total else 0.0, pieces + cuts)

    def read_pieces(self, pieces: Sequence[Piece], one_look: bool = False) -> list[Digit]:
        """Read each piece as one digit; the boxes are in ink pixels. ``one_look``: without the second look
        (test_time_augmentation.py) that the card may ask for."""
        images = np.stack([piece.image for piece in pieces])
        return self._digits([piece.box for piece in pieces], images, self._probabilities(images, one_look))

    def read_image(self, image: np.ndarray) -> Reading:
        """Read one image, (28, 28) float32 in [0, 1], exactly as it is: no ink, no crop, no scaling."""
        digits = self._digits(
            [(0, 0, normalization.SIDE, normalization.SIDE)], image[None], self.probabilities(image[None])
        )
        return summarise([digits], np.round(image * 255).astype(np.uint8))

    def _digits(
        self, boxes: list[tuple[int, int, int, int]], images: np.ndarray, probabilities: tuple[np.ndarray, np.ndarray]
    ) -> list[Digit]:
        return [
            Digit(box, image, p, float(n), name)
            for box, image, p, n, name in zip(boxes, images, *probabilities, self.verdicts(*probabilities), strict=True)
        ]

    def probabilities(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Calibrated probabilities of images, (n, 28, 28) float32 in [0, 1], of which the student, if any, answers the clear ones.

        Returns the ten digits, (n, 10) float32 with rows that sum to 1, and not_digit, (n,) float32 in [0, 1].
        """
        if self.student is None:
            return self._probabilities(images, patient=True)
        digits, not_digit, clear = self.student(images)
        if not clear.all():
            enough = self.student.enough
            digits[~clear], not_digit[~clear] = self._probabilities(images[~clear], enough=enough, patient=True)
        return digits, not_digit

    def _probabilities(
        self, images: np.ndarray, one_look: bool = False, enough: float | None = None, patient: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """As `probabilities`, by the network alone; ``enough`` as of `test_time_augmentation.with_second_look`, ``patient`` as of `Engine`."""
        network = functools.partial(self._network, patient=patient)
        if self.second_look and not one_look:
            return self.calibration.apply(test_time_augmentation.with_second_look(network, images, enough=enough))
        return self.calibration.apply(network(images))

    def _network(self, images: np.ndarray, patient: bool = False) -> np.ndarray:
        outputs = self.engine(self.convention.to_input(images), patient).reshape(-1, self.engine.outputs)
        return self.convention.to_probabilities(outputs)

    def calibrate(self) -> None:
        """Calibrate a custom model on MNIST's held-out training images. Raises DataError where MNIST is not on this machine."""
        self.calibration, self.calibrated_on = custom_models.calibrate(self._network)
        self.calibrated = True

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of a custom model, a sentence each: its convention, a close call, its calibration."""
        if self.choice is None:
            return () if self.calibrated else (NOT_CALIBRATED,)
        on = f"Calibrated on {self.calibrated_on}." if self.calibrated else NOT_CALIBRATED
        found = str(self.choice)
        return tuple(filter(None, (found[0].upper() + found[1:] + ".", self.choice.warning, on)))

    def verdicts(self, digits: np.ndarray, not_digit: np.ndarray) -> list[str]:
        """The verdict of each row of what `probabilities` returns."""
        return self.calibration.verdicts(digits, not_digit)

    def alone(self, second_look: bool = True) -> "Recogniser":
        """The same recogniser without its student, and without second looks if so wanted."""
        other = copy.copy(self)
        other.student, other.second_look = None, self.second_look and second_look
        return other

    @property
    def epochs(self) -> list[dict]:
        """The epoch table of the training, a dict for each row; [] where there is none."""
        table = self.path.parent / "history.csv"
        if not self.card or not table.exists():
            return []
        import pandas as pd  # only the evaluation needs it; starting is quicker without

        return pd.read_csv(table).to_dict("records")


def shipped() -> list[str]:
    """Names of the models that ship, the default first."""
    names = [p.parent.name for p in TRAINED.glob("*/card.json") if p.parent.name not in HELPERS]
    return sorted(names, key=lambda name: (name != DEFAULT, name))


def load(name_or_file: str = DEFAULT, wanted: Wanted | None = None) -> Recogniser:
    """A shipped model by its name, or a model file or SavedModel folder by its path. Raises ModelError.

    wanted: what is known of a file that somebody brings; None finds out.
    """
    if name_or_file in shipped():
        return _load_shipped(name_or_file)
    path = Path(name_or_file)
    if not path.exists():
        choice = " or ".join(shipped())
        raise ModelError(f"There is no model {name_or_file!r}; choose {choice}, or name a {ENDINGS}.")
    if path.suffix == ".tflite" and path.is_file() and _card_of(path, sha256_of(path)) is not None:
        return Recogniser(path.stem, path)
    wanted = wanted or Wanted()
    found = Recogniser(path.stem, *custom_models.open_custom(path, wanted))
    if wanted.calibrate:
        try:
            found.calibrate()
        except DataError as error:
            raise ModelError(f"{path} cannot be calibrated. {error}") from error
    return found


@functools.cache
def _load_shipped(name: str) -> Recogniser:
    return Recogniser(name, TRAINED / name / f"{name}.tflite")


@functools.cache
def touching_network() -> Engine:
    """The network for digits that touch; every model uses it."""
    return Engine(TRAINED / TOUCHING / f"{TOUCHING}.tflite", strip.SIGNATURE)


def _read_card(path: Path, sha256: str) -> dict | None:
    """The card of a model with this hash, None where it has none. Raises ModelError for a card that is damaged."""
    card = _card_of(path, sha256)
    try:
        if card is not None:
            numbers = card["temperature"], card["thresholds"]["sure"], card["thresholds"]["not_digit"]
            if not all(number > 0 for number in numbers):
                raise ValueError("a threshold or the temperature is 0")
        return card
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path, error) from error


def _card_of(path: Path, sha256: str) -> dict | None:
    """What stands beside a file, if it is a card that describes exactly this one. Raises ModelError where it cannot be read."""
    file = path.with_name("card.json")
    if not file.exists():
        return None
    try:
        card = json.loads(file.read_text("utf-8"))
        ours = isinstance(card, dict) and card.get("files", {}).get(path.name) == sha256
        return card if ours else None  # else somebody else's card, or of another file
    except (OSError, ValueError, AttributeError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> ModelError:
    return ModelError(
        f"{path.with_name('card.json')} is damaged ({type(error).__name__}), so nobody knows how sure the model is; fetch it again, or "
        "delete it to use the model without a calibration."
    )
