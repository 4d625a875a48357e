"""Runs a trained network (`.tflite`) on LiteRT: images in, raw outputs out. Enter at `Engine`.

Loading takes milliseconds where TensorFlow takes seconds, and one image takes well under a millisecond
(`python -m benchmarks.engine` prints both).
"""

import contextlib
import functools
import hashlib
import os
import queue
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.interpreter import BATCH, ModelError, Shape, Worker
from model.layouts import layout_of

# Images from which the batches of a call go to THREADS, unless it is patient. Below, they run in the caller's thread, so that the crops of a
# drawing never wait behind a long run.
MIN_PARALLEL = 400
CORES = min(4, os.cpu_count() or 1)


@dataclass(frozen=True)
class Signature:
    """The inputs and outputs that a kind of network may have: shapes of one image, numbers of outputs; images in a call at most.

    No shapes: any that layouts.py knows, of any type, beside other inputs and outputs. more: numbers of outputs that count where a
    network has none of `outputs`. wanted: half a sentence for who brings a file of another kind.
    """

    shapes: tuple[Shape, ...]
    outputs: tuple[int, ...]
    wanted: str = ""
    batch: int = BATCH
    more: range = range(0)

    def possible(self, sizes: list[int]) -> list[int]:
        """Which outputs, by their sizes, may be the one that counts."""
        fitting = [at for at, size in enumerate(sizes) if size in self.outputs]
        return fitting or [at for at, size in enumerate(sizes) if size in self.more]


# What people bring (custom_models.py); those for letters too, as of EMNIST, have more outputs.
CUSTOM = Signature(shapes=(), outputs=(10, 11), more=range(12, 101))
DIGITS = Signature(
    shapes=((28, 28), (28, 28, 1), (784,)),
    outputs=(10, 11),
    wanted="a digit model here takes 28×28, 28×28×1 or 784 float32 values and gives ten (or eleven) numbers",
)


def lower_priority() -> None:
    """Lower the priority of the calling thread (only Linux has priorities of single threads)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


# One thread for each interpreter halves the time of a long run on two cores; LiteRT's own two threads wait for each other at
# every layer. Their priority is low: a visitor's drawing is one call in its own thread and goes first.
THREADS = ThreadPoolExecutor(CORES, "engine", lower_priority)


class Engine:
    """One loaded `.tflite`. Any number of threads may call it; up to CORES of them compute at the same time.

    path: the file; signature: what kind of network it must be; constant: the value of all inputs that take no image; output: which
    of the outputs of a possible size counts. Raises ModelError if the file is not such a network.

    outputs: how many numbers it gives for an image; shape: of its input for one image; others: how many inputs take no image;
    output_choices: outputs of a possible size; exact: whether outputs are float32, not rounded.
    """

    def __init__(self, path: Path, signature: Signature = DIGITS, constant: float = 1.0, output: int = 0):
        self.path, self._content, self._batch = path, _read(path), signature.batch
        self._worker = functools.partial(_worker, path, self._content, signature, constant, output)
        first = self._worker()
        self.outputs = first.outputs if signature is CUSTOM else first.columns
        self.shape, self.others, self.exact = first.shape, first.others, first.exact
        self.output_choices = len(signature.possible(first.output_sizes))
        # The newest first: a further interpreter, some MB, comes into being only where two threads compute at once.
        self._free: queue.LifoQueue[Worker | None] = queue.LifoQueue()
        for one in (*[None] * (CORES - 1), first):
            self._free.put(one)

    @functools.cached_property
    def sha256(self) -> str:
        """Of the file, as hexadecimal digits."""
        return hashlib.sha256(self._content).hexdigest()

    def __call__(self, images: np.ndarray, patient: bool = False) -> np.ndarray:
        """Images → the network's raw outputs, float32. patient: of a long run, whose batches go to THREADS however few they are.

        DIGITS: (n, 28, 28) in [0, 1] → (n, 10) or (n, 11).
        CUSTOM: (n, *shape) as the network expects it → (n, …) of 10 numbers or more for each image.
        """
        images = np.ascontiguousarray(images, np.float32).reshape(-1, *self.shape)
        if len(images) <= self._batch:
            return self._run(images)
        batches = (images[i : i + self._batch] for i in range(0, len(images), self._batch))
        if len(images) < MIN_PARALLEL and not patient:
            return np.concatenate([self._run(batch) for batch in batches])
        return np.concatenate([*THREADS.map(self._run, batches)])

    def _run(self, images: np.ndarray) -> np.ndarray:
        worker = self._free.get()
        try:
            worker = worker or self._worker()
            return worker(images)
        finally:
            self._free.put(worker)


def sha256_of(path: Path) -> str:
    """Of a model file, as `Engine.sha256`. Raises ModelError where it cannot be read."""
    return hashlib.sha256(_read(path)).hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}.") from error


def _worker(path: Path, content: bytes, signature: Signature, constant: float, output: int) -> Worker:
    def choose_output(sizes: list[int]) -> int | None:
        possible = signature.possible(sizes)
        return possible[min(output, len(possible) - 1)] if possible else None

    if signature is CUSTOM:
        return Worker(path, content, _image_input, choose_output, constant)
    worker = Worker(
        path,
        content,
        lambda shapes: 0 if len(shapes) == 1 else None,
        lambda sizes: 0 if len(sizes) == 1 else None,
        batch=signature.batch,
    )
    columns = worker.columns
    if worker.shape in signature.shapes and columns in signature.outputs and worker.dtype == np.float32:
        return worker
    shape = "×".join(map(str, worker.shape))
    raise ModelError(f"{path} maps {shape} {worker.dtype.name} to {columns} outputs; {signature.wanted}.")


def _image_input(shapes: list[Shape]) -> int | None:
    """The one input that takes a square picture; None where none or several do."""
    possible = [at for at, shape in enumerate(shapes) if layout_of(shape)]
    return possible[0] if len(possible) == 1 else None
