"""Other people's screens, browsers and hands: forced colours, a phone held sideways, zoom, canvases that lie, styluses and palms."""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from interface.predict.examples.draw import one
from tests.browser import draw, expect_text, png, strokes_of, upload


def shot(locator) -> np.ndarray:
    """A part of the page as it looks, (H, W, 3) int."""
    return np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB")).astype(int)


def differ(a: np.ndarray, b: np.ndarray) -> float:
    """How far the commonest colours of two shots are apart, 0–255."""
    middles = [np.median(one.reshape(-1, 3), axis=0) for one in (a, b)]
    return float(np.abs(middles[0] - middles[1]).max())


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_in_forced_colours_bars_tools_and_tabs_can_still_be_told_apart(new_page, scheme):
    page = new_page(forced_colors="active", color_scheme=scheme)
    draw(page, strokes_of("7"))
    expect_text(page, "7")
    bars = page.locator(".bars li")
    full, empty = (shot(bars.nth(digit).locator("i")) for digit in (7, 5))
    assert differ(full[4:-4, 4:-4], empty[4:-4, 4:-4]) > 60
    pen, eraser = (shot(page.locator(f"[data-tool={name}]")) for name in ("pen", "eraser"))
    assert differ(pen, eraser) > 40
    here, there = (shot(page.get_by_role("tab", name=name)) for name in ("Predict", "Evaluate"))
    assert differ(here, there) > 40
    page.get_by_role("tab", name="Evaluate").click()
    cells = page.locator("[data-testid=confusion-matrix] [role=gridcell]")
    expect(cells.first).to_be_visible()
    shades = {
        page.evaluate("(cell) => getComputedStyle(cell).backgroundColor", cell) for cell in cells.element_handles()
    }
    assert len(shades) >= 4


def test_other_writing_has_an_outline_that_is_no_digits_box(page):
    def with_more(route):
        answer = route.fetch().json()
        route.fulfill(json={**answer, "other_writing": [[10, 10, 60, 40]]})

    page.context.route("**/page/read?*", with_more)
    upload(page, "seven.png", png(one("7")))
    expect(page.get_by_role("img", name="Other writing in 1 place")).to_be_visible()
    outline = page.locator(".outlines span")
    border, hatched = "e => getComputedStyle(e).borderTopStyle", "e => getComputedStyle(e).backgroundImage !== 'none'"
    digit = page.locator(".boxes button")
    for media in ({}, {"color_scheme": "dark"}, {"forced_colors": "active"}):  # forced dark ones from the second on
        page.emulate_media(**media)
        assert outline.evaluate(border) not in ("none", digit.evaluate(border))
        assert outline.evaluate(hatched) and not digit.evaluate(hatched)
        assert np.abs(shot(outline) - shot(page.locator(".photo img"))[:5, :5].mean(axis=(0, 1))).max() > 100


@pytest.mark.parametrize(
    ("width", "height"),
    [(568, 320), *(pytest.param(*size, marks=pytest.mark.slow) for size in ((667, 375), (844, 390), (932, 430)))],
)
def test_on_a_phone_held_sideways_the_whole_pad_and_the_answer_are_in_sight(new_page, width, height):
    page = new_page(viewport={"width": width, "height": height}, has_touch=True, is_mobile=True)
    box = page.get_by_test_id("sketchpad").bounding_box()
    assert box["y"] + box["height"] <= height and box["height"] >= 0.5 * height and box["x"] >= 0
    draw(page, strokes_of("7"))
    expect_text(page, "7")
    expect(page.get_by_test_id("verdict")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_at_320_pixels_and_at_twice_the_size_nothing_is_wider_than_the_page(new_page):
    for options in (
        {"viewport": {"width": 320, "height": 640}},
        {"viewport": {"width": 640, "height": 430}, "device_scale_factor": 2},
    ):
        page = new_page(**options)
        for tab in ("Predict", "Evaluate"):
            page.get_by_role("tab", name=tab).click()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), (tab, options)


