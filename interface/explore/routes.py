"""MNIST's images for the page, which maps, trains and asks with them: GET page/mnist/{test,train}-images.gz."""

import functools
import gzip

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from model.datasets import DataError, Labelled, load_mnist, load_mnist_test

PARTS = ("test", "train")
LEVEL = 6  # of gzip: 9.9 MB for the training images, in three seconds, once
MISSING = "MNIST is not on this machine yet; the Evaluate tab says how it gets here."


@functools.lru_cache(maxsize=len(PARTS))
def packed(part: str) -> bytes:
    """A part's images, 784 bytes each, then their labels, gzipped. Raises DataError without MNIST."""
    images: Labelled = load_mnist_test() if part == "test" else load_mnist().train
    return gzip.compress(images.images.tobytes() + images.labels.astype("uint8").tobytes(), LEVEL, mtime=0)


def routes() -> list[Route]:
    """The route for ``launch(app_kwargs={"routes": …})``."""
    at_once = anyio.CapacityLimiter(1)  # a second visitor waits for what the first has packed

    async def images(request: Request) -> Response:
        part = request.path_params["part"]
        if part not in PARTS:
            return JSONResponse({"error": "There is no such file here."}, 404)
        try:
            content = await anyio.to_thread.run_sync(packed, part, limiter=at_once)
        except DataError:
            return JSONResponse({"error": MISSING}, 404)
        return Response(content, media_type="application/gzip", headers={"Cache-Control": "private, max-age=86400"})

    return [Route("/page/mnist/{part}-images.gz", images)]
