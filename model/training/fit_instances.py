"""`python -m model.training.fit_instances [--pages N] [--out FILE]`: trains what says which instances on a page are digits.

It reads pages of the generator with the page network and `page_writing` as they ship, half of the print in fonts that the page network has not
seen as print, and learns from `instance_classifier.features` which instances were digits. The digit shares are shaken meanwhile: on photographs the page
network is surer than right, and what stands around must count as well. A few minutes; after every training of either network.
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from model import terminal
from model.files import replacing
from model.page_reader import witness
from model.page_reader.instance_classifier import FILE, InstanceClassifier, features
from model.page_reader.instances import Instance
from model.page_reader.reader import IS_DIGIT
from model.training import command, page_card
from model.training.model_card import sha256
from model.training.page_instances import CUT, OTHER, Read, read_pages

SHAKEN = 1.5  # deviation of the log odds of the digit shares; half of it for all of a page together
COPIES = 4  # of each page, one of them as it is
# Perceptrons whose mean log odds count, since one alone is a matter of chance; neurons and decay of each.
COMMITTEE, HIDDEN, DECAY = 4, 24, 1e-2
HELD_OUT = 0.1  # of the pages
FEWEST = 100  # pages that are worth learning from


def examples(pages: Sequence[Read], copies: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Features (n, FEATURES) of the instances but cut digits, and whether each is a digit, (n,) int; all copies but the first with
    shaken digit shares."""
    rows, known = [], []
    for page in pages:
        for copy in range(copies):
            rows.append(features(_shaken(page.instances, rng) if copy else page.instances, page.answers))
            known.append(page.known)
    x, y = np.concatenate(rows), np.concatenate(known)
    return x[y != CUT], (y[y != CUT] != OTHER).astype(int)


def _shaken(instances: Sequence[Instance], rng: np.random.Generator) -> list[Instance]:
    share = np.clip([i.digit for i in instances], 0.002, 0.998)
    odds = np.log(share / (1 - share)) + rng.normal(0, SHAKEN, len(share)) + rng.normal(0, SHAKEN / 2)
    return [dataclasses.replace(i, digit=float(1 / (1 + np.exp(-o)))) for i, o in zip(instances, odds, strict=True)]


def fit(count: int, seed: int, out: Path) -> None:
    """Train on ``count`` pages and write the JSON to ``out``. Raises OSError, and ValueError for too few pages."""
    if count < FEWEST:
        raise ValueError(f"{count} pages are too few; {FEWEST} or more are needed.")
    from sklearn.neural_network import MLPClassifier

    rng = np.random.default_rng(seed)
    pages = read_pages(count, seed, witness.page_writing)
    pages = [pages[at] for at in rng.permutation(len(pages))]
    unseen = int(HELD_OUT * len(pages))
    x, y = examples(pages[unseen:], COPIES, rng)
    mean, deviation = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-3)
    committee: list[Any] = [
        MLPClassifier(HIDDEN, alpha=DECAY, early_stopping=True, max_iter=80, random_state=member).fit(
            (x - mean) / deviation, y
        )
        for member in range(COMMITTEE)
    ]
    layers = [
        {"weights": weights.round(4).tolist(), "bias": bias.round(4).tolist()} for weights, bias in _as_one(committee)
    ]
    learned = {
        "about": "Says which instances of writing on a page are digits.",
        "command": "python -m model.training.fit_instances",
        "pages": len(pages) - unseen,
        "instances": len(y) // COPIES,
        "page_network": sha256(page_card.FOLDER / page_card.NETWORK),
        "digit_network": sha256(witness.page_writing().path),
        "mean": mean.round(5).tolist(),
        "deviation": deviation.round(5).tolist(),
        "layers": layers,
    }
    with replacing(out) as temporary:
        temporary.write_text(json.dumps(learned) + "\n", "utf-8")
    rows, kinds = examples(pages[:unseen], 1, rng)
    right = ((InstanceClassifier(out).probabilities(rows) >= IS_DIGIT) == kinds).mean()
    print(f"{right:.1%} of {len(kinds):,} instances on {unseen} other pages are what was written → {out}")


def _as_one(committee: Sequence[Any]) -> list[tuple[np.ndarray, np.ndarray]]:
    """The one perceptron whose log odds are the mean of theirs: all their neurons beside one another."""
    (first, second), (of_first, of_second) = (
        zip(*(values for values in lists), strict=True)
        for lists in ([p.coefs_ for p in committee], [p.intercepts_ for p in committee])
    )
    hidden = np.concatenate(first, axis=1), np.concatenate(of_first)
    return [hidden, (np.concatenate(second) / len(committee), np.mean(of_second, axis=0))]


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 once the file is written, 1 with a sentence where it could not be."""
    parser = argparse.ArgumentParser(
        prog="python -m model.training.fit_instances",
        description="Train what says which instances of writing are digits.",
    )
    parser.add_argument("--pages", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=FILE, help=f"default: {FILE.name} beside the page network")
    chosen = parser.parse_args(arguments)
    return command.run(lambda: fit(chosen.pages, chosen.seed, chosen.out))


if __name__ == "__main__":
    sys.exit(terminal.run(main))
