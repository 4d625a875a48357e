"""Counts what each visitor has asked for within the last minute, and refuses more than interface/server/limits.py allows: `RateLimiter`.

A visitor is the page (Gradio's session), and where a request names none, the client's address. Pages are free to make, so each
kind of request has a limit for everybody together as well. Drawings have none: a newer one takes an older one's place
(interface/predict/drawing_queue.py), so nobody who draws is ever asked to wait.

The `limits` library (5.8.0) was tried and is not used: it never drops the key of a visitor who has left, its clean-up costs 10 ms
a request with 20,000 visitors known (this: 5 µs), and it counts by the system's clock, which may be set back.
"""

import math
import time
from collections import deque
from collections.abc import Callable

from interface.server.limits import Rate

WINDOW = 60  # seconds: rates are requests a minute


class RateLimitExceeded(Exception):
    """A request too many. The text is the sentence for its sender; ``retry_after``: seconds until the next is served."""

    def __init__(self, sentence: str, retry_after: int):
        super().__init__(sentence)
        self.retry_after = retry_after


class RateLimiter:
    """Requests of the last minute by kind and visitor; visitors not seen for a minute are forgotten. For one event loop.

    clock: seconds that only grow, whatever happens to the clock on the wall.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._swept = clock()
        self._times: dict[tuple[str, ...], deque[float]] = {}  # (kind,) and (kind, visitor) → when, the oldest first

    def count(self, rate: Rate, visitor: str | None) -> None:
        """Count one more request. visitor: None where nobody can say whose it is. Raises RateLimitExceeded."""
        self._sweep()
        sentence = f"Too many {rate.name} from everybody at once; please wait a little."
        counted = [self._free((rate.name,), rate.for_everyone, sentence)]
        if visitor is not None:
            sentence = f"You have sent {rate.per_visitor} {rate.name} within a minute; please wait a little."
            counted.append(self._free((rate.name, visitor), rate.per_visitor, sentence))
        for times in counted:
            times.append(self._clock())

    def _free(self, key: tuple[str, ...], most: int, sentence: str) -> deque[float]:
        """When the last ``most`` requests came. Raises RateLimitExceeded where the first of so many is less than a minute old."""
        times = self._times.setdefault(key, deque(maxlen=most))
        age = self._clock() - times[0] if len(times) == most else WINDOW
        if age < WINDOW:
            raise RateLimitExceeded(sentence, math.ceil(WINDOW - age))
        return times

    def _sweep(self) -> None:
        now = self._clock()
        if now - self._swept > WINDOW:
            self._times = {key: times for key, times in self._times.items() if times and now - times[-1] < WINDOW}
            self._swept = now
