"""Finds out which input a custom model expects and what its outputs mean, by likelihood on labelled images. Enter at `search`.

Every way is tried on a few images, the likeliest on more, and the best of those on MNIST's training images, or on the labelled
drawings that ship where MNIST is not on this machine. The test images choose nothing.
"""

import dataclasses
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from model import conventions, labelled_drawings
from model.conventions import COLOUR_INPUTS, INPUTS, LOGITS, PROBABILITIES, SIGMOIDS, UNUSUAL_INPUTS, Convention
from model.datasets import DataError, load_mnist, unit
from model.inference import CUSTOM, Engine, ModelError
from model.layouts import SMALLEST, Layout, layout_of
from model.normalization import SIDE

MIN_ACCURACY = 0.5  # share of the images that a network must read right; below it, it is no model for digits
SOUND = 0.85  # accuracy below which further orders of the digits and exchanged rows and columns are tried too
USUAL = 0.95  # accuracy below which unusual inputs are tried: the right one may be worth some points
FEW, SOME, MANY = 100, 500, 4000  # images on which all candidates, the KEPT best and the LAST best are tried
KEPT, LAST = 8, 3
MOST_SECONDS = (
    12.0  # for all candidates on the first images, and for the last on theirs; large networks get fewer images
)
FEWEST = 40  # images for each way, however slow the network: four of each digit
FLOOR = 1e-6  # the smallest probability that counts: one sure mistake must not outweigh a hundred images
# At which a network's confidence may have to be taken, and what one that is far from 1 costs, in nats an image. Networks learn to have
# 1 on MNIST's training images, on the input they learned from; one that has learned from few images has more.
TEMPERATURES = (0.25, 0.5, 0.7, 0.85, 1.0, 1.2, 1.4, 2.0, 2.8, 4.0, 8.0, 32.0, 256.0)
ODD_TEMPERATURE = 0.2  # times the square of its logarithm
# What a way that few people use must be likelier by, in nats an image: on MNIST some are nearly the same as a common one.
RARE_INPUTS, RARER = ("lines", "whole", "contrast", "binary", *UNUSUAL_INPUTS), 0.01
CLEAR = 3.0  # standard errors by which the chosen way must be likelier than the next one
SAME_ANSWERS = 1e-3  # share of images; candidates whose answers differ on fewer make no difference
ROUNDED, EXACT = (
    0.03,
    2e-3,
)  # how far ten probabilities may be from a sum of 1, with 8- or 16-bit outputs and with float32


@dataclass(frozen=True)
class Choice:
    """The convention chosen for a model.

    runner_up: the likeliest other way, None where nothing else was possible; margin: by how much it is less likely, in nats an
    image; close: whether that may be chance, and the answers differ; accuracy: of the chosen way on `images`, words for what
    they were; others: how many outputs the network has beside those of the digits.
    """

    convention: Convention
    runner_up: Convention | None
    margin: float
    close: bool
    accuracy: float
    images: str
    others: int = 0

    def __str__(self) -> str:
        words = str(self.convention)
        if self.others > 1:
            words += f", its other {self.others} count as no digit"
        words += f"; reads {self.accuracy:.1%} of {self.images}"
        if self.runner_up:
            words += f"; next: {_difference(self.runner_up, self.convention)}, {max(self.margin, 0):.2f} nats an image less likely"
        return words

    @property
    def warning(self) -> str:
        """What a person should check: a choice that was close, and a network that reads too little; else empty."""
        weak = (
            "It reads so little that it may want its input in yet another manner (docs/using.md lists those that were tried), "
            "unless it has learned no more."
        )
        return " ".join(filter(None, (self._close_call(), weak if self.accuracy < SOUND else "")))

    def _close_call(self) -> str:
        if not self.close or self.runner_up is None:
            return ""
        if self.runner_up.name != self.convention.name:
            option = f"--input {self.convention.name} or --input {self.runner_up.name}"
        elif self.runner_up.output != self.convention.output:
            option = f"--output {self.convention.output} or --output {self.runner_up.output}"
        else:
            return f"It is a close call between this and {_difference(self.runner_up, self.convention)}."
        return f"It is a close call; {option} settles it."


