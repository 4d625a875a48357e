"""The shape of the project: serving needs no TensorFlow, benchmarks can be imported, requirements are pinned.

What reading the code is enough for, `make check` checks: the direction of imports, style, the length of files.
"""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

SERVING = (
    "from model import predict; predict.main(['interface/predict/examples'])",
    "import evaluation.__main__, interface.evaluate.tab, interface.predict.tab",
    "import demo",
)


def test_serving_imports_no_tensorflow():
    check = "assert not {'tensorflow', 'keras'} & set(sys.modules), 'TensorFlow was imported'"
    code = "\n".join(["import sys", *(f"{part}\n{check}" for part in SERVING)])
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_a_benchmark_can_be_imported(path):
    importlib.import_module(f"benchmarks.{path.stem}")


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
