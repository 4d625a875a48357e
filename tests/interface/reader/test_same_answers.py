"""The page and Python read alike: the same drawings, in real Chromium and by the recogniser of the command line."""

import json
import re

import cv2
import numpy as np
import pytest

from benchmarks.parity import AGREE, GREY, compare, drawings, project_drawings
from interface.reader import routes
from model import recogniser, strokes, test_time_augmentation
from model.segmentation import touching
from tests.conftest import ROOT


def test_drawings_of_every_kind_get_the_same_answer_from_the_same_images(coding):
    found = list(compare(coding, project_drawings(), recogniser.load()))
    assert len(found) == 71
    assert {one.page[1] for one in found} >= {"sure", "unsure"}, "some should be hard"
    assert sum(len(one.page[0]) > 1 for one in found) >= 15, "and some of several digits"
    assert [(one.page, one.python) for one in found if one.page != one.python] == []
    assert max(one.grey for one in found) <= GREY


def test_some_of_these_drawings_need_cuts_that_lean(monkeypatch):
    model = recogniser.load()
    pictures = [painted(drawing) for drawing in project_drawings()]
    leaning = [model.read(picture) for picture in pictures]
    monkeypatch.setattr(touching, "LEANS", (0.0,))
    upright = [model.read(picture) for picture in pictures]
    boxes = [[[d.box for d in reading.digits] for reading in readings] for readings in (leaning, upright)]
    assert sum(a != b for a, b in zip(*boxes, strict=True)) >= 3


def test_some_of_these_drawings_need_a_second_look(monkeypatch):
    model, again = recogniser.load(), []
    moved = test_time_augmentation.moved
    monkeypatch.setattr(
        test_time_augmentation, "moved", lambda images, which: again.append(len(images)) or moved(images, which)
    )
    for drawing in project_drawings():
        model.read(painted(drawing))
    assert sum(again) >= 5


def painted(drawing: list[dict]) -> np.ndarray:
    """What the pad shows of it, nearly: (280, 280, 3) uint8, black on white."""
    ink = strokes.draw(
        [np.array(s["points"], np.float32) for s in drawing if not s["erase"]], (280, 280), drawing[0]["width"]
    )
    return np.repeat(255 - ink[..., None], 3, axis=2)


@pytest.mark.parametrize("size", [(192, 96), (97, 50), (60, 20), (40, 90)])
def test_ink_is_scaled_as_in_python(coding, size):
    ink = np.random.default_rng(1).integers(0, 256, (size[0], 130), dtype=np.uint8)
    scale = size[1] / size[0]
    expected = cv2.resize(
        ink, (round(130 * scale), size[1]), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    found = coding.evaluate(
        """async ({data, width, height, to}) => {
            const {resizeTo} = await import(new URL('assets/interface/reader/arrays.js', location).href);
            return [...resizeTo({data: Uint8Array.from(data), width, height}, ...to).data];
        }""",
        {"data": ink.ravel().tolist(), "width": 130, "height": size[0], "to": expected.shape[::-1]},
    )
    assert np.array_equal(np.reshape(found, expected.shape), expected)


def test_drawings_of_people_who_trained_nothing_get_the_same_answer(coding, pendigits):
    found = list(compare(coding, drawings(100, seed=1), recogniser.load()))
    assert np.mean([one.page == one.python for one in found]) >= AGREE
    assert np.mean([one.grey for one in found if one.grey is not None]) <= GREY


def test_every_constant_that_the_page_uses_is_pythons(site_folder):
    exported = routes.constants({"cnn": recogniser.load()})
    known = {
        name: set(re.findall(r'"([A-Z_]+)":', values))
        for name, values in re.findall(r"export const (\w+) = (.*);", exported)
    }
    used = 0
    for path in (ROOT / "interface" / "reader").rglob("*.js"):
        for names, module in re.findall(r"const \{([A-Z_,\sa-z:]+)\} =\s+(\w+);", path.read_text("utf-8")):
            module = {"INK": "ink"}.get(module, module)
            if module in known:
                wanted = set(re.findall(r"[A-Z_]{2,}", names))
                assert wanted <= known[module], f"{path.name} takes what model/{module}.py does not have"
                used += len(wanted)
    assert used > 30


def test_what_the_type_checker_knows_of_the_constants_is_what_python_exports():
    exported = {
        name: json.loads(values)
        for name, values in re.findall(r"export const (\w+) = (.*);", routes.constants({"cnn": recogniser.load()}))
    }
    described = (ROOT / "interface" / "reader" / "constants.d.ts").read_text("utf-8")
    shapes = {"number": r"[\d.e-]+", "number[]": r"\[[\d.e, -]+\]", "Verdict": '".*"'}
    count = 0
    for module, fields in re.findall(r"export const (\w+): \{(.*?)\};", described, re.DOTALL):
        for name, kind in re.findall(r"(\w+): ([\w\[\]]+)\s*[;}]", fields + "}"):
            value = exported[module][name]
            assert re.fullmatch(shapes[kind], json.dumps(value)) if kind in shapes else value is not None, (
                module,
                name,
            )
            count += 1
    assert count > 40
    assert set(exported) == set(re.findall(r"export const (\w+):", described))
