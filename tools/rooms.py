"""`python -m tools.rooms OUT.svg`: the folders as rooms and the imports between them as arrows, from the code itself.

Rooms stand in rows: what imports stands above what is imported, so that every arrow points down. A circle is an error.
"""

import sys
from html import escape
from pathlib import Path

import grimp

# Room → what it is for, in a few words. A module that is no folder stands for itself where people enter there.
ROOMS = {
    "interface.app": "the page: header, tabs, routes",
    "interface.static_site": "the page without a server",
    "interface.predict": "draw, upload, answer",
    "interface.evaluate": "the dashboard",
    "evaluation": "from a model to a report",
    "interface.reader": "reading inside the page",
    "interface.server": "requests, limits, sharing",
    "model": "from a picture to a reading",
    "model.training": "what makes a model",
    "model.segmentation": "ink, pieces, touching digits",
    "model (steps)": "image, network, calibration …",
}
STEPS = "model (steps)"  # the modules of model/ itself that model/segmentation/ builds on
ELSEWHERE = {"model.train": "model.training"}  # a module that belongs to a room which it does not lie in: its command

WIDTH, HEIGHT, ACROSS, DOWN, EDGE = 216, 52, 26, 46, 24  # px: a room, the space between rooms, around the picture
LANE = 12  # px, the breadth of the space in a row that a longer arrow passes through

Place = str | tuple[str, str]  # in a row of the picture: a room, or ("lane", the room where the arrow in it ends)


def arrows() -> set[tuple[str, str]]:
    """(room, room that it imports)."""
    graph = grimp.build_graph("interface", "evaluation", "model")
    steps = {
        module
        for module in graph.find_upstream_modules("model.segmentation", as_package=True)
        if module.count(".") == 1
    }

    def room_of(module: str) -> str | None:
        """The innermost room that a module belongs to."""
        if module in steps and module not in ROOMS:
            return STEPS
        inside = [room for room in ROOMS if module == room or module.startswith(f"{room}.")]
        return ELSEWHERE.get(module) or max(inside, key=len, default=None)

    found = set()
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            a, b = room_of(module), room_of(imported)
            if a and b and a != b:
                found.add((a, b))
    return found


def rows(pairs: set[tuple[str, str]]) -> list[list[str]]:
    """The rooms from top to bottom: each just above the highest that it imports. Raises ValueError where imports go in a circle."""
    left, found = list(ROOMS), []
    while left:
        lowest = [room for room in left if not any(a == room and b in left for a, b in pairs)]
        if not lowest:
            raise ValueError(f"These import each other: {', '.join(left)}")
        found.insert(0, lowest)
        left = [room for room in left if room not in lowest]
    return found


def direct(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Without an arrow where others lead to the same room by another: the picture stays readable."""

    def reached(start: str, goal: str) -> bool:
        beyond = [b for a, b in pairs if a == start]
        return goal in beyond or any(reached(room, goal) for room in beyond)

    return {(a, b) for a, b in pairs if not any(a == x and y != b and reached(y, b) for x, y in pairs)}


def breadth_of(place: Place) -> int:
    """In px."""
    return LANE if isinstance(place, tuple) else WIDTH


def draw(pairs: set[tuple[str, str]]) -> str:
    """The picture as SVG, in colours that are readable on light and on dark ground."""
    pairs = direct(pairs)
    row_of = {room: y for y, row in enumerate(rows(pairs)) for room in row}
    placed: list[list[Place]] = [list(row) for row in rows(pairs)]
    # A longer arrow gets a lane in each row that it passes; lanes to the same room are one.
    for y, row in enumerate(placed):
        row.extend(sorted({("lane", b) for a, b in pairs if row_of[a] < y < row_of[b]}))
    breadths = [sum(map(breadth_of, row)) + ACROSS * (len(row) - 1) for row in placed]
    width, height = 2 * EDGE + max(breadths), 2 * EDGE + len(placed) * HEIGHT + (len(placed) - 1) * DOWN
    middle = {}  # (row, room or lane) → x
    for y, (row, breadth) in enumerate(zip(placed, breadths, strict=True)):
        x = (width - breadth) / 2
        for one in row:
            middle[y, one] = x + breadth_of(one) / 2
            x += breadth_of(one) + ACROSS

    def top(y: int) -> int:
        return EDGE + y * (HEIGHT + DOWN)

    def path(a: str, b: str) -> str:
        """From the bottom of a room to the top of another, through the lanes of the rows between."""
        x, steps = middle[row_of[a], a], []
        for y in range(row_of[a] + 1, row_of[b] + 1):
            last = y == row_of[b]
            to = middle[y, b if last else ("lane", b)]
            from_y, to_y = top(y - 1) + HEIGHT, top(y) - (5 if last else 0)
            steps.append(
                f"L{x:.0f} {from_y}C{x:.0f} {from_y + DOWN * 0.6:.0f} {to:.0f} {to_y - DOWN * 0.6:.0f} {to:.0f} {to_y}"
            )
            x = to
        return f'<path d="M{middle[row_of[a], a]:.0f} {top(row_of[a]) + HEIGHT}{"".join(steps)}"/>'

    lines, boxes = [path(a, b) for a, b in sorted(pairs)], []
    for room, y in row_of.items():
        x = middle[y, room]
        boxes.append(
            f'<g><rect x="{x - WIDTH / 2:.0f}" y="{top(y)}" width="{WIDTH}" height="{HEIGHT}" rx="10"/>'
            f'<text x="{x:.0f}" y="{top(y) + 22}" class="room">{escape(room.replace(".", "/"))}</text>'
            f'<text x="{x:.0f}" y="{top(y) + 40}">{escape(ROOMS[room])}</text></g>'
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
