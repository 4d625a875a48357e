"""`python -m model.training.fit_pages`: trains the page network on crops that another process draws meanwhile.

    python -m model.training.fit_pages --minutes 100 [--resume] [--out DIR]

The learning rate falls to nothing at the end of the minutes, whatever the machine does in them. A checkpoint is written every few
minutes; `--resume` goes on from it, with the learning rate of the minutes that are left. Where there is none, it begins with the
network that ships, for as many minutes anew, and the card (page_card.py) names that.
"""

import argparse
import json
import multiprocessing
import secrets
import sys
import time
from pathlib import Path
from queue import Empty, Full
from typing import Any

import numpy as np

from model import terminal
from model.files import replacing, write_json
from model.page_reader import network_input
from model.training import command, page_card
from model.training.model_card import sha256
from model.training.page_card import BATCH, FOLDER

RATE, DECAY, WARM_UP = 2e-3, 0.02, 200  # AdamW; WARM_UP in steps
AVERAGE = 0.998  # of the weights over the last steps: what is written
CHECKPOINT = 240  # seconds
ROW = 50  # steps in a row of the history


def draw(queue, seed: int) -> None:
    """Put batches into the queue for ever: inputs (BATCH, 96, 96, 8) and labels (BATCH, 96, 96, 12), both float16.

    Ends when the process that trains has ended.
    """
    from model.training.pages.crops import Pages
    from model.training.pages.labels import SIDE

    pages = Pages(seed)
    while True:
        crops = [pages.crop() for _ in range(BATCH)]
        inputs = np.zeros((BATCH, SIDE // 2, SIDE // 2, network_input.INPUTS), np.float16)
        for at, crop in enumerate(crops):
            one = network_input.of(crop.picture)
            inputs[at, : one.shape[0], : one.shape[1]] = one
        batch = inputs, np.stack([crop.labels for crop in crops])
        while True:
            try:
                queue.put(batch, timeout=10)
                break
            except Full:
                parent = multiprocessing.parent_process()
                if parent is None or not parent.is_alive():
                    queue.cancel_join_thread()  # nobody will take what is still in it
                    return


def train(minutes: float, out: Path, resume: bool, seed: int) -> None:
    """Train for so many minutes, counted over all resumptions, and write the network to ``out``."""
    import keras
    import tensorflow as tf

    from model.training.page_network import build, losses

    context = multiprocessing.get_context("spawn")
    queue = context.Queue(maxsize=12)
    drawing = context.Process(target=draw, args=(queue, secrets.randbits(32)), daemon=True)
    drawing.start()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(seed)
    network = build()
    optimizer = keras.optimizers.AdamW(RATE, weight_decay=DECAY, clipnorm=1.0)
    optimizer.build(network.trainable_variables)
    averages = [tf.Variable(w) for w in network.weights]
    state: dict[str, Any] = {"seconds": 0.0, "steps": 0}
    kept, progress, shipped = out / "checkpoint.npz", out / page_card.PROGRESS, out / page_card.NETWORK
    everything = [*network.weights, *averages, *optimizer.variables]
    if resume and kept.exists():
        with np.load(kept) as file:
            for at, variable in enumerate(everything):
                variable.assign(file[f"v{at}"])
        state = json.loads(progress.read_text("utf-8"))
    elif resume and shipped.exists():  # the network alone, without the optimizer's state
        state["starts_from"] = sha256(shipped)
        known: Any = keras.models.load_model(shipped, compile=False)
        for variable, mean, value in zip(network.weights, averages, known.weights, strict=True):
            variable.assign(value)
            mean.assign(value)
    out.mkdir(parents=True, exist_ok=True)

    @tf.function(jit_compile=True)
    def step(inputs, labels, average):
        with tf.GradientTape() as tape:
            parts = losses(labels, network(inputs, training=True))
            total = tf.reduce_sum(parts)
        gradients = tape.gradient(total, network.trainable_variables)
        optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))
        for mean, weight in zip(averages, network.weights, strict=True):
            mean.assign(average * mean + (1 - average) * weight)
        return parts

    def save() -> None:
        with replacing(kept) as temporary, temporary.open("wb") as file:
            np.savez(file, **{f"v{at}": variable.numpy() for at, variable in enumerate(everything)})
        write_json(progress, state)
        own = [w.numpy() for w in network.weights]
        for weight, mean in zip(network.weights, averages, strict=True):
            weight.assign(mean)
        with replacing(shipped) as temporary:
            network.save(temporary)
        for weight, value in zip(network.weights, own, strict=True):
            weight.assign(value)

    begun, recent, saved, waited = time.monotonic() - state["seconds"], [], time.monotonic(), 0.0
    while state["seconds"] < 60 * minutes:
        asked = time.monotonic()
        inputs, labels = _next(queue, drawing)
        waited += time.monotonic() - asked
        share = state["seconds"] / (60 * minutes)
        optimizer.learning_rate = RATE * min(1, (state["steps"] + 1) / WARM_UP) * (0.5 + 0.5 * np.cos(np.pi * share))
        average = min(AVERAGE, 1 - 1 / (1 + state["steps"]))
        recent.append(
            step(inputs.astype(np.float32), labels.astype(np.float32), tf.constant(average, tf.float32)).numpy()
        )
        state["steps"] += 1
        state["seconds"] = time.monotonic() - begun
        if len(recent) == ROW or state["seconds"] >= 60 * minutes:
            means = [round(float(mean), 4) for mean in np.mean(recent, axis=0)]
            row = [state["steps"], round(state["seconds"]), *means, round(waited, 1)]
            page_card.add(out / page_card.HISTORY, row)
            print(*row, flush=True)
            recent, waited = [], 0.0
        if time.monotonic() - saved > CHECKPOINT:
            save()
            saved = time.monotonic()
    save()
    drawing.terminate()
    page_card.write(out)


def _next(queue, drawing):
    """What the process draws next. Raises ChildProcessError where it has ended."""
    while True:
        try:
            return queue.get(timeout=10)
        except Empty:
            if not drawing.is_alive():
                raise ChildProcessError("the process that draws crops has ended; its error stands above.") from None


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 once the network is written, 1 with a sentence where it could not be, 130 if it was interrupted."""
    parser = argparse.ArgumentParser(prog="python -m model.training.fit_pages", description="Train the page network.")
    parser.add_argument("--minutes", type=float, default=100, help="of all training together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--out", type=Path, default=FOLDER, help="folder to write to (default: model/trained/page_reader)"
    )
    parser.add_argument("--resume", action="store_true", help="go on with an interrupted training")
    chosen = parser.parse_args(arguments)
    return command.run(lambda: train(chosen.minutes, chosen.out, chosen.resume, chosen.seed))


if __name__ == "__main__":
    sys.exit(terminal.run(main))
