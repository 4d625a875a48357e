"""`python -m benchmarks.memory`: what the server holds after its start, 1,000 drawings read and an evaluation. Bar: ≤ 350 MB.

The drawings come one after another, as the page sends them; the evaluation is the Run of the Evaluate tab over MNIST's 10,000 test
images, which the page behind it then shows. Resident memory, Linux; the private part is what a second process would need again.
"""

import asyncio
import sys
import time

from benchmarks import machine
from benchmarks.app import App, running
from benchmarks.load import Evaluation
from benchmarks.visitors import Connection, films

ANSWERS = 1_000
BAR = 350  # MB resident, after all of it
SETTLES = 3  # seconds, for what the app does once it serves, or has answered


async def answers(app: App, count: int) -> None:
    """Read so many drawings, in turn the ten digits half drawn and finished."""
    drawings = [drawing for film in films() for stroke in film for drawing in stroke]
    connection = Connection(app.port)
    for number in range(count):
        status, body = await connection.ask("POST", "/page/read?drawing=1", drawings[number % len(drawings)])
        if status != 200 or b'"verdict"' not in body:
            raise SystemExit(f"A drawing was not read: {status} {body[:200].decode()}")
    connection.close()


def main() -> int:
    machine.need("mnist")
    with running() as app:

        def line(when: str) -> float:
            time.sleep(SETTLES)
            held = app.holding()
            print(
                f"{when:28} {held.memory:4.0f} MB, {held.private:.0f} of them private; {held.threads} threads",
                flush=True,
            )
            return held.memory

        line("after the start")
        asyncio.run(answers(app, ANSWERS))
        line(f"{ANSWERS:,} drawings read")
        if not asyncio.run(Evaluation(app).once()):
            raise SystemExit("The evaluation did not end.")
        reached = line("an evaluation of 10,000")
    print(f"bar: at most {BAR} MB: {'met' if reached <= BAR else 'NOT met'}")
    return 0 if reached <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
