"""The page that needs no server, in a real browser, from a plain web server's sub-path; nothing else can be reached."""

import gzip
import re
from urllib.parse import urljoin

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from benchmarks.latency import link
from interface.predict.examples.draw import one, row
from interface.reader import routes as reader_routes
from interface.reader import runtime
from interface.static import main
from interface.static_site import build
from interface.static_site.page import CARDS
from tests.browser import PHONE, Held, draw, eventually, expect_text, png, strokes_of, touch, upload
from tests.conftest import missing
from tests.interface.evaluate.dashboard import cell, shipped_report
from tests.pages import Opener
from tools.web import serving

LIMIT = 4_200_000  # bytes with gzip, of everything but what is loaded only when wanted


@pytest.fixture
def open_site(browser, site):
    opener = Opener(browser, site)
    yield opener
    opener.close()


def evaluate(page: Page) -> None:
    page.get_by_role("tab", name="Evaluate").click()


@pytest.mark.parametrize("digit", ["2", *(pytest.param(digit, marks=pytest.mark.slow) for digit in "357")])
def test_a_digit_drawn_with_the_mouse_is_read(open_site, digit):
    page = open_site()
    draw(page, strokes_of(digit))
    expect_text(page, digit)
    expect(page.get_by_test_id("verdict")).to_have_text("sure")
    expect(page.get_by_test_id("answer")).to_have_attribute("aria-busy", "false")
    pixels = "canvas => new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size"
    for tile in (
        *(page.locator(f"[data-tile={name}]") for name in ("picture", "ink", "crop")),
        page.get_by_test_id("model-image"),
    ):
        eventually(page, lambda tile=tile: tile.evaluate(pixels), lambda colours: colours > 2)


def test_a_digit_drawn_with_a_finger_is_read_and_the_phone_does_not_scroll(open_site):
    phone = open_site(**PHONE)
    touch(phone, strokes_of("7"))
    expect_text(phone, "7")
    assert phone.evaluate("[scrollX, scrollY]") == [0, 0]


def test_several_digits_are_read_and_each_can_be_looked_at(open_site):
    page = open_site()
    for at, digit in enumerate("204"):
        draw(page, strokes_of(digit, 90, 15 + 88 * at, 90))
    expect_text(page, "204")
    page.get_by_role("button", name=re.compile("^4, sure")).first.click()
    expect(page.locator("[data-note=crop]")).to_contain_text("3 of 3")


def test_the_answer_comes_while_the_pen_is_down(open_site):
    page = open_site()
    page.locator(".predict[data-reads]").wait_for()
    pad = page.get_by_test_id("sketchpad").bounding_box()
    scale = pad["width"] / 280
    [stroke] = strokes_of("7")
    for index, (x, y) in enumerate(stroke):
        page.mouse.move(pad["x"] + x * scale, pad["y"] + y * scale)
        if index == 0:
            page.mouse.down()
    expect_text(page, "7")
    page.mouse.up()


def test_undo_and_clear_take_the_answer_away(open_site):
    page = open_site()
    draw(page, strokes_of("1"))
    expect_text(page, "1")
    page.get_by_test_id("clear").click()
    expect_text(page, "")
    expect(page.get_by_test_id("verdict")).to_contain_text("Draw a digit")


def test_the_reader_that_started_before_the_page_is_the_one_that_reads(open_site):
    page = open_site(first_visit=True)
    eventually(page, lambda: page.evaluate("window.startedReader === undefined"), bool)
    assert len(page.workers) == 1
    draw(page, strokes_of("7"))
    expect_text(page, "7")


def test_a_link_with_a_drawing_shows_its_answer(open_site, browser):
    page = open_site(permissions=["clipboard-read", "clipboard-write"])
    draw(page, strokes_of("3"))
    expect_text(page, "3")
    page.get_by_test_id("link").click()
    expect(page).to_have_url(re.compile("#d="))
    other = open_site(page.url[page.url.index("#") :])
    expect_text(other, "3")


