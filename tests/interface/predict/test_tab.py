"""The Predict tab in a real browser: what a person sees when drawing, undoing, opening pictures."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from interface.predict.examples.draw import one, pictures
from tests.browser import PHONE, draw, eventually, expect_text, on_screen, png, strokes_of, touch, upload
from tests.conftest import proxy


@pytest.mark.parametrize("digit", ["0", "1", "2", "3", "7"])
def test_a_digit_drawn_with_the_mouse_is_read(page, digit):
    draw(page, strokes_of(digit))
    expect_text(page, digit)
    expect(page.get_by_test_id("verdict")).to_have_text(re.compile("sure"))


def test_a_digit_drawn_with_a_finger_is_read_and_the_page_does_not_scroll(new_page):
    phone = new_page(**PHONE)
    touch(phone, strokes_of("7"))
    expect_text(phone, "7")
    assert phone.evaluate("scrollY") == 0


def test_the_answer_changes_while_the_pen_is_down(page):
    answer = page.get_by_test_id("answer")
    [stroke] = on_screen(page, strokes_of("7"))
    page.mouse.move(*stroke[0])
    page.mouse.down()
    for point in stroke[1:]:
        page.mouse.move(*point)
        page.wait_for_timeout(20)
    expect_text(page, "7")
    version = int(answer.get_attribute("data-version"))
    page.mouse.up()
    expect(answer).to_have_attribute("aria-busy", "false")
    assert version >= 1
    assert int(answer.get_attribute("data-version")) > version


def test_the_pad_stays_where_it_is_while_an_answer_appears_on_a_phone(new_page):
    phone = new_page(**PHONE)
    before = phone.get_by_test_id("sketchpad").bounding_box()
    touch(phone, strokes_of("7"))
    expect_text(phone, "7")
    assert phone.get_by_test_id("sketchpad").bounding_box() == before


def test_the_answer_stays_in_sight_when_a_phone_is_scrolled_to_the_pad(new_page):
    phone = new_page(**PHONE)
    touch(phone, strokes_of("7"))
    expect_text(phone, "7")
    phone.evaluate("scrollTo(0, 300)")
    expect(phone.get_by_test_id("verdict")).to_be_in_viewport()


def test_undo_redo_and_clear_by_button_and_by_key(page):
    draw(page, strokes_of("1"))
    expect_text(page, "1")
    page.get_by_test_id("undo").click()
    expect_text(page, "")
    expect(page.get_by_test_id("verdict")).to_contain_text("Draw a digit")
    page.get_by_test_id("redo").click()
    expect_text(page, "1")
    page.get_by_test_id("clear").click()
    expect_text(page, "")
    page.keyboard.press("Control+z")  # clearing can be undone
    expect_text(page, "1")
    page.keyboard.press("Control+z")
    expect_text(page, "")
    page.keyboard.press("Control+y")
    expect_text(page, "1")
    page.keyboard.press("Escape")
    expect_text(page, "")


def test_no_answer_to_an_older_drawing_appears_after_clear(page):
    # every answer comes 300 ms late, even when the page has given it up
    page.evaluate("""() => { const ask = fetch; window.fetch = (url, options) => new Promise((resolve) =>
        setTimeout(() => resolve(ask(url, {...options, signal: undefined})), 300)); }""")
    draw(page, strokes_of("7"))
    page.get_by_test_id("clear").click()
    version = page.get_by_test_id("answer").get_attribute("data-version")
    page.wait_for_timeout(900)
    expect_text(page, "")
    expect(page.get_by_test_id("answer")).to_have_attribute("data-version", version)


def test_the_eraser_takes_ink_away(page):
    draw(page, [[(60, 140), (220, 140)]])
    page.get_by_role("button", name="Eraser").click()
    page.get_by_label("Brush size").fill("32")
    draw(page, [[(40, 140), (240, 140)]])
    expect(page.get_by_test_id("verdict")).to_contain_text("Draw a digit")


def test_a_digit_can_be_drawn_with_the_keyboard_alone(page):
    page.get_by_test_id("sketchpad").focus()
    page.keyboard.press(" ")
    for _ in range(20):
        page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    expect_text(page, "1")


def test_the_drawing_survives_a_visit_to_the_other_tab(page):
    draw(page, strokes_of("3"))
    expect_text(page, "3")
    page.get_by_role("tab", name="Evaluate").click()
    expect(page.get_by_test_id("sketchpad")).not_to_be_visible()
    page.get_by_role("tab", name="Predict").click()
    expect_text(page, "3")
    page.get_by_test_id("undo").click()
    expect_text(page, "")


def test_several_digits_are_read_in_order_and_each_can_be_looked_at(page):
    draw(page, strokes_of("7", 110, 30, 80) + strokes_of("1", 110, 170, 80))
    expect_text(page, "71")
    page.get_by_role("button", name=re.compile("^1, ")).first.click()
    expect(page.locator(".bars .top b")).to_have_text("1")


def test_a_digit_is_chosen_for_one_drawing_only(page):
    draw(page, strokes_of("7", 110, 30, 80) + strokes_of("1", 110, 170, 80))
    expect_text(page, "71")
    expect(page.get_by_test_id("spoken")).to_contain_text("71, ")  # said when the last word has come
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


def test_the_dark_theme_sends_the_same_picture(new_page):
    dark = new_page("/?__theme=dark")
    draw(dark, strokes_of("3"))
    expect_text(dark, "3")


def test_a_picture_is_opened_read_and_boxed(page):
    upload(page, "seven.png", png(one("7")))
    expect_text(page, "7")
    expect(page.locator(".photo img")).to_be_visible()
    expect(page.locator(".boxes button")).to_have_count(1)
    page.get_by_test_id("clear").click()
    expect_text(page, "")
    expect(page.locator(".photo")).not_to_be_visible()


def test_what_is_chosen_before_the_page_is_ready_is_not_lost(page):
    held = []
    page.route("**/predict/tab.js", lambda route: held.append(route))
    page.reload(wait_until="commit")
    page.get_by_label("Brush size").fill("32")
    upload(page, "seven.png", png(one("7")))
    eventually(page, lambda: held, bool)
    held.pop().continue_()
    expect_text(page, "7")
    page.get_by_test_id("clear").click()
    draw(page, [[(60, 140), (220, 140)]])
    inked = page.get_by_test_id("sketchpad").evaluate(
        """canvas => canvas.getContext('2d').getImageData(canvas.width / 2, 0, 1, canvas.height).data
            .filter((value, index) => index % 4 === 3 && value > 128).length / canvas.height"""
    )
    assert inked == pytest.approx(32 / 280, rel=0.1)


def test_taking_the_pen_leaves_a_picture_and_the_drawing_is_back(page):
    draw(page, strokes_of("3"))
    expect_text(page, "3")
    upload(page, "seven.png", png(one("7")))
    expect_text(page, "7")
    page.get_by_role("button", name="Pen", exact=True).click()
    expect_text(page, "3")


def test_a_page_with_several_lines_shows_every_box(page):
    page.get_by_role("button", name="Example: a page of a notebook").click()
    expect_text(page, "1987\n2046\n350")
    expect(page.locator(".boxes button")).to_have_count(11)


def test_a_file_that_is_no_picture_gets_one_sentence(page):
    upload(page, "<img src=x onerror=alert(1)>.png", b"this is text")
    problem = page.get_by_test_id("problem")
    expect(problem).to_contain_text("not a picture")
    assert "Traceback" not in page.content()
    draw(page, strokes_of("7"))  # and the pad still works
    expect_text(page, "7")
    expect(problem).to_be_empty()


def test_what_was_wrong_with_a_file_is_said_though_the_drawing_is_read_again(page):
    draw(page, strokes_of("7"))
    expect_text(page, "7")
    with page.expect_response(lambda response: response.status == 200 and "/page/read" in response.url):
        upload(page, "nothing.png", b"")
    expect_text(page, "7")
    expect(page.get_by_test_id("answer")).to_have_attribute("aria-busy", "false")
    expect(page.get_by_test_id("problem")).to_contain_text("The file is empty")
    draw(page, strokes_of("1", left=20))
    expect(page.get_by_test_id("problem")).to_be_empty()


def test_a_picture_is_pasted(page):
    page.evaluate(
        """async (bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([Uint8Array.from(bytes)], 'pasted.png', {type: 'image/png'}));
            document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true}));
        }""",
        list(png(one("2"))),
    )
    expect_text(page, "2")


def test_a_picture_is_taken_with_the_camera(page):
    page.get_by_test_id("camera").click()
    page.get_by_role("button", name="Take picture").click()
    expect(page.locator(".photo img")).to_be_visible()
    expect(page.get_by_test_id("answer")).to_have_attribute("data-verdict", re.compile("sure|unsure|not a digit|empty"))


def test_two_clicks_on_camera_start_it_once_and_it_stops_when_left(page):
    page.evaluate(
        """() => {
            const [media, start] = [navigator.mediaDevices, navigator.mediaDevices.getUserMedia];
            window.streams = [];
            media.getUserMedia = (asked) => { const coming = start.call(media, asked); streams.push(coming); return coming; };
            for (let click = 0; click < 2; click++) document.querySelector('[data-testid=camera]').click();
        }"""
    )
    page.locator("dialog.camera").get_by_role("button", name="Cancel").click()
    tracks = "Promise.all(streams).then((all) => all.flatMap((stream) => stream.getTracks().map((track) => track.readyState)))"
    eventually(page, lambda: page.evaluate(tracks), lambda found: found == ["ended"])


def test_of_two_examples_the_one_clicked_last_is_shown(page):
    held = []
    page.route("**/examples/several-digits.*", lambda route: held.append(route))
    page.get_by_role("button", name="Example: several digits").click()
    page.get_by_role("button", name="Example: an easy seven").click()
    expect_text(page, "7")
    with page.expect_response("**/examples/several-digits.*") as late:
        held.pop().continue_()
    late.value.finished()
    page.evaluate("new Promise((resolve) => setTimeout(resolve))")
    expect(page.locator(".predict")).not_to_have_class(re.compile("waiting"))
    expect_text(page, "7")


def test_every_example_gets_an_answer(page):
    for name in pictures():
        label = re.sub(r"\.\w+$", "", name).replace("-", " ")
        version = page.get_by_test_id("answer").get_attribute("data-version")
        page.get_by_role("button", name=f"Example: {label}").click()
        expect(page.get_by_test_id("answer")).not_to_have_attribute("data-version", version)
        expect(page.get_by_test_id("problem")).to_be_empty()


def test_choosing_another_model_answers_anew(page):
    draw(page, strokes_of("7"))
    expect_text(page, "7")
    picker = page.get_by_test_id("model")
    for name in picker.locator("option").all_inner_texts():
        picker.select_option(name)
        expect(page.get_by_test_id("answer")).to_have_attribute("data-model", name)


def test_a_link_reopens_the_drawing(page, new_page):
    draw(page, strokes_of("3"))
    expect_text(page, "3")
    page.get_by_test_id("link").click()
    link = page.evaluate("location.hash")
    assert len(link) < 400
    page.get_by_test_id("link").click()
    expect(page.get_by_test_id("link")).to_have_text("Copy link")
    expect_text(new_page("/" + link), "3")


def test_the_page_works_under_a_proxys_sub_path(browser, start_app):
    with proxy(start_app("--root-path", "/digits"), "/digits") as address:
        page = browser.new_page()
        page.goto(f"{address}/digits/")
        page.locator(".predict.ready").wait_for()
        draw(page, strokes_of("7"))
        expect_text(page, "7")
        page.close()


def test_a_broken_link_opens_an_empty_pad(new_page):
    for hash in ("#d=", "#d=AAAA", "#d=%00%ff", "#d=" + "A" * 50_000):
        expect_text(new_page("/" + hash), "")


def test_why_is_shown_for_a_digit(page):
    draw(page, strokes_of("7"))
    expect(page.get_by_test_id("why")).to_be_visible()


def test_the_answer_is_said_once_when_the_pen_lifts(page):
    said = "window.said = []; new MutationObserver(() => said.push(document.querySelector('[data-testid=spoken]').textContent))"
    page.evaluate(said + ".observe(document.querySelector('[data-testid=spoken]'), {childList: true})")
    draw(page, strokes_of("7"))
    expect_text(page, "7")
    expect(page.get_by_test_id("spoken")).to_contain_text("7, ")
    assert len(page.evaluate("said")) == 1


@pytest.mark.parametrize("path", ["/?__theme=light", "/?__theme=dark"])
def test_axe_finds_no_serious_problem(new_page, axe, path):
    for options in ({}, PHONE):
        page = new_page(path, **options)
        draw(page, strokes_of("7"))
        expect(page.get_by_test_id("why")).to_be_visible()
        assert axe(page, ".predict, .page-header", ("serious", "critical")) == []


def test_real_pen_strokes_replayed_with_the_mouse_are_read(page, pendigits):
    """Twelve digits of writers in no training set; one wrong is allowed, for it is handwriting."""
    held_out = [digit for digit in pendigits if digit.writer >= 25][::140][:12]
    right = 0
    for digit in held_out:
        points = np.concatenate(digit.strokes)
        low, size = points.min(0), np.ptp(points, axis=0).max()
        draw(
            page, [[tuple((60 + (point - low) / size * 160).tolist()) for point in stroke] for stroke in digit.strokes]
        )
        expect(page.get_by_test_id("answer")).to_have_attribute("aria-busy", "false")
        right += page.get_by_test_id("answer").get_attribute("data-text") == str(digit.digit)
        page.get_by_test_id("clear").click()
    assert right >= 11
