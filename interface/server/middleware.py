"""The door: every request passes here before Gradio or any route of ours sees it, and every answer on its way out.

It lets in the requests of interface/server/allowed_requests.py, asks for the login, refuses other sites' pages, counts visitors (interface/server/rate_limits.py), bounds
bodies (interface/server/request_body.py) and sets the headers (interface/server/headers.py). It is an ASGI application around the whole app, so that
nothing answers past it; streams pass through unchanged.
"""

import contextlib
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from interface.server.allowed_requests import Way, way_of
from interface.server.login import signed_in
from interface.server.rate_limits import LIMITS, Counts, TooMany
from interface.server.request_body import Body, Refused, too_long

HOST = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?", re.ASCII)
PAGE = re.compile(r"[\w-]{1,64}", re.ASCII)  # the name that a page gives itself: Gradio's session, or our `pad`
FORWARDED = {
    b"forwarded",
    b"x-real-ip",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-proto",
    b"x-gradio-server",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OUTSIDE = {
    b"x-forwarded-host",
    b"x-forwarded-proto",
}  # how the page is reached; that shapes only its own visitor's page


@dataclass(frozen=True)
class Rules:
    """What the command line decides."""

    headers: dict[str, str]  # for every answer
    kind: Callable[[object], str | None]  # an event's number → its Rate in Limits; None: there is no such event
    trust: str = ""  # proxies whose forwarded headers are believed, as uvicorn takes them
    tunnel: bool = False  # a public link: everybody's address is that of its tunnel on this machine
    root_path: str = ""
    room: Callable[[], bool] = lambda: True  # whether more uploads fit on disk
    seen: Callable[[str, str, int, float, int], None] | None = (
        None  # method, label, status, seconds, bytes of a request
    )


class Guard:
    """The ASGI application around ``app``."""

    def __init__(self, app, rules: Rules, counts: Counts | None = None):
        self.app, self.rules, self.counts = app, rules, counts or Counts()
        self.believed = ProxyHeadersMiddleware(self._known, rules.trust)
        self.under_way = {True: 0, False: 0}  # streams, others
        self.places = anyio.CapacityLimiter(LIMITS.programs)

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":  # nothing here speaks WebSocket
            peer = address(scope)
            if peer in self.believed.trusted_hosts:
                await self.believed(scope, receive, send)
            else:
                drop = FORWARDED - OUTSIDE if self.rules.tunnel and local(peer) else FORWARDED
                headers = [(name, value) for name, value in scope["headers"] if name.lower() not in drop]
                await self._known({**scope, "headers": headers}, receive, send)

    async def _known(self, scope, receive, send) -> None:
        """Who sends this is settled: serve it, and tell ``seen`` of it."""
        start, status, sent = time.perf_counter(), 500, 0

        async def dressed(message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                message = message | {"headers": self._dress(message.get("headers", []))}
            sent += len(message.get("body", b""))
            await send(message)

        path, root = path_of(scope, self.rules.root_path), self.rules.root_path.rstrip("/")
        if root.startswith("/"):  # whole again where a proxy has stripped it: Starlette looks for it there
            scope = {**scope, "root_path": root, "path": root + path}
        way = way_of(scope["method"], path)
        stream = way is not None and way.stream
        self.under_way[stream] += 1
        try:
            if not await self._serve(Request(scope), way, receive, dressed):
                status = 499  # as nginx logs it
        finally:
            self.under_way[stream] -= 1
            if self.rules.seen:
                label = way.label or path if way else "other"
                method = scope["method"] if way or scope["method"] in METHODS else "other"  # a sender may invent any
                self.rules.seen(method, label, status, time.perf_counter() - start, sent)

    async def _serve(self, request: Request, way: Way | None, receive, send) -> bool:
        """Whether the sender was there to the end of the body."""
        body = Body(receive, way.most if way else LIMITS.small, request.method in ("GET", "HEAD"))
        started = False

        async def answer(message) -> None:
            nonlocal started
            if (
                started or not body.trouble
            ):  # what the app says to half a body is kept back: the sentence below says more
                started = True
                await send(message)

        try:
            check(request, way, self.under_way)
            receive = await self._counted(request, way, body)
            async with self._place(way, length_of(request)):
                await self.app(request.scope, receive, answer)
        except Refused as refusal:
            await refuse(refusal, request, body, send)
            return not body.gone
        except Exception:
            if not (body.trouble or body.gone):
                raise
        if body.trouble and not started:
            await refuse(body.trouble, request, body, send)
        return not body.gone

    async def _counted(self, request: Request, way: Way, body: Body):
        """Count the request for its visitor; Refused if it is one too many. Returns the body's receive."""
        kind, page, receive = way.kind, request.query_params.get("pad"), body.receive
        if way.label == "/page/read":
            kind = "pictures" if length_of(request) > LIMITS.stroke else None
        elif way.kind == "uploads":
            if not await anyio.to_thread.run_sync(self.rules.room):
                raise Refused(
                    503,
                    "Too many pictures were sent today; please send them later, or one at a time by the page.",
                    3600,
                )
            body.count_files(request.headers.get("content-type", ""))
            request.scope["query_string"] = b""  # Gradio would remember each upload's `upload_id` for ever
        elif way.event:
            content = await body.whole()
            asked, receive = fields_of(content), body.again(content)
            page = asked.get("session_hash")
            if way.label == "/gradio_api/event":
                kind = self.rules.kind(asked.get("fn_index"))
                if kind is None:
                    raise Refused(404, "There is no such event here.")
        if kind:
            try:
                self.counts.count(kind, self._visitor(request, page))
            except TooMany as many:
                raise Refused(429, str(many), many.wait) from many
        return receive

    @contextlib.asynccontextmanager
    async def _place(self, way: Way, length: float) -> AsyncIterator[None]:
        """Hold one of the places for large bodies of programs, if this is one. Raises Refused."""
        if not way.held or length <= LIMITS.stroke:
            yield
            return
        with anyio.move_on_after(LIMITS.patience) as waited:
            await self.places.acquire()
        if waited.cancelled_caught:
            raise Refused(503, "Many programs are sending pictures just now; please try again in a moment.", 5)
        try:
            yield
        finally:
            self.places.release()

    def _visitor(self, request: Request, page: object) -> str | None:
        if isinstance(page, str) and PAGE.fullmatch(page):
            return f"page {page}"
        peer = address(request.scope)
        return None if self.rules.tunnel and local(peer) else f"address {peer}"

    def _dress(self, headers) -> list[tuple[bytes, bytes]]:
        """An answer's headers with ours, and without those that would let another site's page read it."""
        kept = [(name, value) for name, value in headers if not name.lower().startswith(b"access-control-")]
        MutableHeaders(raw=kept).update(self.rules.headers)
        return kept


def check(request: Request, way: Way | None, under_way: dict[bool, int]) -> None:
    """What can be said without the body. Raises Refused."""
    hosts = request.headers.get("host", ""), forwarded_host(request.headers)
    if not all(HOST.fullmatch(host) for host in hosts):
        raise Refused(400, "The request names no host.")
    if way is None:
        raise Refused(404, "There is nothing here.")
    if not way.open and not signed_in(request):
        raise Refused(401, "Please log in again: reload the page.")
    if request.method not in ("GET", "HEAD") and foreign(request.headers):
        raise Refused(403, "This request comes from another site’s page; open this page itself.")
    if under_way[way.stream] > (LIMITS.streams if way.stream else LIMITS.requests):
        raise Refused(503, "Very many people are here just now; please try again in a moment.", 5)
    if "content-length" in request.headers and length_of(request) > way.most:
        raise Refused(413, too_long(way.most))


def length_of(request: Request) -> float:
    """Bytes of the body; infinite where the sender does not say."""
    return float(request.headers.get("content-length", "inf"))


def foreign(headers: Headers) -> bool:
    """Whether another site's page sends this, as Go's http.CrossOriginProtection decides it. Programs send neither header."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site:
        return site not in ("same-origin", "none")
    return origin is not None and origin.partition("://")[2] != forwarded_host(headers)


def forwarded_host(headers: Headers) -> str:
    return headers.get("x-forwarded-host", headers.get("host", "")).split(",")[0].strip()


async def refuse(refusal: Refused, request: Request, body: Body, send) -> None:
    if not body.trouble:
        await body.thrown_away()
    sentence = str(refusal)
    headers = {"Retry-After": str(refusal.wait)} if refusal.wait else {}
    if not body.complete:
        headers["Connection"] = "close"
    # Gradio's page shows `detail`, ours `error`
    answer = JSONResponse({"error": sentence, "detail": sentence}, refusal.status, headers)
    await answer(request.scope, body.receive, send)


def fields_of(content: bytes) -> dict:
    """The JSON object of an event. Refused for anything else, or for one nested too deep to be read."""
    try:
        asked = json.loads(content)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise Refused(400, "This is no event of this page.")
    return asked


def path_of(scope, root_path: str) -> str:
    """The path below --root-path, whether or not a proxy has stripped that."""
    path, root = scope["path"], (scope.get("root_path") or root_path).rstrip("/")
    return (path[len(root) :] or "/") if root and (path == root or path.startswith(root + "/")) else path


def address(scope) -> str | None:
    return scope["client"][0] if scope.get("client") else None


def local(peer: str | None) -> bool:
    return peer in ("127.0.0.1", "::1")
