"""A zip that a stranger sends as a test set: read in memory, every bad file listed, nothing trusted."""

import io
import struct
import zipfile

import cv2
import numpy as np
import pytest

from evaluation import picture_archive, picture_folder
from evaluation.picture_archive import Archive
from evaluation.picture_folder import FolderError, finish_pictures, run_pictures
from model import labelled_drawings
from model.recogniser import load
from tests.fakes import known


def png(digit: int) -> bytes:
    return cv2.imencode(".png", labelled_drawings.pad(digit))[1].tobytes()


def packed(members: dict[str, bytes], **options) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def evaluated(content: bytes):
    """(report, images) of a zip, read with the classic model."""
    return read(Archive(content).files)


def read(files):
    reader = load("classic")
    *_, end = run_pictures(reader, files)
    return finish_pictures(reader, end, "mine")


def why(content: bytes) -> dict[str, str]:
    return dict(known(evaluated(content)[0].folder).unreadable)


def test_a_zip_and_its_folder_give_the_same_report(tmp_path):
    members = {f"{digit}/a.png": png(digit) for digit in (0, 1, 3, 7)}
    for name, content in members.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(content)
    from_zip, images = evaluated(packed({f"mine/{name}": content for name, content in members.items()}))
    from_folder, _ = read(picture_folder.pictures(tmp_path))
    assert from_zip.metrics == from_folder.metrics and from_zip.dataset.sha256 == from_folder.dataset.sha256
    assert images.shape == (4, 28, 28) and known(from_zip.folder).files == tuple(f"mine/{name}" for name in members)


def test_every_bad_file_is_listed_and_none_is_fatal():
    content = packed(
        {
            "3/good.png": png(3),
            "3/text.png": b"no picture",
            "3/empty.png": b"",
            "readme.txt": b"hello",
            "12/far.png": png(1),
            "../7/out.png": png(7),
            "/7/absolute.png": png(7),
            "..\\7\\windows.png": png(7),
            "<img src=x onerror=alert(1)>/7.png": png(7),
            ".hidden/3/a.png": png(3),
            "__MACOSX/3/._good.png": b"x",
        }
    )
    found, _ = evaluated(content)
    reasons = dict(known(found.folder).unreadable)
    assert known(found.folder).files == ("3/good.png",)
    good_or_hidden = {"3/good.png", ".hidden/3/a.png", "__MACOSX/3/._good.png"}
    names = {name.replace("\\", "/") for name in zipfile.ZipFile(io.BytesIO(content)).namelist()}
    assert set(reasons) == names - good_or_hidden
    assert reasons["../7/out.png"] == "It is not in a folder named 0 to 9."


def test_nothing_is_written_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    evaluated(packed({"../../7/x.png": png(7), "7/a.png": png(7)}))
    assert list(tmp_path.iterdir()) == []


def test_a_bomb_is_never_unpacked(monkeypatch):
    zeros = bytes(picture_archive.MAX_BYTES + 1)
    bomb = packed({"1/good.png": png(1), "7/bomb.png": zeros}, compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 100_000
    assert why(bomb) == {"7/bomb.png": "It is larger than 20 MB."}
    monkeypatch.setattr(picture_archive, "MOST_UNPACKED", 150_000)
    many = packed(
        {"1/a.png": png(1), **{f"7/{i}.png": zeros[:100_000] for i in range(4)}}, compression=zipfile.ZIP_DEFLATED
    )
    reasons = why(many)
    assert len(reasons) == 4 and any("unpacked, is larger" in reason for reason in reasons.values())


def test_a_size_that_lies_is_found_out():
    honest = bytearray(packed({"1/good.png": png(1), "7/x.png": bytes(5000)}, compression=zipfile.ZIP_DEFLATED))
    for at in (honest.rfind(b"PK\x01\x02") + 24, honest.rfind(b"PK\x03\x04") + 22):
        struct.pack_into("<I", honest, at, 10)  # it says 10 bytes
    assert set(why(bytes(honest))) == {"7/x.png"}


def test_a_damaged_an_encrypted_and_a_strangely_packed_member_are_listed():
    damaged = bytearray(packed({"1/good.png": png(1), "7/x.png": png(7)}))
    damaged[damaged.rfind(b"7/x.png", 0, damaged.find(b"PK\x01\x02")) + 200] ^= 255
    assert "damaged" in why(bytes(damaged))["7/x.png"]
    locked = bytearray(packed({"1/good.png": png(1), "7/x.png": png(7)}))
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in why(bytes(locked))["7/x.png"]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("1/good.png", png(1))
        made.writestr("7/x.png", png(7), compress_type=zipfile.ZIP_LZMA)
    assert "compression" in why(out.getvalue())["7/x.png"]


@pytest.mark.parametrize("kind", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_table_is_unpacked_by_the_usual_decoder_only_and_the_pictures_are_still_read(kind):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("1/good.png", png(1))
        made.writestr("metadata.csv", "file,pen\n1/good.png,fine\n", compress_type=kind)
    found = Archive(out.getvalue())
    assert found.table is None and [file.name for file in found.files] == ["1/good.png"]


def test_a_tables_bytes_count_with_the_pictures(monkeypatch):
    content = packed({"1/a.png": png(1), "metadata.csv": b"file,pen\n" + b"x" * 200_000})
    monkeypatch.setattr(picture_archive, "MOST_UNPACKED", 200_000)
    with pytest.raises(FolderError, match="unpacked, is larger"):
        evaluated(content)


def test_a_zip_written_with_backslashes_has_the_same_names_and_table():
    found = Archive(packed({"mine\\7\\ann\\a.png": png(7), "mine\\metadata.csv": b"file,pen\n7/ann/a.png,fine\n"}))
    assert [(file.name, file.label) for file in found.files] == [("mine/7/ann/a.png", 7)]
    assert found.table is not None and found.files[0].content() == png(7)


@pytest.mark.parametrize(
    "content, says",
    [
        (b"", "not a whole zip"),
        (b"PK\x05\x06" + bytes(10), "not a whole zip"),
        (packed({"7/x.png": b"x" * 500})[:300], "not a whole zip"),
        (packed({"readme.txt": b"x"}), "no folder named 0 to 9"),
        (packed({}), "no folder named 0 to 9"),
        (packed({f"7/{i}.png": b"" for i in range(2001)}), "2,001 files"),
        (packed({f"7/{i}.png": b"" for i in range(4100)}), "too many files"),
    ],
)
def test_what_is_no_test_set_is_refused_in_a_sentence(content, says):
    with pytest.raises(FolderError, match=says):
        Archive(content)


def test_a_zip_without_one_readable_picture_says_why():
    with pytest.raises(FolderError, match=r"7/x.png: "):
        evaluated(packed({"7/x.png": b"nothing"}))


def test_the_images_of_a_picture_without_one_digit_are_black():
    blank = cv2.imencode(".png", np.full((80, 80, 3), 255, np.uint8))[1].tobytes()
    found, images = evaluated(packed({"1/a.png": blank, "1/b.png": png(1)}))
    assert not images[0].any() and images[1].any() and found.predicted[0] == -1
