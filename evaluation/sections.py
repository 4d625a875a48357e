"""Pieces of HTML that say what a report says: the page and the file people take away are made of the same ones."""

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from types import MappingProxyType

from evaluation.metrics import Interval, Metrics
from evaluation.report import Report
from model import test_time_augmentation

MOST_LISTED = 200  # unreadable files by name; the JSON has them all
TEMPLATES = Path(__file__).parent / "templates"  # sections.css and sections.js belong to these pieces
# What the original published. They are training figures, and the recipe does not reproduce its first epoch.
PUBLISHED = {"classic": ((0.4676, 0.8663), (0.1174, 0.9638), (0.0730, 0.9777))}
PUBLISHED_NOTE = (
    "The published figures of the original (97.77 % in epoch 3) are <em>training</em> figures, not test accuracy. Its first "
    "epoch is not reproduced by its recipe, here or with other scalings of the input, and nothing is tuned to it."
)

LOOK_AGAIN = (
    f"an image that the network is less than {100 * test_time_augmentation.CERTAIN:.0f} % certain of is read {len(test_time_augmentation.LOOKS)} more times, a pixel away or "
    "turned a little, and the mean says which digit it is"
)


def percent(value: float | None, decimals: int = 2) -> str:
    return "–" if value is None else f"{100 * value:.{decimals}f} %"


def between(interval: Interval | None, decimals: int = 2) -> str:
    return "–" if interval is None else f"{100 * interval[0]:.{decimals}f}–{100 * interval[1]:.{decimals}f}"


