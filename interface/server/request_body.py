"""A request's body, bounded in size, time and number of files, whoever reads it."""

import re
import time
from collections.abc import Awaitable, Callable

import anyio

from interface.server.rate_limits import LIMITS, MB


class Refused(Exception):
    """A request that goes no further. The text is the sentence for the sender; wait: seconds for Retry-After."""

    def __init__(self, status: int, sentence: str, wait: int | None = None):
        super().__init__(sentence)
        self.status, self.wait = status, wait


class Body:
    """A request's body, bounded: ``trouble`` is set when it is too long or too slow, and then it ends as if the sender had gone.

    ``gone``: the sender has, half-way.
    """

    def __init__(self, receive: Callable[[], Awaitable[dict]], most: int, none: bool = False):
        """most: bytes; none: the request has no body, such as a GET."""
        self._receive, self._most, self._edge, self._parts, self._tail = receive, most, b"", 0, b""
        self._waited = 0.0  # seconds for the sender; what the sender waits for a place here is not counted
        self.size, self.complete, self.trouble, self.gone = 0, none, None, False

    def count_files(self, content_type: str) -> None:
        """Bound the parts of a multipart body as well. Raises Refused."""
        edges = re.findall(r'[;\s]boundary="?([\w\'()+,./:=?-]{1,70})"?\s*(?:;|$)', content_type)  # RFC 2046
        if len(edges) != 1 or content_type.count("boundary") != 1:  # read in one way only
            raise Refused(400, "This is no upload.")
        self._edge = b"--" + edges[0].encode()

    async def receive(self) -> dict:
        if self.complete:
            return await self._receive()
        message, start = None, time.monotonic()
        with anyio.move_on_after(LIMITS.grace + self.size / LIMITS.pace - self._waited):
            message = await self._receive()
        self._waited += time.monotonic() - start
        if message is None:
            self.trouble = Refused(408, "This took too long to arrive. Please try again, or send something smaller.")
        elif message["type"] == "http.request":
            self._measure(message.get("body", b""))
            self.complete = not message.get("more_body", False)
        else:
            self.complete = self.gone = True
        return {"type": "http.disconnect"} if self.trouble else message

    def _measure(self, part: bytes) -> None:
        self.size += len(part)
        if self.size > self._most:
            self.trouble = Refused(413, too_long(self._most))
        if self._edge:
            joined = self._tail + part
            self._parts += joined.count(self._edge)
            self._tail = joined[-len(self._edge) + 1 :]
            if self._parts > LIMITS.files + 1:  # the last edge closes the body
                self.trouble = Refused(413, "Send one file at a time.")

    async def whole(self) -> bytes:
        """All of it, for a short one. Raises Refused."""
        content = bytearray()
        while not self.complete:
            message = await self.receive()
            if self.trouble:
                raise self.trouble
            content += message.get("body", b"")
        return bytes(content)

    def again(self, content: bytes):
        """A receive that gives ``content`` and then what comes after it."""
        given = [{"type": "http.request", "body": content, "more_body": False}]

        async def receive() -> dict:
            return given.pop() if given else await self._receive()

        return receive

    async def thrown_away(self) -> None:
        """Read to the end, or 40 MB of it: a browser that is still sending does not look for an answer."""
        with anyio.move_on_after(3 * LIMITS.grace):
            while not self.complete and self.size < 2 * LIMITS.picture:
                message = await self._receive()
                self.size += len(message.get("body", b""))
                self.complete = message["type"] != "http.request" or not message.get("more_body", False)


def too_long(most: int) -> str:
    size = f"{most // MB} MB" if most >= MB else f"{most // 1000} kB"
    return f"This is over {size}. Please send something smaller."
