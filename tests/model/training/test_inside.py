"""What the Explore tab shows of `cnn` is what Keras computes, and the files that ship belong to the network that ships."""

import numpy as np
import pytest

from model import inside
from model.datasets import unit


@pytest.fixture(scope="module")
def layered():
    from model.training.inside import layered

    return layered()


@pytest.fixture(scope="module")
def shipped():
    from ai_edge_litert.interpreter import Interpreter

    network = Interpreter(str(inside.files()[inside.NETWORK]))
    network.allocate_tensors()
    given, outputs = network.get_input_details()[0]["index"], network.get_output_details()

    def run(image: np.ndarray) -> list[np.ndarray]:
        network.set_tensor(given, image[None, ..., None])
        network.invoke()
        return [network.get_tensor(one["index"])[0] for one in outputs]

    return run


def test_every_layers_maps_are_keras_on_100_images(layered, shipped, mnist):
    images = unit(mnist.train.images[:100])  # any will do
    expected = [np.asarray(one) for one in layered(images[..., None], training=False)]
    for at, image in enumerate(images):
        found = shipped(image)
        assert [one.shape for one in found] == [one.shape[1:] for one in expected]
        for layer, (one, keras) in enumerate(zip(found, expected, strict=True)):
            if layer != len(inside.LAYERS) + 1:  # the place, which the training fills
                np.testing.assert_allclose(one, keras[at], atol=1e-3, err_msg=f"output {layer}")


def test_the_shapes_are_those_that_the_page_expects(layered):
    shapes = [one.shape[1:] for one in layered.outputs]
    maps = [(side, side, channels) for side, channels in zip(inside.SIDES, inside.LAYERS, strict=True)]
    assert shapes == [*maps, (inside.FEATURES,), (inside.PLACE,), (inside.OUTPUTS,)]


def test_the_map_and_the_head_belong_to_the_network(shipped, mnist):
    kept = inside.unpack(inside.files()[inside.MAP].read_bytes(), inside.MAP_LAYOUT)
    head = inside.unpack(inside.files()[inside.HEAD].read_bytes(), inside.HEAD_LAYOUT)
    assert (kept["labels"] == mnist.test.labels).all() and (head["labels"] == mnist.test.labels).all()
    for index in (0, 1234, 9999):
        features, place, probabilities = shipped(unit(mnist.test.images[index]))[-3:]
        np.testing.assert_allclose(kept["places"][index], place, atol=0.51)
        np.testing.assert_allclose(head["features"][index] * head["scale"], features, atol=0.51 * head["scale"].max())
        logits = head["weights"] @ features + head["bias"]
        np.testing.assert_allclose(np.exp(logits) / np.exp(logits).sum(), probabilities, atol=1e-4)
    read = (head["features"] * head["scale"]) @ head["weights"][:10].T + head["bias"][:10]
    assert (read.argmax(axis=1) == mnist.test.labels).mean() > 0.996  # eight bits lose nothing that counts
    assert (kept["answers"] == mnist.test.labels).mean() > 0.996
    assert len(inside.files()[inside.MAP].read_bytes()) <= 600_000


def test_a_file_of_another_length_is_refused():
    with pytest.raises(ValueError, match="bytes are there instead of"):
        inside.unpack(b"short", inside.MAP_LAYOUT)
    arrays = {name: np.zeros(shape) for name, _, shape in inside.MAP_LAYOUT}
    assert set(inside.unpack(inside.pack(arrays, inside.MAP_LAYOUT), inside.MAP_LAYOUT)) == set(arrays)
    with pytest.raises(ValueError, match="has the shape"):
        inside.pack(arrays | {"labels": np.zeros(3)}, inside.MAP_LAYOUT)
