"""What a person does with answers, in a real browser: many files at once, telling the true digit, cards, a stylus."""

import csv
import io
import re
import subprocess
import sys
import zipfile

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from interface.predict.examples.draw import one, row
from model.recogniser import load
from tests.browser import PHONE, draw, expect_text, on_screen, png, strokes_of
from tests.conftest import ROOT

NASTY = '=cmd|" /C calc"!A0<img src=x onerror="window.pwned=1">.png'


def file(name: str, content: bytes) -> dict:
    return {"name": name, "mimeType": "image/png", "buffer": content}


def open_files(page: Page, files: list[dict]) -> None:
    page.get_by_test_id("upload").locator("input").set_input_files(files)


def downloaded(page: Page, button: str) -> tuple[str, bytes]:
    with page.expect_download() as download:
        page.get_by_test_id(button).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


# ---- many files ----


def test_several_files_make_a_table_and_a_bad_one_does_not_stop_the_others(page):
    open_files(page, [file("seven.png", png(one("7"))), file(NASTY, b"text"), file("row.png", png(row("71")))])
    expect(page.get_by_test_id("batch-title")).to_have_text("3 pictures")
    first, bad, last = page.get_by_test_id("results").locator("tr").all()
    expect(first).to_contain_text("seven.png7sure")
    expect(first.locator("img")).to_have_attribute("src", re.compile("^data:image/jpeg"))
    expect(bad).to_contain_text(NASTY + "This is not a picture")
    expect(last.locator(".read")).to_have_text("71")
    expect(page.get_by_test_id("problem")).to_be_empty()
    assert page.evaluate("window.pwned") is None


def test_a_row_is_looked_at_closer_by_mouse_and_by_key(page):
    open_files(page, [file("seven.png", png(one("7"))), file("two.png", png(one("2")))])
    expect(page.get_by_test_id("batch-title")).to_have_text("2 pictures")
    page.get_by_role("cell", name="sure").first.click()
    expect_text(page, "7")
    expect(page.get_by_test_id("sketchpad")).to_be_in_viewport()
    page.get_by_role("button", name="two.png").focus()
    page.keyboard.press("Enter")
    expect_text(page, "2")


def test_the_table_is_downloaded_as_csv_that_no_spreadsheet_takes_for_formulas(page):
    open_files(page, [file(NASTY, b"text"), file("row.png", png(row("71")))])
    name, content = downloaded(page, "download-csv")
    assert name == "digits.csv"
    bad, good = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert bad["file"] == "'" + NASTY and bad["error"].startswith("This is not a picture")
    assert (good["file"], good["text"], good["verdict"], good["error"]) == ("row.png", "71", "sure", "")
    assert 0.5 < float(good["probability"]) <= 1


def test_more_files_than_are_read_at_once_are_counted_and_left_out(page):
    small = png(one("7")[::4, ::4])
    open_files(page, [file(f"{index}.png", small) for index in range(203)])
    expect(page.get_by_test_id("batch-title")).to_contain_text("at most 200 are read at once, 3 more were left out")
    page.get_by_test_id("close-batch").click()
    expect(page.get_by_test_id("batch")).not_to_be_visible()


def test_several_files_are_dropped_and_another_model_reads_them_anew(page):
    page.evaluate(
        """(bytes) => {
            const data = new DataTransfer();
            for (const name of ['a.png', 'b.png']) data.items.add(new File([Uint8Array.from(bytes)], name));
            document.querySelector('.pad').dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true}));
        }""",
        list(png(one("7"))),
    )
    expect(page.get_by_test_id("batch-title")).to_have_text("2 pictures")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/page/read" in request.url else None)
    page.get_by_test_id("model").select_option("classic")
    expect(page.get_by_test_id("batch-title")).to_have_text("2 pictures")
    expect(page.get_by_test_id("download-csv")).to_be_enabled()
    assert len(asked) == 2 and all("model=classic" in url for url in asked)


# ---- telling the true digit ----


