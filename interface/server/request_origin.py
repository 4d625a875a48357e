"""Where a request comes from: the client's address, the host it names, the site whose page sent it, the path it asks for.

A client may write any X-Forwarded header. They are believed only from the proxies of --trust-proxy, and behind a public link from
its tunnel on this machine.
"""

import re
import secrets

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from interface.server.refusals import RequestRefused

HOST = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?", re.ASCII)
FORWARDED = {
    b"forwarded",
    b"x-real-ip",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-proto",
    b"x-gradio-server",
}
# How the page is reached. It shapes only the page of the visitor who sends it, so the tunnel of a public link may pass it on.
FROM_TUNNEL = {b"x-forwarded-host", b"x-forwarded-proto"}


def client_address(scope: Scope) -> str | None:
    """The client's IP address; None where the connection has none."""
    return scope["client"][0] if scope.get("client") else None


def is_this_machine(address: str | None) -> bool:
    """Whether the address is the loopback of IPv4 or IPv6."""
    return address in ("127.0.0.1", "::1")


def without_forwarded(scope: Scope, from_tunnel: bool) -> Scope:
    """The request without what its sender, no proxy of ours, says about other addresses."""
    untrusted = FORWARDED - FROM_TUNNEL if from_tunnel else FORWARDED
    headers = [(name, value) for name, value in scope["headers"] if name.lower() not in untrusted]
    return {**scope, "headers": headers}


def check_host(headers: Headers) -> None:
    """Refuse a request whose host is none: it goes into the page's links. Raises RequestRefused."""
    if not all(HOST.fullmatch(host) for host in (headers.get("host", ""), named_host(headers))):
        raise RequestRefused(400, "The request names no host.")


def named_host(headers: Headers) -> str:
    """The host under which the client reaches this app."""
    return headers.get("x-forwarded-host", headers.get("host", "")).split(",")[0].strip()


def is_from_another_site(headers: Headers) -> bool:
    """Whether another site's page sends this, as Go's http.CrossOriginProtection decides it. Programs send neither header."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site:
        return site not in ("same-origin", "none")
    if origin is None or origin.partition("://")[2] == named_host(headers):
        return False
    return origin == "null" or not comes_from_page(headers)


# A proxy may give this app another host than the page's own. Then only a cookie tells the page's requests from those of another
# site's page, and only where the browser does not send Sec-Fetch-Site, which it leaves out over plain http: with SameSite=Strict it
# goes along from pages of the same site alone.
COOKIE, SECRET = "digits-page", secrets.token_urlsafe(16)
SET_COOKIE = f"{COOKIE}={SECRET}; Path=/; HttpOnly; SameSite=Strict"


def comes_from_page(headers: Headers) -> bool:
    """Whether the request carries the cookie that this app gave to its page."""
    sent = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
    return secrets.compare_digest(sent.encode("utf-8"), SECRET.encode("utf-8"))


def path_below(root_path: str, scope: Scope) -> str:
    """The path below --root-path, whether or not a proxy has stripped that."""
    path, root = scope["path"], (scope.get("root_path") or root_path).rstrip("/")
    return (path[len(root) :] or "/") if root and (path == root or path.startswith(root + "/")) else path
