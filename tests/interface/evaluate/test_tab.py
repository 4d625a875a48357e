"""The Evaluate tab in a real browser: opened, run to its end, walked with mouse, keyboard and finger."""

import contextlib
import json
import re
import shutil

import pytest
from PIL import Image
from playwright.sync_api import TimeoutError, expect

from evaluation import report_files
from evaluation.galleries import data_url
from evaluation.report import Report
from interface.evaluate.cards import CARDS
from interface.evaluate.downloads import FILES
from model import labelled_drawings
from model.recogniser import load, shipped

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


def open_card(page, name):
    page.locator(".ev-cards").get_by_role("tab", name=name).click()


def shipped_report(name: str) -> Report:
    found = report_files.shipped(name)
    assert found
    return found


def worst_cell(found):
    """(true, predicted, images) of the most frequent mistake."""
    return max(
        ((t, p, n) for t, row in enumerate(found.metrics.confusion_matrix) for p, n in enumerate(row) if t != p),
        key=lambda entry: entry[2],
    )


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


def test_the_epochs_stand_beside_the_published_ones_with_the_plain_statement(evaluate):
    page = evaluate()
    page.get_by_test_id("model").select_option("classic")
    open_card(page, "Epochs")
    table = page.get_by_test_id("epochs")
    expect(table.locator("tbody tr")).to_have_count(len(shipped_report("classic").epochs))
    expect(table).to_contain_text("86.63 %")
    expect(page.locator(".ev-cards")).to_contain_text("are training figures, not test accuracy")
    expect(page.locator(".ev-cards svg.plot").first).to_be_visible()


def test_a_table_sorts_by_the_heading_chosen(evaluate):
    page = evaluate()
    table = page.get_by_test_id("per-class")
    table.get_by_role("button", name="errors").click()
    errors = [int(row.locator("td").nth(1).inner_text()) for row in table.locator("tbody tr").all()]
    assert errors == sorted(errors, reverse=True)
    expect(table.locator("[aria-sort=descending]")).to_have_text("errors")


def test_images_can_be_filtered_ordered_and_opened_in_predict(evaluate, mnist):
    page, found = evaluate(), shipped_report(NAME)
    open_card(page, "Images")
    images = page.get_by_test_id("images")
    images.locator("[data-choice=kind]").select_option("unsure")
    expect(images.get_by_role("heading")).to_have_text("Least sure: 10,000 images")
    images.locator("[data-choice=labels]").select_option("problem")
    expect(images.get_by_role("heading")).to_have_text("Least sure, label: known problem: 15 images")
    images.locator("[data-choice=sort]").select_option("index")
    expect(images.locator(".tile").first).to_have_attribute("data-index", "947")
    images.locator(".tile").first.click()
    answer = page.get_by_test_id("answer")
    expect(page.get_by_role("tab", name="Predict")).to_have_attribute("aria-selected", "true")
    expect(answer).to_have_attribute("data-text", str(found.predicted[947]))


def test_filters_work_by_keyboard_alone(evaluate, mnist):
    page, found = evaluate(), shipped_report(NAME)
    open_card(page, "Images")
    images = page.get_by_test_id("images")
    expect(images.get_by_role("heading")).to_contain_text("Most wrong")
    images.locator("[data-choice=true]").focus()
    page.keyboard.type("9")
    wrong = found.labels != found.predicted
    expect(images.get_by_role("heading")).to_contain_text(
        f"Most wrong, true 9: {(wrong & (found.labels == 9)).sum()} image"
    )
    images.locator("[data-choice=sure]").focus()
    page.keyboard.type("below")
    low = wrong & (found.labels == 9) & (found.probabilities.max(axis=1) < 0.5)
    expect(images.get_by_role("heading")).to_contain_text(f"true 9, below 50 %: {low.sum()} image")


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


def test_an_image_that_is_still_decoded_is_opened_whole(evaluate, mnist):
    page, image = evaluate(), mnist.test.images[0]
    tile = page.get_by_test_id("gallery").locator(".tile").first
    with page.expect_request("**/page/image?*") as asked:
        tile.evaluate("(tile, src) => { tile.querySelector('img').src = src; tile.click(); }", data_url(image))
    assert asked.value.post_data_buffer == image.tobytes()


