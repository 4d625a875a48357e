"""`python -m model.predict --ray`: a folder of any size to Parquet, on a local Ray of two workers."""

import sys

import pytest
from PIL import Image

import model
from model import json_lines, labelled_drawings, predict
from tests.conftest import missing

COUNT = 40


@pytest.fixture(scope="module")
def workers():
    try:
        import ray
    except ImportError:
        missing("Ray is not installed (requirements-ray.txt)")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    yield
    ray.shutdown()


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    for number in range(COUNT):
        place = folder / f"line {number % 3}"
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(labelled_drawings.pad(number % 10, 120 + number)).save(place / f"{number}-ä.png")
    (folder / "cut off.png").write_bytes((folder / "line 0" / "0-ä.png").read_bytes()[:300])
    (folder / "dangling.png").symlink_to(tmp_path / "nowhere")
    (folder / "notes.txt").write_text("no picture", "utf-8")
    return folder


def rows(out) -> dict:
    import pyarrow.parquet as pq

    table = pq.read_table(out)
    assert table.column_names == [
        "file",
        "page",
        "pages",
        "text",
        "verdict",
        "why",
        "digits",
        "other_writing",
        "note",
        "error",
    ]
    found = {row["file"]: row for row in table.to_pylist()}
    assert len(found) == len(table)  # no picture twice
    return found


@pytest.mark.slow
def test_a_folder_becomes_parquet_is_gone_on_with_and_no_bad_file_stops_it(workers, pictures, tmp_path, capsys):
    out = tmp_path / "out.parquet"
    command = ["--ray", str(pictures), "--out", str(out)]
    assert predict.main(command) == 1  # two could not be read
    assert f"{COUNT + 1} of {COUNT + 1} pictures, 1 unreadable" in capsys.readouterr().err
    found = rows(out)
    assert len(found) == COUNT + 1
    for number in range(COUNT):
        row = found[str(pictures / f"line {number % 3}" / f"{number}-ä.png")]
        (alone,) = json_lines.read_file(predict.recogniser.load(), row["file"])
        assert {**row, "digits": None} == {**alone, "digits": None}
        assert [d["box"] for d in row["digits"]] == [d["box"] for d in alone["digits"]]
    bad = found[str(pictures / "cut off.png")]
    assert bad["verdict"] is None and "damaged or cut off" in bad["error"]

    # an interrupted run: one shard was never finished, one was being written; a picture has come since
    shards = sorted(out.glob("*.parquet"))
    assert len(shards) > 2
    shards[0].rename(out / f".writing-{shards[0].name}")
    Image.fromarray(labelled_drawings.pad(5)).save(pictures / "new.png")
    kept = {path: path.stat().st_mtime_ns for path in shards[1:]}
    assert predict.main(command) == 1
    assert "pictures were read before" in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    again = rows(out)
    assert again.pop(str(pictures / "new.png"))["text"] == "5"
    assert again == found

    assert predict.main(command) == 1  # nothing is left to do, and it still says that one is bad
    assert rows(out).keys() == found.keys() | {str(pictures / "new.png")}


def test_an_address_gives_pictures_of_any_name_but_no_hidden_ones(tmp_path):
    try:
        from model import batch
    except ImportError as error:
        missing(str(error))
    for name in ("a b.png", "c%41.png", "e#1.png", ".hidden.png", "__MACOSX/x.png"):
        (tmp_path / "of any name" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "of any name" / name).write_bytes(name.encode())
    source = (tmp_path / "of any name").as_uri()
    waiting, _, _ = batch._list_pictures(source, str(tmp_path / "out"))
    found = dict(batch.ShardReader(source, str(tmp_path / "out"), "classic", None)._contents(waiting))
    assert [*found.values()] == [b"a b.png", b"c%41.png", b"e#1.png"]
    assert all(name.startswith("file://") for name in found)


def test_without_ray_one_sentence_says_how_to_install_it(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "model.batch", raising=False)
    monkeypatch.delattr(model, "batch", raising=False)
    assert predict.main(["--ray", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == "For --ray, install what it needs: pip install -r requirements-ray.txt\n"


def test_ray_wants_one_source_and_a_place_for_the_answers(tmp_path, capsys):
    for wrong in (["--ray", "a"], ["--ray", "a", "b", "--out", "c"], ["a", "--out", "c"]):
        with pytest.raises(SystemExit):
            predict.main(wrong)
        assert "--ray takes one folder or address, and --out FOLDER" in capsys.readouterr().err
