"""A report as plain text for a terminal: `summary` of one, `comparison` of two."""

from evaluation.comparison import compare
from evaluation.cost import Cost
from evaluation.formatting import SECOND_LOOK, interval, number, percent, plural
from evaluation.refusal import Refusal
from evaluation.report import Folder, Report, Robustness
from evaluation.slices import Slices

MOST_SLICES = 12  # of the surest weak ones; the JSON has them all
MOST_LISTED = 20  # indices of images that only one of two models reads right


def summary(report: Report) -> str:
    """What a person wants to read first, then the tables. Lines without a final line break."""
    parts = [headline(report), class_table(report), matrix(report)]
    if not report.folder:  # 28 lines of training history are no news of three pictures
        parts.append(epoch_table(report))
    if report.robustness:
        parts.append(robustness_table(report.robustness))
    if report.slices:
        parts.append(slice_table(report.slices))
    if report.refusal:
        parts.append(refusal_lines(report.refusal))
    if report.cost:
        parts.append(cost_lines(report.cost))
    if report.folder:
        parts.append(folder_verdicts(report.folder))
    return "\n\n".join(parts)


def headline(report: Report) -> str:
    """The figures of the whole set, a line each: add yours here."""
    m, aside = report.metrics, report.metrics.without_label_problems
    without_a_digit = sum(m.no_single_digit)
    lines = [
        f"{report.model} on {report.dataset.name}",
        *(f"  {note}" for note in report.notes),
        "",
        f"  accuracy            {percent(m.accuracy)}  ({interval(m.interval)}), as labelled: {plural(m.errors, 'error')} of {m.n:,}",
    ]
    if aside:
        lines.append(
            f"                      {percent(aside.accuracy)}  ({interval(aside.interval)}), {m.n - aside.n} known label problems set "
            f"aside: {plural(aside.errors, 'error')} of {aside.n:,}"
        )
    if without_a_digit:
        lines.append(f"  no single digit     {plural(without_a_digit, 'picture')}, counted as wrong")
    lines += [
        f"  macro F1            {percent(m.macro_f1)}",
        f"  right in top two    {percent(m.top2)}",
        f"  log loss            {number(m.log_loss, 4)}",
        f"  Brier score         {number(m.brier, 5)}",
        f"  calibration error   {percent(m.ece)}",
    ]
    if report.second_look:
        lines.append(f"  second look         {SECOND_LOOK}")
    lines.append(f"  time                {report.seconds:.1f} s, {report.images_per_second:,.0f} images a second")
    return "\n".join(lines)


def class_table(report: Report) -> str:
    """One row a digit."""
    rows = ["  digit  images  accuracy      (95 %)     precision    recall        F1   mostly misread as"]
    for row in report.metrics.per_class:
        mistaken = "–" if row.read_as is None else f"{row.read_as} ({row.read_as_count})"
        rows.append(
            f"  {row.digit:>5}{row.support:>8,}{percent(row.accuracy):>10}  ({interval(row.accuracy_interval, 1):>10})"
            f"{percent(row.precision):>12}{percent(row.recall):>10}{percent(row.f1):>10}   {mistaken}"
        )
    return "\n".join(rows)


def matrix(report: Report) -> str:
    """The confusion matrix; a dot stands for 0."""
    rows = ["Confusion matrix (rows true, columns read as)", "", "       " + "".join(f"{d:>6}" for d in range(10))]
    for true, counts in enumerate(report.metrics.confusion_matrix):
        rows.append(f"  {true:>5}" + "".join(f"{n or '·':>6}" for n in counts))
    return "\n".join(rows)


def epoch_table(report: Report) -> str:
    """The training history."""
    if not report.epochs:
        return "This model came without a training history."
    rows = ["  epoch      loss  accuracy  held-out loss  held-out accuracy  learning rate  seconds"]
    rows += [
        f"  {e['epoch']:>5}{number(e.get('loss'), 4):>10}{percent(e.get('accuracy')):>10}{number(e.get('val_loss'), 4):>15}"
        f"{percent(e.get('val_accuracy')):>19}{number(e.get('learning_rate'), 6):>15}{number(e.get('seconds'), 1):>9}"
        for e in report.epochs
    ]
    return "\n".join(rows)


