"""The Evaluate tab in a real browser: opened, run to its end, walked with mouse, keyboard and finger."""

import contextlib
import json
import re

import pytest
from playwright.sync_api import TimeoutError, expect

from evaluation.galleries import data_url
from interface.evaluate.downloads import FILES
from tests.browser import PHONE
from tests.interface.evaluate.dashboard import NAME, cell, shipped_report, worst_cell


def test_the_shipped_report_is_there_at_once_and_is_called_that(evaluate):
    page, found = evaluate(), shipped_report(NAME)
    expect(page.get_by_test_id("source")).to_have_text("The shipped report, not a run")
    expect(page.get_by_test_id("accuracy")).to_have_text(f"{100 * found.metrics.accuracy:.2f} %")
    expect(page.get_by_test_id("errors")).to_have_text(str(found.metrics.errors))
    expect(page.get_by_test_id("per-class").locator("tbody tr")).to_have_count(10)
    assert page.locator("[role=gridcell]").count() == 100
    for name in ("run", "cancel", "gallery"):
        assert page.get_by_test_id(name).count() == 1


def test_a_run_goes_to_its_end_and_a_cell_shows_exactly_its_images(evaluate, mnist):
    page, found = evaluate(), shipped_report(NAME)
    page.get_by_test_id("run").click()
    expect(page.get_by_test_id("source")).to_have_text("A run on this machine", timeout=90_000)
    expect(page.get_by_test_id("evaluation-status")).to_contain_text("reproduces the shipped report")
    expect(page.get_by_test_id("accuracy")).to_have_text(f"{100 * found.metrics.accuracy:.2f} %")
    true, predicted, n = worst_cell(found)
    cell(page, true, predicted).click()
    gallery = page.get_by_test_id("gallery")
    expect(gallery.get_by_role("heading")).to_have_text(re.compile(f"True {true}, read as {predicted}: {n} image"))
    expect(gallery.locator(".tile")).to_have_count(min(n, 48))
    expected = {
        i for i, (t, p) in enumerate(zip(found.labels, found.predicted, strict=True)) if (t, p) == (true, predicted)
    }
    assert {int(tile.get_attribute("data-index")) for tile in gallery.locator(".tile").all()} <= expected
    expect(page.get_by_test_id("run")).to_be_enabled()


def test_the_matrix_is_walked_with_the_keyboard_and_speaks(evaluate, mnist):
    page, found = evaluate(), shipped_report(NAME)
    expect(page.locator('[role=gridcell][tabindex="0"]')).to_have_count(1)  # one stop for Tab
    page.locator('[role=gridcell][tabindex="0"]').focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "End", "ArrowLeft", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    n = found.metrics.confusion_matrix[3][8]
    expect(page.locator("[role=gridcell]:focus")).to_have_attribute(
        "aria-label", f"true 3, predicted 8: {n} image{'' if n == 1 else 's'}"
    )
    expect(page.get_by_test_id("gallery").get_by_role("heading")).to_contain_text(f"True 3, read as 8: {n} image")
    expect(cell(page, 3, 8)).to_have_attribute("aria-selected", "true")


def test_an_image_opened_in_predict_has_the_dashboards_probabilities(evaluate, mnist):
    page, found = evaluate(), shipped_report(NAME)
    for place in (0, 3):
        page.get_by_role("tab", name="Evaluate").click()
        tile = page.get_by_test_id("gallery").locator(".tile").nth(place)
        row = found.probabilities[int(tile.get_attribute("data-index"))]
        with page.expect_response(lambda response: "/page/image" in response.url) as answered:
            tile.click()
        assert answered.value.json()["digits"][0]["probabilities"] == pytest.approx(list(row), abs=2e-4)
        expect(page.get_by_test_id("answer")).to_have_attribute("data-text", str(row.argmax()))


@pytest.mark.slow
def test_an_image_that_is_still_decoded_is_opened_whole(evaluate, mnist):
    page, image = evaluate(), mnist.test.images[0]
    tile = page.get_by_test_id("gallery").locator(".tile").first
    with page.expect_request("**/page/image?*") as asked:
        tile.evaluate("(tile, src) => { tile.querySelector('img').src = src; tile.click(); }", data_url(image))
    assert asked.value.post_data_buffer == image.tobytes()


def test_every_download_opens_offline(evaluate, browser, mnist, tmp_path):
    page, found = evaluate(), shipped_report(NAME)
    for kind in FILES:
        page.get_by_test_id("downloads").click()
        with page.expect_download() as download:
            page.locator(f'[data-file="{kind}"]').click()
        download.value.save_as(tmp_path / kind)
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["accuracy"] == found.metrics.accuracy
    assert len((tmp_path / "predictions.csv").read_text("utf-8").splitlines()) == 10_001
    context = browser.new_context(offline=True)
    asked = []
    context.on("request", lambda request: asked.append(request.url))
    offline = context.new_page()
    for kind in FILES:
        if kind.endswith(("svg", "png")):
            offline.goto((tmp_path / kind).as_uri())
            size = "[document.images[0]?.naturalWidth ?? document.documentElement.width.baseVal.value][0]"
            assert offline.evaluate(size) > 200, kind
    offline.goto((tmp_path / "report.html").as_uri())
    true, predicted, n = worst_cell(found)
    cell(offline, true, predicted).click()
    expect(offline.locator(".tile:visible")).to_have_count(n)
    offline.keyboard.press("ArrowUp")
    expect(offline.locator("[role=gridcell]:focus")).to_have_attribute("data-true", str(max(true - 1, 0)))
    assert all(url.startswith(("file:", "data:")) for url in asked)
    context.close()


def test_a_cancelled_run_leaves_the_shipped_report_and_can_be_run_again(evaluate, mnist):
    page = evaluate()
    before = page.get_by_test_id("accuracy").inner_text()
    page.get_by_test_id("run").click()
    cancel = page.get_by_test_id("cancel")
    with contextlib.suppress(TimeoutError):  # a fast model on a fast machine is done before anybody can cancel
        cancel.click(timeout=2000)
    expect(page.get_by_test_id("run")).to_be_enabled(timeout=90_000)
    expect(page.get_by_test_id("accuracy")).to_have_text(before)
    expect(cancel).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(evaluate, theme, width):
    page = evaluate(f"/?__theme={theme}", viewport={"width": width, "height": 844}, has_touch=width == 390)
    expect(page.get_by_test_id("per-class")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = cell(page, 9, 9).bounding_box()
    assert box["width"] >= 24 and box["height"] >= 24  # WCAG 2.5.8


def test_the_first_section_stands_unfolded_in_its_place(evaluate):
    for options in ({}, PHONE):
        page = evaluate(**options)
        table, next_heading = page.get_by_test_id("per-class"), page.locator("[data-fold=epochs]")
        expect(table).to_be_visible()
        assert table.bounding_box()["y"] + table.bounding_box()["height"] <= next_heading.bounding_box()["y"]
