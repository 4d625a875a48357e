"""The answer beside the pad in a real browser: digits, what the model saw, the explanation, the nearest digits."""

import re

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from model.recogniser import load
from tests.browser import (
    downloaded,
    draw,
    eventually,
    expect_text,
    strokes_of,
)


def test_several_digits_are_read_in_order_and_each_can_be_chosen(page):
    draw(page, strokes_of("7", 110, 30, 80) + strokes_of("1", 110, 170, 80))
    expect_text(page, "71")
    page.get_by_role("button", name=re.compile("^1, ")).first.click()
    expect(page.locator(".bars .top b")).to_have_text("1")


def test_a_digit_is_chosen_for_one_drawing_only(page):
    draw(page, strokes_of("7", 110, 30, 80) + strokes_of("1", 110, 170, 80))
    expect_text(page, "71")
    expect(page.get_by_test_id("spoken")).to_contain_text("71, ")  # announced once the answer is complete
    pressed, other = (
        page.locator(f"[data-text-shown] button[aria-pressed={pressed}]") for pressed in ("true", "false")
    )
    first = pressed.inner_text()
    other.click()
    expect(other).to_have_text(first)
    page.get_by_test_id("undo").click()
    expect_text(page, "7")
    page.get_by_test_id("redo").click()
    expect_text(page, "71")
    expect(pressed).to_have_text(first)


def test_what_the_model_saw_is_the_28_by_28_image(page):
    draw(page, strokes_of("7"))
    expect_text(page, "7")
    image = page.get_by_test_id("model-image")
    expect(image).to_be_visible()
    assert image.evaluate("c => [c.width, c.height]") == [28, 28]
    bright = "c => c.getContext('2d').getImageData(0, 0, 28, 28).data.filter(v => v > 128).length"
    # each pixel's opacity, and ink in three channels
    eventually(page, lambda: image.evaluate(bright), lambda found: found > 28 * 28 + 100)


def test_the_small_pictures_are_of_the_digit_that_was_chosen_last(page):
    draw(page, strokes_of("7", 110, 30, 80) + strokes_of("1", 110, 170, 80))
    expect_text(page, "71")
    for digit in ("7", "1", "7", "1"):
        page.get_by_role("button", name=re.compile(f"^{digit}, ")).first.click()
    note = page.locator("[data-note=crop]")
    expect(note).to_contain_text("2 of 2")
    page.wait_for_timeout(400)
    expect(note).to_contain_text("2 of 2")


def test_choosing_another_model_answers_anew(page):
    draw(page, strokes_of("7"))
    expect_text(page, "7")
    picker = page.get_by_test_id("model")
    for name in picker.locator("option").all_inner_texts():
        picker.select_option(name)
        expect(page.get_by_test_id("answer")).to_have_attribute("data-model", name)


def test_the_explanation_is_shown_for_a_digit(page):
    draw(page, strokes_of("7"))
    expect(page.get_by_test_id("why")).to_be_visible()


def test_the_answer_is_announced_once_when_the_pen_lifts(page):
    watch = "window.announced = []; new MutationObserver(() => announced.push(document.querySelector('[data-testid=spoken]').textContent))"
    page.evaluate(watch + ".observe(document.querySelector('[data-testid=spoken]'), {childList: true})")
    draw(page, strokes_of("7"))
    expect_text(page, "7")
    expect(page.get_by_test_id("spoken")).to_contain_text("7, ")
    assert len(page.evaluate("announced")) == 1


def test_the_nearest_training_digits_are_shown(page, mnist):
    draw(page, strokes_of("3"))
    expect(page.get_by_test_id("nearest").locator("figcaption")).to_have_text(["3"] * 5)
    expect(page.get_by_test_id("nearest")).to_contain_text("55,000 training digits")


def test_explanation_and_nearest_digits_wait_until_the_pen_rests(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if re.search("/why|/nearest", request.url) else None)
    page.get_by_test_id("sketchpad").evaluate(
        """async (canvas) => {  // each stroke 100 ms after the last answer to the one before, in the page's own time
            const box = canvas.getBoundingClientRect(), spoken = document.querySelector('[data-testid=spoken]');
            const send = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, {pointerId: 1, bubbles: true,
                clientX: box.left + x * box.width, clientY: box.top + y * box.height}));
            for (const y of [0.2, 0.4, 0.6]) {
                send('pointerdown', 0.5, y);
                send('pointermove', 0.5, y + 0.2);
                const answered = new Promise((resolve) => new MutationObserver(resolve).observe(spoken, {childList: true}));
                send('pointerup', 0.5, y + 0.2);
                await answered;
                await new Promise((resolve) => setTimeout(resolve, 100));
            }
        }"""
    )
    expect(page.get_by_test_id("why")).to_be_visible()
    assert len([url for url in asked if "/why" in url]) == 1


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_a_result_is_saved_as_a_card_with_the_drawing_and_the_answer(new_page, theme):
    page = new_page(f"/?__theme={theme}")
    draw(page, strokes_of("3"))
    expect_text(page, "3")
    name, content = downloaded(page, "card")
    assert name == "digits-3.png"
    card = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert card.shape == (630, 1200, 3)
    recogniser = load()
    assert recogniser.read(card[66:564, 66:564]).text == "3"  # the drawing
    assert recogniser.read(card[56:330, 630:860]).digits  # and the answer, in whatever letters the machine has
