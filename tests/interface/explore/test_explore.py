"""The Explore tab in a browser: the inside, the map and the quiz, in the app and in the page that needs no server."""

import re

import numpy as np
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
    expect(page.get_by_test_id("explore-answer")).to_contain_text("It reads 4, sure")
    expect(maps.locator(".ex-maps button:visible")).to_have_count(48)
    maps.locator(".ex-maps button").nth(20).click()
    expect(maps.locator(".ex-channel h2")).to_contain_text("Layer 3, map")
    expect(maps.locator(".ex-channel .ex-digits figure")).to_have_count(8)
    assert "map=3." in page.url
    page.get_by_label("The other digit").select_option("9")
    page.get_by_role("button", name="Find a small change").click()
    expect(maps.locator(".ex-turned")).to_contain_text("of its ink turns the answer into 9")


def test_the_maps_are_the_networks(coding, mnist):
    from ai_edge_litert.interpreter import Interpreter

    from model import inside

    network = Interpreter(str(inside.files()[inside.NETWORK]))
    network.allocate_tensors()
    for image in mnist.train.images[:3]:
        network.set_tensor(network.get_input_details()[0]["index"], (image / 255.0).astype(np.float32)[None, ..., None])
        network.invoke()
        found = coding.evaluate(
            """async (image) => {
                const {inside} = await import('./assets/interface/reader/reader.js');
                const {maps, features, place, probabilities} = await inside({image: Uint8Array.from(image)});
                return [...maps, features, place, probabilities].map((numbers) => [...numbers]);
            }""",
            image.ravel().tolist(),
        )
        for page, details in zip(found, network.get_output_details(), strict=True):
            np.testing.assert_allclose(page, network.get_tensor(details["index"]).ravel(), atol=1e-3)


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
    expect(page.locator("#explore-map h3")).to_contain_text("10,000 images in the lasso")
    expect(page.locator("#explore-map h3 + .ex-digits figure")).to_have_count(60)


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
    assert content == mnist.test.images.tobytes() + mnist.test.labels.astype(np.uint8).tobytes()
    assert client.get("/page/mnist/other-images.gz").status_code == 404

    def gone(_):
        raise DataError("gone")

    monkeypatch.setattr(routes, "packed", gone)
    answer = client.get("/page/mnist/test-images.gz")
    assert answer.status_code == 404 and answer.json() == {"error": routes.MISSING}
