"""`python -m benchmarks.many [--visitors N] [--seconds S] [--processes N …]`: load on several processes of the app behind nginx.

Uses docs/nginx-many.conf. For each number of processes it lets the visitors of `benchmarks.load` in, and sends twenty pictures
through Gradio's queue, by a visitor who keeps the cookie, and by one who does not and so reaches any process. Needs Linux and nginx
(Debian: nginx-light).
"""

import argparse
import asyncio
import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import load, machine
from benchmarks.app import ROOT, App, Holding, free_port, running
from benchmarks.visitors import films

CONFIG = ROOT / "docs" / "nginx-many.conf"
PICTURES = 20


@dataclass(frozen=True)
class Front(App):
    """nginx in front of several apps; counts what the apps use."""

    apps: list[App]

    def cpu_seconds(self) -> float:
        return sum(app.cpu_seconds() for app in self.apps)

    def holding(self) -> Holding:
        each = [app.holding() for app in self.apps]
        return Holding(*(sum(getattr(one, name) for one in each) for name in Holding.__dataclass_fields__))


def config(port: int, apps: list[App], folder: Path) -> str:
    """The documented file with these ports, in what nginx needs around it to run as any user."""
    text = CONFIG.read_text("utf-8").replace("listen 80;", f"listen 127.0.0.1:{port};")
    servers = "".join(f"    server 127.0.0.1:{app.port} max_fails=1 fail_timeout=10s;\n" for app in apps)
    text = re.sub(r"( {4}server 127\.0\.0\.1:\d+ .*\n)+", servers, text, count=1)
    folders = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off;\npid {folder}/pid;\nerror_log {folder}/error;\nworker_processes 1;\n"
        f"events {{ worker_connections 1024; }}\nhttp {{\naccess_log off;\n{folders}{text}}}\n"
    )


@contextlib.contextmanager
def behind_nginx(processes: int) -> Iterator[Front]:
    with contextlib.ExitStack() as stack:
        apps = [stack.enter_context(running("--trust-proxy", "127.0.0.1")) for _ in range(processes)]
        folder, port = Path(stack.enter_context(tempfile.TemporaryDirectory())), free_port()
        (folder / "nginx.conf").write_text(config(port, apps, folder), "utf-8")
        program = shutil.which("nginx") or "nginx"
        nginx = subprocess.Popen([program, "-c", folder / "nginx.conf", "-p", folder, "-e", folder / "error"])
        stack.callback(nginx.wait, 20)
        stack.callback(nginx.terminate)
        for _ in range(100):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").close()
                break
            time.sleep(0.1)
        yield Front(f"http://127.0.0.1:{port}", nginx, folder, apps)


async def queued(port: int, picture: bytes, name: str) -> int:
    """How many of PICTURES come through the queue. name: of a visitor who keeps the cookie; "" for one who keeps none."""
    found = 0
    for number in range(PICTURES):
        try:
            found += await asyncio.wait_for(load.picture_sent(port, picture, name and f"{name}-{number}"), 20)
        except (OSError, EOFError, TimeoutError, ValueError, KeyError, IndexError):
            continue
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.many", description="Load on several processes of the app behind nginx."
    )
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2], metavar="N")
    chosen = parser.parse_args()
    machine.need()
    if not shutil.which("nginx"):
        print("nginx is not installed (Debian and Ubuntu: apt install nginx-light).", file=sys.stderr)
        return 2
    film, good = films(), True
    for processes in chosen.processes:
        with behind_nginx(processes) as front:
            asyncio.run(load.crowd(front, 4, 3, film))  # the first of everything is slow
            print(f"{processes} processes behind nginx: ", end="")
            found, runs, held, cores = asyncio.run(load.crowd(front, chosen.visitors, chosen.seconds, film))
            load.print_crowd(chosen.visitors, chosen.seconds, found, runs, held, cores)
            kept, lost = (asyncio.run(queued(front.port, film[7][0][-1], name)) for name in ("sticky", ""))
            print(
                f"    through Gradio's queue {kept} of {PICTURES} pictures with the cookie, {lost} without", flush=True
            )
            good = good and not found.errors and kept == PICTURES
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
