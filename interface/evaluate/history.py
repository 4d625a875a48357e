"""The card "History" of the Evaluate tab: the runs on MNIST's test set that this machine has kept."""

from markupsafe import Markup

from evaluation.history import KEPT, History
from interface.evaluate.state import Reports, Selection
from interface.evaluate.views import render


def card(reports: Reports, selection: Selection) -> Markup:
    """A run can be compared with what is shown, unless that is an uploaded test set."""
    return listed(reports.history, can_compare=selection.test_set is None)


def listed(kept: History, can_compare: bool) -> Markup:
    """The runs, the newest first."""
    where = (
        f"{kept.trouble}; this list lasts as long as the app runs."
        if kept.trouble
        else f"The newest {KEPT} are kept, for this user of this machine."
    )
    return render("history.html", runs=kept.runs(), where=where, can_compare=can_compare)
