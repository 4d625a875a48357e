"""Measures the time from the end of a stroke to its answer on the page: this app, Gradio's stock Sketchpad, and the page without a server.

The last one reads by itself, as the app's page does until the server's answer comes.

python -m benchmarks.latency [--strokes N]      all in headless Chromium, one after the other; about 10 minutes for 100 strokes
python -m benchmarks.latency --alone            only the page that needs no server
python -m benchmarks.latency --photo            only photos of a clear page and a doubtful one, in the page that needs no server and in Python

The clock runs in the page, from the pen's last event to the frame in which the whole stroke's answer is there; for the page alone
also to when it is written, for a frame is 16 ms. Strokes follow each other after pauses of 0.1–0.6 s, as people's do, so what
the page asks once the pen rests takes its time from them as it does for people.
"""

import argparse
import base64
import contextlib
import itertools
import random
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

from playwright.sync_api import Locator, Page, TimeoutError, sync_playwright

from benchmarks import machine, parity, photo_latency
from interface.predict.examples.draw import GLYPHS, curve
from tools import chromium

MEDIAN, P95 = 60, 120  # ms, the bars
ALONE_MEDIAN, ALONE_P95 = 8, 16  # ms, the bars of the page alone
ALONE_FIRST = 1000  # ms, from opening it to its first answer
OPENINGS = 5  # of the page with nothing kept from before
LONGEST = 10_000  # ms to wait for one answer
QUIET = 700  # ms without a new answer before the next stroke on the stock pad, whose answers come late and in twos
POINT = 8  # ms between two points, a mouse's 125 Hz

Box = tuple[float, float, float, float]  # left, top, width, height in px of the screen
# The answer's time is when `where` last said something new before the next press, unless it says that it is still busy: what is
# shown for half a stroke is not its answer yet. It is 0 where the whole stroke was read before the pen was lifted.
METER = """([where, attributeFilter]) => {
    window.times = [];
    window.written = [];
    window.changes = 0;
    let up = null, stroke = -1, known = null, painted = true;
    const shown = document.querySelector(where);
    const said = () => shown.dataset.text === undefined ? shown.textContent : [shown.dataset.text, shown.dataset.verdict].join();
    const there = () => shown.dataset.text !== undefined && shown.ariaBusy !== 'true';
    const note = (written) => {
        const [from, of] = [up, stroke];
        [known, window.written[of]] = [said(), written];
        if (written || !painted) requestAnimationFrame(() => { window.times[of] = performance.now() - from; });
        else window.times[of] = 0;
    };
    addEventListener('pointerdown', () => { up = null; }, true);
    addEventListener('pointerup', (event) => {
        if (!event.target.matches('canvas')) return;
        [up, stroke, known] = [event.timeStamp, stroke + 1, null];
        setTimeout(() => { if (known === null && there()) note(0); });
    }, true);
    new MutationObserver(() => {
        window.changes += 1;
        painted = false;
        requestAnimationFrame(() => { painted = true; });
        if (up !== null && shown.ariaBusy !== 'true' && said() !== known) note(performance.now() - up);
    }).observe(shown, attributeFilter ? {attributeFilter} : {subtree: true, childList: true, characterData: true});
}"""

WATCH = """(function look() {
    if (document.querySelector('[data-testid=answer]')?.dataset.text) window.answered = performance.now();
    else requestAnimationFrame(look);
})()"""


def link() -> str:
    """A drawn 7 as a link carries it (interface/page/drawing_link.js)."""
    points = [(0.3 + x / 160, 0.2 + y / 160) for x, y in curve(GLYPHS["7"][0])[::3]]
    raw = bytes([1, 16, len(points), *(round(255 * value) for point in points for value in point)])
    return "#d=" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def strokes() -> Iterator[tuple[bool, list[tuple[float, float]]]]:
    """The digits 0–9 again and again, as (is it a new digit, points in 0–1 of the pad)."""
    for name in itertools.cycle("0123456789"):
        for index, stroke in enumerate(GLYPHS[name]):
            yield index == 0, [(0.3 + x / 160, 0.2 + y / 160) for x, y in curve(stroke)[::3]]


@contextlib.contextmanager
def serving(*command: str) -> Iterator[str]:
    """Run a Python module or file as a server on a free port, which replaces PORT in the command; yields its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    words = [word.replace("PORT", str(port)) for word in command]
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            with contextlib.suppress(urllib.error.URLError):
                urllib.request.urlopen(f"{address}/config").close()
                break
            time.sleep(0.2)
        time.sleep(3)  # warmed up, as for anyone but the first visitor
        yield address
    finally:
        process.terminate()
        process.wait()


def box_of(element: Locator) -> Box:
    box = element.bounding_box()
    assert box is not None  # it is visible
    return box["x"], box["y"], box["width"], box["height"]


def draw(page: Page, box: Box, points: list[tuple[float, float]]) -> None:
    """With the mouse. points: (x, y) in 0–1 of the box's width."""
    left, top, side, _ = box
    on_screen = [(left + x * side, top + y * side) for x, y in points]
    page.mouse.move(*on_screen[0])
    page.mouse.down()
    for point in on_screen[1:]:
        page.mouse.move(*point)
        page.wait_for_timeout(POINT)
    page.mouse.up()