def plural(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def headline(m: Metrics, so_far: bool = False) -> str:
    """Accuracy with its interval, errors, calibration error; then the finer figures and the second truth."""
    named = "so far" if so_far else "as labelled"
    finer = [
        ("Log loss", "–" if m.log_loss is None else f"{m.log_loss:.4f}"),
        ("Macro F1", percent(m.macro_f1)),
        ("Right within its top two", percent(m.top2)),
    ]
    aside = m.without_label_problems
    second = (
        f"<p><b>{percent(aside.accuracy)}</b> ({between(aside.interval)}) with the known label problems set aside: "
        f"{plural(aside.errors, 'error')} of {aside.n:,}</p>"
        if aside and not so_far
        else ""
    )
    none = sum(m.no_single_digit)
    return (
        f'<div class="ev-head"><div><div class="big" data-testid="accuracy" data-value="{m.accuracy}">{percent(m.accuracy)}</div>'
        f'<div class="lab">95 % interval {between(m.interval)} · {named}</div></div>'
        f'<div><div class="mid" data-testid="errors">{m.errors:,}</div><div class="lab">errors of {m.n:,}</div></div>'
        f'<div><div class="mid" data-testid="ece">{percent(m.ece)}</div><div class="lab">calibration error (ECE)</div></div></div>'
        f'<div class="ev-more">{second}<dl>{"".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in finer)}</dl>'
        + (f"<p>{plural(none, 'picture')} without a single digit, counted as wrong</p>" if none else "")
        + "</div>"
    )


def matrix(m: Metrics, busy: bool = False) -> str:
    """The confusion matrix as a grid one can walk (assets/matrix.js): cells carry data-true and data-predicted."""
    worst = max((n for t, row in enumerate(m.confusion_matrix) for p, n in enumerate(row) if t != p), default=0)
    rows = []
    for t, row in enumerate(m.confusion_matrix):
        total = sum(row)
        cells = []
        for p, n in enumerate(row):
            kind = "right" if t == p else "wrong" if n else "none"
            # The root keeps one image visible beside many; lightness carries it, so colour-blind people see it too.
            heat = f' style="--heat:{22 + 68 * (n / worst) ** 0.5:.0f}%"' if kind == "wrong" else ""
            deep = " deep" if kind == "wrong" and n > worst / 2 else ""
            share = f"{100 * n / total:.1f}" if n else "·"
            cells.append(
                f'<td role="gridcell" tabindex="{0 if t == p == 0 else -1}" class="{kind}{deep}" data-true="{t}" data-predicted="{p}"'
                f'{heat} aria-label="true {t}, predicted {p}: {plural(n, "image")}"><span class="n">{n or "·"}</span>'
                f'<span class="s">{share}</span></td>'
            )
        rows.append(f'<tr role="row"><th role="rowheader" scope="row">{t}</th>{"".join(cells)}</tr>')
    views = "".join(
        f'<button type="button" data-view="{view}" aria-pressed="{str(view == "counts").lower()}">{word}</button>'
        for view, word in (("counts", "counts"), ("share", "row %"), ("errors", "errors only"))
    )
    heads = "".join(f'<th role="columnheader" scope="col">{d}</th>' for d in range(10))
    return (
        f'<div class="matrix" data-testid="confusion-matrix" aria-busy="{str(busy).lower()}"><div class="over"><h2>Confusion matrix</h2>'
        f'<div class="views" role="group" aria-label="What the cells show">{views}</div></div>'
        f'<table role="grid" aria-label="Confusion matrix: rows true, columns read as"><thead><tr role="row"><td class="corner"></td>'
        f"{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        f'<p class="lab">Rows: true digit. Columns: read as. Choose a cell to see its images.</p></div>'
    )


def per_class(m: Metrics) -> str:
    """One row a digit. Accuracy of a digit is the share of its images read right, which is its recall."""
    most = max((row.support - m.confusion_matrix[row.digit][row.digit] for row in m.per_class), default=0)
    body = []
    for row in m.per_class:
        errors = row.support - m.confusion_matrix[row.digit][row.digit]
        figures = "".join(
            f'<td data-sort="{value if value is not None else -1}">{percent(value)}<small>{between(interval, 1)}</small></td>'
            for value, interval in (
                (row.accuracy, row.accuracy_interval),
                (row.precision, row.precision_interval),
                (row.recall, row.recall_interval),
                (row.f1, row.f1_interval),
            )
        )
        mistaken = "–" if row.read_as is None else f"{row.read_as}<small>{row.read_as_count} ×</small>"
        bar = f'<i class="bar" style="--w:{100 * errors / most if most else 0:.0f}%"></i>'
        body.append(
            f'<tr><th scope="row">{row.digit}</th><td data-sort="{row.support}">{row.support:,}</td>'
            f'<td class="meter" data-sort="{errors}">{bar}{errors}</td>{figures}'
            f'<td data-sort="{row.read_as_count}">{mistaken}</td></tr>'
        )
    heads = ("digit", "images", "errors", "accuracy", "precision", "recall", "F1", "mostly misread as")
    return (
        table("per-class", heads, body, sortable=True)
        + '<p class="lab">Below each figure its 95 % interval. Accuracy of a digit: the share of its images read right, which is '
        "its recall. Choose a heading to sort.</p>"
    )


def epochs(report: Report) -> str:
    """The training history; for the classic recipe beside what the original published."""
    published = PUBLISHED.get(report.model, ())
    if not report.epochs:
        return '<p data-testid="epochs" class="lab">This model came without a training history.</p>'
    heads = [
        "epoch",
        "training loss",
        "training accuracy",
        "held-out loss",
        "held-out accuracy",
        "learning rate",
        "seconds",
    ]
    heads += ["published loss", "published accuracy"] if published else []
    body = []
    for i, row in enumerate(report.epochs):
        cells = [
            number(row.get("loss"), 4),
            percent(row.get("accuracy")),
            number(row.get("val_loss"), 4),
            percent(row.get("val_accuracy")),
            number(row.get("learning_rate"), 6),
            number(row.get("seconds"), 1),
        ]
        if published:
            cells += [number(published[i][0], 4), percent(published[i][1])] if i < len(published) else ["", ""]
        body.append(
            f'<tr><th scope="row">{escape(str(row["epoch"]))}</th>{"".join(f"<td>{c}</td>" for c in cells)}</tr>'
        )
    note = f'<p class="note">{PUBLISHED_NOTE}</p>' if published else ""
    held = (
        '<p class="lab">Training figures are means over an epoch while the network still learns, on images that the recipe varies, so '
        "they can be worse than the held-out ones. Held out: training images 55,000–59,999, on which every choice was made; the test "
        "set chose nothing.</p>"
    )
    return table("epochs", heads, body) + note + held


def robustness(report: Report, strips: Mapping[str, str] = MappingProxyType({})) -> str:
    """Accuracy under each corruption, worst last; a sentence when it was not measured. strips: corruption → data URL of examples."""
    found = report.robustness
    if not found:
        return '<p class="lab">Not measured in this report.</p>'
    clean = next(s for s in found.scores if s.corruption == "clean")
    example = {name: f'<td class="example"><img class="strip" alt="" src="{url}"></td>' for name, url in strips.items()}
    body = [
        f'<tr><th scope="row">{escape(s.corruption.replace("_", " "))}</th>{example.get(s.corruption, "")}'
        f"<td>{percent(s.accuracy, 1)}<small>{between(s.interval, 1)}</small></td>"
        f'<td class="meter wide"><i class="bar" style="--w:{100 * s.accuracy:.1f}%"></i></td></tr>'
        for s in sorted(found.scores, key=lambda s: -s.accuracy)
    ]
    return (
        f'<p><b class="mid">{percent(found.mean, 1)}</b> on average over the 15 corruptions of MNIST-C, {percent(clean.accuracy, 1)} '
        f"on the same {plural(found.n, 'image')} clean (seed {found.seed}).</p>"
        + table("robustness", ("corruption", *["on five digits"][: bool(strips)], "accuracy", ""), body)
    )


def calibration(report: Report) -> str:
    """How far off its confidence was before calibration and is after, and where the answers come from, in a sentence each."""
    return _calibration(report) + (
        f'<p class="lab">Second look: {LOOK_AGAIN}. <code>python -m evaluation --one-look</code> shows what that is worth.</p>'
        if report.second_look
        else ""
    )


def _calibration(report: Report) -> str:
    m, before = report.metrics, report.before
    if m.ece is None:
        return '<p class="lab">There is no answer whose confidence could be judged.</p>'
    after = f'<b class="mid" data-testid="ece-after">{percent(m.ece)}</b>'
    if before is None:
        return f"<p>{after} expected calibration error (ECE, 15 bins). This model is not calibrated.</p>"
    return (
        f'<p><b class="mid" data-testid="ece-before">{percent(before.ece)}</b> → {after} expected calibration error (ECE, 15 bins), '
        f"before and after calibration. Log loss {number(before.log_loss, 4)} → {number(m.log_loss, 4)}.</p>"
        f'<p class="lab">Calibration divides the network’s logits by one temperature, {before.temperature:.2f}, found on held-out '
        "training images. It changes no answer, only how sure each is said to be.</p>"
    )


def folder(report: Report) -> str:
    """What only picture files have: the verdicts, and the files that could not be read."""
    if report.folder is None:
        return ""
    verdicts = ", ".join(f"{n:,} {escape(verdict)}" for verdict, n in report.folder.verdicts.items())
    bad = report.folder.unreadable
    listed = "".join(f"<li><b>{escape(name)}</b>: {escape(why)}</li>" for name, why in bad[:MOST_LISTED])
    more = f"<li>and {len(bad) - MOST_LISTED:,} more</li>" if len(bad) > MOST_LISTED else ""
    unread = (
        f'<details class="unread" data-testid="unreadable"><summary>{plural(len(bad), "file")} could not be read and '
        f"{'is' if len(bad) == 1 else 'are'} not counted</summary><ul>{listed}{more}</ul></details>"
        if bad
        else ""
    )
    return f'<p class="lab">Verdicts: {verdicts}.</p>{unread}'


def number(value: float | None, decimals: int) -> str:
    return "–" if value is None else f"{value:.{decimals}f}"


def table(testid: str, heads: Iterable[str], body: list[str], sortable: bool = False) -> str:
    """A table that scrolls inside itself on a narrow screen; sortable ones get buttons as headings (assets/report.js)."""
    named = [f"<button type=button>{head}</button>" if sortable else head for head in heads]
    cells = "".join(f'<th scope="col">{head}</th>' if head else "<td></td>" for head in named)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{testid.replace("-", " ")}"><table data-testid="{testid}" '
        f'class="figures"><thead><tr>{cells}</tr></thead><tbody>{"".join(body)}</tbody></table></div>'
    )
