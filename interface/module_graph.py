"""Which JavaScript modules a page is made of: those that it names and everything that they import, directly or not."""

import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMMENT = re.compile(r"/\*\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)  # JSDoc names types as import('…') too
LATER = re.compile(r"""\bimport\(\s*['"](\.{1,2}/[\w./-]+\.js)['"]\s*\)""")  # what a module imports when it is wanted
IMPORT = re.compile(r"""\b(?:from|import)\s*\(?\s*['"](\.{1,2}/[\w./-]+\.js)['"]""")


def reachable(
    names: Iterable[str], later: bool = True, instead: Mapping[str, Path] | None = None, without: Iterable[str] = ()
) -> dict[str, Path]:
    """Path as in the repository → file, of these modules and all that they import, but not those in ``without``.

    later: also what is imported only when it is wanted; instead: files in the place of the repository's own.
    """
    found, waiting, left_out = {}, list(names), set(without)
    while waiting:
        name = waiting.pop()
        if name in found or name in left_out:
            continue
        found[name] = (instead or {}).get(name, ROOT / name)
        code = found[name].read_text("utf-8")
        waiting += imports(name, code if later else LATER.sub("", COMMENT.sub("", code)))
    return dict(sorted(found.items()))


def imports(name: str, code: str) -> set[str]:
    """What a module imports, as paths in the repository. name: its own path."""
    return {beside(name, path) for path in IMPORT.findall(COMMENT.sub("", code))}


def beside(name: str, path: str) -> str:
    """A path that is relative to a module, as a path in the repository."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
