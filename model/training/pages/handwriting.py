"""Reads the files of handwriting that training pages are written with: UJI, Omniglot and optdigits."""

import gzip
import re
import zipfile
from pathlib import Path

import numpy as np

OMNIGLOT_TRAINING = 15  # drawers 16–20 are held out


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


def read_omniglot(archive: Path) -> dict[str, list[list[np.ndarray]]]:
    """Omniglot's characters by name, each as its training drawers draw it: strokes (n, 2) float32 with y down."""
    found: dict[str, list[list[np.ndarray]]] = {}
    with zipfile.ZipFile(archive) as file:
        for name in file.namelist():
            match = re.fullmatch(r"strokes_background_small1/(\w+/character\d+)/\d+_(\d+)\.txt", name)
            if not match or int(match[2]) > OMNIGLOT_TRAINING:
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
                found.setdefault(match[1], []).append(drawn)
    return found


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
