"""A queue in which a newer drawing takes the place of an older one from the same pad: `DrawingQueue`.

When many people draw, a drawing waits longer than the pen needs for the next one. Answering each in turn would answer drawings that
nobody looks at any more; putting each new one at the end would let a busy pad wait for ever. So the newer one takes the older one's
place, and everybody's newest drawing is read in turn.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Superseded(Exception):
    """Nobody should wait for this drawing: a newer one of the same pad has come, or the queue is too long."""


class DrawingQueue:
    """At most ``at_once`` drawings are read at once, at most ``longest`` wait. For one event loop."""

    def __init__(self, at_once: int, longest: int):
        self._at_once, self._free, self._longest = at_once, at_once, longest
        # pad → (number, future) of its newest drawing; a dict keeps a key's place
        self._waiting: dict[object, tuple[int, asyncio.Future[None]]] = {}

    @property
    def busy(self) -> bool:
        """Whether a drawing is being read or waits; any thread may ask."""
        return self._free < self._at_once

    @contextlib.asynccontextmanager
    async def turn(self, pad: object = None, number: int = 0) -> AsyncIterator[None]:
        """Wait for a place to read in, and hold it. Raises Superseded if a newer drawing of the same pad comes
        meanwhile, or if too many wait.

        pad: whose drawing it is, None where no other is of the same pad; number: grows with each drawing of the pad.
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
            _give_up(older[1])
        elif len(self._waiting) >= self._longest:
            _give_up(self._waiting.pop(next(iter(self._waiting)))[1])
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


def _give_up(turn: asyncio.Future) -> None:
    if not turn.done():
        turn.set_exception(Superseded())
