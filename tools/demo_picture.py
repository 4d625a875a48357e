"""`python -m tools.demo_picture OUT.webp`: the animated picture at the top of the README, from the real page in a real browser.

The page without a server is built, opened in Chromium, and the examples' own strokes are drawn on it with the mouse, one digit after
another; what stands in the picture is what the page answered.
"""

import io
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

from interface.predict.examples.draw import GLYPHS, curve
from interface.static_site.build import write
from tools.chromium import executable
from tools.web import serving

DIGITS = (("7", 40), ("2", 118), ("5", 196))  # each digit, and its left edge on the pad of 280 units
HEIGHT = 84  # of a digit, in pad units: of the examples' 100
SIZE = ViewportSize(width=900, height=560)  # px of the page that is shown
EVERY = 3  # points of the pen between two frames
FRAME, REST, LAST = 60, 700, 3200  # ms that a frame stays: while the pen moves, after a digit, at the end
QUALITY = 70  # of WebP


def frames(page: Page) -> Iterator[tuple[Image.Image, int]]:
    """The page while it is drawn on: (picture, milliseconds that it stays)."""
    box = page.get_by_test_id("sketchpad").bounding_box()
    assert box is not None
    unit = box["width"] / 280

    def shot() -> Image.Image:
        return Image.open(io.BytesIO(page.screenshot())).convert("RGB")

    yield shot(), REST
    for digit, left in DIGITS:
        for stroke in GLYPHS[digit]:
            points = curve(stroke) * HEIGHT / 100 + (left, 98)
            for at, (x, y) in enumerate(points):
                page.mouse.move(box["x"] + x * unit, box["y"] + y * unit)
                if at == 0:
                    page.mouse.down()
                elif at % EVERY == 0:
                    yield shot(), FRAME
            page.mouse.up()
        page.wait_for_timeout(500)
        yield shot(), LAST if digit == DIGITS[-1][0] else REST


def main() -> int:
    """Write the picture."""
    chromium = executable()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as address, sync_playwright() as playwright:
        write(Path(folder) / "site")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto(f"{address}site/")
        page.locator(".predict.ready").wait_for()
        page.wait_for_timeout(2500)  # the network is loaded, and practises
        pictures, lasting = zip(*frames(page), strict=True)
        browser.close()
    options = {"duration": list(lasting), "loop": 0, "quality": QUALITY, "method": 6}
    pictures[0].save(sys.argv[1], save_all=True, append_images=pictures[1:], **options)
    print(f"{sys.argv[1]}: {len(pictures)} frames, {Path(sys.argv[1]).stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
