"""The models that ship are what their recipes and cards state."""

import json

import numpy as np
import pytest

from model import datasets, recogniser
from model.page_reader import witness
from model.segmentation import strip
from model.training import page_card, page_network, strip_set
from model.training.measure import decode
from model.training.model_card import sha256
from model.training.recipes import RECIPES, STUDENT, TOUCHING


@pytest.fixture
def networks():
    """model.training.networks, imported here: TensorFlow takes seconds, and every process collects these tests."""
    from model.training import networks

    return networks


def test_recipes_are_named_as_their_command():
    assert all(recipe.command == f"python -m model.train {name}" for name, recipe in RECIPES.items())


def test_shipped_models_reach_what_their_recipes_state(mnist):
    for name in recogniser.shipped():
        model = recogniser.load(name)
        digits, _ = model.alone().probabilities(datasets.unit(mnist.test.images))
        accuracy = float((digits.argmax(axis=1) == mnist.test.labels).mean())
        assert model.card and accuracy == pytest.approx(model.card["test_accuracy"], abs=1e-9)
        assert accuracy >= RECIPES[name].accuracy


def test_cards_describe_the_files_beside_them():
    for name in recogniser.shipped():
        model = recogniser.load(name)
        assert model.calibrated and model.card
        for file, expected in model.card["files"].items():
            assert sha256(model.path.parent / file) == expected
        assert len(model.epochs) == model.card["epochs"]


@pytest.mark.slow
def test_the_network_for_touching_digits_reaches_what_its_card_states(mnist, pendigits):
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
    if stated["data_sha256"]["pendigits"] == datasets.PENDIGITS_SHA256:  # not on the project's own strokes
        assert np.mean(right) == pytest.approx(stated["held_out_exactly"], abs=5e-4)
    assert np.mean(right) >= TOUCHING.accuracy


def test_the_student_is_what_its_card_states(mnist, networks):
    folder = recogniser.TRAINED / "student"
    stated = json.loads((folder / "card.json").read_text("utf-8"))
    for file, expected in stated["files"].items():
        assert sha256(folder / file) == expected
    student = recogniser.load("cnn").student
    assert student is not None and stated["teacher"] == recogniser.load("cnn").weights_sha256
    right = student.engine(datasets.unit(mnist.test.images))[:, :10].argmax(axis=1) == mnist.test.labels
    assert right.mean() == pytest.approx(stated["test_accuracy"], abs=2e-4) and right.mean() >= STUDENT.accuracy
    assert networks.student().count_params() == stated["parameters"]


def test_what_says_what_writing_may_be_is_what_its_card_states(mnist):
    model = witness.page_writing()
    assert model.card and not model.student
    for file, expected in model.card["files"].items():
        assert sha256(model.path.parent / file) == expected
    assert model.card["starts_from"] == sha256(recogniser.TRAINED / "cnn" / "cnn.keras")
    digits, _ = model.alone(second_look=False).probabilities(datasets.unit(mnist.test.images))
    accuracy = float((digits.argmax(axis=1) == mnist.test.labels).mean())
    assert accuracy == pytest.approx(model.card["test_accuracy_at_one_look"], abs=1e-9)
    seen = model.card["held_out_page_digits"]
    assert seen["accuracy"] > seen["accuracy_of_cnn"]


def test_the_page_network_is_what_its_card_states():
    stated = json.loads((page_card.FOLDER / "card.json").read_text("utf-8"))
    for file, expected in stated["files"].items():
        assert sha256(page_card.FOLDER / file) == expected
    last = page_card.history(page_card.FOLDER / page_card.HISTORY)[-1]
    assert stated["steps"] == int(last[0]) and stated["minutes"] == pytest.approx(int(last[1]) / 60, abs=0.05)
    assert page_network.build().count_params() == stated["parameters"]


def test_classic_is_the_original(networks):
    layers = networks.classic().layers
    assert [type(layer).__name__ for layer in layers] == ["Flatten", "Dense", "Dense", "Dense"]
    assert [(x.units, x.activation.__name__) for x in layers[1:]] == [(128, "relu"), (128, "relu"), (10, "softmax")]
    card = json.loads((recogniser.TRAINED / "classic" / "card.json").read_text("utf-8"))
    assert card["epochs"] == 3 and 0.97 <= card["test_accuracy"] <= 0.98
