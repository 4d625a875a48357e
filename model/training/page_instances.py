"""Instances of writing that the page network finds on generated pages, with what each of them is. Enter at `read_pages`.

What learns from them: the perceptron that says which are digits (fit_instances.py), and the network that
says what each may be (page_writing.py).
"""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from model.page_reader import witness
from model.page_reader.instances import Instance
from model.page_reader.reader import PageReader
from model.reading import Digit
from model.recogniser import Recogniser
from model.training.pages import glyphs, papers
from model.training.pages.crops import Crop, Pages
from model.training.pages.sources import FONTS, Sources

SIDE = papers.TEXTURE  # px of a page: eight digits of the second pass beside one another
# An instance is what was written within NEAR heights of its middle and LOWER to HIGHER times as high.
NEAR, LOWER, HIGHER = 0.35, 0.5, 1.7
MOST = 250  # instances of a page that is learned from; more are texture
# Processes; as many on every machine, for each has its own seed, so that a seed always gives the same pages. Theirs follow one another, those
# of two trainings are PARTS_APART.
PARTS, PARTS_APART = 2, 1000
HERSHEY = cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX
OTHER, CUT = -1, -2  # instances that are no digit, and digits that the picture's border cuts


@dataclass(frozen=True)
class Read:
    """The instances of a page, what the digit network says of each at one look (None where it was not asked), and what each is, (n,)
    int: the digit, OTHER or CUT."""

    instances: list[Instance]
    answers: list[Digit | None]
    known: np.ndarray


def read_pages(count: int, seed: int, digits: Callable[[], Recogniser]) -> list[Read]:
    """The instances of ``count`` pages, fewer where a page has none or is all texture. digits: loads the digit
    network, in each process."""
    jobs = [(count // PARTS, PARTS_APART * seed + part, digits) for part in range(PARTS)]
    with multiprocessing.get_context("spawn").Pool(PARTS) as pool:
        return [page for read in pool.starmap(_read_part, jobs) for page in read]


def _read_part(count: int, seed: int, digits: Callable[[], Recogniser]) -> list[Read]:
    pages = Pages(seed, sources())
    asked = digits()
    reader = PageReader(witness.page_network(), asked, asked)
    found = []
    for at in range(count):
        crop = pages.crop(SIDE)
        scale, on_page = reader.look(crop.picture)
        if 0 < len(on_page.instances) <= MOST:
            answers, _ = reader.answers(on_page.instances)
            found.append(Read(on_page.instances, answers, what_each_is(on_page.instances, crop, scale)))
        if at % 250 == 249:
            print(f"{at + 1:,} of {count:,} pages read by one of the processes", flush=True)
    return found


def sources() -> Sources:
    """What is written on the pages: every other printed font is one of OpenCV's, which the page network knows from drawn letters alone."""
    found = Sources()
    for font, hershey in zip(FONTS[::2], HERSHEY, strict=True):
        for (name, character), known in list(found.print.items()):
            if name == font:
                found.print[name, character] = _hershey(character, hershey) or known
    return found


def _hershey(character: str, font: int) -> glyphs.Printed | None:
    """A printed character in one of OpenCV's fonts; None for what the font does not have."""
    if not character.isascii():
        return None
    ink, foot, thickness = np.zeros((256, 256), np.uint8), 170, 5
    cv2.putText(ink, character, (80, foot), font, 3.0, 255, thickness, cv2.LINE_AA)
    return glyphs.in_digit_heights(ink, foot, cv2.getTextSize("0", font, 3.0, thickness)[0][1])


def what_each_is(instances: list[Instance], crop: Crop, scale: float) -> np.ndarray:
    """What each instance that was found at ``scale`` is, (n,) int: a digit, CUT, or OTHER, also where nothing was written."""
    known = np.full(len(instances), OTHER)
    written = np.array(crop.instances, float).reshape(-1, 4)
    for at, instance in enumerate(instances):
        left, top, width, height = np.array(instance.box) / scale
        if len(written):
            away = np.hypot(written[:, 0] - left - width / 2, written[:, 1] - top - height / 2)
            nearest = int(away.argmin())
            own = written[nearest, 2]
            if away[nearest] < NEAR * max(own, height) and LOWER < height / own < HIGHER and written[nearest, 3]:
                known[at] = int(crop.texts[nearest]) if written[nearest, 3] > 0 else CUT
    return known
