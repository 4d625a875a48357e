"""The Explore tab in a browser: the inside, the map and the quiz, in the app and in the page that needs no server."""

import re

import pytest
from playwright.sync_api import Page, expect

from interface.explore import routes
from tests.browser import PHONE, draw, strokes_of


def draw_on(page: Page, digit: str) -> None:
    draw(page, strokes_of(digit), "explore-pad")


BOTH = pytest.mark.parametrize("opened", [pytest.param("app", marks=pytest.mark.slow), "site"], indirect=True)


@pytest.fixture
def opened(request, new_page):
    """opened(part, **options): the tab with one of its parts, by its address."""

    def at(part: str, **options) -> Page:
        address = request.getfixturevalue("site") if getattr(request, "param", "app") == "site" else ""
        return new_page(f"#explore={part}", address=address, ready=f"#explore-{part}:visible", **options)

    return at


@BOTH
def test_the_maps_of_each_layer_appear_and_one_says_what_drives_it(opened):
    page = opened("inside")
    maps = page.get_by_test_id("layer-maps")
    expect(maps).to_contain_text("Draw a digit")
    draw_on(page, "4")
    expect(page.get_by_test_id("explore-answer")).to_contain_text("cnn reads 4, sure")
    expect(maps.locator(".ex-maps button:visible")).to_have_count(48)
    maps.locator(".ex-maps button").nth(20).click()
    expect(maps.locator(".ex-channel h2")).to_contain_text("Layer 3, map")
    expect(maps.locator(".ex-channel .ex-digits figure")).to_have_count(8)
    assert "map=3." in page.url
    page.get_by_label("The other digit").select_option("9")
    page.get_by_role("button", name="Find a small change").click()
    expect(maps.locator(".ex-turned")).to_contain_text("of its ink turns the answer into 9")


@BOTH
def test_a_drawing_falls_among_its_like_on_the_map(opened):
    page = opened("map")
    canvas = page.get_by_test_id("map")
    expect(canvas).to_be_visible()
    expect(canvas).to_have_attribute("data-points", "10000")
    draw_on(page, "7")
    expect(page.locator("#explore-map [role=status]")).to_contain_text("are 7")
    expect(page.locator("#explore-map .ex-digits figure")).to_have_count(8)
    canvas.focus()
    for _ in range(7):
        page.keyboard.press("+")
    expect(canvas).to_have_attribute("data-points", re.compile(r"^1?\d{1,3}$"))
    page.wait_for_url("**view=**")
    page.keyboard.press("0")
    expect(canvas).to_have_attribute("data-points", "10000")
    page.get_by_label("Colour").select_option("error")
    expect(page.locator(".ex-key")).to_contain_text("misread at one look")


def test_a_lasso_shows_the_images_in_it(opened):
    page = opened("map")
    canvas = page.get_by_test_id("map")
    expect(canvas).to_have_attribute("data-points", "10000")
    page.get_by_role("button", name="Lasso").click()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + 8)  # the corners are round
    page.mouse.down()
    for x, y in ((1, 0), (1, 1), (0, 1)):
        page.mouse.move(box["x"] + 8 + x * (box["width"] - 16), box["y"] + 8 + y * (box["height"] - 16))
    page.mouse.up()
    heading, images = page.locator("#explore-map h3"), page.locator("#explore-map h3 + .ex-digits figure")
    expect(heading).to_contain_text("10,000 images chosen, ")
    expect(images).to_have_count(60)
    page.get_by_role("button", name="Show more").click()
    expect(images).to_have_count(120)
    assert "lasso=" in page.url
    page.reload()
    expect(heading).to_contain_text("10,000 images chosen, ")
    expect(images).to_have_count(60)
    images.last.get_by_role("button").click()
    expect(page.get_by_role("tab", name="Predict")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_test_id("answer")).to_have_attribute("data-text", re.compile(r"^\d$"))


