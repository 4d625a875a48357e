"""python -m evaluation audit: which labels and pictures of a test set deserve a second look. It changes nothing."""

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from evaluation import picture_sources, report_files
from evaluation.audit import corrections, pictures
from evaluation.audit.pictures import Audit, Looking
from evaluation.audit.suspects import KINDS
from evaluation.formatting import percent, plural
from model.datasets import load_mnist
from model.model_options import add_model_options, wanted
from model.recogniser import Recogniser, load, shipped

FIRST = 10  # suspects that are printed
UNREAD = 5  # files that could not be read, by name


Watched = Callable[[str, Iterable[Looking]], Looking]


def main(argv: Sequence[str], watched: Watched) -> int:
    """Print what was found and write suspects.csv. watched: shows each step and gives the last. Raises FolderError, DataError,
    ModelError or ReportError."""
    parser = argparse.ArgumentParser(prog="python -m evaluation audit", description=__doc__)
    add = parser.add_argument
    add(
        "--images",
        type=Path,
        metavar="DIR",
        help="pictures DIR/<label>/*.png, a zip of them or a CSV (default: MNIST's test set)",
    )
    add("--model", default="cnn", metavar="NAME|FILE", help="a shipped model's name or a model file (default: cnn)")
    add_model_options(parser)
    add("--csv", type=Path, required=True, metavar="OUT", help="the folder into which suspects.csv is written")
    options = parser.parse_args(argv)
    suspects = options.csv / "suspects.csv"
    report_files.check_writable(suspects)
    recogniser = load(options.model, wanted(options))
    audit = audited(recogniser, options.images, watched)
    print(text(audit))
    path = report_files.save(suspects, corrections.suspects_csv(audit))
    print(f"Wrote {path}")
    return 0


def audited(recogniser: Recogniser, place: Path | None, watched: Watched) -> Audit:
    """The audit of a folder, zip or CSV; None for MNIST's test set."""
    second = second_opinion(recogniser)
    if place is None:
        return pictures.finish(recogniser, pictures.of_images(load_mnist(download=True).test), second)
    end = watched("audit", pictures.run(recogniser, picture_sources.open_source(place).files))
    return pictures.finish(recogniser, end.seen, second, end.unreadable)


def second_opinion(recogniser: Recogniser) -> Recogniser | None:
    """The first shipped model of other weights; None where there is no other."""
    others = (load(name) for name in shipped())
    return next((other for other in others if other.weights_sha256 != recogniser.weights_sha256), None)


def text(audit: Audit) -> str:
    """How many suspects of each kind, and the first few."""
    found, labels = audit.found, audit.labels
    right = int((audit.answers == labels).sum())
    counts = Counter(suspect.kind for suspect in found.suspects)
    lines = [
        f"{plural(found.n, 'picture')}, {plural(len(found.suspects), 'suspect')}; the model reads {percent(right / found.n)} as labelled "
        f"and takes about {percent(found.estimated)} of the labels for wrong.",
        "",
        *(f"  {counts[kind]:>6,}  {kind}: {words}" for kind, words in KINDS.items() if counts[kind]),
    ]
    if found.suspects:
        lines += ["", "The first:"]
    for suspect in found.suspects[:FIRST]:
        instead = "" if suspect.suggested is None else f", read as {suspect.suggested}"
        name = audit.seen[suspect.index].name
        lines.append(f"  {suspect.score:.3f}  {name}: label {suspect.label}{instead} ({suspect.kind})")
    lines += [f"Not read: {name}: {reason}" for name, reason in audit.unreadable[:UNREAD]]
    if len(audit.unreadable) > UNREAD:
        lines.append(f"and {len(audit.unreadable) - UNREAD:,} more that could not be read")
    return "\n".join(lines)
