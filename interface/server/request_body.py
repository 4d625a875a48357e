"""Checks the size of every request body, uploads included: `check_announced_size`, `RequestBody`, `read_picture_body`.

The sizes allowed are in limits.py and, for each kind of request, in allowed_requests.py. A picture's pixels are checked when it is
opened (model/pictures.py), a test set's zip also in evaluation/picture_archive.py.
"""

import contextlib
import re
import time

import anyio
from starlette.requests import Request
from starlette.types import Message, Receive

from interface.server.limits import LIMITS, MB
from interface.server.refusals import RequestRefused


def announced_size(request: Request) -> float:
    """Bytes of the body by its Content-Length; infinite where the sender does not say."""
    return float(request.headers.get("content-length", "inf"))


def check_announced_size(request: Request, most: int) -> None:
    """Refuse a body that says itself that it is over ``most`` bytes. Raises RequestRefused."""
    if "content-length" in request.headers and announced_size(request) > most:
        raise RequestRefused(413, too_large(most))


def too_large(most: int) -> str:
    """The sentence for a request body of more than ``most`` bytes."""
    size = f"{most // MB} MB" if most >= MB else f"{most // 1000} kB"
    return f"This is over {size}. Please send something smaller."


class RequestBody:
    """A request's body as it arrives: bounded in bytes, in time and, where asked for, in the number of files.

    Whoever reads it calls `receive` as of an ASGI server. Once it is too large or too slow, ``refusal`` is set, and for its reader it
    ends as if the sender had gone. ``sender_left``: the sender did go before the end.
    """

    def __init__(self, receive: Receive, most: int, empty: bool = False):
        """most: bytes; empty: the request has no body, such as a GET."""
        self._receive, self._most = receive, most
        self._boundary, self._parts, self._tail = b"", 0, b""
        self._waited = 0.0  # seconds for the sender; what the sender waits for a place here is not counted
        self.size, self.complete = 0, empty
        self.refusal: RequestRefused | None = None
        self.sender_left = False

    def count_files(self, content_type: str) -> None:
        """Bound the parts of a multipart body as well. Raises RequestRefused."""
        found = re.findall(r'[;\s]boundary="?([\w\'()+,./:=?-]{1,70})"?\s*(?:;|$)', content_type)  # RFC 2046
        if len(found) != 1 or content_type.count("boundary") != 1:  # so that every reader takes the same one
            raise RequestRefused(400, "This is no upload.")
        self._boundary = b"--" + found[0].encode()

    async def receive(self) -> Message:
        """The next ASGI message; "http.disconnect" after a refusal."""
        if self.complete:
            return await self._receive()
        message, start = None, time.monotonic()
        with anyio.move_on_after(LIMITS.arrival_grace + self.size / LIMITS.arrival_pace - self._waited):
            message = await self._receive()
        self._waited += time.monotonic() - start
        if message is None:
            self.refusal = RequestRefused(
                408, "This took too long to arrive. Please try again, or send something smaller."
            )
        elif message["type"] == "http.request":
            self._measure(message.get("body", b""))
            self.complete = not message.get("more_body", False)
        else:
            self.complete = self.sender_left = True
        return {"type": "http.disconnect"} if message is None or self.refusal else message

    def _measure(self, part: bytes) -> None:
        self.size += len(part)
        if self.size > self._most:
            self.refusal = RequestRefused(413, too_large(self._most))
        if self._boundary:
            joined = self._tail + part
            self._parts += joined.count(self._boundary)
            self._tail = joined[-len(self._boundary) + 1 :]
            if self._parts > LIMITS.files_per_upload + 1:  # the last boundary closes the body
                self.refusal = RequestRefused(413, "Send one file at a time.")

    async def read_all(self) -> bytes:
        """The whole of a short body. Raises RequestRefused."""
        content = bytearray()
        while not self.complete:
            message = await self.receive()
            if self.refusal:
                raise self.refusal
            content += message.get("body", b"")
        return bytes(content)

    def replay(self, content: bytes) -> Receive:
        """A receive that gives ``content``, which `read_all` has read, and then what comes after it."""
        waiting: list[Message] = [{"type": "http.request", "body": content, "more_body": False}]

        async def receive() -> Message:
            return waiting.pop() if waiting else await self._receive()

        return receive

    async def discard(self) -> None:
        """Read to the end, or 40 MB of it: a browser that is still sending does not look for an answer."""
        with anyio.move_on_after(3 * LIMITS.arrival_grace):
            while not self.complete and self.size < 2 * LIMITS.picture_bytes:
                message = await self._receive()
                self.size += len(message.get("body", b""))
                self.complete = message["type"] != "http.request" or not message.get("more_body", False)


async def read_picture_body(
    request: Request, memory_places: anyio.CapacityLimiter, release: contextlib.AsyncExitStack
) -> bytes:
    """The body of a request that holds one picture, given up as soon as it is known to be too large. Raises RequestRefused.

    A body over LIMITS.drawing_bytes takes one of ``memory_places``, which ``release`` gives back when it is closed. Until there is one,
    the rest of the body waits in the network.
    """
    body, place, refusal = bytearray(), None, None
    async for part in request.stream():
        if refusal:
            continue  # to the end: a browser that is still sending does not look for an answer
        body += part
        if len(body) > LIMITS.picture_bytes:
            raise RequestRefused(413, too_large(LIMITS.picture_bytes))
        if len(body) > LIMITS.drawing_bytes and place is None:
            place = object()  # not the task: one may hold several
            with anyio.move_on_after(LIMITS.memory_wait) as waited:
                await memory_places.acquire_on_behalf_of(place)
            if waited.cancelled_caught:
                refusal = RequestRefused(
                    503, "Many people are sending pictures just now; please try again in a moment.", 5
                )
                body.clear()
            else:
                release.callback(memory_places.release_on_behalf_of, place)
    if refusal:
        raise refusal
    return bytes(body)
