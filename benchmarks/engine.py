"""`python -m benchmarks.engine [NAME]`: speed of LiteRT against Keras with the same network, in one run.

Compares one image through `Recogniser.probabilities`, and a pad drawing from its pixels to its reading, with
`keras.Model.predict` of one image; 10,000 images with `predict` in batches of 32; and loading with importing TensorFlow and
loading the `.keras` file. Medians after a warm-up: of five, of single images more. The last line is for twenty photos of a digit.
"""

import sys
import time
from collections.abc import Callable

import numpy as np

from benchmarks import machine, pictures
from model import datasets, labelled_drawings, recogniser
from model.inference import Engine
from model.training.recipes import RECIPES


def median_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Of ``repeats`` calls, after one that does not count."""
    work()
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds))


def main() -> None:
    machine.need("mnist", "pens", "keras")
    name = sys.argv[1] if len(sys.argv) > 1 else recogniser.DEFAULT
    model = recogniser.load(name)
    images = datasets.unit(datasets.load_mnist().test.images)
    started = time.perf_counter()
    from model.training import networks

    network = networks.load(model.path.parent / RECIPES[name].keras_file)
    keras_load = time.perf_counter() - started
    shaped = images.reshape(-1, *network.input_shape[1:])

    def keras_predict(images: np.ndarray) -> object:
        return network.predict(images, verbose=0)  # pyright: ignore[reportArgumentType] (Keras takes 0)

    pads = [labelled_drawings.pad(digit) for digit in range(10)]
    rows = {
        "load": (median_seconds(lambda: Engine(model.path)), keras_load),
        "one image": (
            median_seconds(lambda: model.probabilities(images[:1]), 50),
            median_seconds(lambda: keras_predict(shaped[:1]), 20),
        ),
        "a drawing": (
            median_seconds(lambda: [model.read(pad) for pad in pads], 20) / len(pads),
            median_seconds(lambda: keras_predict(shaped[:1]), 20),
        ),
        "10,000 images": (
            median_seconds(lambda: model.probabilities(images)),
            median_seconds(lambda: keras_predict(shaped)),
        ),
    }
    for what, (ours, theirs) in rows.items():
        print(f"{what:<14} LiteRT {ours * 1e3:9.2f} ms   Keras {theirs * 1e3:9.2f} ms   {theirs / ours:6.1f}×")
    rng = np.random.default_rng(0)
    photos = [pictures.photo(pen, rng)[0] for pen in pictures.held_out_pens()[:20]]
    each = [median_seconds(lambda photo=photo: model.read(photo)) for photo in photos]
    print(f"a photo        LiteRT {np.median(each) * 1e3:9.2f} ms   (slowest of 20: {max(each) * 1e3:.0f} ms)")


if __name__ == "__main__":
    main()
