"""`python -m model.predict`: text and JSON, folders and globs, bad files among good ones."""

import json

import cv2
import pytest

from model import labelled_drawings, predict

FIELDS = {"file", "page", "pages", "text", "verdict", "why", "digits", "other_writing", "note", "error"}


@pytest.fixture
def folder(tmp_path):
    for digit in (3, 7):
        cv2.imwrite(str(tmp_path / f"{digit}.png"), labelled_drawings.pad(digit))
    (tmp_path / "broken.png").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("no picture", "utf-8")
    (tmp_path / "below").mkdir()
    cv2.imwrite(str(tmp_path / "below" / "0.jpg"), labelled_drawings.pad(0))
    return tmp_path


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_picture_as_text(folder, capsys):
    assert predict.main([str(folder / "7.png")]) == 0
    assert "7.png: 7  sure" in capsys.readouterr().out


def test_a_folder_as_json_with_all_fields_always_there(folder, capsys):
    assert predict.main([str(folder), "--json"]) == 1  # one of them is broken
    found = {line["file"].rsplit("/", 1)[-1]: line for line in lines(capsys)}
    assert set(found) == {"3.png", "7.png", "0.jpg", "broken.png"}
    assert all(set(line) == FIELDS for line in found.values())
    assert [found[f]["text"] for f in ("3.png", "7.png", "0.jpg")] == ["3", "7", "0"]
    assert found["broken.png"] == {**found["broken.png"], "text": "", "verdict": None, "digits": []}
    assert "empty" in found["broken.png"]["error"]
    (digit,) = found["3.png"]["digits"]
    assert set(digit) == {"digit", "probability", "verdict", "box"} and len(digit["box"]) == 4


def test_a_glob_gives_what_is_in_the_folders_that_it_matches(folder, capsys):
    assert predict.main([str(folder.parent / f"{folder.name[:-1]}?"), "--json"]) == predict.main(
        [str(folder), "--json"]
    )
    found = lines(capsys)
    half = len(found) // 2
    assert half and found[:half] == found[half:]


def test_globs(folder, capsys):
    assert predict.main([str(folder / "*.png"), "--json"]) == 1
    assert len(lines(capsys)) == 3


def test_both_models_read(folder, capsys):
    assert predict.main([str(folder / "0.jpg"), str(folder / "below" / "0.jpg"), "--model", "classic", "--json"]) == 1
    missing, read = lines(capsys)
    assert "cannot be opened" in missing["error"] and read["text"] == "0"


def test_nothing_to_read_is_said(tmp_path, capsys):
    assert predict.main([str(tmp_path)]) == 2
    assert "No pictures found" in capsys.readouterr().err


def test_an_unknown_model_is_said(folder, capsys):
    assert predict.main([str(folder), "--model", "other"]) == 2
    assert "There is no model 'other'" in capsys.readouterr().err
