"""Folders that people name as a model, and that are none."""

from pathlib import Path

import pytest

from model import recogniser
from model.inference import ModelError


def test_folders_that_are_no_saved_model_are_named(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "saved_model.pb").write_bytes(b"")
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "checkpoint").write_bytes(b"")
    (tmp_path / "none").mkdir()
    for name, says in (("", "name that one"), ("weights", "checkpoint"), ("none", "without a saved_model.pb")):
        with pytest.raises(ModelError, match=says):
            recogniser.load(str(tmp_path / name))


def test_a_folder_that_may_not_be_read_is_one_sentence(tmp_path, monkeypatch):
    def refuse(folder):  # as for a user without rights, whom a test cannot always be
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(ModelError, match=r"cannot be opened \(Permission denied\)\.$"):
        recogniser.load(str(tmp_path))
