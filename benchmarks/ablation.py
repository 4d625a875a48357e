"""`python -m benchmarks.ablation [--epochs N] [--out DIR]`: the recipe `cnn` made short, whole and with one ingredient off at a time.

A short training shows what an ingredient is for, not the last tenth of a point. Two short trainings that differ in their seed
alone are printed too. Nothing here is measured on MNIST's test images. Finished trainings are kept in DIR, under what is off and
their epochs, and the same command goes on after them.
"""

import argparse
import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import machine
from benchmarks.recogniser import distance, sets
from evaluation.robustness import scores
from model import datasets
from model.calibration import SURE
from model.recogniser import Recogniser
from model.training import model_card, recipes
from model.training.augmentation import MILD, STRONG, Strength
from model.training.digit_set import Pools
from model.training.fit import new_network, run_epoch
from model.training.recipes import Phase, Recipe
from model.training.tasks import SingleDigits

NO_IMAGES = datasets.Labelled(np.empty((0, 28, 28), np.uint8), np.empty(0, np.int64))
DAMAGED, DRAWN = 500, 150  # held-out images under each corruption; pictures of each set


def short(epochs: int) -> Recipe:
    """The recipe with ``epochs``, of which a fifth are mild, as in the long one; it is measured without a second look."""
    mild = max(1, epochs // 5)
    strong, end = recipes.CNN.phases
    phases = replace(strong, epochs=epochs - mild), replace(end, epochs=mild)
    return replace(recipes.CNN, phases=phases, second_look=False)


def without_damage(recipe: Recipe) -> Recipe:
    strong, mild = recipe.phases
    phases = replace(strong, variation=replace(STRONG, damage=0.0)), replace(mild, variation=replace(MILD, damage=0.0))
    return replace(recipe, phases=phases)


def without_a_mild_end(recipe: Recipe) -> Recipe:
    rates = recipes.CNN.phases[0].learning_rate
    return replace(recipe, phases=(Phase(recipe.epochs, (*rates, 0.0), STRONG),))


def without_strong_variations(recipe: Recipe) -> Recipe:
    mild: Strength = replace(MILD, damage=STRONG.damage)
    return replace(recipe, phases=(replace(recipe.phases[0], variation=mild), recipe.phases[1]))


# What is off → how the recipe changes, how the pools change, and the seed.
OFF: dict[str, tuple[Callable[[Recipe], Recipe] | None, Callable[[Pools], Pools] | None, int]] = {
    "nothing": (None, None, 1),
    "nothing, another seed": (None, None, 2),
    "pen strokes (but for the pieces cut out of them)": (None, lambda pools: replace(pools, pen=NO_IMAGES), 1),
    "MNIST through the picture path": (None, lambda pools: replace(pools, through_path=pools.mnist.images), 1),
    "pieces cut out of touching digits": (None, lambda pools: replace(pools, cut=NO_IMAGES), 1),
    "pictures that are no digit": (None, lambda pools: replace(pools, negatives=pools.negatives[:0]), 1),
    "damage (noise, blur, stripes, …)": (without_damage, None, 1),
    "strong variations (mild ones throughout)": (without_strong_variations, None, 1),
    "the mild end (strong ones throughout)": (without_a_mild_end, None, 1),
}


def trained(task: SingleDigits, recipe: Recipe, seed: int, out: Path) -> Recogniser:
    """The recogniser of that training, made unless ``out`` has it."""
    if not (out / "card.json").exists():
        task = copy.copy(task)
        task.recipe, task.seed = recipe, seed
        network = new_network(recipe, task, seed)
        history = [run_epoch(network, recipe, task, epoch, recipe.epochs) for epoch in range(recipe.epochs)]
        model_card.write_folder(recipe, task, network, pd.DataFrame(history), out, seed, {"learned_from": task.counts})
    return Recogniser(out.name, out / f"{recipe.name}.tflite")


def measured(model: Recogniser, held_out: datasets.Labelled) -> list[str]:
    """One row of the table, in per cent."""
    damaged = [s.accuracy for s in scores(model, held_out, DAMAGED, 0) if s.corruption != "clean"]
    wrong = digits = 0
    refused = {}
    for name in ("row, touching", "letters", "scribbles"):
        make, rng = sets()[name], np.random.default_rng(1)
        count = DRAWN // 3 if name.startswith("row") else DRAWN
        readings = [(model.read(picture), text) for picture, text in (make(rng) for _ in range(count))]
        if name.startswith("row"):
            wrong = sum(distance(reading.text, text) for reading, text in readings)
            digits = sum(len(text) for _, text in readings)
        refused[name] = np.mean([reading.verdict != SURE for reading, _ in readings])
    card = model.card or {}
    found = [card["held_out_accuracy"], card["held_out_pen_accuracy"], np.mean(damaged), 1 - wrong / digits]
    return [f"{100 * value:.2f}" for value in found] + [
        f"{100 * refused[name]:.0f}" for name in ("letters", "scribbles")
    ]


def main() -> None:
    about = "The recipe cnn made short, whole and with one ingredient off at a time."
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ablation", description=about)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("ablation"), help="folder for the trainings")
    parser.add_argument("--only", nargs="+", choices=OFF, metavar="WHAT")
    chosen = parser.parse_args()
    machine.need("mnist", "pens", "keras")
    chosen.out.mkdir(parents=True, exist_ok=True)
    recipe = short(chosen.epochs)
    task = SingleDigits(recipe, datasets.load_mnist().train, 1)
    whole = task.pools
    assert whole is not None, "the recipe varies its images"
    print(
        "| off | held-out MNIST | pen writers | damaged | touching digits | letters / scribbles not sure |\n|---|---|---|---|---|---|"
    )
    for what in chosen.only or OFF:
        change_recipe, change_pools, seed = OFF[what]
        task.pools = change_pools(whole) if change_pools else whole
        changed = change_recipe(recipe) if change_recipe else recipe
        name = "".join(c for c in what if c.isalnum() or c == " ").strip().replace(" ", "-") + f"-{recipe.epochs}"
        model = trained(task, changed, seed, chosen.out / name)
        *numbers, letters, scribbles = measured(model, task.held_out)
        print(f"| {what} | {' | '.join(numbers)} | {letters} / {scribbles} |", flush=True)


if __name__ == "__main__":
    main()
