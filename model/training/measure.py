"""Measures a trained model for its card, with the `.tflite` that serves: calibration, accuracies, parity with the Keras model.

`measure_digits` is for models of single digits, `measure_strips` for the one of touching digits.
"""

import contextlib
import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model import calibration, datasets, test_time_augmentation
from model.inference import Engine
from model.segmentation import strip
from model.training import strip_set
from model.training.rendering import as_image, pen_on_pads

if TYPE_CHECKING:
    import keras

CALIBRATION_SEED = 55_000  # of the drawings for calibration; no training uses it


def measure_digits(network: "keras.Model", path: Path, second_look: bool) -> dict:
    """The card's figures of a model for single digits: calibration, accuracies, and how far it is from the Keras model.

    All with the `.tflite` at ``path``, the file that serves, and as it serves.
    """
    engine = Engine(path)
    return {**_calibrate(engine, second_look), "parity": _parity(network, engine)}


def _calibrate(engine: Engine, second_look: bool) -> dict:
    """Find temperature and thresholds on held-out images, and measure the accuracies."""
    network: Callable[[np.ndarray], np.ndarray] = engine
    if second_look:
        network = functools.partial(test_time_augmentation.with_second_look, engine)
    mnist = datasets.load_mnist()
    held_out = mnist.train[datasets.HELD_OUT :]
    raw, labels = network(datasets.unit(held_out.images)), held_out.labels
    held_out_accuracy = accuracy(raw, labels)
    found_on = "MNIST training images 55,000–59,999"
    pen = {}
    with contextlib.suppress(datasets.DataError):  # without pen strokes, MNIST alone must do
        inks, pen_labels = pen_on_pads(datasets.HELD_OUT_WRITERS, CALIBRATION_SEED)
        pen_raw = network(np.stack([as_image(ink) for ink in inks]) / np.float32(255))
        pen["held_out_pen_accuracy"] = accuracy(pen_raw, pen_labels)
        raw, labels = np.concatenate([raw, pen_raw]), np.concatenate([labels, pen_labels])
        found_on += " and pen writers 25–30"
    found = calibration.fit(raw, labels)
    test = datasets.unit(mnist.test.images)
    return {
        "second_look": second_look,
        "held_out_accuracy": held_out_accuracy,
        **pen,
        "test_accuracy": accuracy(network(test), mnist.test.labels),
        **({"test_accuracy_at_one_look": accuracy(engine(test), mnist.test.labels)} if second_look else {}),
        "temperature": round(found.temperature, 4),
        "thresholds": {
            "sure": round(found.sure, 4),
            "not_digit": round(found.not_digit, 4),
            "found_on": found_on,
            "rule": f"sure: highest confidence that keeps {calibration.MIN_STILL_SURE:.1%} of the digits sure, or a higher one where "
            f"over {calibration.MAX_SURE_WRONG:.1%} of sure answers would be wrong; "
            f"not_digit: at most {calibration.MAX_DIGITS_LOST:.1%} of digits lost",
        },
    }


def _parity(network: "keras.Model", engine: Engine) -> dict:
    """How the `.tflite` that serves differs from the Keras model it was made of, on MNIST's 10,000 test images."""
    images = datasets.unit(datasets.load_mnist().test.images)
    shaped = images.reshape(-1, *network.input_shape[1:])
    expected = network.predict(shaped, batch_size=500, verbose=0)  # pyright: ignore[reportArgumentType] (Keras takes 0)
    raw = engine(images)
    return {
        "images": len(images),
        "same_answer": int((raw.argmax(axis=1) == expected.argmax(axis=1)).sum()),
        "largest_difference": round(float(np.abs(raw - expected).max()), 4),
    }


def measure_strips(network: "keras.Model", path: Path, strips: list[strip_set.Strip]) -> dict:
    """The card's figures of the model for touching digits: how many held-out strips the file that serves reads exactly, and how
    many it reads as the Keras model does."""
    engine = Engine(path, strip.SIGNATURE)
    truth = ["".join(map(str, s.symbols)) for s in strips]

    def outputs(windows: Callable[[np.ndarray], np.ndarray]) -> list[np.ndarray]:
        return [strip.outputs(windows, s.image / np.float32(255)) for s in strips]

    both = outputs(engine), outputs(lambda windows: network(windows[..., None], training=False).numpy())
    served, expected = ([decode(one) for one in of] for of in both)
    same = np.concatenate([a.argmax(axis=1) == b.argmax(axis=1) for a, b in zip(*both, strict=True)])
    right = np.array([a == b for a, b in zip(served, truth, strict=True)])
    count = np.array([0 if s.symbols == (strip.NONE,) else len(s.symbols) for s in strips])
    return {
        "held_out_strips": len(strips),
        "held_out_exactly": round(float(right.mean()), 4),
        "held_out_by_digits": {str(n): round(float(right[count == n].mean()), 4) for n in np.unique(count)},
        "parity": {
            "strips": len(strips),
            "same_answer": sum(a == b for a, b in zip(served, expected, strict=True)),
            "outputs": len(same),
            "same_symbol": int(same.sum()),
        },
    }


def decode(outputs: np.ndarray) -> str:
    """Probabilities of the symbols at each step of a strip, (steps, 12) → the digits as text ("10" for no digit)."""
    return "".join(str(symbol) for symbol, _, _ in strip.best(outputs))


def accuracy(raw: np.ndarray, labels: np.ndarray) -> float:
    """The share of outputs, (n, 10) or (n, 11), whose likeliest digit is the label, (n,) int, in [0, 1]."""
    return float((raw[:, :10].argmax(axis=1) == labels).mean())
