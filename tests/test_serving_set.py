"""What requirements-serve.txt installs is enough to serve: the app starts where nothing else can be imported."""

import functools
import re
import subprocess
import sys
import time
import urllib.request
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent

# Runs a program where the named modules seem not to be installed.
ALONE = """
import runpy, sys

class NotInstalled:
    hidden = set(sys.argv[1].split(","))
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotInstalled())
sys.argv = sys.argv[2:]
sys.path.insert(0, ".")
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def serving_set() -> set[str]:
    """The packages that requirements-serve.txt names, with all that they need."""
    lines = (ROOT / "requirements-serve.txt").read_text("utf-8").splitlines()
    waiting = [Requirement(line) for line in lines if line and not line.startswith("#")]
    found: set[tuple[str, frozenset]] = set()
    while waiting:
        wanted = waiting.pop()
        key = (canonical(wanted.name), frozenset(wanted.extras))
        if key in found:
            continue
        found.add(key)
        try:
            needs = metadata.requires(wanted.name) or []
        except metadata.PackageNotFoundError:
            continue  # for another system or Python
        for need in map(Requirement, needs):
            extras = wanted.extras or {""}
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(need)
    return {name for name, _ in found}


@functools.cache
def not_in_it() -> str:
    """The modules of every other package that is installed here."""
    allowed = serving_set()
    owned = metadata.packages_distributions().items()
    return ",".join(module for module, owners in owned if not allowed & {canonical(owner) for owner in owners})


def test_tensorflow_is_not_among_them():
    allowed = serving_set()
    assert {"gradio", "ai-edge-litert", "fastapi", "pydantic"} <= allowed
    assert not {"tensorflow", "keras", "pytest", "playwright"} & allowed


def test_the_app_starts_with_the_serving_set_alone(tmp_path):
    from tests.conftest import free_port

    port, log = free_port(), tmp_path / "log"
    command = [sys.executable, "-c", ALONE, not_in_it(), "demo.py", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=log.open("w", encoding="utf-8"), stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 90
        while process.poll() is None and time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/config", timeout=5) as answer:
                    assert answer.status == 200
                    return
            except OSError:
                time.sleep(0.2)
        pytest.fail(f"The app does not start:\n{log.read_text('utf-8')}")
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.mark.parametrize(
    ("program", "says"),
    [(["model/predict.py", "interface/predict/examples"], "sure"), (["evaluation/__main__.py", "--help"], "--images")],
)
def test_the_command_line_works_with_the_serving_set_alone(program, says):
    command = [sys.executable, "-c", ALONE, not_in_it(), *program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0 and says in done.stdout, done.stderr


def test_everything_else_is_really_out_of_reach(tmp_path):
    (tmp_path / "train.py").write_text("import tensorflow", "utf-8")
    command = [sys.executable, "-c", ALONE, not_in_it(), str(tmp_path / "train.py")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert "No module named 'tensorflow'" in done.stderr
