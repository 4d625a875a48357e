"""The page's JavaScript and CSS: which files of the rooms a browser may fetch, and how a component loads its module.

GET page/assets/PATH   PATH as in the repository, so that a module's relative imports hold in the browser, in the static page and
                       for the type checker alike
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

ROOT = Path(__file__).parent.parent
INTERFACE = ROOT / "interface"
# In the order in which later rules win.
SHEETS = (
    "interface/page/app.css",
    "interface/evaluate/tab.css",
    "interface/predict/extras.css",
    "interface/server/share.css",
)
# Named here, for some systems' own tables call JavaScript text/plain, and a browser then refuses a module.
KINDS = {".js": "text/javascript", ".css": "text/css", ".png": "image/png", ".jpg": "image/jpeg"}


def modules() -> dict[str, Path]:
    """Path below page/assets/ → file, of every JavaScript module of the page. What only the static page has is left out."""
    found = [path for path in sorted(INTERFACE.rglob("*.js")) if "static_site" not in path.parts]
    return {path.relative_to(ROOT).as_posix(): path for path in [*found, ROOT / "evaluation/templates/sections.js"]}


def styles() -> str:
    """All style sheets as <style> elements for the page's head."""
    return "".join(f"<style>{(ROOT / sheet).read_text('utf-8')}</style>" for sheet in SHEETS)


def mount(module: str, arguments: str = "element") -> str:
    """JavaScript for Gradio's ``js_on_load``: calls ``mount(element, …)`` of a module, such as "interface/predict/tab.js".

    The address is found relative to the page, so that it works under a proxy's sub-path and shows no path of the machine.
    """
    address = f"location.pathname.replace(/\\/?$/, '/') + 'page/assets/{module}'"
    return f"import({address}).then((module) => module.mount({arguments}));"


def route() -> Route:
    """The route for ``launch(app_kwargs={"routes": …})``."""
    return Route("/page/assets/{name:path}", serve(modules()))


def serve(files: dict[str, Path]):
    """An endpoint for these files, by name, and nothing else."""

    async def endpoint(request: Request) -> Response:
        path = files.get(request.path_params["name"])
        if path is None:
            return JSONResponse({"error": "There is no such file here."}, 404)
        return FileResponse(path, media_type=KINDS[path.suffix], headers={"Cache-Control": "no-cache"})

    return endpoint
