"""`python -m model.training.fit_instances [--pages N] [--out FILE]`: trains what says which instances on a page are digits.

It reads pages of the generator with the page network and the digit network that ship, half of the print in fonts that the page network has not
seen as print, and learns from `instance_classifier.features` which instances were digits. The digit shares are shaken meanwhile: on photographs the page
network is surer than right, and what stands around must count as well. A few minutes; after every training of either network.
"""

import argparse
import dataclasses
import json
import multiprocessing
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from model import recogniser, terminal
from model.files import replacing
from model.page_reader import witness
from model.page_reader.instance_classifier import FILE, InstanceClassifier, features
from model.page_reader.instances import Instance
from model.page_reader.reader import IS_DIGIT, PageReader
from model.reading import Digit
from model.training import command
from model.training.model_card import sha256
from model.training.pages import glyphs, papers
from model.training.pages.crops import Pages
from model.training.pages.sources import FONTS, Sources

SIDE = papers.TEXTURE  # px of a page: eight digits of the second pass beside one another
SHAKEN = 1.5  # deviation of the log odds of the digit shares; half of it for all of a page together
COPIES = 4  # of each page, one of them as it is
# Perceptrons whose mean log odds count, since one alone is a matter of chance; neurons and decay of each.
COMMITTEE, HIDDEN, DECAY = 4, 24, 1e-2
# An instance is what was written within NEAR heights of its middle and LOWER to HIGHER times as high.
NEAR, LOWER, HIGHER = 0.35, 0.5, 1.7
MOST = 250  # instances of a page that is learned from; more are texture
HELD_OUT = 0.1  # of the pages
FEWEST = 100  # pages that are worth learning from
PARTS_APART = 1000  # the processes' seeds follow one another, those of two trainings are so far apart
HERSHEY = cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX

# Of a page; the last: 1 a digit, 0 none, -1 a digit that is cut.
Read = tuple[list[Instance], list[Digit | None], np.ndarray]


def sources() -> Sources:
    """What is written on the pages: every other printed font is one of OpenCV's, which the page network knows from drawn letters alone."""
    found = Sources()
    for font, hershey in zip(FONTS[::2], HERSHEY, strict=True):
        for (name, character), known in list(found.print.items()):
            if name == font:
                found.print[name, character] = _hershey(character, hershey) or known
    return found


def _hershey(character: str, font: int) -> glyphs.Printed | None:
    """A printed character in one of OpenCV's fonts; None for what the font does not have."""
    if not character.isascii():
        return None
    ink, foot, thickness = np.zeros((256, 256), np.uint8), 170, 5
    cv2.putText(ink, character, (80, foot), font, 3.0, 255, thickness, cv2.LINE_AA)
    return glyphs.in_digit_heights(ink, foot, cv2.getTextSize("0", font, 3.0, thickness)[0][1])


def read_pages(count: int, seed: int) -> list[Read]:
    """The instances of ``count`` pages, fewer where one has none or is all texture."""
    pages = Pages(seed, sources())
    reader = PageReader(witness.page_network(), recogniser.load(), lambda instances, _: np.ones(len(instances)))
    found = []
    for at in range(count):
        crop = pages.crop(SIDE)
        scale, on_page = reader.look(crop.picture)
        if 0 < len(on_page.instances) <= MOST:
            answers, _ = reader.answers(on_page.instances)
            written = np.array(crop.instances, float).reshape(-1, 4)
            found.append((on_page.instances, answers, _kinds(on_page.instances, written, scale)))
        if at % 250 == 249:
            print(f"{at + 1:,} of {count:,} pages read by one of the processes", flush=True)
    return found


def _kinds(instances: list[Instance], written: np.ndarray, scale: float) -> np.ndarray:
    """What each instance is: the kind of what was written there, (x, y, height, kind); 0 where nothing was."""
    kinds = np.zeros(len(instances), int)
    for at, instance in enumerate(instances):
        left, top, width, height = np.array(instance.box) / scale
        if len(written):
            away = np.hypot(written[:, 0] - left - width / 2, written[:, 1] - top - height / 2)
            nearest = int(away.argmin())
            own = written[nearest, 2]
            if away[nearest] < NEAR * max(own, height) and LOWER < height / own < HIGHER:
                kinds[at] = int(written[nearest, 3])
    return kinds


def examples(pages: Sequence[Read], copies: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Features (n, FEATURES) and kinds (n,) of the instances; all copies but the first with shaken digit shares."""
    rows, kinds = [], []
    for instances, answers, known in pages:
        for copy in range(copies):
            rows.append(features(_shaken(instances, rng) if copy else instances, answers))
            kinds.append(known)
    x, y = np.concatenate(rows), np.concatenate(kinds)
    return x[y >= 0], y[y >= 0]


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
    parts = os.cpu_count() or 1
    with multiprocessing.get_context("spawn").Pool(parts) as pool:
        jobs = [(count // parts, PARTS_APART * seed + part) for part in range(parts)]
        pages = [page for read in pool.starmap(read_pages, jobs) for page in read]
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
        "page_network": sha256(witness.NETWORK),
        "digit_network": sha256(recogniser.load().path),
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
