"""`python -m model.training.inside`: makes the files of model/inside.py from the trained `cnn` and MNIST. Imports TensorFlow.

The map is t-SNE (van der Maaten & Hinton 2008, scikit-learn's) of the features of the 10,000 test images. It describes them and
chooses nothing.
"""

import argparse
import sys
from pathlib import Path
from typing import Any, cast

import numpy as np

from model import inside, terminal
from model.datasets import HELD_OUT, DataError, Labelled, load_mnist, unit
from model.files import replacing

BATCH = 250
PERPLEXITY, SEED = 30, 0
LEAST_DOUBT = 1e-4  # what an image without any doubt counts


def layered():
    """`cnn` as a keras.Model with the outputs of each convolution, the features, the place and the probabilities.

    The place is left at zero until `place_by` fills it.
    """
    import keras

    cnn = keras.models.load_model(inside.TRAINED / "cnn" / "cnn.keras", compile=False)
    assert isinstance(cnn, keras.Model)
    # after the sum where a layer is added to the one before, or after its own ReLU
    followed = {
        id(node.arguments.args[0][1])
        for layer in cnn.layers
        if isinstance(layer, keras.layers.Add)
        for node in layer._inbound_nodes
    }
    maps = [
        layer.output
        for layer in cnn.layers
        if isinstance(layer, keras.layers.Add)
        or (isinstance(layer, keras.layers.ReLU) and id(layer.output) not in followed)
    ]
    features = next(layer for layer in cnn.layers if isinstance(layer, keras.layers.Concatenate)).output
    place = keras.layers.Dense(inside.PLACE, name="place", kernel_initializer="zeros")(features)
    return keras.Model(cnn.input, [*maps, features, place, cnn.output])


def outputs(network, images: np.ndarray, which: slice) -> list[np.ndarray]:
    """Some of the network's outputs for (n, 28, 28) uint8, each (n, …) float32."""
    import keras
    from keras import tree

    part = keras.Model(network.input, network.outputs[which])
    batches = (unit(images[at : at + BATCH])[..., None] for at in range(0, len(images), BATCH))
    found = [tree.flatten(part(batch, training=False)) for batch in batches]
    return [np.concatenate([np.asarray(batch[k]) for batch in found]) for k in range(len(found[0]))]


def strongest(network, images: np.ndarray) -> np.ndarray:
    """For each channel of each layer the images whose map has the largest mean, (channels, STRONGEST) int."""
    import keras

    n = len(inside.LAYERS)
    means = keras.Model(network.input, [keras.ops.mean(maps, axis=(1, 2)) for maps in network.outputs[:n]])
    found = np.concatenate(outputs(means, images, slice(None)), axis=1)
    return np.argsort(-found, axis=0, kind="stable")[: inside.STRONGEST].T


def place_by(network, features: np.ndarray) -> None:
    """Make the output "place" the principal components of the features, in steps that fill eight bits."""
    mean = features.mean(axis=0)
    _, _, components = np.linalg.svd((features - mean)[:: max(1, len(features) // 5000)], full_matrices=False)
    components = components[: inside.PLACE]
    step = np.abs((features - mean) @ components.T).max() / 127  # the same for all: distances stay what they are
    network.get_layer("place").set_weights([components.T / step, -components @ mean / step])


def positions(features: np.ndarray) -> np.ndarray:
    """Where t-SNE puts them, (n, 2) uint16."""
    from sklearn.manifold import TSNE

    # as Any, for its types take pyright seconds
    tsne = cast(Any, TSNE(perplexity=PERPLEXITY, init="pca", random_state=SEED, n_jobs=-1))
    flat = tsne.fit_transform(features)
    low, high = flat.min(axis=0), flat.max(axis=0)
    return np.round((flat - low) / (high - low).max() * 65_535).astype(np.uint16)


def moments(network, images: np.ndarray) -> np.ndarray:
    """The mean of f·fᵀ, f an image's features with a last 1, each image as much as its answer is in doubt, (n, n) float64.

    What changes these little changes few answers: teaching forgets less than with every image alike.
    """
    n = len(inside.LAYERS)
    features, _, probabilities = outputs(network, images, slice(n, n + 3))
    known = np.concatenate([features, np.ones((len(features), 1))], axis=1, dtype=np.float64)
    doubt = LEAST_DOUBT + 1 - (probabilities.astype(np.float64) ** 2).sum(axis=1)
    return (known.T * (doubt / doubt.sum())) @ known


def make(train: Labelled, test: Labelled, out: Path) -> None:
    """Write all files to ``out``."""
    from model.training.export import to_tflite

    network = layered()
    n = len(inside.LAYERS)
    (features,) = outputs(network, test.images, slice(n, n + 1))
    place_by(network, features)
    _, places, probabilities = outputs(network, test.images, slice(n, n + 3))
    weights, bias = network.layers[-1].get_weights()
    scale = np.maximum(features.max(axis=0), 1e-6) / 255
    answers = probabilities[:, :10].argmax(axis=1)
    mapped = {
        "positions": positions(features),
        "places": np.clip(np.round(places), -127, 127),
        "labels": test.labels,
        "answers": answers,
        "certainty": np.round(255 * probabilities[np.arange(len(test)), answers]),
        "strongest": strongest(network, test.images),
    }
    head = {
        "weights": weights.T,
        "bias": bias,
        "moments": moments(network, train.images[:HELD_OUT]),
        "scale": scale,
        "features": np.round(features / scale),
        "labels": test.labels,
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, content in (
        (inside.MAP, inside.pack(mapped, inside.MAP_LAYOUT)),
        (inside.HEAD, inside.pack(head, inside.HEAD_LAYOUT)),
    ):
        with replacing(out / name) as temporary:
            temporary.write_bytes(content)
    to_tflite(network, out / inside.NETWORK)


def main(arguments: list[str] | None = None) -> int:
    """Makes the files; returns 1 without MNIST."""
    parser = argparse.ArgumentParser(
        prog="python -m model.training.inside", description="Make the Explore tab's files."
    )
    parser.add_argument("--out", type=Path, default=inside.FOLDER, help="folder to write to (default: %(default)s)")
    chosen = parser.parse_args(arguments)
    try:
        mnist = load_mnist(download=True)
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    make(mnist.train, mnist.test, chosen.out)
    return 0


if __name__ == "__main__":
    sys.exit(terminal.run(main))
