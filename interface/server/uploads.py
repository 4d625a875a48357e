"""The folder of what programs upload: bounded in size, swept within a day. The page itself uploads nothing to disk.

Gradio deletes the uploads it remembers (``delete_cache``), but its MCP also writes each picture that comes as text and
forgets it. So this app has a temporary folder of its own (`surroundings.prepare` names it in $GRADIO_TEMP_DIR) and sweeps it. The size of one upload
is checked in request_body.py.
"""

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

from interface.server.limits import LIMITS
from interface.server.surroundings import UPLOADS

HOUR, DAY = 3600, 86400  # seconds between two sweeps; how old a file may get
SAFE = 600  # seconds: what is younger may still be read; what is older may go before its day where there is no room


def sweep(folder: Path, age: float = DAY) -> None:
    """Delete what is older than ``age`` seconds under ``folder``: files, and folders once they are empty for so long.

    What is newer than now by as much was written before the clock was set back, and goes too.
    """
    for path in sorted(folder.rglob("*"), reverse=True):  # what lies inside comes first
        with contextlib.suppress(OSError):  # in use, not empty, or gone already
            if abs(time.time() - path.lstat().st_mtime) > age:
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def sweep_abandoned(folder: Path) -> None:
    """Delete the folders beside ``folder`` of apps that were killed: a running one touches its own every hour."""
    for other in folder.parent.glob(f"{UPLOADS}*"):
        with contextlib.suppress(OSError):
            if other.is_dir() and not other.is_symlink() and time.time() - other.lstat().st_mtime > DAY:
                shutil.rmtree(other, ignore_errors=True)  # another user's stays


def make_room(folder: Path | None = None, most: int = LIMITS.upload_folder_bytes) -> bool:
    """Whether one more upload fits under ``most`` bytes and LIMITS.upload_folder_files files. What is older goes first."""
    folder = folder or Path(os.environ["GRADIO_TEMP_DIR"])
    if has_room(folder, most):
        return True
    sweep(folder, SAFE)
    return has_room(folder, most)


def has_room(folder: Path, most: int) -> bool:
    """Whether the folder holds at most ``most`` bytes and not too many files; it stops counting once it does not."""
    size = 0
    for count, path in enumerate(folder.rglob("*"), 1):
        with contextlib.suppress(OSError):  # gone already
            size += path.lstat().st_size
        if count > 2 * LIMITS.upload_folder_files or size > most:  # each file lies in a folder of its own
            return False
    return True


@contextlib.asynccontextmanager
async def sweeping() -> AsyncIterator[None]:
    """Sweeps every hour while the app serves."""
    folder = Path(os.environ["GRADIO_TEMP_DIR"])

    async def hourly() -> None:
        while True:
            with contextlib.suppress(OSError):
                os.utime(folder)
            await asyncio.to_thread(sweep_abandoned, folder)
            await asyncio.sleep(HOUR)
            await asyncio.to_thread(sweep, folder)

    task = asyncio.create_task(hourly())
    yield
    task.cancel()
