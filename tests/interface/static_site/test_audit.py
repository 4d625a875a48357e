"""The audit of labels in the page without a server: the suspects that Python finds, in MNIST and in pictures of one's own."""

import base64
import io
import json
import zipfile

import cv2
import numpy as np
import pytest
from PIL import Image

from evaluation.audit import duplicates, pictures
from evaluation.audit.suspects import Looked, cut_by_border, find
from evaluation.audit_command import second_opinion
from evaluation.picture_archive import Archive
from interface.predict.examples.draw import one, row
from model.datasets import unit
from model.pictures import SENTENCES
from model.recogniser import load
from tests.browser import png
from tests.interface.evaluate.dashboard import shipped_report
from tests.interface.static_site.test_evaluation import same, zipped

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
    assert pairs == duplicates.near(images, probabilities)
    assert duplicates.MOST_PAIRS < len(pairs) < 340 * 339 // 2


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


def test_of_a_file_with_two_pages_the_first_is_audited_and_this_is_said(coding):
    first, second = (Image.fromarray(one(digit)) for digit in "47")
    first.save(content := io.BytesIO(), "TIFF", save_all=True, append_images=[second])
    packed = zipped({"4/two.tif": content.getvalue()})
    found = coding.evaluate(AUDITED, ["classic", base64.b64encode(packed).decode()])
    assert found["names"] == ["4/two.tif"] and found["answers"] == [4]
    assert found["unreadable"] == [["4/two.tif", SENTENCES["pages"].format(pages=2)]]


CORRECTED = """async ([names, packed]) => {
    const base = new URL('assets/interface/static_site/evaluate/', location.href).href;
    const [{corrected}, {send, testSet}] = await Promise.all([import(base + 'audit.js'), import(base + 'test_sets.js')]);
    const set = testSet(await send('mine.zip', new Blob([Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0))])));
    set.audits.set('cnn', {names, labels: names.map(() => 3), found: {suspects: []}});
    return corrected('cnn', set, []);
}"""


def test_a_picture_that_the_test_set_does_not_hold_is_listed_as_left_out(coding):
    packed = base64.b64encode(zipped({"3/a.png": b"a"})).decode()
    found = coding.evaluate(CORRECTED, [["3/a.png", "3/gone.png"], packed])
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(found["base64"]))) as corrected:
        assert corrected.namelist() == ["3/a.png", "changes.csv"]
        assert "3/gone.png,3,left out,,It is not in the test set.," in corrected.read("changes.csv").decode()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cnn", "classic"])
def test_mnists_suspects_are_pythons(coding, mnist, name):
    model = load(name)
    as_python(
        coding.evaluate(AUDITED, [name, None]),
        pictures.finish(model, pictures.of_images(mnist.test), second_opinion(model)),
    )