def robustness_table(robustness: Robustness) -> str:
    """Accuracy under each corruption."""
    sample = f"({robustness.n:,} images, seed {robustness.seed})"
    rows = [f"Under the 15 corruptions of MNIST-C {sample}: {percent(robustness.mean, 1)} on average", ""]
    rows += [
        f"  {s.corruption.replace('_', ' '):15}{percent(s.accuracy, 1):>9}  ({interval(s.interval, 1)})"
        for s in robustness.scores
    ]
    return "\n".join(rows)


def slice_table(slices: Slices) -> str:
    """The slices that are most surely worse than the rest."""
    shown = slices.rows[:MOST_SLICES]
    width = max((len(f"{row.grouping}: {row.name}") for row in shown), default=0)
    rows = [
        f"For whom it is good (the {len(shown)} of {len(slices.rows)} slices that are most surely worse than the rest)",
        "",
        f"  {'':{width}}  images  errors  accuracy      (95 %)   p (Holm)",
    ]
    rows += [
        f"  {f'{row.grouping}: {row.name}':{width}}{row.n:>8,}{row.errors:>8,}{percent(row.accuracy):>10}"
        f"  ({interval(row.interval, 1):>10}){number(row.p_holm, 4):>10}"
        for row in shown
    ]
    return "\n".join([*rows, *(f"  Source: {source}" for source in slices.sources)])


def refusal_lines(found: Refusal) -> str:
    """How well the model's certainty tells digits from what is none, and what its thresholds bring."""
    outcome, others = found.outcome, len(found.kind)
    lines = [
        f"When it refuses: {plural(others, 'image')} of what is no digit, seed {found.seed}",
        "",
        f"  AUROC               {number(found.auroc, 4)} against what is no digit, {number(found.auroc_errors, 4)} right against wrong answers",
        f"  FPR95               {percent(found.fpr95)}",
        f"  called sure         {outcome.right.sure:,} of {outcome.right.n:,} right answers, {outcome.wrong.sure:,} of "
        f"{outcome.wrong.n:,} wrong ones, {outcome.others.sure:,} of {others:,} that are no digit (from {found.sure} on)",
        f"  called no digit     {outcome.right.refused + outcome.wrong.refused:,} digits, {outcome.others.refused:,} of {others:,} "
        f"that are none (above {found.not_digit})",
    ]
    return "\n".join(lines)


def cost_lines(cost: Cost) -> str:
    """Size, work, time and memory, a line each."""
    memory = None if cost.memory_bytes is None else cost.memory_bytes / 2**20
    figures = (
        ("parameters", f"{cost.parameters:,}"),
        ("multiply-adds", f"{cost.multiply_adds:,} for one image"),
        ("file", f"{cost.file_bytes / 1000:,.0f} kB"),
        ("one image", measured(cost.one_image_ms, 3, "ms")),
        ("10,000 images", measured(cost.ten_thousand_s, 2, "s")),
        ("memory", measured(memory, 1, "MB")),
        ("training", measured(cost.training_minutes, 1, "minutes")),
    )
    return "\n".join([f"What it costs ({cost.machine})", "", *(f"  {name:18}  {value}" for name, value in figures)])


def measured(value: float | None, decimals: int, unit: str) -> str:
    """A number with its unit; a dash where nobody measured it."""
    return number(value, decimals) + ("" if value is None else f" {unit}")


def folder_verdicts(folder: Folder) -> str:
    """How many pictures got each verdict, and the files that could not be read."""
    verdicts = ", ".join(f"{n:,} {verdict}" for verdict, n in folder.verdicts.items())
    return "\n".join([f"Verdicts: {verdicts}", *(f"Not read: {name}: {reason}" for name, reason in folder.unreadable)])


def comparison(a: Report, b: Report) -> str:
    """Two reports on the same images: figures, the test in words, the images that only one reads right. Raises CompareError."""
    found = compare(a, b)
    lines = [
        "",
        f"Compared with {b.model}: {percent(a.metrics.accuracy)} against {percent(b.metrics.accuracy)}, "
        f"{plural(a.metrics.errors, 'error')} against {b.metrics.errors:,}.",
        found.words,
    ]
    for name, only in ((a.model, found.only_a), (b.model, found.only_b)):
        indices = ", ".join(map(str, only[:MOST_LISTED])) + (" …" if len(only) > MOST_LISTED else "")
        lines.append(f"Only {name} reads {plural(len(only), 'image')} right{': ' + indices if len(only) else ''}")
    return "\n".join(lines)
