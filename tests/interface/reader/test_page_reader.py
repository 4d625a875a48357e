"""The page reads pictures with two readers as Python does: their parts, what becomes of their answers, and whole pages."""

import itertools
import json
import zlib

import cv2
import numpy as np
import pytest

from benchmarks import pictures
from benchmarks.pages import KINDS
from benchmarks.parity import compare_files
from interface.predict.routes import example_files
from model import recogniser
from model.calibration import EMPTY, NOT_A_DIGIT, SURE, UNSURE
from model.page_reader import network_input, witness
from model.page_reader.instance_classifier import FILE, InstanceClassifier
from model.page_reader.instances import Instance, find
from model.page_reader.network import Network
from model.page_reader.reader import Page
from model.reading import Digit, Reading, summarise
from tests.model.page_reader.perfect_maps import two_digits

MODULE = "await import(new URL('assets/interface/reader/page_reader/{}.js', location).href)"


class Echo(Network):
    """A network whose outputs are its inputs, and a 0."""

    def __init__(self):
        self._engine = lambda cells: np.concatenate([cells, np.zeros((*cells.shape[:3], 1), np.float32)], axis=3)


@pytest.mark.parametrize("shape", [(40, 50), (1, 3), (191, 193), (230, 517)])
def test_the_network_sees_the_same_tiles_of_a_picture(coding, shape):
    grey = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    found = coding.evaluate(
        f"""async ({{data, width, height}}) => {{
            const {{mapsOf}} = {MODULE.format("network_input")};
            const echo = (cells) => Float32Array.from({{length: cells.length / 8 * 9}}, (_, i) => i % 9 === 8 ? 0 : cells[Math.floor(i / 9) * 8 + i % 9]);
            const maps = mapsOf(echo, {{data: Uint8Array.from(data), width, height}});
            return [maps.height, maps.width, [...maps.data]];
        }}""",
        {"data": grey.ravel().tolist(), "width": shape[1], "height": shape[0]},
    )
    expected = Echo()(grey)
    assert tuple(found[:2]) == expected.shape[:2]
    assert np.array_equal(np.reshape(found[2], expected.shape).astype(np.float32), expected)


def some_maps() -> dict[str, np.ndarray]:
    """Perfect maps of two digits, of many, and of texture."""
    rng = np.random.default_rng(1)
    texture = rng.normal(0, 2, (40, 60, network_input.OUTPUTS)).astype(np.float32)
    texture[..., network_input.HEIGHT] = -1 + texture[..., network_input.HEIGHT] / 10
    texture[..., network_input.OFFSET] /= 40
    one, many = two_digits(), np.tile(two_digits(kinds=(5.0, -5.0)), (2, 3, 1))
    return {"one": one, "many": many, "texture": texture, "nothing": np.full_like(one, -9.0)}


@pytest.mark.parametrize("name", some_maps())
def test_the_same_maps_give_the_same_instances(coding, name):
    maps = some_maps()[name]
    height, width = 2 * maps.shape[0] - 1, 2 * maps.shape[1]
    found = coding.evaluate(
        f"""async ({{data, across, down, width, height}}) => {{
            const {{find}} = {MODULE.format("instances")};
            const {{instances, ink, left}} = find({{data: Float32Array.from(data), width: across, height: down}}, width, height);
            const all = instances.map(({{box, ink, heat, digit, size}}) => [box, [...ink.data], heat, digit, size]);
            return {{instances: all, ink: [...ink.data], left}};
        }}""",
        {
            "data": maps.ravel().tolist(),
            "across": maps.shape[1],
            "down": maps.shape[0],
            "width": width,
            "height": height,
        },
    )
    expected = find(maps, (height, width))
    assert np.abs(np.reshape(found["ink"], (height, width)) - expected.ink).max() <= 1
    assert found["left"] == expected.left.sum()
    assert len(found["instances"]) == len(expected.instances)
    for (box, ink, *values), theirs in zip(found["instances"], expected.instances, strict=True):
        assert tuple(box) == theirs.box
        assert np.abs(np.reshape(ink, theirs.ink.shape) - theirs.ink).max() <= 1
        assert values == pytest.approx([theirs.heat, theirs.digit, theirs.size], rel=1e-4)


