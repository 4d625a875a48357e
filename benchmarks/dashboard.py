"""`python -m benchmarks.dashboard`: how large a report file is, and how fast the Evaluate tab draws, in the app and in the page without a server.

For each shipped report the size of its HTML page. Then, in headless Chromium: the first view (headline, matrix and images), from the click on the
tab and from the moment when the last of its data has arrived, to the frame that shows it; and a threshold moved in "When it refuses", from
the slider's event until it is handled and to the frame that shows it. Beside these times stands the CPU time that the page's own thread takes
for it, which other work on the machine hardly lengthens. Needs MNIST, the page's runtime and a Chromium.
"""

import json
import statistics
import sys
from collections.abc import Callable

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import machine, parity
from benchmarks.app import running
from benchmarks.latency import percentile_95
from evaluation import html_report, report_files
from model import datasets, recogniser
from tools import chromium

LARGEST = 400_000  # bytes of a report file, the bar
FIRST_VIEW = 300  # ms after its data is there, the bar
REDRAWN = 50  # ms of a threshold that is moved, the bar
VISITS = 3
TRACED = ["blink.user_timing", "disabled-by-default-devtools.timeline", "toplevel"]  # what `worked` reads
MOVES = 60  # of the sliders

# Notes the click on the tab, and the first frame in which headline, matrix and an image are on the screen.
WATCH = """
window.shown = null;
addEventListener('click', (event) => {
    const tab = event.target.closest?.('[role=tab]');
    if (!tab?.textContent.includes('Evaluate') || window.clicked) return;
    window.clicked = event.timeStamp;
    const parts = ['[data-testid=accuracy]', '[data-testid=confusion-matrix] [role=gridcell]', '[data-testid=gallery] .tile img'];
    const seen = (part) => {
        const found = document.querySelector(part);
        return found && found.getBoundingClientRect().width > 0 && found.complete !== false;
    };
    const look = () => {
        if (parts.every(seen)) setTimeout(() => { window.shown = performance.mark('shown').startTime; });
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}, true);
"""
# When all that the view shows had arrived: the app's first answer after the click; the page's report and MNIST's test images.
ARRIVED = """() => {
    const fetched = performance.getEntriesByType('resource').filter((one) => one.startTime > window.clicked);
    const end = (words) => fetched.find((one) => one.name.includes(words))?.responseEnd ?? 0;
    return Math.max(window.clicked, end('/run/predict'), end('/reports/'), end('/test-images'));
}"""
MOVE = """async (moves) => {
    const card = document.querySelector('[data-refusal]');
    const sliders = [...card.querySelectorAll('input[type=range]')];
    const pause = (ms) => new Promise((done) => setTimeout(done, ms));
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const times = [];
    for (let at = 0; at < moves; at++) {
        await pause(5 + 23 * ((at * 0.618) % 1)); // at any place between two frames
        const slider = sliders[at % 2];
        slider.value = String(Math.round(1000 * ((at * 0.382) % 1)));
        const moved = performance.now();
        slider.dispatchEvent(new Event('input', {bubbles: true}));
        const handled = performance.now() - moved;
        await frame();
        times.push([handled, performance.now() - moved]);
    }
    return times;
}"""


def main() -> int:
    machine.need("mnist", "runtime", "browser")
    met = [sizes()]
    with running() as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=["--no-sandbox"])
        met.append(drawing(browser, app.address, "app"))
        browser.close()
    with parity.opened() as (page, address):
        browser = page.context.browser
        assert browser is not None  # `opened` started it
        met.append(drawing(browser, address, "page without a server"))
    return 0 if all(met) else 1


def sizes() -> bool:
    """Print the size of each shipped report's HTML page; whether all meet the bar."""
    images, met = datasets.load_mnist_test().images, True
    for name in recogniser.shipped():
        report = report_files.shipped(name)
        if report is None:
            continue
        size = len(html_report.html(report, images).encode("utf-8"))
        met &= size <= LARGEST
        print(
            f"{name}: report of {size / 1000:.0f} kB with {report.metrics.errors} images{bar(size <= LARGEST, '400 kB')}"
        )
    return met


