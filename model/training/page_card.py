"""`python -m model.training.page_card [FOLDER]`: makes the page network's `.tflite` of its `.keras`, and its card.

A training does so when it ends. By hand, for files that were copied from elsewhere, or where the tiles get another size.
"""

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

from model import terminal
from model.files import replacing, write_json
from model.page_reader.network import TILE
from model.recogniser import PAGE_READER, TRAINED
from model.training.model_card import sha256

FOLDER = TRAINED / PAGE_READER
NETWORK, SERVED, HISTORY = f"{PAGE_READER}.keras", f"{PAGE_READER}.tflite", "history.csv"
PROGRESS = "progress.json"  # beside the checkpoint of a training
BATCH = 16  # crops that a step learns from
# Of the history: a row each 50 steps with the time since the training began, the means of the losses over these steps, and the
# seconds that it waited for crops.
COLUMNS = ("step", "seconds", "ink", "overlap", "kind", "heat", "offset", "height", "waited")


def write(folder: Path) -> dict:
    """Write what serves and ``card.json`` from what lies in the folder, and return the card: the last row of the history, the hashes
    of the files.

    A history without a header gets one. Raises OSError, or ValueError where the history is none.
    """
    import keras

    from model.training.export import to_tflite

    table, progress = folder / HISTORY, folder / PROGRESS
    rows = history(table)
    if not rows:
        raise ValueError(f"{table} is empty, so nobody knows what was trained.")
    _write_history(table, rows)
    last = dict(zip(COLUMNS, rows[-1], strict=True))
    network: Any = keras.models.load_model(folder / NETWORK, compile=False)
    to_tflite(network, folder / SERVED, "float16", TILE // 2)
    source = progress if progress.is_file() else folder / "card.json"  # of a training that goes on, or of one before
    known = json.loads(source.read_text("utf-8")) if source.is_file() else {}
    card = {
        "about": "Finds writing on a page as instances: ink, kind, middle and height.",
        "command": "python -m model.training.fit_pages",
        "parameters": int(network.count_params()),
        "steps": int(last["step"]),
        "crops": int(last["step"]) * BATCH,
        "minutes": round(float(last["seconds"]) / 60, 1),
        **({"starts_from": known["starts_from"]} if "starts_from" in known else {}),
        "files": {name: sha256(folder / name) for name in (NETWORK, SERVED, HISTORY)},
    }
    write_json(folder / "card.json", card)
    return card


def history(path: Path) -> list[list[str]]:
    """The rows of a history, as text, without its header; [] where there is none. Raises OSError, or ValueError for another table."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row and row[0] != COLUMNS[0]]
    if any(len(row) != len(COLUMNS) for row in rows):
        raise ValueError(f"{path} is no history of a page network, which has the columns {', '.join(COLUMNS)}.")
    return rows


def add(path: Path, row: list[float]) -> None:
    """Add a row to a history, in the place of those from its step on: of another training, or of steps that were lost."""
    _write_history(path, [*(known for known in history(path) if int(known[0]) < row[0]), row])


def _write_history(path: Path, rows: list) -> None:
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 once the card is written, 1 with a sentence where it could not be."""
    parser = argparse.ArgumentParser(
        prog="python -m model.training.page_card", description="Write the page network's card."
    )
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER, help="default: model/trained/page_reader")
    folder = parser.parse_args(arguments).folder
    try:
        card = write(folder)
    except (OSError, ValueError) as error:
        print(f"There is no card: {error}", file=sys.stderr)
        return 1
    print(f"{folder / 'card.json'}: {card['steps']:,} steps, {card['minutes']:.0f} minutes")
    return 0


if __name__ == "__main__":
    sys.exit(terminal.run(main))
