"""What a person decided about the suspects, and the corrected test set: `settle`, `changes_csv`, `corrected_zip`."""

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from evaluation.audit.pictures import Audit
from evaluation.audit.suspects import Suspect
from evaluation.picture_folder import is_label
from evaluation.report_files import safe_cell
from model.pictures import PictureError

KEEP, RELABEL, DROP = "keep", "relabel", "drop"
CHANGES = "changes.csv"


@dataclass(frozen=True)
class Decision:
    """action: KEEP, RELABEL or DROP; label: the new one, for RELABEL alone. Raises ValueError for anything else."""

    action: str
    label: int | None = None

    def __post_init__(self):
        if self.action not in (KEEP, RELABEL, DROP) or (self.label in range(10)) != (self.action == RELABEL):
            raise ValueError("a suspect is kept, relabelled with a digit, or dropped")


def settle(audit: Audit, decisions: Mapping[int, Decision]) -> tuple[np.ndarray, np.ndarray]:
    """Labels, (n,) int64, and what is kept, (n,) bool, after the decisions, which are by index. Without any, nothing changes.

    Raises ValueError for an index that is no suspect: nothing else may be changed.
    """
    suspects = {suspect.index for suspect in audit.found.suspects}
    if not set(decisions) <= suspects:
        raise ValueError("only suspects can be settled")
    labels, kept = audit.labels, np.ones(len(audit.seen), dtype=bool)
    for index, decision in decisions.items():
        if decision.action == RELABEL and decision.label is not None:
            labels[index] = decision.label
        kept[index] = decision.action != DROP
    return labels, kept


def suspects_csv(audit: Audit) -> str:
    """The suspects, the most suspect first: file, label, suggested (empty: it should rather go), score, kind."""
    rows = [
        [
            safe_cell(audit.seen[s.index].name),
            s.label,
            "" if s.suggested is None else s.suggested,
            f"{s.score:.4f}",
            s.kind,
        ]
        for s in audit.found.suspects
    ]
    return _csv(("file", "label", "suggested", "score", "kind"), rows)


def changes_csv(audit: Audit, decisions: Mapping[int, Decision]) -> str:
    """What was changed and what was looked at and kept: file, label, action, new_label, kind, score; in order of file."""
    by_index: dict[int, Suspect] = {suspect.index: suspect for suspect in audit.found.suspects}
    rows = []
    for index in sorted(decisions):
        decision, suspect = decisions[index], by_index[index]
        new = "" if decision.label is None else decision.label
        name = safe_cell(audit.seen[index].name)
        rows.append([name, suspect.label, decision.action, new, suspect.kind, f"{suspect.score:.4f}"])
    return _csv(("file", "label", "action", "new_label", "kind", "score"), rows)


def corrected_zip(audit: Audit, decisions: Mapping[int, Decision], content: Callable[[str], bytes]) -> bytes:
    """The corrected test set as a zip, <label>/…, with CHANGES. content: a picture's bytes by its name; one that is no longer
    readable is left out."""
    labels, kept = settle(audit, decisions)
    out, taken = io.BytesIO(), set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_member(CHANGES), changes_csv(audit, decisions).encode("utf-8"))
        for one, label, stays in zip(audit.seen, labels, kept, strict=True):
            if not stays:
                continue
            try:
                data = content(one.name)
            except (PictureError, OSError):
                continue
            archive.writestr(_member(_free(place(one.name, int(label)), taken)), data)
    return out.getvalue()


def place(name: str, label: int) -> str:
    """Where a picture of this label lies: its path with the label's folder exchanged, below `label` where it had none."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..")]
    folders = [i for i, part in enumerate(parts[:-1]) if is_label(part)]
    below = parts[folders[-1] + 1 :] if folders else parts[-1:]
    return "/".join([str(label), *below])


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number before its ending where another picture has it."""
    path, number, free = PurePosixPath(name), 1, name
    while free in taken:
        number += 1
        free = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
    taken.add(free)
    return free


def _member(name: str) -> zipfile.ZipInfo:
    """An entry without the time of day, so that the same decisions give the same file."""
    return zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))


def _csv(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(head)
    table.writerows(rows)
    return out.getvalue()
