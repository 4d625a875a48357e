"""The request filter around an app that needs no model, and a client of it."""

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from interface.server.headers import security_headers
from interface.server.limits import LIMITS
from interface.server.middleware import Policy, RequestFilter


def filtered(auth=None, **policy) -> Starlette:
    """The app; it answers with the address and the scheme that it sees. policy: what differs from the usual one."""

    async def endpoint(request):
        await request.body()
        return PlainTextResponse(f"{request.client.host} {request.url.scheme}")

    paths = ("/", "/page/read", "/login")
    app = Starlette(routes=[Route(path, endpoint, methods=["GET", "POST"]) for path in paths])
    app.auth = auth
    every = {"headers": security_headers(), "event_rate": lambda number: LIMITS.clicks, **policy}
    app.middleware_stack = RequestFilter(app.build_middleware_stack(), Policy(**every))
    return app


def client(app: Starlette, peer: str = "203.0.113.9") -> TestClient:
    return TestClient(app, base_url="http://digits.example", client=(peer, 1234))
