"""python -m evaluation, on MNIST's test set and on folders of pictures."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from evaluation import __main__ as command
from evaluation import audit_command, compare_command, extend_command, picture_folder, picture_sources, report_files
from model.recogniser import load
from tests import fakes
from tests.fakes import known


def test_the_command_prints_a_summary_and_writes_what_is_asked(mnist, tmp_path, capsys):
    code = command.main(
        [
            "--model",
            "classic",
            "--json",
            str(tmp_path / "r.json"),
            "--html",
            str(tmp_path / "r.html"),
            "--csv",
            str(tmp_path / "out"),
            "--compare",
            str(report_files.SHIPPED / "classic.json"),
        ]
    )
    printed = capsys.readouterr().out
    found = report_files.load(tmp_path / "r.json")
    assert code == 0
    assert f"{100 * found.metrics.accuracy:.2f} %" in printed and f"{found.metrics.errors} errors of 10,000" in printed
    assert printed.index("as labelled") < printed.index("label problems set aside")
    assert "exactly the same images" in printed and "mostly misread as" in printed and "epoch" in printed
    assert (tmp_path / "r.html").stat().st_size > 100_000
    assert len((tmp_path / "out" / "predictions.csv").read_text("utf-8").splitlines()) == 10_001


@pytest.mark.slow
def test_the_command_measures_robustness_on_a_sample(mnist, tmp_path, capsys):
    assert command.main(["--model", "classic", "--robustness", "20", "--json", str(tmp_path / "r.json")]) == 0
    found = known(report_files.load(tmp_path / "r.json").robustness)
    assert found.n == 20 and len(found.scores) == 16 and "canny edges" in capsys.readouterr().out


@pytest.mark.slow
def test_extending_a_shipped_report_changes_nothing_but_what_this_machine_measures(mnist, tmp_path):
    shipped = report_files.SHIPPED / "classic.json"
    path = report_files.save(tmp_path / "classic.json", shipped.read_text("utf-8"))
    assert command.main(["extend", str(path)]) == 0
    before, after = (report_files.load(file) for file in (shipped, path))
    assert report_files.dumps(replace(after, cost=before.cost)) == report_files.dumps(before)
    assert known(after.cost).one_image_ms is known(after.cost).ten_thousand_s is None


def test_a_model_that_ships_is_compared_by_its_report_on_mnist_and_runs_on_other_pictures(tmp_path):
    ran = fakes.made()
    assert compare_command.report_of("classic", None, lambda name, place: ran).model == "classic"
    assert compare_command.report_of("classic", tmp_path, lambda name, place: ran) is ran
    assert compare_command.report_of("mine.tflite", None, lambda name, place: ran) is ran
    saved = report_files.save(tmp_path / "r.json", report_files.dumps(ran))
    assert compare_command.report_of(str(saved), tmp_path, lambda name, place: ran).model == "fake"


@pytest.mark.parametrize(
    "words, says",
    [
        (["--model", "nonesuch"], "nonesuch"),
        (["--model", "classic", "--images", "/nowhere"], "/nowhere does not exist; name the folder"),
        (["--model", "classic", "--images", __file__], "is a file, and no zip or CSV"),
        (["--model", "classic", "--json", f"{__file__}/r.json"], "could not be written"),
        (["--model", "classic", "--html", "tests"], "could not be written"),
        (["--model", "classic", "--csv", f"{__file__}/folder"], "could not be written"),
        (["--model", "classic", "--compare", "/nowhere/r.json"], "cannot be read"),
    ],
)
def test_mistakes_on_the_command_line_are_one_sentence_before_anything_is_read(words, says, capsys, monkeypatch):
    monkeypatch.setattr(command, "evaluate", lambda *_: pytest.fail("the images were read first"))
    assert command.main(words) == 1
    printed = capsys.readouterr().err.strip()
    assert says in printed and "Traceback" not in printed


def drawing(digit, size=140):
    """A digit as OpenCV's pen draws it, dark on white."""
    page = np.full((size, size, 3), 255, np.uint8)
    cv2.putText(
        page, str(digit), (size // 3, 2 * size // 3), cv2.FONT_HERSHEY_SIMPLEX, size / 60, (0, 0, 0), 8, cv2.LINE_AA
    )
    return page


def test_a_folder_of_pictures_goes_through_the_whole_path(tmp_path, capsys):
    for digit in (0, 1, 3):
        (tmp_path / "mine" / str(digit)).mkdir(parents=True)
        cv2.imwrite(str(tmp_path / "mine" / str(digit) / "a.png"), drawing(digit))
    cv2.imwrite(str(tmp_path / "mine/1/blank.png"), np.full((80, 80, 3), 255, np.uint8))
    two = np.concatenate([drawing(3), drawing(1)], axis=1)
    cv2.imwrite(str(tmp_path / "mine/3/two.png"), two)
    (tmp_path / "mine/3/broken.png").write_text("no picture", "utf-8")
    (tmp_path / "mine/3/.DS_Store").write_text("", "utf-8")
    code = command.main(
        [
            "--model",
            "classic",
            "--images",
            str(tmp_path / "mine"),
            "--json",
            str(tmp_path / "r.json"),
            "--html",
            str(tmp_path / "r.html"),
        ]
    )
    printed = capsys.readouterr().out
    found = report_files.load(tmp_path / "r.json")
    assert code == 0 and found.dataset.n == 5
    assert found.metrics.no_single_digit == (0, 1, 0, 1, 0, 0, 0, 0, 0, 0)
    assert found.metrics.accuracy == pytest.approx(1 - found.metrics.errors / 5) and found.metrics.errors >= 2
    assert [name for name, _ in known(found.folder).unreadable] == ["3/broken.png"] and "3/broken.png" in printed
    assert sum(known(found.folder).verdicts.values()) == 5 and known(found.folder).verdicts["empty"] == 1
    assert found.metrics.without_label_problems is None
    costs = known(found.cost)
    assert costs.one_image_ms and costs.ten_thousand_s is None  # this run was not of 28×28 images
    assert "3/two.png" in report_files.predictions_csv(found)


def test_a_folder_called_like_the_test_set_has_no_label_problems(tmp_path):
    (tmp_path / "MNIST test" / "1").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "MNIST test/1/a.png"), drawing(1))
    found, _ = command.evaluate(load("classic"), picture_sources.open_source(tmp_path / "MNIST test"))
    assert found.metrics.without_label_problems is None


def test_a_folder_without_any_readable_picture_says_why(tmp_path):
    (tmp_path / "4").mkdir()
    (tmp_path / "4" / "a.png").write_bytes(b"")
    with pytest.raises(picture_folder.FolderError, match="4/a.png"):
        command.evaluate(load("classic"), picture_sources.open_source(tmp_path))


@pytest.mark.parametrize(
    "words",
    [
        ["audit", "--csv", "OUT"],
        ["compare", "cnn", "classic", "--json", "OUT/found.json"],
        ["extend", "OUT/report.json"],
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is_read(monkeypatch, tmp_path, capsys, words):
    (tmp_path / "file").write_text("", "utf-8")
    for module, name in ((audit_command, "load"), (compare_command, "report_of"), (extend_command, "load_mnist")):
        monkeypatch.setattr(module, name, lambda *_, **__: pytest.fail("it has begun"))
    assert command.main([word.replace("OUT", str(tmp_path / "file")) for word in words]) != 0
    assert "could not be written" in capsys.readouterr().err
