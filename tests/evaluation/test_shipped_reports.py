"""The reports that ship belong to the models that ship, and every figure follows from the weights."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from evaluation import comparison, html_report, report, report_files, runner
from model.datasets import LABEL_PROBLEMS, Labelled
from model.recogniser import Recogniser, load, shipped
from tests.fakes import Fake, known

SHIPPED = shipped()
LARGEST = 400_000  # bytes of a report that people send to each other


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_model_ships_a_report_of_its_weights_without_images(name):
    found = report_files.shipped(name)
    assert found is not None, (
        f"run: python -m evaluation --model {name} --robustness --json evaluation/reports/{name}.json"
    )
    assert found.weights_sha256 == load(name).weights_sha256
    assert found.dataset.n == 10_000 and found.robustness and known(found.metrics.without_label_problems).n == 9985
    assert "image/" not in (report_files.SHIPPED / f"{name}.json").read_text("utf-8")


class Asked(HTMLParser):
    """Notes what a page would fetch: every address in an attribute that is not inside the page."""

    def __init__(self):
        super().__init__()
        self.outside: list[str] = []

    def handle_starttag(self, tag, attrs):
        addresses = [value or "" for name, value in attrs if name.split(":")[-1] in FETCHED]
        styles = [value or "" for name, value in attrs if name == "style"]
        addresses += [address for style in styles for address in URL.findall(style)]
        self.outside += [address for address in addresses if not address.startswith(("data:", "#"))]


FETCHED = ("src", "href", "srcset", "poster", "action", "formaction", "data", "background", "ping", "manifest")
URL = re.compile(r"""url\(\s*["']?([^"')]*)""")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_report_is_one_small_page_that_asks_nobody_for_anything(name, mnist):
    found = report_files.shipped(name)
    assert found is not None
    text = html_report.html(found, mnist.test.images)
    assert len(text.encode("utf-8")) <= LARGEST and text.count('class="tile miss"') == found.metrics.errors
    asked = Asked()
    asked.feed(text)
    assert asked.outside == []
    style, script = text.split("<style>")[1].split("</style>")[0], text.split("<script>")[1].split("</script>")[0]
    assert "@import" not in style and all(url.startswith(("data:", "#")) for url in URL.findall(style))
    assert not re.search(r"\bfetch\(|\bimport\b|XMLHttpRequest|WebSocket|sendBeacon|new Image|Worker\(", script)


def shuffled(path, out):
    """A copy of a .tflite whose large weights are the same numbers in another order."""
    content, reader = path.read_bytes(), Interpreter(str(path))
    reader.allocate_tensors()
    for details in reader.get_tensor_details():
        try:
            weights = reader.get_tensor(details["index"])
        except ValueError:  # not a constant
            continue
        if weights.dtype == np.float32 and weights.size > 500 and content.count(weights.tobytes()) == 1:
            mixed = np.random.default_rng(0).permutation(weights.ravel())
            content = content.replace(weights.tobytes(), mixed.tobytes())
    out.write_bytes(content)
    assert content != path.read_bytes()
    return out


def test_with_shuffled_weights_every_figure_of_a_run_changes(mnist, tmp_path):
    real = load("classic")
    broken = Recogniser("classic", shuffled(real.path, tmp_path / "classic.tflite"))
    reports = []
    for recogniser in (real, broken):
        *_, last = runner.run(recogniser, mnist.test)
        reports.append(report.finish(recogniser, mnist.test, last))
    a, b = (json.loads(report_files.dumps(r)) for r in reports)
    for figure in (
        "weights_sha256",
        "accuracy",
        "errors",
        "intervals",
        "confusion_matrix",
        "macro_f1",
        "top2",
        "log_loss",
        "ece",
        "calibration",
        "coverage",
        "without_label_problems",
    ):
        assert a[figure] != b[figure], figure
    for row_a, row_b in zip(a["per_class"], b["per_class"], strict=True):
        assert (
            row_a["recall"] != row_b["recall"]
            and row_a["precision"] != row_b["precision"]
            and row_a["f1"] != row_b["f1"]
        )
    assert b["accuracy"] < 0.5 < 0.96 < a["accuracy"]
    assert "not the weights" in comparison.reproduces(reports[1], reports[0])


def test_the_label_problems_are_set_aside_on_mnist_only():
    big = Labelled(np.zeros((10_000, 28, 28), np.uint8), np.zeros(10_000, np.int64))
    *_, last = runner.run(Fake(), big)
    found = report.finish(Fake(), big, last)
    assert known(found.metrics.without_label_problems).n == 10_000 - len(LABEL_PROBLEMS)
