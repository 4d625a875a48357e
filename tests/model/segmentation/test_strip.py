"""Digits that touch, read together: strips, what is made of a network's outputs, where a piece is cut, and what it learned from."""

import copy
import dataclasses

import cv2
import numpy as np
import pytest

from benchmarks import pictures
from model import datasets, labelled_drawings, normalization, recogniser
from model.segmentation import line_reader, strip, touching
from model.segmentation.segment import Piece
from model.training import strip_set
from model.training.augmentation import Strength
from model.training.recipes import SLANTED, TOUCHING, UPRIGHT
from model.training.touching_digits import side_by_side


def ink_of(*digits: int, deep: float = 4) -> np.ndarray:
    """Drawn digits that touch → (h, w) uint8 ink, cut to its edge."""
    ink = side_by_side([255 - labelled_drawings.pad(d)[..., 0] for d in digits], [deep] * len(digits)).max(axis=0)
    return ink[np.ix_(ink.any(axis=1), ink.any(axis=0))]


def piece_of(ink: np.ndarray) -> Piece:
    return Piece((0, 0, ink.shape[1], ink.shape[0]), ink)


def test_a_strip_is_as_high_as_the_network_wants_and_as_wide_as_the_ink():
    ink = np.zeros((300, 900), np.uint8)
    ink[100:200, 50:650] = 255
    ink[112:188, 62:638] = 0
    image = normalization.to_strip(ink)
    assert image.shape[0] == 36 and abs(image.shape[1] - 8 - 6 * 32) < 12 and image.dtype == np.float32
    assert image.max() == 1 and image[: normalization.ABOVE].max() == image[:, : normalization.BESIDE].max() == 0
    assert normalization.to_strip(np.full((9, 9), 100, np.uint8)).shape == (36, 0)


def test_what_is_far_too_long_for_digits_has_no_strip():
    line = np.zeros((3, 100), np.uint8)
    line[1, 1:-1] = 255
    assert normalization.to_strip(line).shape == (36, 0)


def test_no_picture_costs_more_than_its_share():
    """Lines of zeros that touch, more than are read: each line is five windows or so."""
    shown, network = [], recogniser.touching_network()
    model = copy.copy(recogniser.load())
    model.touching_network = lambda windows: shown.append(len(windows)) or network(windows)
    page = np.full((2000, 340, 3), 255, np.uint8)
    for y in range(20, 1980, 45):
        for x in range(20, 310, 18):
            cv2.circle(page, (x, y), 9, (0, 0, 0), 2)
    model.read(page)
    assert 50 < sum(shown) <= recogniser.ENOUGH / line_reader.WINDOW + 2 * max(shown)


def test_windows_say_what_the_network_would_say_of_the_whole_strip():
    def network(windows):
        """Sees 30 px to either side, as the real one does."""
        column = windows.sum(axis=1)
        sums = np.stack([np.convolve(row, np.ones(61), "same") for row in column])[:, ::2]
        return np.repeat(sums[..., None], 12, axis=2) * np.arange(12) / 1000

    image = np.random.default_rng(0).random((36, 301)).astype(np.float32)
    whole = network(np.pad(image, ((0, 0), (0, 1)))[None])[0]
    powers = np.exp(whole - whole.max(axis=1, keepdims=True))
    expected = powers / powers.sum(axis=1, keepdims=True)
    assert np.allclose(strip.outputs(network, image), expected, atol=1e-6)


def test_repeats_are_one_digit_and_a_blank_parts_two():
    symbols = [strip.BLANK, 3, 3, strip.BLANK, 3, 7, 7, strip.BLANK]
    chances = np.full((len(symbols), 12), 0.01)
    chances[np.arange(len(symbols)), symbols] = [0.9, 0.6, 0.8, 0.9, 0.7, 0.9, 0.5, 0.9]
    assert [(symbol, at) for symbol, at, _ in strip.best(chances)] == [(3, 2), (3, 4), (7, 5)]


def test_what_holds_anything_but_digits_has_none():
    def network(windows):
        logits = np.zeros((len(windows), 64, 12), np.float32)
        logits[:, :, strip.BLANK] = 5
        logits[:, 10, 4] = logits[:, 20, strip.NONE] = 9
        return logits

    assert strip.read(network, normalization.to_strip(ink_of(4, 4))) == []


@pytest.mark.parametrize("digits", [(3, 8), (4, 7, 2), (9, 9), (6,)])
def test_digits_that_touch_are_read_from_left_to_right(digits):
    found = strip.read(recogniser.touching_network(), normalization.to_strip(ink_of(*digits)))
    assert [int(f.probabilities[:10].argmax()) for f in found] == list(digits)
    assert [f.place for f in found] == sorted(f.place for f in found)
    assert all(0 < f.place < 1 and f.probabilities.sum() == pytest.approx(1, abs=1e-5) for f in found)


def test_a_piece_is_cut_where_there_is_little_ink():
    ink = np.zeros((100, 200), np.uint8)
    ink[10:90, 10:80] = ink[10:90, 110:190] = 255
    ink[48:52, 80:110] = 255  # a thin bridge
    left, right = touching.divide(piece_of(ink), [0.2, 0.75])
    assert 80 <= left.box[0] + left.box[2] <= 112 and right.box[0] >= 80
    assert (left.ink >= 128).sum() + (right.ink >= 128).sum() == (ink >= 128).sum()


def test_every_cut_goes_somewhere_and_no_ink_is_lost():
    piece = piece_of(ink_of(3, 8, 5))
    places = [f.place for f in strip.read(recogniser.touching_network(), normalization.to_strip(piece.ink))]
    parts = touching.divide(piece, places)
    assert len(parts) == 3 and [p.box[0] for p in parts] == sorted(p.box[0] for p in parts)
    assert sum((p.ink >= 128).sum() for p in parts) == (piece.ink >= 128).sum()


