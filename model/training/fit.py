"""Trains a recipe, epoch after epoch, and writes the folder that serves. Enter at `train`.

Every finished epoch is kept, so that an interrupted training can go on (`--resume`). The output folder does not change until the
training is complete.
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from model import datasets
from model.files import replacing, write_json
from model.training import model_card
from model.training.distillation import Distillation
from model.training.page_writing import PageWriting
from model.training.recipes import RECIPES, Phase, Recipe
from model.training.tasks import SingleDigits, Task, TouchingDigits

if TYPE_CHECKING:
    import keras


def train(recipe: Recipe, out: Path, epochs: int, seed: int, resume: bool = False) -> None:
    """Train ``recipe`` into the folder ``out``; prints the epoch table and the accuracy.

    resume: go on with an interrupted training of the same recipe, epochs and seed. Raises DataError without MNIST,
    FileNotFoundError without the model that the recipe starts from, and OSError where nothing can be written.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if recipe.starts_from and not RECIPES[recipe.starts_from].trained.is_file():
        raise FileNotFoundError(f"{recipe.name} starts from {recipe.starts_from}, which is not here; train that first.")
    started = time.monotonic()
    checkpoint = Checkpoint(
        out.parent / f".{out.name}-training", {"recipe": recipe.name, "epochs": epochs, "seed": seed}
    )
    history = checkpoint.finished_epochs(resume)
    mnist = datasets.load_mnist().train
    print(f"{recipe.about}\npreparing what it learns from …", flush=True)
    task = make_task(recipe, mnist, seed)
    print(
        f"{len(task.training):,} MNIST images, {len(task.held_out):,} held out, {epochs} epochs, seed {seed}",
        flush=True,
    )
    before = np.sum([(row["seconds"], row["cpu_seconds"]) for row in history] or [(0, 0)], axis=0)
    if history:
        print(f"going on after epoch {len(history)}, the last that was kept", flush=True)

    network = checkpoint.network() if history else new_network(recipe, task, seed)
    for epoch in range(len(history), epochs):
        history.append(run_epoch(network, recipe, task, epoch, epochs))
        checkpoint.save(network, history)
        print(epoch_line(history[-1], epochs), flush=True)

    minutes, cpu_minutes = (before + (time.monotonic() - started, time.process_time())) / 60
    cost = {"minutes": round(minutes, 1), "cpu_minutes": round(cpu_minutes, 1), "learned_from": task.counts}
    card = model_card.write_folder(recipe, task, network, pd.DataFrame(history), out, seed, cost)
    checkpoint.remove()
    reached = (
        f"{card['test_accuracy']:.2%} of MNIST's 10,000 test images right (held out: {card['held_out_accuracy']:.2%})"
        if "test_accuracy" in card
        else f"{card['held_out_exactly']:.2%} of {card['held_out_strips']:,} held-out strips read exactly"
    )
    print(f"{reached}; {minutes:.1f} minutes, {cpu_minutes:.1f} of CPU time → {out}")


def make_task(recipe: Recipe, mnist: datasets.Labelled, seed: int) -> Task:
    """What the recipe learns. mnist: the 60,000 training images; those from datasets.HELD_OUT on are for validation alone."""
    kind = SingleDigits
    if recipe.teacher:
        kind = Distillation
    elif recipe.from_pages:
        kind = PageWriting
    elif recipe.network == "touching":
        kind = TouchingDigits
    return kind(recipe, mnist, seed)


def new_network(recipe: Recipe, task: Task, seed: int) -> "keras.Model":
    """The recipe's network, compiled, with fresh weights or those of the recipe that it starts from."""
    import keras

    from model.training import networks

    keras.utils.set_random_seed(seed)
    keras.config.set_dtype_policy("mixed_bfloat16" if recipe.mixed_bfloat16 and multiplies_bfloat16() else "float32")
    network = getattr(networks, recipe.network)()
    keras.config.set_dtype_policy("float32")
    if recipe.starts_from:
        networks.start_from(networks.load(RECIPES[recipe.starts_from].trained), network)
    # XLA makes this network slower on a CPU, and the original did not use it either.
    optimizer = keras.optimizers.Adam(weight_decay=recipe.weight_decay)
    network.compile(optimizer, task.loss, metrics=[task.metric], jit_compile=False)
    return network


