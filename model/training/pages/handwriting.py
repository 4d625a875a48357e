"""Reads the handwriting that training pages are written with beside MNIST and the pen strokes: UJI, Omniglot and optdigits.

It lies in uji/, omniglot/ and optdigits/ of the folder that ``$HANDWRITING`` names. What is missing there gives nothing.
"""

import gzip
import os
import re
import zipfile
from pathlib import Path

import numpy as np

OMNIGLOT_TRAINING = 15  # drawers 16–20 are held out
UJI = [f"uji/UJIpenchars-{writer}" for writer in ("w01", "w02", "w03", "w04")]  # w05 is held out
OMNIGLOT, OPTDIGITS = "omniglot/strokes_background_small1.zip", "optdigits/optdigits-orig.tra.gz"
LIKE_DIGITS = "OoQDIlizZSsBbqgJTL"  # letters that, alone, may be taken for a digit
# Characters of Omniglot of which a quarter of the drawings or more were read as digits.
OMNIGLOT_LIKE_DIGITS = {
    "Balinese": (5, 14),
    "Early_Aramaic": (1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 16, 17, 19, 20),
    "Greek": (4, 6, 8, 9, 11, 15, 18, 21),
    "Korean": (5, 7, 9, 10, 12, 21, 22, 24, 33, 37, 40),
    "Latin": (2, 7, 12, 15, 17, 19, 26),
}


def uji() -> list[list[tuple[str, list[np.ndarray]]]]:
    """The characters of each of UJI's writers from whom is learned, with their strokes, (n, 2) float32 with y down."""
    return [read_unipen(path) for path in _here(UJI)]


def omniglot() -> list[list[np.ndarray]]:
    """Letters of other alphabets that nobody takes for digits, as Omniglot's training drawers draw them: strokes (n, 2) float32, y down."""
    return [drawing for path in _here([OMNIGLOT]) for drawing in read_omniglot(path)]


def optdigits() -> list[tuple[int, np.ndarray]]:
    """The digits of optdigits' training file: label, and image (32, 32) uint8 0 or 255."""
    return [digit for path in _here([OPTDIGITS]) for digit in read_optdigits(path)]


def _here(names: list[str]) -> list[Path]:
    named = os.environ.get("HANDWRITING")
    return [path for path in (Path(named) / name for name in names) if path.is_file()] if named else []


def read_unipen(path: Path) -> list[tuple[str, list[np.ndarray]]]:
    """The characters of a UJI file, each with its strokes, (n, 2) float32 with y down."""
    found: list[tuple[str, list[np.ndarray]]] = []
    strokes: list[list[tuple[float, float]]] = []
    for line in path.read_text("latin-1").splitlines():
        words = line.split()
        if line.startswith(".SEGMENT CHARACTER"):
            strokes = []
            found.append((words[-1].strip('"'), strokes))  # type: ignore[arg-type]
        elif line.startswith(".PEN_DOWN"):
            strokes.append([])
        elif words and re.fullmatch(r"-?\d+(\.\d+)?", words[0]) and strokes:
            strokes[-1].append((float(words[0]), float(words[1])))
    return [(name, [np.array(s, np.float32) for s in drawn if s]) for name, drawn in found if any(drawn)]


def read_omniglot(archive: Path) -> list[list[np.ndarray]]:
    """The letters of an archive of Omniglot, as `omniglot` gives them."""
    found: dict[str, list[list[np.ndarray]]] = {}
    with zipfile.ZipFile(archive) as file:
        for name in file.namelist():
            match = re.fullmatch(r"strokes_background_small1/(\w+)/character(\d+)/\d+_(\d+)\.txt", name)
            if not match or int(match[3]) > OMNIGLOT_TRAINING:
                continue
            if int(match[2]) in OMNIGLOT_LIKE_DIGITS.get(match[1], ()):
                continue
            strokes: list[list[tuple[float, float]]] = [[]]
            for line in file.read(name).decode("ascii").splitlines():
                if line == "BREAK":
                    strokes.append([])
                elif line != "START":
                    x, y, _ = line.split(",")
                    strokes[-1].append((float(x), -float(y)))
            drawn = [np.array(s, np.float32) for s in strokes if s]
            if drawn:
                found.setdefault(f"{match[1]}/{match[2]}", []).append(drawn)
    return [drawing for drawings in found.values() for drawing in drawings]


def read_optdigits(path: Path) -> list[tuple[int, np.ndarray]]:
    """The digits of an optdigits file: label, and image (32, 32) uint8 0 or 255."""
    lines = gzip.decompress(path.read_bytes()).decode("ascii").split("\n")
    rows = [line.strip() for line in lines if line.strip()]
    start = next(i for i, row in enumerate(rows) if len(row) == 32 and set(row) <= {"0", "1"})
    found = []
    for at in range(start, len(rows) - 32, 33):
        image = np.array([[int(c) * 255 for c in row] for row in rows[at : at + 32]], np.uint8)
        found.append((int(rows[at + 32]), image))
    return found
