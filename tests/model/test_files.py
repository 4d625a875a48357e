"""Atomic writes: the old file stays whole when the new one cannot be finished."""

from pathlib import Path

import pytest

from model.files import replacing


def test_a_full_disk_leaves_the_old_file_whole(tmp_path):
    path = tmp_path / "card.json"
    path.write_text("old", "utf-8")
    with pytest.raises(OSError, match="No space"), replacing(path) as temporary:
        temporary.write_text("ne", "utf-8")
        raise OSError(28, "No space left on device")
    assert path.read_text("utf-8") == "old" and list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link_and_a_device_a_device(tmp_path):
    (tmp_path / "file").write_text("before", "utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with replacing(tmp_path / "link") as temporary:
        temporary.write_text("after", "utf-8")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "file").read_text("utf-8") == "after"
    device = Path("/dev/null")
    if device.exists():  # not on Windows
        with replacing(device) as itself:
            assert itself == device
        assert not device.is_file()
