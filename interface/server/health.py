"""What the operator sees of the running app: its health, a line for each request, Prometheus metrics.

GET /healthz    {"status": "ok"} while the default model answers, 503 otherwise; without a login, for a container's health check
GET /metrics    Prometheus's text, where asked for on the command line; behind the login where there is one
"""

import sys
import time
from collections.abc import Callable

import anyio
import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from model.recogniser import Recogniser

Observer = Callable[[str, str, int, float, int], None]  # method, label, status, seconds, bytes sent of a request
SLOWEST = 5  # seconds for an image that takes one millisecond, before the model counts as stuck


def health_route(recogniser: Recogniser) -> Route:
    """GET /healthz; it has the model read an empty image."""
    one_at_a_time = anyio.CapacityLimiter(1)
    image = np.zeros((1, 28, 28), np.float32)

    async def endpoint(_: Request) -> JSONResponse:
        try:
            with anyio.fail_after(SLOWEST):
                await anyio.to_thread.run_sync(
                    recogniser.probabilities, image, limiter=one_at_a_time, abandon_on_cancel=True
                )
        except Exception as error:  # whatever it is, the app is not well
            return JSONResponse({"status": f"the model does not answer: {type(error).__name__}"}, 503)
        return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})

    return Route("/healthz", endpoint)


def log_request(method: str, label: str, status: int, seconds: float, size: int) -> None:
    """One line on stderr: no picture, no query, no address, no name of a page or file."""
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    print(f"{when} {method} {label} {status} {1000 * seconds:.1f} ms {size} B", file=sys.stderr, flush=True)


def metrics(evaluation_runs: Callable[[], bool]) -> tuple[Route, Observer]:
    """GET /metrics, and the observer that counts a request for it. evaluation_runs: whether one is under way."""
    import prometheus_client as prometheus  # only for who wants them

    labels = ("method", "route")
    requests = prometheus.Counter("digits_requests", "Requests answered", (*labels, "status"))
    seconds = prometheus.Histogram(
        "digits_request_seconds",
        "Time to the end of the answer; streams last as long as a page is open",
        labels,
        buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    )
    sent = prometheus.Counter("digits_sent_bytes", "Bytes of answers before compression", labels)
    prometheus.Gauge("digits_evaluation_running", "1 while an evaluation runs").set_function(
        lambda: float(evaluation_runs())
    )

    def observe(method: str, label: str, status: int, took: float, size: int) -> None:
        requests.labels(method, label, str(status)).inc()
        seconds.labels(method, label).observe(took)
        sent.labels(method, label).inc(size)

    async def endpoint(_: Request) -> Response:
        return Response(prometheus.generate_latest(), media_type=prometheus.CONTENT_TYPE_LATEST)

    return Route("/metrics", endpoint), observe
