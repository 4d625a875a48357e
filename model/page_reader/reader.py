"""Reads a page: finds its writing with the page network, reads each digit with the digit network. Enter at `PageReader.read`."""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from model import normalization
from model.calibration import EMPTY, NOT_A_DIGIT, SURE, TINY, UNSURE
from model.page_reader.instance_classifier import InstanceClassifier
from model.page_reader.instances import Found, Instance, find
from model.page_reader.network import Network
from model.reading import INK_LEFT, READERS, WRITING, Box, Digit, Reading, scaled, shared_height, summarise
from model.segmentation import line_reader

FIRST = (192, 384, 768)  # px of the longer side in the first passes: digits from 2 % of the picture up to all of it
# No larger first pass is made after one in which digits explain SEEN of the ink and are HIGH px high: of 385 pages (`python -m benchmarks.pages`)
# a third ends so, each with the reading that all passes would have led to.
SEEN, HIGH = 0.7, 32
ENLARGED = 1.6  # times; only the first of the first passes may enlarge a picture more
BEST = 44.0  # px of a digit's height in the second pass
READABLE = 12.0, 170.0  # px of a digit's height in a first pass that counts
# A page that is not sure is looked at again, so many times as large. Of these readings that counts whose least certain digit is the most certain,
# less LEFT where writing was left: of 385 pages 351 instead of 341 are right so, of 272 others 250 instead of 247.
AGAIN, LEFT = (0.85, 1.18), 0.4
MOST = 80  # instances of a first pass that are looked at closer
LARGEST = 2048  # px of the longer side in the second pass
COUNTED = 0.2  # digit share from which an instance counts in a first pass
ASKED = 0.02  # digit share from which the digit network is asked what an instance is: of those with less, one in 200 is a digit
# Probabilities by the instance classifier from which an instance is a digit, and from which it may be one after all, so that the page is not
# sure. Of 0.4, 0.5 and 0.6 the last read most of 684 pages.
IS_DIGIT, MAYBE = 0.6, 0.1
# Probability of a digit, that it is one included, from which it may be sure: a page has many, and each must be right. Of 1,549 pages
# (those of `benchmarks.pages` and more of its kinds) 749 are sure so, 9 of them wrong: the least such number, in hundredths, with which 98.5 %
# are right is 0.93 (768 and 11); without it 807 are sure and 18 wrong.
CERTAIN = 0.94
# Where of the SAMPLE instances that are the likeliest digits a smaller share than TEXTURE is one, no others are read: a picture
# full of texture has a thousand, which would take seconds.
SAMPLE, TEXTURE = 100, 0.25
SMALLEST, LARGER = 0.4, 2.5  # median heights; what is lower or higher than its page's digits is none
SAME = 0.8, 1.25  # times the scale of a first pass; a second one nearer than that would see nothing new
ON_LINE, BESIDE = (
    0.4,
    0.3,
)  # share of the shorter one's height that two on a line have in common: two digits, a digit and writing
NEAR = 3.0  # heights of a digit; writing that is farther from it on its line has nothing to do with it
UNREAD = 0.06  # squared median heights of ink that no instance has, from which a picture is not sure


@dataclass(frozen=True)
class Page:
    """What was read on a page. lines: digits in reading order, boxes in px of the picture; other: boxes of other writing;
    unread: WRITING or INK_LEFT where not all was read, READERS where it was read at another scale because of a doubt, so that the page is never sure, else ""; ink: of the second pass; plain: the
    share of the picture that has the paper's colour, where that is known."""

    lines: list[list[Digit]]
    other: tuple[Box, ...]
    unread: str
    ink: np.ndarray
    plain: float = 0.0

    @functools.cached_property
    def reading(self) -> Reading:
        """The reading that its digits make, not sure where something is unread; other writing alone is no digit."""
        found = dataclasses.replace(summarise(self.lines, self.ink), other_writing=self.other)
        if found.verdict == EMPTY and self.other:
            return dataclasses.replace(found, verdict=NOT_A_DIGIT)
        if found.verdict == SURE and self.unread:
            return dataclasses.replace(found, verdict=UNSURE, why=self.unread)
        return found

    @property
    def text(self) -> str:
        """The digits, a line break between lines."""
        return self.reading.text

    @property
    def verdict(self) -> str:
        """Of the whole page."""
        return self.reading.verdict


