"""`python -m benchmarks.second_look [FILE.tflite …]`: which variations the second look (model/test_time_augmentation.py) should use.

Prints errors and loss on held-out images for several sets of variations: of the shipped network, or the mean of several files.

The images: MNIST's training images 55,000–59,999 as they are, damaged, and as small scans; four drawings of each digit of pen writers
25–30; and pieces cut out of rows of those digits, some of which are no digit. The test set is not read. Errors are the mean over
the files, the loss is that of the label. The last column is the mean over the sets of the ratio of errors to those without a
second look.
"""

import sys
from pathlib import Path

import numpy as np

from benchmarks import machine, pictures
from model import datasets, recogniser, test_time_augmentation
from model.inference import Engine
from model.test_time_augmentation import Variation
from model.training import digit_set, rendering
from model.training.augmentation import DAMAGED, Augmenter

ACROSS = ((1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0))
DIAGONAL = ((1, 1, 0), (1, -1, 0), (-1, 1, 0), (-1, -1, 0))
CHOICES: dict[str, tuple[Variation, ...]] = {
    "one look": (),
    "a pixel along the sides": ACROSS,
    "a pixel to the corners": DIAGONAL,
    "both": ACROSS + DIAGONAL,
    "turned 5°": ((0, 0, 5), (0, 0, -5)),
    "turned 8°": ((0, 0, 8), (0, 0, -8)),
    "turned 10°": ((0, 0, 10), (0, 0, -10)),
    "corners, turned 5°": (*DIAGONAL, (0, 0, 5), (0, 0, -5)),
    "corners, turned 8°": test_time_augmentation.VARIATIONS,
    "corners, turned 10°": (*DIAGONAL, (0, 0, 10), (0, 0, -10)),
}
RENDERINGS, ROWS = 4, 400  # drawings of each pen digit; rows from which pieces are cut


def sets() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Name → images (n, 28, 28) float32 in [0, 1], and labels (n,) int, 0–9 or 10 for no digit."""
    rng = np.random.default_rng(5)
    held_out = pictures.held_out_mnist()
    scans = [rendering.as_image(rendering.scanned(image, rng)) for image in held_out.images]
    drawn = [rendering.pen_on_pads(datasets.HELD_OUT_WRITERS, seed) for seed in range(RENDERINGS)]
    cut = digit_set.cut_pieces(pictures.held_out_pens(), ROWS, rng)
    return {
        "held-out MNIST": (datasets.unit(held_out.images), held_out.labels),
        "damaged": (Augmenter(5)(held_out.images, DAMAGED), held_out.labels),
        "scans": (datasets.unit(np.stack(scans)), held_out.labels),
        "pen writers": (
            datasets.unit(np.stack([rendering.as_image(ink) for inks, _ in drawn for ink in inks])),
            np.concatenate([labels for _, labels in drawn]),
        ),
        "cut pieces": (datasets.unit(cut.images), cut.labels),
    }


def errors_and_loss(
    network: Engine, images: np.ndarray, labels: np.ndarray, variations: tuple[Variation, ...]
) -> tuple[int, float]:
    """The number of errors, and the mean of −log of the label's output."""
    outputs = test_time_augmentation.with_second_look(network, images, variations) if variations else network(images)
    known = outputs if labels.max() == digit_set.NONE else outputs[:, :10]
    of_the_label = outputs[np.arange(len(labels)), labels]
    return int((known.argmax(axis=1) != labels).sum()), float(-np.log(np.maximum(of_the_label, 1e-7)).mean())


def main() -> None:
    machine.need("mnist", "pens")
    files = [Path(name) for name in sys.argv[1:]] or [recogniser.load().path]
    networks, held_out = [Engine(path) for path in files], sets()
    print(f"{'errors, loss':24}" + "".join(f"{name:>16}" for name in held_out) + "   change")
    print(f"{'':24}" + "".join(f"{f'n = {len(labels):,}':>16}" for _, labels in held_out.values()))
    before = None
    for name, variations in CHOICES.items():
        found = np.array(
            [
                np.mean([errors_and_loss(network, *images, variations) for network in networks], axis=0)
                for images in held_out.values()
            ]
        )
        before = found if before is None else before
        change = float(np.mean(found[:, 0] / before[:, 0])) - 1
        print(
            f"{name:24}" + "".join(f"{errors:9.1f} {loss:.4f}" for errors, loss in found) + f"  {change:+7.1%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
