"""The runs of this machine: the newest are kept in a folder of the user's, or in memory where there is none to write to."""

import gzip
import json
import os
import re
import secrets
import zlib
from dataclasses import dataclass
from pathlib import Path

from evaluation.report import Report
from evaluation.report_files import ReportError, dumps, from_json
from model.files import replacing

KEPT = 20  # runs; each is about 150 kB
NAME = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}")  # when it was made, and a random end: two runs may end in one second
PROGRAM = "handwritten-digits"


@dataclass(frozen=True)
class Run:
    """What a list says of a run. `created`: ISO 8601, UTC; accuracy: a fraction."""

    id: str
    model: str
    weights_sha256: str
    dataset_sha256: str
    created: str
    accuracy: float
    errors: int
    n: int
    seconds: float


def state_folder() -> Path | None:
    """Where this user's runs belong (XDG base directories, or Windows's local application data); None without a home."""
    try:
        state = os.environ.get("XDG_STATE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".local" / "state"
    except RuntimeError:
        return None
    return Path(state) / PROGRAM / "runs"


class History:
    """Finished runs, the newest first. Nothing here raises because of the folder: what cannot be kept there is kept in memory."""

    def __init__(self, folder: Path | None):
        self.folder = folder
        self.trouble = "" if folder else "This user has no home folder"
        self._memory: dict[str, tuple[Run, Report]] = {}

    def keep(self, report: Report) -> Run:
        """Add a run that has just finished; the oldest beyond KEPT goes."""
        made = re.sub(r"\D", "", report.created[:19])
        name = f"{made[:8]}T{made[8:]}-{secrets.token_hex(4)}"
        run = Run(name, report.model, report.weights_sha256, report.dataset.sha256, report.created,
                  report.metrics.accuracy, report.metrics.errors, report.metrics.n, report.seconds)  # fmt: skip
        if self.folder:
            try:
                self._write(run, report)
                self.trouble = ""
                return run
            except OSError as error:
                self.trouble = f"Runs cannot be written to this user's folder ({error.strerror})"
        self._memory[name] = run, report
        while len(self._memory) > KEPT:
            del self._memory[next(iter(self._memory))]  # the first to come, whatever the clock said
        return run

    def runs(self) -> list[Run]:
        """All runs, the newest first; files that are no run of this program are passed over."""
        found = {run.id: run for run, _ in self._memory.values()}
        for path in self._files():
            if (run := summary(path)) is not None:
                found.setdefault(run.id, run)
        return [found[name] for name in sorted(found, reverse=True)][:KEPT]

    def report(self, name: str) -> Report:
        """The whole report of a run. Raises ReportError when it is not (or no longer) there or damaged."""
        if name in self._memory:
            return self._memory[name][1]
        if self.folder is None or not NAME.fullmatch(name):
            raise ReportError("This run is no longer kept.")
        try:
            with gzip.open(self.folder / f"{name}.json.gz", "rt", encoding="utf-8") as file:
                file.readline()
                return from_json(json.loads(file.read()))
        except (OSError, EOFError, zlib.error, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise ReportError("This run is no longer kept, or its file is damaged.") from error

    def _files(self) -> list[Path]:
        try:
            return (
                [p for p in self.folder.iterdir() if NAME.fullmatch(p.name.removesuffix(".json.gz"))]
                if self.folder
                else []
            )
        except OSError:
            return []

    def _write(self, run: Run, report: Report) -> None:
        """Two lines: the run for the list, which is read without the rest, and the report."""
        text = f"{json.dumps(vars(run))}\n{dumps(report)}"
        path = self.folder / f"{run.id}.json.gz"
        with replacing(path) as temporary:
            temporary.write_bytes(gzip.compress(text.encode(), mtime=0))
        # never the one that was just made, which is not the newest where the clock was set back
        for old in sorted((p for p in self._files() if p != path), key=lambda p: p.name)[: 1 - KEPT]:
            old.unlink(missing_ok=True)


def summary(path: Path) -> Run | None:
    """The first line of a kept run; None for what this program did not write."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            run = Run(**json.loads(file.readline(10_000)))
    except (OSError, EOFError, zlib.error, ValueError, TypeError):
        return None
    numbers = (run.accuracy, run.errors, run.n, run.seconds)
    texts = (run.model, run.weights_sha256, run.dataset_sha256, run.created)
    good = all(isinstance(v, int | float) for v in numbers) and all(isinstance(v, str) for v in texts)
    return run if good and run.id == path.name.removesuffix(".json.gz") else None
