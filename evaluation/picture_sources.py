"""Where labelled pictures of one's own come from: a folder, a zip, or a CSV of paths. Enter at `open_source`."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.picture_archive import MOST_PACKED, SENTENCES, Archive
from evaluation.picture_folder import (
    LARGEST_TABLE,
    MOST_PICTURES,
    TABLE,
    FolderError,
    PictureFile,
    is_label,
    pictures,
)
from evaluation.picture_groups import by_file, file_of, read_rows
from model.pictures import content_of

MOST_NAMED = 3  # missing files that a sentence names


@dataclass(frozen=True)
class Source:
    """name: for people; files: in order; table: the content of its table, None without one; table_name: what that is called."""

    name: str
    files: Sequence[PictureFile]
    table: bytes | None = None
    table_name: str = TABLE


def open_source(place: Path) -> Source:
    """The labelled pictures of a folder DIR/<label>/…, of a zip of such a folder, or of a CSV with the columns file and label.

    Raises FolderError, in one sentence, for anything that is no test set.
    """
    if place.is_file() and (place.suffix.lower() == ".zip" or zipfile.is_zipfile(place)):
        return of_zip(place.name, _bytes(place, MOST_PACKED, SENTENCES["large"]))
    if place.suffix.lower() == ".csv" and place.is_file():
        return of_csv(place)
    table = place / TABLE
    return Source(f"folder {place.resolve().name}", pictures(place), _table(table) if table.is_file() else None)


def of_zip(name: str, packed: bytes) -> Source:
    """The pictures of a zip in memory."""
    archive = Archive(packed)
    return Source(name, archive.files, archive.table)


def of_csv(path: Path) -> Source:
    """The pictures that a CSV names, relative to its own folder; its other columns become slices."""
    content = _table(path)
    labels: dict[str, str] = {}
    rows = read_rows(content, path.name, ("file", "label"))
    for row in rows:
        file = file_of(row)
        if labels.setdefault(file, row["label"]) != row["label"]:
            raise FolderError(f"{path.name} gives {file} two labels, {labels[file]} and {row['label']}; leave one.")
    by_file(rows, path.name)  # before a run of minutes, not behind it
    wrong = next((file for file, label in labels.items() if not is_label(label)), None)
    if not labels or wrong is not None:
        said = f"it gives {wrong} the label {labels[wrong]!r}" if wrong is not None else "it has no lines"
        raise FolderError(f"{path.name} must give each picture a label from 0 to 9; {said}.")
    if len(labels) > MOST_PICTURES:
        raise FolderError(f"{path.name} has {len(labels):,} pictures; at most {MOST_PICTURES:,} are read at once.")
    missing = [file for file in labels if not (path.parent / file).is_file()]
    if missing:
        some = ", ".join(missing[:MOST_NAMED]) + (" …" if len(missing) > MOST_NAMED else "")
        raise FolderError(
            f"{path.name} names {len(missing):,} of {len(labels):,} files that are not there ({some}); paths start at {path.parent}."
        )
    files = [
        PictureFile(file, int(label), lambda file=file: content_of(path.parent / file))
        for file, label in labels.items()
    ]
    return Source(path.name, files, content, path.name)


def _table(path: Path) -> bytes:
    return _bytes(path, LARGEST_TABLE, f"{path} is larger than {LARGEST_TABLE // 2**20} MB.")


def _bytes(path: Path, most: int, larger: str) -> bytes:
    """A file's content. Raises FolderError where it cannot be read, and `larger` where it has more than `most` bytes."""
    try:
        if path.stat().st_size > most:  # before it is in memory
            raise FolderError(larger)
        return path.read_bytes()
    except OSError as error:
        raise FolderError(f"{path} cannot be read ({error.strerror}).") from error
