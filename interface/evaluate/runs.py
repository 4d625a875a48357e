"""How a run that goes on in its own thread is watched, and what is said of it at its end."""

from collections.abc import Iterator

from evaluation.picture_folder import FolderError
from evaluation.runner import SharedRun, Step


def steps(shared: SharedRun) -> Iterator[Step | None]:
    """The progress of a run at each of its steps, and once more at its end; None before the first."""
    yield from shared.watch()
    yield shared.progress


def ended(shared: SharedRun) -> str:
    """What to say of a run that has ended; nothing when it went well."""
    if shared.cancelled:
        p = shared.progress
        return f"Cancelled after {p.done:,} of {p.total:,} images." if p else "Cancelled."
    if isinstance(shared.error, FolderError):
        return str(shared.error)
    return f"The run stopped: {type(shared.error).__name__}. Press Run to try again." if shared.error else ""
