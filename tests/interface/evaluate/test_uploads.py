"""A test set that a visitor uploads, in a real browser."""

import json
import shutil

import pytest
from PIL import Image
from playwright.sync_api import expect

from model import labelled_drawings
from tests.interface.evaluate.dashboard import cell, open_card


def my_digits(folder, writer=""):
    """folder/mine/<digit>/<writer>/a.png, and one file that is no picture. Returns how many pictures."""
    for digit in (0, 1, 3, 7):
        place = folder / "mine" / str(digit) / writer
        place.mkdir(parents=True)
        Image.fromarray(labelled_drawings.pad(digit)).save(place / "a.png")
    (folder / "mine" / "7" / "<img src=x onerror=alert(1)>.png").write_text("no picture", "utf-8")
    return 4


@pytest.mark.parametrize("how", ["zip", pytest.param("folder", marks=pytest.mark.slow)])
def test_an_uploaded_test_set_gets_the_same_dashboard(evaluate, tmp_path, how):
    count, page = my_digits(tmp_path, "ann" if how == "folder" else ""), evaluate()
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
