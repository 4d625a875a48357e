"""A trained model on LiteRT: images in, the network's own outputs out. No TensorFlow.

Loading takes milliseconds where TensorFlow takes seconds, and one image well under a millisecond
(`python benchmarks/engine.py` prints both).
"""

import contextlib
import functools
import hashlib
import os
import queue
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

BATCH = 25  # images a call: what stays in a core's cache; 100 take a tenth longer each
MANY = 400  # images from which a call is a long run; a drawing's crops must not wait behind one in THREADS
CORES = min(4, os.cpu_count() or 1)
DIGITS = ((28, 28), (28, 28, 1), (784,)), (10, 11)  # shapes of an image, and numbers of outputs
STRIPS = ((36, 128, 1),), (12,)  # of windows of a strip (model/segmentation/strip.py)


def stand_back() -> None:
    """Lower the priority of the calling thread."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


# One thread for each interpreter halves a long run on two cores; LiteRT's own two threads wait for each other at every layer.
# They stand back (Linux alone can say so of a thread): somebody's drawing is one call, made in its own thread, and goes first.
THREADS = ThreadPoolExecutor(CORES, "engine", stand_back)


class ModelError(Exception):
    """A model file cannot be used; the text says why and what to do."""


class Engine:
    """Runs one `.tflite`; may be called from several threads, as many of which compute at a time as there are cores."""

    def __init__(self, path: Path, kind=DIGITS):
        self.path = path
        first = _Worker(path, kind)
        self.outputs = first.outputs
        self._shape = first.shape
        self._free: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        for worker in (first, *(_Worker(path, kind) for _ in range(CORES - 1))):
            self._free.put(worker)

    @functools.cached_property
    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """(n, 28, 28) float32 in [0, 1] → the network's raw outputs, (n, 10) or (n, 11) float32; strips: (n, 64, 12)."""
        images = np.ascontiguousarray(images, np.float32).reshape(-1, *self._shape)
        if len(images) <= BATCH:
            return self._run(images)
        parts = (images[i : i + BATCH] for i in range(0, len(images), BATCH))
        return np.concatenate([*(map if len(images) < MANY else THREADS.map)(self._run, parts)])

    def _run(self, images: np.ndarray) -> np.ndarray:
        worker = self._free.get()
        try:
            return worker(images)
        finally:
            self._free.put(worker)


class _Worker:
    """One interpreter on one thread; one call at a time. Raises ModelError for what is no digit model."""

    def __init__(self, path: Path, kind):
        try:
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
        if self.shape not in kind[0] or self.outputs not in kind[1] or source["dtype"] != np.float32:
            if kind is STRIPS:
                raise ModelError(
                    f"{path} is no network for digits that touch; train it again: python -m model.train touching."
                )
            raise ModelError(
                f"{path} maps {self.shape} {source['dtype'].__name__} to {self.outputs} outputs; a digit model here "
                "takes 28×28, 28×28×1 or 784 float32 values and gives ten (or eleven) numbers."
            )
        self._batch = 1
        self._most = BATCH if self._fits(BATCH) else 1

    def _fits(self, batch: int) -> bool:
        """Try a batch size; a network that flattens its input has a fixed one, and keeps it."""
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
        """At most BATCH images, float32 in the network's own shape → raw outputs (n, 10) or (n, 11) float32."""
        parts = [self._part(images[i : i + self._most]) for i in range(0, len(images), self._most)]
        return np.concatenate(parts) if parts else np.zeros((0, self.outputs), np.float32)

    def _part(self, images: np.ndarray) -> np.ndarray:
        if self._batch != len(images):
            self._resize(len(images))
        self._interpreter.set_tensor(self._input, images)
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._output).copy()
