"""HTTP routes of the Predict tab: read a picture, explain an answer, list examples. Enter at `routes`.

POST page/read?model=NAME    a picture file            → the answer (interface/predict/answer.py)
     …&pad=PAGE&stroke=N                               → 204 where a newer stroke of that page waits: nobody looks for this one
     …&drawing=1                                       → the file is a drawing of the pad, which has one reader
     …&brief=1                                         → "brief": whether what was left out (Recogniser.read) might change it
POST page/image?model=NAME   784 bytes, 28×28          → the answer to that very image
POST page/why?model=NAME     784 bytes, 28×28          → which ink spoke for the answer and which against
POST page/nearest            784 bytes, 28×28          → the training digits that look most like it
GET  page/examples           the examples' file names; page/examples/FILE

What cannot be answered is ``{"error": sentence}``: with status 200 for a file that is no picture, with 4xx for a request
that this page would not send. Anybody can call these, so each checks login, model and size.

They stand beside Gradio's routes, without its queue: a stroke's answer must come within a frame or two. One process answers several
times more people this way (when this was begun, 1,891 requests a second against 394), and nothing that is sent touches the disk.
"""

import contextlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import anyio
import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from evaluation.runner import SHARED, Evaluations
from interface.assets import serve_files
from interface.predict.answer import answer_json, brief_is_complete, image_base64, other_models
from interface.predict.drawing_queue import DrawingQueue, Superseded
from interface.server.limits import LIMITS
from interface.server.login import signed_in
from interface.server.refusals import RequestRefused
from interface.server.request_body import read_picture_body
from model.datasets import DataError
from model.nearest_neighbours import nearest
from model.page_reader import witness
from model.pictures import PictureError, open_first
from model.recogniser import Recogniser
from model.saliency import explain

EXAMPLES = Path(__file__).parent / "examples"
SHOWN = {"large": 1200, "small": 120}  # px, the longer side of a picture sent back: for the pad, for a row of a table
IMAGE_BYTES = 28 * 28
NEAREST = "The most alike of MNIST's 55,000 training digits, compared pixel by pixel at half size."
NO_NEAREST = "With MNIST on this machine, the training digits most like it would stand here."


@dataclass(frozen=True)
class Question:
    """One request of the page, checked."""

    models: dict[str, Recogniser]  # what the page offers, the default first
    recogniser: Recogniser  # the one that is to read
    body: bytes
    parameters: Mapping[str, str]  # of the query


def routes(models: dict[str, Recogniser], evaluations: Evaluations = SHARED) -> list[Route]:
    """The routes for ``launch(app_kwargs={"routes": …})``. models: what the page offers, the default first.

    evaluations: those of this process, which from now on let drawings go first.
    """
    cores = os.cpu_count() or 2
    drawings, extras = DrawingQueue(cores, LIMITS.queued_drawings), DrawingQueue(1, LIMITS.queued_drawings)
    evaluations.urgent = lambda: drawings.busy
    threads = anyio.CapacityLimiter(cores + 2)
    pictures, memory_places = anyio.CapacityLimiter(1), anyio.CapacityLimiter(LIMITS.pictures_in_memory)

    def post(path: str, handler: Callable[[Question], dict], queue: DrawingQueue) -> Route:
        """A route that checks login, model and body; then ``handler`` runs in a thread, in its turn."""

        async def endpoint(request: Request) -> Response:
            async with contextlib.AsyncExitStack() as held:
                try:
                    recogniser = chosen_model(request, models)
                    body = await read_picture_body(request, memory_places, held)
                    turn = pictures if len(body) > LIMITS.drawing_bytes else queue.turn(*pad_and_stroke(request))
                    await held.enter_async_context(turn)
                    if await request.is_disconnected():
                        return Response(status_code=204)  # for the log: nobody gets it
                    question = Question(models, recogniser, body, request.query_params)
                    found = await anyio.to_thread.run_sync(handler, question, limiter=threads)
                except Superseded:
                    return Response(status_code=204)
                except RequestRefused as refusal:
                    return JSONResponse({"error": str(refusal)}, refusal.status, refusal.headers)
                except PictureError as error:  # a result like another: browsers log every 4xx as an error of the page
                    found = {"error": str(error)}
            return JSONResponse(found, headers={"Cache-Control": "no-store"})

        return Route(path, endpoint, methods=["POST"])

    # Flat paths: below a Mount, Starlette looks for --root-path in the path, where a proxy has stripped it.
    return [
        post("/page/read", read, drawings),
        post("/page/image", read_image, drawings),
        post("/page/why", explain_image, extras),
        post("/page/nearest", nearest_digits, extras),
        Route("/page/examples", list_examples),
        Route("/page/examples/{name}", serve_files(example_files())),
    ]


