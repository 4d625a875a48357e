"""The runs of this machine: `History` keeps the newest in a folder of the user's, or in memory where none can be written."""

import gzip
import json
import re
import secrets
import zlib
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_state_path

from evaluation.report import Report
from evaluation.report_files import ReportError, dumps, from_json
from model.files import replacing

KEPT = 20  # runs; each is about 150 kB
NAME = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}")  # when it was made, and a random end: two runs may end in one second
ENDING = ".json.gz"
PROGRAM = "handwritten-digits"
LONGEST_SUMMARY = 10_000  # characters; the first line of a file that this program wrote has a few hundred


@dataclass(frozen=True)
class Run:
    """A run as a list shows it. `created`: ISO 8601, UTC; accuracy: a fraction; seconds: of work."""

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
    """Where this user's runs belong, as the system says ($XDG_STATE_HOME or ~/.local/state on Linux); None without a home folder."""
    try:
        return user_state_path(PROGRAM, appauthor=False) / "runs"
    except RuntimeError:
        return None


class History:
    """Finished runs, the newest first. No fault of the folder raises an error: what cannot be kept there is kept in memory.

    trouble: one sentence without its end about what is wrong with the folder; empty where nothing is.
    """

    def __init__(self, folder: Path | None):
        self.folder = folder
        self.trouble = "" if folder else "This user has no home folder"
        self._memory: dict[str, tuple[Run, Report]] = {}

    def keep(self, report: Report) -> Run:
        """Add a run that has just finished; the oldest beyond KEPT goes."""
        when = re.sub(r"\D", "", report.created[:19])
        metrics = report.metrics
        run = Run(
            id=f"{when[:8]}T{when[8:]}-{secrets.token_hex(4)}",
            model=report.model,
            weights_sha256=report.weights_sha256,
            dataset_sha256=report.dataset.sha256,
            created=report.created,
            accuracy=metrics.accuracy,
            errors=metrics.errors,
            n=metrics.n,
            seconds=report.seconds,
        )
        if self.folder:
            try:
                _write(self.folder, run, report)
                self.trouble = ""
                return run
            except OSError as error:
                self.trouble = f"Runs cannot be written to this user's folder ({error.strerror})"
        self._memory[run.id] = run, report
        while len(self._memory) > KEPT:
            del self._memory[next(iter(self._memory))]  # the first to come, even where the clock was set back
        return run

    def runs(self) -> list[Run]:
        """All runs, the newest first; files that are no run of this program are passed over."""
        found = {run.id: run for run, _ in list(self._memory.values())}  # an evaluation may end meanwhile
        for path in _files(self.folder) if self.folder else ():
            if (run := summary(path)) is not None:
                found.setdefault(run.id, run)
        return [found[name] for name in sorted(found, reverse=True)][:KEPT]

    def report(self, name: str) -> Report:
        """The whole report of a run, by its id. Raises ReportError when it is not (or no longer) there or damaged."""
        if kept := self._memory.get(name):
            return kept[1]
        if self.folder is None or not NAME.fullmatch(name):
            raise ReportError("This run is no longer kept.")
        try:
            with gzip.open(self.folder / f"{name}{ENDING}", "rt", encoding="utf-8") as file:
                file.readline()
                return from_json(json.loads(file.read()))
        except (OSError, EOFError, zlib.error, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise ReportError("This run is no longer kept, or its file is damaged.") from error


def summary(path: Path) -> Run | None:
    """The first line of a kept run; None for what this program did not write."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            run = Run(**json.loads(file.readline(LONGEST_SUMMARY)))
    except (OSError, EOFError, zlib.error, ValueError, TypeError):
        return None
    numbers = (run.accuracy, run.errors, run.n, run.seconds)
    texts = (run.model, run.weights_sha256, run.dataset_sha256, run.created)
    good = all(isinstance(v, int | float) for v in numbers) and all(isinstance(v, str) for v in texts)
    return run if good and run.id == path.name.removesuffix(ENDING) else None


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if NAME.fullmatch(path.name.removesuffix(ENDING))]
    except OSError:
        return []


def _write(folder: Path, run: Run, report: Report) -> None:
    """Two lines: the run for the list, which is read without the rest, and the report. Raises OSError."""
    text = f"{json.dumps(vars(run))}\n{dumps(report)}"
    path = folder / f"{run.id}{ENDING}"
    with replacing(path) as temporary:
        temporary.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))
    # never the one that was just made, which is not the newest where the clock was set back
    for old in sorted((p for p in _files(folder) if p != path), key=lambda p: p.name)[: 1 - KEPT]:
        old.unlink(missing_ok=True)