def multiplies_bfloat16() -> bool:
    """Whether this CPU has units for bfloat16. Where TensorFlow must imitate them a step takes over ten times float32's time."""
    flags = Path("/proc/cpuinfo")  # elsewhere than on Linux nobody says: float32 is right on every machine
    return flags.is_file() and not {"amx_bf16", "avx512_bf16"}.isdisjoint(flags.read_text("utf-8").split())


def run_epoch(network: "keras.Model", recipe: Recipe, task: Task, epoch: int, epochs: int) -> dict:
    """Train epoch number ``epoch``, from 0, of ``epochs``; returns its row of the epoch table."""
    import keras

    started, cpu_started = time.monotonic(), time.process_time()
    phase, epochs_before = _phase_of(recipe, epoch, epochs)
    steps, batches = task.batches(epoch, phase, (-1, *network.input_shape[1:]))
    points = np.linspace(0, 1, len(phase.learning_rate))

    class LearningRate(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            done = (epochs_before + batch / steps) / phase.epochs
            network.optimizer.learning_rate = float(np.interp(done, points, phase.learning_rate))

    progress_bar = keras.callbacks.ProgbarLogger() if sys.stderr.isatty() else keras.callbacks.Callback()
    fitted = network.fit(
        batches,
        steps_per_epoch=steps,
        shuffle=False,
        verbose=0,  # pyright: ignore[reportArgumentType] (Keras takes 0)
        callbacks=[LearningRate(), progress_bar],
    ).history
    val_loss, val_accuracy = task.validate(network)
    return {
        "epoch": epoch + 1,
        "loss": fitted["loss"][0],
        "accuracy": fitted[getattr(task.metric, "__name__", task.metric)][0],
        "val_loss": val_loss,
        "val_accuracy": val_accuracy,
        "learning_rate": float(network.optimizer.learning_rate.numpy()),
        "seconds": time.monotonic() - started,
        "cpu_seconds": time.process_time() - cpu_started,
    }


def _phase_of(recipe: Recipe, epoch: int, epochs: int) -> tuple[Phase, float]:
    """The phase of an epoch, and how many of the phase's epochs come before it.

    With another number of epochs than the recipe's, the phases keep their shares.
    """
    position = epoch * recipe.epochs / epochs
    for phase in recipe.phases:
        if position < phase.epochs or phase is recipe.phases[-1]:
            return phase, position
        position -= phase.epochs
    raise AssertionError("a recipe has at least one phase")


def epoch_line(row: dict, epochs: int) -> str:
    """A row of the epoch table as text."""
    return (
        f"epoch {row['epoch']:>2}/{epochs}  loss {row['loss']:.4f}  accuracy {row['accuracy']:.2%}  "
        f"held-out loss {row['val_loss']:.4f}  held-out accuracy {row['val_accuracy']:.2%}  {row['seconds']:.0f} s"
    )


class Checkpoint:
    """The finished epochs of an unfinished training, in a hidden folder beside the output.

    training: what identifies the training; another one is not resumed.
    """

    def __init__(self, folder: Path, training: dict):
        self.folder, self.training = folder, training
        self.state = folder / "state.json"

    def finished_epochs(self, resume: bool) -> list[dict]:
        """The epoch table to go on from. Without ``resume`` it is empty, and what an earlier attempt left is removed."""
        if resume and self.state.exists():
            kept = json.loads(self.state.read_text("utf-8"))
            if kept["what"] == self.training:
                return kept["history"]
            print(f"The interrupted training was another one ({kept['what']}); starting from nothing.")
        self.remove()
        return []

    def network(self) -> "keras.Model":
        """The network as it was after the last finished epoch."""
        from model.training import networks  # which also registers the loss that the file names

        return networks.load(self.folder / json.loads(self.state.read_text("utf-8"))["network"])

    def save(self, network: "keras.Model", history: list[dict]) -> None:
        """Keep network and epoch table together: the state file, written last, names the network's file."""
        name = f"epoch-{len(history)}.keras"
        with replacing(self.folder / name) as temporary:
            network.save(temporary)
        write_json(self.state, {"what": self.training, "network": name, "history": history})
        (self.folder / f"epoch-{len(history) - 1}.keras").unlink(missing_ok=True)

    def remove(self) -> None:
        """Forget the training."""
        shutil.rmtree(self.folder, ignore_errors=True)
