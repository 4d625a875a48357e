"""`python -m tools.rooms OUT.svg`: the folders as rooms and the imports between them as arrows, from the code itself.

Rooms stand in layers: what imports stands above what is imported, so that every arrow points down. A circle would be an error.
"""

import sys
from html import escape
from pathlib import Path

import grimp

# Room → what it is for, in a few words. A module that is no folder stands for itself where it is a door for people.
ROOMS = {
    "interface.app": "the page: header, tabs, routes",
    "interface.static_site": "the page without a server",
    "interface.predict": "draw, upload, answer",
    "interface.evaluate": "the dashboard",
    "interface.reader": "reading inside the page",
    "interface.server": "requests, limits, sharing",
    "evaluation": "from a model to a report",
    "model": "from a picture to a reading",
    "model.training": "what makes a model",
    "model.segmentation": "ink, pieces, touching digits",
    "model (steps)": "image, network, calibration …",
}
STEPS = "model (steps)"  # the modules of model/ itself that its two folders build on

WIDTH, HEIGHT, ACROSS, DOWN, EDGE = 196, 52, 26, 46, 24  # px: a room, the space between rooms, around the picture


def arrows() -> set[tuple[str, str]]:
    """(room, room that it imports)."""
    graph = grimp.build_graph("interface", "evaluation", "model")
    steps = {
        module
        for folder in ("model.segmentation", "model.training")
        for module in graph.find_upstream_modules(folder, as_package=True)
        if module.count(".") == 1
    }

    def room_of(module: str) -> str | None:
        """The innermost room that a module belongs to."""
        inside = [room for room in ROOMS if module == room or module.startswith(f"{room}.")]
        return STEPS if module in steps and module not in ROOMS else max(inside, key=len, default=None)

    found = set()
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            a, b = room_of(module), room_of(imported)
            if a and b and a != b:
                found.add((a, b))
    return found


def layers(pairs: set[tuple[str, str]]) -> list[list[str]]:
    """The rooms from top to bottom: each below everything that imports it. Raises ValueError where imports go in a circle."""
    left, found = list(ROOMS), []
    while left:
        top = [room for room in left if not any(b == room and a in left for a, b in pairs)]
        if not top:
            raise ValueError(f"These import each other: {', '.join(left)}")
        found.append(top)
        left = [room for room in left if room not in top]
    return found


def direct(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Without an arrow where a longer way by other arrows leads to the same room: the picture stays readable."""

    def reached(start: str, goal: str) -> bool:
        beyond = [b for a, b in pairs if a == start]
        return goal in beyond or any(reached(room, goal) for room in beyond)

    return {(a, b) for a, b in pairs if not any(a == x and y != b and reached(y, b) for x, y in pairs)}


def draw(pairs: set[tuple[str, str]]) -> str:
    """The picture as SVG, in colours that are readable on light and on dark ground."""
    rows = layers(pairs)
    widest = max(map(len, rows))
    width = 2 * EDGE + widest * WIDTH + (widest - 1) * ACROSS
    height = 2 * EDGE + len(rows) * HEIGHT + (len(rows) - 1) * DOWN
    place = {}
    for y, row in enumerate(rows):
        left = (width - len(row) * WIDTH - (len(row) - 1) * ACROSS) / 2
        for x, room in enumerate(row):
            place[room] = left + x * (WIDTH + ACROSS), EDGE + y * (HEIGHT + DOWN)
    lines, boxes = [], []
    for a, b in sorted(direct(pairs)):
        (ax, ay), (bx, by) = place[a], place[b]
        lines.append(
            f'<path d="M{ax + WIDTH / 2:.0f} {ay + HEIGHT} C{ax + WIDTH / 2:.0f} {ay + HEIGHT + DOWN * 0.7:.0f} '
            f'{bx + WIDTH / 2:.0f} {by - DOWN * 0.7:.0f} {bx + WIDTH / 2:.0f} {by - 5}"/>'
        )
    for room, (x, y) in place.items():
        boxes.append(
            f'<g><rect x="{x:.0f}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="10"/>'
            f'<text x="{x + WIDTH / 2:.0f}" y="{y + 22}" class="room">{escape(room.replace(".", "/"))}</text>'
            f'<text x="{x + WIDTH / 2:.0f}" y="{y + 40}">{escape(ROOMS[room])}</text></g>'
        )
    style = (
        "text{font:12px system-ui,sans-serif;text-anchor:middle;fill:#65645f}.room{font:600 13px ui-monospace,monospace;fill:#1c1c1a}"
        "rect{fill:#fff;stroke:#c9c8c2}path{fill:none;stroke:#2d5bd7;stroke-width:1.5;marker-end:url(#tip)}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" role="img" aria-label="The rooms and their imports">'
        f"<style>{style}</style>"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="6" markerHeight="6" orient="auto">'
        '<path d="M0 0L8 4L0 8z" style="fill:#2d5bd7;stroke:none;marker-end:none"/></marker></defs>'
        f'<rect width="{width:.0f}" height="{height}" style="fill:#fbfbfa;stroke:none"/>{"".join(lines)}{"".join(boxes)}</svg>\n'
    )


def main() -> int:
    """Write the picture. Exit code 1 where imports go in a circle."""
    try:
        Path(sys.argv[1]).write_text(draw(arrows()), "utf-8")
    except ValueError as circle:
        print(circle, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
