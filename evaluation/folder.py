"""Your own pictures as a test set: DIR/<label>/* through the full picture path."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from time import perf_counter

import numpy as np

from evaluation.report import Folder, Report, finish
from evaluation.run import Progress
from model.data import Labelled
from model.picture import PictureError, open_picture

MOST_PICTURES = 20_000  # one reading takes milliseconds; more than this is a mistaken folder


class FolderError(Exception):
    """A folder is no test set; the text says what it should look like."""


def pictures(folder: Path) -> list[tuple[Path, int]]:
    """(file, label) for every file in folder/0 … folder/9, hidden files apart. Raises FolderError when there is none."""
    found = [(path, label) for label in range(10) for path in sorted((folder / str(label)).glob("*"))
             if path.is_file() and not path.name.startswith(".")]
    if not found:
        raise FolderError(f"{folder} has no pictures in folders named 0 to 9; put each picture into the folder of its digit, "
                          f"for example {folder / '7' / 'mine.png'}.")
    if len(found) > MOST_PICTURES:
        raise FolderError(f"{folder} has {len(found):,} files; at most {MOST_PICTURES:,} are read at once.")
    return found


def evaluate_folder(recogniser, folder: Path, tell: Callable[[int, int], None]) -> tuple[Report, np.ndarray]:
    """The report on a folder of pictures and the (n, 28, 28) uint8 images that the model saw (black where not one digit).

    A picture counts as its single crop's best digit; with none or several crops it counts as wrong. A file that is no readable
    picture is listed in the report and is not one of the n. `tell(done, total)` is called after each file. Raises FolderError.
    """
    files = pictures(folder)
    names, labels, digits, images = [], [], [], []
    verdicts, unreadable, content = Counter(), [], sha256()
    start = perf_counter()
    for i, (path, label) in enumerate(files):
        name = path.relative_to(folder).as_posix()
        try:
            reading = recogniser.read(open_picture(path))
            content.update(f"{label} {sha256(path.read_bytes()).hexdigest()}\n".encode())
        except (PictureError, OSError) as error:
            unreadable.append((name, str(error)))
        else:
            one = reading.digits[0] if len(reading.digits) == 1 else None
            names.append(name)
            labels.append(label)
            digits.append(one.probabilities if one else np.zeros(10, np.float32))
            images.append((255 * one.image).round().astype(np.uint8) if one else np.zeros((28, 28), np.uint8))
            verdicts[reading.verdict] += 1
        tell(i + 1, len(files))
    if not names:
        raise FolderError(f"None of the {len(files):,} files in {folder} is a picture that can be read; {unreadable[0][0]}: "
                          f"{unreadable[0][1]}")
    labelled = Labelled(np.stack(images), np.array(labels, np.int64))
    progress = Progress(len(names), len(names), perf_counter() - start, labelled.labels, np.stack(digits))
    report = finish(recogniser, labelled, progress, name=f"folder {folder.resolve().name}")
    return replace(report, dataset=replace(report.dataset, sha256=content.hexdigest()),
                   folder=Folder(tuple(names), dict(verdicts), tuple(unreadable))), labelled.images
