"""What the evaluation in the page without a server is made of beside its code: `constants`."""

import csv
import json
from collections.abc import Mapping

from evaluation import (
    confidence,
    corruptions,
    curves,
    galleries,
    html_report,
    picture_archive,
    picture_groups,
    plots,
    report_files,
    sections,
    shapes,
    slices,
)
from evaluation.audit import duplicates, suspects
from evaluation.formatting import SECOND_LOOK
from evaluation.rendering import TEMPLATES
from evaluation.report import MNIST_TEST
from interface.assets import INTERFACE
from interface.evaluate import cards, closer_cards, closer_handlers, comparison, downloads, uploaded_test_sets, views
from interface.static_site import closer
from model import pictures
from model.datasets import LABEL_PROBLEMS
from model.recogniser import Recogniser

FOLDER = "interface/static_site/evaluate"
CONSTANTS, TEMPLATE_MODULE = f"{FOLDER}/constants.js", f"{FOLDER}/templates.js"
# Plots of what only the app measures are not here.
FILES = {
    kind: words
    for kind, words in downloads.FILES.items()
    if not kind.startswith(("slices", "certainty", "risk-coverage"))
}
MISSING = "MNIST’s images were not at hand when this page was made, only the figures are here."

AUDIT_NUMBERS = {
    suspects: (
        "BLANK_SCORE", "SEVERAL_SCORE", "CUT_SCORE", "OTHER_LABEL_SCORES", "SAME_LABEL_SCORES", "NONE_SCORE", "DOUBT", "TURNED",
        "HALF_TURN", "LEAST_INK", "LEAST_CUT",
    ),
    duplicates: ("HASH_SIDE", "MOST_BITS", "MOST_PIXELS", "MOST_OUTPUTS", "CHUNK", "MOST_PAIRS", "SPREAD"),
}  # fmt: skip
TABLE_NUMBERS = ("LARGEST_TABLE", "MOST_COLUMNS", "LOWEST", "HIGHEST", "DECIMALS", "SENTENCES")


def constants(models: Mapping[str, Recogniser], images: bool) -> str:
    """JavaScript that exports the words and numbers that the app's Python has too. images: whether the test images are there."""
    values = {
        "weights": {name: model.weights_sha256 for name, model in models.items()},
        "test_images": images,
        "SECTIONS": closer.MADE,
        "SLICES": cards.SLICES,
        "OTHER_HANDS": cards.OTHER_HANDS,
        "COST": cards.COST,
        "MEASURES": [
            {name: getattr(one, name) for name in ("name", "low", "high", "unit", "decimals")}
            for one in shapes.MEASURES
        ],
        "FINER": shapes.FINER,
        "SLICE_CUTS": slices.CUTS,
        "SLICE_LEVEL": slices.LEVEL,
        "MANY_SLICES": slices.MANY,
        "MOST_SLICES": sections.MOST_SLICES,
        "MOST_SLICES_IN_FILE": html_report.MOST_SLICES,
        "AUDIT": cards.AUDIT,
        "AUDIT_KINDS": suspects.KINDS,
        "AUDIT_NUMBERS": {name: getattr(module, name) for module, names in AUDIT_NUMBERS.items() for name in names},
        "MOST_SUSPECTS": closer_cards.MOST_SUSPECTS,
        "WHOSE": closer_cards.WHOSE,
        "LOOKING": closer_cards.LOOKING,
        "NO_AUDIT": closer_handlers.NO_AUDIT,
        "KINDS_OF_DAMAGE": len(corruptions.CORRUPTIONS),
        "MNIST_ONLY": closer_cards.MNIST_ONLY,
        "OWN_UNDAMAGED": cards.OWN_UNDAMAGED,
        "KINDS": galleries.KINDS,
        "SORTS": galleries.SORTS,
        "BANDS": galleries.BANDS,
        "LABELS": galleries.LABELS,
        "PAGE": galleries.PAGE,
        "FIRST": views.FIRST,
        "MOST_TILES": comparison.MOST_TILES,
        "MOST_IMAGES": html_report.MOST_IMAGES,
        "MOST_LISTED": sections.MOST_LISTED,
        "LABEL_PROBLEMS": LABEL_PROBLEMS,
        "PUBLISHED": sections.PUBLISHED,
        "SECOND_LOOK": SECOND_LOOK,
        "MNIST_TEST": MNIST_TEST,
        "BINS": curves.BINS,
        "CURVE_POINTS": curves.CURVE_POINTS,
        "RESAMPLES": confidence.RESAMPLES,
        "SEED": confidence.SEED,
        "SCHEMA": report_files.SCHEMA,
        "NO_REPORT": views.NO_REPORT,
        "NO_IMAGES": views.NO_IMAGES,
        "MISSING": MISSING,
        "TEST_SET_GONE": views.TEST_SET_GONE,
        "MOST_MEMBERS": picture_archive.MOST_MEMBERS,
        "MOST_PACKED": picture_archive.MOST_PACKED,
        "HELD": uploaded_test_sets.HELD,
        "MOST_UNPACKED": picture_archive.MOST_UNPACKED,
        "MOST_FILE": pictures.MAX_BYTES,
        "LONGEST_NAME": uploaded_test_sets.LONGEST_NAME,
        "UNNAMED": uploaded_test_sets.UNNAMED,
        "SENTENCES": picture_archive.SENTENCES,
        "TABLE": {name: getattr(picture_groups, name) for name in TABLE_NUMBERS}
        | {
            "name": picture_groups.TABLE,
            "LARGEST_CELL": csv.field_size_limit(),
            "LARGER_CELL": f"field larger than field limit ({csv.field_size_limit()})",
        },
        "FILES": FILES,
        "DIFFERENCES": downloads.DIFFERENCES,
        "NO_DIFFERENCE": downloads.NO_DIFFERENCE,
        "MIME": downloads.MIME,
        "CSS": (TEMPLATES / "sections.css").read_text("utf-8"),
        "SCRIPT": (TEMPLATES / "sections.js").read_text("utf-8"),
        "COLOURS": {"accent": plots.ACCENT, "error": plots.ERROR, "soft": plots.SOFT, "line": plots.LINE},
        "PLOTS": (INTERFACE / "static_site" / "evaluate" / "plots.css").read_text("utf-8"),
    }
    return "".join(f"export const {name} = {json.dumps(value)};\n" for name, value in values.items())
