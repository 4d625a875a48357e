"""Evaluation in the page without a server: the app's figures and HTML, runs, test sets of one's own, files to download."""

import base64
import csv
import io
import json
import re
import zipfile

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from evaluation import report_files, sections
from evaluation.galleries import Query, select, title
from evaluation.metrics import evaluate
from evaluation.picture_archive import MOST_UNPACKED, SENTENCES, Archive
from evaluation.picture_folder import FolderError
from interface.evaluate import cards, closer_cards
from interface.predict.examples.draw import one
from tests.browser import eventually, expect_text, png
from tests.interface.evaluate.dashboard import cell, shipped_report, worst_cell

LONG = 600_000  # ms for 10,000 images on a machine that does much else; nothing is said of how long it takes


def evaluate_tab(page) -> None:
    page.get_by_role("tab", name="Evaluate").click()
    expect(page.get_by_test_id("evaluation-status")).to_be_visible()


def choose_file(page, kind: str, name: str, content: bytes) -> None:
    chooser = page.locator(f"[data-upload={kind}]")
    chooser.set_input_files({"name": name, "mimeType": "application/zip", "buffer": content})


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def without_spaces(html: str) -> str:
    return re.sub(r"\s+", " ", html).replace("> <", "><").replace(".0%", "%")


@pytest.mark.parametrize("name", ["cnn", "classic"])
def test_a_report_is_drawn_with_the_same_html_as_by_python(coding, name):
    found = shipped_report(name)
    expected = {
        "headline": sections.headline(found.metrics),
        "matrix": sections.matrix(found.metrics),
        "perClass": sections.per_class(found.metrics),
        "robustness": sections.robustness(found),
    }
    drawn = coding.evaluate(
        """async ([name, parts]) => {
            const base = new URL('assets/interface/static_site/evaluate/', location.href).href;
            const [views, {fromJson}] = await Promise.all([import(base + 'views.js'), import(base + 'report.js')]);
            const report = fromJson(await (await fetch(`reports/${name}.json`)).json());
            return parts.map((part) => String(views[part](part === 'headline' || part === 'matrix' ? report.metrics : report)));
        }""",
        [name, list(expected)],
    )
    for (part, html), ours in zip(expected.items(), drawn, strict=True):
        assert without_spaces(ours) == without_spaces(str(html)), part


def test_every_figure_is_the_one_that_python_computes(coding):
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 10, 300)
    probabilities = rng.dirichlet(np.full(10, 0.15), 300)
    probabilities[:250] = 0.7 * np.eye(10)[labels[:250]] + 0.3 * probabilities[:250]
    probabilities[7] = 0  # no single digit
    expected = evaluate(labels, probabilities, (3, 9, 11))
    found = coding.evaluate(
        """async ([labels, probabilities]) => {
            const {evaluate} = await import(new URL('assets/interface/static_site/evaluate/metrics.js', location.href).href);
            return evaluate(labels, probabilities, [3, 9, 11]);
        }""",
        [labels.tolist(), probabilities.tolist()],
    )
    same(found, expected)


def same(found, expected, where: str = "metrics") -> None:
    """What the page computed is what Python did, down to the last figure."""
    if hasattr(expected, "__dataclass_fields__"):
        for name in expected.__dataclass_fields__:
            same(found[name], getattr(expected, name), f"{where}.{name}")
    elif isinstance(expected, dict):
        assert set(found) == set(expected), where
        for name, theirs in expected.items():
            same(found[name], theirs, f"{where}.{name}")
    elif isinstance(expected, tuple | list):
        assert len(found) == len(expected), where
        for at, (ours, theirs) in enumerate(zip(found, expected, strict=True)):
            same(ours, theirs, f"{where}[{at}]")
    else:
        assert found == pytest.approx(expected, abs=1e-9) if expected is not None else found is None, where


@pytest.mark.parametrize("query", [Query("wrong", sort="sure"), Query(true=9, predicted=4), Query(sure="50-90")])
def test_a_choice_of_images_is_pythons(coding, query):
    report = shipped_report("cnn")
    found = coding.evaluate(
        """async (query) => {
            const base = new URL('assets/interface/static_site/evaluate/', location.href).href;
            const [{select, title}, {fromJson}] = await Promise.all([import(base + 'galleries.js'), import(base + 'report.js')]);
            const found = select(fromJson(await (await fetch('reports/cnn.json')).json()), query);
            return [found, title(query, found.length)];
        }""",
        {**query.__dict__},
    )
    expected = select(report, query)
    assert found == [expected.tolist(), title(query, len(expected))]


