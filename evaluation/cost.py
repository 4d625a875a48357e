"""What a model costs: parameters, multiply-adds, file size, time, memory, training. Enter at `measure`; `frontier` compares models.

Parameters and multiply-adds are read from the `.tflite` itself. Times and memory belong to the machine that measured them.
"""

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model.recogniser import Recogniser

ROOT = Path(__file__).resolve().parent.parent
CALLS = 60  # of one image, after WARM: the median is then stable to some per cent on a machine that does nothing else
WARM = 10
LONGEST = 60  # seconds for the child process that measures memory


@dataclass(frozen=True)
class Cost:
    """parameters: constants that multiply or are added; multiply_adds: for one image, at one look; file_bytes: of the `.tflite`.

    one_image_ms: median time of one image; ten_thousand_s: of 10,000 images in one run; memory_bytes: by which a process grows that
    loads the model and reads a batch; training_minutes: from the card. None where it could not be had. machine: that measured.
    """

    parameters: int
    multiply_adds: int
    file_bytes: int
    one_image_ms: float | None = None
    ten_thousand_s: float | None = None
    memory_bytes: int | None = None
    training_minutes: float | None = None
    machine: str = ""


def measure(recogniser: Recogniser, image: np.ndarray, images_per_second: float) -> Cost:
    """The cost of a model. image: (28, 28) float32 in [0, 1]; images_per_second: of a run of this machine over a whole set, 0 for unknown."""
    parameters, multiply_adds = count(recogniser.path)
    times, network = [], recogniser.alone(second_look=False)
    for call in range(WARM + CALLS):
        start = time.perf_counter()
        network.probabilities(image[None])
        if call >= WARM:
            times.append(time.perf_counter() - start)
    return Cost(
        parameters,
        multiply_adds,
        recogniser.path.stat().st_size,
        round(1000 * statistics.median(times), 4),
        round(10_000 / images_per_second, 3) if images_per_second else None,
        memory(recogniser.path),
        (recogniser.card or {}).get("minutes"),
        f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
    )


def count(path: Path) -> tuple[int, int]:
    """Parameters and multiply-adds of a `.tflite` for one image: those of its convolutions, dense layers and matrix products."""
    from ai_edge_litert import schema_py_generated as schema

    model: Any = schema.Model.GetRootAs(path.read_bytes())  # generated code without useful types
    graph = model.Subgraphs(0)
    shape = [graph.Tensors(i).ShapeAsNumpy() for i in range(graph.TensorsLength())]
    constant = [model.Buffers(graph.Tensors(i).Buffer()).DataLength() > 0 for i in range(graph.TensorsLength())]
    kinds = schema.BuiltinOperator
    weighted = (kinds.CONV_2D, kinds.DEPTHWISE_CONV_2D, kinds.FULLY_CONNECTED, kinds.BATCH_MATMUL)
    counted: set[int] = set()
    work = 0
    for i in range(graph.OperatorsLength()):
        operator = graph.Operators(i)
        code = model.OperatorCodes(operator.OpcodeIndex())
        kind = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())  # the older field holds the kinds below 127
        if kind not in weighted:
            continue
        inputs = [int(n) for n in operator.InputsAsNumpy() if n >= 0]
        counted |= {n for n in inputs if constant[n]}
        kernel, result = shape[inputs[1]], shape[int(operator.Outputs(0))]
        outputs = _elements(result) // max(int(result[0]), 1)  # of one image
        if kind == kinds.DEPTHWISE_CONV_2D:
            work += outputs * int(kernel[1]) * int(kernel[2])
        elif kind == kinds.BATCH_MATMUL:
            work += outputs * int(shape[inputs[0]][-1])
        else:  # what each output adds up: all of the kernel but its first axis, the outputs'
            work += outputs * _elements(kernel[1:])
    return sum(_elements(shape[n]) for n in counted), work


def _elements(shape: np.ndarray) -> int:
    return int(np.prod(shape, dtype=np.int64))


def memory(path: Path) -> int | None:
    """Bytes by which a fresh process grows that loads a `.tflite` and reads a batch; None where the system does not say."""
    command = [sys.executable, "-m", "evaluation.cost", str(path.resolve())]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST, check=True)
        return int(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def frontier(points: Sequence[tuple[float, float]]) -> list[int]:
    """Indices of the (cost, accuracy) pairs that no other beats in both, the cheapest first (Pareto's frontier)."""
    found: list[int] = []
    for i in sorted(range(len(points)), key=lambda i: (points[i][0], -points[i][1])):
        if not found or points[i][1] > points[found[-1]][1]:
            found.append(i)
    return found


def _print_growth(path: Path) -> None:
    """In the child process. The memory now, not its peak: importing takes more than most models, and gives it back."""
    from model.inference import BATCH, CUSTOM, Engine

    before = _resident()
    engine = Engine(path, CUSTOM)
    engine(np.zeros((BATCH, *engine.shape), np.float32))
    print(_resident() - before)


def _resident() -> int:
    """Bytes of this process in memory. Raises OSError where the system is not Linux."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    _print_growth(Path(sys.argv[1]))