def test_coverage_answers_the_slider(evaluate):
    page, found = evaluate(), shipped_report(NAME)
    open_card(page, "Is it sure")
    sentence = page.get_by_test_id("coverage")
    expect(sentence).to_contain_text("it answers 100.00 %")
    point = found.metrics.coverage[20]
    page.locator("[data-points]").fill("20")
    expect(sentence).to_contain_text(
        f"it answers {100 * point.coverage:.2f} % and is right {100 * point.accuracy:.2f} %"
    )


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


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(evaluate, theme, width):
    page = evaluate(f"/?__theme={theme}", viewport={"width": width, "height": 844}, has_touch=width == 390)
    expect(page.get_by_test_id("per-class")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = cell(page, 9, 9).bounding_box()
    assert box["width"] >= 24 and box["height"] >= 24  # WCAG 2.5.8


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_about_in_any_card(evaluate, axe, theme, mnist):
    page = evaluate(f"/?__theme={theme}")
    expect(page.get_by_test_id("per-class")).to_be_visible()
    for name in CARDS:
        open_card(page, name)
        page.wait_for_timeout(300)  # transitions of colours
        assert axe(page, ".evaluation-tab") == [], name


def test_robustness_is_measured_on_request_and_can_be_stopped(evaluate, mnist):
    page = evaluate()
    open_card(page, "Robustness")
    page.get_by_test_id("measure-all").click()
    page.get_by_test_id("stop").click()
    expect(page.locator(".ev-cards")).to_contain_text("Cancelled after")
    page.get_by_test_id("measure").click()
    expect(page.get_by_test_id("stop")).to_be_visible()
    expect(page.get_by_test_id("stop")).to_be_hidden(timeout=120_000)  # the next test's run would find it busy
    expect(page.locator(".ev-cards")).to_contain_text("on the same 1,000 images clean (seed 0)")
    expect(page.get_by_test_id("robustness").locator("tbody tr")).to_have_count(16)
    expect(page.get_by_test_id("robustness").locator("img")).to_have_count(16)


def test_a_kept_run_is_listed_and_compared(evaluate, mnist):
    page = evaluate()
    open_card(page, "History")
    runs = page.get_by_test_id("history").locator("tbody tr")
    expect(page.get_by_test_id("history")).to_be_visible()
    before = runs.count()
    page.get_by_test_id("run").click()
    expect(runs).to_have_count(before + 1, timeout=90_000)
    expect(runs.first).to_contain_text(NAME)
    runs.first.get_by_role("button").click()
    expect(page.get_by_test_id("mcnemar")).to_contain_text("right and wrong on exactly the same images")


def test_two_models_are_compared_in_words_and_images(evaluate, mnist):
    page = evaluate()
    open_card(page, "Compare")
    page.locator("[data-choice=other]").select_option("model classic")
    a, b = shipped_report(NAME), shipped_report("classic")
    only = int(((a.labels == a.predicted) & (b.labels != b.predicted)).sum())
    expect(page.get_by_test_id("mcnemar")).to_contain_text(
        f"{NAME} is better than classic, and by more than chance explains"
    )
    expect(page.get_by_test_id("compare")).to_contain_text(f"Only {NAME} reads {only} images right")
    rows = page.get_by_test_id("comparison").locator("tbody tr")
    expect(rows.nth(1)).to_contain_text(str(a.metrics.errors))
    expect(rows.nth(1)).to_contain_text(str(b.metrics.errors))
    expect(page.get_by_test_id("compare").locator(".tile").first).to_be_visible()


def test_a_model_given_at_start_is_evaluated_to_be_compared_with(start_app, browser, mnist, tmp_path):
    brought = tmp_path / "brought.tflite"
    brought.write_bytes(load("classic").path.read_bytes())
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(start_app("--model", NAME, str(brought)))
    page.get_by_role("tab", name="Evaluate").click()
    open_card(page, "Compare")
    page.locator("[data-choice=other]").select_option("model brought")
    page.get_by_role("button", name="Evaluate brought now").click()
    expect(page.get_by_test_id("mcnemar")).to_contain_text(f"{NAME} is better than brought", timeout=90_000)
    context.close()


# ---- an uploaded test set ----


def my_digits(folder):
    """folder/mine/<digit>/a.png, and one file that is no picture. Returns how many pictures."""
    for digit in (0, 1, 3, 7):
        (folder / "mine" / str(digit)).mkdir(parents=True)
        Image.fromarray(labelled_drawings.pad(digit)).save(folder / "mine" / str(digit) / "a.png")
    (folder / "mine" / "7" / "<img src=x onerror=alert(1)>.png").write_text("no picture", "utf-8")
    return 4


@pytest.mark.parametrize("how", ["zip", "folder"])
def test_an_uploaded_test_set_gets_the_same_dashboard(evaluate, tmp_path, how):
    count, page = my_digits(tmp_path), evaluate()
    given = (
        tmp_path / "mine"
        if how == "folder"
        else shutil.make_archive(str(tmp_path / "sent" / "mine"), "zip", tmp_path, "mine")
    )
    page.get_by_test_id("own").locator("summary").click()
    page.locator(f"[data-upload={how}]").set_input_files(given)
    expect(page.get_by_test_id("evaluation-status")).to_contain_text(f"{count} pictures in", timeout=60_000)
    expect(page.get_by_test_id("source")).to_have_text("mine" if how == "folder" else "mine.zip")
    expect(page.get_by_test_id("unreadable")).to_contain_text("1 file could not be read")
    page.get_by_test_id("unreadable").locator("summary").click()
    expect(page.get_by_test_id("unreadable")).to_contain_text("<img src=x onerror=alert(1)>.png: This is not a picture")
    cell(page, 7, 7).click()
    expect(page.get_by_test_id("gallery").locator(".tile")).to_have_count(1)
    open_card(page, "Per class")
    expect(page.get_by_test_id("per-class").locator("tbody tr")).to_have_count(10)
    with page.expect_download() as download:
        page.get_by_test_id("downloads").click()
        page.locator('[data-file="report.json"]').click()
    taken = json.loads(download.value.path().read_text("utf-8"))
    assert taken["dataset"]["n"] == count and len(taken["folder"]["unreadable"]) == 1
    page.locator("[data-do=back]").click()
    expect(page.get_by_test_id("errors").locator("..")).to_contain_text("of 10,000")


def test_a_zip_that_is_no_test_set_is_a_sentence(evaluate, tmp_path):
    page = evaluate()
    (tmp_path / "x.zip").write_text("no zip", "utf-8")
    page.get_by_test_id("own").locator("summary").click()
    page.locator("[data-upload=zip]").set_input_files(tmp_path / "x.zip")
    expect(page.get_by_test_id("evaluation-status")).to_contain_text("This is not a whole zip file.")
    expect(page.get_by_test_id("run")).to_be_enabled()
