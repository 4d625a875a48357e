"""Pictures in place of a drawing, in a real browser: files, paste, camera, examples."""

import re

import pytest
from playwright.sync_api import expect

from interface.predict.examples.draw import one, pictures, row
from tests.browser import (
    Held,
    draw,
    eventually,
    expect_text,
    paste,
    png,
    strokes_of,
    upload,
)


def test_a_picture_is_opened_read_and_boxed(page):
    upload(page, "seven.png", png(one("7")))
    expect_text(page, "7")
    expect(page.locator(".photo img")).to_be_visible()
    expect(page.locator(".boxes button")).to_have_count(1)
    page.get_by_test_id("clear").click()
    expect_text(page, "")
    expect(page.locator(".photo")).not_to_be_visible()


def test_a_file_chosen_before_the_page_is_ready_is_read(page):
    held = Held(page, "**/predict/tab.js")
    page.reload(wait_until="commit")
    page.get_by_label("Brush size").fill("32")
    upload(page, "seven.png", png(one("7")))
    held.wait(page)
    held.release()
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


@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        ("writing", "There is other writing beside the digits."),
        ("ink", "Some ink was left unread."),
        ("readers", "Two methods of reading it disagree, or one of them doubts it."),
    ],
)
def test_a_picture_that_is_unsure_although_its_digits_are_sure_says_why(page, why, sentence):
    def doubted(route):
        answer = route.fetch().json()
        route.fulfill(json={**answer, "verdict": "unsure", "why": why})

    page.context.route("**/page/read?*", doubted)
    for text, picture in {"7": one("7"), "2048": row("2048")}.items():
        upload(page, "numbers.png", png(picture))
        expect_text(page, text)
        expect(page.locator("[data-second]")).to_contain_text(sentence)
        expect(page.get_by_test_id("spoken")).to_contain_text(f"unsure. {sentence}")


def test_a_file_that_is_no_picture_gets_one_sentence(page):
    upload(page, "<img src=x onerror=alert(1)>.png", b"this is text")
    problem = page.get_by_test_id("problem")
    expect(problem).to_contain_text("not a picture")
    assert "Traceback" not in page.content()
    draw(page, strokes_of("7"))  # and the pad still works
    expect_text(page, "7")
    expect(problem).to_be_empty()


def test_the_sentence_about_a_bad_file_stays_while_the_drawing_is_read_again(page):
    draw(page, strokes_of("7"))
    expect_text(page, "7")
    with page.expect_response(lambda response: response.status == 200 and "/page/read" in response.url):
        upload(page, "nothing.png", b"")
    expect_text(page, "7")
    expect(page.get_by_test_id("answer")).to_have_attribute("aria-busy", "false")
    expect(page.get_by_test_id("problem")).to_contain_text("The file is empty")
    draw(page, strokes_of("1", left=20))
    expect(page.get_by_test_id("problem")).to_be_empty()


def test_a_bad_file_does_not_close_the_picture_that_is_open(page):
    upload(page, "seven.png", png(one("7")))
    expect_text(page, "7")
    upload(page, "nothing.png", b"")
    expect(page.get_by_test_id("problem")).to_contain_text("The file is empty")
    expect(page.locator(".photo img")).to_be_visible()
    expect_text(page, "7")
    expect(page.get_by_test_id("answer")).to_have_attribute("aria-busy", "false")
    upload(page, "two.png", png(one("2")))  # and the next one is read
    expect_text(page, "2")
    expect(page.get_by_test_id("problem")).to_be_empty()


def test_a_bad_file_does_not_bring_back_a_picture_that_was_left(page):
    draw(page, strokes_of("1"))
    upload(page, "seven.png", png(one("7")))
    expect_text(page, "7")
    page.get_by_role("button", name="Undo").click()
    expect_text(page, "1")
    upload(page, "nothing.png", b"")
    expect(page.get_by_test_id("problem")).to_contain_text("The file is empty")
    expect(page.locator(".photo")).to_be_hidden()
    expect_text(page, "1")


def test_a_picture_is_pasted(page):
    paste(page, png(one("2")))
    expect_text(page, "2")


def test_a_picture_is_taken_with_the_camera(page):
    page.get_by_test_id("camera").click()
    page.get_by_role("button", name="Take picture").click()
    expect(page.locator(".photo img")).to_be_visible()
    expect(page.get_by_test_id("answer")).to_have_attribute("data-verdict", re.compile("sure|unsure|not a digit|empty"))


def test_a_camera_that_cannot_start_leaves_the_picture_that_is_open(page):
    upload(page, "seven.png", png(one("7")))
    expect_text(page, "7")
    page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError')); }"
    )
    page.get_by_test_id("camera").click()
    expect(page.get_by_test_id("problem")).to_contain_text("does not allow this page to use the camera")
    expect(page.locator(".photo img")).to_be_visible()
    expect_text(page, "7")


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
    held = Held(page, "**/examples/several-digits.*")
    page.get_by_role("button", name="Example: several digits").click()
    page.get_by_role("button", name="Example: an easy seven").click()
    expect_text(page, "7")
    with page.expect_response("**/examples/several-digits.*") as late:
        held.release()
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
