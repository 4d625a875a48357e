"""The Evaluate tab in a real browser: opened, run to its end, walked with mouse, keyboard and finger."""

import contextlib
import json
import re

import pytest
from playwright.sync_api import TimeoutError, expect

from evaluation import saved
from model.recogniser import shipped

NAME = shipped()[0]


@pytest.fixture
def evaluate(new_page):
    """evaluate(**options) opens the app on its Evaluate tab."""

    def open_tab(path="/", **options):
        page = new_page(path, **options)
        page.get_by_role("tab", name="Evaluate").click()
        expect(page.get_by_test_id("confusion-matrix")).to_be_visible()
        return page

    return open_tab


def cell(page, true, predicted):
    return page.locator(f'[data-testid=confusion-matrix] [data-true="{true}"][data-predicted="{predicted}"]')


def subject(page, name):
    page.locator(".ev-subjects").get_by_role("tab", name=name).click()


def worst_cell(found):
    """(true, predicted, images) of the most frequent mistake."""
    return max(
        ((t, p, n) for t, row in enumerate(found.metrics.confusion_matrix) for p, n in enumerate(row) if t != p),
        key=lambda entry: entry[2],
    )


def test_the_shipped_report_is_there_at_once_and_is_called_that(evaluate):
    page, found = evaluate(), saved.shipped(NAME)
    expect(page.get_by_test_id("source")).to_have_text("The shipped report, not a run")
    expect(page.get_by_test_id("accuracy")).to_have_text(f"{100 * found.metrics.accuracy:.2f} %")
    expect(page.get_by_test_id("errors")).to_have_text(str(found.metrics.errors))
    expect(page.get_by_test_id("per-class").locator("tbody tr")).to_have_count(10)
    assert page.locator("[role=gridcell]").count() == 100
    for name in ("run", "cancel", "gallery"):
        assert page.get_by_test_id(name).count() == 1


def test_a_run_goes_to_its_end_and_a_cell_shows_exactly_its_images(evaluate, mnist):
    page, found = evaluate(), saved.shipped(NAME)
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
    page, found = evaluate(), saved.shipped(NAME)
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


def test_the_epochs_stand_beside_the_published_ones_with_the_plain_statement(evaluate):
    page = evaluate()
    page.get_by_test_id("model").select_option("classic")
    subject(page, "Epochs")
    table = page.get_by_test_id("epochs")
    expect(table.locator("tbody tr")).to_have_count(len(saved.shipped("classic").epochs))
    expect(table).to_contain_text("86.63 %")
    expect(page.locator(".ev-subjects")).to_contain_text("are training figures, not test accuracy")
    expect(page.locator(".ev-subjects svg.plot").first).to_be_visible()


def test_a_table_sorts_by_the_heading_chosen(evaluate):
    page = evaluate()
    table = page.get_by_test_id("per-class")
    table.get_by_role("button", name="errors").click()
    errors = [int(row.locator("td").nth(1).inner_text()) for row in table.locator("tbody tr").all()]
    assert errors == sorted(errors, reverse=True)
    expect(table.locator("[aria-sort=descending]")).to_have_text("errors")


def test_images_can_be_filtered_ordered_and_opened_in_predict(evaluate, mnist):
    page, found = evaluate(), saved.shipped(NAME)
    subject(page, "Images")
    images = page.get_by_test_id("images")
    images.locator("[data-choice=kind]").select_option("problems")
    expect(images.get_by_role("heading")).to_have_text("Known label problems: 15 images")
    images.locator("[data-choice=sort]").select_option("index")
    expect(images.locator(".tile").first).to_have_attribute("data-index", "947")
    images.locator(".tile").first.click()
    answer = page.get_by_test_id("answer")
    expect(page.get_by_role("tab", name="Predict")).to_have_attribute("aria-selected", "true")
    expect(answer).to_have_attribute("data-text", str(found.predicted[947]))


def test_coverage_answers_the_slider(evaluate):
    page, found = evaluate(), saved.shipped(NAME)
    subject(page, "Is it sure")
    said = page.get_by_test_id("coverage")
    expect(said).to_contain_text("it answers 100.00 %")
    point = found.metrics.coverage[20]
    page.locator("[data-points]").fill("20")
    expect(said).to_contain_text(f"it answers {100 * point.coverage:.2f} % and is right {100 * point.accuracy:.2f} %")


def test_the_report_can_be_taken_away_and_opens_offline(evaluate, browser, mnist, tmp_path):
    page, found = evaluate(), saved.shipped(NAME)
    for kind in ("report.json", "report.html"):
        page.get_by_test_id("downloads").click()
        with page.expect_download() as download:
            page.locator(f'[data-take="{kind}"]').click()
        download.value.save_as(tmp_path / kind)
    assert json.loads((tmp_path / "report.json").read_text())["accuracy"] == found.metrics.accuracy
    context = browser.new_context(offline=True)
    offline = context.new_page()
    offline.goto((tmp_path / "report.html").as_uri())
    true, predicted, n = worst_cell(found)
    cell(offline, true, predicted).click()
    expect(offline.locator(".tile:visible")).to_have_count(n)
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


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(evaluate, theme, width):
    page = evaluate(f"/?__theme={theme}", viewport={"width": width, "height": 844}, has_touch=width == 390)
    expect(page.get_by_test_id("per-class")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = cell(page, 9, 9).bounding_box()
    assert box["width"] >= 24 and box["height"] >= 24  # WCAG 2.5.8


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_about(evaluate, theme, mnist):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = evaluate(f"/?__theme={theme}")
    expect(page.get_by_test_id("per-class")).to_be_visible()
    page.wait_for_timeout(300)  # transitions of colours
    found = axe.Axe().run(page, context=".evaluation-tab").response["violations"]
    assert found == [], json.dumps([(v["id"], [n["html"][:200] for n in v["nodes"][:3]]) for v in found], indent=1)
