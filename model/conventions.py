"""What input a custom model expects and what its outputs mean: `Convention`, and the choices that it is made of.

convention_search.py finds the convention of a file; a model of this project has the default one.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from model.datasets import load_mnist
from model.layouts import Layout

LEAST = 1e-7  # of a norm, and the distance of a sigmoid from 0 and 1 within which float32 tells nothing
MEAN, DEVIATION = 0.1307, 0.3081  # of the pixels of MNIST's training images, as PyTorch's examples have them
# Of ImageNet's RGB pixels, as networks that were trained on it want theirs (torchvision's and Keras's "torch" mode).
IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
IMAGENET_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)

PAPER = "paper"  # before the name of an input: dark ink on light, so that paper is 1


def _by_norm(images: np.ndarray, axis: int | tuple[int, int]) -> np.ndarray:
    return images / np.maximum(np.sqrt((images**2).sum(axis=axis, keepdims=True)), LEAST)


def _by_contrast(images: np.ndarray) -> np.ndarray:
    deviation = np.maximum(images.std(axis=(1, 2), keepdims=True), 1 / np.sqrt(images[0].size) if len(images) else 1)
    return (images - images.mean(axis=(1, 2), keepdims=True)) / deviation


@functools.cache
def _pixels() -> tuple[np.ndarray, np.ndarray]:
    """The mean and the deviation of each pixel of MNIST's training images, (28, 28) float32; one that is always 0 has a deviation of 1,
    as scikit-learn's StandardScaler has it. Raises DataError."""
    images = load_mnist().train.images
    mean = images.mean(axis=0, dtype=np.float64)
    squares = sum((part.astype(np.float32) ** 2).sum(axis=0, dtype=np.float64) for part in np.array_split(images, 20))
    deviation = np.sqrt(np.maximum(squares / len(images) - mean**2, 0))
    return (mean / 255).astype(np.float32), np.where(deviation, deviation / 255, 1).astype(np.float32)


def _by_pixel(images: np.ndarray, deviations: bool) -> np.ndarray:
    mean, deviation = _pixels()
    return (images - mean) / deviation if deviations else images - mean


# Name → (words, what happens to (n, S, S) float32 images with ink 1 on paper 0). The likeliest come first: where two of them give the
# same answers, the first counts.
INPUTS: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "unit": ("0 to 1", lambda x: x),
    "bytes": ("0 to 255", lambda x: x * np.float32(255)),
    "signed": ("−1 to 1", lambda x: 2 * x - 1),
    "centred": ("−0.5 to 0.5", lambda x: x - np.float32(0.5)),
    "standard": ("less MNIST's mean, by its deviation", lambda x: ((x - MEAN) / DEVIATION).astype(np.float32)),
    "rows": ("normalize(axis=1)", lambda x: _by_norm(x, 1)),
    "lines": ("normalize(axis=2)", lambda x: _by_norm(x, 2)),
    "whole": ("each image by its norm", lambda x: _by_norm(x, (1, 2))),
    "contrast": ("each image less its mean, by its deviation", _by_contrast),
    "binary": ("0 or 1", lambda x: (x > 0.5).astype(np.float32)),
}
COLOUR_INPUTS: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "imagenet": (
        "less ImageNet's mean, by its deviation",
        lambda x: (x[..., None] - IMAGENET_MEAN) / IMAGENET_DEVIATION,
    )
}
# What few people use, and only one layout or data set has: tried where nothing above makes the network read well.
UNUSUAL_INPUTS: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "pixels": ("each pixel less its mean in MNIST, by its deviation there", lambda x: _by_pixel(x, deviations=True)),
    "mean": ("each pixel less its mean in MNIST", lambda x: _by_pixel(x, deviations=False)),
    "shifted": ("−128 to 127", lambda x: x * np.float32(255) - 128),
    "negative": ("0 to −1", lambda x: -x),
    "sixteenths": ("0 to 16", lambda x: x * np.float32(16)),
}
PROBABILITIES, LOGITS, SIGMOIDS = "probabilities", "logits", "sigmoids"
OUTPUTS = (PROBABILITIES, LOGITS, SIGMOIDS)  # log-probabilities count as logits: their softmax is the probabilities
SAME_ORDER = tuple(range(10))


