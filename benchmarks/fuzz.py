"""`python -m benchmarks.fuzz`: thousands of damaged files and requests; every one must end in an answer or one sentence.

Two processes open each file of `benchmarks.mutations` with `model.pictures` and read what decodes. Then random requests go to the
routes of the Predict tab. What ends otherwise is printed with its number: another exception, a dead process, more than LONGEST
seconds of work. `--only NUMBER` repeats one file and writes it to the current folder.
"""

import argparse
import io
import multiprocessing
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from benchmarks import machine, mutations
from model import labelled_drawings
from model.pictures import PictureError, open_picture
from model.recogniser import Recogniser, load, shipped

if TYPE_CHECKING:
    from starlette.testclient import TestClient

LONGEST = 2.0  # seconds of the process's own work for opening and reading one file
TIMEOUT = 120.0  # seconds on the clock after which the process is killed and the next file begins
MOST_MEMORY = 2048  # MB that a process may use: an honest picture of 64 megapixels and the recogniser need about 1,000
WORKERS = 2  # processes
ANSWER = {"text", "verdict", "model", "digits", "size"}  # fields that an answer has at least
REFUSALS = (400, 401, 404, 413, 415, 422, 429)  # status codes of refused requests


def file_outcome(content: bytes, reader: Recogniser | None) -> str:
    """What became of a file: "read" (without a reader: opened), or the sentence with which it is refused.

    Raises ValueError for anything else.
    """
    try:
        picture = open_picture(content)
    except PictureError as error:
        return plain_sentence(str(error))
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
        raise ValueError(f"no picture: {picture.shape} {picture.dtype}")
    if reader is not None:
        reading = reader.read(picture)
        if not all(np.isfinite(digit.probabilities).all() for digit in reading.digits):
            raise ValueError("probabilities that are no numbers")
    return "read"


def plain_sentence(sentence: str) -> str:
    """The sentence, if it is one plain sentence. Raises ValueError otherwise."""
    if "\n" in sentence or not sentence.endswith(".") or not 15 < len(sentence) < 200 or "/tmp" in sentence:
        raise ValueError(f"not one plain sentence: {sentence!r}")
    return sentence


# ---- requests to the routes of the Predict tab ----


def routes_client() -> "TestClient":
    """A client of the routes, without a network."""
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    from interface.predict import routes

    class Server(Starlette):
        auth = None  # what Gradio's app has without --auth

    return TestClient(Server(routes=routes.routes({name: load(name) for name in shipped()})))


def payload(seed: int, index: int) -> tuple[str, dict, bytes, dict]:
    """The request of this number: its route, query, body and headers."""
    rng = np.random.default_rng([seed, index, 1])
    buffer = io.BytesIO()
    Image.fromarray(labelled_drawings.pad(int(rng.integers(10)))).save(buffer, "PNG", compress_level=1)
    pad = buffer.getvalue()
    bodies = (
        lambda: rng.bytes(int(rng.choice([0, 1, 100, 783, 784, 785, 5000]))),
        lambda: mutations.flip(pad, rng),
        lambda: mutations.truncate(pad, rng),
        lambda: mutations.mutated(seed, int(rng.integers(10**6)))[2],
        lambda: b"\x89PNG\r\n\x1a\n" + rng.bytes(300),
        lambda: pad,
    )
    words = (
        "cnn",
        "classic",
        "",
        "../cnn",
        "\0",
        "cnn\n",
        "ä" * 3000,
        "<script>",
        "-1",
        "1e999",
        "nan",
        "0",
        "large",
        "small",
    )
    names = ("model", "show", "pad", "stroke", "sequence", "session", "x")
    route = str(rng.choice(["read", "read", "read", "image", "why", "nearest"]))
    query = {str(rng.choice(names)): str(rng.choice(words)) for _ in range(int(rng.integers(4)))}
    kinds = ("application/octet-stream", "image/png", "application/json", "multipart/form-data; boundary=x", "\x7f", "")
    return f"/page/{route}", query, bodies[rng.integers(len(bodies))](), {"Content-Type": str(rng.choice(kinds))}


def request_outcome(client: "TestClient", seed: int, index: int) -> str:
    """What became of a request: "answered", "sentence", "refused" or "superseded". Raises ValueError for any other response."""
    route, query, body, headers = payload(seed, index)
    response = client.post(route, params=query, content=body, headers=headers)
    if response.status_code == 204 and not response.content:
        return "superseded"
    found = response.json()
    if response.status_code in REFUSALS or (response.status_code == 200 and set(found) == {"error"}):
        plain_sentence(found["error"])
        return "refused" if response.status_code != 200 else "sentence"
    if response.status_code == 200 and (route in ("/page/why", "/page/nearest") or set(found) >= ANSWER):
        return "answered"
    raise ValueError(f"status {response.status_code}: {response.text[:200]}")


# ---- the processes ----

# Number → kind of file, whether its head was left alone, and the function that is measured and returns the outcome.
Task = Callable[[int], tuple[str, bool, Callable[[], str]]]


def file_task(seed: int) -> Task:
    reader = load()
    reader.read(labelled_drawings.pad(3))  # the first reading takes longer

    def prepare(number: int) -> tuple[str, bool, Callable[[], str]]:
        kind, deep, content = mutations.mutated(seed, number)
        return kind, deep, lambda: file_outcome(content, reader)

    return prepare