def test_the_map_is_used_by_keyboard(opened):
    page = opened("map")
    canvas = page.get_by_test_id("map")
    expect(canvas).to_have_attribute("data-points", "10000")
    lasso = page.get_by_role("button", name="Lasso")
    lasso.press("Enter")
    pressed = page.get_by_role("button", name="Now draw around some points")
    pressed.press("Escape")
    expect(lasso).to_have_attribute("aria-pressed", "false")
    for _ in range(7):
        canvas.press("+")
    expect(canvas).to_have_attribute("data-points", re.compile(r"^[1-9]\d?\d?$"))  # not the void between two clouds
    canvas.press("Enter")
    expect(page.locator("#explore-map h3")).to_have_text(re.compile(r"^[1-9]\d* images? chosen"))
    expect(page.locator("#explore-map h3 + .ex-digits figure").first).to_be_visible()


def test_pointing_at_the_map_shows_the_image_there_and_turning_the_wheel_past_all_scrolls(opened):
    page = opened("map")
    canvas = page.get_by_test_id("map")
    expect(canvas).to_have_attribute("data-points", "10000")
    for _ in range(4):
        canvas.press("+")  # what lies nearest to the middle stays in sight
    canvas.press("Enter")
    box = canvas.bounding_box()
    shown = page.locator(".ex-pointed")
    places = [(x, y) for y in range(10, int(box["height"]), 20) for x in range(10, int(box["width"]), 20)]
    for x, y in places:
        page.mouse.move(box["x"] + x, box["y"] + y)
        if page.locator(".ex-pointed:visible").count():
            break
    expect(shown).to_have_text(re.compile(r"^\d"))
    page.mouse.move(2, 2)
    expect(shown).to_be_hidden()
    canvas.press("0")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    page.mouse.wheel(0, 200)
    page.wait_for_function("scrollY > 0")


@BOTH
def test_the_drawing_is_in_the_address(opened):
    page = opened("inside")
    answer = page.get_by_test_id("explore-answer")
    draw_on(page, "4")
    expect(answer).to_contain_text("cnn reads 4, sure")
    page.reload()
    expect(answer).to_contain_text("cnn reads 4, sure")
    page.locator("#explore-inside .ex-maps button").first.click()
    page.wait_for_url("**map=1.**")
    page.locator(".explore [role=tab][data-part=map]").click()
    page.locator(".explore [data-do=link]").click()
    assert "explore=map" in page.url and "&d=" in page.url and "map=1." not in page.url
    page.locator(".explore [data-do=clear]").click()
    assert "d=" not in page.url


def test_an_address_that_is_put_into_the_open_page_is_followed(opened):
    page = opened("inside")
    page.get_by_role("tab", name="Predict").click()
    page.evaluate("location.hash = '#explore=map&by=error'")
    expect(page.locator("#explore-map")).to_be_visible()
    expect(page.get_by_label("Colour")).to_have_value("error")
    page.evaluate("location.hash = '#explore=map&by=doubt&lasso=-1.-1.65536.-1.65536.65536.-1.65536'")
    expect(page.get_by_label("Colour")).to_have_value("doubt")
    expect(page.locator("#explore-map h3")).to_contain_text("10,000 images chosen")
    page.go_back()
    expect(page.get_by_label("Colour")).to_have_value("error")
    expect(page.locator("#explore-map h3")).to_be_hidden()


def test_an_address_opens_its_tab_in_an_open_page_of_the_app(new_page):
    page = new_page()
    page.evaluate("location.hash = '#explore=quiz'")
    expect(page.locator("#explore-quiz")).to_be_visible()
    page.evaluate("location.hash = '#section=confusion'")
    expect(page.get_by_role("tab", name="Evaluate")).to_have_attribute("aria-selected", "true")


