"""`python -m benchmarks.many [--visitors N] [--seconds S] [--processes N …]`: processes of the app behind nginx, with docs/nginx-many.conf.

For each number of processes: the crowd of `benchmarks.load`, and twenty pictures through Gradio's queue, each by a visitor who
keeps the cookie and again by one who does not, whose requests reach any process. Needs nginx (Debian: nginx-light); Linux.
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

from benchmarks import load
from benchmarks.app import ROOT, App, Holding, free_port, running
from benchmarks.visitors import films

CONFIG = ROOT / "docs" / "nginx-many.conf"
PICTURES = 20


@dataclass(frozen=True)
class Front:
    """nginx, as an app to the benchmarks of one."""

    port: int
    apps: list[App]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        return sum(app.cpu_seconds() for app in self.apps)

    def holding(self) -> Holding:
        each = [app.holding() for app in self.apps]
        return Holding(*(sum(getattr(one, name) for one in each) for name in Holding.__dataclass_fields__))


def config(port: int, apps: list[App], folder: Path) -> str:
    """The documented file with this machine's ports, in what nginx needs around it to run as anybody."""
    text = CONFIG.read_text().replace("listen 80;", f"listen 127.0.0.1:{port};")
    servers = "".join(f"    server 127.0.0.1:{app.port} max_fails=1 fail_timeout=10s;\n" for app in apps)
    text = re.sub(r"( {4}server 127\.0\.0\.1:\d+ .*\n)+", servers, text, count=1)
    own = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off;\npid {folder}/pid;\nerror_log {folder}/error;\nworker_processes 1;\n"
        f"events {{ worker_connections 1024; }}\nhttp {{\naccess_log off;\n{own}{text}}}\n"
    )


@contextlib.contextmanager
def behind_nginx(processes: int) -> Iterator[Front]:
    with contextlib.ExitStack() as stack:
        apps = [stack.enter_context(running("--trust-proxy", "127.0.0.1")) for _ in range(processes)]
        folder, port = Path(stack.enter_context(tempfile.TemporaryDirectory())), free_port()
        (folder / "nginx.conf").write_text(config(port, apps, folder))
        nginx = subprocess.Popen(
            [shutil.which("nginx"), "-c", folder / "nginx.conf", "-p", folder, "-e", folder / "error"]
        )
        stack.callback(nginx.wait, 20)
        stack.callback(nginx.terminate)
        for _ in range(100):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").close()
                break
            time.sleep(0.1)
        yield Front(port, apps)


async def queued(port: int, picture: bytes, name: str) -> int:
    """How many of PICTURES come through the queue. name: of a visitor who keeps the cookie; "" keeps none."""
    found = 0
    for number in range(PICTURES):
        try:
            found += await asyncio.wait_for(load.picture_sent(port, picture, name and f"{name}-{number}"), 20)
        except (OSError, EOFError, TimeoutError, ValueError, KeyError, IndexError):
            continue
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many", description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2], metavar="N")
    chosen = parser.parse_args()
    if not shutil.which("nginx"):
        print("nginx is not installed (Debian and Ubuntu: apt install nginx-light).", file=sys.stderr)
        return 2
    film, good = films(), True
    for processes in chosen.processes:
        with behind_nginx(processes) as front:
            asyncio.run(load.crowd(front, 4, 3, film))  # the first of everything is slow
            print(f"{processes} processes behind nginx: ", end="")
            found, *rest = asyncio.run(load.crowd(front, chosen.visitors, chosen.seconds, film))
            load.print_crowd(chosen.visitors, chosen.seconds, found, *rest)
            kept, lost = (asyncio.run(queued(front.port, film[7][0][-1], name)) for name in ("sticky", ""))
            print(
                f"    through Gradio's queue {kept} of {PICTURES} pictures with the cookie, {lost} without", flush=True
            )
            good = good and not found.errors and kept == PICTURES
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
