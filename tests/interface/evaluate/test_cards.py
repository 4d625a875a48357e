"""The cards of the Evaluate tab in a real browser."""

import pytest
from playwright.sync_api import expect

from interface.evaluate.cards import CARDS
from model.recogniser import load
from tests.interface.evaluate.dashboard import NAME, open_card, shipped_report


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


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_about_in_any_card(evaluate, axe, theme, mnist):
    page = evaluate(f"/?__theme={theme}")
    expect(page.get_by_test_id("per-class")).to_be_visible()
    for name in CARDS:
        open_card(page, name)
        page.wait_for_timeout(300)  # transitions of colours
        assert axe(page, ".evaluation-tab") == [], name


@pytest.mark.slow
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


@pytest.mark.slow
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