def test_what_drives_a_map_stands_below_its_layer_and_can_be_closed(opened):
    page = opened("inside")
    draw_on(page, "4")
    chosen = page.locator("#explore-inside .ex-maps button").nth(3)
    chosen.click()
    expect(page.locator("#explore-inside .ex-layer:first-of-type + .ex-channel h2")).to_contain_text("Layer 1, map")
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".ex-channel")).to_be_hidden()
    expect(chosen).to_be_focused()
    assert "map=" not in page.url


@BOTH
def test_the_quiz_is_answered_by_keyboard_and_a_link_asks_the_same(opened):
    page = opened("quiz")
    page.get_by_role("button", name="Start").click()
    quiz = page.get_by_test_id("quiz")
    expect(quiz).to_contain_text("1 of 20")
    assert "quiz=" in page.url
    for _ in range(20):
        page.keyboard.press("4")
    expect(quiz.locator("h2")).to_contain_text("of 20")
    expect(quiz.locator("figure")).to_have_count(20)
    first = quiz.locator("figcaption").all_text_contents()
    page.reload()
    page.get_by_role("button", name="Start").click()
    for _ in range(20):
        page.keyboard.press("4")
    expect(quiz.locator("figure")).to_have_count(20)
    assert quiz.locator("figcaption").all_text_contents() == first


def test_the_quiz_hears_its_keys_wherever_the_focus_is_and_waits_for_who_looks_away(opened):
    page = opened("quiz")
    quiz = page.get_by_test_id("quiz")
    page.get_by_role("button", name="Start").focus()
    for _ in range(3):
        page.keyboard.press("Enter")  # pressed too often: that answers nothing
    count = quiz.get_by_role("status")
    expect(count).to_have_text("1 of 20")
    page.mouse.click(4, 600)
    page.keyboard.press("7")
    expect(count).to_have_text("2 of 20")
    page.clock.install()
    page.locator(".explore [role=tab][data-part=inside]").click()
    page.keyboard.press("7")
    page.clock.fast_forward(600_000)
    page.locator(".explore [role=tab][data-part=quiz]").click()
    expect(count).to_have_text("2 of 20")
    page.get_by_role("button", name="End it here").click()
    expect(quiz.locator("h2")).to_contain_text("of 1")
    expect(quiz.get_by_role("button", name="Copy link")).to_be_visible()
    page.reload()
    expect(quiz).to_contain_text("The address names the questions")


def test_nothing_of_it_is_loaded_before_it_is_opened(new_page, site):
    page = new_page(address=site)
    names = page.evaluate("performance.getEntriesByType('resource').map(({name}) => name)")
    assert names and not [name for name in names if "/explore/" in name and name.endswith(".js")]
    assert not [name for name in names if name.endswith((".bin", "inside.tflite")) or "/mnist/" in name]


@pytest.mark.parametrize(
    "part", ["inside", *(pytest.param(part, marks=pytest.mark.slow) for part in ("map", "train", "teach", "quiz"))]
)
def test_it_fits_a_phone_and_axe_finds_nothing(new_page, axe, part):
    page = new_page(f"#explore={part}", ready=f"#explore-{part}:visible", **PHONE)
    expect(page.locator(f"#explore-{part} h2").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe(page, ".explore", ("serious", "critical")) == []


def test_the_images_route_gives_mnist_or_says_that_it_is_not_here(mnist, monkeypatch):
    import gzip

    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    from model.datasets import DataError

    client = TestClient(Starlette(routes=routes.routes()))
    content = gzip.decompress(client.get("/page/mnist/test-images.gz").content)
    assert content == mnist.test.images.tobytes() + mnist.test.labels.astype("uint8").tobytes()
    assert client.get("/page/mnist/other-images.gz").status_code == 404

    def gone(_):
        raise DataError("gone")

    monkeypatch.setattr(routes, "packed", gone)
    answer = client.get("/page/mnist/test-images.gz")
    assert answer.status_code == 404 and answer.json() == {"error": routes.MISSING}
