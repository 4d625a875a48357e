"""`python -m tools.inputs docs/inputs.md`: tries every kind of input in every way in, and writes what came of it as a table.

It exits with 1 where a cell is neither read right nor refused with a sentence.
"""

import base64
import contextlib
import io
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient

from interface.predict import routes
from interface.static_site import build
from model import predict, recogniser
from model.pictures import PictureError, open_pages
from tools import chromium
from tools.made_inputs import Input, models, pictures
from tools.web import serving

RIGHT, FIRST, REFUSED, WRONG = "read", "first page read, the others counted", "refused, with the reason", "**wrong**"
DOCUMENT = Path(__file__).parent.parent / "docs" / "inputs.md"
Answer = tuple[str | None, str]  # what was read, None where nothing was; the sentence that says why, or a note
ENTRIES = ("Python", "command line", "app", "page without a server")
HEAD = """# What people bring, and what becomes of it

Each kind of input, made by `tools/made_inputs.py`. `python -m tools.inputs docs/inputs.md` tries all of them and writes these tables; it
fails where an input is neither read right nor refused with a sentence.

"""
MODELS_HEAD = """## Model files

`recogniser.load`, which the command line, `demo.py --model` and the evaluation call with what they are given. (The page without a server
takes a `.tflite`: tests/interface/static_site/test_own_model.py.)

"""


def app_client() -> TestClient:
    """The Predict tab's routes, without a login."""
    app = Starlette(routes=routes.routes({"cnn": recogniser.load()}))
    vars(app)["auth"] = None  # as Gradio's app has it
    return TestClient(app)


def by_python(one: Input) -> Answer:
    """`open_pages` and `Recogniser.read`."""
    try:
        return "|".join(recogniser.load().read(page.picture).text for page in open_pages(one.content)), ""
    except PictureError as error:
        return None, str(error)


def by_command(folder: Path, one: Input) -> Answer:
    """`python -m model.predict --json` on the file."""
    path = folder / one.name
    path.write_bytes(one.content)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        predict.main([str(path), "--json"])
    path.unlink()
    lines = [json.loads(line) for line in printed.getvalue().splitlines()]
    error = next((line["error"] for line in lines if line["error"]), "")
    return None if error else "|".join(line["text"] for line in lines), error


def by_app(client: TestClient, one: Input) -> Answer:
    """The page's own request, POST page/read."""
    answer = client.post("/page/read?model=cnn", content=one.content).json()
    return answer.get("text"), answer.get("error") or answer.get("note") or ""


@contextlib.contextmanager
def site() -> Iterator[Callable[[Input], Answer]]:
    """The page that needs no server, in a browser: a function that gives a file to it."""
    from playwright.sync_api import sync_playwright

    found = chromium.executable()
    if found is None:
        raise SystemExit(chromium.MISSING)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as address, sync_playwright() as playwright:
        build.write(Path(folder) / "site")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{address}site/")
        page.locator(".predict.ready").wait_for()

        def read(one: Input) -> Answer:
            found = page.evaluate(READ, base64.b64encode(one.content).decode("ascii"))
            return found["text"], found["error"] or ""

        yield read
        browser.close()


# The module that the page itself has loaded for reading files: its address is found among what the page has fetched.
READ = """async (text) => {
  const address = performance.getEntriesByType('resource').map((one) => one.name).find((name) => /static_site\\/server\\.js|predict\\/server\\.js/.test(name));
  const {read} = await import(address);
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  try {
    const answer = await read(new Blob([bytes]));
    return {text: answer.text, error: answer.note ?? ''};
  } catch (error) {
    return {text: null, error: error.message};
  }
}"""


def cell(one: Input, answer: Answer) -> str:
    """What became of an input in one way in."""
    text, sentence = answer
    if text is None:
        return REFUSED if sentence.strip().endswith((".", "`")) and "\n" not in sentence else WRONG
    if text == one.text:
        return RIGHT
    first = (one.text or "").split("|")[0]
    return FIRST if "|" in (one.text or "") and text == first and sentence else WRONG


def picture_rows(entries: list[Callable[[Input], Answer]]) -> Iterator[list[str]]:
    """A row for each picture."""
    for one in pictures():
        cells = [cell(one, entry(one)) for entry in entries]
        if one.text is None:
            cells = [found if found == REFUSED else WRONG for found in cells]
        yield [one.kind, one.name, *cells]


def model_rows(folder: Path) -> Iterator[list[str]]:
    """A row for each kind of model file: what `recogniser.load` makes of it."""
    for words, path, readable in models(folder):
        try:
            read = recogniser.load(str(path)).read(next(open_pages(next(pictures()).content)).picture).text == "6"
            found = RIGHT if read and readable else WRONG
        except recogniser.ModelError as error:
            found = WRONG if readable or "\n" in str(error) else REFUSED
        yield [words, found]


def table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    """Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> int:
    """Exit code 0 where every cell is right."""
    client = app_client()
    with tempfile.TemporaryDirectory() as folder:
        with site() as by_page:
            rows = list(picture_rows([by_python, partial(by_command, Path(folder)), partial(by_app, client), by_page]))
        files = list(model_rows(Path(folder)))
    by_picture = f"{len(rows)} pictures, in each way in.\n\n{table(('kind', 'input', *ENTRIES), rows)}"
    by_file = f"{MODELS_HEAD}{len(files)} files.\n\n{table(('file', '`recogniser.load`'), files)}"
    Path(sys.argv[1]).write_text(f"{HEAD}## Pictures\n\n{by_picture}\n{by_file}", "utf-8")
    rows += files
    wrong = [row for row in rows if WRONG in row]
    for row in wrong:
        print(" | ".join(row))
    print(f"{len(rows)} inputs, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
