"""Which instances on a page are digits: what is looked at, and the perceptron that ships."""

import json

import cv2
import numpy as np
import pytest

from model.page_reader import instance_classifier, witness
from model.page_reader.instance_classifier import FEATURES, InstanceClassifier, features
from model.page_reader.instances import Instance
from model.reading import Digit
from model.training import page_card
from model.training.model_card import sha256

SHARE, HEAT, PROBABILITY, NONE, HEIGHT, SIZE, ASPECT, SLANT, SOLID = range(9)  # columns
NAMES, LEFT, RIGHT = slice(9, 19), slice(19, 24), slice(24, 29)


def instance(x: int, share: float = 0.9, box=(20, 40), y: int = 0, lean: float = 0.0) -> Instance:
    """A stroke in a box, ``lean`` px to the right for each px it rises."""
    width, height = box
    ink = np.zeros((height, width), np.uint8)
    foot = width / 2 - lean * height / 2
    cv2.line(ink, (round(foot), height - 1), (round(foot + lean * height), 0), 255, 3)
    return Instance((x, y, width, height), ink, 0.8, share, 40.0)


def digit(probability: float = 0.9, none: float = 0.1, name: int = 7) -> Digit:
    probabilities = np.full(10, (1 - probability) / 9)
    probabilities[name] = probability
    return Digit((0, 0, 1, 1), np.zeros((28, 28), np.float32), probabilities, none, "sure")


def test_what_an_instance_looks_like():
    (row,) = features([instance(0, 0.5)], [digit(1.0, 0.5, 3)])
    assert row.shape == (FEATURES,)
    assert row[[SHARE, HEAT, PROBABILITY, NONE]] == pytest.approx([0, 0.8, 0, 0])
    assert row[[HEIGHT, SIZE, ASPECT]] == pytest.approx([0, 0, np.log(0.5)])
    assert row[NAMES].tolist() == [0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0]
    assert 0.1 < row[SOLID] < 0.3 and not row[LEFT].any() and not row[RIGHT].any()


def test_a_stroke_that_leans_otherwise_than_the_others_is_seen():
    slash = instance(90, lean=0.4, box=(30, 40))
    rows = features([instance(0), instance(30), instance(60), slash], [digit()] * 4)
    assert rows[:3, SLANT] == pytest.approx(0, abs=0.02) and rows[3, SLANT] == pytest.approx(0.4, abs=0.05)


def test_who_stands_beside_whom():
    rows = features([instance(0, 0.9), instance(30, 0.1), instance(30, 0.9, y=80)], [digit(), None, digit()])
    nearness, share, probability, height, lower = rows[0, RIGHT]
    assert (nearness, height, lower) == pytest.approx((1 - 10 / 160, 0, 0))
    assert share == pytest.approx(np.log(0.1 / 0.9)) and probability == pytest.approx(np.log(0.002 / 0.998))
    assert not rows[0, LEFT].any() and rows[1, LEFT].any()
    assert not rows[2, LEFT].any() and not rows[2, RIGHT].any()  # it stands on another line


def test_what_was_not_asked_has_no_name():
    (row,) = features([instance(0)], [None])
    assert not row[NAMES].any() and row[NONE] > 6 and row[PROBABILITY] < -6


def test_a_page_without_writing_has_no_instances():
    assert len(InstanceClassifier.shipped()([], [])) == 0


def test_a_number_is_digits_and_a_word_is_none():
    of = InstanceClassifier.shipped()
    number = [instance(30 * at, 0.99) for at in range(4)]
    assert (of(number, [digit(0.99, 0.01, at + 2) for at in range(4)]) > 0.9).all()
    word = [instance(24 * at, 0.05) for at in range(4)]
    assert (of(word, [digit(0.6, 0.7)] * 4) < 0.3).all()


def test_what_looks_like_a_digit_in_a_word_is_less_likely_one():
    of = InstanceClassifier.shipped()
    like_a_5 = (instance(0, 0.6), digit(0.95, 0.05, 5))
    alone = of([like_a_5[0], *(instance(30 * at, 0.99) for at in (1, 2, 3))], [like_a_5[1], *[digit(0.99, 0.01)] * 3])
    letters = [instance(24 * at, 0.02) for at in (1, 2, 3)]
    in_a_word = of([like_a_5[0], *letters], [like_a_5[1], *[digit(0.5, 0.95)] * 3])
    assert alone[0] > 0.8 and in_a_word[0] < alone[0] - 0.2


def test_it_has_learned_from_the_networks_that_ship():
    learned = json.loads(instance_classifier.FILE.read_text("utf-8"))
    assert learned["page_network"] == sha256(page_card.FOLDER / page_card.NETWORK)
    assert learned["digit_network"] == sha256(witness.page_writing().path)
