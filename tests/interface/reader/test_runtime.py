"""Fetching the runtime of the page: every package is checked, and a failure leaves nothing behind but a sentence."""

import io
import shutil
import stat
import sys
import tarfile

import pytest

from interface.reader import runtime


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """npm(code) puts a program named npm before all others: Python code that has the command line in sys.argv. No runtime is here."""
    monkeypatch.setattr(runtime, "FOLDER", tmp_path / ".runtime" / "litert")

    def put(code: str) -> None:
        program = tmp_path / "bin" / "npm"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!{sys.executable}\nimport sys\nfrom pathlib import Path\n{code}\n", "utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(program.parent))

    return put


def left(tmp_path) -> list:
    return (
        [path for path in (tmp_path / ".runtime").rglob("*") if path.is_file()]
        if (tmp_path / ".runtime").exists()
        else []
    )


def test_offline_the_failure_is_one_sentence(npm, tmp_path):
    npm("sys.exit('npm error code ENOTFOUND')")
    with pytest.raises(runtime.RuntimeMissing, match="could not be fetched.*python -m interface.reader.runtime"):
        runtime.fetch()
    assert runtime.folder() is None and left(tmp_path) == []


def test_a_package_that_is_not_the_known_one_is_not_kept(npm, tmp_path):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        entry = tarfile.TarInfo("package/dist/index.js")
        tar.addfile(entry, io.BytesIO())
    (tmp_path / "other.tgz").write_bytes(archive.getvalue())
    npm(
        "into = Path(sys.argv[sys.argv.index('--pack-destination') + 1])\n"
        "name = sys.argv[2][1:].replace('/', '-').replace('@', '-') + '.tgz'\n"
        f"(into / name).write_bytes(Path({str(tmp_path / 'other.tgz')!r}).read_bytes())"
    )
    with pytest.raises(runtime.RuntimeMissing, match="nothing was kept"):
        runtime.fetch()
    assert runtime.folder() is None and left(tmp_path) == []


def test_what_is_here_is_not_fetched_again(npm, tmp_path):
    npm("sys.exit('npm was called')")
    runtime.FOLDER.mkdir(parents=True)
    for name in runtime.FILES:
        (runtime.FOLDER / name).touch()
    assert runtime.fetch() == runtime.FOLDER
    shutil.rmtree(runtime.FOLDER)
    assert runtime.folder() is None
