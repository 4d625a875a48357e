"""Corrections, in a real browser: a visitor names the true digit, and downloads what was kept in the tab."""

import io
import re
import zipfile

import cv2
import numpy as np
from playwright.sync_api import expect

from evaluation import __main__ as evaluation
from model.recogniser import load
from tests.browser import (
    downloaded,
    draw,
    expect_text,
    strokes_of,
)


def test_corrections_are_downloaded_as_a_folder_that_the_evaluation_reads(page, tmp_path, capsys):
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
    assert evaluation.main(["--images", str(tmp_path / "my-digits")]) == 0
    printed = capsys.readouterr().out
    assert "66.67" in printed and "1 error" in printed  # the two that was labelled as a nine


def test_a_correction_stays_in_this_tab_and_nothing_is_sent(page, app):
    draw(page, strokes_of("7"))
    expect_text(page, "7")
    expect(page.get_by_test_id("nearest").or_(page.get_by_test_id("no-nearest")).first).to_be_visible()
    sent, reader_files = [], re.compile("/page/(engine|assets)/")  # what the page reads with may still be on its way
    page.on("request", lambda request: None if reader_files.search(request.url) else sent.append(request.url))
    for label in ("1", "7"):  # the last one counts
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


def test_of_several_digits_the_chosen_one_is_corrected(page):
    draw(page, strokes_of("7", 110, 30, 80) + strokes_of("1", 110, 170, 80))
    expect_text(page, "71")
    page.get_by_role("button", name=re.compile("^1, ")).first.click()
    page.get_by_test_id("tell").click()
    page.get_by_test_id("labels").get_by_role("button", name="1", exact=True).click()
    _, content = downloaded(page, "download-told")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        picture = cv2.imdecode(np.frombuffer(archive.read("my-digits/1/0001.png"), np.uint8), cv2.IMREAD_COLOR)
    assert load().read(picture).text == "1"