def input_names() -> list[str]:
    """What `--input` may be: each name, and "paper", "paper-bytes" … for the same with dark ink on light."""
    names = [*INPUTS, *COLOUR_INPUTS, *UNUSUAL_INPUTS]
    return names + [on_paper(name) for name in names]


def on_paper(name: str) -> str:
    """The name of an input whose ink is dark on light, given that of the same with light ink."""
    return PAPER if name == "unit" else f"{PAPER}-{name}"


def _input(name: str) -> tuple[str, Callable[[np.ndarray], np.ndarray]]:
    return INPUTS.get(name) or COLOUR_INPUTS.get(name) or UNUSUAL_INPUTS[name]


@dataclass(frozen=True)
class Convention:
    """The input that a network expects, and the form of its outputs.

    input: of INPUTS, COLOUR_INPUTS or UNUSUAL_INPUTS; dark_ink: whether that is applied to dark ink on light paper; transposed: whether rows and
    columns are exchanged; layout: None for this project's own networks; output: of OUTPUTS; order: which output each digit has;
    constant: the value of inputs that take no image; output_at: which output counts, where several could.
    """

    input: str = "unit"
    dark_ink: bool = False
    transposed: bool = False
    layout: Layout | None = None
    output: str = PROBABILITIES
    order: tuple[int, ...] = SAME_ORDER
    constant: float | None = None
    output_at: int = 0

    @property
    def name(self) -> str:
        """Of the input, as `--input` takes it."""
        return on_paper(self.input) if self.dark_ink else self.input

    def to_input(self, images: np.ndarray) -> np.ndarray:
        """Images as everywhere in this project, (n, 28, 28) float32 in [0, 1] with ink 1 → as this network expects them."""
        if self.layout is None:
            return images
        images = self.layout.resize(images.swapaxes(1, 2) if self.transposed else images)
        return self.layout.arrange(_input(self.input)[1](1 - images if self.dark_ink else images))

    def to_probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """The network's outputs, (n, k) float32 → probabilities of the ten digits and of "none" where there are further outputs,
        (n, 10) or (n, 11) float32 with rows that sum to 1."""
        found = self.of_classes(outputs)
        return found if found.shape[1] <= 11 else np.column_stack([found[:, :10], found[:, 10:].sum(axis=1)])

    def of_classes(self, outputs: np.ndarray) -> np.ndarray:
        """The network's outputs, (n, k) float32 → the probability of each of its classes, the digits first, (n, k) float32."""
        outputs = self.in_order(outputs)
        if self.output == PROBABILITIES:
            return outputs if self.layout is None else outputs / np.maximum(outputs.sum(axis=1, keepdims=True), LEAST)
        if self.output == SIGMOIDS:  # that one digit is there and no other: p/(1 − p) of each against the others'
            inside = np.clip(outputs, LEAST, 1 - LEAST)
            outputs = np.log(inside) - np.log1p(-inside)
        powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def in_order(self, outputs: np.ndarray) -> np.ndarray:
        """(n, k) outputs with the digits' first, 0 to 9, and the one of no digit last."""
        if self.order == SAME_ORDER:
            return outputs
        rest = [at for at in range(outputs.shape[1]) if at not in self.order]
        return outputs[:, [*self.order, *rest]]

    def __str__(self) -> str:
        words = _input(self.input)[0]
        ink = "dark ink on light" if self.dark_ink else "light ink on dark"
        parts = [f"input {self.name} ({words}, {ink})"]
        if self.layout and (self.layout.side != 28 or self.layout.channels == 3):
            parts.append(str(self.layout))
        if self.transposed:
            parts.append("rows and columns exchanged")
        if self.constant is not None:
            parts.append(f"its other inputs held at {self.constant:g}")
        parts.append(f"outputs {self.output}")
        if self.order != SAME_ORDER:
            parts.append(f"the digits 0–9 at outputs {', '.join(map(str, self.order))}")
        return ", ".join(parts)
