"""`python -m benchmarks.two_readers [--pictures N] [--cases DIR …]`: fits the rule that chooses between two readings that are not sure.

Pages that one reader reads right and the other wrong: of held-out pen writers (page_pictures.py, form_pictures.py), rows that were drawn on a screen (more of
them, since both readers read nearly all), and the pictures of DIR/cases.csv. A
logistic regression on `witness.evidence`, each source with the same weight in all. Prints WEIGHTS and BIAS of
model/page_reader/witness.py, and for each source how often the right reading was chosen: always the page network's, and by the
rule when the picture itself was left out of the fit.
"""

import argparse
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneOut

from benchmarks import machine
from benchmarks.pages import KINDS, Case, cases, made, matches
from benchmarks.recogniser import sets as recogniser_sets
from model import recogniser
from model.page_reader import witness
from model.segmentation.ink import TINY_SIDE, paper_share

SCREEN = "screen"  # rows that were drawn on one, a source of their own
SEED, MORE_ROWS = 4242, 4  # of the rows; how many times as many of each
LOOSE = 3.0  # inverse strength of the regularisation: little, for four weights


def evidence(sources: list[Case]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(n, 4) evidence, (n,) whether the page network is right, (n,) the source; only pictures that one of the two reads right."""
    model = recogniser.load()
    pages = witness.page_reader(model)
    rows, right, names = [], [], []
    for kind, picture, text in sources:
        if max(picture.shape) <= TINY_SIDE:  # has one reader
            continue
        while max(picture.shape) >= witness.HALVED:
            picture = witness.halved(picture)
        reading, page = model.read(picture), dataclasses.replace(pages.read(picture), plain=paper_share(picture))
        known = matches(page.text, text)
        if sum(len(line) for line in page.lines) > 1 and known != matches(reading.text, text):
            rows.append(witness.evidence(reading, page))
            right.append(known)
            names.append(kind.partition(":")[0] if ":" in kind else "made" if kind in KINDS else kind)
    return np.array(rows), np.array(right), np.array(names)


def rows(count: int) -> Iterator[Case]:
    """``count`` rows of digits that stand apart, and as many that touch."""
    rng = np.random.default_rng(SEED)
    made_by = recogniser_sets()
    for make in (made_by["row, apart"], made_by["row, touching"]):
        for _ in range(count):
            yield SCREEN, *make(rng)


def fit(x: np.ndarray, y: np.ndarray, names: np.ndarray) -> LogisticRegression:
    """Each source counts as much as another."""
    weights = np.array([1 / (names == name).sum() for name in names])
    return LogisticRegression(C=LOOSE).fit(x, y, sample_weight=weights * len(names) / weights.sum())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.two_readers", description=__doc__)
    parser.add_argument("--pictures", type=int, default=15, help="of each kind")
    parser.add_argument("--cases", nargs="+", type=Path, default=[], help="folders with pictures and a cases.csv")
    chosen = parser.parse_args()
    machine.need("pens")
    sources = [*cases(chosen.cases), *made(list(KINDS), chosen.pictures), *rows(MORE_ROWS * chosen.pictures)]
    x, y, names = evidence(sources)
    rule = fit(x, y, names)
    weights = ", ".join(f"{weight:.1f}" for weight in rule.coef_[0])
    print(f"WEIGHTS, BIAS = ({weights}), {rule.intercept_[0]:.1f}")
    left_out = np.concatenate([
        fit(x[known], y[known], names[known]).predict(x[one]) for known, one in LeaveOneOut().split(x)
    ])  # fmt: skip
    for name in dict.fromkeys(names):
        own = names == name
        print(
            f"{name:10} {own.sum()} pictures: right with the page network always {y[own].sum()}, by the rule {(left_out == y)[own].sum()}"
        )


if __name__ == "__main__":
    cv2.setNumThreads(1)
    main()
