"""Recipes: how each model that ships is made, what it reaches, how long that takes, and the command that runs it.

A test holds the shipped models to the figures here.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from model.training.augmentation import MILD, STRONG, Strength

TRAINED = Path(__file__).parent.parent / "trained"


@dataclass(frozen=True)
class Phase:
    """Some epochs of a training with one strength of variation."""

    epochs: int
    learning_rate: tuple[float, ...]  # at equally spaced points of the phase, linear between them
    variation: Strength | None


@dataclass(frozen=True)
class Recipe:
    """How a network is made. ``network`` names a function of model/training/networks.py."""

    name: str
    network: str
    keras_file: str
    phases: tuple[Phase, ...]
    batch: int  # images in a training step
    mixed_bfloat16: (
        bool  # where the CPU has units for it (`multiplies_bfloat16` in model/training/fit.py), else float32
    )
    weights: str  # of the `.tflite`: int8, float16 or float32; the card states how far its outputs are from Keras's
    weight_decay: float | None
    second_look: bool  # whether the model takes second looks (model/test_time_augmentation.py)
    accuracy: float  # what it reaches at least: on MNIST's 10,000 test images, or of held-out strips read exactly
    cpu_minutes: float  # measured, all cores together; the minutes on the clock stand in the card
    about: str
    starts_from: str | None = None  # the recipe whose trained weights it starts from, as far as they fit
    teacher: str | None = None  # the shipped model whose outputs it learns (model/training/distillation.py)
    from_pages: bool = False  # whether it learns what the page network finds, too (model/training/page_writing.py)

    @property
    def epochs(self) -> int:
        """Of all phases."""
        return sum(phase.epochs for phase in self.phases)

    @property
    def trained(self) -> Path:
        """The Keras file that ships."""
        return TRAINED / self.name / self.keras_file

    @property
    def command(self) -> str:
        """The command that trains it."""
        return f"python -m model.train {self.name}"


CLASSIC = Recipe(
    # The original system, as published: Adam at Keras's default rate, batches of 32, 3 epochs.
    name="classic",
    network="classic",
    keras_file="HandWrittneDigits.keras",
    phases=(Phase(3, (1e-3, 1e-3), None),),
    batch=32,
    mixed_bfloat16=False,
    weights="float32",
    weight_decay=None,
    second_look=False,
    accuracy=0.970,
    cpu_minutes=0.4,
    about="the classic perceptron: Flatten, Dense 128 ReLU, Dense 128 ReLU, Dense 10 softmax",
)

CNN = Recipe(
    # Strong variations first, mild ones while the rate falls to 0: without the second phase, a trial with the same network was
    # 0.12 points lower.
    name="cnn",
    network="cnn",
    keras_file="cnn.keras",
    phases=(Phase(21, (4e-4, 4e-3, 3e-3, 2e-3, 1e-3), STRONG), Phase(7, (1e-3, 0.0), MILD)),
    batch=128,
    mixed_bfloat16=True,  # 1.1–1.5 times float32's speed on CPUs with bfloat16, with the same accuracy
    weights="int8",
    weight_decay=0.01,
    second_look=True,
    accuracy=0.995,
    cpu_minutes=42,
    about="a residual convolutional network trained on MNIST, pen strokes and pictures that are no digit",
)

# No elastic variation, for which strips would need fields of every width; the damage is blur alone.
SLANTED = Strength(rotation=6, scale=0.18, aspect=0.18, shear=0.25, shift=2, elastic=0, pen=0.4, damage=0.15)
UPRIGHT = Strength(rotation=3, scale=0.09, aspect=0.09, shear=0.12, shift=1, elastic=0, pen=0.2, damage=0.08)

TOUCHING = Recipe(
    name="touching",
    network="touching",
    keras_file="touching.keras",
    phases=(Phase(4, (2e-4, 2e-3, 1.5e-3, 1e-3), SLANTED), Phase(2, (1e-3, 0.0), UPRIGHT)),
    batch=96,
    mixed_bfloat16=True,
    weights="float16",  # int8 reads as many strips right, but 36 of 4,000 otherwise than Keras's model, instead of 4
    weight_decay=0.01,
    second_look=False,
    accuracy=0.88,
    cpu_minutes=45,
    about="a convolutional network that reads digits that touch, trained on strips of pen strokes and MNIST digits side by side",
    starts_from="cnn",
)

OFTEN_DAMAGED = replace(MILD, damage=0.5)
STUDENT = Recipe(
    # As often damaged as not: what a student answers is bounded by the one damaged image on which it is surest and wrong.
    name="student",
    network="student",
    keras_file="student.keras",
    phases=(
        Phase(16, (1e-3, 2e-3, 3e-3, 4e-3, 11e-3 / 3, 10e-3 / 3), OFTEN_DAMAGED),
        Phase(8, (10e-3 / 3, 0.0), OFTEN_DAMAGED),
    ),
    batch=128,
    mixed_bfloat16=False,
    weights="float32",
    weight_decay=None,
    second_look=False,
    accuracy=0.992,
    cpu_minutes=8,
    about="a small convolutional network that learned to answer as cnn does, for the images that are clear",
    teacher="cnn",
)

PAGE_WRITING = Recipe(
    name="page_writing",
    network="cnn",
    keras_file="page_writing.keras",
    phases=(Phase(5, (2e-4, 1e-3, 6e-4, 3e-4, 1e-4, 0.0), MILD),),
    batch=128,
    mixed_bfloat16=True,
    weights="int8",
    weight_decay=0.01,
    second_look=True,
    accuracy=0.995,
    cpu_minutes=24,  # half of it reads the pages, in processes that the card does not count
    about="the network of cnn, which went on learning from what the page network finds on drawn pages; it says what may be a digit",
    starts_from="cnn",
    from_pages=True,
)

RECIPES = {recipe.name: recipe for recipe in (CNN, CLASSIC, TOUCHING, STUDENT, PAGE_WRITING)}