def test_a_cell_shows_its_images_and_one_is_opened_in_predict(visit, site, mnist):
    visit.goto(site)  # as a new visit
    evaluate_tab(visit)
    report = shipped_report("cnn")
    expect(visit.get_by_test_id("accuracy")).to_have_attribute("data-value", str(report.metrics.accuracy))
    true, predicted, images = worst_cell(report)
    cell(visit, true, predicted).click()
    gallery = visit.get_by_test_id("gallery")
    expect(gallery.locator(".tile img")).to_have_count(images)
    expect(gallery.locator("h2")).to_contain_text(f"True {true}, read as {predicted}")
    expect(visit).to_have_url(re.compile(f"#evaluate=&model=cnn&true={true}&read={predicted}$"))
    cell(visit, 7, 7).click()
    expect(gallery.locator("h2")).to_contain_text("True 7, read as 7")
    gallery.locator(".tile").last.click()
    expect_text(visit, "7")
    expect(visit.locator("[data-note=picture]")).to_have_text("28 × 28 pixels")


def test_a_link_opens_a_cell_of_a_models_report(browser, site):
    page = browser.new_page()
    page.goto(f"{site}#evaluate&model=classic&true=4&read=9")
    expect(page.get_by_test_id("gallery").locator("h2")).to_contain_text("True 4, read as 9")
    expect(page.get_by_test_id("errors")).to_have_text(str(shipped_report("classic").metrics.errors))
    page.close()


def test_a_test_set_of_ones_own_gets_the_same_report(visit, site):
    visit.goto(site)
    evaluate_tab(visit)
    digits = {f"mine/{digit}/<img src=x onerror='window.pwned=1'>.png": png(one(str(digit))) for digit in range(10)}
    choose_file(visit, "zip", "mine.zip", zipped({**digits, "mine/3/bad.png": b"text", "mine/x.txt": b"note"}))
    expect(visit.get_by_test_id("evaluation-status")).to_contain_text("10 pictures in", timeout=LONG)
    expect(visit.get_by_test_id("accuracy")).to_have_attribute("data-value", re.compile(r"^[\d.]+$"))
    expect(visit.get_by_test_id("unreadable")).to_contain_text("2 files could not be read")
    cell(visit, 7, 7).click()
    expect(visit.get_by_test_id("gallery").locator(".tile")).to_have_count(1)
    assert visit.evaluate("window.pwned") is None
    content = json.loads(downloaded_file(visit, "report.json"))
    own = report_files.from_json(content)
    assert own.metrics.n == 10 and own.folder is not None and len(own.folder.files) == 10
    assert content["intervals"]["ece"] and [row["n"] for row in content["calibration_by_digit"]] == [1] * 10
    assert own.slices is not None and {one.name for one in own.slices.groupings} >= {"digit", "slant", "ink"}
    visit.locator(".ev-toc").get_by_text("Whom it is good for").click()
    visit.locator('[data-slice="digit"][data-name="7"]').click()
    expect(visit.get_by_test_id("slice").locator("h3")).to_contain_text("digit: 7, 1 image")
    for section, says in {
        "When it refuses": closer_cards.MNIST_ONLY,
        "Robustness": cards.OWN_UNDAMAGED,
        "Other hands": "mine",
        "What it costs": "multiply-adds",
    }.items():
        expect(visit.locator(f'[data-piece="{section}"]')).to_contain_text(says)
    for name, content in {"no.zip": b"no zip", "empty.zip": zipped({"a/b.png": b""})}.items():
        with pytest.raises(FolderError) as refused:
            Archive(content)
        choose_file(visit, "zip", name, content)
        expect(visit.get_by_test_id("evaluation-status")).to_contain_text(str(refused.value))
    assert SENTENCES["no_zip"].startswith("This is not a whole zip file")


