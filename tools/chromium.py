"""The Chromium that browser tests, benchmarks and the pictures of the documents use; `python -m tools.chromium` fetches one.

The system's own is taken where there is one, else the one that Playwright has fetched for this user.
"""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

SHELL = "chromium-headless-shell"  # Debian's: the same engine without what draws a browser's own windows
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", SHELL)
MISSING = (
    f"no Chromium: none of {', '.join(NAMES)} is installed, nor Playwright's: python -m playwright install chromium"
)


def executable() -> str | None:
    """The path of an installed Chromium, None without one. Starts Playwright's driver if the system has none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or _playwrights()


def for_tests() -> str | None:
    """The same, but the shell where it is installed: the tests take a sixth less of the CPU in it."""
    return shutil.which(SHELL) or executable()


def _playwrights() -> str | None:
    if importlib.util.find_spec("playwright") is None:
        return None
    # In a process of its own: a second Playwright in one that drives a browser already is refused.
    code = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8")
    path = done.stdout.strip()
    return path if path and Path(path).is_file() else None


def main() -> int:
    """Fetch Playwright's Chromium where there is none. Exit code 1 if that fails; its own lines say why."""
    if executable() is not None:
        return 0
    print("No Chromium is installed: Playwright fetches one for the browser tests.", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
    if executable() is None:
        print(f"{MISSING}; the browser tests need one.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