def test_an_answer_does_not_wait_for_what_the_other_model_thinks(open_site):
    page = open_site(first_visit=True)
    address, held = page.url, Held(page.context, "**/classic.tflite")
    page.goto("about:blank")
    page.goto(address + link())  # read while the networks are on their way
    expect_text(page, "7")
    held.wait(page)
    assert not page.get_by_test_id("other-model").is_visible()
    held.release()
    expect(page.get_by_test_id("other-model")).to_be_visible()


def test_after_the_first_visit_it_works_without_any_network(open_site, site_folder):
    open_site.expected.append("net::ERR_FAILED")  # the 10,000 images
    with serving(site_folder.parent.parent) as address:
        page = open_site(address=f"{address}somewhere/digits/")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # its server is gone
    page.locator(".predict.ready").wait_for()
    draw(page, strokes_of("5"))
    expect_text(page, "5")
    evaluate(page)
    expect(page.get_by_test_id("evaluation-status")).to_contain_text("The shipped report")
    cell(page, 9, 9).click()  # without the images, for which nobody had asked while there was a network
    right = shipped_report("cnn").metrics.confusion_matrix[9][9]
    expect(page.get_by_test_id("gallery").locator("h2")).to_have_text(f"True 9, read as 9: {right:,} images")
    expect(page.get_by_test_id("per-class")).to_be_visible()


def test_a_browser_without_relaxed_simd_reads_with_the_other_build(open_site, site_folder):
    constants = (site_folder / "assets" / reader_routes.CONSTANTS).read_text("utf-8")
    other = constants.replace(f'"relaxed_simd": {list(runtime.RELAXED_SIMD)}', '"relaxed_simd": [0]')
    assert other != constants
    page = open_site(service_workers="block")
    address, asked = page.url, []
    page.goto("about:blank")  # what the first visit asks for does not count
    page.context.on("request", lambda request: asked.append(request.url))
    page.context.route(
        "**/reader/constants.js", lambda route: route.fulfill(body=other, content_type="text/javascript")
    )
    page.goto(address)
    draw(page, strokes_of("4"))
    expect_text(page, "4")
    builds = {build for url in asked for build, files in runtime.BUILDS.items() if url.endswith(files)}
    assert builds == {runtime.PLAIN}


def test_without_the_network_file_a_sentence_says_so(open_site, browser):
    page = open_site(service_workers="block")
    open_site.expected.append("status of 404")
    page.context.route("**/*.tflite", lambda route: route.fulfill(status=404))
    page.reload()
    page.locator(".predict.ready").wait_for()
    draw(page, strokes_of("7"))
    expect(page.get_by_test_id("problem")).to_contain_text("The network could not be loaded")


def test_without_the_network_for_pages_a_picture_is_read_in_one_way_and_a_sentence_says_so(open_site):
    page = open_site(service_workers="block")
    open_site.expected.append("status of 404")
    page.context.route("**/page_reader.tflite", lambda route: route.fulfill(status=404))
    upload(page, "row.png", png(row("2048")))
    expect_text(page, "2048")
    expect(page.get_by_test_id("problem")).to_have_text(
        "The network for pages could not be loaded, so this was read in one way only."
    )
    page.context.unroute_all()
    upload(page, "seven.png", png(one("7")))  # a later picture may find it back
    expect_text(page, "7")
    expect(page.get_by_test_id("problem")).to_be_empty()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_either_theme_at_either_size(open_site, axe, scheme):
    for options in ({}, PHONE):
        page = open_site(color_scheme=scheme, bypass_csp=True, **options)  # axe's own code comes from outside
        draw(page, strokes_of("7"))
        expect_text(page, "7")
        expect(page.get_by_test_id("answer")).to_have_attribute("aria-busy", "false")
        for tab in ("Predict", "Evaluate"):
            page.get_by_role("tab", name=tab).click()
            if tab == "Evaluate":
                expect(page.get_by_test_id("gallery").locator(".tile").first).to_be_visible()
                cell(page, 4, 9).click()
                for card in CARDS[1:]:
                    page.locator(".ev-toc").get_by_text(card, exact=True).click()
            assert axe(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def test_it_can_be_installed(open_site, site):
    page = open_site()
    manifest_url = urljoin(site, page.locator("link[rel=manifest]").get_attribute("href"))
    manifest = page.request.get(manifest_url).json()
    assert manifest["name"] and manifest["display"] == "standalone"
    assert urljoin(manifest_url, manifest["start_url"]) == urljoin(manifest_url, manifest["scope"]) == site
    for icon in manifest["icons"]:
        content = page.request.get(urljoin(manifest_url, icon["src"])).body()
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        height, width = picture.shape[:2]
        assert icon["sizes"] == f"{width}x{height}"
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}


