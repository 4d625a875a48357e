"""`python -m benchmarks.recogniser [--model NAME|FILE] [--pictures N] [--alone]`: accuracy of the recogniser on each set of pictures.

The pictures are made of digits that no training saw (pen writers 25–30, MNIST training images 55,000–59,999), with a fixed seed
for each set. They are read as they are served: drawings on a pad by the segmentation alone, all others with the page network as its
witness; `--alone`: without it. MNIST's test images are read as they are. Intervals are Wilson's, 95 %.
"""

import argparse
import functools
import time
import zlib
from collections.abc import Callable

import numpy as np

from benchmarks import machine, pictures
from evaluation.metrics import evaluate, wilson
from evaluation.robustness import scores
from model import calibration, datasets, recogniser
from model.page_reader import witness
from model.reading import Reading

Make = Callable[[np.random.Generator], tuple[np.ndarray, str]]  # makes a picture, (H, W, 3) uint8, and the text in it

DRAWN = ("pad", "scribbles")  # the sets that are drawn in the app, not opened as pictures
# A set's seed is the checksum of its name; this one keeps the seed with which its published figures were measured.
SEEDS = {"scribbles": 0x245A07EF}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recogniser", description=__doc__)
    parser.add_argument("--model", default=recogniser.DEFAULT)
    parser.add_argument(
        "--pictures", type=int, default=1000, help="of each set of single digits; a third of the others"
    )
    parser.add_argument("--only", nargs="+", help="names of sets")
    parser.add_argument("--alone", action="store_true", help="the segmentation alone, without the page network")
    parser.add_argument(
        "--mnist-c", type=int, default=2000, help="test images under each of the 15 corruptions; 0 for none"
    )
    chosen = parser.parse_args()
    machine.need("mnist", "pens")
    model = recogniser.load(chosen.model)
    print(f"{chosen.model}, {model.path.stat().st_size / 1e6:.2f} MB")
    if not chosen.only:
        mnist_test(model)
        held_out(model)
    for name, make in sets().items():
        if not chosen.only or name in chosen.only:
            count = chosen.pictures // 3 if name.startswith(("row", "page")) else chosen.pictures
            drawn = chosen.alone or name in DRAWN
            read_set(model.read if drawn else functools.partial(witness.read, model), name, make, count)
    if chosen.mnist_c and not chosen.only:
        accuracies = [
            s.accuracy for s in scores(model, datasets.load_mnist().test, chosen.mnist_c, 0) if s.corruption != "clean"
        ]
        print(f"MNIST-C, mean of {len(accuracies)}, {chosen.mnist_c:,} images each: {np.mean(accuracies):.2%}")


def sets() -> dict[str, Make]:
    """Name → function that makes a picture of that set; the text is empty where there is no digit."""
    pens, mnist, scans = pictures.held_out_pens(), pictures.held_out_mnist(), pictures.scans()

    def some(rng, low, high=None):
        return [pens[i] for i in rng.integers(len(pens), size=int(rng.integers(low, high)) if high else low)]

    def scan(make, rng, known=mnist):
        i = rng.integers(len(known))
        return make(known.images[i], rng), str(known.labels[i])

    of_scans = {
        "scans 32×32": lambda rng: scan(lambda image, _: np.repeat(255 - image[..., None], 3, axis=2), rng, scans),
        "scans 16×16 bw": lambda rng: scan(pictures.stretched_binary, rng, scans),
        "scans 15×16": lambda rng: scan(pictures.stretched_counts, rng, scans),
    }
    return {
        "pad": lambda rng: pictures.pad(some(rng, 1)[0], rng),
        "upload": lambda rng: pictures.upload(some(rng, 1)[0], rng),
        "photo": lambda rng: pictures.photo(some(rng, 1)[0], rng),
        "28×28 picture": lambda rng: scan(lambda image, _: np.repeat(image[..., None], 3, axis=2), rng),
        "16×16 grey": lambda rng: scan(pictures.small_grey, rng),
        "tight binary": lambda rng: scan(pictures.tight_binary, rng),
        "16×16 bw": lambda rng: scan(pictures.stretched_binary, rng),
        "15×16 counts": lambda rng: scan(pictures.stretched_counts, rng),
        **(of_scans if len(scans) else {}),
        "two in 28×28": lambda rng: pictures.two_in_28(some(rng, 2), rng),
        "row, apart": lambda rng: pictures.row(some(rng, 2, 13), rng, 0.0),
        "row, touching": lambda rng: pictures.row(some(rng, 2, 13), rng),
        "page": lambda rng: pictures.page(some(rng, 40), rng),
        "letters": lambda rng: pictures.letter(pictures.LETTERS, rng),
        "lookalikes": lambda rng: pictures.letter(pictures.LOOKALIKES, rng),
        "scribbles": pictures.scribble,
        "textures": pictures.texture,
    }


def read_set(read: Callable[[np.ndarray], Reading], name: str, make: Make, count: int) -> None:
    """Print a line: how many texts are exactly right (without digits: how many readings are not sure), and the time."""
    rng = np.random.default_rng(SEEDS.get(name, zlib.crc32(name.encode())))
    right = sure = lost = edits = digits = 0
    text = ""
    seconds = []
    for _ in range(count):
        picture, text = make(rng)
        started = time.perf_counter()
        reading = read(picture)
        seconds.append(time.perf_counter() - started)
        sure += reading.verdict == calibration.SURE
        right += reading.text == text if text else reading.verdict != calibration.SURE
        lost += bool(text) and reading.verdict in (calibration.NOT_A_DIGIT, calibration.EMPTY)
        edits, digits = edits + distance(reading.text, text), digits + len(text)
    what = "exactly right" if text else "not claimed sure"
    low, high = wilson(right, count)
    print(
        f"{name:<14} {right / count:7.2%} {what} ({low:.1%}–{high:.1%}, n = {count}), "
        f"sure {sure / count:.1%}"
        + (f", digits {1 - edits / digits:.2%}" if digits > count else f", lost {lost / count:.1%}" if digits else "")
        + f", median {np.median(seconds) * 1e3:.1f} ms",
        flush=True,
    )


def distance(one: str, other: str) -> int:
    """How many characters must be changed, added or left out to make one text the other (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


def held_out(model: recogniser.Recogniser) -> None:
    """Calibration on MNIST's training images 55,000–59,999, on which the temperature, one number, was found too."""
    unseen = pictures.held_out_mnist()
    digits, _ = model.probabilities(datasets.unit(unseen.images))
    found = evaluate(unseen.labels, digits)
    print(f"MNIST held out {found.accuracy:7.2%} right, ECE {found.ece:.2%} (15 bins, n = {len(unseen):,})", flush=True)


def mnist_test(model: recogniser.Recogniser) -> None:
    """Accuracy on MNIST's test images, and of the sure answers among them."""
    test = datasets.load_mnist().test
    digits, none = model.probabilities(datasets.unit(test.images))
    right = digits.argmax(axis=1) == test.labels
    sure = np.array(model.verdicts(digits, none)) == calibration.SURE
    low, high = wilson(int(right.sum()), len(test))
    print(
        f"MNIST test     {right.mean():7.2%} right ({low:.2%}–{high:.2%}), "
        f"sure of {sure.mean():.1%}, {right[sure].mean():.2%} of those right",
        flush=True,
    )


if __name__ == "__main__":
    main()
