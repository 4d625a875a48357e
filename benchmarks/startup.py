"""`python -m benchmarks.startup [--rounds N]`: from the command to the page and to the first answer, beside a tutorial's app.

Both are started in turn, in the same run, with files that the system has read before, and so is a Python that only imports Gradio;
the medians are printed. Bars: page ≤ 4 s and ≤ 1.2 × `import gradio`, first answer ≤ 5 s. The tutorial's app (`benchmarks.tutorial`)
needs TensorFlow. `--imports` prints what this app's start imports longest.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from benchmarks import machine
from benchmarks.app import ROOT, free_port
from benchmarks.visitors import films

PAGE, ANSWER = 4.0, 5.0  # seconds, the bars
LONGER_THAN_GRADIO = 1.2  # times `import gradio`, the bar for the page
LONGEST = 180  # seconds


def ask(address: str, body: bytes | None = None, kind: str = "application/octet-stream") -> bytes:
    with urllib.request.urlopen(
        urllib.request.Request(address, body, {"Content-Type": kind}), timeout=LONGEST
    ) as answer:
        return answer.read()


def our_answer(address: str, drawing: bytes) -> None:
    assert b'"verdict"' in ask(f"{address}/page/read?drawing=1", drawing)


def their_answer(address: str, drawing: bytes) -> None:
    """As their page sends a drawing: an upload, then an event."""
    edge = "edge"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'.encode()
    [path] = json.loads(
        ask(
            f"{address}/gradio_api/upload",
            head + drawing + f"\r\n--{edge}--\r\n".encode(),
            f"multipart/form-data; boundary={edge}",
        )
    )
    sheet = {"path": path, "meta": {"_type": "gradio.FileData"}}
    asked = {"data": [{"background": None, "layers": [], "composite": sheet}]}
    event = json.loads(ask(f"{address}/gradio_api/call/predict", json.dumps(asked).encode(), "application/json"))[
        "event_id"
    ]
    assert b"confidence" in ask(f"{address}/gradio_api/call/predict/{event}")


def start(command: list[str], answer: Callable[[str, bytes], None], drawing: bytes) -> tuple[float, float]:
    """Seconds from the command to the whole page, and to the first answer asked for then."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    began = time.perf_counter()
    words = [word.replace("PORT", str(port)) for word in command]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # everybody's Python but a container's keeps what it has compiled
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    try:
        while True:
            try:
                ask(f"{address}/")
                break
            except (urllib.error.URLError, ConnectionError):
                if process.poll() is not None or time.perf_counter() - began > LONGEST:
                    raise SystemExit(f"{' '.join(words)} does not serve.") from None
                time.sleep(0.02)
        page = time.perf_counter() - began
        answer(address, drawing)
        return page, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(30)


def gradio_import() -> float:
    """Seconds of a Python that imports Gradio and ends."""
    environment = os.environ | {"GRADIO_ANALYTICS_ENABLED": "False"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import gradio"], cwd=ROOT, check=True, env=environment)
    return time.perf_counter() - began


def imports() -> None:
    """The modules whose import takes longest, with what they import."""
    report = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import demo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    ).stderr
    rows = [line.split("|") for line in report.splitlines() if line.count("|") == 2 and "us" not in line]
    for _, whole, name in sorted(rows, key=lambda row: -int(row[1]))[:40]:
        print(f"{int(whole) / 1000:8.0f} ms {name.rstrip()}")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.startup", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="starts of each (default: 5)")
    parser.add_argument("--imports", action="store_true", help="instead: what the start imports longest")
    chosen = parser.parse_args()
    machine.need("keras")
    if chosen.imports:
        imports()
        return 0
    drawing = films()[7][0][-1]
    apps = {
        "this app": (["demo.py", "--port", "PORT"], our_answer),
        "tutorial's app": (["-m", "benchmarks.tutorial", "PORT"], their_answer),
    }
    for app in apps.values():
        start(*app, drawing)  # warms the disk
    gradio_import()
    found, gradio = {name: [] for name in apps}, []
    for _ in range(chosen.rounds):
        gradio.append(gradio_import())
        for name, app in apps.items():
            found[name].append(start(*app, drawing))
    medians = {}
    for name, times in found.items():
        medians[name] = [statistics.median(column) for column in zip(*times, strict=True)]
        every = "; ".join(f"{page:.1f} / {answer:.1f}" for page, answer in times)
        print(
            f"{name:13} command to page {medians[name][0]:5.2f} s, to first answer {medians[name][1]:5.2f} s   ({every})"
        )
    page, answer = medians["this app"]
    their_page, their = medians["tutorial's app"]
    print(f"{'':13} {their_page / page:.1f} × and {their / answer:.1f} × as quick")
    alone = statistics.median(gradio)
    print(f"{'import gradio':13} {alone:.2f} s; the page takes {page / alone:.2f} × as long")
    met = page <= min(PAGE, LONGER_THAN_GRADIO * alone) and answer <= ANSWER
    bars = f"page ≤ {PAGE:.0f} s and ≤ {LONGER_THAN_GRADIO} × import gradio, first answer ≤ {ANSWER:.0f} s"
    print(f"bars: {bars}: {'met' if met else 'NOT met'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
