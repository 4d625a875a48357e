"""Named, frozen recipes: what each reaches, how long it takes on what, and the command that runs it.

A test holds the shipped models to the figures stated here.
"""

from dataclasses import dataclass

from model.augment import MILD, STRONG, Strength


@dataclass(frozen=True)
class Phase:
    """A stretch of epochs with one strength of variation; the learning rate runs linearly between the ends."""

    epochs: int
    learning_rate: tuple[float, ...]  # at equally spaced points of the phase
    variation: Strength | None


@dataclass(frozen=True)
class Recipe:
    """How a network is made. ``network`` names a function of model/networks.py."""

    name: str
    network: str
    keras_file: str
    phases: tuple[Phase, ...]
    batch: int
    mixed_bfloat16: bool
    int8_weights: bool  # in the `.tflite` that serves; `card.json` states how far its outputs are from Keras's
    weight_decay: float | None
    second_look: bool  # read again, moved and turned a little, what it is not certain of (model/looks.py)
    test_accuracy: float  # at least this on MNIST's 10,000 test images
    cpu_minutes: float  # measured, all cores together; the wall-clock minutes of a run stand in its card
    about: str

    @property
    def epochs(self) -> int:
        return sum(phase.epochs for phase in self.phases)

    @property
    def command(self) -> str:
        return f"python -m model.train {self.name}"


CLASSIC = Recipe(
    # The original system, as published: Adam at Keras's default rate, batches of 32, 3 epochs.
    name="classic",
    network="classic",
    keras_file="HandWrittneDigits.keras",
    phases=(Phase(3, (1e-3, 1e-3), None),),
    batch=32,
    mixed_bfloat16=False,
    int8_weights=False,
    weight_decay=None,
    second_look=False,
    test_accuracy=0.970,
    cpu_minutes=0.4,
    about="the classic perceptron: Flatten, Dense 128 ReLU, Dense 128 ReLU, Dense 10 softmax",
)

CNN = Recipe(
    # Strong variations first, mild ones while the rate runs out: a trial without the second phase
    # stayed 0.12 points lower on the same network.
    name="cnn",
    network="cnn",
    keras_file="cnn.keras",
    phases=(Phase(21, (4e-4, 4e-3, 3e-3, 2e-3, 1e-3), STRONG), Phase(7, (1e-3, 0.0), MILD)),
    batch=128,
    mixed_bfloat16=True,  # 1.1–1.5 times float32's speed on CPUs with bfloat16, the same accuracy
    int8_weights=True,
    weight_decay=0.01,
    second_look=True,
    test_accuracy=0.995,
    cpu_minutes=42,
    about="a residual convolutional network trained on MNIST, pen strokes and pictures that are no digit",
)

RECIPES = {recipe.name: recipe for recipe in (CNN, CLASSIC)}