def search(engine: Engine, inputs: tuple[str, ...] = (), wanted_output: str | None = None) -> Choice:
    """The likeliest convention of ``engine``, which was opened as CUSTOM.

    inputs: those that are possible, of conventions.input_names(), () for all; wanted_output: of OUTPUTS, None finds out. Raises ModelError
    if the network reads less than MIN_ACCURACY of the images with all of them.
    """
    images, labels, words = _labelled()
    tries = _Tries(engine, images, labels)
    layout = layout_of(engine.shape)
    assert layout is not None  # as CUSTOM wants it
    small = layout.side == SMALLEST  # scikit-learn's digits, which have 17 levels
    usual, unusual = [*INPUTS, *(COLOUR_INPUTS if layout.channels == 3 else ())], _unusual(layout)
    at_once = small or bool(inputs)
    candidates = list(_candidates(engine, layout, [*usual, *unusual] if at_once else usual, inputs))
    if not candidates:
        raise ModelError(
            f"--input {inputs[0]} does not fit {engine.path}, whose input is {'×'.join(map(str, engine.shape))}."
        )
    few = min(FEW, tries.affordable(candidates))
    ranked = tries.rank(candidates, few, wanted_output)
    if tries.accuracy(ranked[0], few) < USUAL and not at_once:
        further = list(_candidates(engine, layout, unusual, inputs))
        ranked = tries.rank(ranked + tries.rank(further, few, wanted_output), few, wanted_output)
    if tries.accuracy(ranked[0], few) < SOUND:
        exchanged = [dataclasses.replace(one, transposed=True) for one in candidates]
        ranked = tries.rank(ranked + tries.rank(exchanged, few, wanted_output), few, wanted_output)
    if tries.accuracy(ranked[0], few) < SOUND:
        ranked = tries.rank(ranked + [tries.reordered(one, few) for one in ranked], few, wanted_output)
    for kept, n in ((KEPT, SOME), (LAST, MANY)):
        n = min(n, max(few, tries.affordable(ranked[:kept])))
        ranked = tries.rank(ranked[:kept], n, wanted_output)
    best, n = ranked[0], min(n, len(labels))
    accuracy = tries.accuracy(best, n)
    if accuracy < MIN_ACCURACY:
        raise ModelError(
            f"This model reads only {accuracy:.0%} of {n:,} {words}, whatever its input's scale, polarity and layout and the order "
            "of its outputs; it seems not to be one for handwritten digits 0–9."
        )
    if len(ranked) == 1:
        return Choice(best, None, 0.0, False, accuracy, f"{n:,} {words}", tries.others(best))
    difference = tries.losses(ranked[1], n) - tries.losses(best, n)
    error = float(difference.std() / np.sqrt(n))
    differ = float((tries.answers(ranked[1], n) != tries.answers(best, n)).mean())
    close = differ >= SAME_ANSWERS and float(difference.mean()) < CLEAR * error
    return Choice(best, ranked[1], float(difference.mean()), close, accuracy, f"{n:,} {words}", tries.others(best))


def _labelled() -> tuple[np.ndarray, np.ndarray, str]:
    """(n, 28, 28) float32 images in a mixed order, their labels, and what they are."""
    try:
        train = load_mnist().train
    except DataError:
        images, labels = labelled_drawings.labelled()
        order = np.random.default_rng(0).permutation(len(labels))
        return images[order], labels[order], "drawings that ship"
    chosen = np.random.default_rng(0).permutation(len(train))[:MANY]
    return unit(train.images[chosen]), train.labels[chosen], "of MNIST's training images"


def _candidates(engine: Engine, layout: Layout, names: list[str], inputs: tuple[str, ...]) -> Iterator[Convention]:
    """Every way to feed the network one of these inputs, of `inputs` where some are given, upright and with the digits in order."""
    constants = (1.0, 0.0) if engine.others else (None,)
    for dark, name, geometry, constant, at in itertools.product(
        (False, True), names, layout.geometries, constants, range(engine.output_choices)
    ):
        placed = dataclasses.replace(layout, geometry=geometry)
        found = Convention(name, dark, False, placed, constant=constant, output_at=at)
        if not inputs or found.name in inputs:
            yield found


def _unusual(layout: Layout) -> list[str]:
    """The unusual inputs that this layout can have: pixel by pixel only as MNIST has them, and where it is."""
    try:
        load_mnist()
        here = layout.side == SIDE
    except DataError:
        here = False
    return [name for name in UNUSUAL_INPUTS if here or name not in ("pixels", "mean")]


