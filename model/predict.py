"""`python -m model.predict PICTURE…`: reads pictures and prints each as text or as a JSON line."""

import argparse
import glob
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from model import recogniser
from model.inference import ModelError
from model.json_lines import read_file
from model.pictures import SUFFIXES


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 if every picture was read, 1 if any could not be, 2 without a model or without pictures."""
    parser = argparse.ArgumentParser(prog="python -m model.predict", description="Read handwritten digits in pictures.")
    parser.add_argument("pictures", nargs="+", metavar="PICTURE", help="files, folders or globs")
    parser.add_argument(
        "--model", default=recogniser.DEFAULT, metavar="NAME|FILE", help="cnn, classic, or a .keras or .tflite file"
    )
    parser.add_argument("--input-scale", type=float, choices=(1, 255), help="what a model file takes full ink for")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of text")
    parser.add_argument("--ray", action="store_true", help="read one folder or s3://… address of any size, with Ray")
    parser.add_argument("--out", metavar="FOLDER", help="with --ray: where the Parquet files go; a rerun goes on there")
    chosen = parser.parse_args(arguments)
    if chosen.ray or chosen.out:
        if not chosen.ray or not chosen.out or len(chosen.pictures) != 1:
            parser.error("--ray takes one folder or address, and --out FOLDER")
        return _with_ray(chosen)
    try:
        reader = recogniser.load(chosen.model, chosen.input_scale)
    except ModelError as error:
        print(error, file=sys.stderr)
        return 2
    read = failed = 0
    for path in _expand(chosen.pictures):
        line = read_file(reader, path)
        read, failed = read + 1, failed + (line["error"] is not None)
        print(json.dumps(line, ensure_ascii=False) if chosen.json else _sentence(line), flush=not chosen.json)
    if not read:
        print(f"No pictures found in {', '.join(chosen.pictures)}; looked for {', '.join(SUFFIXES)}.", file=sys.stderr)
        return 2
    return 1 if failed else 0


def _with_ray(chosen: argparse.Namespace) -> int:
    try:
        from model import batch

        read, failed = batch.run(chosen.pictures[0], chosen.out, chosen.model, chosen.input_scale)
    except (ImportError, ModelError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    if not read:
        print(f"No pictures found in {chosen.pictures[0]}; looked for {', '.join(SUFFIXES)}.", file=sys.stderr)
        return 2
    return 1 if failed else 0


def _expand(names: list[str]) -> Iterator[str]:
    """File names as they are; of folders, all files below with a picture's ending; of globs, the files that match."""
    for name in names:
        path = Path(name)
        if path.is_dir():
            yield from (str(p) for p in sorted(path.rglob("*")) if p.suffix.lower() in SUFFIXES and p.is_file())
        elif not path.exists() and glob.has_magic(name):
            yield from sorted(glob.glob(name, recursive=True))
        else:
            yield name


def _sentence(line: dict) -> str:
    """A JSON line's content as text for people."""
    if line["error"]:
        return f"{line['file']}: {line['error']}"
    if not line["digits"]:
        return f"{line['file']}: (empty)"
    odds = ", ".join(f"{d['digit']} {d['probability']:.1%} {d['verdict']}" for d in line["digits"])
    text = line["text"].replace("\n", " / ") or "–"
    return f"{line['file']}: {text}  {line['verdict']}  ({odds})"


if __name__ == "__main__":
    sys.exit(main())
