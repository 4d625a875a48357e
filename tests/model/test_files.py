"""Atomic writes: the old file stays whole when the new one cannot be finished."""

import pytest

from model.files import replacing


def test_a_full_disk_leaves_the_old_file_whole(tmp_path):
    path = tmp_path / "card.json"
    path.write_text("old", "utf-8")
    with pytest.raises(OSError, match="No space"), replacing(path) as temporary:
        temporary.write_text("ne", "utf-8")
        raise OSError(28, "No space left on device")
    assert path.read_text("utf-8") == "old" and list(tmp_path.iterdir()) == [path]
