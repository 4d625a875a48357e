"""`python -m benchmarks.load`: a crowd sketches while an evaluation runs. Bars: 50 visitors, no error, p95 ≤ 250 ms; 200, all served.

Each visitor is one of `benchmarks.visitors`, on the same machine as the server, so both share its cores. The evaluation is the Run of the
Evaluate tab, pressed again whenever it ends; it needs MNIST. `--soak MINUTES` keeps ten visitors who leave and are
replaced, with pages opened, pictures sent and evaluations run, and prints a line a minute on what the server holds. Linux.
"""

import argparse
import asyncio
import json
import os
import sys
import time
import urllib.request
import uuid

import numpy as np

from benchmarks import machine
from benchmarks.app import App, Holding, running
from benchmarks.visitors import Connection, Outcomes, Visitor, films

CROWDS = (1, 10, 50, 200)
BARS = {50: 0.250}  # seconds, the 95th percentile
SOAKING, STAY = 10, 60  # visitors at a time, seconds until each is replaced
SETTLED = 5  # minutes, at most a fifth of the soak, until what the server holds is compared with its end
DRIFT = 0.05  # of memory


class Evaluation:
    """The Evaluate tab's Run, pressed by one page over and over."""

    def __init__(self, app: App):
        self.port, self.runs, self.over = app.port, 0, False
        with urllib.request.urlopen(f"{app.address}/config") as answer:
            events = json.load(answer)["dependencies"]
        self.event = next(e["id"] for e in events if any(target[1] == "run" for target in e["targets"]))

    async def again_and_again(self, pause: float = 0) -> None:
        while not self.over:
            if not await self.once():
                return
            await asyncio.sleep(pause)

    async def once(self) -> bool:
        """One run from the click to its end; False where the app cannot."""
        page = uuid.uuid4().hex
        connection = Connection(self.port, page)
        asked = {"data": [None], "fn_index": self.event, "session_hash": page, "event_data": None, "trigger_id": None}
        status, answer = await connection.ask(
            "POST", "/gradio_api/queue/join", json.dumps(asked).encode(), "application/json"
        )
        if status != 200:
            print(f"    no evaluation: {status} {answer[:200].decode()}")
            return False
        # the answer is a stream of progress that ends with the run
        status, events = await connection.ask("GET", f"/gradio_api/queue/data?session_hash={page}")
        connection.close()
        done = b"process_completed" in events and b'"success":true' in events.replace(b'": true', b'":true')
        self.runs += done
        return done


async def crowd(
    app: App, visitors: int, seconds: float, film: list, live: bool = True
) -> tuple[Outcomes, int, list[Holding], float]:
    """So many visitors for so many seconds. Returns their outcomes, the evaluations that ended, what the server held (once a second)
    and how many cores it used."""
    found, evaluation, held, cpu, started = Outcomes(), Evaluation(app), [], app.cpu_seconds(), time.monotonic()
    task = asyncio.create_task(evaluation.again_and_again())
    until = time.monotonic() + seconds
    everybody = asyncio.gather(
        *(Visitor(i, app.port, film, found, f"v{visitors}", live).stay(until) for i in range(visitors))
    )
    while not everybody.done():
        held.append(app.holding())
        await asyncio.sleep(1)
    await everybody
    cores = (app.cpu_seconds() - cpu) / (time.monotonic() - started)
    evaluation.over = True
    await task
    return found, evaluation.runs, held, cores


def print_crowd(visitors: int, seconds: float, found: Outcomes, runs: int, held: list[Holding], cores: float) -> bool:
    """Print what one crowd got. Returns whether its bars are met."""
    middle, high, last = 1e3 * np.quantile(found.answers, [0.5, 0.95, 0.99])
    end_middle, end_high, end_last = 1e3 * np.quantile(found.finished, [0.5, 0.95, 0.99])
    print(f"{visitors} visitors for {seconds:.0f} s, {runs} evaluations of 10,000 images ended meanwhile")
    print(f"    answers   {len(found.answers):6,}: {len(found.answers) / seconds:5.0f} a second; ", end="")
    print(f"median {middle:.0f} ms, p95 {high:.0f} ms, p99 {last:.0f} ms")
    print(
        f"    strokes   {len(found.finished):6,}: end to answer median {end_middle:.0f} ms, p95 {end_high:.0f} ms, p99 {end_last:.0f} ms; ",
        end="",
    )
    print(f"{found.unanswered} overtaken by the visitor's next stroke")
    print(
        f"    dropped   {found.superseded:6,} by the server for a newer one, {found.abandoned:,} by the visitor whose pen went on"
    )
    print(
        f"    errors    {len(found.errors):6,} {sorted(set(found.errors))[:3] or ''}; served {len(found.served)} of {visitors} visitors"
    )
    print(f"    the server had {cores:.2f} of {os.cpu_count()} cores and held at most ", end="")
    print(f"{max(h.memory for h in held):.0f} MB, at the end {held[-1]}", flush=True)
    fast = high <= 1e3 * BARS.get(visitors, float("inf"))
    return fast and not found.errors and len(found.served) == visitors


