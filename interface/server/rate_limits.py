"""Every limit of the app, in one place, and the count of what each visitor has asked for.

A visitor is the page (Gradio's session), and where a request names none, the client's address. Pages are free to make, so each
kind of work has a bound for everybody together as well. Drawings have none: a newer one takes an older one's place
(interface/predict/drawing_queue.py), so nobody's pen is ever told to wait.
"""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, fields

from evaluation.picture_archive import MOST_MEMBERS, MOST_PACKED
from model.pictures import MAX_BYTES, MAX_PIXELS

MB = 2**20
MINUTE = 60  # seconds


@dataclass(frozen=True)
class Rate:
    """How often a minute: by one visitor, by everybody together; ``what`` for the sentence of a refusal."""

    visitor: int
    everyone: int
    what: str


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, times in seconds."""

    picture: int = MAX_BYTES  # 20 MB and 64 megapixels, checked in the header before decoding (model/pictures.py)
    pixels: int = MAX_PIXELS
    stroke: int = 200_000  # a pad's PNG has 2–20 kB; what is larger is a picture, counted and read one at a time
    held: int = 8  # pictures over `stroke` in memory at once: 160 MB; the others' bodies wait in the network
    files: int = 1  # in one request to Gradio's upload: `read` takes one
    kept: int = 512 * MB  # of programs' uploads on disk at once; swept within a day (interface/server/uploads.py)
    small: int = 64_000  # a request of the page's other events: 1 kB, a choice or a click
    queue: int = 100  # events in Gradio's queue before it says "busy": two school classes; drawings never stand in it
    patience: int = 60  # a picture waits so long for a place in memory: a class's photos take half a minute
    mcp: int = 4 * MB  # a message of an MCP client, as the protocol's own library takes it: a picture of 3 MB as base64
    programs: int = 2  # programs' pictures over `stroke` arriving at once: they count towards `kept` when whole
    grace: float = 10  # for a request to arrive, and then a second more for each `pace` bytes that have come
    pace: int = 64_000  # bytes a second, half a megabit: who sends slower holds a place that others wait for
    requests: int = 1000  # under way at once: 200 visitors with three requests each, and as many again
    streams: int = 4000  # connections that a page keeps open for news: two a page, 2,000 pages
    sessions: int = 400  # pages and programs whose choices are remembered (interface/server/sessions.py), the newest
    waiting: int = 1000  # drawings in line; beyond it the oldest is handed back and its page asks again

    # Visitor: what a person with one page cannot reach. Everyone: what two cores can do in a minute, about.
    pictures: Rate = Rate(120, 600, "pictures")
    reads: Rate = Rate(60, 600, "readings by programs")
    uploads: Rate = Rate(60, 600, "uploads")
    pages: Rate = Rate(300, 1500, "page loads")  # counted by address: a class behind one reloads at once
    clicks: Rate = Rate(300, 3000, "clicks")
    evaluations: Rate = Rate(20, 300, "evaluations")  # joining the one under way counts: a class presses Run at once
    testsets: Rate = Rate(5, 20, "test sets")
    logins: Rate = Rate(30, 60, "logins")  # a class behind one address comes in within two minutes; guessing does not

    def told(self) -> list[str]:
        """The limits in words, a line each, for whoever starts a public link."""
        rates = [getattr(self, field.name) for field in fields(self) if field.type is Rate and field.name != "logins"]
        often = ", ".join(f"{rate.visitor} / {rate.everyone:,} {rate.what}" for rate in rates)
        return [
            f"a picture: {self.picture // MB} MB, {self.pixels // 1_000_000} megapixels; {self.held} in memory at once",
            f"a minute, for one visitor / for all: {often}",
            f"one evaluation at a time, its result for everyone; {self.queue} events in the queue; {self.requests:,} requests at once",
            f"programs' uploads: {self.kept // MB} MB on disk, deleted within a day",
            f"a test set of one's own, where allowed: {MOST_PACKED // MB} MB, {MOST_MEMBERS:,} files",
        ]


LIMITS = Limits()


class TooMany(Exception):
    """Somebody asked too often. The text is the sentence for them; ``wait``: seconds until the next is taken."""

    def __init__(self, sentence: str, wait: int):
        super().__init__(sentence)
        self.wait = wait


class Counts:
    """Who has asked how often within the last minute; visitors not seen for a minute are forgotten. For one event loop."""

    def __init__(self, clock: Callable[[], float] | None = None):
        self._clock = clock or (lambda: time.monotonic())  # whatever happens to the clock on the wall
        self._swept = self._clock()
        self._times: dict[tuple, deque[float]] = {}

    def count(self, kind: str, visitor: str | None, limits: Limits = LIMITS) -> None:
        """Count one more of ``kind``, a Rate of Limits. visitor: None where it cannot be told apart. Raises TooMany."""
        rate: Rate = getattr(limits, kind)
        self._sweep()
        sentence = f"Too many {rate.what} from everybody at once; please wait a little."
        everyone = self._last((kind,), rate.everyone, sentence)
        if visitor is not None:
            sentence = f"You have sent {rate.visitor} {rate.what} within a minute; please wait a little."
            self._last((kind, visitor), rate.visitor, sentence).append(self._clock())
        everyone.append(self._clock())

    def _last(self, key: tuple, most: int, sentence: str) -> deque[float]:
        """When the last ``most`` were counted. Raises TooMany where the first of so many is less than a minute ago."""
        times = self._times.setdefault(key, deque(maxlen=most))
        ago = self._clock() - times[0] if len(times) == most else MINUTE
        if ago < MINUTE:
            raise TooMany(sentence, math.ceil(MINUTE - ago))
        return times

    def _sweep(self) -> None:
        now = self._clock()
        if now - self._swept > MINUTE:
            self._times = {key: times for key, times in self._times.items() if times and now - times[-1] < MINUTE}
            self._swept = now
