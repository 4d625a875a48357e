"""Which JavaScript modules the page without a server is made of: site.js and everything that it imports, directly or not."""

import re
from pathlib import Path

from interface.assets import ROOT
from interface.module_graph import beside, reachable
from interface.reader.routes import CONSTANTS
from interface.static_site import evaluation

EARLY, FIRST = "interface/static_site/early.js", "interface/static_site/site.js"
# In the place of the app's: the same questions, answered in the page.
INSTEAD = {
    "interface/predict/server.js": ROOT / "interface/static_site/server.js",
    "interface/evaluate/send_test_set.js": ROOT / "interface/static_site/send_test_set.js",
}
WRITTEN = (CONSTANTS, evaluation.CONSTANTS, evaluation.TEMPLATE_MODULE)  # by Python, when the page is made
WORKER = re.compile(r"""\bnew URL\(\s*['"]([\w./-]+\.js)['"],\s*import\.meta\.url""")


def of_page() -> dict[str, Path]:
    """Path as in the repository → file, of every script that the page itself loads. WRITTEN, which are generated, are left out."""
    return _reachable([EARLY, FIRST])


def at_once() -> dict[str, Path]:
    """The same of what it loads when it opens: without what it imports only when that is wanted."""
    return _reachable([FIRST], later=False)


def of_worker() -> dict[str, Path]:
    """The same of what the page's worker loads, in a thread of its own."""
    workers = [
        beside(name, worker) for name, path in of_page().items() for worker in WORKER.findall(path.read_text("utf-8"))
    ]
    return _reachable(workers)


def _reachable(names: list[str], later: bool = True) -> dict[str, Path]:
    return reachable(names, later, INSTEAD, WRITTEN)
