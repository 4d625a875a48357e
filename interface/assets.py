"""The page's JavaScript and CSS: which files a browser may fetch (`route`), how a component loads its module (`mount`).

GET page/assets/PATH   PATH as in the repository, so that a module's relative imports hold in the browser, in the static page and
                       for the type checker alike
"""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from interface.module_graph import ROOT, reachable
from interface.templates import render

INTERFACE = ROOT / "interface"
# In the order in which later rules win.
SHEETS = (
    "interface/page/app.css",
    "interface/evaluate/tab.css",
    "interface/predict/extras.css",
    "interface/explore/tab.css",
    "interface/explore/train.css",
    "interface/explore/teach.css",
    "interface/server/share.css",
    "interface/page/other_screens.css",
)
# What a visit begins with; the other tabs' modules come when they are opened.
AT_ONCE = ("interface/predict/tab.js", "interface/server/share.js", "interface/page/addressed_tab.js")
# Named here, for some systems' own tables call JavaScript text/plain, and a browser then refuses a module.
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png", ".jpg": "image/jpeg"}


def modules() -> dict[str, Path]:
    """Path below page/assets/ → file, of every JavaScript module of the page. What only the static page has is left out."""
    found = [path for path in sorted(INTERFACE.rglob("*.js")) if "static_site" not in path.parts]
    return {path.relative_to(ROOT).as_posix(): path for path in [*found, ROOT / "evaluation/templates/sections.js"]}


def head() -> str:
    """Elements for the page's head: all style sheets, and links to the modules that it opens with, which the browser so fetches while
    Gradio still builds the page, and not one import after the other."""
    sheets = [(ROOT / sheet).read_text("utf-8") for sheet in SHEETS]
    return render("head.html", sheets=sheets, preloaded=reachable(AT_ONCE, later=False))


def mount(module: str, arguments: str = "element", missing: str = "") -> str:
    """JavaScript for Gradio's ``js_on_load``: calls ``mount(element, …)`` of a module, such as "interface/predict/tab.js".

    The address is found relative to the page, so that it works under a proxy's sub-path and shows no path of the machine. missing:
    what the page says where the module does not come.
    """
    address = f"location.pathname.replace(/\\/?$/, '/') + 'page/assets/{module}'"
    said = f"Object.assign(document.createElement('p'), {{role: 'alert', textContent: {json.dumps(missing)}}})"
    instead = f".catch(() => element.append({said}))" if missing else ""
    return f"import({address}).then((module) => module.mount({arguments})){instead};"


def route() -> Route:
    """GET page/assets/PATH."""
    return Route("/page/assets/{name:path}", serve_files(modules()))


def serve_files(files: dict[str, Path]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint for these files, by name, and nothing else. Each name ends in one of MEDIA_TYPES."""

    async def endpoint(request: Request) -> Response:
        path = files.get(request.path_params["name"])
        if path is None:
            return JSONResponse({"error": "There is no such file here."}, 404)
        return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], headers={"Cache-Control": "no-cache"})

    return endpoint
