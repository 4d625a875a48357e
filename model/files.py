"""Atomic writes: a reader finds the old file or the new one, never half of one. Enter at `replacing`.

Written by hand: atomicwrites, the known helper, is no longer maintained, and others give an open file where Keras wants a path.
"""

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

WRITING = ".writing-"  # how the names of unfinished files begin
ABANDONED = 3600  # seconds after which an unfinished file is removed; no file here takes a minute to write


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yields a temporary path to write to; when the block ends, that file replaces ``path`` in one step.

    On any error the old file stays as it was and the temporary one is removed. The temporary name keeps the ending, because Keras
    chooses the format by it. A link stays one; a device or a pipe is written to as it is. Raises OSError where the folder cannot be
    written.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        yield path
        return
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    _tidy(path.parent)
    handle, name = tempfile.mkstemp(prefix=WRITING, suffix=path.name, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)  # mkstemp's 0600 would hide a shipped file from a container's user
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _tidy(folder: Path) -> None:
    """Remove unfinished files of programs that were killed while they wrote."""
    for left in folder.glob(f"{WRITING}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > ABANDONED:
                left.unlink()


def write_json(path: Path, content: dict) -> None:
    """Write ``content`` as indented JSON in UTF-8, in one step."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")