def test_told_drawings_are_downloaded_as_a_folder_that_the_evaluation_reads(page, tmp_path):
    for digit, label in (("7", "7"), ("3", "3"), ("2", "9")):
        draw(page, strokes_of(digit))
        expect_text(page, digit)
        page.get_by_test_id("tell").click()
        page.get_by_test_id("labels").get_by_role("button", name=label, exact=True).click()
        page.get_by_test_id("clear").click()
    expect(page.get_by_test_id("kept")).to_contain_text("3 drawings are kept in this browser tab")
    name, content = downloaded(page, "download-told")
    assert name == "my-digits.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = ["my-digits/7/0001.png", "my-digits/3/0001.png", "my-digits/9/0001.png"]
        assert archive.namelist() == names
        archive.extractall(tmp_path)
    command = [sys.executable, "-m", "evaluation", "--images", str(tmp_path / "my-digits")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "66.67" in done.stdout and "1 error" in done.stdout  # the two that is said to be a nine


def test_what_is_told_stays_in_this_tab_and_nothing_is_sent(page, app):
    draw(page, strokes_of("7"))
    expect_text(page, "7")
    expect(page.get_by_test_id("nearest").or_(page.get_by_test_id("no-nearest")).first).to_be_visible()
    sent, own = [], re.compile("/page/(engine|assets)/")  # what the page reads with may still be on its way
    page.on("request", lambda request: None if own.search(request.url) else sent.append(request.url))
    for label in ("1", "7"):  # the last word counts
        page.get_by_test_id("tell").click()
        page.get_by_test_id("labels").get_by_role("button", name=label, exact=True).click()
    expect(page.get_by_test_id("kept")).to_contain_text("Kept as a 7. 1 drawing is kept")
    assert sent == []
    page.reload()
    expect(page.get_by_test_id("kept")).to_contain_text("1 drawing is kept")
    other = page.context.new_page()
    other.goto(app)
    other.locator(".predict.ready").wait_for()
    expect(other.get_by_test_id("kept")).not_to_be_visible()
    page.get_by_test_id("forget-told").click()
    expect(page.get_by_test_id("kept")).not_to_be_visible()


def test_of_several_digits_the_one_looked_at_is_told(page):
    draw(page, strokes_of("7", 110, 30, 80) + strokes_of("1", 110, 170, 80))
    expect_text(page, "71")
    page.get_by_role("button", name=re.compile("^1, ")).first.click()
    page.get_by_test_id("tell").click()
    page.get_by_test_id("labels").get_by_role("button", name="1", exact=True).click()
    _, content = downloaded(page, "download-told")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        picture = cv2.imdecode(np.frombuffer(archive.read("my-digits/1/0001.png"), np.uint8), cv2.IMREAD_COLOR)
    assert load().read(picture).text == "1"


# ---- the card ----


@pytest.mark.parametrize("theme", ["light", "dark"])
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


# ---- a stylus ----


def test_a_stylus_presses_wider_lines_and_the_link_keeps_them(page, new_page):
    session = page.context.new_cdp_session(page)

    def pen(kind: str, point, force: float) -> None:
        pressed = {"button": "left", "buttons": int(kind != "mouseReleased"), "pointerType": "pen", "force": force}
        session.send(
            "Input.dispatchMouseEvent", {"type": kind, "x": point[0], "y": point[1], "clickCount": 1, **pressed}
        )

    [line] = on_screen(page, [[(140, y) for y in range(40, 241, 8)]])
    pen("mousePressed", line[0], 0.1)
    for index, point in enumerate(line[1:]):
        pen("mouseMoved", point, 0.1 + 0.9 * index / len(line))
    pen("mouseReleased", line[-1], 0)
    expect_text(page, "1")
    page.get_by_test_id("link").click()
    for opened in (page, new_page("/" + page.evaluate("location.hash"))):
        expect_text(opened, "1")
        thin, wide = opened.get_by_test_id("sketchpad").evaluate(
            """canvas => [0.2, 0.8].map((at) => canvas.getContext('2d')
                .getImageData(0, Math.round(at * canvas.height), canvas.width, 1).data
                .filter((value, index) => index % 4 === 3 && value > 128).length)"""
        )
        assert wide > 1.5 * thin


def test_a_link_from_before_styluses_still_opens(new_page):
    # a seven, as the first format wrote it
    expect_text(new_page("/#d=ARAEQECtPImSbds"), "7")


# ---- secondary things ----


def test_the_nearest_training_digits_are_shown(page, mnist):
    draw(page, strokes_of("3"))
    expect(page.get_by_test_id("nearest").locator("figcaption")).to_have_text(["3"] * 5)
    expect(page.get_by_test_id("nearest")).to_contain_text("55,000 training digits")


def test_what_costs_more_waits_until_the_pen_rests_and_a_new_stroke_takes_it_back(page):
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


@pytest.mark.parametrize("path", ["/?__theme=light", "/?__theme=dark"])
@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_serious_problem_with_everything_open(new_page, axe, path, options):
    page = new_page(path, **options)
    draw(page, strokes_of("7", 110, 30, 80) + strokes_of("1", 110, 170, 80))
    expect_text(page, "71")
    expect(page.get_by_test_id("nearest").or_(page.get_by_test_id("no-nearest")).first).to_be_visible()
    page.get_by_test_id("tell").click()
    page.get_by_test_id("labels").get_by_role("button", name="2", exact=True).click()
    page.get_by_test_id("tell").click()
    open_files(page, [file("seven.png", png(one("7"))), file("bad.png", b"text"), file("row.png", png(row("71")))])
    expect(page.get_by_test_id("batch-title")).to_have_text("3 pictures")
    for _ in range(2):  # the second time with a row looked at
        assert axe(page, ".predict, .page-header", ("serious", "critical")) == []
        page.get_by_role("button", name="row.png").click()
        expect_text(page, "71")


@pytest.mark.parametrize("width", [390, 768, 1280, 1920])
def test_nothing_is_wider_than_the_page(new_page, width):
    page = new_page(viewport={"width": width, "height": 900})
    draw(page, strokes_of("3"))
    expect(page.get_by_test_id("why")).to_be_visible()
    page.get_by_test_id("tell").click()
    open_files(
        page, [file("a-rather-long-name-of-a-picture-from-a-camera.png", png(one("7"))), file("bad.png", b"text")]
    )
    expect(page.get_by_test_id("batch-title")).to_have_text("2 pictures")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_the_bars_follow_the_tools(new_page):
    phone = new_page(**PHONE)
    draw(phone, strokes_of("3"))
    expect_text(phone, "3")
    tops = [
        phone.locator(part).bounding_box()["y"] for part in (".pad", ".draw > .tools", ".bars", ".open", ".examples")
    ]
    assert tops == sorted(tops)
