"""Finds, verifies and loads the data sets: MNIST (`load_mnist`) and pen strokes (`load_pendigits`), each once.

MNIST is looked for in ``$MNIST_DIR`` (the four IDX files, gzipped or not), then in Keras's cache folder (``mnist.npz``), then where
mnist_download.py has put it. Whatever the source, the arrays must be bit for bit those published in 1998.
"""

import functools
import gzip
import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model import mnist_download
from model.mnist_download import DOWNLOAD, DownloadError, Progress

# sha256 of the decompressed IDX files; an array from mnist.npz gets its IDX header back before hashing.
IDX_SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
NPZ_KEYS = dict(zip(IDX_SHA256, ("x_train", "y_train", "x_test", "y_test"), strict=True))

PENDIGITS_SHA256 = "a66225d68d7d68591e62944df1ad33b3f5aa608e2df2505844b41f5568a80da4"

# Indices (from 0) of test images whose published label is wrong or undecidable: Northcutt, Athalye & Mueller 2021, "Pervasive
# Label Errors in Test Sets Destabilize Machine Learning Benchmarks".
LABEL_PROBLEMS = (947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729)

# Held out for every choice (models, thresholds, variations); no network learns from them: the training images from this index
# on, and these pen writers.
HELD_OUT = 55_000
TRAINING_IMAGES = 60_000  # of MNIST
HELD_OUT_WRITERS = range(25, 31)

HOW_TO_GET_MNIST = (
    "Set MNIST_DIR to a folder with the four IDX files, or run `python -m model.data` once to download them (11 MB)."
)


class DataError(Exception):
    """A data set is missing or is not the published one; the text says what to do."""


@dataclass(frozen=True)
class Labelled:
    """Images, (n, 28, 28) uint8 with 0 paper – 255 ink, and their labels, (n,) int64."""

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, part: slice | np.ndarray) -> "Labelled":
        """The images and labels of a slice or of an index array."""
        return Labelled(self.images[part], self.labels[part])


@dataclass(frozen=True)
class Mnist:
    """The 60,000 training and 10,000 test images; source: the folder or file where they were found."""

    train: Labelled
    test: Labelled
    source: str


@dataclass(frozen=True)
class PenDigit:
    """One digit written on a tablet.

    digit: 0–9; writer: 1–30; strokes: (n, 2) float32 points each, x to the right, y down, in tablet units.
    """

    digit: int
    writer: int
    strokes: tuple[np.ndarray, ...]


def unit(images: np.ndarray) -> np.ndarray:
    """uint8 images of any shape → float32 in [0, 1], the scale on which every network here is trained."""
    return np.asarray(images, np.float32) / np.float32(255)


def sha256_of(labelled: Labelled) -> str:
    """One hash of images and labels together, for cards and reports, as hexadecimal digits."""
    return hashlib.sha256(labelled.images.tobytes() + labelled.labels.astype(np.uint8).tobytes()).hexdigest()


def load_mnist(download: bool = False, progress: Callable[[Progress], None] = mnist_download.show) -> Mnist:
    """MNIST, verified; the same object on every later call. Raises DataError if it cannot be had.

    download: fetch it where no folder of this machine has it; progress: called meanwhile, a few times a second.
    """
    for step in download_mnist() if download else ():
        progress(step)
    fetched = mnist_download.found()
    return _load_mnist(_named_folder(), str(keras_copy()), str(fetched) if fetched else None)


def load_mnist_test() -> Labelled:
    """MNIST's test images alone, verified, which take 8 MB instead of 55; the same object on every later call. Raises DataError."""
    fetched = mnist_download.found()
    return _load_mnist_test(_named_folder(), str(keras_copy()), str(fetched) if fetched else None)


def _named_folder() -> str | None:
    """What MNIST_DIR names; an empty one names nothing."""
    return os.environ.get("MNIST_DIR") or None


def download_mnist() -> Iterator[Progress]:
    """Fetch MNIST where no folder of this machine has it, or join the download under way; how far it is, a few times a second.

    Raises DataError where it fails.
    """
    if _named_folder() or keras_copy().exists() or mnist_download.found():
        return
    try:
        DOWNLOAD.start(keras_copy())
        yield from DOWNLOAD.watch()
    except DownloadError as error:
        raise DataError(f"{error} {HOW_TO_GET_MNIST}") from error


@functools.lru_cache(maxsize=1)
def _load_mnist(folder: str | None, npz: str, fetched: str | None) -> Mnist:
    (images, labels), source = _read_mnist(list(IDX_SHA256)[:2], folder, npz, fetched)
    return Mnist(Labelled(images, labels.astype(np.int64)), _load_mnist_test(folder, npz, fetched), source)