def test_neighbours_are_joined_only_where_one_is_doubtful():
    bar = piece_of(np.full((90, 20), 255, np.uint8))
    row = [Piece((30 * x, 0, 20, 90), bar.ink) for x in range(4)]
    assert touching.joins(row, [False] * 4) == {}
    assert set(touching.joins(row, [True, False, False, False])) == {(0, 2), (0, 3)}


def test_what_was_cut_apart_is_never_sure():
    model = recogniser.load()
    picture = np.repeat(255 - np.pad(ink_of(3, 8), 20)[..., None], 3, axis=2)
    reading = model.read(picture)
    assert reading.text == "38" and reading.verdict == "unsure"


def test_every_model_reads_digits_that_touch():
    picture = np.repeat(255 - np.pad(ink_of(4, 7), 20)[..., None], 3, axis=2)
    assert recogniser.load("classic").read(picture).text == "47"


def test_rows_of_unseen_writers_are_read(pendigits):
    """Most of what touches: the figure stands in docs/models.md."""
    rng, pens, model = np.random.default_rng(5), pictures.held_out_pens(), recogniser.load()
    rows = [pictures.row([pens[i] for i in rng.integers(len(pens), size=rng.integers(2, 13))], rng) for _ in range(60)]
    assert np.mean([model.read(picture).text == text for picture, text in rows]) > 0.8


def test_strips_hold_the_digits_they_are_said_to_hold(mnist, pendigits):
    """What the shipped network reads in most of them is what they say."""
    pens = [p for p in datasets.load_pendigits() if p.writer in datasets.HELD_OUT_WRITERS]
    made = strip_set.make(150, pens, mnist.train[datasets.HELD_OUT :], np.random.default_rng(2))
    assert {len(s.symbols) for s in made} >= {1, 2, 3, 4} and any(s.symbols == (strip.NONE,) for s in made)
    units = [s.image / np.float32(255) for s in made]
    read = [
        tuple(symbol for symbol, _, _ in strip.best(strip.outputs(recogniser.touching_network(), unit)))
        for unit in units
    ]
    assert np.mean([found == s.symbols for found, s in zip(read, made, strict=True)]) > 0.75


def test_strips_can_be_made_without_pen_strokes(mnist):
    assert len(strip_set.make(20, [], mnist.train[:500], np.random.default_rng(2))) == 20


@pytest.mark.parametrize("strength", [SLANTED, UPRIGHT, Strength(0, 0, 0, 0, 0, 0, 0, 0)])
def test_varied_strips_stay_strips(strength):
    image = np.round(normalization.to_strip(ink_of(2, 9)) * 255).astype(np.uint8)
    first, again = (strip_set.vary(image, strength, np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(first, again) and first.dtype == np.uint8 and first.shape[0] == 36
    assert abs(first.mean() * first.shape[1] / image.mean() / image.shape[1] - 1) < 0.6


def test_batches_hold_every_strip_once():
    rng = np.random.default_rng(0)
    images = [np.full((36, w), w, np.uint8) for w in rng.integers(20, 250, 130)]
    symbols = [(w % 10,) * (1 + w % 3) for w in (image.shape[1] for image in images)]
    made = strip_set.batches(images, symbols, 16, rng)
    found = [
        (int(image.max()), tuple(row[row >= 0]))
        for filled, rows in made
        for image, row in zip(filled, rows, strict=True)
    ]
    assert sorted(found) == sorted((image.shape[1], s) for image, s in zip(images, symbols, strict=True))
    assert all(filled.shape[2] % 4 == 0 and len(filled) <= 16 for filled, _ in made)


def test_the_recipe_learns_and_writes_what_serves(mnist, tmp_path, monkeypatch):
    """The real recipe on a hundredth of the strips, two epochs."""
    from model.inference import STRIPS, Engine
    from model.training.fit import train

    monkeypatch.setattr(strip_set, "STRIPS", 400)
    monkeypatch.setattr(strip_set, "UNSEEN", 60)
    train(TOUCHING, tmp_path / "touching", epochs=2, seed=1)
    found = {path.name for path in (tmp_path / "touching").iterdir()}
    assert found == {"touching.keras", "touching.tflite", "card.json", "history.csv"}
    logits = Engine(tmp_path / "touching" / "touching.tflite", STRIPS)(np.zeros((3, 36, 128), np.float32))
    assert logits.shape == (3, 64, 12)


def test_what_it_starts_from_must_be_there(monkeypatch, tmp_path, capsys):
    from model import train
    from model.training.recipes import CNN, RECIPES

    monkeypatch.setitem(RECIPES, "cnn", dataclasses.replace(CNN, keras_file="elsewhere.keras"))
    assert train.main(["touching", "--out", str(tmp_path / "touching")]) == 1
    assert "touching starts from cnn, which is not here; train that first." in capsys.readouterr().err


def test_the_shipped_network_holds_what_its_card_states(mnist, pendigits):
    import json

    from model.training.measure import decode
    from model.training.model_card import sha256

    folder = recogniser.TRAINED / "touching"
    stated = json.loads((folder / "card.json").read_text("utf-8"))
    for file, expected in stated["files"].items():
        assert sha256(folder / file) == expected
    assert stated["starts_from"] == sha256(recogniser.TRAINED / "cnn" / "cnn.keras")
    engine = recogniser.touching_network()
    right = [
        decode(strip.outputs(engine, s.image / np.float32(255))) == "".join(map(str, s.symbols))
        for s in strip_set.unseen()
    ]
    assert np.mean(right) == pytest.approx(stated["held_out_exactly"], abs=5e-4) and np.mean(right) >= TOUCHING.accuracy
