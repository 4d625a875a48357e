"""The app's page reads by itself while the pen moves, and the server has the last word."""

import re
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from interface.reader import runtime
from tests.browser import Held, draw, expect_text, strokes_of
from tests.conftest import missing


@pytest.fixture(autouse=True)
def fetched():
    if runtime.folder() is None:
        missing(f"no WebAssembly runtime for the page: {runtime.COMMAND}")


@pytest.fixture
def reads(page) -> Page:
    """The app's page once it can read by itself."""
    page.locator(".predict[data-reads=cnn]").wait_for()
    return page


def down(page: Page, stroke) -> None:
    """Draw a stroke and keep the pen down."""
    pad = page.get_by_test_id("sketchpad").bounding_box()
    scale = pad["width"] / 280
    for index, (x, y) in enumerate(stroke):
        page.mouse.move(pad["x"] + x * scale, pad["y"] + y * scale)
        if index == 0:
            page.mouse.down()


def test_nothing_is_asked_while_the_pen_is_down_and_once_when_it_lifts(reads):
    asked = []
    reads.on("request", lambda request: asked.append(request.url) if "page/read" in request.url else None)
    down(reads, strokes_of("7")[0])
    expect_text(reads, "7")
    expect(reads.get_by_test_id("model-image")).to_be_visible()
    assert asked == []
    reads.mouse.up()
    expect(reads.get_by_test_id("answer")).to_have_attribute("aria-busy", "false")
    expect(reads.get_by_test_id("other-model")).to_contain_text("classic says")  # the server's answer alone knows
    assert len(asked) == 1


def test_page_and_server_give_the_same_answer(reads):
    for digit in "0123456789":
        drawn = [{"width": 16, "erase": False, "points": stroke} for stroke in strokes_of(digit)]
        by_page, by_server = reads.evaluate(
            """async (drawn) => {
                const at = location.pathname + 'page/assets/interface/';
                const modules = ['reader/reader', 'predict/server', 'page/strokes'];
                const [reader, server, strokes] = await Promise.all(modules.map((name) => import(`${at}${name}.js`)));
                const answers = [await reader.read('cnn', strokes.pixels(drawn)), await server.readDrawing(drawn)];
                return answers.map(({text, verdict, digits}) => [text, verdict, digits.map(({image, box}) => [image, box])]);
            }""",
            drawn,
        )
        assert by_page == by_server


def test_when_the_pen_lifts_the_servers_reading_is_what_is_shown(reads):
    def another(route):
        answer = route.fetch().json()
        route.fulfill(json={**answer, "text": "42"})

    reads.context.route("**/page/read?*", another)
    draw(reads, strokes_of("7"))
    expect_text(reads, "42")


def test_a_digit_chosen_before_the_servers_reading_comes_stays_chosen(reads):
    held = Held(reads.context, "**/page/read?*")
    draw(reads, strokes_of("7", 110, 30, 80) + strokes_of("1", 110, 170, 80))
    expect_text(reads, "71")
    digits = reads.locator("[data-text-shown] button")
    other = 1 - [digit.get_attribute("aria-pressed") for digit in digits.all()].index("true")
    digits.nth(other).click()
    expect(reads.locator(".bars .top b")).to_have_text("71"[other])
    held.release()
    expect(reads.get_by_test_id("other-model")).to_contain_text("classic says")  # the server's answer alone knows
    expect(digits.nth(other)).to_have_attribute("aria-pressed", "true")
    expect(digits.nth(other)).to_be_focused()
    expect(reads.locator(".bars .top b")).to_have_text("71"[other])


def test_without_the_server_the_page_keeps_its_reading_and_shows_why(reads, new_page):
    new_page.expected.append("ERR_FAILED")
    reads.context.route("**/page/read?*", lambda route: route.abort())
    draw(reads, strokes_of("7"))
    expect(reads.get_by_test_id("problem")).to_contain_text("The server cannot be reached")
    expect_text(reads, "7")


def test_another_model_is_read_by_the_page_too(reads):
    reads.get_by_test_id("model").select_option("classic")
    reads.locator(".predict[data-reads=classic]").wait_for()
    down(reads, strokes_of("7")[0])
    expect(reads.get_by_test_id("answer")).to_have_attribute("data-model", "classic")
    reads.mouse.up()


def test_of_two_models_the_one_chosen_last_is_read_by_the_page(page):
    held = Held(page, "**/classic.tflite")
    page.locator(".predict[data-reads=cnn]").wait_for()
    page.get_by_test_id("model").select_option("classic")
    held.wait(page)
    page.get_by_test_id("model").select_option("cnn")
    held.release()
    # who asks later is answered later
    page.evaluate(
        "import(location.pathname + 'page/assets/interface/reader/reader.js').then((reader) => reader.load('classic'))"
    )
    expect(page.locator(".predict[data-reads]")).to_have_attribute("data-reads", "cnn")


def test_where_the_runtime_is_missing_the_server_answers(new_page):
    page = new_page()
    new_page.expected.append("status of 404")
    page.context.route("**/page/engine/**", lambda route: route.fulfill(status=404))
    page.reload()
    page.locator(".predict.ready").wait_for()
    draw(page, strokes_of("7"))
    expect_text(page, "7")
    expect(page.locator(".predict[data-reads]")).to_have_count(0)


def test_its_files_have_media_types_a_long_cache_life_and_no_path_of_this_machine(app):
    constants = urllib.request.urlopen(f"{app}/page/assets/interface/reader/constants.js")
    assert constants.headers["Content-Type"].startswith("text/javascript")
    text = constants.read().decode()
    assert str(runtime.FOLDER.parent) not in text
    [model] = re.findall(r'"file": "(\w+/cnn\.tflite)"', text)
    for file, kind in ((model, "application/octet-stream"), (f"{runtime.FOLDER.name}/litert.js", "text/javascript")):
        answer = urllib.request.urlopen(f"{app}/page/engine/{file}")
        assert answer.headers["Content-Type"].startswith(kind)
        assert "immutable" in answer.headers["Cache-Control"]
    for other in ("x/cnn.tflite", f"{runtime.FOLDER.name}/..%2F..%2Fdemo.py"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{app}/page/engine/{other}")
        assert refused.value.code in (400, 403, 404)
