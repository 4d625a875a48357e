"""Trains in the page ("Train one" of the Explore tab) and the same in Keras: seconds, test accuracy, and the longest task of the page's main thread.

python -m benchmarks.train_in_page [--seeds 1 2 3]     both networks in headless Chromium, then in Keras; about ten minutes
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from playwright.sync_api import Page, sync_playwright

from benchmarks import latency, machine
from tools import chromium

# network → the most seconds that a training in the page may take on two quiet cores
BARS = {"tutorial": 60, "cnn": 120}
NEAR = 0.5  # percentage points between the page's mean accuracy and Keras's
LONG = 50  # ms: a longer task on the main thread is felt; counted while the thread runs, for other programs' time is not the page's
SETTLED = 5000  # ms after which the page has done what it does when it opens
LONGEST_WAIT = 1_200_000  # ms for one training
KERAS = re.compile(r"seed (\d+): ([\d.]+)%.*?([\d.]+) s$", re.MULTILINE)


def train(page: Page, **chosen: str) -> None:
    """Choose, press Train, and wait for the accuracy."""
    for name, value in chosen.items():
        control = page.locator(f"[name={name}]")
        control.fill(value) if name == "seed" else control.select_option(value)
    page.get_by_test_id("train").click()
    page.locator(".ex-result").wait_for(state="hidden")
    page.locator("[data-testid=train-accuracy][data-done]").wait_for(timeout=LONGEST_WAIT)


def in_page(page: Page, network: str, seed: int) -> tuple[float, float, float]:
    """(test accuracy in percent, seconds of training, seconds from the button to the accuracy)."""
    began = time.perf_counter()
    train(page, network=network, seed=str(seed))
    whole = time.perf_counter() - began
    accuracy = float(page.get_by_test_id("train-accuracy").inner_text().removesuffix(" %"))
    trained = re.search(r"steps in ([\d.]+) s", page.locator(".ex-state").inner_text())
    assert trained
    page.locator(".ex-confusion").nth(1).wait_for(timeout=LONGEST_WAIT)  # the comparison is not to slow the next one
    return accuracy, float(trained[1]), whole


def watched(page: Page, network: str) -> float:
    """The longest task of the page's main thread in a short training, from the button to the comparison, in ms of the thread's own time."""

    def short() -> None:
        train(page, network=network, epochs="1", images="10000")
        page.locator(".ex-confusion").nth(1).wait_for(timeout=LONGEST_WAIT)

    return longest_task(page, short)


def longest_task(page: Page, work: Callable[[], None]) -> float:
    """The longest task of the page's main thread meanwhile, in ms of the thread's own time."""
    browser = page.context.browser
    assert browser is not None  # a benchmark started it
    browser.start_tracing(page=page, categories=["disabled-by-default-devtools.timeline"])
    work()
    events = json.loads(browser.stop_tracing())["traceEvents"]
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        event.get("tdur", 0) / 1000
        for event in events
        if event["name"] == "RunTask" and (event["pid"], event["tid"]) in main
    ]
    assert tasks  # or Chromium has another name for them
    return max(tasks)


def in_keras(network: str, seeds: list[int]) -> list[tuple[float, float]]:
    """(test accuracy in percent, seconds) of each."""
    command = [sys.executable, "-m", "model.training.page_recipe", "--network", network, "--seeds", *map(str, seeds)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[1:])} failed:\n{done.stderr}")
    return [(float(accuracy), float(seconds)) for _, accuracy, seconds in KERAS.findall(done.stdout)]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.train_in_page", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], metavar="SEED", help="default: 1 2 3")
    seeds = parser.parse_args().seeds
    machine.need("mnist", "keras", "browser", "runtime")
    found, met = {}, True
    with latency.serving("demo.py", "--port", "PORT") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(f"{address}/#explore=train")
        page.get_by_test_id("train").wait_for()
        page.wait_for_timeout(SETTLED)
        tasks = {network: watched(page, network) for network in BARS}
        for network, task in tasks.items():
            print(f"page  {network:9} longest task {task:.0f} ms", flush=True)
            for seed in seeds:
                found.setdefault(network, []).append(in_page(page, network, seed))
                accuracy, seconds, whole = found[network][-1]
                print(
                    f"page  {network:9} seed {seed}: {accuracy:.2f} %, {seconds:.1f} s of training, {whole:.1f} s with fetching and testing",
                    flush=True,
                )
        browser.close()
    for network, bar in BARS.items():
        keras = in_keras(network, seeds)
        for seed, (accuracy, seconds) in zip(seeds, keras, strict=True):
            print(f"Keras {network:9} seed {seed}: {accuracy:.2f} %, {seconds:.1f} s", flush=True)
        mine, theirs = (statistics.mean(one[0] for one in runs) for runs in (found[network], keras))
        slowest = max(seconds for _, seconds, _ in found[network])
        good = slowest <= bar and abs(mine - theirs) <= NEAR and tasks[network] <= LONG
        met = met and good
        print(
            f"{network}: mean {mine:.2f} % in the page, {theirs:.2f} % in Keras; bars: ≤ {bar} s, within {NEAR} points, no task over {LONG} ms: "
            f"{'met' if good else 'NOT met'}"
        )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
