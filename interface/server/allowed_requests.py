"""The list of all requests that this app answers: `ALLOWED_REQUESTS`. Any other request is 404 (interface/server/middleware.py).

They are what the page, Gradio's clients and MCP clients send. Gradio also serves files by their path, fetches addresses, shows its
monitoring, and more with each version: none of that is here.
"""

import re
from dataclasses import dataclass

from evaluation.picture_archive import MOST_PACKED
from interface.server.limits import LIMITS, Rate

MULTIPART_BYTES = 64_000  # around the file in an upload: boundaries, name, type


@dataclass(frozen=True)
class AllowedRequest:
    """One kind of request that is answered."""

    methods: str  # separated by spaces
    path: str  # a regular expression for the whole path below --root-path
    label: str = ""  # its name in logs and metrics; by default the path itself
    rate: Rate | None = None  # how often it may be sent; None: without a limit, or as often as its event
    rate_if_large: Rate | None = None  # in its place for a body over LIMITS.drawing_bytes
    most: int = LIMITS.event_bytes  # bytes of the body
    without_login: bool = False
    is_event: bool = False  # the body is JSON that names the page and the event, as Gradio's page sends it
    is_upload: bool = False  # the body is multipart and goes to the folder of uploads
    is_stream: bool = False  # the answer stays open for news
    takes_place: bool = False  # a large body takes one of LIMITS.program_pictures_at_once places


ALLOWED_REQUESTS = [
    AllowedRequest("GET HEAD", r"/", rate=LIMITS.pages, without_login=True),
    AllowedRequest("GET HEAD", r"/(?:assets|static)/.+", "/assets/…", without_login=True),
    AllowedRequest(
        "GET HEAD",
        r"/(?:gradio_api/)?theme\.css|/favicon\.ico|/manifest\.json|/robots\.txt",
        "/assets/…",
        without_login=True,
    ),
    AllowedRequest("GET HEAD", r"/healthz", without_login=True),
    AllowedRequest("GET", r"/metrics"),
    AllowedRequest("POST", r"/login/?", "/login", LIMITS.logins, without_login=True),
    # the page's own
    AllowedRequest("GET HEAD", r"/page/(?:share|examples)"),
    AllowedRequest("GET HEAD", r"/page/examples/.+", "/page/examples/…"),
    AllowedRequest("GET HEAD", r"/page/.+", "/page/…"),
    AllowedRequest("POST", r"/page/read", "/page/read", rate_if_large=LIMITS.pictures, most=LIMITS.picture_bytes),
    AllowedRequest("POST", r"/page/testset", "/page/testset", LIMITS.test_sets, most=MOST_PACKED),
    AllowedRequest("POST", r"/page/(?:image|why|nearest)"),
    # Gradio's
    AllowedRequest("GET", r"/config/?", "/config", LIMITS.pages),
    AllowedRequest(
        "GET", r"/gradio_api/(?:login_check|user|app_id|startup-events)/?", "/gradio_api", without_login=True
    ),
    AllowedRequest("GET", r"/gradio_api/info/?", "/gradio_api/info", LIMITS.pages),
    AllowedRequest("GET", r"/gradio_api/(?:heartbeat/[\w-]+|queue/data)", "/gradio_api/news", is_stream=True),
    AllowedRequest("POST", r"/gradio_api/(?:queue/join|run/\w+)/?", "/gradio_api/event", is_event=True),
    AllowedRequest(
        "POST", r"/gradio_api/component_server/?", "/gradio_api/component_server", LIMITS.clicks, is_event=True
    ),
    AllowedRequest("POST", r"/gradio_api/(?:cancel|reset)/?", "/gradio_api/cancel", LIMITS.clicks, is_event=True),
    # programs'
    AllowedRequest("GET", r"/gradio_api/call/read/\w+", "/gradio_api/call/read", is_stream=True),
    AllowedRequest("POST", r"/gradio_api/call/(?:v2/)?read/?", "/gradio_api/call/read", LIMITS.reads, is_event=True),
    AllowedRequest(
        "POST",
        r"/gradio_api/upload",
        "/gradio_api/upload",
        LIMITS.uploads,
        most=LIMITS.picture_bytes + MULTIPART_BYTES,
        is_upload=True,
        takes_place=True,
    ),
    AllowedRequest(
        "POST",
        r"/gradio_api/mcp/?",
        "/gradio_api/mcp",
        LIMITS.reads,
        most=LIMITS.mcp_message_bytes,
        takes_place=True,
    ),
    AllowedRequest("GET DELETE", r"/gradio_api/mcp(?:/|/schema)?", "/gradio_api/mcp", is_stream=True),
]
PATTERNS = [(re.compile(allowed.path, re.ASCII), allowed) for allowed in ALLOWED_REQUESTS]


def find_allowed(method: str, path: str) -> AllowedRequest | None:
    """The entry for a request, or None: it is not answered. path: below --root-path."""
    for pattern, allowed in PATTERNS:
        if pattern.fullmatch(path) and method in allowed.methods.split():
            return allowed
    return None
