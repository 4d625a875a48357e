"""The folder of programs' uploads: bounded, and swept within a day."""

import os
import time

from interface.server import uploads


def test_old_uploads_make_room_for_new_ones_and_a_full_folder_takes_none(tmp_path):
    old, new = tmp_path / "a" / "old.png", tmp_path / "b" / "new.png"
    for file in (old, new):
        file.parent.mkdir()
        file.write_bytes(b"x" * 1000)
    assert uploads.make_room(tmp_path, most=100_000)
    os.utime(old, (time.time() - 2 * uploads.SAFE,) * 2)
    most = sum(path.lstat().st_size for path in tmp_path.rglob("*")) - 500
    assert uploads.make_room(tmp_path, most) and not old.exists() and new.exists()
    assert not uploads.make_room(tmp_path, 500) and new.exists()


def test_uploads_are_swept_after_a_day(tmp_path):
    def age(path, seconds: float) -> None:
        os.utime(path, (time.time() - seconds,) * 2)

    for name, old in (("old/file.png", uploads.DAY + 60), ("new/file.png", 60)):
        file = tmp_path / name
        file.parent.mkdir()
        file.write_bytes(b"x")
        age(file, old)
    uploads.sweep(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.png")] == ["new/file.png"]
    age(tmp_path / "old", uploads.DAY + 60)
    uploads.sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
