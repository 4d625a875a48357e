"""Reads the pieces of one line as digits, and cuts or joins those that are not plainly one digit each. Enter at `read_line`.

A piece that is wide, or no sure digit, may be several digits that touch. The network for touching digits says which digits are in
it and where, the piece is cut between them, and each part is read alone as well. A piece that is no sure digit may also be a
part of a broken one, so it is read together with its neighbours. A cut or a join counts only where it convinces.
"""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from model import normalization
from model.calibration import SURE, TINY, split_outputs
from model.inference import Engine
from model.reading import Digit, as_guess
from model.segmentation import strip, touching
from model.segmentation.segment import Piece

WIDE = 1.15  # a piece wider than this many of its heights may be two digits, however sure its reading
AMONG = 1 / 3  # share of sure digits in a line, from which what is cut out of its other pieces is taken for digits too
UNCUT = 0.25  # a piece left as it was drawn needs only the fourth root of the probability: a cut must convince
WINDOW = 10  # crops that take as long to read as one window of a strip
WITH_NONE = 11  # outputs of a digit network that knows "no digit"
TINY_PROBABILITY = 1e-6  # the smallest probability whose logarithm is a score


class ReadPiece(NamedTuple):
    """A piece of ink and the digit it was read as."""

    digit: Digit
    piece: Piece


class DigitReader(Protocol):
    """What reads single digits here: a recogniser."""

    engine: Engine

    @property
    def touching_network(self) -> Callable[[np.ndarray], np.ndarray]: ...

    def read_pieces(self, pieces: Sequence[Piece], one_look: bool = False) -> list[Digit]: ...

    def verdicts(self, digits: np.ndarray, not_digit: np.ndarray) -> list[str]: ...


def knows_none(reader: DigitReader) -> bool:
    """Whether its network knows "no digit"; what was learned beside one that does holds for no other."""
    return reader.engine.outputs >= WITH_NONE


def read_line(reader: DigitReader, pieces: list[Piece], crowded: bool, room: int) -> tuple[list[ReadPiece], int]:
    """The digits of one line from left to right, and how many crops' time the cuts and joins took, about ``room`` at most.

    crowded: the ink has so many pieces that there is no time for second looks, and that a line of mostly no digits is texture.
    """
    digits = reader.read_pieces(pieces, one_look=crowded)
    sure = sum(digit.verdict == SURE for digit in digits)
    whole = [ReadPiece(digit, piece) for digit, piece in zip(digits, pieces, strict=True)]
    if room <= 0 or crowded and sure < len(digits) / 2:
        return whole, 0
    among_digits = sure >= AMONG * len(digits)
    found, crops = [], 0  # for each piece, the digits in it
    for one in whole:
        parts = [one]
        suspect = one.digit.verdict != SURE or one.piece.box[2] > WIDE * one.piece.box[3]
        if suspect and crops < room and (len(pieces) > 1 or touching.crossed(one.piece) >= touching.STROKES):
            parts, cost = _read_touching(reader, one, among_digits)
            crops += cost
        found.append(parts)
    joined = touching.joins(pieces, [digit.verdict != SURE for digit in digits])
    if joined and crops + len(joined) <= room:
        crops += len(joined)
        found = touching.best_path(len(pieces), _choices(reader, whole, found, joined, among_digits))
    return [one for parts in found for one in parts], crops


def _read_touching(reader: DigitReader, whole: ReadPiece, among_digits: bool) -> tuple[list[ReadPiece], int]:
    """The digits in a piece, or the piece as it was read alone where no cut convinces; and how many crops' time that took."""
    digit, piece = whole
    image = normalization.to_strip(piece.ink)
    found, cost = strip.read(reader.touching_network, image), 1 + WINDOW * strip.windows(image)
    parts, alone = [piece], [digit]
    if len(found) > 1:
        parts = touching.divide(piece, [f.place for f in found])
        alone, cost = reader.read_pieces(parts, one_look=True), cost + len(parts)
    if len(parts) != len(found) or len(found) == 1 and digit.verdict == SURE:
        return [whole], cost
    digits = [_combined(reader, f.probabilities, one) for f, one in zip(found, alone, strict=True)]
    read = [ReadPiece(as_guess(one, among_digits), part) for one, part in zip(digits, parts, strict=True)]
    return read if _mean_score(read) > _uncut_score(whole) else [whole], cost


def second_opinion(reader: DigitReader, digit: Digit, ink: np.ndarray) -> Digit:
    """The digit as both networks see it, where the network for touching digits finds one digit in the ink, (h, w) uint8; else as it is."""
    if not knows_none(reader):
        return digit
    found = strip.read(reader.touching_network, normalization.to_strip(ink))
    return _combined(reader, found[0].probabilities, digit) if len(found) == 1 else digit


def _combined(reader: DigitReader, in_strip: np.ndarray, digit: Digit) -> Digit:
    """The digit with the geometric mean of two networks' probabilities: ``in_strip``, (11,) float32, and its own.

    A model without the eleventh output keeps its own.
    """
    if not knows_none(reader):
        return digit
    alone = np.append(digit.probabilities * (1 - digit.not_digit), digit.not_digit)
    means = np.exp((np.log(np.maximum(in_strip, TINY)) + np.log(np.maximum(alone, TINY))) / 2)
    probabilities, none = split_outputs(means[None])
    (verdict,) = reader.verdicts(probabilities, none)
    return dataclasses.replace(digit, probabilities=probabilities[0], not_digit=float(none[0]), verdict=verdict)


def _choices(
    reader: DigitReader,
    whole: list[ReadPiece],
    found: list[list[ReadPiece]],
    joined: dict[touching.Span, Piece],
    among_digits: bool,
) -> dict[touching.Span, Callable[[], tuple[float, list[ReadPiece]]]]:
    """Span of pieces → function that reads it: its score, and its digits. ``found``: the digits in each single piece."""

    def read_joined(span: touching.Span, piece: Piece) -> tuple[float, list[ReadPiece]]:
        (digit,) = reader.read_pieces([piece], one_look=True)
        return _score(digit) * (span[1] - span[0]), [ReadPiece(as_guess(digit, among_digits), piece)]

    def read_single(one: ReadPiece, parts: list[ReadPiece]) -> tuple[float, list[ReadPiece]]:
        return _mean_score(parts) * UNCUT if len(parts) > 1 else _uncut_score(one), parts

    choices = {span: functools.partial(read_joined, span, piece) for span, piece in joined.items()}
    for at, (one, parts) in enumerate(zip(whole, found, strict=True)):
        choices[at, at + 1] = functools.partial(read_single, one, parts)
    return choices


def _score(digit: Digit) -> float:
    return float(np.log(max(digit.probability, TINY_PROBABILITY)))


def _mean_score(read: list[ReadPiece]) -> float:
    return sum(_score(one.digit) for one in read) / len(read)


def _uncut_score(whole: ReadPiece) -> float:
    """The score of a piece left as it was drawn, unless it is too wide for one digit."""
    box = whole.piece.box
    return _score(whole.digit) * (UNCUT if box[2] <= touching.WIDEST * box[3] else 1)