def test_the_same_instances_are_digits(coding):
    """Instances of any size anywhere, half of which the digit network was asked."""
    rng = np.random.default_rng(5)
    written = []
    for at in range(60):
        x, y, width, height = (int(v) for v in rng.integers((0, 0, 1, 1), (400, 90, 30, 50)))
        ink = rng.integers(0, 256, (height, width), dtype=np.uint8)
        probabilities = rng.dirichlet(np.ones(10)).astype(np.float32)
        asked = Digit((0, 0, 1, 1), ink, probabilities, float(np.float32(rng.random())), SURE)
        written.append((Instance((x, y, width, height), ink, *rng.random(2), height * 1.2), asked if at % 2 else None))
    given = [
        {"instance": {"box": i.box, "heat": i.heat, "digit": i.digit, "size": i.size, "ink": i.ink.ravel().tolist()},
         "answer": d and {"exact": d.probabilities.tolist(), "not_digit": d.not_digit, "probability": d.probability}}
        for i, d in written
    ]  # fmt: skip
    found = coding.evaluate(
        f"""async ({{given, perceptron}}) => {{
            const {{classify}} = {MODULE.format("instance_classifier")};
            const instances = given.map(({{instance}}) => ({{...instance, ink: {{data: Uint8Array.from(instance.ink), width: instance.box[2], height: instance.box[3]}}}}));
            const answers = new Map(given.flatMap(({{answer}}, at) => answer ? [[instances[at], answer]] : []));
            return classify(perceptron, instances, answers);
        }}""",
        {"given": given, "perceptron": json.loads(FILE.read_text("utf-8"))},
    )
    instances, digits = zip(*written, strict=True)
    assert found == pytest.approx(InstanceClassifier.shipped()(instances, digits), rel=1e-6, abs=1e-9)


