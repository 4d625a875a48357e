"""What the page asks of the server while someone draws: plain routes beside Gradio's, without its queue.

A stroke's answer must come within a frame or two. Through a plain route one process answers several times more people
than through Gradio's events (when this was begun, 1,891 against 394 requests a second), and nothing that is sent touches the disk.

POST page/read?model=NAME    a picture file            → the answer (interface/predict/answer.py)
     …&pad=PAGE&stroke=N                               → 204 instead, once a later one of that page waits: nobody looks for it
     …&brief=1                                         → "brief": whether what was left out (Recogniser.read) might change it
POST page/image?model=NAME   784 bytes, 28×28          → the answer to that very image
POST page/why?model=NAME     784 bytes, 28×28          → which ink spoke for the answer and which against
POST page/nearest            784 bytes, 28×28          → the training digits that look most like it
GET  page/examples           the examples' file names; page/examples/FILE

What cannot be answered is ``{"error": sentence}``: with status 200 for a file that is no picture, with 4xx for a request
that this page would not send. Anybody can call these, so each checks login, model and size.
"""

import contextlib
import json
import os
from pathlib import Path

import anyio
import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from evaluation.runner import SHARED, Evaluations
from interface.assets import serve
from interface.predict.answer import answer, as_text, others, plain
from interface.predict.drawing_queue import Line, Superseded
from interface.server.login import signed_in
from interface.server.rate_limits import LIMITS
from interface.server.request_body import Refused
from model.datasets import DataError
from model.nearest_neighbours import nearest
from model.pictures import PictureError, open_picture
from model.recogniser import Recogniser
from model.saliency import explain

EXAMPLES = Path(__file__).parent / "examples"
SHOWN = {"large": 1200, "small": 120}  # px, the longer side of a picture sent back: for the pad, for a row of a table
IMAGE = 28 * 28
NEAREST = "The most alike of MNIST's 55,000 training digits, compared pixel by pixel at half size."
NO_NEAREST = "With MNIST on this machine, the training digits most like it would stand here."


def routes(models: dict[str, Recogniser], evaluations: Evaluations = SHARED) -> list[Route]:
    """The routes for ``launch(app_kwargs={"routes": …})``. models: what the page offers, the default first.

    evaluations: those of this process, which from now on let drawings go first.
    """
    cores = os.cpu_count() or 2
    drawings, extras = Line(cores, LIMITS.waiting), Line(1, LIMITS.waiting)
    evaluations.urgent = lambda: drawings.busy
    threads = anyio.CapacityLimiter(cores + 2)
    pictures, held = anyio.CapacityLimiter(1), anyio.CapacityLimiter(LIMITS.held)

    def checked(work, line: Line = drawings):
        """An endpoint: login, model and body checked; ``work(recogniser, body, request)`` runs in a thread, in its turn."""

        async def endpoint(request: Request) -> Response:
            async with contextlib.AsyncExitStack() as places:
                try:
                    recogniser = asked(request, models)
                    body = await read_body(request, held, places)
                    turn = pictures if len(body) > LIMITS.stroke else line.turn(*pad_of(request))
                    await places.enter_async_context(turn)
                    if await request.is_disconnected():
                        return Response(status_code=204)  # for the log: nobody gets it
                    found = await anyio.to_thread.run_sync(work, recogniser, body, request, limiter=threads)
                except Superseded:
                    return Response(status_code=204)
                except Refused as refusal:
                    headers = {"Retry-After": str(refusal.wait)} if refusal.wait else None
                    return JSONResponse({"error": str(refusal)}, refusal.status, headers)
                except PictureError as error:  # a result like another: browsers log every 4xx as an error of the page
                    found = {"error": str(error)}
            return JSONResponse(found, headers={"Cache-Control": "no-store"})

        return endpoint

    def read(recogniser: Recogniser, body: bytes, request: Request) -> dict:
        picture = open_picture(body)
        show = SHOWN.get(request.query_params.get("show", ""))
        brief = "brief" in request.query_params
        reading = recogniser.read(picture, brief)
        found = answer(recogniser, reading, picture, show, others(models, recogniser))
        return found | {"brief": brief and not plain(reading)}

    def image(recogniser: Recogniser, body: bytes, _: Request) -> dict:
        pixels = as_image(body)
        picture = np.repeat((255 * pixels).round().astype(np.uint8)[..., None], 3, axis=2)
        return answer(recogniser, recogniser.read_image(pixels), picture, SHOWN["large"], others(models, recogniser))

    def why(recogniser: Recogniser, body: bytes, _: Request) -> dict:
        found = explain(recogniser, as_image(body))
        return {"weights": found.weights.ravel().round(3).tolist(), "note": found.note}

    def alike(_recogniser: Recogniser, body: bytes, _request: Request) -> dict:
        try:
            found = nearest(as_image(body))
        except DataError:  # its text speaks to whoever runs this, with a path of the machine
            return {"digits": [], "note": NO_NEAREST}
        return {"digits": [{"digit": one.label, "image": as_text(one.image)} for one in found], "note": NEAREST}

    async def examples(_: Request) -> JSONResponse:
        return JSONResponse(json.loads((EXAMPLES / "examples.json").read_text()))

    # Flat paths: below a Mount, Starlette looks for --root-path in the path, where a proxy has stripped it.
    return [
        Route("/page/read", checked(read), methods=["POST"]),
        Route("/page/image", checked(image), methods=["POST"]),
        Route("/page/why", checked(why, extras), methods=["POST"]),
        Route("/page/nearest", checked(alike, extras), methods=["POST"]),
        Route("/page/examples", examples),
        Route("/page/examples/{name}", serve(drawings_of_ours())),
    ]


