"""What programs send is gone within a day.

Gradio deletes the uploads it remembers (``delete_cache``), but its MCP also writes each picture that comes as text and
forgets it. So this app has a temporary folder of its own (demo.py names it) and sweeps it.
"""

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

from interface.server.rate_limits import LIMITS

PREFIX = "digits-"  # of the folder's name, in demo.py too, which needs it before anything is imported
HOUR, DAY = 3600, 86400  # seconds between two sweeps; how old a file may get
JUST = 600  # seconds: what is older may go before its day where there is no room
FILES = 5_000  # at once: bytes alone would let millions of empty ones in


def sweep(folder: Path, age: float = DAY) -> None:
    """Delete what is older than ``age`` seconds under ``folder``: files, and folders once they are empty for so long.

    What is as much newer than now was written before the clock was set back.
    """
    for path in sorted(folder.rglob("*"), reverse=True):  # what lies inside comes first
        with contextlib.suppress(OSError):  # in use, not empty, or gone already
            if abs(time.time() - path.lstat().st_mtime) > age:
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def abandoned(folder: Path) -> None:
    """Delete the folders beside ``folder`` of apps that were killed: a running one touches its own every hour."""
    for other in folder.parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if other.is_dir() and not other.is_symlink() and time.time() - other.lstat().st_mtime > DAY:
                shutil.rmtree(other, ignore_errors=True)  # another user's stays


def room(folder: Path | None = None, most: int = LIMITS.kept) -> bool:
    """Whether another upload fits: under ``most`` bytes and FILES files are kept. What is older goes first."""
    folder = folder or Path(os.environ["GRADIO_TEMP_DIR"])
    if fits(folder, most):
        return True
    sweep(folder, JUST)
    return fits(folder, most)


def fits(folder: Path, most: int) -> bool:
    size = 0
    for files, path in enumerate(folder.rglob("*"), 1):
        with contextlib.suppress(OSError):  # gone already
            size += path.lstat().st_size
        if files > 2 * FILES or size > most:  # each lies in a folder of its own
            return False
    return True


@contextlib.asynccontextmanager
async def lifespan(_app) -> AsyncIterator[None]:
    """For ``launch(app_kwargs={"lifespan": …})``: sweeps every hour while the app serves."""
    folder = Path(os.environ["GRADIO_TEMP_DIR"])

    async def hourly() -> None:
        while True:
            with contextlib.suppress(OSError):
                os.utime(folder)
            await asyncio.to_thread(abandoned, folder)
            await asyncio.sleep(HOUR)
            await asyncio.to_thread(sweep, folder)

    task = asyncio.create_task(hourly())
    yield
    task.cancel()
