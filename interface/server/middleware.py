"""Middleware around the whole app: every request passes `RequestFilter` before Gradio or a route of ours sees it, every answer after it.

In this order: settle who sends it (request_origin.py); find it among the allowed requests (allowed_requests.py); ask for the login
(login.py); refuse other sites' pages; bound the body (request_body.py); count it for its visitor (rate_limits.py); serve it; set the
security headers (headers.py); report it to the log and the metrics (health.py).

It is an ASGI application, so streams pass through unchanged.
"""

import contextlib
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, cast

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from interface.server.allowed_requests import AllowedRequest, find_allowed
from interface.server.health import Observer
from interface.server.limits import LIMITS, Rate
from interface.server.login import signed_in
from interface.server.rate_limits import RateLimiter, RateLimitExceeded
from interface.server.refusals import RequestRefused
from interface.server.request_body import RequestBody, announced_size, check_announced_size
from interface.server.request_origin import (
    SET_COOKIE,
    check_host,
    client_address,
    comes_from_page,
    is_from_another_site,
    is_this_machine,
    path_below,
    without_forwarded,
)

PAGE = re.compile(r"[\w-]{1,64}", re.ASCII)  # the name that a page gives itself: Gradio's session, or our `pad`
ANOTHER_SITE = (
    "This request comes from another site’s page; open this page itself. If a proxy stands before it, have the proxy pass on the "
    "host (nginx: proxy_set_header Host $host), or start the app with --trust-proxy and the proxy’s address."
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True)
class Policy:
    """What the command line and the app decide."""

    headers: dict[str, str]  # of every answer
    event_rate: Callable[[object], Rate | None]  # an event's number → its rate; None: there is no such event
    trusted_proxies: str = ""  # whose X-Forwarded headers are believed, as uvicorn takes them
    public_link: bool = False  # then everybody's address is that of the link's tunnel on this machine
    root_path: str = ""
    uploads_fit: Callable[[], bool] = lambda: True  # whether there is room on disk for one more
    observer: Observer | None = None  # gets every request that was answered