def our_page(page: Page, n: int) -> list[float]:
    """Milliseconds of n strokes on this app's page."""
    page.locator(".predict.ready").wait_for()
    pad = box_of(page.get_by_test_id("sketchpad"))
    page.evaluate(METER, ["[data-testid=answer]", ["data-version", "aria-busy"]])
    pause = random.Random(0)
    for index, (new, points) in enumerate(itertools.islice(strokes(), n)):
        if new:
            page.get_by_test_id("clear").click()
        draw(page, pad, points)
        answered(page, index)
        page.wait_for_timeout(pause.uniform(100, 600))
    return page.evaluate("window.times")


def stock_page(page: Page, n: int) -> list[float]:
    """Milliseconds of n strokes on the stock Sketchpad's page, after it was made ready: it starts with no tool."""
    page.get_by_label("Brush", exact=True).first.click()
    page.wait_for_timeout(1000)
    left, top, width, height = box_of(page.locator("canvas").first)
    pad = left + width / 2 - 140, top + height / 2 - 140, 280, 280
    page.evaluate(METER, ["#answer", None])
    for index, (new, points) in enumerate(itertools.islice(strokes(), n)):
        if new and index:
            page.get_by_label("Clear canvas").click()
            quiet(page)
            page.get_by_label("Brush", exact=True).first.click()
        draw(page, pad, points)
        answered(page, index)
        quiet(page)
    return page.evaluate("window.times")


def answered(page: Page, index: int) -> None:
    """Wait until stroke ``index`` has its answer, or LONGEST, after which it counts as that late."""
    try:
        page.wait_for_function("n => window.times[n] !== undefined", arg=index, timeout=LONGEST)
    except TimeoutError:
        page.evaluate("([n, late]) => { window.times[n] = late; }", [index, LONGEST])


def quiet(page: Page) -> None:
    """Wait until no answer has come for QUIET ms, so that the next is the next stroke's."""
    seen = None
    while seen != (seen := page.evaluate("window.changes")):
        page.wait_for_timeout(QUIET)


def page_alone(n: int) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds on the page that needs no server: n strokes to the frame of their answers, the same strokes until their
    answers are written, and OPENINGS from a request for the page, with a drawing in its link, to the answer."""
    with parity.opened() as (page, address):
        page.locator(".predict[data-reads]").wait_for()
        times = our_page(page, n)
        written, first, browser = page.evaluate("window.written"), [], page.context.browser
        assert browser is not None  # `opened` started it
        for _ in range(OPENINGS):
            context = browser.new_context(bypass_csp=True)
            context.add_init_script(WATCH)
            fresh = context.new_page()
            fresh.goto(address + link())
            fresh.wait_for_function("window.answered")
            first.append(fresh.evaluate("window.answered"))
            context.close()
    return times, written, first


def measure(command: list[str], strokes_on, n: int) -> list[float]:
    with serving(*command) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(address)
        page.wait_for_timeout(2000)
        found = strokes_on(page, n)
        browser.close()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.latency", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--strokes", type=int, default=100, metavar="N", help="strokes on each page (default: 100)")
    parser.add_argument("--alone", action="store_true", help="only the page that needs no server")
    parser.add_argument("--photo", action="store_true", help="only 12-megapixel pages, a clear one and a doubtful one")
    chosen = parser.parse_args()
    machine.need("browser", "runtime")
    if chosen.photo:
        photo_latency.show()
        return 0
    n = chosen.strokes
    times, written, first = page_alone(n)
    print(f"{'end of a stroke → answer':26} {'median':>9} {'p95':>9} {'longest':>9}   of {n} strokes")
    for name, found in {"page alone, written": written, "page alone, in its frame": times}.items():
        print(f"{name:26} {statistics.median(found):6.1f} ms {percentile_95(found):6.1f} ms {max(found):6.1f} ms")
    opening = statistics.median(first)
    print(f"page alone, opened → first answer: median {opening:.0f} ms of {', '.join(f'{ms:.0f}' for ms in first)}")
    alone = (
        statistics.median(written) <= ALONE_MEDIAN and percentile_95(written) <= ALONE_P95 and opening <= ALONE_FIRST
    )
    print(
        f"bars: written median ≤ {ALONE_MEDIAN} ms, p95 ≤ {ALONE_P95} ms, first answer ≤ {ALONE_FIRST} ms: {'met' if alone else 'NOT met'}"
    )
    if chosen.alone:
        return 0 if alone else 1
    found = {
        "this app": measure(["demo.py", "--port", "PORT"], our_page, n),
        "gr.Sketchpad": measure(["-m", "benchmarks.stock_sketchpad", "PORT"], stock_page, n),
    }
    summary = {}
    for name, times in found.items():
        summary[name] = statistics.median(times), percentile_95(times)
        print(f"{name:26} {summary[name][0]:6.0f} ms {summary[name][1]:6.0f} ms {max(times):6.0f} ms")
    (median, p95), (stock, stock_p95) = summary.values()
    print(f"{'ratio':26} {stock / median:7.1f} × {stock_p95 / p95:7.1f} ×")
    met = median <= MEDIAN and p95 <= P95
    print(f"bars: median ≤ {MEDIAN} ms, p95 ≤ {P95} ms: {'met' if met else 'NOT met'}")
    return 0 if met and alone else 1


def percentile_95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


if __name__ == "__main__":
    sys.exit(main())