def test_the_test_images_travel_with_the_folder(site_folder, mnist):
    content = (site_folder / "mnist" / "test-images.gz").read_bytes()
    assert len(content) <= 1_700_000
    assert gzip.decompress(content)[: 784 * 10_000] == mnist.test.images.tobytes()
    assert "CC BY-SA" in (site_folder / "index.html").read_text("utf-8")


def test_nothing_of_the_evaluation_is_fetched_before_it_is_wanted(open_site):
    page, asked = open_site(service_workers="block"), []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    draw(page, strokes_of("7"))
    expect_text(page, "7")
    pages = ("page_reader.tflite", "/reader/page_reader/", "/reader/pictures/")
    seldom = ("/reports/", "/mnist/", *pages)
    assert asked and not [url for url in asked if any(part in url for part in seldom) or "utif" in url.split("/")[-1]]
    upload(page, "seven.png", png(one("7")))
    expect_text(page, "7")
    eventually(page, lambda: asked, lambda urls: any(url.endswith("page_reader.tflite") for url in urls))


def test_a_tab_that_cannot_be_loaded_says_so_and_is_tried_again(open_site):
    page = open_site(service_workers="block")
    open_site.expected += ["ERR_FAILED", "dynamically imported"]
    page.route("**/evaluate/dashboard.js", lambda route: route.abort())
    page.get_by_role("tab", name="Evaluate").click()
    expect(page.locator("#evaluate").get_by_role("alert")).to_contain_text("could not be loaded")
    page.unroute("**/evaluate/dashboard.js")
    page.get_by_role("tab", name="Predict").click()
    page.get_by_role("tab", name="Evaluate").click()
    expect(page.get_by_test_id("evaluation-status")).to_be_visible()
    expect(page.locator("#evaluate").get_by_role("alert")).to_have_count(0)


def test_everything_is_under_the_limit_and_addresses_nothing_outside(site_folder):
    wanted = (
        "reports/*",
        "mnist/*",
        "assets/interface/explore/*",
        "assets/interface/static_site/evaluate/*",
        "assets/interface/reader/page_reader/*",
        "engine/*/*.bin",
        "engine/*/inside.tflite",
        "engine/*/page_reader.tflite",
        "engine/*/page_writing.tflite",
        "engine/*/instance_classifier.json",
        "engine/*/jax*",
        f"engine/*/{runtime.PLAIN}.*",  # instead of the other build
    )
    later = [path for pattern in wanted for path in site_folder.glob(pattern)]
    packed = [len(path.read_bytes() if path.suffix == ".gz" else gzip.compress(path.read_bytes(), 9)) for path in later]
    _, with_gzip, _ = build.sizes(site_folder)
    assert with_gzip - sum(packed) <= LIMIT
    for path in site_folder.rglob("*"):
        if path.suffix in (".html", ".css", ".webmanifest"):
            assert not re.search(rb"""(src|href|url\()=?["']?(/|https?:)""", path.read_bytes()), path.name


def test_only_its_own_folder_is_written_over(tmp_path, capsys):
    if runtime.folder() is None:
        missing(runtime.COMMAND)
    file, others, mine = tmp_path / "file", tmp_path / "others", tmp_path / "mine"
    file.write_text("", "utf-8")
    others.mkdir()
    (others / "thesis.txt").write_text("mine", "utf-8")
    assert main([str(file)]) == 2
    assert "is a file" in capsys.readouterr().err
    assert main([str(others)]) == 2
    assert "holds other files" in capsys.readouterr().err
    assert [path.name for path in others.iterdir()] == ["thesis.txt"]
    assert main([str(mine)]) == main([str(mine)]) == 0


def test_without_the_runtime_it_names_the_command_that_fetches_it(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(runtime, "FOLDER", tmp_path / "nowhere")
    assert main([str(tmp_path / "out")]) == 2
    assert runtime.COMMAND in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
