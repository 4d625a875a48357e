"""Packages from npm: what is brought is checked, a folder is whole or not there, and two processes do not disturb each other."""

import threading

import pytest

from model import npm


def test_what_is_not_the_known_package_is_refused(fake_npm, tmp_path):
    fake_npm("Path(into, 'thing-1.0.0.tgz').write_bytes(b'something else')")
    with pytest.raises(npm.PackageMissing, match="not what this program knows; nothing was kept"):
        npm.fetch("thing", "1.0.0", "0" * 64, tmp_path)


def test_without_a_network_one_sentence_says_so(fake_npm, tmp_path):
    fake_npm("sys.exit('npm error code ENOTFOUND')")
    with pytest.raises(npm.PackageMissing, match="cannot be reached; is this machine offline"):
        npm.fetch("thing", "1.0.0", "0" * 64, tmp_path)


def test_what_else_went_wrong_is_said_in_npms_own_words(fake_npm, tmp_path):
    fake_npm(
        "sys.exit('npm error code ENOSPC\\nnpm error no space left\\nnpm error A complete log of this run is in: x')"
    )
    with pytest.raises(npm.PackageMissing, match="npm did not bring the package: npm error no space left"):
        npm.fetch("thing", "1.0.0", "0" * 64, tmp_path)


def test_progress_is_what_has_come(fake_npm, tmp_path, monkeypatch):
    monkeypatch.setattr(npm, "LOOK", 0.02)
    fake_npm(
        "cache = Path(sys.argv[sys.argv.index('--cache') + 1]); cache.mkdir()\n"
        "(cache / 'part').write_bytes(bytes(5000)); time.sleep(0.5)\n"
        "Path(into, 'thing-1.0.0.tgz').write_bytes(b'')"
    )
    seen = []
    npm.fetch(
        "thing", "1.0.0", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", tmp_path, seen.append
    )
    assert 5000 in seen
    assert not (tmp_path / "npm-cache").exists()


def test_a_folder_is_whole_or_not_there(tmp_path):
    def half(stage):
        (stage / "one").touch()
        raise OSError("disk full")

    def both(stage):
        (stage / "one").touch()
        (stage / "two").touch()

    def whole(folder):
        return (folder / "one").exists() and (folder / "two").exists()

    place = tmp_path / "deep" / "place"
    with pytest.raises(OSError, match="disk full"):
        npm.make_folder(place, half, whole)
    assert not place.exists() and list(place.parent.iterdir()) == []

    place.mkdir()  # of an earlier version of the program, say
    (place / "one").touch()
    npm.make_folder(place, both, whole)
    assert whole(place)

    kept = (place / "two").stat().st_ino
    npm.make_folder(place, both, whole)  # a second process that comes later changes nothing
    assert (place / "two").stat().st_ino == kept and list(place.parent.iterdir()) == [place]


def test_many_at_once_make_one_folder(tmp_path):
    gate, trouble = threading.Barrier(8), []

    def fill(stage):
        (stage / "one").write_bytes(bytes(100_000))
        gate.wait()

    def make():
        try:
            npm.make_folder(tmp_path / "place", fill, lambda folder: (folder / "one").exists())
        except Exception as error:
            trouble.append(error)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    assert (tmp_path / "place" / "one").stat().st_size == 100_000
    assert list(tmp_path.iterdir()) == [tmp_path / "place"]