Classify = Callable[[Sequence[Instance], Sequence[Digit | None]], np.ndarray]  # as `InstanceClassifier`


class PageReader:
    """Reads pages with a page network, a digit network, another one that is asked what each instance may be, a digit or none, and
    what then says which are digits."""

    def __init__(
        self,
        network: Network,
        digits: line_reader.DigitReader,
        asked: line_reader.DigitReader,
        classify: Classify | None = None,
    ):
        self.network, self.digits, self.asked = network, digits, asked
        self.classify = classify or InstanceClassifier.shipped()

    def read(self, picture: np.ndarray) -> Page:
        """Read a picture, (H, W, 3) uint8 RGB."""
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        scale, found = self.look(grey)
        page = self._page(found, scale, grey.shape)
        return self._looked_again(page, grey, scale) if page.verdict == UNSURE else page

    def _looked_again(self, page: Page, grey: np.ndarray, scale: float) -> Page:
        """What counts of a page that is not sure and of the same one at other scales: never sure, for there was a doubt."""
        scales = [scale * times for times in AGAIN if scale * times * max(grey.shape) <= LARGEST]
        best = max([page, *(self._page(self._pass(grey, one), one, grey.shape) for one in scales)], key=_trust)
        return dataclasses.replace(best, unread=best.unread or READERS) if best is not page else page

    def look(self, grey: np.ndarray) -> tuple[float, Found]:
        """Find the writing at the scale that suits it → that scale, and what is found there.

        Of the first passes, the one counts in which digits explain most of the ink.
        """
        passes = []
        for side in FIRST:
            scale = side / max(grey.shape)
            if passes and scale > ENLARGED:  # there is no more to see
                break
            found = self._pass(grey, scale)
            explained, size = self._explained(found)
            passes.append((explained, scale, size, found))
            if explained >= SEEN and size >= HIGH:
                break
        explained, scale, size, found = max(passes, key=lambda p: p[0])
        second = min(scale * BEST / size, LARGEST / max(grey.shape))
        if explained <= 0 or SAME[0] < second / scale < SAME[1]:
            return scale, found
        return second, self._pass(grey, second)

    def _explained(self, found: Found) -> tuple[float, float]:
        """The share of the ink that digits explain, in [0, 1], and their median height in px."""
        fits = [i for i in found.instances if i.digit >= COUNTED and READABLE[0] <= i.size <= READABLE[1]][:MOST]
        if not fits:
            return 0.0, BEST
        read = _read(self.asked, fits, range(len(fits)), one_look=True)
        explained = sum(
            d.probability * fits[at].heat * fits[at].digit * normalization.area(fits[at].ink) for at, d in read.items()
        )
        return explained / max(normalization.area(found.ink), 1), float(np.median([i.size for i in fits]))

    def _pass(self, grey: np.ndarray, scale: float) -> Found:
        small = normalization.scaled(grey, scale)
        return find(self.network(small), small.shape)

    def _page(self, found: Found, scale: float, shape: tuple[int, int]) -> Page:
        instances = found.instances
        answers, all_read = self.answers(instances)
        probabilities = self.classify(instances, answers)
        taken = [at for at, answer in enumerate(answers) if answer and probabilities[at] >= IS_DIGIT]
        digits = {
            at: self._judged(digit, answers[at], instances[at].ink, float(probabilities[at]))
            for at, digit in _read(self.digits, instances, taken).items()
        }
        typical = float(np.median([instances[at].box[3] for at in digits] or [BEST]))
        kept, other = [], []
        for at, i in enumerate(instances):
            box = _in_picture(i.box, scale, shape)
            if at in digits and SMALLEST * typical <= i.box[3] <= LARGER * typical:
                kept.append((i, dataclasses.replace(digits[at], box=box)))
            else:
                other.append((i, box))
        lines = _rows(kept)
        beside = any(_beside(i, row) for i, _ in other for row in lines)
        maybe = any(MAYBE <= p < IS_DIGIT for p in probabilities)
        left = found.left.sum() > UNREAD * typical**2
        unread = WRITING if beside or maybe or not all_read else INK_LEFT if left else ""
        return Page([[d for _, d in row] for row in lines], tuple(box for _, box in other), unread, found.ink)

    def _judged(self, looked: Digit, answer: Digit | None, ink: np.ndarray, probability: float) -> Digit:
        """A digit as both networks see it, read a third way where the chosen one is not sure, with the probability that it is one at all."""
        both = _mean(looked, answer) if answer and line_reader.knows_none(self.digits) else looked
        digit = both if looked.verdict == SURE else line_reader.second_opinion(self.digits, both, ink)
        judged = dataclasses.replace(digit, not_digit=1 - probability)
        sure = digit.verdict == SURE and both.digit == looked.digit and judged.probability >= CERTAIN
        return dataclasses.replace(judged, verdict=SURE if sure else UNSURE)

    def answers(self, instances: list[Instance]) -> tuple[list[Digit | None], bool]:
        """What is said of each instance at one look, None where it was not asked, and whether all that may be digits
        were read: the likeliest are read first."""
        likely = [at for at, i in enumerate(instances) if i.digit >= ASKED]
        likely.sort(key=lambda at: -instances[at].heat * instances[at].digit)
        first, rest = likely[:SAMPLE], likely[SAMPLE:]
        answers = _read(self.asked, instances, first, one_look=True)
        texture = sum(digit.verdict != NOT_A_DIGIT for digit in answers.values()) < TEXTURE * SAMPLE
        all_read = not (rest and texture)
        if all_read:
            answers |= _read(self.asked, instances, rest, one_look=True)
        return [answers.get(at) for at in range(len(instances))], all_read


