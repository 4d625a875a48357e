"""The queue in which a newer drawing takes an older one's place."""

import asyncio

from interface.predict.drawing_queue import DrawingQueue, Superseded
from tests.conftest import run_async


def served(queue: DrawingQueue, drawings: list[tuple]) -> list:
    """Send drawings (pad, number) at once; what was served, in order; 'x' and the drawing for what was passed over."""
    done, sent = [], asyncio.Event()

    async def one(pad, number):
        try:
            async with queue.turn(pad, number):
                await sent.wait()
                done.append((pad, number))
        except Superseded:
            done.append(("x", pad, number))

    async def all_():
        tasks = []
        for pad, number in drawings:
            tasks.append(asyncio.create_task(one(pad, number)))
            await asyncio.sleep(0)
        sent.set()
        await asyncio.gather(*tasks)

    run_async(all_)
    return done


def test_a_newer_drawing_takes_the_older_ones_place():
    done = served(DrawingQueue(1, 100), [("a", 1), ("b", 1), ("c", 1), ("b", 2), ("b", 3)])
    assert [one for one in done if one[0] != "x"] == [("a", 1), ("b", 3), ("c", 1)]
    assert [one[1:] for one in done if one[0] == "x"] == [("b", 1), ("b", 2)]


def test_a_drawing_that_comes_late_does_not_replace_a_newer_one():
    assert ("b", 2) in served(DrawingQueue(1, 100), [("a", 1), ("b", 2), ("b", 1)])


def test_drawings_without_a_pad_are_all_served():
    assert len([one for one in served(DrawingQueue(2, 100), [(None, 0)] * 20) if one[0] != "x"]) == 20


def test_a_queue_too_long_gives_up_its_oldest_drawing():
    done = served(DrawingQueue(1, 2), [("a", 1), ("b", 1), ("c", 1), ("d", 1)])
    assert [one for one in done if one[0] == "x"] == [("x", "b", 1)]


def test_a_drawing_that_leaves_the_queue_keeps_no_other_waiting():
    async def scene():
        queue, seen, left = DrawingQueue(1, 10), [], asyncio.Event()

        async def one(name):
            async with queue.turn(name, 1):
                await left.wait()
                seen.append(name)

        first, gone, last = (asyncio.create_task(one(name)) for name in "abc")
        await asyncio.sleep(0)  # all have begun: one is served, two wait
        gone.cancel()
        left.set()
        await asyncio.gather(first, last)
        return seen

    assert run_async(scene) == ["a", "c"]
