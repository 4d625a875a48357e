"""One LiteRT interpreter behind a plain call, whatever batch, types and further inputs its file has: `Worker`."""

import contextlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from model.normalization import SIDE

# Images in one call of the interpreter: what stays in a core's cache; with 100, each image takes a tenth longer.
BATCH = 25
Shape = tuple[int, ...]

DIGIT_MODEL = "a digit model takes one square picture, such as 28×28, 28×28×1, 3×32×32 or 784 numbers, and gives ten numbers, or up to 100 where it knows more than digits."


class ModelError(Exception):
    """A model file cannot be used; the text says why and what to do."""


class Worker:
    """One interpreter, which one thread at a time may call.

    path, content: the file's name, for messages, and what is in it. choose_input: the shapes of its inputs for one image → the
    number of the one that takes the images, or None. The other inputs always get `constant`. choose_output: the numbers of its
    outputs for one image → the number of the one that counts. batch: images in a call at most, where the file takes any number.
    Raises ModelError for a file that LiteRT cannot run, or that has no such input or output.
    """

    def __init__(
        self,
        path: Path,
        content: bytes,
        choose_input: Callable[[list[Shape]], int | None],
        choose_output: Callable[[list[int]], int | None],
        constant: float = 1.0,
        batch: int = BATCH,
    ):
        try:
            with _without_greeting():
                self._interpreter = Interpreter(model_content=content, num_threads=1)
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError, OSError) as error:
            raise ModelError(
                f"{path} is not a LiteRT model that this program can run; train or fetch it again."
            ) from error
        sources, targets = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        shapes = [_shape(source)[1:] for source in sources]
        chosen, self._batched = choose_input(shapes), True
        if chosen is None:  # an input without a batch dimension: one image a call
            shapes = [_shape(source) for source in sources]
            chosen, self._batched = choose_input(shapes), False
        sizes = [int(np.prod(_shape(target)[1 if self._batched else 0 :])) for target in targets]
        counted = choose_output(sizes)
        if chosen is None or counted is None:
            found = " and ".join("×".join(map(str, _shape(source)[1:])) or "one number" for source in sources)
            given = " and ".join(map(str, sizes))
            raise ModelError(f"{path} maps {found} to {given} outputs; {DIGIT_MODEL}")
        self.shape, self.others, self.output_sizes = shapes[chosen], len(sources) - 1, sizes
        self.outputs = sizes[counted]  # numbers for one image
        self.columns = _shape(targets[counted])[-1]  # the last dimension of its outputs
        self.exact = targets[counted]["dtype"] == np.float32  # else its outputs are rounded
        self._source, self._target, self._constant = sources[chosen], targets[counted], constant
        self._constants = [source for at, source in enumerate(sources) if at != chosen]
        self._batch = int(self._source["shape"][0]) if self._batched else 1
        self._fixed = self._batch  # what it keeps where another batch does not work
        self._largest = self._fixed
        if self._batched and self._accepts(batch):
            self._fixed, self._largest = 0, batch

    @property
    def dtype(self) -> np.dtype:
        """Of the input, as the file has it."""
        return np.dtype(self._source["dtype"])

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Any number of images, float32 in the shape of the network's input → its outputs, (n, outputs) float32, or with the
        last dimensions of the network's where it has more."""
        parts = [self._run(images[i : i + self._largest]) for i in range(0, len(images), self._largest)]
        return np.concatenate(parts) if parts else np.zeros((0, self.columns), np.float32)

    def _accepts(self, batch: int) -> bool:
        """Try a batch size. A network that flattens its input has a fixed one and keeps that."""
        try:
            self._resize(batch)
            return True
        except RuntimeError:
            self._resize(self._fixed)
            return False

    def _resize(self, batch: int) -> None:
        self._interpreter.resize_tensor_input(self._source["index"], (batch, *self.shape))
        for other in self._constants:
            shape = tuple(int(n) for n in other["shape"])
            if shape and shape[0] == self._source["shape"][0]:
                self._interpreter.resize_tensor_input(other["index"], (batch, *shape[1:]))
        self._interpreter.allocate_tensors()
        self._batch = batch

    def _run(self, images: np.ndarray) -> np.ndarray:
        n = len(images)
        if self._fixed:
            images = np.pad(images, ((0, self._fixed - n), *((0, 0),) * (images.ndim - 1)))
        elif self._batch != n:
            self._resize(n)
        values = to_type(images, self._source)
        self._interpreter.set_tensor(self._source["index"], values if self._batched else values[0])
        for other in self._constants:
            shape = self._interpreter.get_tensor(other["index"]).shape
            self._interpreter.set_tensor(other["index"], np.full(shape, self._constant).astype(other["dtype"]))
        self._interpreter.invoke()
        found = from_type(self._interpreter.get_tensor(self._target["index"]), self._target)
        if not self._batched:
            return found.reshape(1, -1)
        return found[:n].copy()


def to_type(values: np.ndarray, details: dict) -> np.ndarray:
    """float32 values → the type of a tensor; where that is quantised, with its scale and zero point."""
    kind = np.dtype(details["dtype"])
    if kind.kind not in "iu":
        return values.astype(kind, copy=False)
    scale, zero = details["quantization"]
    limits = np.iinfo(kind)
    return np.clip(np.rint(values / scale + zero if scale else values), limits.min, limits.max).astype(kind)


def from_type(values: np.ndarray, details: dict) -> np.ndarray:
    """The inverse of `to_type`: float32 values."""
    scale, zero = details["quantization"]
    if values.dtype.kind in "iu" and scale:
        return ((values.astype(np.float32) - zero) * np.float32(scale)).astype(np.float32)
    return values.astype(np.float32, copy=False)


def _shape(details: dict) -> Shape:
    """A tensor's shape; sides that a network leaves open are those of an image, an open batch is 1."""
    signature = details.get("shape_signature", details["shape"])
    return tuple(int(n) if n > 0 else (SIDE if at else 1) for at, n in enumerate(signature))


_greeted = threading.Event()


@contextlib.contextmanager
def _without_greeting() -> Iterator[None]:
    """Around the first interpreter of the process: LiteRT then writes "INFO: Created TensorFlow Lite XNNPACK delegate for CPU." to
    stderr, past Python and whatever its log level, which a stranger takes for a fault. Anything else it writes is passed on."""
    if _greeted.is_set():
        yield
        return
    _greeted.set()
    with contextlib.ExitStack() as stack:
        try:
            written, kept = stack.enter_context(tempfile.TemporaryFile()), os.dup(2)
        except OSError:  # no standard error, or no place for a temporary file: then the line may be seen
            yield
            return
        if sys.stderr:
            sys.stderr.flush()
        os.dup2(written.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            written.seek(0)
            os.write(2, b"".join(line for line in written if b"XNNPACK delegate" not in line))
