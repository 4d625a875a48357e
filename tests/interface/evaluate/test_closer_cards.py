"""The cards that look closer, without a browser: what they show, and what they refuse."""

import base64
import io
import zipfile
from dataclasses import replace

import gradio as gr
import numpy as np
import pytest

from evaluation import details, slices
from evaluation.audit import pictures
from evaluation.audit.suspects import Looked, find
from evaluation.history import History
from evaluation.report import Report
from interface.evaluate import closer_cards, closer_handlers
from interface.evaluate.state import Reports, Selection
from tests import fakes


@pytest.fixture
def found() -> Report:
    made, images = fakes.made(), fakes.labelled().images
    measured = details.with_refusal(made, fakes.Fake(), images, 30)
    return details.carry_over(measured, measured)


@pytest.fixture
def reports(found) -> Reports:
    return Reports({"fake": fakes.Fake()}, History(None), finished={"fake": found})


def test_a_slice_shows_its_matrix_and_its_errors_first(found):
    labelled = fakes.labelled()
    right = found.labels == found.predicted
    known = slices.find(labelled, right)
    text = str(closer_cards.slices_of(replace(found, slices=known), ("digit", "3"), labelled.images))
    n = int((labelled.labels == 3).sum())
    assert f"digit: 3, {n} images" in text and "confusion-matrix" in text and text.count('class="tile') > 0
    with pytest.raises(KeyError):
        closer_cards.slices_of(replace(found, slices=known), ("digit", "<b>"), labelled.images)


def test_a_slice_that_is_not_there_is_refused_in_a_sentence(reports):
    labelled = fakes.labelled()
    found = reports.finished["fake"]
    reports.finished["fake"] = replace(found, slices=slices.find(labelled, found.labels == found.predicted))
    with pytest.raises(gr.Error, match="no such slice"):
        closer_handlers.slice_of(reports, Selection("fake"), {"slice": "digit", "name": "12"})
    assert "slices" in closer_handlers.slice_of(reports, Selection("fake"), {"slice": 3, "name": None})


def test_the_page_gets_the_numbers_that_the_report_holds(found):
    assert found.refusal is not None
    packed = closer_cards.points(found.refusal)
    best = np.frombuffer(base64.b64decode(packed["digits-best"]), "<u2") / closer_cards.SCALE
    np.testing.assert_allclose(best, found.refusal.digits_best, atol=1e-9)
    right = np.frombuffer(base64.b64decode(packed["right"]), np.uint8)
    np.testing.assert_array_equal(right.astype(bool), found.refusal.right)


def audit() -> pictures.Audit:
    labels = np.array([1, 2, 3])
    probabilities = np.full((3, 10), 0.005)
    probabilities[np.arange(3), [1, 2, 8]] = 0.955
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    given = Looked(images, labels, probabilities, np.zeros(3), np.ones(3, int), np.zeros(3, bool), ["a", "b", "c"])
    seen = tuple(
        pictures.Seen(f"{i}", int(label), image, 1, False, "")
        for i, (label, image) in enumerate(zip(labels, images, strict=True))
    )
    return pictures.Audit(seen, probabilities.argmax(axis=1), find(given, 0.9, 0.5), ())


def test_the_corrected_set_holds_what_was_decided(reports, monkeypatch):
    reports.audits["fake", ()] = audit()
    monkeypatch.setattr(closer_handlers, "mnist_test", fakes.labelled)
    answer = closer_handlers.corrected_set(reports, Selection("fake"), [[2, "relabel", 8]])
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(answer["base64"]))) as archive:
        assert archive.namelist() == ["1/0", "2/1", "8/2", "changes.csv"]


@pytest.mark.parametrize(
    "decisions",
    [
        None,
        "drop all",
        [[0, "drop", None]],  # no suspect
        [[2, "burn", None]],
        [[2, "relabel", 11]],
        [[2, "relabel", True]],
        [[2, "keep"]],
        [[2, "keep", None]] * 9,
        [[[2], "keep", None]],
    ],
)
def test_decisions_that_nobody_can_have_made_are_refused(reports, decisions):
    reports.audits["fake", ()] = audit()
    assert "error" in closer_handlers.corrected_set(reports, Selection("fake"), decisions)


def test_without_an_audit_there_is_no_corrected_set(reports):
    assert closer_handlers.corrected_set(reports, Selection("fake"), [])["error"] == closer_handlers.NO_AUDIT


def test_the_audit_shows_its_suspects_escaped(reports):
    made = audit()
    hostile = replace(made.seen[2], name='<img src=x onerror="1">')
    reports.audits["fake", ()] = replace(made, seen=(*made.seen[:2], hostile))
    text = str(closer_cards.audit(reports, Selection("fake")))
    assert text.count('class="suspect"') == 1 and "<img src=x" not in text and 'data-suggested="8"' in text
