"""What programs send is gone within a day.

Gradio deletes the uploads it remembers (``delete_cache``), but its MCP also writes each picture that comes as text and
forgets it. So this app has a temporary folder of its own (demo.py names it) and sweeps it.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

HOUR, DAY = 3600, 86400  # seconds between two sweeps; how old a file may get


def sweep(folder: Path, age: float = DAY) -> None:
    """Delete what is older than ``age`` seconds under ``folder``: files, and folders once they are empty for so long."""
    for path in sorted(folder.rglob("*"), reverse=True):  # what lies inside comes first
        with contextlib.suppress(OSError):  # in use, not empty, or gone already
            if time.time() - path.lstat().st_mtime > age:
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


@contextlib.asynccontextmanager
async def lifespan(_app) -> AsyncIterator[None]:
    """For ``launch(app_kwargs={"lifespan": …})``: sweeps every hour while the app serves."""

    async def hourly() -> None:
        while True:
            await asyncio.sleep(HOUR)
            await asyncio.to_thread(sweep, Path(os.environ["GRADIO_TEMP_DIR"]))

    task = asyncio.create_task(hourly())
    yield
    task.cancel()
