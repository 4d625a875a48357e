"""Drawing, opening files and reading the page in a real browser: what the tests of the page share."""

import contextlib

import cv2
import numpy as np
from playwright.sync_api import BrowserContext, Error, Page, Route, expect

from interface.predict.examples.draw import GLYPHS, curve

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


def strokes_of(glyph: str, height: float = 180, left: float = 80, top: float = 50) -> list[list[tuple[float, float]]]:
    """A glyph of the examples as strokes in pad units (0–280)."""
    scale = height / 100
    return [[(left + x * scale, top + y * scale) for x, y in curve(stroke)[::3]] for stroke in GLYPHS[glyph]]


def on_screen(page: Page, strokes, testid: str = "sketchpad") -> list[list[tuple[float, float]]]:
    pad = page.get_by_test_id(testid)
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    scale = box["width"] / 280
    return [[(box["x"] + x * scale, box["y"] + y * scale) for x, y in stroke] for stroke in strokes]


def draw(page: Page, strokes, testid: str = "sketchpad") -> None:
    """With the mouse, on the pad of that name."""
    for stroke in on_screen(page, strokes, testid):
        page.mouse.move(*stroke[0])
        page.mouse.down()
        for point in stroke[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def touch(page: Page, strokes) -> None:
    """With a finger: real touch input, from which the browser makes its pointer events."""
    session = page.context.new_cdp_session(page)

    def send(kind: str, points) -> None:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    for stroke in on_screen(page, strokes):
        send("touchStart", stroke[:1])
        for point in stroke[1:]:
            send("touchMove", [point])
        send("touchEnd", [])


def eventually(page: Page, found, right) -> None:
    """Ask found() until right(answer), as for what is painted a little after the answer stands there; at most five seconds."""
    for _ in range(50):
        if right(found()):
            return
        page.wait_for_timeout(100)
    raise AssertionError(found())


class Held:
    """Requests for some addresses, held back until they are released; those that come later go through."""

    def __init__(self, target: Page | BrowserContext, addresses: str):
        self.routes: list[Route] = []
        self.released = False
        target.route(addresses, self._hold)

    def _hold(self, route: Route) -> None:
        if self.released:
            route.continue_()
        else:
            self.routes.append(route)

    def wait(self, page: Page) -> None:
        """Until there is one."""
        eventually(page, lambda: self.routes, bool)

    def release(self) -> None:
        self.released = True
        for route in self.routes:
            with contextlib.suppress(Error):  # of a request that the page has given up
                route.continue_()


def expect_text(page: Page, text: str) -> None:
    expect(page.get_by_test_id("answer")).to_have_attribute("data-text", text)


def upload(page: Page, name: str, content: bytes) -> None:
    page.get_by_test_id("upload").set_input_files(picture_file(name, content))


def picture_file(name: str, content: bytes) -> dict:
    """A file for `open_files`."""
    return {"name": name, "mimeType": "image/png", "buffer": content}


def open_files(page: Page, files: list[dict]) -> None:
    page.get_by_test_id("upload").locator("input").set_input_files(files)


def paste(page: Page, content: bytes) -> None:
    """A picture from the clipboard."""
    page.evaluate(
        """(bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([Uint8Array.from(bytes)], 'pasted.png', {type: 'image/png'}));
            document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true}));
        }""",
        list(content),
    )


def downloaded(page: Page, button: str) -> tuple[str, bytes]:
    """(name, content) of what a button downloads."""
    with page.expect_download() as download:
        page.get_by_test_id(button).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def png(picture: np.ndarray) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()