def drawings_of_ours() -> dict[str, Path]:
    """The example pictures by file name."""
    return {path.name: path for path in EXAMPLES.iterdir() if path.suffix in (".png", ".jpg")}


def asked(request: Request, models: dict[str, Recogniser]) -> Recogniser:
    """The model that is to read. Raises Refused."""
    if not signed_in(request):
        raise Refused(401, "Please log in again: reload the page.")
    recogniser = models.get(request.query_params.get("model") or next(iter(models)))
    if recogniser is None:
        raise Refused(404, f"There is no such model here; there are {', '.join(models)}.")
    return recogniser


def pad_of(request: Request) -> tuple[object, int]:
    """(whose drawing, its number) for Line; (None, 0) for what no later one makes needless."""
    pad, number = (request.query_params.get(name, "") for name in ("pad", "stroke"))
    known = len(pad) <= 64 and len(number) <= 12 and number.isascii() and number.isdigit()
    return ((pad, request.url.path), int(number)) if pad and known else (None, 0)


async def read_body(request: Request, held: anyio.CapacityLimiter, places: contextlib.AsyncExitStack) -> bytes:
    """The request's body, given up as soon as it is known to be over the limit.

    One over LIMITS.stroke takes a place among those held in memory, in ``places``; until there is one, it waits in the network.
    """
    body, place, refused = bytearray(), None, None
    async for part in request.stream():
        if refused:
            continue  # to the end: a browser that is still sending does not look for an answer
        body += part
        if len(body) > LIMITS.picture:
            raise Refused(413, "This file is over 20 MB. Please send a smaller picture.")
        if len(body) > LIMITS.stroke and place is None:
            place = object()  # not the task: one may hold several
            with anyio.move_on_after(LIMITS.patience) as waited:
                await held.acquire_on_behalf_of(place)
            if waited.cancelled_caught:
                refused = Refused(503, "Many people are sending pictures just now; please try again in a moment.", 5)
                body.clear()
            else:
                places.callback(held.release_on_behalf_of, place)
    if refused:
        raise refused
    return bytes(body)


def as_image(body: bytes) -> np.ndarray:
    """784 bytes as a (28, 28) float32 image in [0, 1]."""
    if len(body) != IMAGE:
        raise Refused(422, f"A 28×28 image is {IMAGE} bytes, one for each pixel; these are {len(body)}.")
    return np.frombuffer(body, np.uint8).reshape(28, 28).astype(np.float32) / 255
