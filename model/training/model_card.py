"""The last step of a training: export, calibrate, measure, and write the folder that ships."""

import contextlib
import functools
import hashlib
import importlib.metadata
import os
import platform
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from model import calibration, datasets, test_time_augmentation
from model.files import write_json
from model.inference import STRIPS, Engine
from model.segmentation import strip
from model.training import strip_set, training_set
from model.training.export import to_tflite
from model.training.recipes import RECIPES, Recipe

PACKAGES = ("tensorflow", "keras", "numpy", "opencv-python-headless", "ai-edge-litert", "scipy")
# Drawings for calibration are rendered with a seed that no training uses.
CALIBRATION_SEED = 55_000


def finish(recipe: Recipe, source, network, history: pd.DataFrame, out: Path, seed: int, made: dict) -> dict:
    """Write `.keras`, `.tflite`, `history.csv` and `card.json` to ``out``; returns the card.

    All four are made in a folder beside it and moved over together at the end, the card last: it names the others' hashes.
    ``made`` says how it was made: minutes, CPU minutes, and how many images of which kind it learned from.
    """
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=out.parent) as stage:
        card = _make(recipe, source, network, history, Path(stage), seed, made)
        out.mkdir(exist_ok=True)
        for name in (*card["files"], "card.json"):
            (Path(stage) / name).replace(out / name)
    return card


def _make(recipe: Recipe, source, network, history: pd.DataFrame, stage: Path, seed: int, made: dict) -> dict:
    import keras

    from model.training import networks

    plain = getattr(networks, recipe.network)()  # float32 throughout, whatever the training's policy was
    plain.set_weights(network.get_weights())
    keras_path, tflite_path, table = stage / recipe.keras_file, stage / f"{recipe.name}.tflite", stage / "history.csv"
    plain.save(keras_path)
    saved = keras.models.load_model(keras_path)  # what was saved, reloaded, is what serves
    to_tflite(saved, tflite_path, recipe.weights, strip.WINDOW)
    history.round(6).to_csv(table, index=False)
    card = {
        "recipe": recipe.name,
        "about": recipe.about,
        "command": recipe.command,
        "seed": seed,
        "epochs": len(history),
        "machine": f"{os.cpu_count()} CPU cores, {platform.machine()}",
        "parameters": int(plain.count_params()),
        **made,
        **source.measured(saved, tflite_path),
        "versions": {"python": platform.python_version(), **{p: importlib.metadata.version(p) for p in PACKAGES}},
        "data_sha256": {
            "mnist_train": datasets.sha256_of(datasets.load_mnist().train),
            "mnist_test": datasets.sha256_of(datasets.load_mnist().test),
            **({"pendigits": datasets.PENDIGITS_SHA256} if source.pens else {}),
        },
        **({"starts_from": sha256(RECIPES[recipe.starts_from].trained)} if recipe.starts_from else {}),
        "files": {path.name: sha256(path) for path in (keras_path, tflite_path, table)},
    }
    write_json(stage / "card.json", card)
    return card


def of_digits(network, path: Path, second_look: bool) -> dict:
    """Calibration from held-out images, then the accuracies, all with the file that serves and as it serves; and how that
    differs from the Keras model it came from."""
    engine = Engine(path)
    return {**measure(engine, second_look), "parity": parity(network, engine)}


def of_strips(network, path: Path, strips: list[strip_set.Strip]) -> dict:
    """How many held-out strips the file that serves reads exactly, and how many it reads as Keras's model does."""
    engine = Engine(path, STRIPS)
    told = ["".join(map(str, s.symbols)) for s in strips]

    def outputs(windows) -> list[np.ndarray]:
        return [strip.outputs(windows, s.image / np.float32(255)) for s in strips]

    both = outputs(engine), outputs(lambda windows: network(windows[..., None], training=False).numpy())
    served, keras = ([text(one) for one in of] for of in both)
    same = np.concatenate([a.argmax(axis=1) == b.argmax(axis=1) for a, b in zip(*both, strict=True)])
    right = np.array([a == b for a, b in zip(served, told, strict=True)])
    count = np.array([0 if s.symbols == (strip.NONE,) else len(s.symbols) for s in strips])
    return {
        "held_out_strips": len(strips),
        "held_out_exactly": round(float(right.mean()), 4),
        "held_out_by_digits": {str(n): round(float(right[count == n].mean()), 4) for n in np.unique(count)},
        "parity": {
            "strips": len(strips),
            "same_answer": sum(a == b for a, b in zip(served, keras, strict=True)),
            "outputs": len(same),
            "same_symbol": int(same.sum()),
        },
    }


def text(outputs: np.ndarray) -> str:
    return "".join(str(symbol) for symbol, _, _ in strip.best(outputs))


def measure(engine: Engine, second_look: bool) -> dict:
    """Calibration from held-out images, then the accuracies, all with the file that serves and as it serves."""
    network = functools.partial(test_time_augmentation.with_second_look, engine) if second_look else engine
    mnist = datasets.load_mnist()
    held_out = mnist.train[datasets.HELD_OUT :]
    raw, labels = network(datasets.unit(held_out.images)), held_out.labels
    held_out_accuracy = accuracy(raw, labels)
    found_on = "MNIST training images 55,000–59,999"
    pen = {}
    with contextlib.suppress(datasets.DataError):  # without pen strokes MNIST alone must do
        inks, pen_labels = training_set.pen_on_pads(datasets.HELD_OUT_WRITERS, CALIBRATION_SEED)
        pen_raw = network(np.stack([training_set.as_image(ink) for ink in inks]) / np.float32(255))
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


def parity(network, engine: Engine) -> dict:
    """How the `.tflite` that serves differs from the Keras model it came from, on MNIST's 10,000 test images."""
    images = datasets.unit(datasets.load_mnist().test.images)
    expected = network.predict(images.reshape(-1, *network.input_shape[1:]), batch_size=500, verbose=0)
    raw = engine(images)
    return {
        "images": len(images),
        "same_answer": int((raw.argmax(axis=1) == expected.argmax(axis=1)).sum()),
        "largest_difference": round(float(np.abs(raw - expected).max()), 4),
    }


def accuracy(raw: np.ndarray, labels: np.ndarray) -> float:
    return float((raw[:, :10].argmax(axis=1) == labels).mean())


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