async def loaded(app: App, crowds: list[int], seconds: float, live: bool) -> bool:
    film, met = films(), []
    await crowd(app, 2, 3, film)  # the first of everything is slow
    for visitors in crowds:
        met.append(print_crowd(visitors, seconds, *await crowd(app, visitors, seconds, film, live)))
    print(f"bars (50 visitors: p95 ≤ 250 ms; all: no error, everyone served): {'met' if all(met) else 'NOT met'}")
    return all(met)


# ---- a long run ----


async def page_opened(port: int) -> None:
    """The requests of a browser that opens the page, as far as they go to our routes."""
    connection = Connection(port)
    for path in (
        "/",
        "/config",
        "/page/examples",
        "/page/assets/interface/predict/tab.js",
        "/page/assets/interface/page/pad.js",
    ):
        await connection.ask("GET", path)
    connection.close()


async def picture_sent(port: int, picture: bytes, visitor: str = "") -> bool:
    """One picture through the endpoint for programs, an upload, an event, its answer; whether it was read."""
    connection, edge = Connection(port, visitor), "edge"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'.encode()
    form = head + picture + f"\r\n--{edge}--\r\n".encode()
    _, answer = await connection.ask("POST", "/gradio_api/upload", form, f"multipart/form-data; boundary={edge}")
    asked = {"data": [{"path": json.loads(answer)[0], "meta": {"_type": "gradio.FileData"}}, "cnn"]}
    _, answer = await connection.ask("POST", "/gradio_api/call/read", json.dumps(asked).encode(), "application/json")
    _, answer = await connection.ask("GET", f"/gradio_api/call/read/{json.loads(answer)['event_id']}")
    connection.close()
    return b"event: complete" in answer


async def soaked(app: App, minutes: float) -> bool:
    film, found, started = films(), Outcomes(), time.monotonic()
    until, evaluation = started + 60 * minutes, Evaluation(app)

    async def chair(number: int) -> None:
        generation = 0
        while time.monotonic() < until:
            await page_opened(app.port)
            visitor = Visitor(number, app.port, film, found, f"soak-{generation}")
            await visitor.stay(min(until, time.monotonic() + STAY))
            generation += 1

    async def sender() -> None:
        while time.monotonic() < until:
            await picture_sent(app.port, film[7][0][-1])
            await asyncio.sleep(5)

    async def evaluator() -> None:
        while time.monotonic() < until and await evaluation.once():
            await asyncio.sleep(20)

    work = [asyncio.create_task(one) for one in (*(chair(i) for i in range(SOAKING)), sender(), evaluator())]
    lines: list[Holding] = []
    for minute in range(1, int(minutes) + 1):
        await asyncio.sleep(max(0, started + 60 * minute - time.monotonic()))
        lines.append(app.holding())
        recent, found.answers = found.answers, []
        high = 1e3 * np.quantile(recent, 0.95) if recent else float("nan")
        print(
            f"{minute:3} min  {lines[-1]}; {len(recent):,} answers, p95 {high:.0f} ms, {len(found.errors)} errors, {evaluation.runs} evaluations",
            flush=True,
        )
    await asyncio.gather(*work)
    await asyncio.sleep(20)  # connections that were closed are forgotten
    lines.append(app.holding())
    settled = lines[min(SETTLED, max(1, int(minutes) // 5)) - 1]
    drift = max(abs(line.memory / settled.memory - 1) for line in lines[lines.index(settled) :])
    print(f"once everybody has left: {lines[-1]}")
    print(f"memory after warm-up {settled.memory:.0f} MB, then at most {drift:.1%} away from it (bar: {DRIFT:.0%})")
    return drift <= DRIFT and not found.errors


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--visitors", type=int, nargs="+", default=CROWDS, metavar="N")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument(
        "--in-page", action="store_true", help="visitors whose pages read by themselves and ask once the pen is up"
    )
    parser.add_argument(
        "--soak", type=float, metavar="MINUTES", help="instead: stay so long and watch what the server holds"
    )
    chosen = parser.parse_args()
    machine.need()
    with running() as app:
        print(f"at the start: {app.holding()}", flush=True)
        met = asyncio.run(
            soaked(app, chosen.soak)
            if chosen.soak
            else loaded(app, chosen.visitors, chosen.seconds, not chosen.in_page)
        )
        time.sleep(1)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
