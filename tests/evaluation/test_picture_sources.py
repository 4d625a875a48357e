"""Test sets of one's own: folders below the label, tables, CSVs of paths; each mistake gets one sentence."""

import io
import zipfile

import numpy as np
import pytest

from evaluation import picture_groups, picture_sources
from evaluation.picture_folder import FolderError


def folder(tmp_path, *names):
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path


def test_folders_below_the_label_are_slices(tmp_path):
    found = picture_sources.open_source(
        folder(tmp_path, "3/ann/a.png", "3/bob/b.png", "7/ann/c.png", "7/d.png", "7/.no/e.png")
    )
    names = [file.name for file in found.files]
    assert names == ["3/ann/a.png", "3/bob/b.png", "7/d.png", "7/ann/c.png"]  # a folder's own files first
    assert [file.label for file in found.files] == [3, 3, 7, 7]
    (one,) = picture_groups.groupings(names, found.table)
    assert (one.name, one.names, list(one.members)) == ("folder", ("ann", "bob"), [0, 1, -1, 0])
    assert picture_groups.groupings(["3/a.png", "4/b.png"]) == ()


def test_a_zip_has_the_same_slices_and_its_table(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mine/3/ann/a.png", b"x")
        archive.writestr("mine/7/bob/b.png", b"x")
        archive.writestr("mine/metadata.csv", "file,pen\n3/ann/a.png,fine\n7/bob/b.png,fine\n")
    found = picture_sources.of_zip("z.zip", out.getvalue())
    names = [file.name for file in found.files]
    assert [file.label for file in found.files] == [3, 7]
    folders, pen = picture_groups.groupings(names, found.table)
    assert folders.names == ("ann", "bob") and (pen.name, pen.names) == ("pen", ("fine",))


def test_only_a_digit_is_a_labels_folder():
    (folders,) = picture_groups.groupings(["3/ann/a.png", "mine/3/bob/b.png", "x/ann/c.png"])
    assert folders.names == ("ann", "bob") and folders.members.tolist() == [0, 1, -1]


def test_columns_become_slices_by_value_or_by_size():
    names = [f"{i % 10}/{i}.png" for i in range(200)]
    table = "file;hand;age;note\n" + "\n".join(
        f"{n};{'left' if i % 3 else 'right'};{i}.5;{n}" for i, n in enumerate(names)
    )
    hand, age = picture_groups.groupings(names, table.encode())
    assert hand.names == ("left", "right") and len(age.names) == 4 and age.names[0].startswith("lowest: to ")
    assert np.bincount(age.members).tolist() == [20, 80, 80, 20]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("name,pen\n3/a.png,fine\n", "no column named file"),
        ("file,pen\n3/a.png,fine\n3/a.png,broad\n", "two lines for 3/a.png"),
        ("file,pen\nelse.png,fine\n", "names none of the pictures"),
        ("file,pen,pen\n3/a.png,x,y\n", "two columns of the same name"),
    ],
)
def test_a_table_that_cannot_be_used_gets_one_sentence(table, words):
    with pytest.raises(FolderError, match=words) as said:
        picture_groups.groupings(["3/a.png"], table.encode())
    assert "\n" not in str(said.value)


def test_cells_without_a_column_are_left_out():
    (pen,) = picture_groups.groupings(["3/a.png", "4/b.png"], b"file,pen,\n3/a.png,fine,,more\n4/b.png,fine\n")
    assert (pen.name, pen.names) == ("pen", ("fine",))


def test_a_table_of_other_bytes_is_no_text():
    with pytest.raises(FolderError, match="not UTF-8"):
        picture_groups.groupings(["3/a.png"], b"file,pen\n\xff\xfe")


def test_a_csv_of_paths_is_a_test_set(tmp_path):
    folder(tmp_path, "scans/a.png", "scans/b.png")
    table = tmp_path / "set.csv"
    table.write_text("file,label,pen\nscans/a.png,3,fine\nscans/b.png,4,fine\n", encoding="utf-8")
    found = picture_sources.open_source(table)
    assert [(file.name, file.label, file.content()) for file in found.files] == [
        ("scans/a.png", 3, b"x"),
        ("scans/b.png", 4, b"x"),
    ]
    assert [one.name for one in picture_groups.groupings([file.name for file in found.files], found.table)] == ["pen"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("a.png,3\ngone.png,4", r"names 1 of 2 files that are not there \(gone.png\)"),
        ("a.png,3\n./a.png,4", "gives a.png two labels, 3 and 4"),
        ("a.png,three", "label from 0 to 9; it gives a.png the label 'three'"),
        ("", "label from 0 to 9; it has no lines"),
    ],
)
def test_a_csv_that_is_no_test_set_gets_one_sentence(tmp_path, lines, words):
    folder(tmp_path, "a.png")
    table = tmp_path / "set.csv"
    table.write_text(f"file,label\n{lines}\n", encoding="utf-8")
    with pytest.raises(FolderError, match=words) as said:
        picture_sources.open_source(table)
    assert "\n" not in str(said.value)


def test_a_csv_whose_lines_contradict_each_other_is_refused_by_its_name_before_a_run(tmp_path):
    table = folder(tmp_path, "a.png") / "set.csv"
    table.write_text("file,label,pen\na.png,3,fine\n./a.png,3,fine\n", encoding="utf-8")
    found = picture_sources.open_source(table)
    assert [file.name for file in found.files] == ["a.png"] and found.table_name == "set.csv"
    table.write_text("file,label,pen\na.png,3,fine\n.\\a.png,3,broad\n", encoding="utf-8")
    with pytest.raises(FolderError, match="^set.csv has two lines for a.png"):
        picture_sources.open_source(table)
    with pytest.raises(FolderError, match="^set.csv names none"):
        picture_groups.groupings(["b.png"], b"file,pen\na.png,fine\n", "set.csv")


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    for name, limit in (("set.csv", "LARGEST_TABLE"), ("set.zip", "MOST_PACKED")):
        monkeypatch.setattr(picture_sources, limit, 10)
        (tmp_path / name).write_bytes(b"x" * 11)
        with pytest.raises(FolderError, match="is larger than"):
            picture_sources.open_source(tmp_path / name)