NOISE = """
const noisy = CanvasRenderingContext2D.prototype.getImageData;
CanvasRenderingContext2D.prototype.getImageData = function (...box) {
  const found = noisy.apply(this, box);
  for (let i = 0; i < found.data.length; i++) found.data[i] = (i * 7919) % 256;
  return found;
};
HTMLCanvasElement.prototype.toDataURL = () => 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
"""


def test_a_browser_that_spoils_canvases_reads_the_strokes(browser, app):
    page = browser.new_page()
    page.add_init_script(NOISE)
    page.goto(app)
    page.locator(".predict.ready").wait_for()
    draw(page, strokes_of("7"))
    expect_text(page, "7")
    page.close()


def pointer(kind, event, x, y, number=1, primary=True, **more):
    return [kind, event, x, y, number, primary, more]


def dispatch(page, *events):
    """One event of a `pointer` after the other, without a pause, whatever else the machine does."""
    page.evaluate(
        """(events) => {
          const pad = document.querySelector('[data-testid=sketchpad]');
          const box = pad.getBoundingClientRect();
          for (const [kind, event, x, y, number, primary, more] of events) {
            const [clientX, clientY] = [box.left + (x * box.width) / 280, box.top + (y * box.height) / 280];
            pad.dispatchEvent(new PointerEvent(event, {pointerId: number, pointerType: kind, isPrimary: primary, clientX, clientY,
              bubbles: true, buttons: event === 'pointerup' ? 0 : 1, ...more}));
          }
        }""",
        list(events),
    )


def seven(page, kind, number=1, lift=True, **more):
    places = ((130, 60), (190, 62), (160, 130), (130, 220))
    dispatch(
        page,
        pointer(kind, "pointerdown", 80, 60, number, **more),
        *(pointer(kind, "pointermove", x, y, number, **more) for x, y in places),
        *([pointer(kind, "pointerup", 130, 220, number, **more)] if lift else []),
    )


def test_the_hand_that_holds_a_stylus_draws_nothing(page):
    # the palm comes first
    dispatch(page, pointer("touch", "pointerdown", 250, 250, 5), pointer("touch", "pointermove", 200, 260, 5))
    seven(page, "pen", 9, pressure=0.5)
    # and again
    dispatch(page, pointer("touch", "pointerdown", 240, 240, 6), pointer("touch", "pointerup", 240, 240, 6))
    expect_text(page, "7")


def test_a_stylus_without_pressure_draws_as_wide_as_the_brush(page):
    seven(page, "pen", pressure=0)
    expect_text(page, "7")


def test_two_fingers_at_once_are_a_gesture_not_a_stroke(page):
    second = pointer("touch", "pointerdown", 200, 200, 2, primary=False)
    dispatch(page, pointer("touch", "pointerdown", 100, 100, 1), second)
    expect(page.locator(".predict.blank")).to_be_visible()


def test_a_pointer_whose_end_was_never_told_does_not_block_the_pad(page):
    seven(page, "touch", 1, lift=False)
    dispatch(page, pointer("touch", "pointerdown", 20, 20, 2), pointer("touch", "pointerup", 20, 20, 2))
    page.get_by_test_id("undo").click()
    expect_text(page, "7")


def test_an_undo_after_the_pad_changed_its_size_brings_the_same_drawing(page):
    seven(page, "mouse")
    expect_text(page, "7")
    page.get_by_test_id("clear").click()
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_test_id("undo").click()
    expect_text(page, "7")


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("text/uri-list", "https://example.org/7.png", "That is a link"),
        ("text/plain", "7", "Nothing here is a picture"),
    ],
)
def test_a_dropped_link_gets_an_answer(page, kind, text, says):
    page.evaluate(
        """([kind, text]) => {
          const data = new DataTransfer();
          data.setData(kind, text);
          document.querySelector('.pad').dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
        }""",
        [kind, text],
    )
    expect(page.get_by_test_id("problem")).to_contain_text(says)
