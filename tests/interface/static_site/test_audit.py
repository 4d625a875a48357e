"""The audit of labels in the page without a server: the suspects that Python finds, settled by keyboard, and the corrected set."""

import base64
import csv
import io
import zipfile

import numpy as np
from playwright.sync_api import expect

from evaluation.audit.suspects import Looked, find
from interface.predict.examples.draw import one
from tests.browser import png
from tests.interface.evaluate.dashboard import shipped_report
from tests.interface.static_site.test_evaluation import LONG, choose_file, evaluate_tab, same, zipped

FIND = """async ([looked, images, sure, notDigit]) => {
    const {find} = await import(new URL('assets/interface/static_site/evaluate/suspects.js', location.href).href);
    return find({...looked, images: Uint8Array.from(atob(images), (letter) => letter.charCodeAt(0))}, sure, notDigit);
}"""


def looked(mnist) -> Looked:
    """MNIST's first test images with swapped labels, copies, nearly copies, blank pictures, several digits, and what is no digit."""
    rng, n = np.random.default_rng(3), 500
    images, labels = mnist.test.images[:n].copy(), mnist.test.labels[:n].copy()
    probabilities = shipped_report("classic").probabilities[:n].copy()
    keys = [str(at) for at in range(n)]
    for copy, of in ((20, 10), (31, 30), (90, 17), (91, 17)):
        images[copy], probabilities[copy], keys[copy] = images[of], probabilities[of], keys[of]
        labels[copy] = labels[of] if copy != 31 else (labels[of] + 1) % 10
    images[41] = np.clip(images[40].astype(int) + rng.integers(-9, 10, (28, 28)) * (images[40] > 0), 0, 255)
    labels[41], probabilities[41] = labels[40], probabilities[40]
    swapped = rng.choice(np.arange(100, n), 12, replace=False)
    labels[swapped] = (labels[swapped] + rng.integers(1, 10, 12)) % 10
    digits, none = np.ones(n, int), np.zeros(n)
    digits[[50, 51]] = 0, 2
    for at in (50, 51):
        images[at], probabilities[at] = 0, 0
    images[52] = 0
    images[52, 14, 14:16] = 255
    none[[53, 54]] = 0.9, 0.4
    return Looked(images, labels, probabilities, none, digits, np.zeros(n, bool), keys)


def test_the_suspects_are_pythons(coding, mnist):
    given = looked(mnist)
    fields = {name: np.asarray(getattr(given, name)).tolist() for name in ("labels", "probabilities", "none", "digits")}
    packed = base64.b64encode(given.images.tobytes()).decode()
    for sure in (0.9, 0.5):
        expected = find(given, sure, 0.5)
        found = coding.evaluate(FIND, [{**fields, "keys": list(given.keys)}, packed, sure, 0.5])
        assert {s.kind for s in expected.suspects} >= {"label", "doubt", "duplicate", "near duplicate", "blank", "several", "none"}  # fmt: skip
        same(found, expected, "audit")


def test_suspects_are_settled_by_keyboard_and_the_corrected_set_is_packed(visit, site):
    visit.goto(site)
    evaluate_tab(visit)
    expect(visit.locator('[data-piece="Audit my labels"]')).to_contain_text("choose “Your pictures”", timeout=LONG)
    pictures = {f"mine/{digit}/ann/a.png": png(one(str(digit))) for digit in range(10)}
    pictures |= {"mine/4/ann/wrong.png": png(one("7")) + b" ", "mine/2/=again.png": pictures["mine/2/ann/a.png"]}
    choose_file(visit, "zip", "mine.zip", zipped(pictures))
    expect(visit.get_by_test_id("evaluation-status")).to_contain_text("12 pictures in", timeout=LONG)
    visit.locator(".ev-toc").get_by_text("Audit my labels").click()
    audit = visit.get_by_test_id("audit")
    expect(audit.locator("span[data-settled]")).to_have_text("0 of 2 settled.")
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
