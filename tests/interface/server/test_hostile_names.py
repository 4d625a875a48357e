"""Names that hold script or formulas stay text; what belongs to one visitor, another cannot find."""

import io
import zipfile

from playwright.sync_api import expect

from interface.evaluate.uploaded_test_sets import UploadedTestSets
from tests.interface.server.requests import SEVEN, ask

EVIL = "<img src=x onerror=window.pwned=1>"


def pictures(tmp_path, *names):
    files = []
    for name in names:
        files.append(tmp_path / name)
        files[-1].write_bytes(SEVEN)
    return files


def test_a_file_name_is_never_html_and_never_a_formula(page, tmp_path):
    files = pictures(tmp_path, f"{EVIL}.png", "=HYPERLINK(1).png", "@SUM(1).png")
    page.locator("[data-testid=upload] input").set_input_files(files)
    expect(page.get_by_test_id("batch-title")).to_have_text("3 pictures")
    with page.expect_download() as download:
        page.get_by_test_id("download-csv").click()
    rows = download.value.path().read_text("utf-8-sig").splitlines()[1:]
    assert [row[:3] for row in rows] == ['"<i', "\"'=", "\"'@"]
    assert page.evaluate("window.pwned") is None and page.locator("img[src=x]").count() == 0


def test_the_names_in_a_test_set_are_never_html(new_page, tmp_path):
    packed = tmp_path / f"{EVIL}.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"7/{EVIL}.png", SEVEN)
        archive.writestr(f"7/{EVIL}2.png", b"no picture")
    page = new_page()
    page.get_by_role("tab", name="Evaluate").click()
    expect(page.get_by_test_id("confusion-matrix")).to_be_visible()
    page.get_by_test_id("own").locator("summary").click()
    page.locator("[data-upload=zip]").set_input_files(packed)
    expect(page.locator(".evaluation-tab")).to_contain_text("onerror", timeout=40_000)
    for name in ("Images", "History", "Per class"):
        page.locator(".ev-toc").get_by_role("link", name=name).click()
        page.wait_for_timeout(300)
    assert page.evaluate("window.pwned") is None and page.locator("img[src=x]").count() == 0


def test_a_test_set_has_a_name_that_nobody_can_guess_and_is_listed_nowhere(app, events):
    sets = UploadedTestSets()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("7/a.png", SEVEN)
    secrets = {sets.add("mine", packed.getvalue())[0] for _ in range(4)}
    assert len(secrets) == 4 and all(len(secret) >= 22 for secret in secrets)
    assert sets.get("") is None and sets.get(None) is None and sets.get(["x"]) is None
    assert not any(secret in ask(app, "GET", path)[1] for path in ("/config", "/") for secret in secrets)
