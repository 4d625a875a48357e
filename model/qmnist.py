"""Who wrote each MNIST image, from QMNIST's labels (`load_writers`).

Source: Yadav & Bottou 2019, "Cold Case: The Lost MNIST Digits" (facebookresearch/qmnist, BSD). The labels name NIST's series of
forms (0–3: employees of the Census Bureau, 4: high-school students) and the writer.
"""

import functools
import gzip
import hashlib
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.datasets import DataError

SOURCE = 'QMNIST (Yadav & Bottou 2019, "Cold Case: The Lost MNIST Digits"; BSD)'
TEST_IMAGES = 10_000  # the first of QMNIST's 60,000 test labels are MNIST's test images, in order
STUDENTS = 4  # the series of forms that high-school students filled in; all others are of the Census Bureau's employees
COLUMNS = 8  # class, series, writer, index at that writer, class code, index, and two zeros
# As the repository publishes them (.idx2-int) and as a table (.tsv), gzipped or not.
NAMES = tuple(f"qmnist-test-labels.{ending}{gz}" for ending in ("tsv", "idx2-int") for gz in (".gz", ""))
# Of the whole table, (60000, 8), as big-endian 32-bit numbers, so that either form of the file is checked.
SHA256 = "3aee714dbd3fe270d84d9cbcc928d0858cdd5e52022ffca569ac263dadb6276f"


@dataclass(frozen=True)
class Writers:
    """Who wrote MNIST's test images: labels, series and writer, (10000,) int64 each."""

    labels: np.ndarray
    series: np.ndarray
    writer: np.ndarray


def load_writers() -> Writers:
    """The writers of MNIST's test images, from the file or folder that ``$QMNIST`` names.

    Raises DataError if it is not set, or the file is missing, damaged or not the published one.
    """
    named = os.environ.get("QMNIST")
    if not named:
        raise DataError(
            "QMNIST is not set; let it name qmnist-test-labels.idx2-int.gz of facebookresearch/qmnist, or the folder it is in."
        )
    return _load(named)


@functools.lru_cache(maxsize=1)
def _load(named: str) -> Writers:
    place = Path(named)
    files = [place / name for name in NAMES] if place.is_dir() else [place]
    path = next((file for file in files if file.is_file()), None)
    if path is None:
        raise DataError(f"There is no {NAMES[2]} or {NAMES[0]} in {place}.")
    try:
        table = _table(path)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise DataError(f"{path} cannot be read as QMNIST's labels; fetch it again.") from error
    if hashlib.sha256(table.astype(">i4").tobytes()).hexdigest() != SHA256:
        raise DataError(f"{path} is not the published file (its sha256 differs); fetch it again.")
    labels, series, writer = table[:TEST_IMAGES, :3].T.astype(np.int64)
    return Writers(labels, series, writer)


def _table(path: Path) -> np.ndarray:
    """(n, 8) int. Raises OSError, EOFError, zlib.error or ValueError."""
    raw = path.read_bytes()
    content = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    if ".idx2-int" in path.name:  # a header of 12 bytes: what it holds, rows, columns
        return np.frombuffer(content, ">i4", offset=12).reshape(-1, COLUMNS)
    return np.array([line.split("\t") for line in content.decode("ascii").splitlines()], np.int64).reshape(-1, COLUMNS)
