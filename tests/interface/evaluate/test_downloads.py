"""Files of what is compared, asked for as the page asks and as a hostile page would."""

import pytest

from evaluation import runner
from evaluation.history import History
from interface.evaluate.downloads import DIFFERENCES, NO_DIFFERENCE
from interface.evaluate.handlers import Dashboard
from interface.evaluate.state import Reports
from interface.evaluate.uploaded_test_sets import UploadedTestSets
from model.recogniser import load, shipped

SHIPPED = shipped()


@pytest.fixture
def dashboard():
    models = {name: load(name) for name in SHIPPED}
    return Dashboard(Reports(models, History(None), UploadedTestSets()), runner.Evaluations())


@pytest.mark.parametrize("dark", [False, True])
def test_the_difference_of_two_matrices_can_be_downloaded(dashboard, dark):
    asked = {"model": SHIPPED[0], "other": f"model {SHIPPED[1]}", "dark": dark}
    for kind in DIFFERENCES:
        assert dashboard.report_file({**asked, "kind": kind})["name"] == f"{SHIPPED[0]}-{kind}"
        for other in (None, "model nonesuch", "run 7", 3, f"model {SHIPPED[0]}"):
            assert dashboard.report_file({**asked, "other": other, "kind": kind}) == {"error": NO_DIFFERENCE}
