"""The last step of a training: exports and measures the network, and writes its folder with the card. Enter at `write_folder`."""

import hashlib
import importlib.metadata
import os
import platform
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from model import datasets
from model.files import write_json
from model.segmentation import strip
from model.training.export import to_tflite
from model.training.recipes import RECIPES, Recipe
from model.training.tasks import Task

if TYPE_CHECKING:
    import keras

PACKAGES = (
    "tensorflow",
    "keras",
    "numpy",
    "opencv-python-headless",
    "ai-edge-litert",
    "scipy",
)  # whose versions it states


def write_folder(
    recipe: Recipe, task: Task, network: "keras.Model", history: pd.DataFrame, out: Path, seed: int, cost: dict
) -> dict:
    """Write `.keras`, `.tflite`, `history.csv` and `card.json` to ``out``; returns the card.

    All four are made in a folder beside it and moved at the end, the card last, which holds the hashes of the others. history: the
    epoch table; cost: further fields of the card, what the training took and learned from. Raises OSError.
    """
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=out.parent) as stage:
        card = _make(recipe, task, network, history, Path(stage), seed, cost)
        out.mkdir(exist_ok=True)
        for name in (*card["files"], "card.json"):
            (Path(stage) / name).replace(out / name)
    return card


def _make(
    recipe: Recipe, task: Task, network: "keras.Model", history: pd.DataFrame, stage: Path, seed: int, cost: dict
) -> dict:
    from model.training import networks

    plain = getattr(networks, recipe.network)()  # float32 throughout, whatever the policy of the training was
    plain.set_weights(network.get_weights())
    keras_path, tflite_path, table = stage / recipe.keras_file, stage / f"{recipe.name}.tflite", stage / "history.csv"
    plain.save(keras_path)
    saved = networks.load(keras_path)  # what serves is made of the file, not of what is in memory
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
        **cost,
        **task.measure(saved, tflite_path),
        "versions": {"python": platform.python_version(), **{p: importlib.metadata.version(p) for p in PACKAGES}},
        "data_sha256": {
            "mnist_train": datasets.sha256_of(datasets.load_mnist().train),
            "mnist_test": datasets.sha256_of(datasets.load_mnist().test),
            **({"pendigits": datasets.PENDIGITS_SHA256} if task.pens else {}),
        },
        **({"starts_from": sha256(RECIPES[recipe.starts_from].trained)} if recipe.starts_from else {}),
        "files": {path.name: sha256(path) for path in (keras_path, tflite_path, table)},
    }
    write_json(stage / "card.json", card)
    return card


def sha256(path: Path) -> str:
    """Of the file, as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
