"""Measures "See inside" and "Map of 10,000" of the Explore tab in the page without a server: how closely they follow the pen, how
smoothly the map moves, how soon it opens, and the longest task of the page's main thread.

python -m benchmarks.explore     in headless Chromium, whose graphics are software here; about a minute
"""

import argparse
import math
import statistics
import sys
from collections.abc import Callable

from playwright.sync_api import Page

from benchmarks import machine, parity
from benchmarks.train_in_page import LONG, SETTLED, longest_task

# The bars: ms from the map's data to its picture, ms behind the pen, frames a second.
OPENING, FOLLOWING, FRAMES = 1000.0, 30.0, 60.0
NEARLY = 0.95  # of FRAMES: a frame may fall out where another program has the core
MOVES, PAUSE = 40, 120  # of the pen, and ms between them
# What a part changes with each answer: these mutations are its answers.
ANSWERS = {"inside": ("[data-panel=inside]", "data-channel"), "map": ("[data-panel=map] [role=status]", "")}
FOLLOWED = """([where, attribute]) => {
    window.late = [];
    let moved = null;
    addEventListener('pointermove', (event) => { if (event.buttons) moved = event.timeStamp; }, true);
    new MutationObserver(() => {
        if (moved === null) return;
        const from = moved;
        moved = null;
        requestAnimationFrame(() => window.late.push(performance.now() - from));
    }).observe(document.querySelector(where), attribute ? {subtree: true, attributeFilter: [attribute]} : {childList: true});
}"""
COUNTED = """() => {
    const frames = (window.frames = []);
    (function next(now) {
        frames.push(now);
        if (frames === window.frames) requestAnimationFrame(next);
    })(performance.now());
}"""
COUNTED_UP = """() => {
    const {frames} = window;
    window.frames = null; // or the page would draw frames for nobody while the next part is measured
    return frames;
}"""
OPENED = """() => new Promise((done) => {
    const address = location.href;
    const look = () => {
        const canvas = document.querySelector('[data-testid=map]');
        const data = performance.getEntriesByType('resource').find(({name}) => /map[^/]*\\.bin/.test(name));
        if (!canvas?.width || !data) return requestAnimationFrame(look);
        requestAnimationFrame(() => done(performance.now() - data.responseEnd));
    };
    document.querySelector('[data-part=map]').click();
    look();
})"""


def pen(page: Page, pause: int) -> None:
    """Draw a circle on the pad, so many ms between two points."""
    box = page.get_by_test_id("explore-pad").bounding_box()
    assert box
    x, y, radius = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["width"] * 0.28
    page.mouse.move(x + radius, y)
    page.mouse.down()
    for at in range(MOVES):
        turn = 6.2 * at / MOVES
        page.mouse.move(x + radius * math.cos(turn), y + 1.2 * radius * math.sin(turn))
        page.wait_for_timeout(pause)
    page.mouse.up()


def followed(page: Page, part: str) -> list[float]:
    """ms from each move of a slow pen to the frame that shows the part's answer."""
    page.evaluate(FOLLOWED, list(ANSWERS[part]))
    pen(page, PAUSE)
    return page.evaluate("window.late.slice(3)")  # the first ones load what the part needs


def frames(page: Page, work: Callable[[], None]) -> float:
    """Frames a second meanwhile."""
    page.evaluate(COUNTED)
    work()
    times = page.evaluate(COUNTED_UP)
    return 1000 * (len(times) - 1) / (times[-1] - times[0])


def move_map(page: Page) -> None:
    """Zoom into the map and drag it about for two seconds."""
    box = page.get_by_test_id("map").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    for _ in range(30):
        page.mouse.wheel(0, -60)
        page.wait_for_timeout(16)
    page.mouse.down()
    for at in range(60):
        page.mouse.move(x + 2 * at, y + at)
        page.wait_for_timeout(16)
    page.mouse.up()


def report(name: str, value: str, good: bool) -> bool:
    print(f"{name:58} {value:>22}  {'met' if good else 'NOT met'}", flush=True)
    return good


def measure(page: Page) -> bool:
    """Print every figure; whether all bars are met."""
    met = True
    for part in ANSWERS:
        if part == "map":
            opening = page.evaluate(OPENED)
            met &= report(f"map: opened after its data, ms (bar {OPENING:.0f})", f"{opening:.0f}", opening <= OPENING)
        else:
            pen(page, 10)  # loads what the part needs
            page.wait_for_timeout(SETTLED)
        page.locator("[data-do=clear]:visible").click()
        late = sorted(followed(page, part))
        median, p95 = statistics.median(late), late[int(0.95 * len(late))]
        words = f"{median:.0f}, {p95:.0f} (n {len(late)})"
        met &= report(f"{part}: behind the pen, median, p95 ms (bar {FOLLOWING:.0f})", words, median <= FOLLOWING)
        page.locator("[data-do=clear]:visible").click()
        rate = frames(page, lambda: pen(page, 8))
        met &= report(f"{part}: frames a second while drawing", f"{rate:.1f}", rate >= NEARLY * FRAMES)
        page.locator("[data-do=clear]:visible").click()
        task = longest_task(page, lambda: pen(page, 8))
        met &= report(f"{part}: longest task while drawing, ms (bar {LONG})", f"{task:.0f}", task <= LONG)
    rate = frames(page, lambda: move_map(page))
    met &= report("map: frames a second, zoomed and dragged", f"{rate:.1f}", rate >= NEARLY * FRAMES)
    task = longest_task(page, lambda: move_map(page))
    met &= report(f"map: longest task, zoomed and dragged, ms (bar {LONG})", f"{task:.0f}", task <= LONG)
    return bool(met)


def main() -> int:
    argparse.ArgumentParser(
        prog="python -m benchmarks.explore", description=(__doc__ or "").partition("\n\n")[0]
    ).parse_args()
    machine.need("mnist", "browser", "runtime")
    with parity.opened() as (page, _):
        page.get_by_role("tab", name="Explore").click()
        page.get_by_test_id("explore-pad").wait_for()
        page.wait_for_timeout(SETTLED)
        met = measure(page)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