@pytest.mark.slow
def test_what_may_be_unpacked_is_counted_for_each_run_alone(coding):
    member = b"0" * (15 * 2**20)
    content = zipped({f"mine/7/{at}.png": member for at in range(MOST_UNPACKED // len(member) - 1)})
    sizes = coding.evaluate(
        """async (content) => {
            const {archive, send, testSet} = await import(new URL('assets/interface/static_site/evaluate/test_sets.js', location.href).href);
            const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
            const set = testSet(await send('mine.zip', new Blob([bytes])));
            const sizes = [];
            for (let run = 0; run < 2; run++) for (const {content} of archive(set.packed).files) sizes.push((await content()).size);
            return sizes;
        }""",
        base64.b64encode(content).decode(),
    )
    assert sum(sizes) > MOST_UNPACKED and set(sizes) == {len(member)}


def test_everything_can_be_downloaded(visit, site, mnist):
    visit.goto(site)
    evaluate_tab(visit)
    expect(visit.get_by_test_id("gallery").locator(".tile").first).to_be_visible()
    report = shipped_report("cnn")
    content = {kind: downloaded_file(visit, kind) for kind in ("report.json", "predictions.csv", "report.html")}
    assert json.loads(content["report.json"]) == json.loads(report_files.dumps(report))
    ours, theirs = (
        list(csv.reader(io.StringIO(text)))
        for text in (content["predictions.csv"].decode(), report_files.predictions_csv(report))
    )
    assert ours[0] == theirs[0] and len(ours) == len(theirs)
    assert [[float(value or 0) for value in row] for row in ours[1:]] == [
        [float(value or 0) for value in row] for row in theirs[1:]
    ]
    html = content["report.html"].decode("utf-8")
    assert html.count('class="tile miss"') == report.metrics.errors and "<script" in html
    assert without_spaces(str(sections.trusted(report))) in without_spaces(html)
    for kind in ("confusion-matrix", "reliability", "coverage", "epochs", "robustness"):
        picture = cv2.imdecode(np.frombuffer(downloaded_file(visit, f"{kind}.png"), np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None and picture.std() > 5, kind
        assert downloaded_file(visit, f"{kind}.svg").startswith(b"<svg")
    expect(visit.get_by_test_id("difference")).to_be_attached()
    apart = downloaded_file(visit, "matrix-difference.svg").decode("utf-8")
    first, second = (np.array(shipped_report(name).metrics.confusion_matrix) for name in ("cnn", "classic"))
    counts = [f"{n:+d}".replace("-", "−") if n else "·" for n in (first - second).ravel()]
    assert re.findall(r">([+−]\d+|·)</text>", apart) == counts and "cnn − classic" in apart


def downloaded_file(page, kind: str) -> bytes:
    page.get_by_test_id("downloads").click()
    with page.expect_download() as download:
        page.locator(f'[data-file="{kind}"]').click()
    assert download.value.suggested_filename == f"cnn-{kind}"
    return download.value.path().read_bytes()


def test_a_run_is_cancelled_then_reproduces_the_shipped_report_while_the_pad_answers(visit, site, mnist):
    visit.goto(site)
    evaluate_tab(visit)
    visit.get_by_test_id("run").click()
    expect(visit.get_by_test_id("evaluation-status")).to_contain_text("s left", timeout=LONG)
    visit.get_by_test_id("cancel").click()
    expect(visit.get_by_test_id("evaluation-status")).to_contain_text("Cancelled after")
    visit.get_by_test_id("run").click()
    expect(visit.get_by_test_id("evaluation-status")).to_contain_text("s left", timeout=LONG)
    visit.get_by_role("tab", name="Predict").click()
    visit.get_by_role("button", name="Example: an easy seven").click()
    expect_text(visit, "7")
    visit.get_by_role("tab", name="Evaluate").click()
    expect(visit.get_by_test_id("evaluation-status")).to_contain_text("reproduces the shipped report", timeout=LONG)
    expected = np.array(shipped_report("cnn").metrics.confusion_matrix)
    counts = "cells => cells.map((cell) => Number(cell.querySelector('.n').textContent) || 0)"
    cells = visit.get_by_test_id("confusion-matrix").locator("[role=gridcell]")
    eventually(visit, lambda: cells.evaluate_all(counts), lambda found: found == expected.ravel().tolist())
    ours, theirs = (
        json.loads(text) for text in (downloaded_file(visit, "report.json"), report_files.dumps(shipped_report("cnn")))
    )
    assert ours["intervals"]["ece"] == theirs["intervals"]["ece"]  # whose random numbers are Python's
    of_digits = [[(row["n"], row["accuracy"]) for row in report["calibration_by_digit"]] for report in (ours, theirs)]
    assert of_digits[0] == of_digits[1]


def test_another_model_is_compared(visit, site, mnist):
    visit.goto(site)
    evaluate_tab(visit)
    visit.locator(".ev-toc").get_by_text("Compare").click()
    expect(visit.get_by_test_id("mcnemar")).to_contain_text("cnn is better than classic")
