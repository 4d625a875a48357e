"""Evaluates a model on your own pictures, below <label>/ in a folder or a zip (picture_archive.py), read as a drawing is, by the segmentation
alone. Enter at `run_pictures`, then `finish_pictures`.
"""

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath
from time import perf_counter

import numpy as np

from evaluation.report import Folder, Report, finish
from evaluation.runner import Progress
from model.datasets import Labelled
from model.normalization import SIDE
from model.picture_files import files_below
from model.pictures import PictureError, content_of, open_pages
from model.recogniser import Recogniser

TABLE, LARGEST_TABLE = "metadata.csv", 5 * 2**20  # bytes: 20,000 pictures with ten columns need less than two million
NO_LABEL = "It is not in a folder named 0 to 9."
MOST_PICTURES = 20_000  # one reading takes milliseconds; more than this is a mistaken folder


class FolderError(Exception):
    """A folder is no test set; the text says what it should look like."""


@dataclass(frozen=True)
class PictureFile:
    """One labelled file. `content` gives its bytes when its turn comes; it may raise PictureError."""

    name: str
    label: int
    content: Callable[[], bytes]


@dataclass(frozen=True)
class PicturesProgress(Progress):
    """How far a run over picture files has come: `done` of `total` are files, labels and probabilities are of the readable ones.

    names, images, fingerprints: one a readable file; an image is (28, 28) uint8, what the model saw, black where there was not one
    digit; a fingerprint is label and sha256 of the file; verdicts: how many files got each; unreadable: (name, reason).
    """

    names: Sequence[str]
    images: Sequence[np.ndarray]
    verdicts: Counter[str]
    unreadable: Sequence[tuple[str, str]]
    fingerprints: Sequence[str]


def pictures(folder: Path) -> list[PictureFile]:
    """Every file below the folder, hidden ones apart; those not in one folder 0 to 9 raise PictureError when they are read.

    Raises FolderError where no file is in such a folder, or there are too many.
    """
    if not folder.is_dir():
        what = "is a file, and no zip or CSV" if folder.exists() else "does not exist"
        raise FolderError(f"{folder} {what}; name the folder that holds the folders 0 to 9 with your pictures.")
    found = [_file(folder, path) for path in files_below(folder) if path != folder / TABLE]
    if all(label_of(file.name) is None for file in found):
        raise FolderError(
            f"{folder} has no pictures in folders named 0 to 9; put each picture into the folder of its digit, "
            f"for example {folder / '7' / 'mine.png'}."
        )
    if len(found) > MOST_PICTURES:
        raise FolderError(f"{folder} has {len(found):,} files; at most {MOST_PICTURES:,} are read at once.")
    return found


def is_label(text: str) -> bool:
    """Whether a folder's name, or a cell, is a digit 0 to 9. Others that Unicode has, such as ٣, are none."""
    return len(text) == 1 and text in "0123456789"


def label_of(name: str) -> int | None:
    """The digit that names one of the folders in which a file lies, however deep. None where none is a digit, or two are different."""
    labels = {part for part in PurePosixPath(name).parts[:-1] if is_label(part)}
    return int(labels.pop()) if len(labels) == 1 else None


def why_no_label(name: str) -> str:
    """The sentence for a file that `label_of` gives no digit."""
    labels = sorted({part for part in PurePosixPath(name).parts[:-1] if is_label(part)})
    if len(labels) < 2:
        return NO_LABEL
    return f"It is in folders named {' and '.join(labels)}; which is its digit?"


def _file(folder: Path, path: Path) -> PictureFile:
    name = path.relative_to(folder).as_posix()
    return PictureFile(name, label_of(name) or 0, lambda: _content(path, name))


def _content(path: Path, name: str) -> bytes:
    if label_of(name) is None:
        raise PictureError(why_no_label(name))
    return content_of(path)


def run_pictures(recogniser: Recogniser, files: Sequence[PictureFile]) -> Generator[PicturesProgress, None, None]:
    """Read the files one after another, yielding after each.

    A picture counts as its single crop's best digit; with none or several crops it counts as wrong (a row of zeros). Each page of a
    TIFF or PDF is a picture of its own. A file that is no readable picture is listed and counts nowhere, and so is what was left
    out of one that is. Closing the generator stops the work.
    """
    labels, probabilities = np.empty(len(files), np.int64), np.empty((len(files), 10), np.float32)
    names, images, verdicts, unreadable, fingerprints = [], [], Counter(), [], []
    seconds = 0.0
    for done, file in enumerate(files, 1):
        start = perf_counter()
        try:
            content = file.content()
            fingerprint = f"{file.label} {sha256(content).hexdigest()}"
            for page in open_pages(content):
                name = file.name if page.of == 1 else f"{file.name}, page {page.number}"
                reading = recogniser.read(page.picture)
                digit = reading.digits[0] if len(reading.digits) == 1 else None
                if len(names) == len(labels):  # more pages than files: what was yielded keeps its arrays
                    labels = np.concatenate([labels, np.empty_like(labels)])
                    probabilities = np.concatenate([probabilities, np.empty_like(probabilities)])
                labels[len(names)], probabilities[len(names)] = file.label, digit.probabilities if digit else 0
                names.append(name)
                image = (255 * digit.image).round() if digit else np.zeros((SIDE, SIDE))
                images.append(image.astype(np.uint8))
                verdicts[reading.verdict] += 1
                which = f" {page.number}" if page.number > 1 else ""
                fingerprints.append(f"{fingerprint}{which}\n")
                if page.note:
                    unreadable.append((name, page.note))
        except PictureError as error:
            unreadable.append((file.name, str(error)))
        seconds += perf_counter() - start
        n = len(names)
        found = labels[:n], probabilities[:n], names, images, verdicts, unreadable, fingerprints
        yield PicturesProgress(done, len(files), seconds, *found)


def finish_pictures(recogniser: Recogniser, end: PicturesProgress, name: str) -> tuple[Report, np.ndarray]:
    """The report of a run over picture files that has reached its end, and the (n, 28, 28) uint8 images that the model saw.

    name: of the data set. Raises FolderError when no file was readable.
    """
    if not end.names:
        (first, reason), count = end.unreadable[0], len(end.unreadable)
        which = "The file" if count == 1 else f"None of the {count:,} files"
        raise FolderError(
            f"{which} in {name} is {'no ' if count == 1 else 'a '}picture that can be read; {first}: {reason}"
        )
    labelled = Labelled(np.stack(end.images), end.labels)
    report = finish(recogniser, labelled, end, name)
    data = sha256("".join(end.fingerprints).encode("utf-8")).hexdigest()
    folder = Folder(tuple(end.names), dict(end.verdicts), tuple(end.unreadable))
    return replace(report, dataset=replace(report.dataset, sha256=data), folder=folder), labelled.images
