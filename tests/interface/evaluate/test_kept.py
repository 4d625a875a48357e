"""What is drawn once, and for how long it is kept."""

import gc
import weakref

from interface.evaluate import comparison
from interface.evaluate.kept import kept_with
from interface.evaluate.state import Selection
from tests import fakes


def test_a_view_is_drawn_once_for_each_object_and_goes_with_it():
    drawn = []

    @kept_with
    def view(report, kind, dark=False):
        drawn.append(kind)
        return f"{report.model} {kind}"

    first, second = fakes.made("a"), fakes.made("b")
    assert view(first, "svg") == view(first, "svg") == "a svg" and view(second, "svg") == "b svg"
    assert view(first, "svg", dark=True) == "a svg" and drawn == ["svg"] * 3
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None and view(second, "svg") == "b svg" and len(drawn) == 3


def test_models_are_compared_once_for_the_same_reports_and_a_visitors_are_not_held(monkeypatch):
    calls = []
    monkeypatch.setattr(comparison, "against", lambda *args: calls.append(args))
    base, other = fakes.made("a"), fakes.made("b", 1)
    for _ in range(2):
        comparison.against_once(base, (other,), ("a", "b"))
    assert len(calls) == 1
    assert comparison.comparer(Selection("a")) is comparison.against_once
    assert comparison.comparer(Selection("a", "secret")) is comparison.against
