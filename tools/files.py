"""Checks of the files themselves: not too long to read at a glance, text read and written with its encoding named, plain words."""

import ast
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
LONGEST = 300  # lines of a file of code; a longer one says why in its first ten: "long because …"
# Words that once stood for something here and that nobody outside could know (docs/glossary.md has the terms that stayed); the names
# of data-testids, which others rely on, keep theirs.
PRIVATE = re.compile(r"(?<!-)\b(doodles?|foreign|inpage|shelf|told|ways)\b", re.IGNORECASE)
CODE = (".py", ".js", ".css", ".html")


def tracked(*endings: str) -> list[Path]:
    """The repository's files with one of these endings, and those that are new."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [ROOT / name for name in listed if name.endswith(endings) and (ROOT / name).is_file()]


def without_encoding(code: str) -> list[int]:
    """The lines of Python code where `Path.read_text` or `write_text` gets no encoding: ruff finds them only where it knows the type."""
    most = {"read_text": 0, "write_text": 1}  # arguments without the encoding
    return [
        node.lineno
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if len(node.args) == most.get(node.func.attr) and not any(given.arg == "encoding" for given in node.keywords)
    ]


def problems() -> list[str]:
    """A line for each finding."""
    found = []
    for path in tracked(".py"):
        for number in without_encoding(path.read_text("utf-8")):
            found.append(f'{path.relative_to(ROOT)}:{number}: name the encoding, "utf-8"')
    for path in tracked(".py", ".js"):
        lines = path.read_text("utf-8").splitlines()
        if len(lines) > LONGEST and not any("long because" in line for line in lines[:10]):
            found.append(
                f"{path.relative_to(ROOT)} has {len(lines)} lines; {LONGEST} are enough, or say why at its top"
            )
    for path in tracked(*CODE, ".md"):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            word = PRIVATE.search(line)
            if word and path != Path(__file__):
                found.append(f"{path.relative_to(ROOT)}:{number}: {word.group()}: use the field's term")
    return found
