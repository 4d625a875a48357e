"""A line in which a newer drawing takes the place of an older one from the same pad.

Under a crowd a drawing waits longer than the pen needs for the next one. Answering each in turn would answer drawings that
nobody looks at any more; putting each new one at the end would let a busy pad wait for ever. So the newer one takes the
older one's place, and everybody's newest drawing is read in turn.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Superseded(Exception):
    """A newer drawing of the same pad has come, or the line is too long: nobody should wait for this one."""


class Line:
    """At most ``places`` are served at once, at most ``longest`` wait. For one event loop."""

    def __init__(self, places: int, longest: int):
        self._places, self._free, self._longest = places, places, longest
        self._waiting: dict[object, tuple[int, asyncio.Future]] = {}  # pad → its newest; a dict keeps a key's place

    @property
    def busy(self) -> bool:
        """Whether anybody is served or waits; any thread may ask."""
        return self._free < self._places

    @contextlib.asynccontextmanager
    async def turn(self, pad: object = None, number: int = 0) -> AsyncIterator[None]:
        """Wait for a place and hold it. pad: whose drawing, None: nobody else's; number: grows with each of the pad's.

        Raises Superseded instead of waiting longer for what is not wanted any more.
        """
        await self._wait(object() if pad is None else pad, number)
        try:
            yield
        finally:
            self._leave()

    async def _wait(self, pad: object, number: int) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        older = self._waiting.get(pad)
        if older:
            if older[0] > number:  # they came in another order than they were sent
                raise Superseded
            give_up(older[1])
        elif len(self._waiting) >= self._longest:
            give_up(self._waiting.pop(next(iter(self._waiting)))[1])
        self._waiting[pad] = (number, turn)
        try:
            await turn
        except asyncio.CancelledError:
            if self._waiting.get(pad, (0, None))[1] is turn:
                del self._waiting[pad]
            elif turn.done() and not turn.cancelled() and turn.exception() is None:
                self._leave()  # its turn had just come
            raise

    def _leave(self) -> None:
        while self._waiting:
            _, turn = self._waiting.pop(next(iter(self._waiting)))
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


def give_up(turn: asyncio.Future) -> None:
    if not turn.done():
        turn.set_exception(Superseded())