@functools.lru_cache(maxsize=1)
def _load_mnist_test(folder: str | None, npz: str, fetched: str | None) -> Labelled:
    (images, labels), _ = _read_mnist(list(IDX_SHA256)[2:], folder, npz, fetched)
    return Labelled(images, labels.astype(np.int64))


def _read_mnist(names: list[str], folder: str | None, npz: str, fetched: str | None) -> tuple[list[np.ndarray], str]:
    """The arrays of these files of IDX_SHA256, and the folder or file where they were found."""
    if folder is None and Path(npz).exists():
        return _read_npz(Path(npz), names), npz
    if source := folder or fetched:
        how = f"MNIST_DIR is {folder}" if folder else f"{fetched} was fetched"
        return [_read_idx(Path(source), name, how) for name in names], source
    raise DataError(f"MNIST is not on this machine. {HOW_TO_GET_MNIST}")


def keras_copy() -> Path:
    """Where Keras keeps its own copy, whether or not it is there."""
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    return home / "datasets" / "mnist.npz"


def _read_idx(folder: Path, name: str, how: str) -> np.ndarray:
    path = next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)
    if path is None:
        raise DataError(f"{how}, but there is no {name} (or {name}.gz) in it. {HOW_TO_GET_MNIST}")
    content = _read_gzipped(path)
    _verify(content, IDX_SHA256[name], path)
    shape = np.frombuffer(content, ">i4", count=content[3], offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


def _read_npz(path: Path, names: list[str]) -> list[np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = [np.ascontiguousarray(file[NPZ_KEYS[name]], np.uint8) for name in names]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is damaged; delete it and run `python -m model.data`.") from error
    for name, array in zip(names, arrays, strict=True):
        header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
        _verify(header + array.tobytes(), IDX_SHA256[name], f"{path} ({NPZ_KEYS[name]})")
    return arrays


def _read_gzipped(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read or is not a whole gzip file; fetch it again.") from error


def _verify(content: bytes, expected: str, path: Path | str) -> None:
    if hashlib.sha256(content).hexdigest() != expected:
        raise DataError(f"{path} is not the published file (its sha256 differs); fetch it again.")


def load_pendigits() -> tuple[PenDigit, ...]:
    """The 7,494 pen digits of the file, or of the file in the folder, that ``$PENDIGITS`` names, verified.

    Source: Alpaydin & Alimoglu, "Pen-Based Recognition of Handwritten Digits", UCI, CC BY 4.0, ``pendigits-orig.tra``. Raises
    DataError if it is missing, damaged or not the published one.
    """
    named = os.environ.get("PENDIGITS")
    if not named:
        raise DataError("PENDIGITS is not set; let it name pendigits-orig.tra(.gz) from UCI or the folder it is in.")
    return _load_pendigits(named)


@functools.lru_cache(maxsize=1)
def _load_pendigits(named: str) -> tuple[PenDigit, ...]:
    place = Path(named)
    files = sorted(place.glob("pendigits-orig.tra*")) if place.is_dir() else [place]
    if not files:
        raise DataError(f"There is no pendigits-orig.tra(.gz) in {place}.")
    content = _read_gzipped(files[0])
    if content[:2] == b"\x1f\x9d":
        raise DataError(f"{files[0]} is compressed with the old `compress`; run gunzip on it first.")
    _verify(content, PENDIGITS_SHA256, files[0])
    return tuple(_parse_unipen(content.decode("ascii")))


def _parse_unipen(text: str) -> Iterator[PenDigit]:
    """UNIPEN: .SEGMENT begins a digit, .COMMENT names digit, writer and count; y points up in the file."""
    digit = writer = -1  # until the file names them
    strokes: list[list[tuple[float, float]]] = []
    for line in io.StringIO(text):
        words = line.split()
        if not words:
            continue
        if words[0] == ".SEGMENT":
            if strokes:
                yield PenDigit(digit, writer, _stroke_arrays(strokes))
            digit, strokes = int(words[-1].strip('"')), []
        elif words[0] == ".COMMENT" and len(words) == 4 and all(w.isdigit() for w in words[1:]):
            writer = int(words[2])
        elif words[0] == ".PEN_DOWN":
            strokes.append([])
        elif not words[0].startswith(".") and strokes:
            strokes[-1].append((float(words[0]), -float(words[1])))
    if strokes:
        yield PenDigit(digit, writer, _stroke_arrays(strokes))


def _stroke_arrays(strokes: list[list[tuple[float, float]]]) -> tuple[np.ndarray, ...]:
    return tuple(np.array(stroke, np.float32) for stroke in strokes if stroke)
