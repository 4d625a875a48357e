"""`python -m benchmarks.pages [--pictures N] [--seed N] [--cases DIR …] [--only KIND …]`: how well pages with several digits are read.

Pages of held-out pen writers by kind (page_pictures.py, and with other writing form_pictures.py), and the pictures of DIR/cases.csv (file, text, perhaps kind; `\\n` for a line
break). For each kind and reader: exact texts with Wilson's 95 % interval, digits wrong (edits / digits; inserted and left out apart), the
share called sure and how many of those are right; then risk by coverage over all, time and memory.
"""

import argparse
import csv
import functools
import resource
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks import form_pictures, machine, page_pictures, pictures
from evaluation.metrics import wilson
from model import calibration, recogniser
from model.page_reader import witness
from model.page_reader.network import Network
from model.page_reader.reader import PageReader
from model.pictures import open_picture
from model.reading import Reading

KINDS = page_pictures.KINDS | form_pictures.KINDS
Case = tuple[str, np.ndarray, str]  # kind, picture (H, W, 3) uint8, text
Read = Callable[[np.ndarray], tuple[str, str, float]]  # picture → text, verdict, confidence in [0, 1]


@dataclass(frozen=True)
class Outcome:
    """What came of one picture; seconds: of CPU."""

    exact: bool
    sure: bool
    confidence: float
    digits: int
    changed: int
    inserted: int
    left_out: int
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--pictures", type=int, default=30, help="of each kind")
    parser.add_argument("--seed", type=int, default=0, help="other pictures of the same kinds")
    parser.add_argument("--only", nargs="+", choices=list(KINDS), help="kinds")
    parser.add_argument("--cases", nargs="+", type=Path, default=[], help="folders with pictures and a cases.csv")
    parser.add_argument("--network", type=Path, default=witness.NETWORK)
    parser.add_argument("--failures", action="store_true", help="print every text that was read wrong")
    chosen = parser.parse_args()
    machine.need("pens")
    model = recogniser.load()
    readers = {
        "segmentation": _reading(model.read),
        "page network": _learned(witness.page_reader(model, Network(chosen.network))),
        "both (what is served)": _reading(functools.partial(witness.read, model)),
    }
    outcomes: dict[str, dict[str, list[Outcome]]] = {name: defaultdict(list) for name in readers}
    for kind, picture, text in (
        *cases(chosen.cases),
        *made(chosen.only or list(KINDS), chosen.pictures, chosen.seed),
    ):
        for name, read in readers.items():
            outcome, answer = _outcome(read, picture, text)
            outcomes[name][kind].append(outcome)
            if chosen.failures and not outcome.exact:
                print(f"  {kind}: {text!r} read by {name} as {answer!r}{', sure' if outcome.sure else ''}")
    for name, by_kind in outcomes.items():
        print(f"\n{name}", flush=True)
        for kind, found in by_kind.items():
            print(_line(kind, found))
        everything = [o for found in by_kind.values() for o in found]
        print(_line("all", everything))
        print("  wrong texts among the surest:", ", ".join(f"{c:.0%}: {r:.1%}" for c, r in risk(everything)))
    print(f"\nmemory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _reading(reader: Callable[[np.ndarray], Reading]) -> Read:
    def read(picture: np.ndarray) -> tuple[str, str, float]:
        found = reader(picture)
        return found.text, found.verdict, min((d.probability for d in found.digits), default=0.0)

    return read


def _learned(reader: PageReader) -> Read:
    def read(picture: np.ndarray) -> tuple[str, str, float]:
        page = reader.read(picture)
        sure = min((d.probability for line in page.lines for d in line), default=0.0)
        return page.text, page.verdict, sure * (0.5 if page.unread else 1.0)

    return read


def cases(folders: list[Path]) -> Iterator[Case]:
    for folder in folders:
        with (folder / "cases.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                kind = f"{folder.name}: {row['kind']}" if row.get("kind") else folder.name
                yield kind, open_picture(folder / row["file"]), row["text"].replace("\\n", "\n")


def made(kinds: list[str], count: int, seed: int = 0) -> Iterator[Case]:
    pens = pictures.held_out_pens()
    for kind in kinds:
        rng = np.random.default_rng(zlib.crc32(kind.encode()) + seed)
        for _ in range(count):
            yield kind, *KINDS[kind](pens, rng)


def _outcome(read: Read, picture: np.ndarray, text: str) -> tuple[Outcome, str]:
    started = time.process_time()
    answer, verdict, confidence = read(picture)
    seconds = time.process_time() - started
    changed, inserted, left_out = edits(answer if "\n" in text else answer.replace("\n", ""), text)
    return Outcome(
        matches(answer, text),
        verdict == calibration.SURE,
        confidence,
        len(text.replace("\n", "")),
        changed,
        inserted,
        left_out,
        seconds,
    ), answer


def matches(answer: str, text: str) -> bool:
    """Whether the answer is the text; where the text says nothing of lines, nor does it."""
    return answer == text or "\n" not in text and answer.replace("\n", "") == text


def edits(answer: str, text: str) -> tuple[int, int, int]:
    """Fewest changes that make ``answer`` the text, line breaks included: changed, inserted and left out characters."""
    best = [[(0, 0, 0)] * (len(text) + 1) for _ in range(len(answer) + 1)]
    for i in range(len(answer) + 1):
        for j in range(len(text) + 1):
            choices = []
            if i and j:
                c, a, o = best[i - 1][j - 1]
                choices.append((c + (answer[i - 1] != text[j - 1]), a, o))
            if i:
                c, a, o = best[i - 1][j]
                choices.append((c, a + 1, o))
            if j:
                c, a, o = best[i][j - 1]
                choices.append((c, a, o + 1))
            if choices:
                best[i][j] = min(choices, key=sum)
    return best[-1][-1]


def _line(kind: str, found: list[Outcome]) -> str:
    right, sure = sum(o.exact for o in found), [o for o in found if o.sure]
    low, high = wilson(right, len(found))
    digits = max(sum(o.digits for o in found), 1)
    changed, inserted, left = (sum(getattr(o, what) for o in found) for what in ("changed", "inserted", "left_out"))
    kept = f"{sum(o.exact for o in sure)}/{len(sure)}" if sure else "–"
    return (
        f"  {kind:<16} {right / len(found):6.1%} exact ({low:.0%}–{high:.0%}, n = {len(found)}), digits wrong "
        f"{(changed + inserted + left) / digits:.1%} ({inserted} inserted, {left} left out), right when sure {kept}, "
        f"median {np.median([o.seconds for o in found]) * 1e3:.0f} ms CPU"
    )


def risk(found: list[Outcome]) -> list[tuple[float, float]]:
    """Share of wrong texts among the surest 20, 40 … 100 %: (coverage, risk)."""
    order = sorted(found, key=lambda o: -(o.sure + o.confidence))
    return [
        (c, 1 - float(np.mean([o.exact for o in order[: max(1, round(c * len(order)))]])))
        for c in (0.2, 0.4, 0.6, 0.8, 1.0)
    ]


if __name__ == "__main__":
    cv2.setNumThreads(1)
    main()
