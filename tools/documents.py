"""Checks of the documents: every link leads somewhere, every file they name is there, the map of the rooms is that of the code."""

import re
from pathlib import Path

from tools import rooms
from tools.files import ROOT, tracked

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
# In backticks, with a folder and an ending: `model/recogniser.py`, not `DIR/<label>/*.png`.
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|js|css|html|md|json|csv|toml|yml|keras|tflite|svg|webp|png|conf))`")
MOST_README = 120  # lines: what a stranger reads in a minute or two
ELSEWHERE = re.compile(r"^(https?:|mailto:|#)")
# Files that come to be while the project is used.
MADE = re.compile(r"^(OUT|DIR|FOLDER|site|\.runtime)/|\.npz$|^t10k|^train-")


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def problems() -> list[str]:
    """A line for each finding."""
    found = []
    for page in tracked(".md"):
        text, name = page.read_text("utf-8"), page.relative_to(ROOT)
        for target in LINK.findall(text):
            place, _, anchor = target.partition("#")
            goal = (page.parent / place).resolve() if place else page
            if ELSEWHERE.match(target) and not target.startswith("#"):
                continue
            if not goal.exists():
                found.append(f"{name}: the link to {target} leads nowhere")
            elif anchor and goal.suffix == ".md" and anchor not in anchors(goal):
                found.append(f"{name}: {place or name} has no heading #{anchor}")
        for path in NAMED.findall(text):
            if not MADE.search(path) and not any((base / path).exists() for base in (ROOT, page.parent)):
                found.append(f"{name}: names {path}, which is not there")
    lines = len((ROOT / "README.md").read_text("utf-8").splitlines())
    if lines > MOST_README:
        found.append(f"README.md has {lines} lines; {MOST_README} are enough, the rest belongs into docs/")
    if (ROOT / "docs/rooms.svg").read_text("utf-8") != rooms.draw(rooms.arrows()):
        found.append("docs/rooms.svg is not that of the code; write it again: python -m tools.rooms docs/rooms.svg")
    return found
