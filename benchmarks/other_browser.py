"""Tries the app and the page without a server in a browser of Playwright: draw, read a picture, open Evaluate and Explore.

python -m benchmarks.other_browser firefox     chromium, firefox or webkit; `playwright install firefox` fetches it
"""

import argparse
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from benchmarks import feature_checks, features
from benchmarks.app import running
from interface.static_site import build
from tools import chromium

BROWSERS = ("chromium", "firefox", "webkit")
PATIENCE = 60_000  # ms


STEPS = (feature_checks.drawn, feature_checks.photo, feature_checks.evaluate, feature_checks.inside)


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
        build.write(Path(temporary) / "site")
        with features.served(Path(temporary) / "site") as address:
            well &= tried(browser, address, "page without a server")
        browser.close()
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
