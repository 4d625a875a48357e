"""The dashboard of somebody's own model: calibrated on demand, after which nothing found before counts."""

import io
import zipfile

import cv2
import numpy as np
import pytest

from evaluation import runner
from evaluation.history import History
from interface.evaluate.cards import CARDS, CONFIDENCE
from interface.evaluate.handlers import Dashboard
from interface.evaluate.state import Reports, Selection
from interface.evaluate.uploaded_test_sets import UploadedTestSets
from model.calibration import UNCALIBRATED
from model.convention_search import Choice
from model.conventions import Convention
from model.layouts import layout_of
from model.recogniser import Recogniser, load
from tests.interface.evaluate.dashboard import VISITOR, event


@pytest.fixture
def own(mnist):
    """The dashboard of somebody's own model: the classic network as a file without a card."""
    choice = Choice(Convention(layout=layout_of((28, 28))), Convention("binary"), 0.3, False, 0.97, "100 drawings")
    model = Recogniser("mine", load("classic").path, choice)
    model.calibrated, model.calibration, model.card = False, UNCALIBRATED, None
    return Dashboard(Reports({"mine": model}, History(None), UploadedTestSets()), runner.Evaluations())


def test_a_model_without_calibration_can_be_calibrated_on_training_images(own):
    mine = Selection("mine")
    *_, status, _, _ = own.choose(mine, event({}))
    assert "Input unit (0 to 1" in status and "Not calibrated" in status
    card = own.cards(mine)[list(CARDS).index(CONFIDENCE)]
    assert 'data-testid="calibrate"' in card
    *_, last = own.run(mine, VISITOR)
    before = own.reports.report(mine)
    assert before and "Not calibrated" in before.notes[-1]
    assert "5,000 of MNIST" in own.calibrate(mine)
    assert own.reports.models["mine"].calibrated and own.reports.report(mine) is None
    *_, last = own.run(mine, VISITOR)
    after = own.reports.report(mine)
    assert after and after.notes[-1].startswith("Calibrated on") and after.before is not None
    assert after.metrics.accuracy == before.metrics.accuracy


@pytest.mark.slow
def test_what_was_found_before_calibrating_no_longer_counts(own):
    mine, reports = Selection("mine"), own.reports
    *_, _ = own.run(mine, VISITOR)
    *_, _ = own.refuse(mine, VISITOR)
    first = reports.report(mine).refusal
    assert first
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("mine/7/a.png", cv2.imencode(".png", np.full((28, 28), 255, np.uint8))[1].tobytes())
    secret, _ = reports.uploaded.add("mine", content.getvalue())
    pictures = Selection("mine", secret)
    for job in (reports.evaluation(pictures), reports.audit(pictures)):
        *_, last = job.steps()
        job.finish(last)
    assert reports.report(pictures) and reports.images(pictures) is not None and reports.audited(pictures)
    under_way = reports.evaluation(mine)
    *_, last = under_way.steps()
    own.calibrate(mine)
    under_way.finish(last)  # what the model made of it when it was not calibrated
    assert reports.report(mine) is None and reports.report(pictures) is None
    assert reports.images(pictures) is None and reports.audited(pictures) is None
    *_, _ = own.run(mine, VISITOR)
    assert reports.report(mine).refusal is None
    *_, _ = own.refuse(mine, VISITOR)
    again = reports.report(mine).refusal
    assert again.sure == reports.models["mine"].calibration.sure != first.sure
