"""Looks at labelled pictures for an audit: `run` reads files one after another, `finish` lets a model judge them all at once."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from evaluation.audit.suspects import Found, Looked, cut_by_border, find
from evaluation.metrics import predictions
from evaluation.picture_folder import FolderError, PictureFile
from model.datasets import Labelled, unit
from model.normalization import SIDE
from model.pictures import PictureError, open_pages
from model.recogniser import Recogniser


@dataclass(frozen=True)
class Seen:
    """One readable picture. image: (28, 28) uint8, what the network sees, black where there was not one digit; digits: how many."""

    name: str
    label: int
    image: np.ndarray
    digits: int
    cut: bool
    key: str


@dataclass(frozen=True)
class Looking:
    """How far an audit has come: `done` of `total` files; seen: the readable ones; unreadable: (name, reason) of the others."""

    done: int
    total: int
    seen: Sequence[Seen]
    unreadable: Sequence[tuple[str, str]]


@dataclass(frozen=True, eq=False)  # compared and cached by identity: it holds arrays
class Audit:
    """What an audit found. seen: every readable picture; answers: (n,) int64 of the model, −1 for no single digit; found: the
    suspects, by index into `seen`."""

    seen: tuple[Seen, ...]
    answers: np.ndarray
    found: Found
    unreadable: tuple[tuple[str, str], ...]

    def accuracy(self, labels: np.ndarray, kept: np.ndarray) -> tuple[int, int]:
        """(right, n) under other labels, (n,) int, of those kept, (n,) bool: what settling the suspects does to the figure."""
        return int((self.answers == labels)[kept].sum()), int(kept.sum())

    @property
    def labels(self) -> np.ndarray:
        """(n,) int64: the labels as they came."""
        return np.array([one.label for one in self.seen], np.int64)


def run(recogniser: Recogniser, files: Sequence[PictureFile]) -> Generator[Looking, None, None]:
    """Read the files, yielding after each. A file that is no readable picture is listed, and so is what was left out of one that is.
    Closing the generator stops the work.

    A picture of 28×28 is taken for what it is, an image as in MNIST; any other goes through the picture path.
    """
    seen: list[Seen] = []
    unreadable: list[tuple[str, str]] = []
    for done, file in enumerate(files, 1):
        try:
            for page in open_pages(file.content()):
                name = file.name if page.of == 1 else f"{file.name}, page {page.number}"
                seen.append(_look(recogniser, name, file.label, page.picture))
                if page.note:
                    unreadable.append((name, page.note))
        except PictureError as error:
            unreadable.append((file.name, str(error)))
        yield Looking(done, len(files), seen, unreadable)


def _look(recogniser: Recogniser, name: str, label: int, picture: np.ndarray) -> Seen:
    key = sha256(np.ascontiguousarray(picture).tobytes() + repr(picture.shape).encode("ascii")).hexdigest()
    if picture.shape[:2] == (SIDE, SIDE):
        image = as_image(picture)
        return Seen(name, label, image, int(image.any()), bool(cut_by_border(image[None])[0]), key)
    reading = recogniser.read(picture)
    if len(reading.digits) != 1:
        return Seen(name, label, np.zeros((SIDE, SIDE), np.uint8), len(reading.digits), False, key)
    (digit,) = reading.digits
    x, y, width, height = digit.box
    cut = x <= 0 or y <= 0 or x + width >= picture.shape[1] or y + height >= picture.shape[0]
    return Seen(name, label, (255 * digit.image).round().astype(np.uint8), 1, cut, key)


def as_image(picture: np.ndarray) -> np.ndarray:
    """(28, 28, 3) uint8 → (28, 28) uint8, ink light on dark: turned round where the border is light."""
    grey = picture.mean(axis=2).round().astype(np.uint8)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return 255 - grey if np.median(border) > 127 else grey


def of_images(labelled: Labelled) -> list[Seen]:
    """The images of a data set as if they had been files, named by their index."""
    cut = cut_by_border(labelled.images)
    return [
        Seen(str(i), int(label), image, int(image.any()), bool(at_border), sha256(image.tobytes()).hexdigest())
        for i, (image, label, at_border) in enumerate(zip(labelled.images, labelled.labels, cut, strict=True))
    ]


def finish(
    recogniser: Recogniser,
    seen: Sequence[Seen],
    second: Recogniser | None = None,
    unreadable: Sequence[tuple[str, str]] = (),
) -> Audit:
    """Judge what was seen. second: another model. Raises FolderError where no picture was readable.

    The model that reads more of the pictures as they are labelled judges them all, for most labels are right: the worse one takes its
    own mistakes for wrong labels. Neither may have learned from these pictures: it would agree with wrong labels too.
    """
    if not seen:
        name, reason = unreadable[0] if unreadable else ("the test set", "it is empty")
        raise FolderError(f"There is no picture to audit; {name}: {reason}")
    images = np.stack([one.image for one in seen])
    labels = np.array([one.label for one in seen], np.int64)
    digits = np.array([one.digits for one in seen], np.int64)
    first, *others = [(model, *_read(model, images, digits == 1)) for model in (recogniser, second) if model]
    judge, probabilities, none = max((first, *others), key=lambda read: (predictions(read[1]) == labels).sum())
    cut = np.array([one.cut for one in seen])
    looked = Looked(images, labels, probabilities, none, digits, cut, [one.key for one in seen])
    found = find(
        looked, judge.calibration.sure, judge.calibration.not_digit, lambda some: judge.probabilities(unit(some))
    )
    return Audit(tuple(seen), predictions(first[1]), found, tuple(unreadable))


def _read(recogniser: Recogniser, images: np.ndarray, single: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, 10) and (n,) float32 of (n, 28, 28) uint8, as Recogniser.probabilities gives them; zeros where there is not a single digit."""
    probabilities, none = np.zeros((len(images), 10), np.float32), np.zeros(len(images), np.float32)
    if single.any():
        probabilities[single], none[single] = recogniser.probabilities(unit(images[single]))
    return probabilities, none