class _Tries:
    """Runs candidates on the labelled images and keeps what came out. images: (n, 28, 28) float32; labels: (n,)."""

    def __init__(self, engine: Engine, images: np.ndarray, labels: np.ndarray):
        self._images, self._labels = images, labels
        self._engine = engine
        self._engines = {(1.0, 0): engine}
        self._outputs: dict[Convention, np.ndarray] = {}

    def affordable(self, candidates: list[Convention]) -> int:
        """On how many images these candidates can be tried within MOST_SECONDS of this thread, however busy the machine is."""
        probe = candidates[0].to_input(self._images[:10])
        self._engine(probe)
        started = time.thread_time()
        self._engine(probe)
        each = (time.thread_time() - started) / 10
        return int(min(MANY, max(FEWEST, MOST_SECONDS / len(candidates) / max(each, 1e-6))))

    def rank(self, candidates: list[Convention], n: int, wanted_output: str | None) -> list[Convention]:
        """The candidates with the likeliest kind of output each, the likeliest first, tried on n images."""
        for way in candidates:
            self._run(way, n)
        kinds = {at: self._possible_kinds(at) for at in {way.output_at for way in candidates}}
        found = {}
        for way in candidates:
            possible = [wanted_output] if wanted_output else kinds[way.output_at]
            same = [dataclasses.replace(way, output=kind) for kind in possible]
            losses = [float(self.losses(one, n).mean()) for one in same]
            found[same[int(np.argmin(losses))]] = min(losses) + (RARER if way.input in RARE_INPUTS else 0.0)
        return sorted(found, key=lambda one: round(found[one], 6))  # a stable sort: the first of equals stays first

    def losses(self, way: Convention, n: int) -> np.ndarray:
        """(n,) float: minus the logarithm of each label's probability, at the temperature that makes the labels likeliest.

        Without it, a network that is too sure of itself seems to prefer an input on which it sees less.
        """
        logs = np.log(np.maximum(self._probabilities(way, n), np.float32(1e-30)))
        rows, labels = np.arange(len(logs)), self._labels[: len(logs)]
        best = None
        for temperature in TEMPERATURES:
            scaled = logs / np.float32(temperature)
            totals = np.log(np.exp(scaled - scaled.max(axis=1, keepdims=True)).sum(axis=1)) + scaled.max(axis=1)
            found = (
                np.minimum(totals - scaled[rows, labels], -np.log(FLOOR)) + ODD_TEMPERATURE * np.log(temperature) ** 2
            )
            if best is None or found.mean() < best.mean():
                best = found
        assert best is not None
        return best

    def answers(self, way: Convention, n: int) -> np.ndarray:
        """(n,) int: the likeliest digit of each image."""
        return self._probabilities(way, n)[:, :10].argmax(axis=1)

    def accuracy(self, way: Convention, n: int) -> float:
        """The share of the first n images that it reads right."""
        return float((self.answers(way, n) == self._labels[:n]).mean())

    def reordered(self, way: Convention, n: int) -> Convention:
        """The same way with the order of the digits that makes the labels likeliest."""
        from scipy.optimize import linear_sum_assignment  # half a second, which starting does without

        logs = np.log(
            np.maximum(dataclasses.replace(way, order=conventions.SAME_ORDER).of_classes(self._run(way, n)), FLOOR)
        )
        sums = np.stack([logs[self._labels[:n] == digit].sum(axis=0) for digit in range(10)])
        _, columns = linear_sum_assignment(-sums)
        return dataclasses.replace(way, order=tuple(int(c) for c in columns))

    def _probabilities(self, way: Convention, n: int) -> np.ndarray:
        return way.to_probabilities(self._run(way, n))

    def _run(self, way: Convention, n: int) -> np.ndarray:
        """The network's own outputs for the first n images, (n, k) float32."""
        key = dataclasses.replace(way, output=PROBABILITIES, order=conventions.SAME_ORDER)
        engine = self._engine_of(way)
        known = self._outputs.get(key, np.zeros((0, engine.outputs), np.float32))
        n = min(n, len(self._images))
        if len(known) < n:
            more = engine(way.to_input(self._images[len(known) : n])).reshape(-1, engine.outputs)
            known = np.concatenate([known, np.nan_to_num(more, nan=0, posinf=1e30, neginf=-1e30)])
            self._outputs[key] = known
        return known[:n]

    def others(self, way: Convention) -> int:
        """How many outputs it has beside those of the digits."""
        return self._engine_of(way).outputs - 10

    def _engine_of(self, way: Convention) -> Engine:
        wanted = (1.0 if way.constant is None else way.constant, way.output_at)
        if wanted not in self._engines:
            self._engines[wanted] = Engine(self._engine.path, CUSTOM, *wanted)
        return self._engines[wanted]

    def _possible_kinds(self, output_at: int) -> list[str]:
        """What an output's numbers can be, by everything the network has said so far."""
        outputs = np.concatenate([found for way, found in self._outputs.items() if way.output_at == output_at])
        off = EXACT if self._engine.exact else ROUNDED
        within = outputs.min() >= -off and outputs.max() <= 1 + off
        if within and np.abs(outputs.sum(axis=1) - 1).max() <= off:
            return [PROBABILITIES]
        return [SIGMOIDS] if within else [LOGITS]  # logits of all these images between 0 and 1 would be a miracle


def _difference(way: Convention, other: Convention) -> str:
    """What ``way`` does otherwise than ``other``, in words."""
    parts = []
    if way.name != other.name:
        parts.append(f"input {way.name}")
    if way.output != other.output:
        parts.append(f"outputs {way.output}")
    if way.layout and other.layout and way.layout.geometry != other.layout.geometry:
        parts.append(way.layout.geometry)
    if way.transposed != other.transposed:
        parts.append("rows and columns exchanged" if way.transposed else "rows and columns as they are")
    if way.constant != other.constant:
        parts.append(f"other inputs at {way.constant:g}")
    if way.output_at != other.output_at:
        parts.append("another of its outputs")
    if way.order != other.order:
        parts.append("another order of the digits")
    return ", ".join(parts) or "the same"
