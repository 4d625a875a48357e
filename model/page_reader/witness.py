"""Reads a picture with two readers that share nothing but the digit network: the segmentation, and the page network as its witness.

Enter at `read`. The rule was chosen by `python -m benchmarks.pages` and `python -m benchmarks.recogniser`: single digits are the
segmentation's unless they stand in a ring, several are the page network's where it is sure, and where the two disagree nothing else is sure.
"""

import dataclasses
import functools

import cv2
import numpy as np

from model.calibration import EMPTY, NOT_A_DIGIT, SURE, UNSURE
from model.page_reader.network import Network
from model.page_reader.reader import CERTAIN, Page, PageReader
from model.reading import READERS, WRITING, Box, Reading, scale_box, scaled
from model.recogniser import PAGE_READER, PAGE_WRITING, TRAINED, Recogniser
from model.segmentation.ink import TINY_SIDE, paper_share

# A logistic regression on `evidence`, fitted by `python -m benchmarks.two_readers`.
WEIGHTS, BIAS = (3.4, -1.5, -5.5, -2.5), 5.4
MANY = 4  # digits; a single one was never split into so many that are sure
# Shares of a ring's height that are free above and below the digits in it: parts of a digit that the page network has split reach its
# top or its foot.
ROOM = 0.06
RING = "0"  # what a ring looks like
HALVED = 4000  # px of the longer side from which a picture is read at half its size: no legible digit needs more
NETWORK = TRAINED / PAGE_READER / f"{PAGE_READER}.tflite"


@functools.cache
def page_network() -> Network:
    """The page network that ships, loaded once."""
    return Network(NETWORK)


@functools.cache
def page_writing() -> Recogniser:
    """The network that says what an instance of writing on a page may be, loaded once."""
    return Recogniser(PAGE_WRITING, TRAINED / PAGE_WRITING / f"{PAGE_WRITING}.tflite")


def page_reader(model: Recogniser, network: Network | None = None) -> PageReader:
    """What reads pages for any model, with the page network that ships or another one."""
    return PageReader(network or page_network(), model, page_writing())


def read(model: Recogniser, picture: np.ndarray) -> Reading:
    """Read a picture that nobody drew on the pad, (H, W, 3) uint8 RGB.

    The segmentation's reading, but

    - the page network's, where that is sure of several digits;
    - never sure where the page network sees no ink or reads otherwise (instead of a single digit: where it is sure of another one or
      certain of two or more) or reads the same several digits with doubts, nor where both refuse writing on a digit's line;
    - where it is not sure and the page network reads several digits, the one that is likelier to be right (`preference`): of the same
      digits its boxes;
    - where it finds nothing, what the page network reads, never sure;
    - no digit, where it is not sure of any and the page network sees no ink at all: grain and shadows of bare paper.

    A single sure digit stays one where all that the page network reads lies in its box: there it has split it. Unless there
    is room above and below it: then a ring was drawn around it, and the page network's reading counts.
    Whichever counts, it says where the page network saw writing that is none of its digits.
    A picture of a few px has one reader: it is an image of a digit or two, as MNIST's are, not a page.
    """
    if max(picture.shape) >= HALVED and min(picture.shape[:2]) > 1:
        return doubled(read(model, halved(picture)))
    if max(picture.shape) <= TINY_SIDE:
        return model.read(picture)
    page = page_reader(model).read(picture)
    if known := settled(page):
        return known
    expected = page.reading.line if len(page.reading.kept) > 1 else ""
    return judge(model.read(picture, expected=expected), dataclasses.replace(page, plain=paper_share(picture)))


def settled(page: Page) -> Reading | None:
    """The page network's reading where it is sure of so many digits that nothing the segmentation may say counts, else None."""
    return page.reading if page.verdict == SURE and len(page.reading.kept) >= MANY else None


