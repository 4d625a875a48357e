"""Which JavaScript modules the page without a server is made of: site.js and everything that it imports, directly or not."""

import posixpath
import re
from pathlib import Path

from interface.assets import ROOT
from interface.reader.routes import CONSTANTS
from interface.static_site import evaluation

FIRST = "interface/static_site/site.js"
# In the place of the app's: the same questions, answered in the page.
INSTEAD = {
    "interface/predict/server.js": ROOT / "interface/static_site/server.js",
    "interface/evaluate/send_test_set.js": ROOT / "interface/static_site/send_test_set.js",
}
WRITTEN = (CONSTANTS, evaluation.CONSTANTS, evaluation.TEMPLATE_MODULE)  # by Python, when the page is made
COMMENT = re.compile(r"/\*\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)  # JSDoc names types as import('…') too
LATER = re.compile(r"""\bimport\(\s*['"](\.{1,2}/[\w./-]+\.js)['"]\s*\)""")  # what a module imports when it is wanted
IMPORT = re.compile(r"""\b(?:from|import)\s*\(?\s*['"](\.{1,2}/[\w./-]+\.js)['"]""")
WORKER = re.compile(r"""\bnew URL\(\s*['"]([\w./-]+\.js)['"],\s*import\.meta\.url""")


def of_page() -> dict[str, Path]:
    """Path as in the repository → file, of every module that the page itself loads. WRITTEN, which are generated, are left out."""
    return _reachable([FIRST])


def at_once() -> dict[str, Path]:
    """The same of what it loads when it opens: without what it imports only when that is wanted."""
    return _reachable([FIRST], later=False)


def of_worker() -> dict[str, Path]:
    """The same of what the page's worker loads, in a thread of its own."""
    workers = [
        _beside(name, worker) for name, path in of_page().items() for worker in WORKER.findall(path.read_text("utf-8"))
    ]
    return _reachable(workers)


def _reachable(names: list[str], later: bool = True) -> dict[str, Path]:
    found, waiting = {}, list(names)
    while waiting:
        name = waiting.pop()
        if name in found or name in WRITTEN:
            continue
        found[name] = INSTEAD.get(name, ROOT / name)
        code = found[name].read_text("utf-8")
        waiting += imports(name, code if later else LATER.sub("", COMMENT.sub("", code)))
    return dict(sorted(found.items()))


def imports(name: str, code: str) -> set[str]:
    """What a module imports, as paths in the repository. name: its own path."""
    return {_beside(name, path) for path in IMPORT.findall(COMMENT.sub("", code))}


def _beside(name: str, path: str) -> str:
    """A path that is relative to a module, as a path in the repository."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
