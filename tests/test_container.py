"""The Dockerfile's own lines, run without Docker: installed into a clean environment, started by a user who is nobody, on files
that nobody may change. The image itself is not built here.
"""

import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import ROOT, free_port

NOBODY = 10001
PORT = "7860"


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, argument)."""
    lines = [
        line for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines() if line and not line.startswith("#")
    ]
    return [tuple(line.split(" ", 1)) for line in lines]


def the(name: str) -> str:
    [found] = [argument for instruction, argument in instructions() if instruction == name]
    return found


def as_nobody() -> dict:
    """How subprocess becomes the image's user; whoever is not root is no more than that already."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def interpreter() -> str:
    """A Python that the image's user may run: root's own often lies in root's home."""
    for name in (
        sys.executable,
        "/usr/bin/python3.12",
        "/usr/bin/python3.13",
        "/usr/bin/python3.11",
        "/usr/local/bin/python3",
    ):
        path = os.path.realpath(name)
        with contextlib.suppress(OSError):
            if (
                subprocess.run([path, "-c", "import ssl, venv"], cwd="/", capture_output=True, **as_nobody()).returncode
                == 0
            ):
                return path
    pytest.fail("no Python here can be run by a user who is not root")


@pytest.fixture(scope="module")
def image():
    """(folder, environment variables) as after the last RUN, and read-only."""
    # not pytest's folder: that is its user's alone
    with tempfile.TemporaryDirectory(prefix="digits-image-") as name:
        base = Path(name)
        base.chmod(0o755)
        place, environment = base / "app", base / "python"
        place.mkdir()
        subprocess.run([interpreter(), "-m", "venv", "--without-pip", environment], check=True, cwd="/")
        pip = environment / "bin" / "pip"
        pip.write_text(f'#!/bin/sh\nexec {sys.executable} -m pip --python {environment}/bin/python "$@"\n', "utf-8")
        pip.chmod(0o755)
        variables = dict(one.split("=", 1) for one in shlex.split(the("ENV")))
        variables["PATH"] = f"{environment}/bin:/usr/bin:/bin"
        building = {k: v for k, v in os.environ.items() if k.startswith(("PIP_", "HTTP", "http", "SSL_", "HOME"))}
        building |= {k: v for k, v in variables.items() if k != "PIP_NO_CACHE_DIR"} | {
            "PIP_DISABLE_PIP_VERSION_CHECK": "1"
        }
        if (ROOT / ".runtime").is_dir():  # what `python -m interface.reader.runtime` would fetch
            shutil.copytree(ROOT / ".runtime", place / ".runtime")
        for instruction, argument in instructions():
            if instruction == "COPY":
                source, target = argument.split()
                copy(ROOT / source, place / (source if target == "./" else target))
            elif instruction == "RUN":
                done = subprocess.run(
                    argument, shell=True, cwd=place, env=building, capture_output=True, text=True, encoding="utf-8"
                )
                assert done.returncode == 0, done.stdout + done.stderr
        subprocess.run(["chmod", "-R", "a-w,a+rX", base], check=True)
        yield place, variables
        subprocess.run(["chmod", "-R", "u+w", base], check=True)


def copy(source: Path, target: Path) -> None:
    """As COPY does, with what .dockerignore leaves out."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", "*.keras"))
    else:
        shutil.copy(source, target)


@pytest.fixture(scope="module")
def container(image):
    """(port, folder for temporary files) of the image, started by its own line as its own user."""
    place, variables = image
    with tempfile.TemporaryDirectory(prefix="digits-tmp-") as temporary:
        if os.geteuid() == 0:
            os.chown(temporary, NOBODY, NOBODY)
        port = str(free_port())
        command = [port if word == PORT else word for word in json.loads(the("ENTRYPOINT")) + json.loads(the("CMD"))]
        environment = variables | {
            "TMPDIR": temporary,
            "MPLCONFIGDIR": f"{temporary}/matplotlib",
            "HOME": "/nonexistent",
        }
        command[0] = shutil.which(command[0], path=variables["PATH"])
        log = Path(temporary) / "log"
        with log.open("w", encoding="utf-8") as out:
            process = subprocess.Popen(command, cwd=place, env=environment, stdout=out, stderr=out, **as_nobody())
        try:
            deadline = time.monotonic() + 90
            while process.poll() is None and time.monotonic() < deadline:
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
                    break
                time.sleep(0.3)
            else:
                pytest.fail(f"The container's line does not serve:\n{log.read_text('utf-8')}")
            yield port, log, process
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.mark.slow
def test_it_serves_and_reads_as_a_user_who_may_write_nothing(container):
    port, log, process = container
    picture = (ROOT / "interface" / "predict" / "examples" / "an-easy-seven.png").read_bytes()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/page/read", picture, timeout=30) as answer:
        assert json.load(answer)["text"] == "7"
    status = Path(f"/proc/{process.pid}/status")
    if status.exists():
        user = next(line for line in status.read_text("utf-8").splitlines() if line.startswith("Uid:")).split()[1]
        assert user != "0"
    deadline = time.monotonic() + 20
    while (
        "POST /page/read 200" not in log.read_text("utf-8") and time.monotonic() < deadline
    ):  # a line follows its answer
        time.sleep(0.1)
    assert "POST /page/read 200" in log.read_text("utf-8") and "Traceback" not in log.read_text("utf-8")


@pytest.mark.slow
def test_its_health_check_passes_and_fails_with_the_app(image, container):
    port, *_ = container
    check = json.loads(the("HEALTHCHECK").partition(" CMD ")[2])
    for asked, code in ((port, 0), (str(free_port()), 1)):
        command = [word.replace(PORT, asked) for word in check]
        assert subprocess.run(command, env=image[1], capture_output=True, timeout=60).returncode == code


@pytest.mark.slow
def test_nothing_was_written_beside_the_app(image, container):
    place, _ = image
    assert not [path for path in place.rglob("*") if path.stat().st_uid == NOBODY]


@pytest.mark.slow
def test_it_holds_no_tensorflow_and_no_training_data(image):
    place, variables = image
    packages = place.parent / "python" / "lib"
    assert not [
        path.name for path in packages.glob("*/site-packages/*") if path.name.startswith(("tensorflow", "keras"))
    ]
    assert not (place / "tests").exists() and not (place / "benchmarks").exists()
    copied = {argument.split()[0] for instruction, argument in instructions() if instruction == "COPY"}
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert copied == let_in


def test_a_space_is_the_same_image_with_options_that_the_app_knows(tmp_path):
    from interface.server.command_line import parse_flags

    subprocess.run([sys.executable, ROOT / "spaces" / "push.py", "--stage", tmp_path], check=True, cwd="/")
    [options] = [
        line[4:] for line in (tmp_path / "Dockerfile").read_text("utf-8").splitlines() if line.startswith("CMD ")
    ]
    given = parse_flags(json.loads(options))
    assert not given.test_set_uploads and "huggingface.co" in given.frame_ancestors and given.trust_proxy
    front = (tmp_path / "README.md").read_text("utf-8").split("---")[1]
    assert "sdk: docker" in front and f"app_port: {PORT}" in front
    assert (tmp_path / "model" / "trained").is_dir() and not list(tmp_path.rglob("*.keras"))


def test_the_image_is_of_a_user_and_a_port_that_the_lines_use():
    assert the("USER") == f"{NOBODY}:{NOBODY}" and the("EXPOSE") == PORT
    assert PORT in json.loads(the("ENTRYPOINT")) and f":{PORT}/" in the("HEALTHCHECK")
