"""The fields `slices`, `refusal` and `cost` of a report's JSON: written, and checked when they are read."""

from dataclasses import MISSING, asdict, fields
from typing import Any

import numpy as np

from evaluation.cost import Cost
from evaluation.curves import CURVE_POINTS
from evaluation.metrics import Interval
from evaluation.refusal import Refusal, Shares
from evaluation.slices import Grouping, Slice, Slices


def slices_to_json(found: Slices) -> dict[str, Any]:
    """groupings: name, source, the slices' names, and for each image the index of its slice (-1: none); rows: the figures."""
    groupings = [
        {"name": one.name, "source": one.source, "names": list(one.names), "members": one.members.tolist()}
        for one in found.groupings
    ]
    return {"groupings": groupings, "rows": [asdict(row) | {"worse": row.worse} for row in found.rows]}


def slices_from_json(data: dict[str, Any] | None, right: np.ndarray) -> Slices | None:
    """slices_to_json's inverse. right: (n,) bool. Raises ValueError or the like where the rows do not follow from the members."""
    if data is None:
        return None
    groupings = tuple(
        Grouping(str(g["name"]), tuple(map(str, g["names"])), np.array(g["members"], np.int64), str(g["source"]))
        for g in data["groupings"]
    )
    rows = []
    for row in data["rows"]:
        p_value, p_holm = (None if row[name] is None else float(row[name]) for name in ("p_value", "p_holm"))
        figures = int(row["n"]), int(row["errors"]), float(row["accuracy"])
        rows.append(
            Slice(str(row["grouping"]), str(row["name"]), *figures, _interval(row["interval"]), p_value, p_holm)
        )
    found = Slices(groupings, tuple(rows))
    if any(one.members.shape != right.shape or one.members.max(initial=-1) >= len(one.names) for one in groupings):
        raise ValueError("its slices do not place each image")
    for row in found.rows:
        members = found.members(row.grouping, row.name)
        if (row.n, row.errors) != (len(members), int((~right[members]).sum())):
            raise ValueError("its slices do not follow from its predictions")
    return found


def refusal_to_json(found: Refusal) -> dict[str, Any]:
    """Figures first, then what they come from: `digits` and `others`, a number an image."""
    outcome = found.outcome
    coverage, risk = (values[_few(len(values))].tolist() for values in found.risk)
    return {
        "auroc": found.auroc,
        "fpr95": found.fpr95,
        "auroc_errors": found.auroc_errors,
        "thresholds": {"sure": found.sure, "not_digit": found.not_digit},
        "at_thresholds": {name: _shares(getattr(outcome, name)) for name in ("right", "wrong", "others")},
        "kinds": [
            {"name": name, "n": found.kind_shares(k).n, "auroc": found.kind_auroc(k)}
            for k, name in enumerate(found.kinds)
        ],
        "risk_coverage": {"coverage": coverage, "risk": risk},
        "seed": found.seed,
        "digits": {"best": found.digits_best.tolist(), "none": found.digits_none.tolist()},
        "others": {
            "best": found.others_best.tolist(),
            "none": found.others_none.tolist(),
            "kind": found.kind.tolist(),
        },
    }


def _few(n: int) -> np.ndarray:
    """At most CURVE_POINTS of n indices, ever closer to the end, where a risk–coverage curve is decided."""
    return np.unique(n - np.geomspace(1, max(n, 1), CURVE_POINTS).round().astype(int)) if n else np.zeros(0, int)


def _shares(found: Shares) -> dict[str, int]:
    return {"n": found.n, "sure": found.sure, "unsure": found.unsure, "not_digit": found.refused}


def refusal_from_json(data: dict[str, Any] | None, right: np.ndarray) -> Refusal | None:
    """refusal_to_json's inverse. right: (n,) bool. Raises ValueError or the like where its figures do not follow from its images."""
    if data is None:
        return None
    digits, others, thresholds = data["digits"], data["others"], data["thresholds"]
    found = Refusal(
        _fractions(digits["best"], len(right)),
        _fractions(digits["none"], len(right)),
        right,
        _fractions(others["best"], len(others["kind"])),
        _fractions(others["none"], len(others["kind"])),
        np.array(others["kind"], np.int64),
        tuple(str(kind["name"]) for kind in data["kinds"]),
        float(thresholds["sure"]),
        float(thresholds["not_digit"]),
        int(data["seed"]),
    )
    outcome = found.outcome
    if {name: _shares(getattr(outcome, name)) for name in ("right", "wrong", "others")} != data["at_thresholds"]:
        raise ValueError("its refusals do not follow from its images")
    return found


def cost_from_json(data: dict[str, Any] | None) -> Cost | None:
    """The inverse of dataclasses.asdict. Raises ValueError or the like for anything but numbers; only what has a default may be null."""
    if data is None:
        return None
    found = {field.name: data[field.name] for field in fields(Cost)}
    optional = {field.name for field in fields(Cost) if field.default is not MISSING}
    machine = str(found.pop("machine"))
    if not all(isinstance(n, int | float) or n is None and name in optional for name, n in found.items()):
        raise ValueError("a cost is a number")
    return Cost(**found, machine=machine)


def _fractions(values: list[float], n: int) -> np.ndarray:
    """(n,) float64 in [0, 1]. Raises ValueError."""
    found = np.array(values, np.float64)
    if found.shape != (n,) or not ((found >= 0) & (found <= 1)).all():
        raise ValueError("these are fractions, one an image")
    return found


def _interval(values: list[float]) -> Interval:
    low, high = map(float, values)
    return low, high
