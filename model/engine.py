"""A trained model on LiteRT: images in, the network's own outputs out. No TensorFlow.

Loading takes milliseconds where TensorFlow takes seconds, and one image well under a millisecond
(`python benchmarks/engine.py` prints both).
"""

import os
import threading
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

BATCH = 100  # images a call: more gains nothing on a CPU, and keeps a long run interruptible
SHAPES = ((28, 28), (28, 28, 1), (784,))


class ModelError(Exception):
    """A model file cannot be used; the text says why and what to do."""


class Engine:
    """Runs one `.tflite`; may be called from several threads, one of which computes at a time."""

    def __init__(self, path: Path):
        threads = min(4, os.cpu_count() or 1)
        try:
            self._interpreter = Interpreter(str(path), num_threads=threads)
            self._interpreter.allocate_tensors()
            (source,), (target,) = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        except (ValueError, RuntimeError, OSError) as error:
            raise ModelError(
                f"{path} is not a LiteRT model that this program can run; train or fetch it again."
            ) from error
        self._input, self._output = source["index"], target["index"]
        self._shape = tuple(int(n) for n in source["shape"][1:])
        self.outputs = int(target["shape"][-1])
        if self._shape not in SHAPES or self.outputs not in (10, 11) or source["dtype"] != np.float32:
            raise ModelError(
                f"{path} maps {self._shape} {source['dtype'].__name__} to {self.outputs} outputs; a digit model here "
                "takes 28×28, 28×28×1 or 784 float32 values and gives ten (or eleven) numbers."
            )
        self._lock = threading.Lock()
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
        self._interpreter.resize_tensor_input(self._input, (batch, *self._shape))
        self._interpreter.allocate_tensors()
        self._batch = batch

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """(n, 28, 28) float32 in [0, 1] → the network's raw outputs, (n, 10) or (n, 11) float32."""
        images = np.ascontiguousarray(images, np.float32).reshape(-1, *self._shape)
        parts = [self._run(images[i : i + self._most]) for i in range(0, len(images), self._most)]
        return np.concatenate(parts) if parts else np.zeros((0, self.outputs), np.float32)

    def _run(self, images: np.ndarray) -> np.ndarray:
        with self._lock:
            if self._batch != len(images):
                self._resize(len(images))
            self._interpreter.set_tensor(self._input, images)
            self._interpreter.invoke()
            return self._interpreter.get_tensor(self._output).copy()
