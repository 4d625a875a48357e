"""What the Explore tab shows of `cnn` on MNIST's test images, as model/training/inside.py wrote it once: files and their layout.

`inside.tflite` is `cnn` with an output for each layer. `map.bin` holds for each test image where it lies on the map, and what the map
says of it. `head.bin` holds what teaching starts from. Numbers are little endian, one array after the other.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from model.recogniser import TRAINED

FOLDER = TRAINED / "cnn" / "inside"
NETWORK, MAP, HEAD = "inside.tflite", "map.bin", "head.bin"
LAYERS = (24, 48, 48, 96, 96, 96)  # channels of each convolution of `cnn`, after what it is added to
SIDES = (28, 14, 14, 7, 7, 7)  # px of their maps
FEATURES = 192  # the last layer's input: mean and largest of each channel of the last maps
PLACE = 32  # principal components of the features in which neighbours are looked for
STRONGEST = 8  # test images kept for each channel
IMAGES = 10_000
OUTPUTS = 11  # the ten digits and "no digit"

# name, dtype, shape of each array, in the order of the file.
MAP_LAYOUT = (
    ("positions", "<u2", (IMAGES, 2)),  # on the map, 0–65,535 in x and y
    ("places", "|i1", (IMAGES, PLACE)),  # components of the features, as the network's output "place" rounded
    ("labels", "|u1", (IMAGES,)),
    ("answers", "|u1", (IMAGES,)),  # the most probable digit at one look
    ("certainty", "|u1", (IMAGES,)),  # its probability in 255ths
    ("strongest", "<u2", (sum(LAYERS), STRONGEST)),  # test images that drive each channel most, the strongest first
)
HEAD_LAYOUT = (
    ("weights", "<f4", (OUTPUTS, FEATURES)),  # of the last layer
    ("bias", "<f4", (OUTPUTS,)),
    ("moments", "<f4", (FEATURES + 1, FEATURES + 1)),  # mean of f·fᵀ over MNIST, f with a last 1, by doubt
    ("scale", "<f4", (FEATURES,)),  # of a feature's step below
    ("features", "|u1", (IMAGES, FEATURES)),  # of MNIST's test images, in steps
    ("labels", "|u1", (IMAGES,)),
)
Layout = Sequence[tuple[str, str, tuple[int, ...]]]


def pack(arrays: Mapping[str, np.ndarray], layout: Layout) -> bytes:
    """The arrays in the layout's order. Raises ValueError where a shape differs."""
    parts = []
    for name, dtype, shape in layout:
        if arrays[name].shape != shape:
            raise ValueError(f"{name} has the shape {arrays[name].shape} instead of {shape}.")
        parts.append(np.ascontiguousarray(arrays[name], dtype).tobytes())
    return b"".join(parts)


def unpack(content: bytes, layout: Layout) -> dict[str, np.ndarray]:
    """Name → array. Raises ValueError where the content has another length."""
    sizes = [np.dtype(dtype).itemsize * int(np.prod(shape)) for _, dtype, shape in layout]
    if sum(sizes) != len(content):
        raise ValueError(f"{len(content):,} bytes are there instead of {sum(sizes):,}.")
    found, at = {}, 0
    for (name, dtype, shape), size in zip(layout, sizes, strict=True):
        found[name] = np.frombuffer(content[at : at + size], dtype).reshape(shape)
        at += size
    return found


def files() -> dict[str, Path]:
    """Name → file, of those that are there."""
    return {name: FOLDER / name for name in (NETWORK, MAP, HEAD) if (FOLDER / name).is_file()}
