"""Networks as people train them, without TensorFlow: a softmax or ten sigmoids on pixels, fed in one of many manners, behind the
interface of `model.inference.Engine`."""

import dataclasses
import functools
from pathlib import Path

import numpy as np

from model.conventions import LOGITS, PROBABILITIES, SIGMOIDS, Convention
from model.datasets import load_mnist, unit
from model.layouts import Layout, layout_of

LEARNED = slice(20_000, 23_000)  # MNIST's training images that these networks learn from
STEPS, RATE = 60, 0.03


class OwnNetwork:
    """One that learned from images in its own way. It forgets nothing: shape, outputs and types are those of its file."""

    path, others, output_choices, exact = Path("own.tflite"), 0, 1, True

    def __init__(self, way: Convention, output: str = PROBABILITIES):
        assert way.layout
        self.way, self.output, self.shape = way, output, way.layout.shape
        self.weights, self.bias = learned(way, output == SIGMOIDS)
        self.outputs = 10

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        scores = inputs.reshape(len(inputs), -1) @ self.weights + self.bias
        if self.output == LOGITS:
            return scores
        return sigmoid(scores) if self.output == SIGMOIDS else softmax(scores)


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def sigmoid(scores):
    return (1 / (1 + np.exp(-np.clip(scores, -80, 80)))).astype(np.float32)


@functools.cache
def learned(way: Convention, sigmoids: bool):
    """Weights and bias after STEPS of Adam on inputs scaled to a deviation of one, then taken back to the inputs as they are."""
    train = load_mnist().train[LEARNED]
    inputs = way.to_input(unit(train.images)).reshape(len(train), -1).astype(np.float32)
    middle, spread = inputs.mean(), inputs.std()
    scaled, wanted = (inputs - middle) / spread, np.eye(10, dtype=np.float32)[train.labels]
    parameters = np.zeros((scaled.shape[1] + 1, 10), np.float32)
    first, second = np.zeros_like(parameters), np.zeros_like(parameters)
    for step in range(1, STEPS + 1):
        scores = scaled @ parameters[:-1] + parameters[-1]
        error = ((sigmoid if sigmoids else softmax)(scores) - wanted) / len(scaled)
        slope = np.concatenate([scaled.T @ error, error.sum(axis=0, keepdims=True)])
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        parameters -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    weights = parameters[:-1] / spread
    return weights.astype(np.float32), (parameters[-1] - middle * weights.sum(axis=0)).astype(np.float32)


def layout(*shape: int, geometry: str = "padded") -> Layout:
    found = layout_of(shape)
    assert found
    return dataclasses.replace(found, geometry=geometry)


def accuracy(network, convention: Convention, images: np.ndarray, labels: np.ndarray) -> float:
    outputs = convention.in_order(network(convention.to_input(images)))
    return float((outputs[:, :10].argmax(axis=1) == labels).mean())
