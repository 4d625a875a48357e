"""The slices of the page without a server: Python's, of labels, shapes, folders and a visitor's metadata.csv."""

import base64
import time
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import expect

from evaluation import detail_files, picture_groups, sections, slices
from evaluation.picture_archive import Archive
from evaluation.picture_folder import LARGEST_TABLE, TABLE, FolderError
from interface.predict.examples.draw import one
from model.datasets import Labelled
from tests.browser import png
from tests.interface.evaluate.dashboard import shipped_report
from tests.interface.static_site.test_evaluation import LONG, choose_file, evaluate_tab, same, without_spaces, zipped

SLICES = """async ([labels, right, images, files]) => {
    const base = new URL('assets/interface/static_site/evaluate/', location.href).href;
    const [{find, score, table}, {groupings}] = await Promise.all([import(base + 'slices.js'), import(base + 'picture_groups.js')]);
    const found = find(labels, right, Uint8Array.from(atob(images), (letter) => letter.charCodeAt(0)), groupings(files));
    return [found, score(found.groupings, right), String(table(found, true))];
}"""


def test_the_slices_of_ones_own_pictures_are_pythons(coding, mnist):
    labels, n = mnist.test.labels[:600].copy(), 600
    images = mnist.test.images[:n].copy()
    images[5] = 0  # no single digit: in no slice of a measure
    right = np.random.default_rng(2).random(n) > np.where(labels == 7, 0.3, 0.03)
    files = [f"mine/{label}/{('', 'ann/', 'bob/left/')[at % 3]}{at}.png" for at, label in enumerate(labels)]
    expected = slices.find(Labelled(images, labels), right, picture_groups.groupings(files))
    packed = base64.b64encode(images.tobytes()).decode()
    found, again, html = coding.evaluate(SLICES, [labels.tolist(), right.tolist(), packed, files])
    theirs = detail_files.slices_to_json(expected)
    assert [{**one, "source": ""} for one in theirs["groupings"]] == found["groupings"]
    same(found["rows"], theirs["rows"], "rows")
    assert again == found and {row["name"] for row in found["rows"] if row["worse"]} >= {"7"}
    assert detail_files.slices_from_json(found, right) is not None
    report = replace(shipped_report("cnn"), slices=expected)
    assert without_spaces(html) == without_spaces(str(sections.slices(report, clickable=True)))


