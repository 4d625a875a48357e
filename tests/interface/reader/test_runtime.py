"""Fetching the runtime of the page: every package is checked, and a failure leaves nothing behind but a sentence."""

import io
import shutil
import tarfile

import pytest

from interface.reader import runtime


@pytest.fixture(autouse=True)
def no_runtime_here(tmp_path, monkeypatch):
    monkeypatch.setattr(runtime, "FOLDER", tmp_path / ".runtime" / "litert")


def left(tmp_path) -> list:
    return (
        [path for path in (tmp_path / ".runtime").rglob("*") if path.is_file()]
        if (tmp_path / ".runtime").exists()
        else []
    )


def test_offline_the_failure_is_one_sentence(fake_npm, tmp_path):
    fake_npm("sys.exit('npm error code ENOTFOUND')")
    with pytest.raises(runtime.RuntimeMissing, match="could not be fetched.*python -m interface.reader.runtime"):
        runtime.fetch()
    assert runtime.folder() is None and left(tmp_path) == []


def test_a_package_that_is_not_the_known_one_is_not_kept(fake_npm, tmp_path):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        entry = tarfile.TarInfo("package/dist/index.js")
        tar.addfile(entry, io.BytesIO())
    (tmp_path / "other.tgz").write_bytes(archive.getvalue())
    fake_npm(
        "name = sys.argv[2][1:].replace('/', '-').replace('@', '-') + '.tgz'\n"
        f"Path(into, name).write_bytes(Path({str(tmp_path / 'other.tgz')!r}).read_bytes())"
    )
    with pytest.raises(runtime.RuntimeMissing, match="nothing was kept"):
        runtime.fetch()
    assert runtime.folder() is None and left(tmp_path) == []


def test_what_is_here_is_not_fetched_again(fake_npm, tmp_path):
    fake_npm("sys.exit('npm was called')")
    runtime.FOLDER.mkdir(parents=True)
    for name in runtime.FILES:
        (runtime.FOLDER / name).touch()
    assert runtime.fetch() == runtime.FOLDER
    shutil.rmtree(runtime.FOLDER)
    assert runtime.folder() is None
