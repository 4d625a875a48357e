"""Picture → Reading: the whole path, and what may be claimed about its end."""

import copy
import dataclasses
import functools
import json
from pathlib import Path

import numpy as np

from model import custom_models, normalization, test_time_augmentation
from model.calibration import EMPTY, SURE, TINY, Calibration, split
from model.custom_models import Convention
from model.inference import STRIPS, Engine, ModelError
from model.reading import Digit, Reading, guess, reading, scale_box
from model.segmentation import ink, segment, strip, touching
from model.segmentation.segment import Piece

TRAINED = Path(__file__).parent / "trained"
DEFAULT, TOUCHING = "cnn", "touching"
GOOD_ENOUGH = 0.95  # quality at which no further candidate ink is tried
ALONE = 0.85  # each further digit in a tiny picture makes a reading this much less likely: broken strokes are commoner
WIDE = 1.15  # a piece wider than this many of its heights may be two digits, however sure its reading
CROWD = 60  # pieces in one ink from which a line of mostly no digits is texture, not writing that touches
WINDOW = 10  # crops that reading a window of a strip takes as long as
# Crops, each of at most 0.3 ms: of cuts, joins and windows of one ink; of all, after which no further ink is tried.
MOST_CUTS, ENOUGH = 600, 900
AMONG = 1 / 3  # of a line's pieces that are sure digits: what is cut out of the others is taken for digits too
UNCUT = 0.25  # a piece left as it was drawn needs only the fourth root of the probability: a cut must convince


