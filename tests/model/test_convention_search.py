"""However somebody's network was fed when it learned, it is found out; what cannot be known is said."""

import dataclasses
import itertools

import numpy as np
import pytest

from model import convention_search
from model.conventions import INPUTS, LOGITS, OUTPUTS, PROBABILITIES, SIGMOIDS, Convention
from model.datasets import DataError, unit
from model.inference import ModelError
from tests.model.own_networks import OwnNetwork, accuracy, layout

SQUARE, FLAT, FIRST = layout(28, 28), layout(784), layout(1, 28, 28)
COMBINATIONS = [
    (Convention(name, dark, False, place), output)
    for (name, dark), (output, place) in itertools.product(
        [
            ("unit", False),
            ("unit", True),
            ("bytes", False),
            ("signed", False),
            ("centred", False),
            ("standard", False),
            ("rows", False),
            ("whole", False),
        ],
        [(PROBABILITIES, SQUARE), (LOGITS, FLAT), (SIGMOIDS, FIRST)],
    )
]


@pytest.mark.parametrize(("way", "output"), COMBINATIONS, ids=lambda value: getattr(value, "name", value))
def test_accuracy_is_that_of_feeding_it_rightly(mnist, way, output):
    network = OwnNetwork(way, output)
    found = convention_search.search(network)
    test = mnist.test
    right = accuracy(network, way, unit(test.images), test.labels)
    assert right > 0.85
    assert abs(accuracy(network, found.convention, unit(test.images), test.labels) - right) <= 0.001, str(found)
    assert (found.convention.name, found.convention.output) == (way.name, output) or found.warning


@pytest.mark.parametrize(
    "way",
    [
        Convention("unit", layout=layout(32, 32)),
        Convention("unit", layout=layout(32, 32, 3, geometry="scaled")),
        Convention("signed", layout=layout(3, 32, 32)),
        Convention("imagenet", layout=layout(28, 28, 3)),
        Convention("unit", transposed=True, layout=SQUARE),
        Convention("standard", dark_ink=True, layout=FLAT),
        Convention("unit", layout=layout(20, 20, geometry="cropped")),
        Convention("mean", layout=SQUARE),
        Convention("shifted", layout=SQUARE),
        Convention("negative", layout=SQUARE),
    ],
    ids=str,
)
def test_other_shapes_and_exchanged_rows_are_found(mnist, way):
    network = OwnNetwork(way)
    found = convention_search.search(network).convention
    few = mnist.test[:2000]
    right, fed = (accuracy(network, one, unit(few.images), few.labels) for one in (way, found))
    assert abs(right - fed) <= 0.002
    assert found.transposed == way.transposed and (found.layout and found.layout.geometry) == way.layout.geometry


class Changed(OwnNetwork):
    """The same, with its outputs at other places, and further ones."""

    def __init__(self, places: list[int], outputs: int):
        super().__init__(Convention(layout=SQUARE))
        self.places, self.outputs = places, outputs

    def __call__(self, inputs):
        found = np.full((len(inputs), self.outputs), 1e-6, np.float32)
        found[:, self.places] = super().__call__(inputs)
        return found


@pytest.mark.parametrize(
    ("places", "outputs"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 0], 10),
        ([*range(1, 11)], 11),
        ([*range(10)], 11),
        ([*range(10)], 62),
        ([*range(26, 36)], 47),
    ],
)
def test_the_digits_may_have_another_order_and_a_none(mnist, places, outputs):
    found = convention_search.search(Changed(places, outputs))
    assert list(found.convention.order) == places and found.accuracy > 0.85
    assert ("the digits 0–9 at outputs" in str(found)) == (places != [*range(10)])
    assert (f"its other {outputs - 10} count as no digit" in str(found)) == (outputs > 11)
    probabilities = found.convention.to_probabilities(np.eye(outputs, dtype=np.float32))
    assert probabilities.shape == (outputs, min(outputs, 11)) and np.allclose(probabilities.sum(axis=1), 1)


class Scaled(OwnNetwork):
    """One that brings its input to mean 0 and deviation 1 itself, so that no scale makes a difference."""

    def __init__(self):
        super().__init__(Convention("contrast", layout=SQUARE))

    def __call__(self, inputs):
        flat = inputs.reshape(len(inputs), 28, 28)
        return super().__call__(INPUTS["contrast"][1](flat) if flat.std() else flat)


def test_where_no_scale_makes_a_difference_nobody_is_warned():
    found = convention_search.search(Scaled())
    assert found.accuracy > 0.85 and found.warning == ""


def test_a_close_call_warns_and_names_the_option(monkeypatch):
    monkeypatch.setattr(convention_search, "CLEAR", 1e9)
    found = convention_search.search(OwnNetwork(Convention("centred", layout=SQUARE)))
    assert found.close and "--input centred or --input" in found.warning


def test_what_the_command_line_says_is_believed():
    network = OwnNetwork(Convention("centred", layout=SQUARE), LOGITS)
    found = convention_search.search(network, ("signed",), LOGITS)
    assert (found.convention.name, found.convention.output) == ("signed", LOGITS)


def test_an_input_for_colours_is_refused_for_a_grey_network():
    with pytest.raises(ModelError, match="does not fit"):
        convention_search.search(OwnNetwork(Convention(layout=SQUARE)), ("imagenet",))


def test_without_mnist_the_drawings_that_ship_decide(monkeypatch):
    network = OwnNetwork(Convention("signed", layout=SQUARE))

    def missing():
        raise DataError("MNIST is not here.")

    monkeypatch.setattr(convention_search, "load_mnist", missing)
    found = convention_search.search(network)
    assert found.convention.name == "signed" or found.warning
    assert "drawings that ship" in str(found)


def test_the_test_images_choose_nothing(monkeypatch, mnist):
    hidden = dataclasses.replace(mnist, test=None)
    monkeypatch.setattr(convention_search, "load_mnist", lambda: hidden)
    assert convention_search.search(OwnNetwork(Convention("rows", layout=SQUARE))).convention.name == "rows"


def test_a_network_that_reads_no_digits_is_refused():
    network = OwnNetwork(Convention(layout=SQUARE))
    network.weights = network.weights[::-1].copy() * 0
    with pytest.raises(ModelError, match="seems not to be one for handwritten digits"):
        convention_search.search(network)


def test_every_kind_of_output_gives_probabilities(mnist):
    images = unit(mnist.train.images[:100])
    for output in OUTPUTS:
        network = OwnNetwork(Convention(layout=SQUARE), output)
        way = Convention(layout=SQUARE, output=output)
        probabilities = way.to_probabilities(network(way.to_input(images)))
        assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5) and probabilities.min() >= 0
