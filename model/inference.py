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
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

BATCH = (
    25  # images in one call of the interpreter: what stays in a core's cache; with 100, each image takes a tenth longer
)
# Images from which the batches of a call go to THREADS. Below, they run in the caller's thread, so that the crops of a drawing
# never wait behind a long run.
MIN_PARALLEL = 400
CORES = min(4, os.cpu_count() or 1)


@dataclass(frozen=True)
class Signature:
    """The float32 inputs and outputs that a kind of network may have: shapes of one image, numbers of outputs."""

    shapes: tuple[tuple[int, ...], ...]
    outputs: tuple[int, ...]


DIGITS = Signature(shapes=((28, 28), (28, 28, 1), (784,)), outputs=(10, 11))
STRIPS = Signature(shapes=((36, 128, 1),), outputs=(12,))  # windows of a strip (model/segmentation/strip.py)


def lower_priority() -> None:
    """Lower the priority of the calling thread (only Linux has priorities of single threads)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


# One thread for each interpreter halves the time of a long run on two cores; LiteRT's own two threads wait for each other at
# every layer. Their priority is low: a visitor's drawing is one call in its own thread and goes first.
THREADS = ThreadPoolExecutor(CORES, "engine", lower_priority)


class ModelError(Exception):
    """A model file cannot be used; the text says why and what to do."""


class Engine:
    """One loaded `.tflite`. Any number of threads may call it; up to CORES of them compute at the same time.

    path: the file; signature: what kind of network it must be. Raises ModelError if the file is not such a network.
    """

    def __init__(self, path: Path, signature: Signature = DIGITS):
        self.path = path
        first = _Worker(path, signature)
        self.outputs = first.outputs
        self._shape = first.shape
        self._free: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        for worker in (first, *(_Worker(path, signature) for _ in range(CORES - 1))):
            self._free.put(worker)

    @functools.cached_property
    def sha256(self) -> str:
        """Of the file, as hexadecimal digits."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Images → the network's raw outputs, float32.

        DIGITS: (n, 28, 28) in [0, 1] → (n, 10) or (n, 11). STRIPS: windows (n, 36, 128) in [0, 1] → logits (n, 64, 12).
        """
        images = np.ascontiguousarray(images, np.float32).reshape(-1, *self._shape)
        if len(images) <= BATCH:
            return self._run(images)
        batches = (images[i : i + BATCH] for i in range(0, len(images), BATCH))
        if len(images) < MIN_PARALLEL:
            return np.concatenate([self._run(batch) for batch in batches])
        return np.concatenate([*THREADS.map(self._run, batches)])

    def _run(self, images: np.ndarray) -> np.ndarray:
        worker = self._free.get()
        try:
            return worker(images)
        finally:
            self._free.put(worker)


_greeted = threading.Event()


@contextlib.contextmanager
def _without_greeting() -> Iterator[None]:
    """Around the first interpreter of the process: LiteRT then writes "INFO: Created TensorFlow Lite XNNPACK delegate for CPU." to
    stderr, past Python and whatever its log level, which a stranger takes for a fault. Anything else it writes is passed on."""
    if _greeted.is_set():
        yield
        return
    _greeted.set()
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as written:
        os.dup2(written.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            written.seek(0)
            os.write(2, b"".join(line for line in written if b"XNNPACK delegate" not in line))


class _Worker:
    """One interpreter, which one thread at a time may call. Raises ModelError for a file that does not fit the signature."""

    def __init__(self, path: Path, signature: Signature):
        try:
            with _without_greeting():
                self._interpreter = Interpreter(str(path), num_threads=1)
                self._interpreter.allocate_tensors()
            (source,), (target,) = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        except (ValueError, RuntimeError, OSError) as error:
            raise ModelError(
                f"{path} is not a LiteRT model that this program can run; train or fetch it again."
            ) from error
        self._input, self._output = source["index"], target["index"]
        self.shape = tuple(int(n) for n in source["shape"][1:])
        self.outputs = int(target["shape"][-1])
        fits = self.shape in signature.shapes and self.outputs in signature.outputs
        if not fits or source["dtype"] != np.float32:
            if signature is STRIPS:
                raise ModelError(
                    f"{path} is no network for digits that touch; train it again: python -m model.train touching."
                )
            raise ModelError(
                f"{path} maps {self.shape} {source['dtype'].__name__} to {self.outputs} outputs; a digit model here "
                "takes 28×28, 28×28×1 or 784 float32 values and gives ten (or eleven) numbers."
            )
        self._batch = 1
        self._largest = BATCH if self._accepts(BATCH) else 1

    def _accepts(self, batch: int) -> bool:
        """Try a batch size. A network that flattens its input has a fixed one and keeps that."""
        try:
            self._resize(batch)
            return True
        except RuntimeError:
            self._resize(1)
            return False

    def _resize(self, batch: int) -> None:
        self._interpreter.resize_tensor_input(self._input, (batch, *self.shape))
        self._interpreter.allocate_tensors()
        self._batch = batch

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """At most BATCH images, float32 in the shape of the network's input → raw outputs, float32."""
        parts = [self._run(images[i : i + self._largest]) for i in range(0, len(images), self._largest)]
        return np.concatenate(parts) if parts else np.zeros((0, self.outputs), np.float32)

    def _run(self, images: np.ndarray) -> np.ndarray:
        if self._batch != len(images):
            self._resize(len(images))
        self._interpreter.set_tensor(self._input, images)
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._output).copy()