def halved(picture: np.ndarray) -> np.ndarray:
    """Half as wide and high, (H // 2, W // 2, 3) uint8: each px the mean of 2×2, rounded, halves up. H, W: at least 2."""
    height, width = (side // 2 for side in picture.shape[:2])
    return cv2.resize(picture[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)


def doubled(reading: Reading) -> Reading:
    """A reading of the picture at half its size, with the boxes in the picture."""
    digits = tuple(scale_box(digit, (2, 2)) for digit in reading.digits)
    return dataclasses.replace(
        reading, digits=digits, other_writing=tuple(scaled(box, (2, 2)) for box in reading.other_writing)
    )


def judge(reading: Reading, page: Page) -> Reading:
    """The reading that counts of the segmentation's and the page network's."""
    witness = page.reading
    several = len(witness.kept) > 1
    ringed = _ringed(reading, witness)
    if witness.verdict == SURE and (ringed or several and not _is_one(reading, witness)):
        return witness
    if ringed or reading.verdict == EMPTY and witness.kept:
        return dataclasses.replace(witness, verdict=UNSURE, why=witness.why or READERS)
    if witness.verdict == EMPTY:
        return _unseen(reading)
    found = _checked(reading, page)
    if found.verdict == SURE or not several or preference(reading, page) <= 0:
        return found
    return dataclasses.replace(witness, verdict=UNSURE, why=witness.why or found.why)


def evidence(reading: Reading, page: Page) -> np.ndarray:
    """What speaks for the page network's reading, (4,) float: how much more certain its least certain digit is, in [-1, 1]; that it left
    writing, 1; the share of the picture that is plain paper, in [0, 1]: of what was drawn on a screen the segmentation sees the ink
    exactly; and the same share where it reads fewer digits, for of those that touch there it joins some."""
    witness = page.reading
    fewer = len(witness.kept) < len(reading.kept)
    certainty = witness.certainty - reading.certainty
    return np.array([certainty, page.unread == WRITING, page.plain, page.plain * fewer], float)


def preference(reading: Reading, page: Page) -> float:
    """The log odds that the page network's reading is right, where one of the two is."""
    return BIAS + float(evidence(reading, page) @ WEIGHTS)


def _unseen(reading: Reading) -> Reading:
    """The segmentation's reading where the page network sees no ink: not sure, and where it was not sure of any digit, none."""
    if reading.verdict == SURE:
        return dataclasses.replace(reading, verdict=UNSURE, why=READERS)
    if reading.verdict != UNSURE or any(d.verdict == SURE for d in reading.digits):
        return reading
    refused = tuple(dataclasses.replace(d, verdict=NOT_A_DIGIT) for d in reading.digits)
    return dataclasses.replace(reading, text="", verdict=NOT_A_DIGIT, digits=refused)


def _checked(reading: Reading, page: Page) -> Reading:
    """The segmentation's reading, with the page network's doubts."""
    witness = page.reading
    other = tuple(box for box in page.other if not any(_holds(d.box, box) for d in reading.kept))
    reading = dataclasses.replace(reading, other_writing=other)
    if reading.verdict != SURE:
        return reading
    if page.unread == WRITING and _both_refuse(reading, page):
        return dataclasses.replace(reading, verdict=UNSURE, why=WRITING)
    single = len(reading.kept) == 1
    if single and witness.kept and witness.line != reading.line:
        another = witness.verdict == SURE and len(witness.kept) == 1
        if another or reading.text == RING:
            return dataclasses.replace(reading, verdict=UNSURE, why=READERS)
    # Where lines end is nobody's doubt.
    if witness.line == reading.line and (single or witness.certainty >= CERTAIN) or _is_one(reading, witness):
        return reading
    if single and sum(d.probability >= CERTAIN for d in witness.digits) < 2:
        return reading
    # What the segmentation read as digits is no other writing here.
    said = page.unread and (page.unread != WRITING or other)
    return dataclasses.replace(reading, verdict=UNSURE, why=page.unread if said else READERS)


def _both_refuse(reading: Reading, page: Page) -> bool:
    """Whether something that the segmentation takes for no digit is other writing for the page network."""
    refused = [d.box for d in reading.digits if d.verdict == NOT_A_DIGIT]
    return any(_holds(box, other) or _holds(other, box) for box in refused for other in page.other)


def _is_one(reading: Reading, page: Reading) -> bool:
    """Whether the segmentation is sure of a single digit whose box holds the middles of all digits of the page network."""
    if reading.verdict != SURE or len(reading.kept) != 1:
        return False
    return all(_holds(reading.kept[0].box, d.box) for d in page.kept)


def _ringed(reading: Reading, page: Reading) -> bool:
    """Whether all digits of the page network stand within one of the segmentation's, or what that refuses, with room above and below."""
    kept = page.kept
    if not kept:
        return False
    top, foot = min(d.box[1] for d in kept), max(d.box[1] + d.box[3] for d in kept)
    rings = [d.box for d in reading.digits if all(_holds(d.box, k.box) for k in kept)]
    return any(min(top - y, y + height - foot) > ROOM * height for _, y, _, height in rings)


def _holds(box: Box, other: Box) -> bool:
    """Whether the middle of the other box lies in the first."""
    x, y = other[0] + other[2] / 2, other[1] + other[3] / 2
    return box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]
