"""The generator of training pages: what is drawn, and that its labels say so."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from model.page_reader import network_input as maps
from model.training.pages import labels, layouts
from model.training.pages.crops import Pages
from model.training.pages.glyphs import apart, from_bitmap, from_strokes
from model.training.pages.marks import cross_out, frame
from model.training.pages.signs import SIGNS, flagged_one, sign, straight_one
from model.training.pages.sources import Sources
from model.training.pages.stamps import Stamp, stamp
from model.training.pages.writing import Layout, Placed, row


@pytest.fixture(scope="module")
def sources(mnist, pendigits):
    return Sources()


def test_handwriting_that_nobody_names_is_left_out(mnist, pendigits, monkeypatch):
    monkeypatch.delenv("HANDWRITING", raising=False)
    alone, rng = Sources(), np.random.default_rng(9)
    assert not (alone.letters or alone.omniglot or alone.scans)
    assert all(alone.letter(rng).kind == "other" for _ in range(20)) and Pages(9, alone).crop().instances


def test_the_same_seed_draws_the_same_crops(sources):
    first, second = (Pages(5, sources).crop() for _ in range(2))
    assert np.array_equal(first.picture, second.picture) and np.array_equal(first.labels, second.labels)


def test_labels_are_finite_and_in_their_ranges(sources):
    pages = Pages(6, sources)
    for _ in range(20):
        crop = pages.crop()
        known = crop.labels.astype(np.float32)
        assert known.shape == (labels.SIDE // 2, labels.SIDE // 2, labels.CHANNELS) and np.isfinite(known).all()
        for channels in (maps.INK, maps.KIND, maps.HEAT):
            assert known[..., channels].min() >= 0 and known[..., channels].max() <= 1
        height, width = crop.picture.shape
        assert not known[(height + 1) // 2 :].any() and not known[:, (width + 1) // 2 :].any()


def test_the_ink_of_a_digit_points_to_its_middle():
    ink = np.zeros((96, 96), np.uint8)
    ink[30:70, 40:46] = 255
    stamp = Stamp(ink[30:70, 40:46], 40, 30, (43.0, 50.0), 40.0, 1.0, "digit", "pen")
    crop = labels.label(255 - ink, ink, (ink > 0).astype(np.uint8), [stamp], strength=0)
    rows, columns = np.nonzero(crop.labels[..., labels.OF_INSTANCE])
    votes = np.stack([2 * columns + 1, 2 * rows + 1], axis=1) + crop.labels[rows, columns][:, maps.OFFSET].astype(float)
    assert len(rows) == 20 * 3 and np.abs(votes - (43, 50)).max() < 0.1
    assert (crop.labels[rows, columns, maps.KIND] == 1).all()
    assert np.unravel_index(crop.labels[..., maps.HEAT].argmax(), (96, 96)) in [(24, 21), (25, 21)]


def test_what_nobody_can_read_is_labelled_as_nothing():
    ink = np.zeros((96, 96), np.uint8)
    ink[30:70, 40:46] = 255
    stamp = Stamp(ink[30:70, 40:46], 40, 30, (43.0, 50.0), 40.0, 1.0, "digit", "pen")
    faint = np.where(ink > 0, 198, 200).astype(np.uint8)
    crop = labels.label(faint, ink, (ink > 0).astype(np.uint8), [stamp], strength=4.0)
    assert not crop.instances and not crop.labels[..., maps.INK].any() and not crop.labels[..., maps.HEAT].any()


def test_half_a_digit_is_other_writing():
    ink = np.zeros((96, 96), np.uint8)
    ink[30:70, :6] = 255
    stamp = Stamp(ink[30:70, :6], 0, 30, (0.0, 50.0), 40.0, 0.5, "digit", "pen")
    crop = labels.label(255 - ink, ink, (ink > 0).astype(np.uint8), [stamp], strength=0)
    assert crop.instances[0][3] == -1 and not crop.labels[..., maps.KIND].any()


def digits_of(count: int, rng: np.random.Generator) -> list[Placed]:
    """A row of 1s, 40 px high."""
    return row([straight_one(rng) for _ in range(count)], 60, 90, 40, rng, 0.2)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_crossed_out_stays_as_it_was_written_and_is_no_digit(seed):
    rng = np.random.default_rng(seed)
    before = digits_of(3, rng)
    after = list(before)
    cross_out(after, rng)
    crossed = [now for now, old in zip(after, before, strict=False) if now is not old]
    lines = after[len(before) :]
    assert crossed and lines and all(p.glyph.kind == "other" for p in (*crossed, *lines))
    for now, old in zip(after, before, strict=False):
        assert dataclasses.replace(now, glyph=old.glyph) == old and now.glyph.strokes is old.glyph.strokes
    assert min(p.x - p.glyph.width * p.size / 2 for p in lines) <= min(p.x for p in crossed)
    assert max(p.x + p.glyph.width * p.size / 2 for p in lines) >= max(p.x for p in crossed)


@pytest.mark.parametrize("seed", range(6))
def test_a_frame_stands_around_a_number_and_is_nothing_itself(sources, seed):
    rng = np.random.default_rng(seed)
    digits = digits_of(2, rng)
    around = frame(digits, rng)
    assert around.glyph.kind == "frame"
    for p in digits[:1] if abs(around.x - digits[0].x) < 1 else digits[-1:]:  # of the number that it is drawn around
        assert abs(around.y - p.y) < 20 and around.glyph.height * around.size > p.glyph.height * p.size
    pages = Pages(seed, sources)
    stamps = [s for p in (*digits, around) if (s := stamp(p, np.eye(2, 3), 3.0, 192, rng))]
    page, ink, owner, _ = pages._compose(stamps, Layout(), np.eye(2, 3), 192, 40.0, 3.0)
    assert set(np.unique(owner)) <= {0, 1, 2}
    alone = pages._compose(stamps[:2], Layout(), np.eye(2, 3), 192, 40.0, 3.0)[1]
    assert np.array_equal(ink, alone) and page.shape == ink.shape


@pytest.mark.parametrize("maker", [maker for maker, _ in layouts.SHARES], ids=lambda m: m.__name__)
def test_every_layout_can_be_drawn_at_every_size(sources, maker):
    rng = np.random.default_rng(3)
    for size in (12.0, 40.0, 150.0):
        assert all(
            np.isfinite([p.x, p.y, p.size]).all() and p.size > 0 for p in maker(sources, rng, 192.0, size).placed
        )


@pytest.mark.parametrize("kind", ["strokes", "bitmap"])
def test_how_far_apart_two_glyphs_are_is_measured_along_their_rows(kind):
    """Two upright lines, the second leaning away from the first: their boxes meet where the ink is farther apart."""
    if kind == "strokes":
        lines = [np.array([[0, -0.5], [0, 0.5]], np.float32)], [np.array([[0.5, -0.5], [0.3, 0.5]], np.float32)]
        left, right = (from_strokes("digit", "1", strokes, unit=1.0) for strokes in lines)
        assert apart(left, right) == pytest.approx(0.025, abs=0.04)
    else:
        image = np.zeros((40, 40), np.uint8)
        image[:, :4] = 255
        image[:4] = 255  # like a 7 seen in a mirror: its middle is free on the right
        low = np.zeros((40, 40), np.uint8)
        low[20:, 10:14] = 255
        left, right = from_bitmap("digit", "7", image), from_bitmap("digit", "1", low[20:], height=0.4, y=0.3)
        assert apart(left, right) == pytest.approx(0.9, abs=0.06)  # the box's width but the upright line


@pytest.mark.parametrize("seed", range(4))
def test_digits_that_touch_do_so_and_others_do_not(seed):
    rng = np.random.default_rng(seed)
    glyphs = [straight_one(rng) for _ in range(5)]
    for gap in (-1, 0.3):
        placed = row(glyphs, 0, 0, 40, rng, gap, uneven=0.0)
        inks = []
        for one in placed:
            drawn = stamp(one, np.array([[1, 0, 30], [0, 1, 60]], float), 7.0, 300, rng)
            assert drawn
            inks.append(np.zeros((300, 300), bool))
            inks[-1][drawn.top : drawn.top + drawn.ink.shape[0], drawn.left : drawn.left + drawn.ink.shape[1]] = (
                drawn.ink > 90
            )
        close = [bool((a & np.roll(b, (-2, 0, 2), 1)).any() or (a & b).any()) for a, b in pairwise(inks)]
        assert all(close) if gap < 0 else not any(close)


@pytest.mark.parametrize("seed", range(8))
def test_a_flag_rises_to_the_top_of_its_one(seed):
    glyph = flagged_one(np.random.default_rng(seed))
    assert glyph.kind == "digit" and glyph.text == "1" and glyph.strokes
    path = glyph.strokes[0]
    top = int(path[:, 1].argmin())
    assert 0 < top < len(path) - 1 and path[0, 0] < path[top, 0]


def test_every_sign_can_be_written():
    rng = np.random.default_rng(4)
    placed = row([sign(rng, s) for s in SIGNS], 0, 0, 40, rng, 0.2)
    assert [p.glyph.text for p in placed] == list(SIGNS) and all(p.glyph.kind == "other" for p in placed)
