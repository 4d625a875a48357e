"""Views that are drawn once for what they show: `kept_with`."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

K = TypeVar("K")
V = TypeVar("V")
P = ParamSpec("P")


def kept_with(view: Callable[Concatenate[K, P], V]) -> Callable[Concatenate[K, P], V]:
    """The same view, drawn once for each object and each of the other arguments, and kept for as long as that object is: a test set
    that the server no longer holds leaves nothing behind, as it would in a cache of a fixed size.

    view: its first argument is compared by identity, as a Report is, the others are few; what it returns must not hold the first.
    """
    known: WeakKeyDictionary[K, dict[Hashable, V]] = WeakKeyDictionary()

    @wraps(view)
    def drawn_once(shown: K, *args: P.args, **kwargs: P.kwargs) -> V:
        of_this, key = known.setdefault(shown, {}), (args, *sorted(kwargs.items()))
        if key not in of_this:
            of_this[key] = view(shown, *args, **kwargs)
        return of_this[key]

    return drawn_once