@pytest.mark.parametrize("n", [1, 3])
def test_few_pictures_have_slices_too(coding, n):
    labels, images = np.full(n, 3), np.zeros((n, 28, 28), np.uint8)
    images[: n // 2] = 255
    right = np.arange(n) % 2 == 0
    files = [f"3/{at}.png" for at in range(n)]
    expected = slices.find(Labelled(images, labels), right)
    packed = base64.b64encode(images.tobytes()).decode()
    found, *_ = coding.evaluate(SLICES, [labels.tolist(), right.tolist(), packed, files])
    same(found, detail_files.slices_to_json(expected), "slices")


GROUPINGS = """async ([names, tables]) => {
    const base = new URL('assets/interface/static_site/evaluate/', location.href).href;
    const {groupings} = await import(base + 'picture_groups.js');
    return tables.map((table) => {
        try {
            return groupings(names, Uint8Array.from(atob(table), (letter) => letter.charCodeAt(0)));
        } catch (error) {
            return error.message;
        }
    });
}"""


def in_page(coding, names: list[str], tables: list[bytes]) -> list:
    return coding.evaluate(GROUPINGS, [names, [base64.b64encode(table).decode() for table in tables]])


def in_python(names: list[str], table: bytes):
    try:
        found = picture_groups.groupings(names, table)
    except FolderError as error:
        return str(error)
    return [{**one.__dict__, "names": list(one.names), "members": one.members.tolist()} for one in found]


NAMES = [f"mine/{i % 10}/{'ann/' if i % 3 else ''}{i}.png" for i in range(120)]


def table(value, head: str = "file,column", names=NAMES) -> bytes:
    """A CSV with a line for each picture. value: of a picture's place, all cells behind its path."""
    return "\n".join([head, *(f"{name},{value(i)}" for i, name in enumerate(names))]).encode()


GOOD = {
    "values": table(lambda i: ("left", "right", "", "é ")[i % 4]),
    "paths from the label on, and from outside": table(
        lambda i: "ab"[i % 2],
        names=[
            (name, f"./{name}", name[5:], f".\\{name[5:]}".replace("/", "\\"))[i % 4] for i, name in enumerate(NAMES)
        ],
    ),
    "few numbers": table(lambda i: str(i % 5)),
    "many numbers": table(lambda i: f"{i * 7 % 120}.{i % 10}"),
    "numbers as people write them": table(lambda i: (f'"{i},5"', f"-{i}", f"+{i}e-1", f".{i}", f"1_0{i}.", "")[i % 6]),
    "no number": table(lambda i: ("nan", "inf", "1e999", "0x10", "1__0")[i % 5]),
    "all different": table(lambda i: f"name {i}"),
    "zeros": table(lambda i: f"{(i - 60) / 1e5:f}"),
    "semicolons and a byte order mark": b"\xef\xbb\xbf" + table(lambda i: "xy"[i % 2]).replace(b",", b";"),
    "more columns than are shown": table(
        lambda i: ",".join("ab"[(i + n) % 2] for n in range(25)), "file,label," + ",".join(f"c{n}" for n in range(24))
    ),
    "short and long lines, and empty ones": b"file,a,,b\r\n\r\nmine/0/0.png,x\r\nmine/1/ann/1.png,y,z,x,more\r\nmine/2/ann/2.png,x,z,x\r",
    "quotes": b'a,file,b\r"x ""1"", 2",mine/0/0.png,"two\nlines"\r"x ""1"", 2","mine/1/ann/1.png","two\nlines" and more\r"open,',
    "two lines that say the same": table(lambda i: "x") + b"\n./mine/0/0.png,x\nnot/there.png,y",
    "only a head": b"file,a",
}
BAD = {
    "column": b"name,pen\n3/a.png,fine",
    "an empty first line": b"\nfile,pen\n3/a.png,fine",
    "nothing": b"",
    "none": b"file,pen\nit's.png,fine\nother.png,fine",
    "two": b"file,pen\nmine/0/0.png,fine\n./mine/0/0.png,broad",
    "twice": b"file,pen,pen \nmine/0/0.png,x,y",
    "text": b"file,pen\n\xff\xfe",
    "large": b"file,pen\n" + b"x" * LARGEST_TABLE,
    "a cell that Python does not take": b'file,pen\nmine/0/0.png,"' + b"x" * 131_073 + b'"',
}


def test_the_slices_of_a_table_are_pythons(coding):
    for (which, content), found in zip(GOOD.items(), in_page(coding, NAMES, list(GOOD.values())), strict=True):
        expected = in_python(NAMES, content)
        assert isinstance(expected, list) and found == expected, which
    assert [one["name"] for one in in_python(NAMES, GOOD["values"])] == ["folder", "column"]


def test_a_long_cell_that_is_nearly_a_number_is_read_quickly(coding):
    content = table(lambda i: "1" * 131_000 + "x", names=NAMES[:1])
    started = time.monotonic()
    assert in_page(coding, NAMES, [content]) == [in_python(NAMES, content)]
    assert time.monotonic() - started < 20  # s; two minutes with a pattern of quadratic time


def test_a_table_that_cannot_be_used_gets_pythons_sentence(coding):
    for (which, content), found in zip(BAD.items(), in_page(coding, NAMES, list(BAD.values())), strict=True):
        expected = in_python(NAMES, content)
        assert isinstance(expected, str) and found == expected, which


TABLES = """async (zips) => {
    const {archive} = await import(new URL('assets/interface/static_site/evaluate/test_sets.js', location.href).href);
    return Promise.all(zips.map(async (packed) => {
        const {files, table} = archive(Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0)));
        const content = await table();
        return [files.map(({name}) => name), content && new TextDecoder().decode(content)];
    }));
}"""


def test_the_table_is_taken_out_of_a_zip_as_python_takes_it(coding):
    locked, damaged = (bytearray(zipped({"7/a.png": b"x", TABLE: b"file,a"})) for _ in range(2))
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    damaged[damaged.rfind(b"PK\x01\x02") + 16] ^= 255  # its checksum
    zips = [
        zipped({"mine\\7\\a.png": b"x", "mine\\metadata.csv": b"file,a"}),
        zipped({"7/a.png": b"x", "7/metadata.csv": b"in a label's folder it is a picture"}),
        zipped({"7/a.png": b"x", "b/metadata.csv": b"first", "a/metadata.csv": b"second"}),
        zipped({"7/a.png": b"x", TABLE: b"x" * (LARGEST_TABLE + 10)}),
        zipped({"7/a.png": b"x"}),
        bytes(locked),
        bytes(damaged),
    ]
    found = coding.evaluate(TABLES, [base64.b64encode(packed).decode() for packed in zips])
    for packed, (files, content) in zip(zips, found, strict=True):
        expected = Archive(packed)
        assert files == [file.name for file in expected.files]
        assert content == (None if expected.table is None else expected.table.decode())


def test_a_table_in_ones_own_test_set_is_shown_or_said_to_be_unusable(visit, site):
    visit.goto(site)
    evaluate_tab(visit)
    pictures = {f"mine/{digit}/a.png": png(one(str(digit))) for digit in range(4)}
    lines = "".join(f"{digit}/a.png,{'left' if digit % 2 else 'right'}\n" for digit in range(4))
    choose_file(visit, "zip", "mine.zip", zipped({**pictures, f"mine/{TABLE}": f"file,hand\n{lines}".encode()}))
    expect(visit.get_by_test_id("evaluation-status")).to_contain_text("4 pictures in", timeout=LONG)
    visit.locator(".ev-toc").get_by_text("Whom it is good for").click()
    visit.locator('[data-slice="hand"][data-name="left"]').click()
    expect(visit.get_by_test_id("slice").locator("h3")).to_contain_text("hand: left, 2 images")
    expect(visit.get_by_test_id("unreadable")).to_have_count(0)
    choose_file(visit, "zip", "mine.zip", zipped({**pictures, TABLE: b"name,hand\n"}))
    expect(visit.get_by_test_id("unreadable")).to_contain_text(in_python([], b"name,hand\n"), timeout=LONG)
    expect(visit.locator('[data-slice="hand"]')).to_have_count(0)
