"""Reads and writes reports: JSON (`dumps`, `load`), CSV (`predictions_csv`), and the reports that ship (`shipped`).

The JSON's fields are those of `to_json`, schema 1; all rates are fractions in [0, 1], all intervals 95 % [low, high].
"""

import csv
import errno
import io
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from evaluation import detail_files
from evaluation.confidence import trust
from evaluation.curves import Bin, CoveragePoint
from evaluation.metrics import FIGURES, Metrics, PerClass, SubsetAccuracy, Uncalibrated
from evaluation.report import Dataset, Folder, Report, Robustness
from evaluation.robustness import Score
from model.files import replacing

SCHEMA = 1
SLICE = 200  # predictions that are encoded at once, which takes 2 ms
SHIPPED = Path(__file__).parent / "reports"


class ReportError(Exception):
    """A report cannot be read or written; the text names the file and says what to do."""


def shipped(name: str) -> Report | None:
    """The report that ships with a model; None when there is none (a custom model). Raises ReportError for a damaged one."""
    path = SHIPPED / f"{Path(name).name}.json"
    return load(path) if path.is_file() else None


def to_json(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    m, aside = report.metrics, report.metrics.without_label_problems
    trusted = trust(report.labels, report.predicted, report.probabilities)
    return {
        "schema": SCHEMA,
        "model": report.model,
        "weights_sha256": report.weights_sha256,
        "dataset": asdict(report.dataset),
        "accuracy": m.accuracy,
        "errors": m.errors,
        "intervals": {
            "accuracy": m.interval,
            "without_label_problems": aside and aside.interval,
            "ece": trusted.ece_interval,
        },
        "confusion_matrix": m.confusion_matrix,
        "no_single_digit": m.no_single_digit,
        "per_class": [_class_to_json(row) for row in m.per_class],
        **{name: getattr(m, name) for name in FIGURES},
        "calibration": [asdict(b) for b in m.calibration],
        "before_calibration": report.before and asdict(report.before),
        "calibration_by_digit": [asdict(row) for row in trusted.by_digit],
        "second_look": report.second_look,
        "notes": list(report.notes),
        "coverage": [asdict(p) for p in m.coverage],
        "without_label_problems": aside and {"n": aside.n, "accuracy": aside.accuracy, "errors": aside.errors},
        "robustness": report.robustness and asdict(report.robustness),
        "slices": report.slices and detail_files.slices_to_json(report.slices),
        "refusal": report.refusal and detail_files.refusal_to_json(report.refusal),
        "cost": report.cost and asdict(report.cost),
        "epochs": list(report.epochs),
        "predictions": [
            {"index": i, "true": int(t), "predicted": int(p), "probabilities": row}
            for i, (t, p, row) in enumerate(
                zip(report.labels, report.predicted, report.probabilities.tolist(), strict=True)
            )
        ],
        "folder": report.folder and asdict(report.folder),
        "seconds": report.seconds,
        "images_per_second": report.images_per_second,
        "versions": report.versions,
        "created": report.created,
    }


def from_json(data: dict[str, Any]) -> Report:
    """to_json's inverse. Raises KeyError, TypeError, ValueError, AttributeError or IndexError on what is not such a report."""
    if data["schema"] != SCHEMA:
        raise ValueError(f"schema {data['schema']}")
    rows = data["predictions"]
    labels = np.array([r["true"] for r in rows], np.int64)
    predicted = np.array([r["predicted"] for r in rows], np.int64)
    probabilities = np.array([r["probabilities"] for r in rows], np.float64)
    metrics = _metrics(data)
    if (
        probabilities.shape != (len(rows), 10)
        or (_counted(labels, predicted) != metrics.confusion_matrix).any()
        or metrics.errors != (labels != predicted).sum()
        or abs(metrics.accuracy - (labels == predicted).mean()) > 1e-9
    ):
        raise ValueError("its figures do not follow from its predictions")
    before = data.get("before_calibration")  # the first reports do not have it
    robustness, folder = data["robustness"], data["folder"]
    right = labels == predicted
    refusal = detail_files.refusal_from_json(data.get("refusal"), right)  # the first reports have none of these three
    return Report(
        model=str(data["model"]),
        weights_sha256=str(data["weights_sha256"]),
        dataset=Dataset(**data["dataset"]),
        metrics=metrics,
        labels=labels,
        predicted=predicted,
        probabilities=probabilities,
        epochs=tuple(map(_numbers, data["epochs"])),
        seconds=float(data["seconds"]),
        images_per_second=float(data["images_per_second"]),
        versions=dict(data["versions"]),
        created=str(data["created"]),
        before=before
        and Uncalibrated(**{**before, "calibration": tuple(Bin(**_numbers(b)) for b in before["calibration"])}),
        robustness=robustness and Robustness(**{**robustness, "scores": tuple(map(_score, robustness["scores"]))}),
        folder=folder and Folder(tuple(folder["files"]), folder["verdicts"], tuple(map(tuple, folder["unreadable"]))),
        second_look=data.get("second_look", False),  # the first reports do not have it, nor notes
        notes=tuple(map(str, data.get("notes", ()))),
        slices=detail_files.slices_from_json(data.get("slices"), right),
        refusal=refusal,
        cost=detail_files.cost_from_json(data.get("cost")),
        none=refusal and refusal.digits_none,
    )


def _metrics(data: dict[str, Any]) -> Metrics:
    problems_aside = data["without_label_problems"]
    return Metrics(
        n=len(data["predictions"]),
        errors=int(data["errors"]),
        interval=tuple(data["intervals"]["accuracy"]),
        confusion_matrix=tuple(tuple(int(v) for v in row) for row in data["confusion_matrix"]),
        no_single_digit=tuple(data["no_single_digit"]),
        per_class=tuple(map(_class_from_json, data["per_class"])),
        calibration=tuple(Bin(**_numbers(b)) for b in data["calibration"]),
        coverage=tuple(CoveragePoint(**_numbers(p)) for p in data["coverage"]),
        without_label_problems=problems_aside
        and SubsetAccuracy(**problems_aside, interval=tuple(data["intervals"]["without_label_problems"])),
        # one that is not in an older report gets its default
        **_numbers({name: data[name] for name in FIGURES if name in data}),
    )


def _counted(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """(10, 10) int: the confusion matrix of (n,) labels and answers, rows true."""
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (labels[predicted >= 0], predicted[predicted >= 0]), 1)
    return counts


def _numbers(values: dict[str, Any]) -> dict[str, Any]:
    """The same, if each is a number or None. Raises ValueError."""
    if not all(value is None or isinstance(value, int | float) for value in values.values()):
        raise ValueError("these are numbers")
    return values


def _score(data: dict[str, Any]) -> Score:
    return Score(**{**data, "interval": tuple(data["interval"])})


def _class_to_json(row: PerClass) -> dict[str, Any]:
    data = asdict(row)
    data["intervals"] = {k: data.pop(f"{k}_interval") for k in ("accuracy", "precision", "recall", "f1")}
    return data


def _class_from_json(data: dict[str, Any]) -> PerClass:
    figures = _numbers({name: value for name, value in data.items() if name != "intervals"})
    intervals: dict[str, Any] = {f"{k}_interval": v and tuple(v) for k, v in data["intervals"].items()}
    return PerClass(**figures, **intervals)


def dumps(report: Report) -> str:
    """The report as JSON on one line, with a line break at its end."""
    return "{" + ",".join(f"{_text(name)}:{_text(value)}" for name, value in to_json(report).items()) + "}\n"


def _text(value: object) -> str:
    """JSON of a field. Long lists in slices: the encoder lets no other thread run, and a visitor's drawing must not wait a tenth of
    a second for 10,000 predictions."""
    if isinstance(value, list) and len(value) > SLICE:
        return "[" + ",".join(_text(value[i : i + SLICE])[1:-1] for i in range(0, len(value), SLICE)) + "]"
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def load(path: Path) -> Report:
    """Read a report and check that its figures follow from its predictions. Raises ReportError naming the file."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ReportError(f"{path} cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise ReportError(
            f"{path} is not a report: it is not whole JSON. Write it again with `python -m evaluation --json`."
        ) from error
    try:
        return from_json(data)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        found = data.get("schema") if isinstance(data, dict) else None
        why = (
            f"it has schema {found}, this program reads {SCHEMA}"
            if found not in (None, SCHEMA)
            else "its fields are damaged or missing"
        )
        raise ReportError(
            f"{path} is not a report this program can read: {why}. Write it again with `python -m evaluation --json`."
        ) from error


def save(path: Path, content: str | bytes) -> Path:
    """Write a file whole or not at all, text in UTF-8: an older file stays as it was. Returns its path. Raises ReportError."""
    try:
        with replacing(path) as temporary:
            temporary.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    except OSError as error:
        kept = "; the older file there is unchanged" if path.exists() else ""
        raise ReportError(f"{path} could not be written ({error.strerror or type(error).__name__}){kept}.") from error
    return path


def check_writable(path: Path) -> None:
    """Raises ReportError where `save` could not write this file, before there is anything to save."""
    nearest = next(folder for folder in path.absolute().parents if folder.exists())
    if not nearest.is_dir():
        reason = errno.ENOTDIR
    elif path.is_dir():
        reason = errno.EISDIR
    elif not os.access(nearest, os.W_OK | os.X_OK):
        reason = errno.EACCES
    else:
        return
    raise ReportError(f"{path} could not be written ({os.strerror(reason)}).")


def predictions_csv(report: Report) -> str:
    """One row an image: index, file (picture files only), true, predicted (−1: no single digit), right (0 or 1), ten probabilities.

    A figure of each image is a column here; a figure of the whole set is in the JSON alone.
    """
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["index", "file", "true", "predicted", "right", *(f"p{d}" for d in range(10))])
    for i, (true, predicted, row) in enumerate(
        zip(report.labels, report.predicted, report.probabilities.tolist(), strict=True)
    ):
        name = safe_cell(report.folder.files[i]) if report.folder else ""
        table.writerow([i, name, int(true), int(predicted), int(true == predicted), *row])
    return out.getvalue()


def safe_cell(text: str) -> str:
    """A file name as a cell. What a spreadsheet would run as a formula becomes text (OWASP, "CSV Injection")."""
    return "'" + text if text[:1] in tuple("=+-@\t\r\n") and text else text
