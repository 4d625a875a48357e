"""The process is killed, the disk is full, there is no home: what was whole stays whole, and the next start is clean."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

import cv2
import numpy as np
import pytest

from evaluation.history import History
from interface.server import uploads
from model import datasets, files, inference, labelled_drawings, mnist_download, recogniser
from tests import fakes
from tests.conftest import ROOT, free_port

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="Linux's limits and signals")

# A child that works on a little of MNIST and kills itself at the worst moment: when the second epoch's network is
# written and the state that names it is not.
TRAINING = """
import os, signal, sys
from model import datasets, train
from model.training import fit
whole = datasets.load_mnist()
datasets.HELD_OUT = 600
datasets.load_mnist = lambda: datasets.Mnist(whole.train[:900], whole.test[:200], whole.source)
if "--resume" not in sys.argv:
    write = fit.write_json
    fit.write_json = lambda path, content: (
        os.kill(os.getpid(), signal.SIGKILL) if len(content.get("history", ())) == 2 else write(path, content)
    )
sys.exit(train.main(sys.argv[1:]))
"""

# A child that is killed when a report is written whole but for its name.
SAVING = """
import os, pathlib, signal, sys
from evaluation.history import History
from tests import fakes
pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
History(pathlib.Path(sys.argv[1])).keep(fakes.made())
"""


def child(code: str, *words: str, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=180, **options)


# ---- killed ----


@pytest.mark.slow
def test_a_training_killed_while_it_keeps_an_epoch_goes_on_after_the_last_whole_one(mnist, tmp_path):
    words = ["classic", "--epochs", "3", "--out", str(tmp_path / "out")]
    killed = child(TRAINING, *words)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert "epoch  1/3" in killed.stdout and "epoch  2/3" not in killed.stdout
    assert not (tmp_path / "out").exists()
    resumed = child(TRAINING, *words, "--resume")
    assert resumed.returncode == 0, resumed.stderr
    assert "going on after epoch 1, the last that was kept" in resumed.stdout
    assert "epoch  1/3" not in resumed.stdout and "epoch  2/3" in resumed.stdout
    assert [row["epoch"] for row in recogniser.load(str(tmp_path / "out" / "classic.tflite")).epochs] == [1, 2, 3]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_report_killed_while_it_is_saved_leaves_the_others_and_is_swept_away(tmp_path):
    before = History(tmp_path).keep(fakes.made())
    assert child(SAVING, str(tmp_path)).returncode == -signal.SIGKILL
    [left] = tmp_path.glob(f"{files.WRITING}*")
    assert [run.id for run in History(tmp_path).runs()] == [before.id]
    os.utime(left, (time.time() - files.ABANDONED - 60,) * 2)
    History(tmp_path).keep(fakes.made(seed=1))
    assert len(History(tmp_path).runs()) == 2 and not left.exists()


class Server:
    """The app as a process of its own, in an environment of its own."""

    def __init__(self, log, *flags: str, **environment: str):
        port = free_port()
        self.address, self.log = f"http://127.0.0.1:{port}", log
        command = [sys.executable, "demo.py", "--port", str(port), *flags]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log.open("w", encoding="utf-8"), stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + 90
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                self.config = json.load(urllib.request.urlopen(f"{self.address}/config", timeout=5))
                return
            except OSError:
                time.sleep(0.2)
        pytest.fail(f"demo.py does not serve:\n{log.read_text('utf-8')}")

    def ask(self, path: str, body: bytes | None = None, kind: str = "application/octet-stream") -> bytes:
        request = urllib.request.Request(self.address + path, body, {"Content-Type": kind})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read()

    def reads(self, digit: int) -> bool:
        drawing = cv2.imencode(".png", labelled_drawings.pad(digit))[1].tobytes()
        return json.loads(self.ask("/page/read", drawing))["text"] == str(digit)

    def press_run(self, page: str) -> None:
        event = next(e["id"] for e in self.config["dependencies"] if any(t[1] == "run" for t in e["targets"]))
        asked = {"data": [None], "fn_index": event, "session_hash": page, "event_data": None, "trigger_id": None}
        self.ask("/gradio_api/queue/join", json.dumps(asked).encode(), "application/json")

    def run_begins(self, page: str) -> None:
        """Return as soon as the page hears of the run that it watches."""
        stream = urllib.request.urlopen(f"{self.address}/gradio_api/queue/data?session_hash={page}", timeout=120)
        with stream:
            assert any(b"process_generating" in line for line in stream)

    def run_ends(self, page: str) -> str:
        """The events that the page gets until the run that it watches has ended."""
        return self.ask(f"/gradio_api/queue/data?session_hash={page}").decode()

    def end(self, how: int = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(30)


@pytest.fixture
def serve(tmp_path):
    running = []

    def start(*flags: str, **environment: str) -> Server:
        needed = {name: os.environ[name] for name in ("PATH", "MNIST_DIR", "LD_LIBRARY_PATH") if name in os.environ}
        running.append(Server(tmp_path / f"log{len(running)}", *flags, **needed, **environment))
        return running[-1]

    yield start
    for server in running:
        if server.process.poll() is None:
            server.end()


@pytest.mark.slow
def test_an_app_killed_during_an_evaluation_starts_again_clean_and_sweeps_up_after_itself(mnist, serve, tmp_path):
    temporary, state = tmp_path / "temporary", tmp_path / "state"
    temporary.mkdir()
    first = serve(TMPDIR=str(temporary), XDG_STATE_HOME=str(state), HOME=str(tmp_path))
    first.press_run("page")
    first.run_begins("page")
    first.end(signal.SIGKILL)
    [left] = temporary.glob("digits-uploads-*")
    assert not list(state.rglob("*.json.gz"))
    os.utime(left, (time.time() - uploads.DAY - 60,) * 2)

    again = serve(TMPDIR=str(temporary), XDG_STATE_HOME=str(state), HOME=str(tmp_path))
    assert again.reads(7)
    again.press_run("page")
    assert '"success":true' in again.run_ends("page").replace(" ", "")
    assert len(list(state.rglob("*.json.gz"))) == 1 and not list(state.rglob(f"{files.WRITING}*"))
    assert left not in temporary.iterdir()
    again.end()
    assert not list(temporary.glob("digits-uploads-*"))


# ---- nowhere to write ----


@pytest.mark.parametrize("home", [pytest.param({}, marks=pytest.mark.slow), {"HOME": "/proc/none"}])
def test_without_a_home_that_can_be_written_the_app_reads_and_evaluates(mnist, serve, home, tmp_path):
    if not home:  # then the system's own list of users names one, which the state shall not go to
        home = {"XDG_STATE_HOME": "/proc/none/state"}
    server = serve(**home)
    assert server.reads(3)
    server.press_run("page")
    events = server.run_ends("page")
    assert '"success":true' in events.replace(" ", "")
    assert "Traceback" not in server.log.read_text("utf-8")


def test_without_a_home_the_command_line_evaluates_and_writes_its_page(tmp_path):
    (tmp_path / "mine" / "7").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "mine" / "7" / "a.png"), labelled_drawings.pad(7))
    command = [sys.executable, "-m", "evaluation", "--images", "mine", "--html", "report.html"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": "/proc/none", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "</html>" in (tmp_path / "report.html").read_text("utf-8")


@LINUX
def test_a_full_disk_is_one_sentence_and_the_old_report_stays_whole(tmp_path):
    """The system lets the child write no more than 2 kB to a file, as a disk that is full."""
    import resource

    (tmp_path / "mine" / "7").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "mine" / "7" / "a.png"), labelled_drawings.pad(7))
    (tmp_path / "report.json").write_text("old", "utf-8")
    command = [sys.executable, "-m", "evaluation", "--images", "mine", "--json", "report.json"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048)),
    )
    assert done.returncode == 1
    [sentence] = [line for line in done.stderr.splitlines() if line.startswith("python -m evaluation:")]
    assert "report.json" in sentence and "Traceback" not in done.stderr
    assert (tmp_path / "report.json").read_text("utf-8") == "old"
    assert not list(tmp_path.glob(f"{files.WRITING}*"))


# ---- a model that goes away ----


@pytest.mark.parametrize("how", ["deleted", "emptied", "overwritten"])
def test_a_model_file_that_goes_while_the_app_runs_is_not_missed(tmp_path, how):
    path = tmp_path / "mine.tflite"
    shutil.copy(recogniser.load("cnn").path, path)
    engine = inference.Engine(path)
    images = np.random.default_rng(0).random((40, 28, 28), np.float32)
    before = engine(images)
    if how == "deleted":
        path.unlink()
    else:
        path.write_bytes(b"" if how == "emptied" else b"\0" * 1_000_000)
    assert np.array_equal(engine(images), before)


def test_data_that_is_half_downloaded_is_named(tmp_path, monkeypatch):
    for name in mnist_download.IDX_FILES:
        (tmp_path / name).write_bytes(b"\0" * 100)
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    with pytest.raises(datasets.DataError, match="MNIST_DIR|train-images"):
        datasets.load_mnist()
