"""Trains a recipe: epoch after epoch, resumable, and at the end the folder that serves.

Progress is kept after every epoch; an interrupted training goes on with `--resume`. Nothing in the output folder changes until
the training is complete.
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from model import datasets
from model.files import replacing, write_json
from model.training import model_card, sources
from model.training.recipes import RECIPES, Phase, Recipe


def train(recipe: Recipe, out: Path, epochs: int, seed: int, resume: bool = False) -> None:
    """Train ``recipe`` into the folder ``out``; prints the epoch table and the test accuracy."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if recipe.starts_from and not RECIPES[recipe.starts_from].trained.is_file():
        raise FileNotFoundError(f"{recipe.name} starts from {recipe.starts_from}, which is not here; train that first.")
    started = time.monotonic()
    progress = Progress(out.parent / f".{out.name}-training", {"recipe": recipe.name, "epochs": epochs, "seed": seed})
    history = progress.open(resume)
    mnist = datasets.load_mnist().train
    print(f"{recipe.about}\npreparing what it learns from …", flush=True)
    source = sources.source(recipe, mnist, seed)
    earlier = np.sum([(row["seconds"], row["cpu_seconds"]) for row in history] or [(0, 0)], axis=0)
    print(
        f"{len(source.learn):,} MNIST images, {len(source.held_out):,} held out, {epochs} epochs, seed {seed}",
        flush=True,
    )
    if history:
        print(f"going on after epoch {len(history)}, the last that was kept", flush=True)
    network = progress.network(recipe, source, seed)
    for epoch in range(len(history), epochs):
        history.append(run_epoch(network, recipe, source, epoch, epochs))
        progress.keep(network, history)
        print(epoch_line(history[-1], epochs), flush=True)
    minutes, cpu_minutes = (earlier + (time.monotonic() - started, time.process_time())) / 60
    spent = {"minutes": round(minutes, 1), "cpu_minutes": round(cpu_minutes, 1)}
    told = {**spent, "learned_from": source.ingredients}
    made = model_card.finish(recipe, source, network, pd.DataFrame(history), out, seed, told)
    progress.close()
    reached = (
        f"{made['test_accuracy']:.2%} of MNIST's 10,000 test images right (held out: {made['held_out_accuracy']:.2%})"
        if "test_accuracy" in made
        else f"{made['held_out_exactly']:.2%} of {made['held_out_strips']:,} held-out strips read exactly"
    )
    print(f"{reached}; {minutes:.1f} minutes, {cpu_minutes:.1f} of CPU time → {out}")


def run_epoch(network, recipe: Recipe, source, epoch: int, epochs: int) -> dict:
    """Train one epoch; a row of the epoch table."""
    import keras

    started, cpu_started = time.monotonic(), time.process_time()
    phase, within = _phase_of(recipe, epoch, epochs)
    steps, batches = source.batches(epoch, phase, (-1, *network.input_shape[1:]))
    points = np.linspace(0, 1, len(phase.learning_rate))

    class Rate(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            done = (within + batch / steps) / phase.epochs
            self.model.optimizer.learning_rate = float(np.interp(done, points, phase.learning_rate))

    shown = keras.callbacks.ProgbarLogger() if sys.stderr.isatty() else keras.callbacks.Callback()
    fitted = network.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0, callbacks=[Rate(), shown]).history
    val_loss, val_accuracy = source.tried(network)
    return {
        "epoch": epoch + 1,
        "loss": fitted["loss"][0],
        "accuracy": fitted[getattr(source.metric, "__name__", source.metric)][0],
        "val_loss": val_loss,
        "val_accuracy": val_accuracy,
        "learning_rate": float(network.optimizer.learning_rate.numpy()),
        "seconds": time.monotonic() - started,
        "cpu_seconds": time.process_time() - cpu_started,
    }


def _phase_of(recipe: Recipe, epoch: int, epochs: int) -> tuple[Phase, float]:
    """The phase an epoch belongs to, and how many of the phase's epochs lie before it.

    With another number of epochs than the recipe's, the phases keep their shares.
    """
    position = epoch * recipe.epochs / epochs
    for phase in recipe.phases:
        if position < phase.epochs or phase is recipe.phases[-1]:
            return phase, position
        position -= phase.epochs
    raise AssertionError("a recipe has at least one phase")


def epoch_line(row: dict, epochs: int) -> str:
    return (
        f"epoch {row['epoch']:>2}/{epochs}  loss {row['loss']:.4f}  accuracy {row['accuracy']:.2%}  "
        f"held-out loss {row['val_loss']:.4f}  held-out accuracy {row['val_accuracy']:.2%}  {row['seconds']:.0f} s"
    )


class Progress:
    """The finished epochs of an unfinished training, in a hidden folder beside the output."""

    def __init__(self, folder: Path, what: dict):
        self.folder, self.what = folder, what

    def open(self, resume: bool) -> list[dict]:
        """The epochs that can be gone on from; a fresh start forgets an earlier attempt."""
        state = self.folder / "state.json"
        if resume and state.exists():
            kept = json.loads(state.read_text())
            if kept["what"] == self.what:
                return kept["history"]
            print(f"The interrupted training was another one ({kept['what']}); starting from nothing.")
        shutil.rmtree(self.folder, ignore_errors=True)
        return []

    def network(self, recipe: Recipe, source, seed: int):
        """The network as it was after the last kept epoch, or a fresh, compiled one."""
        import keras

        from model.training import networks

        state = self.folder / "state.json"
        if state.exists():
            return keras.models.load_model(self.folder / json.loads(state.read_text())["network"])
        keras.utils.set_random_seed(seed)
        keras.config.set_dtype_policy("mixed_bfloat16" if recipe.mixed_bfloat16 else "float32")
        network = getattr(networks, recipe.network)()
        keras.config.set_dtype_policy("float32")
        if recipe.starts_from:
            networks.go_on_with(keras.models.load_model(RECIPES[recipe.starts_from].trained), network)
        # XLA makes this network slower on a CPU, and the original did not use it either.
        optimizer = keras.optimizers.Adam(weight_decay=recipe.weight_decay)
        network.compile(optimizer, source.loss, metrics=[source.metric], jit_compile=False)
        return network

    def keep(self, network, history: list[dict]) -> None:
        """Keep network and history together: the state file, written last, names the network's file."""
        name = f"epoch-{len(history)}.keras"
        with replacing(self.folder / name) as temporary:
            network.save(temporary)
        write_json(self.folder / "state.json", {"what": self.what, "network": name, "history": history})
        (self.folder / f"epoch-{len(history) - 1}.keras").unlink(missing_ok=True)

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
