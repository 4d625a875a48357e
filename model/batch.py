"""`python -m model.predict --ray SOURCE --out FOLDER`: millions of pictures to Parquet, by Ray Data on one machine or many.

The files are listed, what FOLDER already holds is left out, and the rest is cut into shards. Actors, each with a recogniser of
its own, read a shard and write it as one Parquet file under its final name only when it is whole; so whatever ends a
run, the next one goes on after the last whole shard. SOURCE and FOLDER are folders, or addresses that Arrow knows
(s3://, gs://, hdfs://). Needs requirements-ray.txt.
"""

import hashlib
import logging
import os
import posixpath
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

try:
    import pyarrow as pa
    import pyarrow.fs
    import pyarrow.parquet as pq
    import ray
    import ray.data
except ImportError as error:
    raise ImportError("For --ray, install what it needs: pip install -r requirements-ray.txt") from error

import model
from model import recogniser
from model.json_lines import read_content
from model.pictures import MAX_BYTES, SUFFIXES, PictureError

# Pictures in a Parquet file. At most: 10–60 s of one core, what an interruption costs. Fewer where there are few, so that
# every core has SHARES of them and none waits long for the last.
MOST, LEAST, SHARES = 1000, 8, 4
AHEAD = 16  # files fetched at once: an object store answers in 20–100 ms, a picture is read in 5–50
HIDDEN = ".writing-"  # Parquet's readers pass over names that begin with a dot
DIGIT = {"digit": pa.int8(), "probability": pa.float32(), "verdict": pa.string(), "box": pa.list_(pa.int32(), 4)}
SCHEMA = pa.schema(
    {
        "file": pa.string(),
        "text": pa.string(),
        "verdict": pa.string(),
        "digits": pa.list_(pa.struct(DIGIT)),
        "error": pa.string(),
    }
)


def run(source: str, out: str, name: str, input_scale: float | None = None) -> tuple[int, int]:
    """Read what is below ``source`` and not yet in ``out``; (files in ``out`` now, how many of them could not be read).

    name, input_scale: of the model, as `recogniser.load` takes them. Raises OSError where a folder cannot be read or
    written, ModelError.
    """
    recogniser.load(name, input_scale)  # what is wrong with it is said here, not by every actor
    todo, done, failed = _left(source, out)
    total = done + len(todo)
    if done:
        print(f"{done:,} of {total:,} pictures were read before.", file=sys.stderr)
    if not todo:
        return total, failed
    _connect()
    cores = int(ray.cluster_resources().get("CPU", 1))
    size = min(MOST, max(LEAST, len(todo) // (SHARES * cores)))
    shards = [todo[first : first + size] for first in range(0, len(todo), size)]
    waiting = ray.data.from_items([{"files": shard} for shard in shards], override_num_blocks=len(shards))
    finished = waiting.map_batches(
        Reader,
        fn_constructor_args=(out, name, input_scale),
        batch_size=1,
        batch_format="numpy",
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=min(cores, len(shards))),
        num_cpus=1,
    )
    for shard in finished.iter_rows():
        done, failed = done + int(shard["read"]), failed + int(shard["failed"])
        print(f"{done:,} of {total:,} pictures, {failed:,} unreadable", file=sys.stderr, flush=True)
    return total, failed


class Reader:
    """An actor: one recogniser, one shard at a time."""

    def __init__(self, out: str, name: str, input_scale: float | None):
        self.reader = recogniser.load(name, input_scale)
        self.files, self.folder = place(out)
        self.threads = ThreadPoolExecutor(AHEAD)

    def __call__(self, batch: dict) -> dict:
        """{"files": [one shard's names]} → {"read": [n], "failed": [n]}, once the shard lies in the folder."""
        names = [str(name) for name in batch["files"][0]]
        rows = [read_content(self.reader, name, content) for name, content in self._contents(names)]
        _write(self.files, self.folder, names, rows)
        return {"read": [len(rows)], "failed": [sum(row["error"] is not None for row in rows)]}

    def _contents(self, names: list[str]) -> Iterator[tuple[str, bytes | PictureError]]:
        for first in range(0, len(names), AHEAD):
            part = names[first : first + AHEAD]
            yield from zip(part, self.threads.map(fetch, part), strict=True)


def fetch(name: str) -> bytes | PictureError:
    """A file's bytes, or why there are none; of one that is too large, enough to say so."""
    try:
        files, path = place(name)
        with files.open_input_stream(path) as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        return PictureError(f"The file cannot be opened ({reason}).")


def place(name: str) -> tuple[pa.fs.FileSystem, str]:
    """Where a folder or file lies: the file system, and the path there."""
    return pa.fs.FileSystem.from_uri(name if "://" in name else Path(name).absolute().as_uri())


def _left(source: str, out: str) -> tuple[list[str], int, int]:
    """The names of the pictures still to be read, sorted; how many ``out`` holds, and how many of these failed."""
    files, path = place(source)
    start = source.partition("://")[0] + "://" if "://" in source else ""
    found = files.get_file_info(pa.fs.FileSelector(path, recursive=True))
    names = sorted(start + info.path for info in found if info.is_file and info.path.lower().endswith(SUFFIXES))
    target, folder = place(out)
    target.create_dir(folder, recursive=True)
    kept = [i.path for i in target.get_file_info(pa.fs.FileSelector(folder)) if _whole(i.base_name)]
    before, failed = set(), 0
    for shard in kept:
        table = pq.read_table(shard, filesystem=target, columns=["file", "error"], partitioning=None)
        before.update(table["file"].to_pylist())
        failed += len(table) - table["error"].null_count
    return [name for name in names if name not in before], len(before), failed


def _whole(name: str) -> bool:
    return name.endswith(".parquet") and not name.startswith(HIDDEN)


def _write(files: pa.fs.FileSystem, folder: str, names: list[str], rows: list[dict]) -> None:
    """One shard, under its final name once it is whole; named after its files, so that twice is once."""
    name = hashlib.sha256("\n".join(names).encode("utf-8", "surrogateescape")).hexdigest()[:24] + ".parquet"
    temporary = posixpath.join(folder, HIDDEN + name)
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), temporary, filesystem=files, compression="zstd")
    files.move(temporary, posixpath.join(folder, name))


def _connect() -> None:
    """Join the cluster that RAY_ADDRESS names, or start one of this machine's cores; without Ray's own many lines."""
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing asks the network
    os.environ.setdefault("RAY_IGNORE_UNHANDLED_ERRORS", "1")  # of its own statistics; a reader's end the run
    if not ray.is_initialized():
        away = (
            {"runtime_env": {"py_modules": [model]}} if os.environ.get("RAY_ADDRESS") else {"include_dashboard": False}
        )
        ray.init(log_to_driver=False, logging_level=logging.ERROR, **away)
