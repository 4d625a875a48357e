"""The audit of labels in the page without a server: the suspects that Python finds, in MNIST and in pictures of one's own; they are settled
by keyboard, and the corrected set is packed."""

import base64
import csv
import gzip
import io
import json
import zipfile

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from evaluation.audit import duplicates, pictures
from evaluation.audit.suspects import Looked, cut_by_border, find
from evaluation.audit_command import second_opinion
from evaluation.picture_archive import Archive
from interface.predict.examples.draw import one, row
from model.datasets import Labelled, unit
from model.recogniser import load
from tests.browser import png
from tests.conftest import Opener
from tests.interface.evaluate.dashboard import shipped_report
from tests.interface.static_site.test_evaluation import LONG, choose_file, evaluate_tab, same, zipped

TURNS = """async ([looked, images, sure]) => {
    const {doubted, turns} = await import(new URL('assets/interface/static_site/evaluate/suspects.js', location.href).href);
    const bytes = Uint8Array.from(atob(images), (letter) => letter.charCodeAt(0));
    const chosen = doubted(looked, sure);
    return [chosen, [...turns(bytes, chosen)]];
}"""
FIND = """async ([looked, images, sure, notDigit, turned]) => {
    const {cutByBorder, find} = await import(new URL('assets/interface/static_site/evaluate/suspects.js', location.href).href);
    const bytes = Uint8Array.from(atob(images), (letter) => letter.charCodeAt(0));
    return find({...looked, images: bytes, cut: cutByBorder(bytes)}, sure, notDigit, turned);
}"""


@pytest.fixture(scope="module")
def classic():
    return load("classic")


def looked(mnist, classic) -> Looked:
    """MNIST's first test images with swapped labels, copies, nearly copies, blank, cut and turned ones, several digits, and what is none."""
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
    images[55, :2, 3:5] = 255  # its ink runs into the border
    for at in range(60, 90):
        images[at] = np.rot90(images[at], at % 3 + 1)
    probabilities[60:90], _ = classic.probabilities(unit(images[60:90]))
    return Looked(images, labels, probabilities, none, digits, cut_by_border(images), keys)


def test_the_suspects_are_pythons(coding, mnist, classic):
    given = looked(mnist, classic)
    fields = {name: np.asarray(getattr(given, name)).tolist() for name in ("labels", "probabilities", "none", "digits")}
    fields |= {"keys": list(given.keys)}
    packed = base64.b64encode(given.images.tobytes()).decode()
    for sure in (0.9, 0.5):
        chosen, pixels = coding.evaluate(TURNS, [fields, packed, sure])
        turned = np.array(pixels, np.uint8).reshape(3, len(chosen), 28, 28)
        assert (turned == [np.rot90(given.images[chosen], quarters, axes=(1, 2)) for quarters in (1, 2, 3)]).all()
        read = dict(
            zip(("probabilities", "none"), classic.probabilities(unit(turned.reshape(-1, 28, 28))), strict=True)
        )
        in_page = {name: values.tolist() for name, values in read.items()}
        found = coding.evaluate(FIND, [fields, packed, sure, 0.5, in_page])
        expected = find(given, sure, 0.5, lambda some: classic.probabilities(unit(some)))
        kinds = {suspect.kind for suspect in expected.suspects}
        assert kinds == {"label", "doubt", "duplicate", "near duplicate", "blank", "several", "none", "cut", "rotated"}
        same(found, expected, "audit")


def test_one_picture_many_times_ends_where_python_ends(coding, mnist):
    images = np.concatenate([np.repeat(mnist.test.images[:1], 340, axis=0), mnist.test.images[:60]])
    n = len(images)
    probabilities = np.eye(10)[np.full(n, 7)]
    found = coding.evaluate(
        """async ([probabilities, images]) => {
            const {near} = await import(new URL('assets/interface/static_site/evaluate/duplicates.js', location.href).href);
            return JSON.stringify(near(Uint8Array.from(atob(images), (letter) => letter.charCodeAt(0)), probabilities));
        }""",
        [probabilities.tolist(), base64.b64encode(images.tobytes()).decode()],
    )
    pairs = [tuple(pair) for pair in json.loads(found)]
    assert pairs == duplicates.near(images, probabilities) and len(found) > duplicates.MOST_PAIRS