def drawing(browser: Browser, address: str, name: str) -> bool:
    """Print the times of one of the two pages; whether they meet the bars."""
    clicked, arrived, computed = zip(*(visit(browser, address) for _ in range(VISITS)), strict=True)
    good = statistics.median(arrived) <= FIRST_VIEW
    print(f"{name}: first view after the click: {spread(clicked)}")
    print(
        f"    after its data is there: {spread(arrived)}; CPU {statistics.median(computed):.0f} ms{bar(good, f'{FIRST_VIEW} ms')}"
    )
    page = opened(browser, address)
    page.locator(".ev-toc").get_by_role("link", name="When it refuses").click()
    page.locator("[data-refusal] svg").wait_for()
    points = page.locator("[data-refusal]").evaluate(
        "card => [card.dataset.right, card.dataset.othersBest].map((text) => atob(text).length)"
    )
    computed = computing(page)
    handled, painted = zip(*page.evaluate(MOVE, MOVES), strict=True)
    each = computed() / MOVES
    quick = percentile_95(list(painted)) <= REDRAWN
    print(f"{name}: a threshold moved, {points[0]:,} + {points[1] // 2:,} points: handled {spread(handled)}")
    print(f"    on the screen {spread(painted)}; CPU {each:.1f} ms{bar(quick, f'{REDRAWN} ms for 95 %')}")
    page.context.close()
    return good and quick


def opened(browser: Browser, address: str, traced: bool = False) -> Page:
    """The Evaluate tab in a browser that has kept nothing, with its first view on the screen. traced: from the click on."""
    context = browser.new_context(bypass_csp=True, viewport={"width": 1280, "height": 860})
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(address)
    page.locator(".predict.ready").wait_for()
    page.wait_for_timeout(1500)  # whoever clicks has looked at the page first
    if traced:
        browser.start_tracing(page=page, categories=TRACED)
    page.get_by_role("tab", name="Evaluate").click()
    page.wait_for_function("window.shown", timeout=60_000)
    return page


def computing(page: Page) -> Callable[[], float]:
    """What tells the milliseconds of CPU that the page's own thread takes from now on."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def computed() -> float:
        return (
            1e3
            * {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}["TaskDuration"]
        )

    before = computed()
    return lambda: computed() - before


def visit(browser: Browser, address: str) -> tuple[float, float, float]:
    """Milliseconds to the first view, from the click and from the arrival of its data; and of CPU from the latter."""
    page = opened(browser, address, traced=True)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    shown, clicked = page.evaluate("[window.shown, window.clicked]")
    arrived = page.evaluate(ARRIVED)
    page.context.close()
    return shown - clicked, shown - arrived, worked(events, shown - arrived)


def worked(events: list[dict], before: float) -> float:
    """Milliseconds of CPU that the page's own thread took in the time before the view was there. events: of Chromium's trace, in µs."""
    (end,) = (one for one in events if one["name"] == "shown" and one.get("ph") in ("I", "R", "b"))
    start = end["ts"] - 1e3 * before
    total = 0.0
    for one in events:
        if one["name"] != "RunTask" or (one["pid"], one["tid"]) != (end["pid"], end["tid"]) or not one.get("dur"):
            continue
        inside = min(one["ts"] + one["dur"], end["ts"]) - max(one["ts"], start)
        total += one.get("tdur", one["dur"]) * max(inside, 0) / one["dur"]
    return total / 1e3


def spread(times: tuple[float, ...]) -> str:
    """Median, 95th percentile and longest, ms."""
    return f"median {statistics.median(times):.1f} ms, p95 {percentile_95(list(times)):.1f} ms, longest {max(times):.1f} ms (n = {len(times)})"


def bar(met: bool, words: str) -> str:
    return f"; bar {words}: {'met' if met else 'NOT met'}"


if __name__ == "__main__":
    sys.exit(main())
