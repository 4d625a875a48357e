"""What every command line does with its terminal: `run` a command so that neither odd letters nor a closed pipe end it in a trace."""

import contextlib
import io
import os
import sys
from collections.abc import Callable


def run(main: Callable[[], int]) -> int:
    """Call a command's `main` and return its exit code; 1 where nobody reads its output any more, 130 where it was interrupted.

    A letter that the terminal's encoding lacks is shown as "?".
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = main()
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Python flushes once more at its end, which must not fail again
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


def shows_everything(stream=None) -> bool:
    """Whether a stream, by default stdout, takes every letter."""
    encoding = getattr(stream or sys.stdout, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "").replace("_", "") in ("utf8", "utf16", "utf32")
