"""`python -m benchmarks.evaluation [NAME]`: how long the Evaluate tab makes people wait.

In one process, one after the other: 10,000 images to complete dashboard data (probabilities, every metric, all of the tab's
HTML) against `keras.Model.predict` (batch 32) alone, on the same network. Then with the app as a process of its own and a real
browser: opening the tab with the shipped report, and another visitor's drawings while a run goes on. Needs MNIST, TensorFlow
and a Chromium.
"""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
from playwright.sync_api import expect, sync_playwright

from benchmarks import machine
from evaluation.history import History
from evaluation.runner import Evaluations
from interface.evaluate.handlers import Dashboard
from interface.evaluate.state import Reports, Selection
from interface.evaluate.uploaded_test_sets import UploadedTestSets
from model import datasets, labelled_drawings, recogniser
from model.training.recipes import RECIPES

ROOT = Path(__file__).parent.parent
ROUNDS = 3
EVERY = 0.06  # seconds between two readings of a drawing hand, as the page sends them


def main() -> None:
    machine.need("mnist", "keras", "browser")
    name = sys.argv[1] if len(sys.argv) > 1 else recogniser.DEFAULT
    against_keras(name)
    in_the_browser()


def against_keras(name: str) -> None:
    import keras

    test = datasets.load_mnist().test
    network = keras.models.load_model(recogniser.TRAINED / name / RECIPES[name].keras_file)
    images = datasets.unit(test.images).reshape(-1, *network.input_shape[1:])
    dashboard = Dashboard(Reports({name: recogniser.load(name)}, History(None), UploadedTestSets()), Evaluations())
    visitor, selection = SimpleNamespace(session_hash="benchmark"), Selection(name)

    def run() -> None:
        list(dashboard.run(selection, visitor))

    times = {"data": [], "drawn": [], "keras": []}
    for _ in range(ROUNDS + 1):  # the first of each warms up
        times["data"].append(seconds(run))
        times["drawn"].append(seconds(lambda: dashboard.cards(selection)))
        times["keras"].append(seconds(lambda: network.predict(images, batch_size=32, verbose=0)))
    complete, drawn, alone = (float(np.median(found[1:])) for found in times.values())
    print(
        f"{name}: 10,000 images to complete dashboard data {complete:.2f} s (with every plot and table drawn {complete + drawn:.2f} s)"
    )
    print(
        f"    keras.Model.predict, batch 32, alone {alone:.2f} s: {alone / complete:.1f}× ({alone / (complete + drawn):.1f}×)"
    )


def seconds(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_the_browser() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    state = tempfile.TemporaryDirectory()
    command = [sys.executable, "demo.py", "--port", str(port)]
    environment = os.environ | {"XDG_STATE_HOME": state.name}
    app = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        until_it_serves(address)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=machine.browser(), args=["--no-sandbox"])
            opened = [opening(browser, address) for _ in range(ROUNDS)]
            print(f"opening the tab with the shipped report: {', '.join(f'{s:.2f} s' for s in opened)}")
            beside_a_run(browser, address)
            browser.close()
    finally:
        app.terminate()
        app.wait(20)
        state.cleanup()


def until_it_serves(address: str) -> None:
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/config", timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("demo.py does not serve.")


def opening(browser, address: str) -> float:
    """Seconds from the click on the tab to headline, matrix and images on the page."""
    page = browser.new_page()
    page.goto(address)
    page.locator(".predict.ready").wait_for()
    page.wait_for_timeout(1500)  # whoever clicks has looked at the page first
    started = time.perf_counter()
    page.get_by_role("tab", name="Evaluate").click()
    page.locator("[role=gridcell]").last.wait_for()
    page.get_by_test_id("gallery").locator(".tile").first.wait_for()
    took = time.perf_counter() - started
    page.close()
    return took


def beside_a_run(browser, address: str) -> None:
    """Server time of another visitor's live readings: at rest, and while a run goes on."""
    page = browser.new_page()
    page.goto(address)
    page.get_by_role("tab", name="Evaluate").click()
    page.get_by_test_id("confusion-matrix").wait_for()
    page.wait_for_timeout(2000)
    at_rest, during, over = [], [], threading.Event()
    times = at_rest
    content = cv2.imencode(".png", labelled_drawings.pad(3))[1].tobytes()

    def draw() -> None:
        while not over.wait(EVERY):
            started = time.perf_counter()
            request = urllib.request.Request(
                f"{address}/page/read", content, {"Content-Type": "application/octet-stream"}
            )
            urllib.request.urlopen(request).read()
            times.append(time.perf_counter() - started)

    visitor = threading.Thread(target=draw)
    visitor.start()
    page.wait_for_timeout(4000)
    for _ in range(ROUNDS):
        page.get_by_test_id("run").click()
        expect(page.get_by_test_id("cancel")).to_be_visible()
        times = during
        expect(page.get_by_test_id("cancel")).to_be_hidden(timeout=120_000)
        times = at_rest
        page.wait_for_timeout(1000)
    over.set()
    visitor.join()
    for when, found in (("at rest", at_rest), ("during a run", during)):
        middle, high = (1e3 * q for q in np.quantile(found, [0.5, 0.95]))
        print(f"another visitor's live reading {when}: median {middle:.0f} ms, p95 {high:.0f} ms (n = {len(found)})")


if __name__ == "__main__":
    main()
