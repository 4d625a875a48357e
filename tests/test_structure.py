"""The shape of the project: imports go one way, serving needs no TensorFlow, files stay readable."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def python(code: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_imports_go_one_way():
    linter = Path(sys.executable).parent / "lint-imports"
    checked = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert checked.returncode == 0, checked.stdout + checked.stderr


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
    found, content = {}, (ROOT / file).read_text()
    for included in re.findall(r"^-r (\S+)", content, re.MULTILINE):
        found |= names(included)
    return found | dict(re.findall(r"^([a-z][\w.\[\]-]*)==(\S+)$", content, re.MULTILINE))


def test_requirements_are_pinned_and_nested():
    serve, everything, dev = (names(f"requirements{part}.txt") for part in ("-serve", "", "-dev"))
    assert serve.items() <= everything.items() <= dev.items()
    assert "tensorflow" in everything and "tensorflow" not in serve
    for file in ("requirements-serve.txt", "requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / file).read_text().splitlines():
            assert re.match(r"(#|-r |[\w.\[\]-]+==)", line), f"{file}: {line!r} is not pinned"


def test_files_stay_readable():
    for folder in ("model", "evaluation", "interface"):
        for path in (ROOT / folder).rglob("*.py"):
            assert len(path.read_text().splitlines()) <= 260, (
                f"{path.relative_to(ROOT)} is too long to read at a glance"
            )


def test_style():
    ruff = Path(sys.executable).parent / "ruff"
    checked = subprocess.run([ruff, "check", "."], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0, checked.stdout
