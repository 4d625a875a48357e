"""Visitors who draw, with as little work as possible, for they share the machine with the server that they measure: `Visitor`.

A visitor draws a digit, a growing PNG of the pad, as the page sends it while no page reads by itself (interface/predict/live_answer.js):
one request under way while the pen moves, the newest drawing next; when the pen lifts, a request for less than the whole stroke is
abandoned. HTTP is written by hand on asyncio's streams: a client library costs more than the server's answer.
"""

import asyncio
import io
import random
import time
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from model import labelled_drawings, strokes

EVERY = 0.15  # seconds between two requests while the pen moves
PAUSES = (0.2, 1.2)  # seconds between two strokes
LATEST = 60.0  # seconds after which a request without an answer is an error
SIDE, BRUSH = 280, 14  # px, the page's pad and pen
POINTS = 3  # of a stroke's polyline between two requests: a stroke of ~24 points takes 1.2 s


def films() -> list[list[list[bytes]]]:
    """For each digit its strokes, each the PNGs of the pad as it grows."""
    made = []
    for digit in labelled_drawings.DIGITS.values():
        placed = strokes.place(digit, 170, (140, 140))
        placed = [_denser(stroke) for stroke in placed]
        film = []
        for number, stroke in enumerate(placed):
            ends = [*range(POINTS, len(stroke), POINTS), len(stroke)]
            film.append([_png([*placed[:number], stroke[:end]]) for end in ends])
        made.append(film)
    return made


def _denser(stroke: np.ndarray) -> np.ndarray:
    """The same line with 24 points at even distances: straight lines have two."""
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
    at = np.linspace(0, along[-1], 24)
    return np.stack([np.interp(at, along, stroke[:, axis]) for axis in (0, 1)], axis=1)


def _png(drawn: list[np.ndarray]) -> bytes:
    ink = strokes.draw(drawn, (SIDE, SIDE), BRUSH)
    buffer = io.BytesIO()
    Image.fromarray(255 - ink).convert("RGBA").save(buffer, "PNG")  # a canvas writes RGBA
    return buffer.getvalue()


@dataclass
class Outcomes:
    """What visitors got. Times in seconds, of answers that came: of all, and of those to a finished stroke."""

    answers: list[float] = field(default_factory=list)
    finished: list[float] = field(default_factory=list)
    superseded: int = 0  # the server answered 204: a newer drawing had come, or the queue was too long
    abandoned: int = 0  # by the visitor, whose pen had gone on
    errors: list[str] = field(default_factory=list)
    served: set[int] = field(default_factory=set)  # visitors who got an answer to a finished stroke
    unanswered: int = 0  # strokes whose end had no answer when the next one began


class Connection:
    """One kept-alive connection to the app. visitor: the cookie by which docs/nginx-many.conf knows its process."""

    def __init__(self, port: int, visitor: str = ""):
        self.port, self.streams = port, None
        self.cookie = f"Cookie: digits={visitor}\r\n" if visitor else ""

    async def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = "application/octet-stream"
    ) -> tuple[int, bytes]:
        """(status, body) of the answer. Cancelled half-way, the connection is closed, as a browser's abort does."""
        try:
            if self.streams is None:
                self.streams = await asyncio.open_connection("127.0.0.1", self.port)
            reader, writer = self.streams
            head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{self.cookie}Content-Type: {kind}\r\n"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            lines = answer.decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
            if headers.get("transfer-encoding") == "chunked":
                content = await _chunks(reader)
            else:
                content = await reader.readexactly(int(headers.get("content-length", 0)))
            if headers.get("connection", "").lower() == "close":
                self.close()
            return int(lines[0].split()[1]), content
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self.streams:
            self.streams[1].close()
        self.streams = None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    content = b""
    while size := int(await reader.readline(), 16):
        content += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return content


class Visitor:
    """One page with its pad. ``found`` is shared by all."""

    def __init__(self, number: int, port: int, film: list, found: Outcomes, name: str = "load", live: bool = True):
        self.number, self.films, self.found = number, film, found
        self.random, self.pad = random.Random(number), f"{name}-{number}"
        self.connection, self.port = Connection(port, self.pad), port
        self.live = live  # the server is asked while the pen moves; a page that reads by itself asks once it is up
        self.sent = 0  # requests so far: the server's order
        self.under_way: asyncio.Task | None = None
        self.finished = True  # whether the last stroke's end has its answer

    async def stay(self, until: float) -> None:
        """Sketch until that time of the loop's clock, then wait for the last answer."""
        await asyncio.sleep(self.random.uniform(0, 1))  # nobody begins in step
        while time.monotonic() < until:
            for stroke in self.random.choice(self.films):
                await self._draw(stroke)
                await asyncio.sleep(self.random.uniform(*PAUSES))
                if time.monotonic() > until:
                    break
        if self.under_way:
            await asyncio.wait([self.under_way])
        self.connection.close()

    async def _draw(self, stroke: list[bytes]) -> None:
        """Draw one stroke; the request for its end is left under way."""
        if not self.finished:
            self.found.unanswered += 1
            self.finished = True
        for frame in stroke[:-1]:
            if self.live and (self.under_way is None or self.under_way.done()):
                self.under_way = asyncio.create_task(self._ask(frame, None))
            await asyncio.sleep(EVERY)
        if self.under_way and not self.under_way.done():
            self.under_way.cancel()
            self.found.abandoned += 1
            self.connection = Connection(self.port, self.pad)
        self.finished = False
        self.under_way = asyncio.create_task(self._ask(stroke[-1], time.monotonic()))

    async def _ask(self, frame: bytes, lifted: float | None) -> None:
        """Ask for one answer; after the pen is up (``lifted``, when) ask again after a 204, as the page does."""
        connection = self.connection
        while True:
            self.sent += 1
            started = time.monotonic()
            path = f"/page/read?model=&pad={self.pad}&stroke={self.sent}&drawing=1{'' if lifted else '&brief=1'}"
            try:
                status, content = await asyncio.wait_for(connection.ask("POST", path, frame), LATEST)
            except (OSError, EOFError, TimeoutError, asyncio.IncompleteReadError) as error:
                self.found.errors.append(type(error).__name__)
                return
            if status == 204:
                self.found.superseded += 1
                if lifted is None:
                    return
                await asyncio.sleep(EVERY)
                continue
            if status != 200 or b'"verdict"' not in content:
                self.found.errors.append(f"{status} {content[:100]!r}")
                return
            self.found.answers.append(time.monotonic() - started)
            if lifted is not None:
                self.finished = True
                self.found.finished.append(time.monotonic() - lifted)
                self.found.served.add(self.number)
            return