def request_task(seed: int) -> Task:
    client = routes_client()
    request_outcome(client, 0, 0)  # the first request takes longer
    return lambda number: ("stroke", False, lambda: request_outcome(client, seed, number))


TASKS = {"files": file_task, "strokes": request_task}


def work(task: str, seed: int, numbers: range, at, since, results) -> None:
    """Do every number of a task. `at` and `since` hold the current number and when it began."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # libtiff writes a line about every damaged file
    prepare = TASKS[task](seed)
    parent = os.getppid()
    for number in numbers:
        if os.getppid() != parent:
            return  # the program that started this one has ended
        at.value, since.value, started = number, time.monotonic(), time.process_time()
        kind, deep = "", False
        try:
            kind, deep, outcome = prepare(number)
            started = time.process_time()
            found = outcome()
        except Exception as error:  # any exception is what this program looks for
            found = f"WRONG {type(error).__name__}: {error}"[:300]
        took = time.process_time() - started
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        results.put((number, kind, deep, found, took, memory))
    since.value = float("inf")


class Worker:
    """One process that does every WORKERS-th number. After a number that killed it, it is started again with the next."""

    def __init__(self, task: str, seed: int, numbers: range):
        self.task, self.seed, self.numbers = task, seed, numbers
        self.start()

    def start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.at, self.since = context.Value("q", -1), context.Value("d", float("inf"))
        self.results = context.SimpleQueue()
        arguments = (self.task, self.seed, self.numbers, self.at, self.since, self.results)
        self.process = context.Process(target=work, args=arguments, daemon=True)
        self.process.start()

    def collect(self) -> list[tuple]:
        """The results since the last call."""
        alive, found = self.process.is_alive(), []
        while not self.results.empty():
            found.append(self.results.get())
        late = time.monotonic() - self.since.value > TIMEOUT
        if late:
            self.process.kill()
            self.process.join()
        if late or (not alive and self.process.exitcode):
            number = self.at.value
            why = f"no end after {TIMEOUT:.0f} s" if late else f"the process died ({self.process.exitcode})"
            found.append((number, "", False, f"WRONG {why}", TIMEOUT if late else 0.0, 0))
            self.numbers = range(number + self.numbers.step, self.numbers.stop, self.numbers.step)
            if number < 0:
                raise SystemExit(f"A process could not start: exit code {self.process.exitcode}.")
            self.start()
        return found

    @property
    def over(self) -> bool:
        return not self.process.is_alive() and not self.process.exitcode and self.results.empty()


def run(task: str, seed: int, count: int) -> list[tuple]:
    """The results: (number, kind, whether its head was left alone, outcome, seconds, MB) of each."""
    workers = [Worker(task, seed, range(first, count, WORKERS)) for first in range(WORKERS)]
    found, printed = [], time.monotonic()
    while not all(worker.over for worker in workers):
        time.sleep(0.05)
        for worker in workers:
            found += worker.collect()
        if sys.stderr.isatty() and time.monotonic() - printed > 1:
            print(f"\r{len(found):,} of {count:,}", end="", file=sys.stderr)
            printed = time.monotonic()
    for worker in workers:
        found += worker.collect()
    return found


def print_results(task: str, found: list[tuple]) -> int:
    """Print the results of a task; returns how many numbers are wrong."""
    outcomes = Counter(f[3].split(":")[0] if f[3].startswith("WRONG") else f[3] for f in found)
    wrong = [f for f in found if f[3].startswith("WRONG") or f[4] > LONGEST or f[5] > MOST_MEMORY]
    times = np.array([f[4] for f in found])
    print(
        f"{len(found):,} {task}: longest {times.max():.2f} s, 99.9 % within {np.quantile(times, 0.999):.2f} s, ", end=""
    )
    print(f"most memory of a process {max(f[5] for f in found):,} MB")
    if task == "files":
        print(
            f"    {np.mean([f[2] for f in found]):.0%} with the head left alone, {outcomes['read'] / len(found):.0%} still decode"
        )
        for kind in mutations.KINDS:
            files = [f for f in found if f[1] == kind]
            print(f"    {kind:5} {len(files):6,}: {np.mean([f[3] == 'read' for f in files]):.0%} decode")
        print(f"    {len({sentence.translate(DIGITS) for sentence in outcomes} - {'read'})} different sentences")
    else:
        print("    " + ", ".join(f"{n:,} {name}" for name, n in outcomes.most_common()))
    for number, kind, _, what, took, memory in sorted(wrong)[:50]:
        print(f"    WRONG {task} {number} {kind}: {what}, {took:.2f} s, {memory} MB")
    return len(wrong)


DIGITS = str.maketrans("", "", "0123456789,")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description="Damaged files and requests.")
    parser.add_argument("--files", type=int, default=20_000, metavar="N")
    parser.add_argument("--strokes", type=int, default=2_000, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, metavar="NUMBER", help="do one file again, with its trace")
    chosen = parser.parse_args()
    machine.need()
    if chosen.only is not None:
        kind, _, content = mutations.mutated(chosen.seed, chosen.only)
        Path(f"fuzz-{chosen.only}.{kind.lower()}").write_bytes(content)
        print(file_outcome(content, load()))
        return 0
    wrong = print_results("files", run("files", chosen.seed, chosen.files)) if chosen.files else 0
    wrong += print_results("strokes", run("strokes", chosen.seed, chosen.strokes)) if chosen.strokes else 0
    print("nothing else than answers and sentences" if not wrong else f"{wrong} WRONG")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
