"""Checks in a browser what the app can do, the app on a machine without MNIST, and the page without a server; writes docs/features.md.

python -m benchmarks.features                  all three; about 10 minutes
python -m benchmarks.features --static SITE    only that folder of the page, and nothing is written: exit code 1 where it cannot do what
                                               docs/features.md says
"""

import argparse
import contextlib
import io
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks import machine
from benchmarks.app import ROOT, running
from interface.predict.examples.draw import one
from interface.static_site import build
from tests.browser import draw, expect_text, open_files, picture_file, png, strokes_of
from tools.chromium import executable
from tools.web import serving

DOCUMENT = ROOT / "docs" / "features.md"
SHORT, LONG = 15_000, 600_000  # ms that a check waits: for an answer, for 10,000 images
HEAD = """# What works where

Each cell was checked in a browser by `python -m benchmarks.features`: the app; the app as it starts on a machine that has no MNIST and no
network; and the page that needs no server (`python -m interface.static OUT`).

"""


def predict(page: Page) -> None:
    page.get_by_role("tab", name="Predict").click()
    page.get_by_test_id("clear").click()


def evaluate(page: Page) -> None:
    page.get_by_role("tab", name="Evaluate").click()
    expect(page.get_by_test_id("confusion-matrix")).to_be_visible()


def upload(page: Page, name: str, content: bytes) -> None:
    open_files(page, [picture_file(name, content)])


def drawn(page: Page) -> None:
    predict(page)
    draw(page, strokes_of("7"))
    expect_text(page, "7")


def several(page: Page) -> None:
    predict(page)
    for at, digit in enumerate("204"):
        draw(page, strokes_of(digit, 90, 15 + 88 * at, 90))
    expect_text(page, "204")


def photo(page: Page) -> None:
    predict(page)
    page.get_by_role("button", name="Example: a page of a notebook").click()
    expect_text(page, "1987\n2046\n350")


def camera(page: Page) -> None:
    predict(page)
    page.get_by_test_id("camera").click()
    page.get_by_role("button", name="Take picture").click()
    expect(page.locator(".photo img")).to_be_visible()


def many(page: Page) -> None:
    predict(page)
    open_files(page, [picture_file(f"{digit}.png", png(one(str(digit)))) for digit in (3, 7)])
    expect(page.get_by_test_id("download-csv")).to_be_enabled()
    expect(page.get_by_test_id("results").locator("tr")).to_have_count(2)
    page.get_by_test_id("close-batch").click()


def refused(page: Page) -> None:
    predict(page)
    upload(page, "text.png", b"this is text")
    expect(page.get_by_test_id("problem")).to_contain_text("not a picture")


def other_model(page: Page) -> None:
    predict(page)
    draw(page, strokes_of("7"))
    expect(page.get_by_test_id("other-model")).to_contain_text("classic")


def explained(page: Page) -> None:
    predict(page)
    draw(page, strokes_of("7"))
    expect(page.get_by_test_id("why")).to_be_visible()


def neighbours(page: Page) -> None:
    predict(page)
    draw(page, strokes_of("7"))
    expect(page.get_by_test_id("nearest").locator("figure").first).to_be_visible()


def chosen(page: Page) -> None:
    predict(page)
    page.get_by_test_id("model").select_option("classic")
    draw(page, strokes_of("7"))
    expect_text(page, "7")
    page.get_by_test_id("model").select_option("cnn")


def own_model(page: Page) -> None:
    chooser = page.get_by_test_id("own-model")
    path = ROOT / "model" / "trained" / "classic" / "classic.tflite"
    chooser.set_input_files({"name": "mine.tflite", "mimeType": "", "buffer": path.read_bytes()}, timeout=SHORT)
    expect(page.get_by_test_id("model")).to_have_value("mine")
    page.get_by_test_id("model").select_option("cnn")


def report(page: Page) -> None:
    evaluate(page)
    expect(page.get_by_test_id("accuracy")).to_contain_text("99.")


def cell_images(page: Page) -> None:
    evaluate(page)
    page.locator('[data-true="7"][data-predicted="7"]').first.click()
    expect(page.get_by_test_id("gallery").locator(".tile img").first).to_be_visible()


def compared(page: Page) -> None:
    evaluate(page)
    page.locator(".ev-toc").get_by_text("Compare").click()
    expect(page.get_by_test_id("mcnemar")).to_be_visible()


def slices(page: Page) -> None:
    evaluate(page)
    page.locator(".ev-toc").get_by_text("Whom it is good for").click(timeout=SHORT)


def audit(page: Page) -> None:
    evaluate(page)
    page.locator(".ev-toc").get_by_text("Audit my labels").click(timeout=SHORT)


def downloads(page: Page) -> None:
    evaluate(page)
    for kind in ("report.json", "predictions.csv", "report.html", "confusion-matrix.png"):
        page.get_by_test_id("downloads").click()
        with page.expect_download() as file:
            page.locator(f'[data-file="{kind}"]').click()
        assert file.value.path().stat().st_size > 1000


def own_test_set(page: Page) -> None:
    evaluate(page)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        for digit in range(10):
            files.writestr(f"{digit}/drawn.png", png(one(str(digit))))
    chooser = page.locator("[data-upload=zip]")
    chooser.set_input_files({"name": "mine.zip", "mimeType": "application/zip", "buffer": packed.getvalue()})
    expect(page.get_by_test_id("evaluation-status")).to_contain_text("10 pictures in")
    page.locator("[data-do=back]").click()


def run(page: Page) -> None:
    evaluate(page)
    expect(page.get_by_test_id("run")).to_be_visible()
    page.get_by_test_id("run").click()
    expect(page.get_by_test_id("evaluation-status")).to_contain_text("reproduces the shipped report", timeout=LONG)


FEATURES: dict[str, Callable[[Page], None]] = {
    "draw a digit": drawn,
    "draw several": several,
    "read a photo of a page": photo,
    "take a picture with the camera": camera,
    "read many files, with a table and its CSV": many,
    "refuse a bad file in a sentence": refused,
    "choose a model": chosen,
    "second opinion of another model": other_model,
    "which ink spoke for the answer": explained,
    "nearest training digits": neighbours,
    "bring a `.tflite` in the page": own_model,
    "the report with its matrix": report,
    "the images behind a cell": cell_images,
    "compare two models": compared,
    "for whom it is good (slices)": slices,
    "audit of labels": audit,
    "download JSON, CSV, HTML and PNG": downloads,
    "a test set of one's own": own_test_set,
    "run the 10,000 images": run,
}


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
