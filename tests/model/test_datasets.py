"""MNIST and pen strokes: found, verified, and refused with one clear sentence when wrong."""

import gzip
import shutil

import numpy as np
import pytest

from model import datasets
from tests import pen_strokes

PUBLISHED = datasets.PENDIGITS_SHA256


def test_mnist_is_the_published_one(mnist):
    assert mnist.train.images.shape == (60_000, 28, 28) and mnist.test.images.shape == (10_000, 28, 28)
    assert mnist.train.images.dtype == np.uint8 and mnist.train.labels.dtype == np.int64
    assert mnist.train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert mnist.test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


def test_images_enter_networks_between_zero_and_one(mnist):
    images = datasets.unit(mnist.test.images[:50])
    assert images.dtype == np.float32 and images.min() == 0 and images.max() == 1


def test_missing_mnist_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(datasets.mnist_download, "found", lambda: None)
    with pytest.raises(datasets.DataError, match="MNIST_DIR"):
        datasets.load_mnist()


@pytest.mark.parametrize("named", [None, ""])
def test_keras_cache_is_read_like_the_idx_files(monkeypatch, tmp_path, mnist, named):
    (tmp_path / "datasets").mkdir()
    np.savez(
        tmp_path / "datasets" / "mnist.npz",
        x_train=mnist.train.images,
        y_train=mnist.train.labels.astype(np.uint8),
        x_test=mnist.test.images,
        y_test=mnist.test.labels.astype(np.uint8),
    )
    if named is None:
        monkeypatch.delenv("MNIST_DIR", raising=False)
    else:
        monkeypatch.setenv("MNIST_DIR", named)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert np.array_equal(datasets.load_mnist().test.images, mnist.test.images)


def test_changed_files_are_refused(monkeypatch, tmp_path):
    for name in datasets.IDX_SHA256:
        content = bytes([0, 0, 8, 1, 0, 0, 0, 4, 1, 2, 3, 4])
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    with pytest.raises(datasets.DataError, match="not the published file"):
        datasets.load_mnist()


def test_half_a_gzip_file_is_refused(monkeypatch, tmp_path):
    for name in datasets.IDX_SHA256:
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(bytes(range(256)) * 4)[:100])
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    with pytest.raises(datasets.DataError, match="whole gzip file"):
        datasets.load_mnist()


def test_pen_digits_are_those_of_the_file(pendigits):
    assert len(pendigits) == (
        7494 if datasets.PENDIGITS_SHA256 == PUBLISHED else pen_strokes.WRITERS * pen_strokes.EACH * 10
    )
    assert {pen.writer for pen in pendigits} == set(range(1, 31))
    assert all(stroke.shape[1] == 2 for pen in pendigits[:100] for stroke in pen.strokes)


def test_pen_digits_are_found_in_their_folder_or_by_name(pendigits, monkeypatch, tmp_path):
    import os
    from pathlib import Path

    place = Path(os.environ["PENDIGITS"])
    file = next(place.glob("pendigits-orig.tra*")) if place.is_dir() else place
    shutil.copy(file, tmp_path / file.name)
    monkeypatch.setenv("PENDIGITS", str(tmp_path / file.name))
    assert len(datasets.load_pendigits()) == len(pendigits)


def test_missing_pen_digits_say_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PENDIGITS", str(tmp_path))
    with pytest.raises(datasets.DataError, match="pendigits-orig"):
        datasets.load_pendigits()


def test_the_test_images_alone_need_only_their_files(monkeypatch, tmp_path, mnist):
    for name, array in zip(list(datasets.IDX_SHA256)[2:], (mnist.test.images, mnist.test.labels), strict=True):
        header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
        (tmp_path / name).write_bytes(header + array.astype(np.uint8).tobytes())
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    assert np.array_equal(datasets.load_mnist_test().labels, mnist.test.labels)
    with pytest.raises(datasets.DataError, match="train-images"):
        datasets.load_mnist()
