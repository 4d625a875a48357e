"""`python -m benchmarks.ablation [--epochs N] [--out DIR]`: the recipe `cnn` made short, whole and with one ingredient off at a time.

A short training shows what an ingredient is for, not the last tenth of a point: two short trainings that differ by their seed
alone are printed too. Nothing printed here was measured on MNIST's test images. Finished trainings are kept in DIR, by what is off
and by their epochs; the same command goes on.
"""

import argparse
import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.recogniser import distance, sets
from evaluation.robustness import scores
from model import datasets
from model.calibration import SURE
from model.recogniser import Recogniser
from model.train import Progress, run_epoch
from model.training import model_card, recipes, training_set
from model.training.augmentation import MILD, STRONG
from model.training.recipes import Phase, Recipe
from model.training.sources import Digits

NO_PENS = datasets.Labelled(np.empty((0, 28, 28), np.uint8), np.empty(0, np.int64))
DAMAGED, DRAWN = 500, 150  # held-out images under each corruption; pictures of each set


def short(epochs: int) -> Recipe:
    """The recipe with a fifth of its epochs mild, as in the long one; what it makes is measured at one look."""
    mild = max(1, epochs // 5)
    strong, end = recipes.CNN.phases
    phases = replace(strong, epochs=epochs - mild), replace(end, epochs=mild)
    return replace(recipes.CNN, phases=phases, second_look=False)


def without_damage(recipe: Recipe) -> Recipe:
    phases = tuple(replace(p, variation=replace(p.variation, damage=0.0)) for p in recipe.phases)
    return replace(recipe, phases=phases)


def without_a_mild_end(recipe: Recipe) -> Recipe:
    rates = recipes.CNN.phases[0].learning_rate
    return replace(recipe, phases=(Phase(recipe.epochs, (*rates, 0.0), STRONG),))


def without_strong_variations(recipe: Recipe) -> Recipe:
    damage = replace(MILD, damage=STRONG.damage)
    return replace(recipe, phases=(replace(recipe.phases[0], variation=damage), recipe.phases[1]))


# What is off → (recipe → recipe, pools → pools, seed)
OFF = {
    "nothing": (None, None, 1),
    "nothing, another seed": (None, None, 2),
    "pen strokes (but for the pieces cut out of them)": (None, lambda pools: replace(pools, pen=NO_PENS), 1),
    "MNIST through the picture path": (None, lambda pools: replace(pools, through_path=pools.mnist.images), 1),
    "pieces cut out of touching digits": (None, lambda pools: replace(pools, cut=NO_PENS), 1),
    "pictures that are no digit": (None, lambda pools: replace(pools, outliers=pools.outliers[:0]), 1),
    "damage (noise, blur, stripes, …)": (without_damage, None, 1),
    "strong variations (mild ones throughout)": (without_strong_variations, None, 1),
    "the mild end (strong ones throughout)": (without_a_mild_end, None, 1),
}


def trained(source: Digits, recipe: Recipe, seed: int, out: Path) -> Recogniser:
    """The recogniser of that training, made unless ``out`` has it."""
    if not (out / "card.json").exists():
        source = copy.copy(source)
        source.recipe, source.seed = recipe, seed
        network = Progress(out.parent / f".{out.name}", {}).network(recipe, source, seed)
        history = [run_epoch(network, recipe, source, e, recipe.epochs) for e in range(recipe.epochs)]
        model_card.finish(
            recipe, source, network, pd.DataFrame(history), out, seed, {"learned_from": source.ingredients}
        )
    return Recogniser(out.name, out / f"{recipe.name}.tflite")


def measured(model: Recogniser, held_out: datasets.Labelled) -> list[str]:
    """One row of the table: percentages."""
    damaged = [s.accuracy for s in scores(model, held_out, DAMAGED, 0) if s.corruption != "clean"]
    wrong = digits = 0
    refused = {}
    for name in ("row, touching", "letters", "doodles"):
        make, rng = sets()[name], np.random.default_rng(1)
        count = DRAWN // 3 if name.startswith("row") else DRAWN
        readings = [(model.read(picture), text) for picture, text in (make(rng) for _ in range(count))]
        if name.startswith("row"):
            wrong = sum(distance(reading.text, text) for reading, text in readings)
            digits = sum(len(text) for _, text in readings)
        refused[name] = np.mean([reading.verdict != SURE for reading, _ in readings])
    found = [
        model.card["held_out_accuracy"],
        model.card["held_out_pen_accuracy"],
        np.mean(damaged),
        1 - wrong / digits,
    ]
    return [f"{100 * value:.2f}" for value in found] + [f"{100 * refused[name]:.0f}" for name in ("letters", "doodles")]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ablation", description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("ablation"), help="folder for the trainings")
    parser.add_argument("--only", nargs="+", choices=OFF, metavar="WHAT")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    mnist, recipe = datasets.load_mnist(), short(chosen.epochs)
    source = Digits(recipe, mnist.train, 1)
    whole: training_set.Pools = source.pools
    print(
        "| off | held-out MNIST | pen writers | damaged | touching digits | letters / doodles not sure |\n|---|---|---|---|---|---|"
    )
    for what in chosen.only or OFF:
        change_recipe, change_pools, seed = OFF[what]
        source.pools = change_pools(whole) if change_pools else whole
        changed = change_recipe(recipe) if change_recipe else recipe
        name = "".join(c for c in what if c.isalnum() or c == " ").strip().replace(" ", "-") + f"-{recipe.epochs}"
        model = trained(source, changed, seed, chosen.out / name)
        *numbers, letters, doodles = measured(model, source.held_out)
        print(f"| {what} | {' | '.join(numbers)} | {letters} / {doodles} |", flush=True)


if __name__ == "__main__":
    main()
