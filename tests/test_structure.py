"""The shape of the project: serving needs no TensorFlow, benchmarks can be imported, requirements are pinned.

What reading the code is enough for, `make check` checks: the direction of imports, style, the length of files.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def python(code: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    "code",
    [
        "import demo",
        "from model import predict; predict.main(['interface/predict/examples'])",
        "import evaluation.__main__, interface.evaluate.tab, interface.predict.tab",
    ],
)
def test_serving_imports_no_tensorflow(code):
    done = python(
        f"{code}\nimport sys\nassert not {{'tensorflow', 'keras'}} & set(sys.modules), 'TensorFlow was imported'"
    )
    assert done.returncode == 0, done.stderr


def test_every_benchmark_can_be_imported():
    modules = [f"benchmarks.{path.stem}" for path in sorted((ROOT / "benchmarks").glob("[a-z]*.py"))]
    done = python(f"import {', '.join(modules)}")
    assert done.returncode == 0, done.stderr


def names(file: str) -> dict[str, str]:
    found, content = {}, (ROOT / file).read_text("utf-8")
    for included in re.findall(r"^-r (\S+)", content, re.MULTILINE):
        found |= names(included)
    return found | dict(re.findall(r"^([a-z][\w.\[\]-]*)==(\S+)$", content, re.MULTILINE))


def test_requirements_are_pinned_and_nested():
    serve, everything, dev = (names(f"requirements{part}.txt") for part in ("-serve", "", "-dev"))
    assert serve.items() <= everything.items() <= dev.items()
    assert "tensorflow" in everything and "tensorflow" not in serve
    for file in ("requirements-serve.txt", "requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / file).read_text("utf-8").splitlines():
            assert re.match(r"(#|-r |[\w.\[\]-]+==|needs-python @ )", line), f"{file}: {line!r} is not pinned"