class RequestFilter:
    """The ASGI application around ``app``."""

    def __init__(self, app: ASGIApp, policy: Policy, limiter: RateLimiter | None = None):
        self.app, self.policy, self.limiter = app, policy, limiter or RateLimiter()
        # cast: uvicorn has types of its own for the same ASGI
        proxy = ProxyHeadersMiddleware(cast(Any, self._from_known_sender), policy.trusted_proxies)
        self.behind_proxy, self.trusted_proxies = cast(ASGIApp, proxy), proxy.trusted_hosts
        self.under_way = {True: 0, False: 0}  # is it a stream? → requests
        self.program_places = anyio.CapacityLimiter(LIMITS.program_pictures_at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":  # nothing here speaks WebSocket
            address = client_address(scope)
            if address in self.trusted_proxies:
                await self.behind_proxy(scope, receive, send)
            else:
                from_tunnel = self.policy.public_link and is_this_machine(address)
                await self._from_known_sender(without_forwarded(scope, from_tunnel), receive, send)

    async def _from_known_sender(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request whose headers can be believed, and report it to the observer."""
        start, status, sent = time.perf_counter(), 500, 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": self._with_our_headers(message.get("headers", []))}
                if path == "/" and not comes_from_page(Headers(scope=scope)):
                    message["headers"].append((b"set-cookie", SET_COOKIE.encode("ascii")))
            sent += len(message.get("body", b""))
            await send(message)

        path, root = path_below(self.policy.root_path, scope), self.policy.root_path.rstrip("/")
        if root.startswith("/"):  # whole again where a proxy has stripped it: Starlette looks for it there
            scope = {**scope, "root_path": root, "path": root + path}
        allowed = find_allowed(scope["method"], path)
        is_stream = allowed is not None and allowed.is_stream
        self.under_way[is_stream] += 1
        try:
            if not await self._answer(Request(scope), allowed, receive, send_with_headers):
                status = 499  # as nginx logs it
        finally:
            self.under_way[is_stream] -= 1
            if self.policy.observer:
                label = allowed.label or path if allowed else "other"
                method = scope["method"] if allowed or scope["method"] in METHODS else "other"  # any may be invented
                self.policy.observer(method, label, status, time.perf_counter() - start, sent)

    async def _answer(self, request: Request, allowed: AllowedRequest | None, receive: Receive, send: Send) -> bool:
        """Send the app's answer or a refusal. Returns whether the sender stayed to the end of the body."""
        most = allowed.most if allowed else LIMITS.event_bytes
        body = RequestBody(receive, most, empty=request.method in ("GET", "HEAD"))
        started = False

        async def send_unless_refused(message: Message) -> None:
            nonlocal started
            if started or not body.refusal:  # what the app says to half a body is kept back: the refusal says more
                started = True
                await send(message)

        try:
            check_host(request.headers)
            if allowed is None:
                raise RequestRefused(404, "There is nothing here.")
            self._check_sender(request, allowed)
            check_announced_size(request, allowed.most)
            receive = await self._count(request, allowed, body)
            async with self._place(request, allowed):
                await self.app(request.scope, receive, send_unless_refused)
        except RequestRefused as refusal:
            await send_refusal(refusal, request, body, send)
            return not body.sender_left
        except Exception:
            if not (body.refusal or body.sender_left):
                raise
        if body.refusal and not started:
            await send_refusal(body.refusal, request, body, send)
        return not body.sender_left

    def _check_sender(self, request: Request, allowed: AllowedRequest) -> None:
        """What can be checked without the body. Raises RequestRefused."""
        if not allowed.without_login and not signed_in(request):
            raise RequestRefused(401, "Please log in again: reload the page.")
        if request.method not in ("GET", "HEAD") and is_from_another_site(request.headers):
            raise RequestRefused(403, ANOTHER_SITE)
        at_once = LIMITS.streams_at_once if allowed.is_stream else LIMITS.requests_at_once
        if self.under_way[allowed.is_stream] > at_once:
            raise RequestRefused(503, "Very many people are here just now; please try again in a moment.", 5)

    async def _count(self, request: Request, allowed: AllowedRequest, body: RequestBody) -> Receive:
        """Count the request for its visitor; RequestRefused if it is one too many. Returns the receive that gives its body."""
        rate, page, receive = allowed.rate, request.query_params.get("pad"), body.receive
        if allowed.rate_if_large and announced_size(request) > LIMITS.drawing_bytes:
            rate = allowed.rate_if_large
        elif allowed.is_upload:
            if not await anyio.to_thread.run_sync(self.policy.uploads_fit):
                sentence = "Too many pictures were sent today; please send them later, or one at a time by the page."
                raise RequestRefused(503, sentence, 3600)
            body.count_files(request.headers.get("content-type", ""))
            request.scope["query_string"] = b""  # Gradio would remember each upload's `upload_id` for ever
        elif allowed.is_event:
            content = await body.read_all()
            event, receive = event_fields(content), body.replay(content)
            page = event.get("session_hash")
            if rate is None:
                rate = self.policy.event_rate(event.get("fn_index"))
                if rate is None:
                    raise RequestRefused(404, "There is no such event here.")
        if rate:
            try:
                self.limiter.count(rate, self._visitor(request, page))
            except RateLimitExceeded as exceeded:
                raise RequestRefused(429, str(exceeded), exceeded.retry_after) from exceeded
        return receive

    def _visitor(self, request: Request, page: object) -> str | None:
        """The name by which a request is counted; None where everybody has the same."""
        if isinstance(page, str) and PAGE.fullmatch(page):
            return f"page {page}"
        address = client_address(request.scope)
        return None if self.policy.public_link and is_this_machine(address) else f"address {address}"

    @contextlib.asynccontextmanager
    async def _place(self, request: Request, allowed: AllowedRequest) -> AsyncIterator[None]:
        """Hold one of the places for programs' large bodies, if this is one. Raises RequestRefused."""
        if not allowed.takes_place or announced_size(request) <= LIMITS.drawing_bytes:
            yield
            return
        with anyio.move_on_after(LIMITS.memory_wait) as waited:
            await self.program_places.acquire()
        if waited.cancelled_caught:
            raise RequestRefused(503, "Many programs are sending pictures just now; please try again in a moment.", 5)
        try:
            yield
        finally:
            self.program_places.release()

    def _with_our_headers(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """An answer's headers with ours, and without those that would let another site's page read it."""
        kept = [(name, value) for name, value in headers if not name.lower().startswith(b"access-control-")]
        MutableHeaders(raw=kept).update(self.policy.headers)
        return kept


async def send_refusal(refusal: RequestRefused, request: Request, body: RequestBody, send: Send) -> None:
    """Answer with the refusal’s status and sentence; the connection ends where the request body has not come whole."""
    if not body.refusal:
        await body.discard()
    headers = refusal.headers if body.complete else refusal.headers | {"Connection": "close"}
    sentence = str(refusal)
    # Gradio's page shows `detail`, ours `error`
    answer = JSONResponse({"error": sentence, "detail": sentence}, refusal.status, headers)
    await answer(request.scope, body.receive, send)


def event_fields(content: bytes) -> dict:
    """The JSON object of an event. RequestRefused for anything else, or for one nested too deep to be read."""
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise RequestRefused(400, "This is no event of this page.")
    return fields
