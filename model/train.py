"""`python -m model.train RECIPE`: trains a recipe and writes the model that serves (the work is in model/training/fit.py)."""

import argparse
import sys
from pathlib import Path

from model import terminal
from model.datasets import download_mnist
from model.mnist_download import show
from model.training import command
from model.training.fit import train
from model.training.recipes import RECIPES, TRAINED


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 once the model is written, 1 with a sentence where it could not be, 130 if it was interrupted."""
    parser = argparse.ArgumentParser(prog="python -m model.train", description="Train a recipe from nothing.")
    parser.add_argument("recipe", choices=sorted(RECIPES))
    parser.add_argument(
        "--epochs", type=command.count, help="fewer or more than the recipe says, to try things; with --out"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="folder to write to (default: model/trained/RECIPE)")
    parser.add_argument("--resume", action="store_true", help="go on with an interrupted training")
    chosen = parser.parse_args(arguments)
    recipe = RECIPES[chosen.recipe]
    epochs, out = chosen.epochs or recipe.epochs, chosen.out or TRAINED / recipe.name
    if epochs != recipe.epochs and not chosen.out:
        parser.error(
            f"--epochs {epochs} is not the recipe's {recipe.epochs}: name --out FOLDER, or the model that serves would be replaced"
        )

    def work() -> None:
        for progress in download_mnist():
            show(progress)
        train(recipe, out, epochs, chosen.seed, chosen.resume)

    try:
        return command.run(work)
    except KeyboardInterrupt:
        print("\nInterrupted. Every finished epoch is kept: add --resume to go on.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(terminal.run(main))
