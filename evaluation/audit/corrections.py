"""What a person decided about the suspects, and the corrected test set: `settle`, `changes_csv`, `corrected_zip`."""

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType

import numpy as np

from evaluation.audit.pictures import Audit
from evaluation.audit.suspects import Suspect
from evaluation.picture_folder import is_label
from evaluation.report_files import safe_cell
from model.pictures import PictureError

KEEP, RELABEL, DROP = "keep", "relabel", "drop"
LEFT_OUT = "left out"  # of the zip, though nobody dropped it: it could not be read
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


def changes_csv(
    audit: Audit, decisions: Mapping[int, Decision], left_out: Mapping[int, str] = MappingProxyType({})
) -> str:
    """What was changed and what was looked at and kept: file, label, action, new_label, kind, score; in order of file. Then, with
    the reason as their kind, the pictures that are LEFT_OUT: by index."""
    by_index: dict[int, Suspect] = {suspect.index: suspect for suspect in audit.found.suspects}
    rows: list[list[object]] = []
    for index in sorted(decisions):
        decision, suspect = decisions[index], by_index[index]
        new = "" if decision.label is None else decision.label
        name = safe_cell(audit.seen[index].name)
        rows.append([name, suspect.label, decision.action, new, suspect.kind, f"{suspect.score:.4f}"])
    for index, reason in sorted(left_out.items()):
        rows.append([safe_cell(audit.seen[index].name), audit.seen[index].label, LEFT_OUT, "", reason, ""])
    return _csv(("file", "label", "action", "new_label", "kind", "score"), rows)


def corrected_zip(audit: Audit, decisions: Mapping[int, Decision], content: Callable[[str], bytes]) -> bytes:
    """The corrected test set as a zip, <label>/…, with CHANGES. content: a picture's bytes by its name; one that cannot be read, such
    as a page of a file, is left out, and CHANGES lists it."""
    labels, kept = settle(audit, decisions)
    out, taken, left_out = io.BytesIO(), set(), {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for index in np.flatnonzero(kept).tolist():
            name = audit.seen[index].name
            try:
                data = content(name)
            except (PictureError, OSError) as error:
                left_out[index] = str(error)
            else:
                archive.writestr(_member(_free(place(name, int(labels[index])), taken)), data)
        archive.writestr(_member(CHANGES), changes_csv(audit, decisions, left_out).encode("utf-8"))
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
