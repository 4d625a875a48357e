"""What a model costs, counted by hand for the perceptron, and which models are worth their cost."""

import sys

import numpy as np
import pytest

from evaluation import cost
from model.recogniser import load


def test_the_perceptrons_parameters_and_multiply_adds_are_those_on_paper():
    layers = [(784, 128), (128, 128), (128, 10)]
    parameters, work = cost.count(load("classic").path)
    assert work == sum(a * b for a, b in layers)
    assert parameters == sum(a * b + b for a, b in layers)


def test_the_convolutional_network_holds_what_its_card_says_but_for_the_norms_that_are_folded_in():
    recogniser = load("cnn")
    parameters, work = cost.count(recogniser.path)
    assert recogniser.card is not None
    assert parameters == pytest.approx(recogniser.card["parameters"], rel=0.02)
    assert work > 40 * parameters  # a kernel is used at many places


def test_a_model_is_measured():
    found = cost.measure(load("classic"), np.zeros((28, 28), np.float32), images_per_second=20_000)
    assert found.file_bytes == load("classic").path.stat().st_size and found.ten_thousand_s == 0.5
    assert found.one_image_ms is not None and found.one_image_ms > 0
    if sys.platform == "linux":
        assert found.memory_bytes is not None and 0 < found.memory_bytes < 2**30
    else:
        assert found.memory_bytes is None


def test_memory_of_what_is_no_model_is_not_known(tmp_path):
    (tmp_path / "no.tflite").write_bytes(b"no model")
    assert cost.memory(tmp_path / "no.tflite") is None


def test_the_frontier_leaves_out_what_another_beats_in_both():
    assert cost.frontier([(3, 0.99), (1, 0.97), (2, 0.96), (5, 0.99), (4, 0.995)]) == [1, 0, 4]
    assert cost.frontier([(1, 0.9), (1, 0.95)]) == [1] and cost.frontier([]) == []
