"""A report as JSON (schema 1) and CSV, saved whole or not at all, and the reports that ship.

The JSON's fields are those of `to_json`; all rates are fractions in [0, 1], all intervals 95 % [low, high].
"""

import csv
import io
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from evaluation.curves import Bin, CoveragePoint
from evaluation.metrics import Aside, Metrics, PerClass, Uncalibrated
from evaluation.report import Dataset, Folder, Report, Robustness
from evaluation.robustness import Score
from model.files import replacing

SCHEMA = 1
SLICE = 200  # predictions: 2 ms
SHIPPED = Path(__file__).parent / "reports"


class ReportError(Exception):
    """A report cannot be read or written; the text names the file and says what to do."""


def shipped(name: str) -> Report | None:
    """The report that ships with the model called `name`; None when there is none (a model people bring)."""
    path = SHIPPED / f"{Path(name).name}.json"
    return load(path) if path.is_file() else None


def to_json(report: Report) -> dict:
    """The report as plain data, field by field as documented."""
    m, aside = report.metrics, report.metrics.without_label_problems
    return {
        "schema": SCHEMA,
        "model": report.model,
        "weights_sha256": report.weights_sha256,
        "dataset": asdict(report.dataset),
        "accuracy": m.accuracy,
        "errors": m.errors,
        "intervals": {"accuracy": m.interval, "without_label_problems": aside and aside.interval},
        "confusion_matrix": m.confusion_matrix,
        "no_single_digit": m.no_single_digit,
        "per_class": [_class_to_json(row) for row in m.per_class],
        "macro_f1": m.macro_f1,
        "top2": m.top2,
        "log_loss": m.log_loss,
        "ece": m.ece,
        "calibration": [asdict(b) for b in m.calibration],
        "before_calibration": report.before and asdict(report.before),
        "second_look": report.second_look,
        "coverage": [asdict(p) for p in m.coverage],
        "without_label_problems": aside and {"n": aside.n, "accuracy": aside.accuracy, "errors": aside.errors},
        "robustness": report.robustness and asdict(report.robustness),
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


def from_json(data: dict) -> Report:
    """to_json's inverse. Raises KeyError, TypeError or ValueError on what is not such a report."""
    if data["schema"] != SCHEMA:
        raise ValueError(f"schema {data['schema']}")
    rows = data["predictions"]
    labels = np.array([r["true"] for r in rows], np.int64)
    predicted = np.array([r["predicted"] for r in rows], np.int64)
    probabilities = np.array([r["probabilities"] for r in rows], np.float64)
    matrix = tuple(tuple(int(v) for v in row) for row in data["confusion_matrix"])
    aside, robustness, folder = data["without_label_problems"], data["robustness"], data["folder"]
    metrics = Metrics(
        n=len(rows),
        errors=int(data["errors"]),
        accuracy=float(data["accuracy"]),
        interval=tuple(data["intervals"]["accuracy"]),
        confusion_matrix=matrix,
        no_single_digit=tuple(data["no_single_digit"]),
        per_class=tuple(map(_class_from_json, data["per_class"])),
        macro_f1=data["macro_f1"],
        top2=float(data["top2"]),
        log_loss=data["log_loss"],
        ece=data["ece"],
        calibration=tuple(Bin(**b) for b in data["calibration"]),
        coverage=tuple(CoveragePoint(**p) for p in data["coverage"]),
        without_label_problems=aside and Aside(**aside, interval=tuple(data["intervals"]["without_label_problems"])),
    )
    before = data.get("before_calibration")  # reports of the first days do not have it
    counted = np.zeros((10, 10), int)
    np.add.at(counted, (labels[predicted >= 0], predicted[predicted >= 0]), 1)
    if (
        probabilities.shape != (len(rows), 10)
        or (counted != matrix).any()
        or metrics.errors != (labels != predicted).sum()
    ):
        raise ValueError("its figures do not follow from its predictions")
    return Report(
        str(data["model"]),
        str(data["weights_sha256"]),
        Dataset(**data["dataset"]),
        metrics,
        labels,
        predicted,
        probabilities,
        tuple(data["epochs"]),
        float(data["seconds"]),
        float(data["images_per_second"]),
        dict(data["versions"]),
        str(data["created"]),
        before and Uncalibrated(**{**before, "calibration": tuple(Bin(**b) for b in before["calibration"])}),
        robustness and Robustness(**{**robustness, "scores": tuple(map(_score, robustness["scores"]))}),
        folder and Folder(tuple(folder["files"]), folder["verdicts"], tuple(map(tuple, folder["unreadable"]))),
        data.get("second_look", False),  # nor this
    )


def _score(data: dict) -> Score:
    return Score(**{**data, "interval": tuple(data["interval"])})


def _class_to_json(row: PerClass) -> dict:
    data = asdict(row)
    data["intervals"] = {k: data.pop(f"{k}_interval") for k in ("accuracy", "precision", "recall", "f1")}
    return data


def _class_from_json(data: dict) -> PerClass:
    intervals = {f"{k}_interval": v and tuple(v) for k, v in data["intervals"].items()}
    return PerClass(**{k: v for k, v in data.items() if k != "intervals"}, **intervals)


def dumps(report: Report) -> str:
    """The report as JSON's text, one line."""
    return "{" + ",".join(f"{_text(name)}:{_text(value)}" for name, value in to_json(report).items()) + "}\n"


def _text(value: object) -> str:
    """JSON of a field. Long lists in slices: the encoder lets no other thread run, and a visitor's drawing must not wait a
    tenth of a second for 10,000 predictions."""
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


def save(path: Path, text: str) -> None:
    """Write a text file whole or not at all: an older file stays as it was. Raises ReportError in one sentence."""
    try:
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise ReportError(
            f"{path} could not be written ({error.strerror}); an older file there is unchanged."
        ) from error


def predictions_csv(report: Report) -> str:
    """One line an image: index, file (folders only), true, predicted, right, ten probabilities."""
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
    """A file name that a spreadsheet would run as a formula becomes text (OWASP, CSV injection)."""
    return "'" + text if text[:1] in tuple("=+-@\t\r\n") and text else text
