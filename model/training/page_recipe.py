"""`python -m model.training.page_recipe`: trains in Keras what "Train one" of the Explore tab trains in the page, and prints its figures.

With seeds 1, 2 and 3 the tutorial's network reads 97.0–97.4 % of the test images, `--network cnn` after its one epoch 97.3–97.6 %
(`python -m benchmarks.train_in_page`). The defaults and the meaning of each option are the page's (interface/explore/train_recipe.js).
"""

import argparse
import sys
import time

import keras
from keras import layers

from model import terminal
from model.datasets import load_mnist, unit
from model.training import command

NETWORKS = ("tutorial", "cnn")
HIDDEN, EPOCHS = {"tutorial": 2, "cnn": 0}, {"tutorial": 3, "cnn": 1}  # what each starts with in the page


def build(network: str, hidden: int, width: int) -> keras.Model:
    """An untrained network of the page: ``hidden`` dense layers of ``width``, for "cnn" behind two convolutions.

    (n, 28, 28), for "cnn" (n, 28, 28, 1), from 0, paper, to 1, ink → (n, 10) probabilities.
    """
    convolutions = [
        layers.Conv2D(16, 5, strides=2, activation="relu"),
        layers.Conv2D(32, 4, strides=2, activation="relu"),
    ]
    cnn = network == "cnn"
    return keras.Sequential(
        [
            keras.Input((28, 28, 1) if cnn else (28, 28)),
            *(convolutions if cnn else []),
            layers.Flatten(),
            *(layers.Dense(width, activation="relu") for _ in range(hidden)),
            layers.Dense(10, activation="softmax"),
        ]
    )


def compiled(network: keras.Model, rate: float) -> keras.Model:
    """The same network, to be trained with the tutorial's loss and Adam."""
    adam = keras.optimizers.Adam(rate)
    network.compile(optimizer=adam, loss="sparse_categorical_crossentropy", metrics=["accuracy"])  # pyright: ignore[reportArgumentType]
    return network


def main() -> int:
    """Train and print one line for each seed; the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m model.training.page_recipe", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--network", choices=NETWORKS, default="tutorial", help="default: tutorial")
    parser.add_argument(
        "--hidden", type=int, choices=range(4), metavar="N", help="hidden layers, 0–3 (default: 2, cnn: 0)"
    )
    parser.add_argument("--width", type=command.count, default=128, metavar="N", help="neurons in each (default: 128)")
    parser.add_argument("--epochs", type=command.count, metavar="N", help="default: 3, cnn: 1")
    parser.add_argument("--rate", type=float, default=0.001, help="Adam's learning rate (default: 0.001)")
    parser.add_argument("--batch", type=command.count, default=32, metavar="N", help="images a step (default: 32)")
    parser.add_argument(
        "--images", type=command.count, default=60_000, metavar="N", help="the first N to learn from (default: 60000)"
    )
    parser.add_argument(
        "--seeds", type=command.count, nargs="+", default=[1], metavar="SEED", help="one training each (default: 1)"
    )
    chosen = parser.parse_args()
    return command.run(lambda: train(chosen))


def train(chosen: argparse.Namespace) -> None:
    """Train as `main` was asked. Raises DataError without MNIST."""
    mnist = load_mnist()
    learn = mnist.train[: chosen.images]
    x, x_test = unit(learn.images), unit(mnist.test.images)
    hidden = HIDDEN[chosen.network] if chosen.hidden is None else chosen.hidden
    epochs = chosen.epochs or EPOCHS[chosen.network]
    for seed in chosen.seeds:
        keras.utils.set_random_seed(seed)
        network = compiled(build(chosen.network, hidden, chosen.width), chosen.rate)
        began = time.perf_counter()
        found = network.fit(x, learn.labels, batch_size=chosen.batch, epochs=epochs, verbose=0).history  # pyright: ignore[reportArgumentType]
        seconds = time.perf_counter() - began
        _, accuracy = network.evaluate(x_test, mnist.test.labels, verbose=0)  # pyright: ignore[reportArgumentType]
        print(
            f"seed {seed}: {accuracy:.2%} of the test images, loss {found['loss'][-1]:.3f} in the last epoch, {seconds:.1f} s",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(terminal.run(main))