def _read(
    digits: line_reader.DigitReader, instances: Sequence[Instance], numbers: Sequence[int], one_look: bool = False
) -> dict[int, Digit]:
    """What a digit network reads in the instances of these numbers, by number."""
    if not numbers:
        return {}
    return dict(zip(numbers, digits.read_pieces([instances[at] for at in numbers], one_look), strict=True))


def _mean(digit: Digit, answer: Digit) -> Digit:
    """The digit with the geometric mean of its probabilities and those of ``answer``: of 1,069 pages 980 instead of 978 are right so."""
    own, other = (np.maximum(one.probabilities, TINY).astype(float) for one in (digit, answer))
    mean = np.sqrt(own * other)
    return dataclasses.replace(digit, probabilities=(mean / mean.sum()).astype(np.float32))


def _trust(page: Page) -> float:
    """How far a page's reading can be trusted, at most 1."""
    return page.reading.certainty - LEFT * (page.unread == WRITING)


Read = tuple[Instance, Digit]


def _in_picture(box: Box, scale: float, shape: tuple[int, int]) -> Box:
    """A box of the scaled picture → one inside the picture of ``shape`` (h, w), at least 1 px wide and high."""
    left, top, width, height = scaled(box, (1 / scale, 1 / scale))
    left, top = min(left, shape[1] - 1), min(top, shape[0] - 1)
    return left, top, min(width, shape[1] - left), min(height, shape[0] - top)


def _rows(read: list[Read]) -> list[list[Read]]:
    """Lines from top to bottom: a digit joins the line whose last digit is beside it, so that a line may slope."""
    rows: list[list[Read]] = []
    for one in sorted(read, key=lambda r: r[0].middle):
        beside = [shared_height(one[0].box, row[-1][0].box) for row in rows]
        if beside and max(beside) > ON_LINE:
            rows[int(np.argmax(beside))].append(one)
        else:
            rows.append([one])
    return sorted(rows, key=lambda row: np.mean([i.box[1] + i.box[3] / 2 for i, _ in row]))


def _beside(one: Instance, row: list[Read]) -> bool:
    """Whether writing stands on a line of digits, at most NEAR from one of them."""
    for i, _ in row:
        gap = max(one.box[0], i.box[0]) - min(one.box[0] + one.box[2], i.box[0] + i.box[2])
        if gap < NEAR * i.box[3] and shared_height(one.box, i.box) > BESIDE:
            return True
    return False
