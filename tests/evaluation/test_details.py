"""Slices, refusal and cost as a report carries them: written, read again, checked, and carried over to the next run."""

import copy
import json
from dataclasses import replace

import numpy as np
import pytest

from evaluation import detail_files, details, refusal, report_files, slices
from evaluation.cost import Cost
from evaluation.report import Folder, Report
from evaluation.report_files import ReportError
from tests import fakes
from tests.fakes import known


@pytest.fixture(scope="module")
def fuller() -> Report:
    made, images = fakes.made(), fakes.labelled().images
    found = details.with_refusal(made, fakes.Fake(), images, 60)
    of_images = slices.find(fakes.labelled(), made.labels == made.predicted)
    return replace(found, slices=of_images, cost=Cost(10, 20, 30, 0.1, None, None, 2.5, "a machine"))


def test_a_report_with_details_is_read_as_it_was_written(fuller, tmp_path):
    path = report_files.save(tmp_path / "report.json", report_files.dumps(fuller))
    again = report_files.load(path)
    assert known(again.slices).rows == known(fuller.slices).rows and again.cost == fuller.cost
    assert known(again.refusal).auroc == known(fuller.refusal).auroc
    np.testing.assert_array_equal(known(again.refusal).others, known(fuller.refusal).others)
    assert report_files.dumps(again) == report_files.dumps(fuller)
    data = json.loads(path.read_text("utf-8"))
    assert data["slices"]["rows"][0]["grouping"] and 0 < data["refusal"]["fpr95"] <= 1
    assert data["cost"]["multiply_adds"] == 20 and len(data["calibration_by_digit"]) == 10
    low, high = data["intervals"]["ece"]
    assert 0 <= low < high


def test_a_report_without_details_can_still_be_read(tmp_path):
    old = report_files.to_json(fakes.made())
    for name in ("slices", "refusal", "cost", "calibration_by_digit", "brier"):
        del old[name]
    found = report_files.from_json(old)
    assert found.slices is found.refusal is found.cost is found.none is found.metrics.brier is None


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("slices", "rows", 0, "errors"), 1_000),
        (("slices", "groupings", 0, "members"), [0]),
        (("refusal", "at_thresholds", "others", "sure"), -1),
        (("refusal", "digits", "none"), [0.5]),
        (("refusal", "others", "best", 0), float("nan")),
        (("cost", "parameters"), "<b>many</b>"),
        (("cost", "file_bytes"), None),
    ],
)
def test_details_that_do_not_follow_from_the_report_are_refused(fuller, tmp_path, where, value):
    data = copy.deepcopy(report_files.to_json(fuller))
    *path, last = where
    place = data
    for name in path:
        place = place[name]
    place[last] = value
    file = tmp_path / "report.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ReportError, match="damaged or missing"):
        report_files.load(file)


def test_a_new_run_takes_over_what_belongs_to_the_images_and_the_weights(fuller):
    run = fakes.made()
    found = details.carry_over(run, fuller)
    assert known(found.slices).rows == known(fuller.slices).rows and found.cost == fuller.cost
    assert known(found.refusal).fpr95 == known(fuller.refusal).fpr95
    other = details.carry_over(replace(run, weights_sha256="other", predicted=run.labels), fuller)
    assert other.refusal is other.cost is None and {row.errors for row in known(other.slices).rows} == {0}
    assert details.carry_over(run, None) is run


def test_pictures_get_the_slices_of_their_table_and_one_that_cannot_be_used_is_listed():
    images, made = fakes.labelled().images, fakes.made()
    names = tuple(f"{label}/{'ann' if i % 2 else 'bob'}/{i}.png" for i, label in enumerate(made.labels))
    made = replace(made, folder=Folder(names, {}, ()))
    table = "file,pen\n" + "\n".join(f"{name},fine" for name in names)
    found = details.with_slices(made, images, table.encode(), "set.csv")
    assert {"folder", "pen"} <= {one.name for one in known(found.slices).groupings}
    found = details.with_slices(made, images, b"pen\nfine\n", "set.csv")
    ((name, why),) = known(found.folder).unreadable
    assert name == "set.csv" and why.startswith("set.csv has no column named file")
    assert {"folder"} <= {one.name for one in known(found.slices).groupings}


def test_refusal_is_not_measured_where_the_run_does_not_say_what_is_no_digit():
    images = fakes.labelled().images
    assert details.with_refusal(replace(fakes.made(), none=None), fakes.Fake(), images, 30).refusal is None


def test_the_json_says_what_the_thresholds_bring(fuller):
    data = detail_files.refusal_to_json(known(fuller.refusal))
    outcome = refusal.at(known(fuller.refusal), 0.9, 0.5)
    assert data["at_thresholds"]["others"]["sure"] == outcome.others.sure
    assert sum(kind["n"] for kind in data["kinds"]) == 60
    assert data["risk_coverage"]["coverage"][-1] == 1
