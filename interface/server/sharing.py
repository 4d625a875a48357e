"""How others open this page: the public link, its QR code in the terminal and in the page's Share panel.

GET page/share   {"url", "qr": an image as a data URL, "note"}; url is null where nobody else can reach this machine

The link is made after the page is served, so nobody waits for a slow network. Gradio's own `share=True` would also have the page
load its code from another host.
"""

import contextlib
import io
import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from interface.server.limits import LIMITS
from interface.server.request_origin import named_host

WEEK = timedelta(days=7)  # how long Gradio's service keeps a link
RELAY = "GRADIO_SHARE_SERVER_ADDRESS"  # the environment variable that names another service than Gradio's
ONLY_THIS_COMPUTER = (
    "Only this computer can open this page now. Start it with --share for a public link, or with --host 0.0.0.0 for everybody "
    "on your network."
)
SAME_NETWORK = "Everybody who can reach this address can open the page, as long as the computer that serves it is on."
EXPOSED = (
    "Whoever has the link can draw, send pictures, run evaluations and have `read` called by programs; they see the models' names, "
    "the reports and when evaluations ran on this machine. No file of this machine is shown, and a picture is for its sender alone."
)


@dataclass
class PublicLink:
    """The public link, once there is one. host: the address that the app listens on."""

    host: str = "127.0.0.1"
    root_path: str = ""
    url: str | None = None
    until: datetime | None = None

    @property
    def lifetime(self) -> str:
        """How long the link works, in words."""
        if self.until is None:
            return "as long as the computer that serves it is on"
        return f"until {self.until:%A %d %B, %H:%M}, as long as the computer that serves it is on"


def open_link(link: PublicLink, port: int, token: str) -> str:
    """Make the public link for the app on ``port`` and return its address. OSError when the service gives none."""
    from gradio.networking import setup_tunnel

    relay = os.environ.get(RELAY)
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # the tunnel’s log; one sentence says it
            made = setup_tunnel(
                local_host="127.0.0.1",
                local_port=port,
                share_token=token,
                share_server_address=relay,
                share_server_tls_certificate=None,
            )
    except Exception as error:  # Gradio raises whatever its tools do
        raise OSError("no link") from error
    # a relay of one's own speaks http unless something before it speaks https; Gradio's speaks https
    link.url = urlunsplit(("http" if relay else "https", *urlsplit(made)[1:]))
    link.until = None if relay else datetime.now() + WEEK
    return link.url


def announcement(url: str, lifetime: str, login: bool) -> str:
    """The lines that the terminal shows of a public link: address, lifetime, QR code, what it exposes and what limits that."""
    asked = "They are asked for the login." if login else "There is no login; --auth USER:PASSWORD asks for one."
    limits = "\n".join(f"  {line}" for line in LIMITS.in_words())
    return f"and for everyone at {url}\n{lifetime}.\n\n{qr_text(url)}\n{EXPOSED}\n{asked} Limits:\n{limits}"


def qr_text(url: str) -> str:
    """The QR code for a terminal of light text on dark ground, two rows of modules a line."""
    import segno

    drawn = io.StringIO()
    segno.make(url, error="l", micro=False).terminal(drawn, border=2, compact=True)
    return drawn.getvalue()


def share_route(link: PublicLink) -> Route:
    """GET page/share, for the Share panel."""

    async def endpoint(request: Request) -> JSONResponse:
        import segno

        url, note = link.url, f"Everybody with this link can open the page, {link.lifetime}."
        if url is None:
            url, note = address_for_others(request, link), SAME_NETWORK
        if url is None:
            return JSONResponse({"url": None, "note": ONLY_THIS_COMPUTER}, headers={"Cache-Control": "no-store"})
        qr = segno.make(url, error="m", micro=False).svg_data_uri(border=2, scale=8, light="white")
        return JSONResponse({"url": url, "qr": qr, "note": note}, headers={"Cache-Control": "no-store"})

    return Route("/page/share", endpoint)


def address_for_others(request: Request, link: PublicLink) -> str | None:
    """The address under which others can open the page that asks; None where only this machine can."""
    host = named_host(request.headers)
    name = urlsplit(f"//{host}").hostname or ""
    if name in ("localhost", "::1") or name.startswith("127."):
        here = network_address() if link.host.strip("[]") in ("0.0.0.0", "::") else None
        if here is None:
            return None
        host = host.replace(name, here, 1)
    return f"{request.url.scheme}://{host}{link.root_path.rstrip('/')}/"


def network_address() -> str | None:
    """This machine's address on its network; None without one. Nothing is sent: connecting a UDP socket only picks the route."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # an address kept for documentation (RFC 5737)
        return probe.getsockname()[0]
    return None
