"""What the recipe `page_writing` learns: beside the examples of `cnn`, what the page network finds on generated pages. Enter at `PageWriting`.

Much of what that finds is no digit, and the ink that it sees of a digit, among others, on rules, in bad light, small or blurred, is not the
ink of a digit drawn alone. So this network says what an instance of writing may be, digit or none, better than `cnn`; which digit it is,
`cnn` says as well, and MNIST's better.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model import datasets, normalization, recogniser
from model.page_reader.reader import ASKED
from model.training.digit_set import NONE
from model.training.measure import accuracy
from model.training.page_instances import CUT, OTHER, Read, read_pages
from model.training.recipes import Recipe
from model.training.tasks import SingleDigits, validate

if TYPE_CHECKING:
    import keras

PAGES = 3_000
HELD_OUT = 0.1  # of the pages
OF_CNN = (
    0.5  # images of an epoch of `cnn` that one shows beside all that was found, as a share of MNIST's training images
)


class PageWriting(SingleDigits):
    """The examples of `cnn` and instances of writing, each a digit or none."""

    def __init__(self, recipe: Recipe, mnist: datasets.Labelled, seed: int):
        super().__init__(recipe, mnist, seed)
        self.start = recipe.starts_from or recogniser.DEFAULT
        pages = read_pages(PAGES, seed, partial(recogniser.load, self.start))
        order = np.random.default_rng(seed).permutation(len(pages))
        unseen = int(HELD_OUT * len(pages))
        self.found = images_of([pages[at] for at in order[unseen:]])
        others = images_of([pages[at] for at in order[:unseen]])
        self.unseen = others[others.labels != NONE]

    @property
    def counts(self) -> dict[str, int]:
        digits = int((self.found.labels != NONE).sum())
        return super().counts | {"page_digits": digits, "page_others": len(self.found) - digits}

    def examples(self, rng: np.random.Generator) -> datasets.Labelled:
        others = super().examples(rng)[: int(OF_CNN * len(self.training))]
        order = rng.permutation(len(others) + len(self.found))
        images = np.concatenate([others.images, self.found.images])
        labels = np.concatenate([others.labels, self.found.labels])
        return datasets.Labelled(images[order], labels[order])

    def validate(self, network: "keras.Model") -> tuple[float, float]:
        """On the digits of pages that are not learned from."""
        return validate(network, self.unseen)

    def measure(self, network: "keras.Model", path: Path) -> dict:
        """For the card: also how many digits of pages that were not learned from are read right at one look, by the recipe that this one
        starts from and by this one."""
        before = recogniser.load(self.start).alone(second_look=False)
        answers, _ = before.probabilities(datasets.unit(self.unseen.images))
        figures = {
            "digits": len(self.unseen),
            "accuracy": round(validate(network, self.unseen)[1], 4),
            f"accuracy_of_{self.start}": round(accuracy(answers, self.unseen.labels), 4),
        }
        return {**super().measure(network, path), "held_out_page_digits": figures}


def images_of(pages: list[Read]) -> datasets.Labelled:
    """The instances that a digit network is asked about, (n, 28, 28) uint8, each with its digit or NONE; no cut digits."""
    asked = [
        (instance, known)
        for page in pages
        for instance, known in zip(page.instances, page.known.tolist(), strict=True)
        if instance.digit >= ASKED and known != CUT
    ]
    made = np.stack([np.round(normalization.to_image(instance.ink) * 255) for instance, _ in asked]).astype(np.uint8)
    return datasets.Labelled(made, np.array([NONE if known == OTHER else known for _, known in asked], np.int64))