AUDITED = """async ([model, packed]) => {
    const base = new URL('assets/interface/static_site/evaluate/', location.href).href;
    const [{audited}, {send, testSet}] = await Promise.all([import(base + 'audit_run.js'), import(base + 'test_sets.js')]);
    const content = packed && new Blob([Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0))]);
    const set = content && testSet(await send('mine.zip', content));
    const {found, names, answers, unreadable} = await audited(model, set, new AbortController().signal, () => {});
    return {suspects: found.suspects, estimated: found.estimated, names, answers, unreadable};
}"""


def as_python(found: dict, expected: pictures.Audit) -> None:
    """The page's networks differ from Python's in the sixth figure, and a browser's colours by a grey value."""
    facts = [(one["index"], one["label"], one["suggested"], one["kind"]) for one in found["suspects"]]
    assert facts == [(s.index, s.label, s.suggested, s.kind) for s in expected.found.suspects]
    scores = [one["score"] for one in found["suspects"]]
    assert scores == pytest.approx([s.score for s in expected.found.suspects], abs=1e-2)
    assert found["estimated"] == pytest.approx(expected.found.estimated, abs=1e-6)
    assert found["names"] == [one.name for one in expected.seen] and found["answers"] == expected.answers.tolist()


def test_pictures_of_ones_own_have_pythons_suspects_whichever_model_is_chosen(coding, mnist):
    labels, images = mnist.test.labels, mnist.test.images
    files = {f"{labels[at]}/{at:03}.png": png(images[at]) for at in range(40)}  # 28×28: taken for what they are
    files |= {f"{labels[at]}/{at:03}.png": png(255 - images[at]) for at in range(40, 60)}
    files |= {f"{labels[at]}/{at:03}.png": png(np.rot90(images[at])) for at in range(60, 66)}
    files |= {f"{(labels[at] + 1) % 10}/{at:03}.png": png(images[at]) for at in range(70, 74)}
    files |= {f"{labels[at]}/copy{at}.png": png(cv2.cvtColor(255 - images[at], cv2.COLOR_GRAY2BGR)) for at in (40, 41)}
    cut = one("4")
    files |= {"4/cut.png": png(cut[:, 100:]), "4/whole.png": png(cut), "4/two.png": png(row("47"))}
    blank, edge = np.zeros((28, 28), np.uint8), images[0].copy()
    edge[-1, 9:13] = 255
    files |= {
        "0/blank.png": png(blank),
        "7/edge.png": png(edge),
        "7/bad.png": b"text",
        "1/empty.png": png(255 - np.zeros((90, 90), np.uint8)),
    }
    packed = zipped(files)
    for name in ("classic", "cnn"):
        model = load(name)
        *_, end = pictures.run(model, Archive(packed).files)
        expected = pictures.finish(model, end.seen, second_opinion(model), end.unreadable)
        kinds = {suspect.kind for suspect in expected.found.suspects}
        assert kinds >= {"label", "cut", "rotated", "several", "blank", "duplicate"}
        found = coding.evaluate(AUDITED, [name, base64.b64encode(packed).decode()])
        as_python(found, expected)
        assert [file for file, _ in found["unreadable"]] == [file for file, _ in expected.unreadable] == ["7/bad.png"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cnn", "classic"])
def test_mnists_suspects_are_pythons(coding, mnist, name):
    model = load(name)
    as_python(
        coding.evaluate(AUDITED, [name, None]),
        pictures.finish(model, pictures.of_images(mnist.test), second_opinion(model)),
    )


@pytest.fixture
def few(browser, site, mnist):
    """(the page with MNIST's first test images in the place of all, these images)."""
    some = Labelled(mnist.test.images[:600], mnist.test.labels[:600])
    opener = Opener(browser, site)
    page = opener(service_workers="block")
    content = gzip.compress(some.images.tobytes() + some.labels.astype(np.uint8).tobytes())
    page.route("**/mnist/test-images.gz", lambda route: route.fulfill(body=content))
    yield page, some
    opener.close()


def test_mnists_images_are_audited_at_a_click_and_the_corrected_set_is_packed(few):
    page, some = few
    model = load()
    expected = pictures.finish(model, pictures.of_images(some), second_opinion(model)).found.suspects
    evaluate_tab(page)
    page.locator(".ev-toc").get_by_text("Audit my labels").click()
    audit = page.locator('[data-piece="Audit my labels"]')
    audit.get_by_test_id("start-audit").click()
    expect(audit.get_by_role("progressbar")).to_be_visible(timeout=LONG)
    audit.get_by_role("button", name="Stop").click()
    expect(audit.locator(".note")).to_contain_text("Cancelled after")
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
