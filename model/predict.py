"""`python -m model.predict PICTURE…`: reads pictures and prints each as text or as a JSON line."""

import argparse
import glob
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from model import recogniser, terminal
from model.inference import ModelError
from model.json_lines import read_file
from model.model_files import ENDINGS
from model.model_options import add_model_options, print_notes, wanted
from model.picture_files import SUFFIXES, begins_like_a_picture, files_below
from model.terminal import shows_everything

MOST_NAMED = 10  # files that are named, of those left out


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 if every picture was read, 1 if any could not be, 2 without a model or without pictures."""
    parser = argparse.ArgumentParser(prog="python -m model.predict", description="Read handwritten digits in pictures.")
    parser.add_argument("pictures", nargs="+", metavar="PICTURE", help="files, folders or globs")
    parser.add_argument(
        "--model",
        default=recogniser.DEFAULT,
        metavar="NAME|FILE",
        help=f"{', '.join(recogniser.shipped())}, or a {ENDINGS}",
    )
    add_model_options(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of text")
    parser.add_argument("--ray", action="store_true", help="read one folder or s3://… address of any size, with Ray")
    parser.add_argument("--out", metavar="FOLDER", help="with --ray: where the Parquet files go; a rerun goes on there")
    chosen = parser.parse_args(arguments)
    if chosen.ray or chosen.out:
        if not chosen.ray or not chosen.out or len(chosen.pictures) != 1:
            parser.error("--ray takes one folder or address, and --out FOLDER")
        return _with_ray(chosen)
    try:
        reader = recogniser.load(chosen.model, wanted(chosen))
    except ModelError as error:
        print(error, file=sys.stderr)
        return 2
    print_notes(reader.name, reader.notes)
    read = failed = 0
    left_out: list[str] = []
    for path in _expand(chosen.pictures, left_out):
        for line in read_file(reader, path):
            read, failed = read + 1, failed + (line["error"] is not None)
            text = json.dumps(line, ensure_ascii=not shows_everything()) if chosen.json else _sentence(line)
            print(text, flush=not chosen.json)
    if left_out:
        print(_about_left_out(left_out), file=sys.stderr)
    if not read:
        print(f"No pictures found in {', '.join(chosen.pictures)}; looked for {', '.join(SUFFIXES)}.", file=sys.stderr)
        return 2
    return 1 if failed else 0


def _about_left_out(names: list[str]) -> str:
    """One line on the files of folders that are no pictures."""
    some = ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")
    files = "1 file that is no picture" if len(names) == 1 else f"{len(names):,} files that are no pictures"
    return f"Left out {files}: {some}"


def _with_ray(chosen: argparse.Namespace) -> int:
    try:
        from model import batch

        read, failed = batch.run(chosen.pictures[0], chosen.out, chosen.model, wanted(chosen))
    except (ImportError, ModelError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    if not read:
        print(f"No pictures found in {chosen.pictures[0]}; looked for {', '.join(SUFFIXES)}.", file=sys.stderr)
        return 2
    return 1 if failed else 0


def _expand(names: list[str], left_out: list[str]) -> Iterator[str]:
    """File names as they are; of folders, all pictures below, by ending or first bytes; of globs, the files that match, and
    those of the folders that do.

    left_out: gets the names of the other files in folders, but for hidden ones.
    """
    for name in names:
        path = Path(name)
        if path.is_dir():
            for file in files_below(path):
                if file.suffix.lower() in SUFFIXES or begins_like_a_picture(file):
                    yield str(file)
                else:
                    left_out.append(str(file))
        elif not path.exists() and glob.has_magic(name):
            for match in sorted(glob.glob(name, recursive=True)):
                if "**" not in name:
                    yield from _expand([match], left_out)
                elif not Path(match).is_dir():  # what is in it matches as well
                    yield match
        else:
            yield name


def _sentence(line: dict) -> str:
    """A JSON line's content as text for people."""
    several = line["page"] > 1 or line["pages"] != 1 and not line["error"]
    name = f"{line['file']}, page {line['page']}" if several else line["file"]
    if line["error"]:
        return f"{name}: {line['error']}"
    note = f"  {line['note']}" if line["note"] else ""
    if not line["digits"]:
        return f"{name}: (empty){note}"
    odds = ", ".join(f"{d['digit']} {d['probability']:.1%} {d['verdict']}" for d in line["digits"])
    text = line["text"].replace("\n", " / ") or "–"
    return f"{name}: {text}  {line['verdict']}  ({odds}){note}"


if __name__ == "__main__":
    sys.exit(terminal.run(main))
