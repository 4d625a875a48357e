"""The requests that this app answers, all of them: what the page, Gradio's clients and MCP clients send.

Anything else is closed at the door (interface/server/middleware.py): Gradio also serves files by their path, fetches addresses, shows its monitoring
and more with each version.
"""

import re
from dataclasses import dataclass

from evaluation.picture_archive import MOST_PACKED
from interface.server.rate_limits import LIMITS

ENVELOPE = 64_000  # bytes around a file in a multipart or JSON request


@dataclass(frozen=True)
class Way:
    """A kind of request that is let in. path: a pattern of the whole path; label: how logs and metrics call it,
    by default the path itself.

    kind: the Rate of Limits it counts as; event: its body is JSON that names the page; most: bytes of its body;
    open: before a login too; stream: stays open for news; held: a large body takes one of LIMITS.programs places.
    """

    methods: str
    path: str
    label: str = ""
    kind: str | None = None
    event: bool = False
    most: int = LIMITS.small
    open: bool = False
    stream: bool = False
    held: bool = False


WAYS = [
    Way("GET HEAD", r"/", kind="pages", open=True),
    Way("GET HEAD", r"/(?:assets|static)/.+", "/assets/…", open=True),
    Way("GET HEAD", r"/(?:gradio_api/)?theme\.css|/favicon\.ico|/manifest\.json|/robots\.txt", "/assets/…", open=True),
    Way("GET HEAD", r"/healthz", open=True),
    Way("GET", r"/metrics"),
    Way("POST", r"/login/?", "/login", "logins", open=True),
    Way("GET HEAD", r"/page/(?:share|examples)"),
    Way("GET HEAD", r"/page/examples/.+", "/page/examples/…"),
    Way("GET HEAD", r"/page/.+", "/page/…"),
    Way("POST", r"/page/read", "/page/read", most=LIMITS.picture),
    Way("POST", r"/page/testset", "/page/testset", "testsets", most=MOST_PACKED),
    Way("POST", r"/page/(?:image|why|nearest)"),
    Way("GET", r"/config/?", "/config", "pages"),
    Way("GET", r"/gradio_api/(?:login_check|user|app_id|startup-events)/?", "/gradio_api", open=True),
    Way("GET", r"/gradio_api/info/?", "/gradio_api/info", "pages"),
    Way("GET", r"/gradio_api/(?:heartbeat/[\w-]+|queue/data)", "/gradio_api/news", stream=True),
    Way("GET", r"/gradio_api/call/read/\w+", "/gradio_api/call/read", stream=True),
    Way("POST", r"/gradio_api/(?:queue/join|run/\w+)/?", "/gradio_api/event", event=True),
    Way("POST", r"/gradio_api/call/(?:v2/)?read/?", "/gradio_api/call/read", "reads", event=True),
    Way("POST", r"/gradio_api/component_server/?", "/gradio_api/component_server", "clicks", event=True),
    Way("POST", r"/gradio_api/(?:cancel|reset)/?", "/gradio_api/cancel", "clicks", event=True),
    Way("POST", r"/gradio_api/upload", "/gradio_api/upload", "uploads", most=LIMITS.picture + ENVELOPE, held=True),
    Way("POST", r"/gradio_api/mcp/?", "/gradio_api/mcp", "reads", most=LIMITS.mcp, held=True),
    Way("GET DELETE", r"/gradio_api/mcp(?:/|/schema)?", "/gradio_api/mcp", stream=True),
]
PATTERNS = [(re.compile(way.path, re.ASCII), way) for way in WAYS]


def way_of(method: str, path: str) -> Way | None:
    """path: below --root-path."""
    return next((way for pattern, way in PATTERNS if pattern.fullmatch(path) and method in way.methods.split()), None)