def read(question: Question) -> dict:
    """The answer to a picture file."""
    page = open_first(question.body)
    picture = page.picture
    side = SHOWN.get(question.parameters.get("show", ""))
    brief = "brief" in question.parameters
    if brief or "drawing" in question.parameters:  # of the pad
        reading = question.recogniser.read(picture, brief)
    else:
        reading = witness.read(question.recogniser, picture)
    others = other_models(question.models, question.recogniser)
    answer = answer_json(question.recogniser, reading, picture, side, others)
    return answer | {"brief": brief and not brief_is_complete(reading), "note": page.note}


def read_image(question: Question) -> dict:
    """The answer to a 28×28 image."""
    image = as_image(question.body)
    picture = np.repeat((255 * image).round().astype(np.uint8)[..., None], 3, axis=2)
    reading = question.recogniser.read_image(image)
    others = other_models(question.models, question.recogniser)
    return answer_json(question.recogniser, reading, picture, SHOWN["large"], others)


def explain_image(question: Question) -> dict:
    """How much each pixel of a 28×28 image spoke for the answer, -1 to 1, and a sentence."""
    found = explain(question.recogniser.alone(), as_image(question.body))
    return {"weights": found.weights.ravel().round(3).tolist(), "note": found.note}


def nearest_digits(question: Question) -> dict:
    """The training digits that look most like a 28×28 image, and a sentence."""
    try:
        found = nearest(as_image(question.body))
    except DataError:  # its text speaks to whoever runs this, with a path of the machine
        return {"digits": [], "note": NO_NEAREST}
    return {"digits": [{"digit": one.label, "image": image_base64(one.image)} for one in found], "note": NEAREST}


async def list_examples(_: Request) -> JSONResponse:
    """The names of the example pictures, in the order in which the page shows them."""
    return JSONResponse(json.loads((EXAMPLES / "examples.json").read_text("utf-8")))


def example_files() -> dict[str, Path]:
    """The example pictures by file name."""
    return {path.name: path for path in EXAMPLES.iterdir() if path.suffix in (".png", ".jpg")}


def chosen_model(request: Request, models: dict[str, Recogniser]) -> Recogniser:
    """The model that is to read. Raises RequestRefused, also without a login."""
    if not signed_in(request):
        raise RequestRefused(401, "Please log in again: reload the page.")
    recogniser = models.get(request.query_params.get("model") or next(iter(models)))
    if recogniser is None:
        raise RequestRefused(404, f"There is no such model here; there are {', '.join(models)}.")
    return recogniser


def pad_and_stroke(request: Request) -> tuple[object, int]:
    """(whose drawing, its number) for DrawingQueue; (None, 0) where no newer one can take its place."""
    pad, number = (request.query_params.get(name, "") for name in ("pad", "stroke"))
    known = len(pad) <= 64 and len(number) <= 12 and number.isascii() and number.isdigit()
    return ((pad, request.url.path), int(number)) if pad and known else (None, 0)


def as_image(body: bytes) -> np.ndarray:
    """784 bytes as a (28, 28) float32 image in [0, 1]. RequestRefused for any other number."""
    if len(body) != IMAGE_BYTES:
        raise RequestRefused(422, f"A 28×28 image is {IMAGE_BYTES} bytes, one for each pixel; these are {len(body)}.")
    return np.frombuffer(body, np.uint8).reshape(28, 28).astype(np.float32) / 255
