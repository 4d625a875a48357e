"""The slices that people give their own pictures: folders below the label (3/ann/a.png) and a table, metadata.csv. Enter at `groupings`."""

import csv
import io
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np

from evaluation.picture_folder import LARGEST_TABLE, TABLE, FolderError, is_label
from evaluation.shapes import Measure
from evaluation.slices import MANY, Grouping, cut, named

MOST_COLUMNS = 20  # further ones are left out: a report that shows them all shows nothing
LOWEST, HIGHEST, DECIMALS = "lowest", "highest", 2  # of a column of numbers: what its two ends are called
HOW = "Its first line names the columns, of which one is file: the path of a picture as in 3/ann/a.png."
# What is said of a table that cannot be used: here and in the page without a server.
SENTENCES = {
    "none": f"{{called}} names none of the pictures; it says “{{file}}”. {HOW}",
    "two": "{called} has two lines for {file} that say different things; leave one.",
    "large": f"{{called}} is larger than {LARGEST_TABLE // 2**20} MB.",
    "text": "{called} is not UTF-8 text; save it as “CSV UTF-8”.",
    "csv": "{called} is no CSV that can be read ({error}).",
    "column": f"{{called}} has no column named {{missing}}. {HOW}",
    "twice": "{called} has two columns of the same name; each needs its own.",
}


def groupings(names: Sequence[str], table: bytes | None = None, called: str = TABLE) -> tuple[Grouping, ...]:
    """The groupings of pictures by their folders and by a table. names: of the pictures that were read, with their folders.

    table: the content of a CSV; called: its name. A column with more than MANY different numbers is cut as a measure is; one
    whose every value differs, and is no number, says nothing. Raises FolderError for a table that cannot be used.
    """
    folders = [below_label(name) for name in names]
    found = [named("folder", folders)] if any(folders) else []
    columns = read_table(table, names, called) if table is not None else {}
    return *found, *(_grouping(column, values) for column, values in columns.items() if _tells(values))


def from_label(name: str) -> str:
    """A picture's path from the folder that is its label on: "mine/3/ann/a.png" → "3/ann/a.png"; all of it without one."""
    parts = PurePosixPath(name).parts
    labels = [i for i, part in enumerate(parts[:-1]) if is_label(part)]
    return "/".join(parts[labels[-1] :]) if labels else name


def below_label(name: str) -> str:
    """The folders between the label's and the file: "3/ann/left/a.png" → "ann/left"; empty without any."""
    path = PurePosixPath(from_label(name))
    return "/".join(path.parts[1:-1]) if is_label(path.parts[0]) else ""


def read_table(content: bytes, names: Sequence[str], called: str = TABLE) -> dict[str, list[str]]:
    """Column → a value for each of `names`, empty where the table does not name it. Raises FolderError in one sentence."""
    rows = read_rows(content, called, ("file",))
    columns = [name for name in rows[0] if name not in ("file", "label")][:MOST_COLUMNS] if rows else []
    places = {from_label(name): i for i, name in enumerate(names)} | {name: i for i, name in enumerate(names)}
    values = {column: [""] * len(names) for column in columns}
    seen = by_file(rows, called)
    for file, row in seen.items():
        if file in places:
            for column in columns:
                values[column][places[file]] = row[column]
    unknown = [file for file in seen if file not in places]
    if len(unknown) == len(seen) > 0:
        raise FolderError(SENTENCES["none"].format(called=called, file=unknown[0]))
    return values


def by_file(rows: Sequence[dict[str, str]], called: str) -> dict[str, dict[str, str]]:
    """Picture's path → its line. called: the table's name. Raises FolderError where two lines of a picture differ."""
    seen: dict[str, dict[str, str]] = {}
    for row in rows:
        file = file_of(row)
        if {**seen.setdefault(file, row), "file": ""} != {**row, "file": ""}:
            raise FolderError(SENTENCES["two"].format(called=called, file=file))
    return seen


def file_of(row: dict[str, str]) -> str:
    """The path that a line names, as the pictures' names are written: 3/a.png for ./3/a.png and 3\\a.png."""
    return row["file"].replace("\\", "/").removeprefix("./")


def read_rows(content: bytes, called: str, needed: Sequence[str]) -> list[dict[str, str]]:
    """The lines of a CSV, UTF-8, comma or semicolon. needed: columns that must be there. Raises FolderError in one sentence."""
    if len(content) > LARGEST_TABLE:
        raise FolderError(SENTENCES["large"].format(called=called))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FolderError(SENTENCES["text"].format(called=called)) from error
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    try:
        # cells behind the last column have no key
        rows = [{key.strip(): value for key, value in row.items() if key is not None} for row in reader]
    except csv.Error as error:
        raise FolderError(SENTENCES["csv"].format(called=called, error=error)) from error
    columns = [column.strip() for column in reader.fieldnames or ()]
    missing = [column for column in needed if column not in columns]
    if missing:
        raise FolderError(SENTENCES["column"].format(called=called, missing=" or ".join(missing)))
    if len(set(columns)) < len(columns):
        raise FolderError(SENTENCES["twice"].format(called=called))
    return [{column: (row.get(column) or "").strip() for column in columns} for row in rows]


def _tells(values: Sequence[str]) -> bool:
    given = [value for value in values if value]
    return bool(given) and (len(set(given)) < len(given) or _numbers(given) is not None)


def _grouping(column: str, values: Sequence[str]) -> Grouping:
    numbers = _numbers([value for value in values if value])
    if numbers is None or len(set(numbers)) <= MANY and len(set(numbers)) < len(numbers):
        return named(column, values)
    filled = np.array([float(value.replace(",", ".")) if value else np.nan for value in values])
    return cut(Measure(column, LOWEST, HIGHEST, "", DECIMALS, lambda images: filled), filled)


def _numbers(values: Sequence[str]) -> list[float] | None:
    """The values as finite numbers; None where one is none."""
    try:
        numbers = [float(value.replace(",", ".")) for value in values]
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() else None
