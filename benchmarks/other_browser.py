"""Tries the app and the page without a server in a browser of Playwright: draw, read a picture, open Evaluate and Explore.

python -m benchmarks.other_browser firefox     chromium, firefox or webkit; `playwright install firefox` fetches it
"""

import argparse
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.app import running
from interface.static_site import build
from tests.browser import draw, expect_text, strokes_of
from tools import chromium
from tools.web import serving

BROWSERS = ("chromium", "firefox", "webkit")
PATIENCE = 60_000  # ms


def draws(page: Page) -> None:
    draw(page, strokes_of("7"))
    expect_text(page, "7")


def reads_a_picture(page: Page) -> None:
    page.get_by_role("button", name="Example: a page of a notebook").click()
    expect_text(page, "1987\n2046\n350")


def evaluates(page: Page) -> None:
    page.get_by_role("tab", name="Evaluate").click()
    expect(page.get_by_test_id("confusion-matrix")).to_be_visible()


def explores(page: Page) -> None:
    page.get_by_role("tab", name="Explore").click()
    expect(page.get_by_test_id("layer-maps")).to_contain_text("Draw a digit")


STEPS = (draws, reads_a_picture, evaluates, explores)


def tried(browser: Browser, address: str, place: str) -> bool:
    """Whether everything works there; prints a line for each step."""
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.locator(".predict.ready").wait_for()
    well = True
    for step in STEPS:
        try:
            step(page)
            said = "ok"
        except Exception as error:  # whatever the browser did, the other steps are tried too
            said, well = f"FAILED: {error}".splitlines()[0], False
        print(f"{place}: {step.__name__.replace('_', ' ')}: {said}", flush=True)
    page.close()
    return well


def main() -> int:
    """Exit code 1 where something does not work."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.other_browser", description=__doc__.splitlines()[0])
    parser.add_argument("browser", choices=BROWSERS)
    name = parser.parse_args().browser
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as temporary:
        path = chromium.executable() if name == "chromium" else None
        arguments = ["--no-sandbox"] if name == "chromium" else []
        browser = getattr(playwright, name).launch(executable_path=path, args=arguments)
        print(f"{name} {browser.version}")
        with running() as app:
            well = tried(browser, app.address, "app")
        site = Path(temporary) / "some" / "where"
        build.write(site)
        with serving(site.parent.parent) as address:
            well &= tried(browser, f"{address}some/where/", "page without a server")
        browser.close()
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
