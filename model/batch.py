"""`python -m model.predict --ray SOURCE --out FOLDER`: reads millions of pictures into Parquet files with Ray Data. Enter at `run`.

The pictures that FOLDER already holds are left out, and the others are split into shards. Actors, each with its own recogniser,
read a shard and write it as one Parquet file, which gets its final name only when it is whole. So after any interruption, the
next run goes on after the last whole shard. SOURCE and FOLDER are folders, or addresses that Arrow knows (s3://, gs://,
hdfs://). Needs requirements-ray.txt.
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
    import pyarrow.parquet as pq
    import ray
    import ray.data
    from pyarrow import fs
except ImportError as error:
    raise ImportError("For --ray, install what it needs: pip install -r requirements-ray.txt") from error

import model
from model import recogniser
from model.custom_models import Wanted
from model.json_lines import read_content
from model.picture_files import SUFFIXES, is_hidden
from model.pictures import MAX_BYTES, PictureError

# Pictures in a shard: at most 10–60 s of one core, which is what an interruption costs; fewer where there are few pictures, so
# that every core gets SHARDS_PER_CORE and none waits long for the last one.
MAX_SHARD, MIN_SHARD, SHARDS_PER_CORE = 1000, 8, 4
PREFETCH = 16  # files fetched at the same time: an object store answers in 20–100 ms, a picture is read in 5–50 ms
WRITING = ".writing-"  # how unfinished files begin; Parquet's readers skip names that begin with a dot
DIGIT = {"digit": pa.int8(), "probability": pa.float32(), "verdict": pa.string(), "box": pa.list_(pa.int32(), 4)}
SCHEMA = pa.schema(
    {
        "file": pa.string(),
        "page": pa.int32(),
        "pages": pa.int32(),
        "text": pa.string(),
        "verdict": pa.string(),
        "why": pa.string(),
        "digits": pa.list_(pa.struct(DIGIT)),
        "other_writing": pa.list_(pa.list_(pa.int32())),
        "note": pa.string(),
        "error": pa.string(),
    }
)


def run(source: str, out: str, name: str, wanted: Wanted | None = None) -> tuple[int, int]:
    """Read every picture below ``source`` that is not in ``out`` yet.

    name, wanted: of the model, as `recogniser.load` takes them. Returns how many files ``out`` holds now, and how many
    of these could not be read. Raises OSError where a folder cannot be read or written, and ModelError.
    """
    recogniser.load(name, wanted)  # an error of the model appears here once, not in every actor
    waiting, done, failed = _list_pictures(source, out)
    total = done + len(waiting)
    if done:
        print(f"{done:,} of {total:,} pictures were read before.", file=sys.stderr)
    if not waiting:
        return total, failed
    _connect()
    cores = int(ray.cluster_resources().get("CPU", 1))
    size = min(MAX_SHARD, max(MIN_SHARD, len(waiting) // (SHARDS_PER_CORE * cores)))
    shards = [waiting[first : first + size] for first in range(0, len(waiting), size)]
    queued = ray.data.from_items([{"files": shard} for shard in shards], override_num_blocks=len(shards))
    finished = queued.map_batches(
        ShardReader,
        fn_constructor_args=(source, out, name, wanted),
        batch_size=1,
        batch_format="numpy",
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=min(cores, len(shards))),
        num_cpus=1,
    )
    for shard in finished.iter_rows():
        done, failed = done + int(shard["read"]), failed + int(shard["failed"])
        print(f"{done:,} of {total:,} pictures, {failed:,} unreadable", file=sys.stderr, flush=True)
    return total, failed


class ShardReader:
    """An actor with one recogniser that reads one shard at a time."""

    def __init__(self, source: str, out: str, name: str, wanted: Wanted | None):
        self.recogniser = recogniser.load(name, wanted)
        self.pictures, self.scheme = locate(source)[0], _scheme(source)
        self.files, self.folder = locate(out)
        self.threads = ThreadPoolExecutor(PREFETCH)

    def __call__(self, batch: dict) -> dict:
        """{"files": [one shard's names]} → {"read": [files], "failed": [files]}, when the shard is written."""
        names = [str(name) for name in batch["files"][0]]
        read = (read_content(self.recogniser, name, content) for name, content in self._contents(names))
        rows = [row for pages in read for row in pages]
        _write(self.files, self.folder, names, rows)
        return {"read": [len(names)], "failed": [sum(row["error"] is not None for row in rows)]}

    def _contents(self, names: list[str]) -> Iterator[tuple[str, bytes | PictureError]]:
        for first in range(0, len(names), PREFETCH):
            part = names[first : first + PREFETCH]
            yield from zip(part, self.threads.map(self._fetch, part), strict=True)

    def _fetch(self, name: str) -> bytes | PictureError:
        return fetch(self.pictures, name.removeprefix(self.scheme))


def fetch(files: fs.FileSystem, path: str) -> bytes | PictureError:
    """A file's bytes, or why they could not be fetched. A file that is too large is read only one byte beyond the limit."""
    try:
        with files.open_input_stream(path) as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        return PictureError(f"The file cannot be opened ({reason}).")


def locate(name: str) -> tuple[fs.FileSystem, str]:
    """The file system of a folder, file or address, and the path in it."""
    return fs.FileSystem.from_uri(name if "://" in name else Path(name).absolute().as_uri())


def _scheme(source: str) -> str:
    """What the names of an address's files begin with, before their paths; "" of a folder's."""
    return source.partition("://")[0] + "://" if "://" in source else ""


def _list_pictures(source: str, out: str) -> tuple[list[str], int, int]:
    """The names of the pictures still to read, sorted; how many pictures ``out`` holds, and how many of these failed."""
    files, path = locate(source)
    found = [info.path for info in files.get_file_info(fs.FileSelector(path, recursive=True)) if info.is_file]
    names = sorted(_scheme(source) + one for one in found if _is_picture(one, path))
    target, folder = locate(out)
    target.create_dir(folder, recursive=True)
    shards = [info.path for info in target.get_file_info(fs.FileSelector(folder)) if _is_whole(info.base_name)]
    before, failed = set(), 0
    for shard in shards:
        with pq.ParquetFile(shard, filesystem=target) as file:
            table = file.read(columns=["file", "error"])
        before.update(table["file"].to_pylist())
        failed += len(table) - table["error"].null_count
    return [name for name in names if name not in before], len(before), failed


def _is_picture(path: str, folder: str) -> bool:
    """Whether a file below a folder is one by its name: no other has to be opened for that."""
    return path.lower().endswith(SUFFIXES) and not any(map(is_hidden, path[len(folder) :].split("/")))


def _is_whole(name: str) -> bool:
    return name.endswith(".parquet") and not name.startswith(WRITING)


def _write(files: fs.FileSystem, folder: str, names: list[str], rows: list[dict]) -> None:
    """Write one shard and rename it when it is whole. It is named after its pictures, so that a repeated shard replaces itself."""
    name = hashlib.sha256("\n".join(names).encode("utf-8", "surrogateescape")).hexdigest()[:24] + ".parquet"
    temporary = posixpath.join(folder, WRITING + name)
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), temporary, filesystem=files, compression="zstd")
    files.move(temporary, posixpath.join(folder, name))


def _connect() -> None:
    """Join the cluster that RAY_ADDRESS names, or start one on this machine, without Ray's many log lines."""
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # no usage reports over the network
    os.environ.setdefault(
        "RAY_IGNORE_UNHANDLED_ERRORS", "1"
    )  # of Ray's statistics; an error of an actor still ends the run
    if ray.is_initialized():
        return
    if os.environ.get("RAY_ADDRESS"):
        ray.init(log_to_driver=False, logging_level=logging.ERROR, runtime_env={"py_modules": [model]})
    else:
        ray.init(log_to_driver=False, logging_level=logging.ERROR, include_dashboard=False)
