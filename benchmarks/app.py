"""Starts `demo.py` as a process for benchmarks that ask it over HTTP (`running`), and measures what it holds (Linux)."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PATIENCE = 120  # seconds for a start, on a machine that has much else to do


@dataclass(frozen=True)
class Holding:
    """What a process holds at one moment."""

    memory: float  # MB resident
    private: float  # MB of them that no file backs
    descriptors: int
    threads: int
    files: int  # in its temporary folder

    def __str__(self) -> str:
        return f"{self.memory:.0f} MB, {self.descriptors} descriptors, {self.threads} threads, {self.files} files"


@dataclass(frozen=True)
class App:
    """A running app."""

    address: str  # http://127.0.0.1:PORT
    process: subprocess.Popen
    temporary: Path  # the folder of all its temporary files

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def cpu_seconds(self) -> float:
        """Seconds of all cores that the process has used."""
        fields = (Path("/proc") / str(self.process.pid) / "stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def holding(self) -> Holding:
        place = Path("/proc") / str(self.process.pid)
        status = dict(line.split(":", 1) for line in (place / "status").read_text("utf-8").splitlines())
        files = sum(path.is_file() for path in self.temporary.rglob("*"))
        return Holding(
            int(status["VmRSS"].split()[0]) / 1024,
            int(status["RssAnon"].split()[0]) / 1024,
            len(list((place / "fd").iterdir())),
            int(status["Threads"]),
            files,
        )


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def running(*flags: str, environment: dict[str, str] | None = None) -> Iterator[App]:
    """The app on a free port, with its own temporary and state folders; ended on the way out."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        folders = {"TMPDIR": folder, "XDG_STATE_HOME": f"{folder}/state", **(environment or {})}
        process = subprocess.Popen(
            [sys.executable, "demo.py", "--port", str(port), *flags],
            cwd=ROOT,
            env=os.environ | folders,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            until_it_serves(address, process)
            yield App(address, process, Path(folder))
        finally:
            process.terminate()
            process.wait(30)


def until_it_serves(address: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{address}/config", timeout=5).close()
            return
        except urllib.error.HTTPError:
            return  # it serves, but wants a login
        except OSError:
            time.sleep(0.02)
    raise SystemExit("demo.py does not serve.")
