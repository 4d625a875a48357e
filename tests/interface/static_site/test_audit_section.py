"""The section "Audit my labels" in the page without a server: an audit is started and stopped, suspects are settled by keyboard, and the
corrected set is packed."""

import csv
import gzip
import io
import zipfile

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from evaluation.audit import pictures
from evaluation.audit_command import second_opinion
from interface.predict.examples.draw import one
from model.datasets import Labelled
from model.recogniser import load
from tests.browser import png
from tests.interface.static_site.test_evaluation import LONG, choose_file, evaluate_tab, zipped
from tests.pages import Opener

IMAGES = "**/mnist/test-images.gz"
WHEN_LOADED = """async () => {
    const {mnistImages} = await import(new URL('assets/interface/page/mnist_images.js', location.href).href);
    await mnistImages('test');
}"""


@pytest.fixture
def opener(browser, site):
    opener = Opener(browser, site)
    yield opener
    opener.close()


@pytest.fixture
def few(opener, mnist):
    """(the page with MNIST's first test images in the place of all, these images)."""
    some = Labelled(mnist.test.images[:600], mnist.test.labels[:600])
    page = opener(service_workers="block")
    page.route(IMAGES, lambda route: route.fulfill(body=gzipped(some)))
    return page, some


def gzipped(some: Labelled) -> bytes:
    return gzip.compress(some.images.tobytes() + some.labels.astype(np.uint8).tobytes())


def audit_section(page):
    """The section of the audit, unfolded."""
    evaluate_tab(page)
    page.locator(".ev-toc").get_by_text("Audit my labels").click()
    return page.locator('[data-piece="Audit my labels"]')


def test_an_audit_that_is_stopped_while_the_images_load_stays_stopped(few):
    page, some = few
    held, workers = [], []
    page.route(IMAGES, lambda route: route.fulfill(body=gzip.compress(b"no images")))
    audit = audit_section(page)
    audit.get_by_test_id("start-audit").wait_for()
    page.route(IMAGES, lambda route: held.append(route))
    page.on("worker", lambda worker: workers.append(worker.url))
    with page.expect_request(IMAGES):
        audit.get_by_test_id("start-audit").click()
    expect(audit).to_contain_text("Starting …")
    audit.get_by_role("button", name="Stop").click()
    expect(audit.locator(".note")).to_contain_text("Cancelled after 0 images")
    held[0].fulfill(body=gzipped(some))
    page.evaluate(WHEN_LOADED)
    page.wait_for_timeout(1000)  # ms in which an audit that went on would have started a worker
    expect(audit.locator(".note")).to_contain_text("Cancelled after 0 images")
    assert workers == []


def test_an_audit_ends_with_a_sentence_where_the_search_for_suspects_cannot_be_loaded(few, opener):
    page, _ = few
    opener.expected.append("Failed to load resource")
    page.route("**/suspects_worker.js", lambda route: route.abort())
    audit = audit_section(page)
    audit.get_by_test_id("start-audit").click()
    expect(audit.locator(".note")).to_have_text("The suspects cannot be found in this browser.", timeout=LONG)
    expect(audit.get_by_test_id("start-audit")).to_be_visible()


def test_mnists_images_are_audited_at_a_click_and_the_corrected_set_is_packed(few):
    page, some = few
    model = load()
    expected = pictures.finish(model, pictures.of_images(some), second_opinion(model)).found.suspects
    audit = audit_section(page)
    audit.get_by_test_id("start-audit").click()
    tiles = audit.locator(".suspect")
    expect(tiles).to_have_count(len(expected), timeout=LONG)
    shown = tiles.evaluate_all(
        "tiles => tiles.map(({dataset}) => [dataset.index, dataset.label, dataset.suggested].join())"
    )
    assert shown == [f"{s.index},{s.label},{'' if s.suggested is None else s.suggested}" for s in expected]
    first = expected[0]
    tiles.first.press("3")
    with page.expect_download(timeout=LONG) as download:
        audit.get_by_test_id("corrected").click()
    with zipfile.ZipFile(download.value.path()) as corrected:
        assert len(corrected.namelist()) == len(some) + 1
        image = cv2.imdecode(np.frombuffer(corrected.read(f"3/{first.index}"), np.uint8), cv2.IMREAD_GRAYSCALE)
        assert image is not None and (image == some.images[first.index]).all()
        assert f"{first.index},{first.label},relabel,3,{first.kind}" in corrected.read("changes.csv").decode()


def test_suspects_are_settled_by_keyboard_and_the_corrected_set_is_packed(visit, site):
    visit.goto(site)
    evaluate_tab(visit)
    expect(visit.locator('[data-piece="Audit my labels"]')).to_contain_text("choose “Your pictures”", timeout=LONG)
    pictures = {f"mine/{digit}/ann/a.png": png(one(str(digit))) for digit in range(10)}
    pictures |= {"mine/4/ann/wrong.png": png(one("7", height=150)), "mine/2/=again.png": pictures["mine/2/ann/a.png"]}
    choose_file(visit, "zip", "mine.zip", zipped(pictures))
    expect(visit.get_by_test_id("evaluation-status")).to_contain_text("12 pictures in", timeout=LONG)
    visit.locator(".ev-toc").get_by_text("Audit my labels").click()
    audit = visit.get_by_test_id("audit")
    audit.get_by_test_id("start-audit").click()
    expect(audit.locator("span[data-settled]")).to_have_text("0 of 2 settled.", timeout=LONG)
    expect(audit.get_by_test_id("corrected")).to_be_disabled()
    expect(audit.locator("[data-accuracy]")).to_contain_text("91.67 %")
    for name, key in (("wrong.png", "r"), ("a.png", "d")):
        audit.locator(".suspect", has_text=name).press(key)
    expect(audit.locator("span[data-settled]")).to_have_text("2 of 2 settled.")
    expect(audit.locator("[data-accuracy]")).to_contain_text("with your decisions 100.00 %")
    with visit.expect_download() as download:
        audit.get_by_test_id("corrected").click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as corrected:
        names = {f"{digit}/ann/a.png" for digit in range(10) if digit != 2}
        assert set(corrected.namelist()) == names | {"2/=again.png", "7/ann/wrong.png", "changes.csv"}
        assert corrected.read("7/ann/wrong.png") == pictures["mine/4/ann/wrong.png"]
        rows = list(csv.DictReader(io.StringIO(corrected.read("changes.csv").decode())))
    settled = {row["file"]: (row["label"], row["action"], row["new_label"], row["kind"]) for row in rows}
    assert settled["mine/4/ann/wrong.png"] == ("4", "relabel", "7", "label")
    assert settled["mine/2/ann/a.png"] == ("2", "drop", "", "duplicate")
