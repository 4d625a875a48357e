"""`python -m benchmarks.evaluation [NAME]`: how long the Evaluate tab makes people wait.

First, in one process: 10,000 images to complete dashboard data (probabilities, every metric, all of the tab's HTML), and beside it
`keras.Model.predict` (batch 32) alone, on the same network. Then with the app and a real browser: opening the tab with the shipped
report, and another visitor's drawings while a run goes on. Needs MNIST, TensorFlow and a Chromium.
"""

import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import cv2
import gradio as gr
import numpy as np
from playwright.sync_api import Browser, expect, sync_playwright

from benchmarks import machine
from benchmarks.app import running
from evaluation.history import History
from evaluation.runner import Evaluations
from interface.evaluate.handlers import Dashboard
from interface.evaluate.state import Reports, Selection
from interface.evaluate.uploaded_test_sets import UploadedTestSets
from model import datasets, labelled_drawings, recogniser
from model.training.recipes import RECIPES
from tools import chromium

ROUNDS = 3
EVERY = 0.06  # seconds between two readings of a drawing hand, as the page sends them


def main() -> None:
    machine.need("mnist", "keras", "browser")
    name = sys.argv[1] if len(sys.argv) > 1 else recogniser.DEFAULT
    against_keras(name)
    in_the_browser()


def against_keras(name: str) -> None:
    """Print the median seconds of a run with all that the dashboard shows, and of Keras's predict on the same images."""
    import keras

    test = datasets.load_mnist().test
    network: Any = keras.models.load_model(recogniser.TRAINED / name / RECIPES[name].keras_file)  # declared as object
    images = datasets.unit(test.images).reshape(-1, *network.input_shape[1:])
    dashboard = Dashboard(Reports({name: recogniser.load(name)}, History(None), UploadedTestSets()), Evaluations())
    visitor, selection = gr.Request(session_hash="benchmark"), Selection(name)

    def run() -> None:
        list(dashboard.run(selection, visitor))

    times: dict[str, list[float]] = {"data": [], "drawn": [], "keras": []}
    for _ in range(ROUNDS + 1):  # the first of each warms up
        times["data"].append(seconds(run))
        times["drawn"].append(seconds(lambda: dashboard.cards(selection)))
        times["keras"].append(seconds(lambda: network.predict(images, batch_size=32, verbose=0)))
    complete, drawn, alone = (float(np.median(measured[1:])) for measured in times.values())
    print(
        f"{name}: 10,000 images to complete dashboard data {complete:.2f} s (with every plot and table drawn {complete + drawn:.2f} s)"
    )
    print(
        f"    keras.Model.predict, batch 32, alone {alone:.2f} s: {alone / complete:.1f}× ({alone / (complete + drawn):.1f}×)"
    )


def seconds(work: Callable[[], object]) -> float:
    """How long some work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_the_browser() -> None:
    """Print the times of the app itself."""
    with running() as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=["--no-sandbox"])
        opened = [opening(browser, app.address) for _ in range(ROUNDS)]
        print(f"opening the tab with the shipped report: {', '.join(f'{s:.2f} s' for s in opened)}")
        beside_a_run(browser, app.address)
        browser.close()


def opening(browser: Browser, address: str) -> float:
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


def beside_a_run(browser: Browser, address: str) -> None:
    """Server time of another visitor's live readings: at rest, and while a run goes on."""
    page = browser.new_page()
    page.goto(address)
    page.get_by_role("tab", name="Evaluate").click()
    page.get_by_test_id("confusion-matrix").wait_for()
    page.wait_for_timeout(2000)
    at_rest: list[float] = []
    during: list[float] = []
    over, times = threading.Event(), at_rest
    content = cv2.imencode(".png", labelled_drawings.pad(3))[1].tobytes()

    def draw() -> None:
        while not over.wait(EVERY):
            started = time.perf_counter()
            request = urllib.request.Request(
                f"{address}/page/read?drawing=1", content, {"Content-Type": "application/octet-stream"}
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
    for when, taken in (("at rest", at_rest), ("during a run", during)):
        middle, high = (1e3 * q for q in np.quantile(taken, [0.5, 0.95]))
        print(f"another visitor's live reading {when}: median {middle:.0f} ms, p95 {high:.0f} ms (n = {len(taken)})")


if __name__ == "__main__":
    main()