class Recogniser:
    """One trained model with its card: reads pictures, ink and 28×28 images."""

    def __init__(self, name: str, path: Path, convention: Convention | None = None):
        self.name, self.path = name, path
        self.convention = convention or Convention()
        self.engine, self.strips = Engine(path), strips()
        self.weights_sha256 = self.engine.sha256
        self.card = _read_card(path.parent / "card.json", path.name, self.weights_sha256)
        self.calibrated = self.card is not None
        self.calibration, self.second_look = Calibration(), False
        if self.card:
            self.second_look = self.card.get("second_look", False)
            thresholds = self.card["thresholds"]
            self.calibration = Calibration(self.card["temperature"], thresholds["sure"], thresholds["not_digit"])

    @property
    def epochs(self) -> list[dict]:
        """The epoch table of the training, a dict a row, or [] where there is none."""
        table = self.path.parent / "history.csv"
        if not self.card or not table.exists():
            return []
        import pandas as pd  # only the evaluation needs it; starting is quicker without

        return pd.read_csv(table).to_dict("records")

    def at_one_look(self) -> "Recogniser":
        """The same, but for the second look."""
        other = copy.copy(self)
        other.second_look = False
        return other

    def probabilities(self, images: np.ndarray, once: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """(n, 28, 28) float32 in [0, 1] → calibrated digits (n, 10) float32, and not_digit (n,) float32.

        ``once``: without the second look (looks.py) that its card may ask for.
        """
        twice = self.second_look and not once
        return self.calibration.apply(
            test_time_augmentation.twice(self._network, images) if twice else self._network(images)
        )

    def _network(self, images: np.ndarray) -> np.ndarray:
        return self.convention.after(self.engine(self.convention.before(images)))

    def verdicts(self, digits: np.ndarray, not_digit: np.ndarray) -> list[str]:
        return self.calibration.verdicts(digits, not_digit)

    def read_image(self, image: np.ndarray) -> Reading:
        """A (28, 28) float32 image exactly as it is: no ink, no crop, no scaling."""
        digit = self._digits([(0, 0, normalization.SIDE, normalization.SIDE)], image[None])
        return reading([digit], np.round(image * 255).astype(np.uint8))

    def read(self, picture: np.ndarray, brief: bool = False) -> Reading:
        """(H, W, 3) uint8 RGB → Reading. Tries one ink after another until most of it reads as digits.

        ``brief``: no ink is cut or joined, most of the work where ink is no plain digit, as half a digit is not yet.
        """
        best, best_quality, tried = Reading("", EMPTY, (), np.zeros(picture.shape[:2], np.uint8)), -1.0, 0
        for candidate, prior in ink.candidates(picture):
            scale = picture.shape[1] / candidate.shape[1], picture.shape[0] / candidate.shape[0]
            read, quality, crops = self.read_ink(candidate, scale, brief)
            quality *= prior
            if max(picture.shape) <= ink.TINY_SIDE:
                quality *= ALONE ** (len(read.digits) - 1)
            if quality > best_quality:
                best, best_quality = read, quality
            tried += crops
            if quality >= GOOD_ENOUGH or tried > ENOUGH:
                break
        return best

    def read_ink(
        self, amount: np.ndarray, scale: tuple[float, float] = (1, 1), brief: bool = False
    ) -> tuple[Reading, float, int]:
        """(H, W) uint8 ink → Reading; its quality, the share of the ink that confident digits explain, 0–1; candidates looked at.
        ``scale`` takes ink pixels to picture pixels, for the boxes."""
        lines_of_pieces = segment.lines(amount)
        count, found, cuts = sum(map(len, lines_of_pieces)), [], 0
        for line in lines_of_pieces:
            read, more = self._line(line, crowded=count > CROWD, room=0 if brief else MOST_CUTS - cuts)
            found.append(read)
            cuts += more
        lines = [[d for d, _ in line] for line in found]
        weights = [(_area(p), d) for line in found for d, p in line]
        total = int((amount >= normalization.SOLID).sum())
        quality = sum(weight * d.probability for weight, d in weights) / total if total else 0.0
        return reading([[scale_box(d, scale) for d in line] for line in lines], amount), quality, count + cuts

    def _line(self, pieces: list[Piece], crowded: bool, room: int) -> tuple[list[tuple[Digit, Piece]], int]:
        """The digits of one line, and how many crops' time cuts and joins took, at most about ``room``: pieces as they are where
        that is plain; what may be several digits is read together, and what may be half of one with its neighbours."""
        plain = self._read_pieces(pieces, once=crowded)
        sure = sum(d.verdict == SURE for d in plain)
        whole = list(zip(plain, pieces, strict=True))
        if room <= 0 or crowded and sure < len(plain) / 2:
            return whole, 0
        among = sure >= AMONG * len(plain)
        units, crops = [], 0
        for digit, piece in whole:
            unit = [(digit, piece)]
            strange = digit.verdict != SURE or piece.box[2] > WIDE * piece.box[3]
            if strange and crops < room and (len(pieces) > 1 or touching.crossed(piece) >= touching.STROKES):
                unit, cost = self._together(digit, piece, among)
                crops += cost
            units.append(unit)
        others = touching.joins(pieces, [d.verdict != SURE for d in plain])
        if others and crops + len(others) <= room:
            crops += len(others)
            units = touching.best_path(len(pieces), self._ways(whole, units, others, among))
        return [one for unit in units for one in unit], crops

    def _together(self, digit: Digit, piece: Piece, among_digits: bool) -> tuple[list[tuple[Digit, Piece]], int]:
        """The digits in a piece that alone reads as ``digit``, by what the strip says of each and what its cut says alone; and as
        how many crops that took as long."""
        image = normalization.to_strip(piece.ink)
        found, cost = strip.read(self.strips, image), 1 + WINDOW * strip.windows(image)
        parts, alone = [piece], [digit]
        if len(found) > 1:
            parts = touching.divide(piece, [f.place for f in found])
            alone, cost = self._read_pieces(parts, once=True), cost + len(parts)
        if len(parts) != len(found) or len(found) == 1 and digit.verdict == SURE:
            return [(digit, piece)], cost
        both = [self._both(f.probabilities, one) for f, one in zip(found, alone, strict=True)]
        read = [(guess(one, among_digits), part) for one, part in zip(both, parts, strict=True)]
        return read if _mean_log(read) > _uncut(digit, piece) else [(digit, piece)], cost

    def _both(self, together: np.ndarray, digit: Digit) -> Digit:
        """The geometric mean of two networks' probabilities, (11,) those of the strip; a model that knows of no eleventh answer
        speaks for itself."""
        if self.engine.outputs < 11:
            return digit
        alone = np.append(digit.probabilities * (1 - digit.not_digit), digit.not_digit)
        means = np.exp((np.log(np.maximum(together, TINY)) + np.log(np.maximum(alone, TINY))) / 2)
        probabilities, none = split(means[None])
        (verdict,) = self.verdicts(probabilities, none)
        return dataclasses.replace(digit, probabilities=probabilities[0], not_digit=float(none[0]), verdict=verdict)

    def _ways(self, whole: list, units: list, others: dict, among_digits: bool) -> dict:
        """Span → function that reads it: its score and [(digit, piece), …]. others: joined from several."""

        def joined(span, piece):
            (digit,) = self._read_pieces([piece], once=True)
            return _log(digit.probability) * (span[1] - span[0]), [(guess(digit, among_digits), piece)]

        def drawn(unit, digit, piece):
            return _mean_log(unit) * UNCUT if len(unit) > 1 else _uncut(digit, piece), unit

        read = {span: functools.partial(joined, span, piece) for span, piece in others.items()}
        return read | {
            (at, at + 1): functools.partial(drawn, unit, *one)
            for at, (unit, one) in enumerate(zip(units, whole, strict=True))
        }

    def _read_pieces(self, pieces: list[Piece], once: bool = False) -> list[Digit]:
        images = np.stack([normalization.to_image(p.ink) for p in pieces])
        return self._digits([p.box for p in pieces], images, once)

    def _digits(self, boxes: list, images: np.ndarray, once: bool = False) -> list[Digit]:
        probabilities, none = self.probabilities(images, once)
        names = self.verdicts(probabilities, none)
        return [
            Digit(box, image, p, float(n), name)
            for box, image, p, n, name in zip(boxes, images, probabilities, none, names, strict=True)
        ]


def _log(probability: float) -> float:
    return float(np.log(max(probability, 1e-6)))


def _uncut(digit: Digit, piece: Piece) -> float:
    """Score of a piece left as it was drawn."""
    return _log(digit.probability) * (UNCUT if piece.box[2] <= touching.WIDEST * piece.box[3] else 1)


def _mean_log(read: list[tuple[Digit, Piece]]) -> float:
    return sum(_log(digit.probability) for digit, _ in read) / len(read)


def _area(piece: Piece) -> int:
    return int((piece.ink >= normalization.SOLID).sum())


def shipped() -> list[str]:
    """Names of the models that ship, the default first."""
    names = [p.parent.name for p in TRAINED.glob("*/card.json") if p.parent.name != TOUCHING]
    return sorted(names, key=lambda name: (name != DEFAULT, name))


def load(name_or_file: str = DEFAULT, input_scale: float | None = None) -> Recogniser:
    """A shipped model by name, or a `.keras` or `.tflite` file by path. Raises ModelError.

    ``input_scale`` (1 or 255) is what a file's network takes full ink for; None finds out.
    """
    if name_or_file in shipped():
        return _load_shipped(name_or_file)
    path = Path(name_or_file)
    if path.suffix not in (".keras", ".tflite") or not path.is_file():
        choice = " or ".join(shipped())
        raise ModelError(f"There is no model {name_or_file!r}; choose {choice}, or name a .keras or .tflite file.")
    served = custom_models.serving_file(path)
    ours = Recogniser(path.stem, served)
    return ours if ours.calibrated else Recogniser(path.stem, served, custom_models.decide(ours.engine, input_scale))


@functools.cache
def strips() -> Engine:
    """The network for digits that touch, which goes with every model."""
    return Engine(TRAINED / TOUCHING / f"{TOUCHING}.tflite", STRIPS)


@functools.cache
def _load_shipped(name: str) -> Recogniser:
    return Recogniser(name, TRAINED / name / f"{name}.tflite")


def _read_card(path: Path, file: str, sha256: str) -> dict | None:
    """The card beside a model, if it speaks of exactly this file."""
    try:
        card = json.loads(path.read_text())
        if card["files"][file] == sha256 and card["thresholds"]["sure"] and card["temperature"]:
            return card
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None
