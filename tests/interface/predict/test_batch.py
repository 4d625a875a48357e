"""Many picture files at once in a real browser: the table, its CSV, its limits."""

import csv
import io
import re

import cv2
import numpy as np
from playwright.sync_api import expect

from interface.predict.examples.draw import one, row
from model import labelled_drawings
from tests.browser import (
    downloaded,
    expect_text,
    open_files,
    picture_file,
    png,
)

NASTY = '=cmd|" /C calc"!A0<img src=x onerror="window.pwned=1">.png'


def test_several_files_make_a_table_and_a_bad_one_does_not_stop_the_others(page):
    open_files(
        page,
        [
            picture_file("seven.png", png(one("7"))),
            picture_file(NASTY, b"text"),
            picture_file("row.png", png(row("71"))),
        ],
    )
    expect(page.get_by_test_id("batch-title")).to_have_text("3 pictures")
    first, bad, last = page.get_by_test_id("results").locator("tr").all()
    expect(first).to_contain_text("seven.png7sure")
    expect(first.locator("img")).to_have_attribute("src", re.compile("^data:image/jpeg"))
    expect(bad).to_contain_text(NASTY + "This is not a picture")
    expect(last.locator(".read")).to_have_text("71")
    expect(page.get_by_test_id("problem")).to_be_empty()
    assert page.evaluate("window.pwned") is None


def test_a_row_is_opened_by_mouse_and_by_key(page):
    open_files(page, [picture_file("seven.png", png(one("7"))), picture_file("two.png", png(one("2")))])
    expect(page.get_by_test_id("batch-title")).to_have_text("2 pictures")
    page.get_by_role("cell", name="sure").first.click()
    expect_text(page, "7")
    expect(page.get_by_test_id("sketchpad")).to_be_in_viewport()
    page.get_by_role("button", name="two.png").focus()
    page.keyboard.press("Enter")
    expect_text(page, "2")


def test_the_table_is_downloaded_as_csv_that_no_spreadsheet_takes_for_formulas(page):
    open_files(page, [picture_file(NASTY, b"text"), picture_file("row.png", png(row("71")))])
    name, content = downloaded(page, "download-csv")
    assert name == "digits.csv"
    bad, good = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert bad["file"] == "'" + NASTY and bad["error"].startswith("This is not a picture")
    assert (good["file"], good["text"], good["verdict"], good["error"]) == ("row.png", "71", "sure", "")
    assert 0.5 < float(good["probability"]) <= 1
    assert (good["why"], good["other_writing"], bad["why"], bad["other_writing"]) == ("", "0", "", "")


def test_the_table_and_its_csv_say_why_a_picture_is_unsure(page):
    number = labelled_drawings.row("7352")
    note = np.hstack([number, np.full((number.shape[0], 400, 3), 255, np.uint8)])
    cv2.putText(note, "Hkg", (number.shape[1] + 20, 130), cv2.FONT_HERSHEY_SIMPLEX, 4, (0, 0, 0), 8)
    open_files(page, [picture_file("note.png", png(note)), picture_file("row.png", png(row("71")))])
    expect(page.get_by_test_id("download-csv")).to_be_enabled()
    shown, plain = page.get_by_test_id("results").locator("tr").all()
    expect(shown).to_contain_text("There is other writing beside the digits.")
    expect(plain.locator("small")).to_have_count(0)
    _, content = downloaded(page, "download-csv")
    shown, plain = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert (shown["verdict"], shown["why"]) == ("unsure", "There is other writing beside the digits.")
    assert int(shown["other_writing"]) >= 1 and (plain["why"], plain["other_writing"]) == ("", "0")


def test_more_files_than_are_read_at_once_are_counted_and_left_out(page):
    small = png(one("7")[::4, ::4])
    open_files(page, [picture_file(f"{index}.png", small) for index in range(203)])
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