def row(text: str, verdict: str, width: int = 20, unsure: float = 0.75, height: int = 40) -> list[Digit]:
    """Digits beside one another, 30 px apart, their middles 20 px down; unsure: the probability of those that are."""
    image = np.zeros((28, 28), np.float32)
    others = 0.0 if verdict == SURE else (1 - unsure) / 9
    share = {SURE: 1.0, UNSURE: unsure, NOT_A_DIGIT: unsure}[verdict]
    return [
        Digit(
            (30 * at, 20 - height // 2, width, height),
            image,
            np.where(np.arange(10) == int(d), share, others),
            float(verdict == NOT_A_DIGIT),
            verdict,
        )
        for at, d in enumerate(text)
    ]


def answers() -> list[tuple[Reading, Page]]:
    """What the two readers may say of one picture: the same, more, less, something else, nothing."""
    ink = np.zeros((1, 1), np.uint8)
    readings = [
        summarise([row(text, verdict, width)], ink)
        for (text, width), verdict in itertools.product(
            (("", 20), ("7", 20), ("7", 90), ("77", 20), ("123", 20)), (SURE, UNSURE, NOT_A_DIGIT)
        )
    ]
    pages = [
        Page([row(text, verdict, unsure=unsure, height=height)], other, unread, ink)
        for (text, height), (verdict, unsure) in itertools.product(
            (("", 40), ("7", 40), ("77", 40), ("12", 40), ("7", 36), ("2", 24), ("12", 24)),
            ((SURE, 1.0), (UNSURE, 0.5), (UNSURE, 0.875)),
        )
        for other, unread in (
            ((), ""),
            ((), "ink"),
            (((61, 1, 18, 38),), "writing"),
            (((200, 0, 9, 9), (61, 1, 18, 38)), "writing"),
        )
    ]
    return list(itertools.product(readings, pages))


def test_two_answers_become_the_same_one(coding):
    def said(digits) -> list[dict]:
        return [
            {"digit": d.digit, "probability": d.probability, "verdict": d.verdict, "box": list(d.box)} for d in digits
        ]

    cases, expected = [], []
    for reading, page in answers():
        of_reading = {"text": reading.text, "verdict": reading.verdict, "digits": said(reading.digits), "why": ""}
        of_page = {"lines": [said(line) for line in page.lines], "other": page.other, "unread": page.unread}
        cases.append([{**of_reading, "other_writing": []}, of_page])
        counts = witness.judge(reading, page)
        expected.append([counts.text, counts.verdict, counts.why, [list(box) for box in counts.other_writing]])
    found = coding.evaluate(
        f"""async (cases) => {{
            const {{judge}} = {MODULE.format("witness")};
            return JSON.stringify(cases.map(([reading, page]) => {{
                const {{text, verdict, why, other_writing}} = judge(reading, page);
                return [text, verdict, why, other_writing];
            }}));
        }}""",
        cases,
    )
    assert json.loads(found) == expected
    assert {one[1] for one in expected} == {SURE, UNSURE, NOT_A_DIGIT, EMPTY} and {one[2] for one in expected} > {"ink"}


def test_a_large_picture_is_halved_as_python_does(coding):
    picture = np.random.default_rng(0).integers(0, 256, (7, 4001, 3), dtype=np.uint8)
    found = coding.evaluate(
        f"""async ({{data, width, height}}) => {{
            const {{isLarge, halved, doubled}} = {MODULE.format("large")};
            const picture = {{data: Uint8ClampedArray.from(data), width, height}}, half = halved(picture);
            const reading = {{digits: [{{box: [1, 2, 3, 4]}}], other_writing: [[5, 6, 7, 8]]}};
            return [isLarge(picture), isLarge(half), half.width, half.height, [...half.data], doubled(reading)];
        }}""",
        {"data": np.dstack([picture, np.full((7, 4001), 255)]).ravel().tolist(), "width": 4001, "height": 7},
    )
    assert found[:4] == [True, False, 2000, 3]
    assert np.array_equal(np.reshape(found[4], (3, 2000, 4))[..., :3], witness.halved(picture))
    assert found[5] == {"digits": [{"box": [2, 4, 6, 8]}], "other_writing": [[10, 12, 14, 16]]}


def agree(coding, files: list[bytes]) -> None:
    """Every one gets the text and the verdict that Python gives it; two runtimes' last bits decide where a number lies on a threshold."""
    found = list(compare_files(coding, files, recogniser.load()))
    differ = [one for one in found if one.page != one.python]
    assert len(differ) <= 1, differ
    assert sum(len(one.page[0]) > 1 for one in found) >= len(found) / 4


def pages(count: int, seed: int, every: int = 1) -> list[bytes]:
    """``count`` pages of every ``every``-th kind, as PNG."""
    pens, found = pictures.held_out_pens(), []
    for kind, draw in list(KINDS.items())[::every]:
        rng = np.random.default_rng([zlib.crc32(kind.encode()), seed])
        drawn = [np.ascontiguousarray(draw(pens, rng)[0][..., ::-1]) for _ in range(count)]
        found += [cv2.imencode(".png", picture)[1].tobytes() for picture in drawn]
    return found


def test_the_examples_and_a_page_of_every_fifth_kind_get_pythons_answer(coding, pendigits):
    agree(coding, [path.read_bytes() for path in example_files().values()] + pages(1, 0, every=5))


@pytest.mark.slow
def test_a_page_of_every_kind_gets_pythons_answer(coding, pendigits):
    agree(coding, pages(1, 0))


@pytest.mark.slow
def test_many_pages_get_pythons_answer(coding, pendigits):
    agree(coding, pages(3, 1))
