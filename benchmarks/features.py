"""Checks in a browser what the app can do, the app on a machine without MNIST, and the page without a server; writes docs/features.md.

python -m benchmarks.features                  all three; about 10 minutes
python -m benchmarks.features --static SITE    only that folder of the page, and nothing is written: exit code 1 where it cannot do what
                                               docs/features.md says
"""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks import machine
from benchmarks.app import ROOT, running
from benchmarks.feature_checks import FEATURES, LONG, SHORT
from interface.static_site import build
from tools.chromium import executable
from tools.web import serving

DOCUMENT = ROOT / "docs" / "features.md"
HEAD = """# What works where

Each cell was checked in a browser by `python -m benchmarks.features`: the app; the app as it starts on a machine that has no MNIST and no
network; and the page that needs no server (`python -m interface.static OUT`).

"""


def works(page: Page, check: Callable[[Page], None]) -> bool:
    """Whether a feature is there and does what it should."""
    try:
        check(page)
        return True
    except Exception as error:
        print(f"  no: {str(error).splitlines()[0][:120]}", file=sys.stderr)
        return False


def checked(address: str) -> dict[str, bool]:
    """Every feature of the page at an address."""
    found = {}
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
        browser = playwright.chromium.launch(executable_path=executable(), args=arguments)
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.set_default_timeout(SHORT)
        page.goto(address, timeout=LONG)
        page.locator(".predict.ready").wait_for(timeout=LONG)
        for name, check in FEATURES.items():
            print(f"{address}: {name}", file=sys.stderr)
            found[name] = works(page, check)
        browser.close()
    return found


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder below a sub-path of a plain web server."""
    with tempfile.TemporaryDirectory() as root:
        (Path(root) / "some").mkdir()
        (Path(root) / "some" / "where").symlink_to(folder.resolve(), target_is_directory=True)
        with serving(Path(root)) as address:
            yield f"{address}some/where/"


def documented() -> dict[str, bool]:
    """What docs/features.md says of the page without a server."""
    rows = [line.split("|") for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("| ")]
    return {cells[1].strip(): cells[4].strip() == "yes" for cells in rows if cells[1].strip() in FEATURES}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.features", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--static", type=Path, metavar="SITE", help="check only this folder against docs/features.md")
    site = parser.parse_args().static
    if site and not DOCUMENT.is_file():
        raise SystemExit("There is no docs/features.md to check against; write it with: python -m benchmarks.features")
    machine.need("browser", "runtime", *([] if site else ["mnist"]))
    expect.set_options(timeout=SHORT)
    if site:
        with served(site) as address:
            found = checked(address)
        missing = [name for name, there in documented().items() if there and not found[name]]
        print(
            "\n".join(f"The page cannot: {name}" for name in missing)
            or "The page can do all that docs/features.md says."
        )
        return 1 if missing else 0
    with tempfile.TemporaryDirectory() as folder:
        build.write(Path(folder) / "site")
        with served(Path(folder) / "site") as address:
            static = checked(address)
        with running() as app:
            full = checked(app.address)
        nothing = {
            "MNIST_DIR": folder,
            "HOME": folder,
            "XDG_CACHE_HOME": folder,
            "npm_config_registry": "http://127.0.0.1:9",
        }
        with running(environment=nothing) as app:
            fresh = checked(app.address)
    words = {True: "yes", False: "–"}
    rows = [f"| {name} | {words[full[name]]} | {words[fresh[name]]} | {words[static[name]]} |\n" for name in FEATURES]
    table = "| | app | app, no MNIST, no network | page without a server |\n|---|---|---|---|\n" + "".join(rows)
    DOCUMENT.write_text(HEAD + table, "utf-8")
    print(f"Wrote {DOCUMENT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
