"""What the tests share: real data, the app as a process, a page in a real browser.

Where MNIST or a Chromium is missing the tests that need it skip with the reason; with CI=true they fail instead.
"""

import contextlib
import http.server
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import absl.logging
import anyio
import pytest

from interface.reader import runtime
from interface.static_site import build
from model import datasets
from model.datasets import DataError, load_mnist
from tests import npm_packages, pen_strokes
from tools import chromium
from tools.web import serving

ROOT = Path(__file__).parent.parent

# absl, which Keras logs with, keeps the standard error that it was imported under and closes it when a server sets up its own
# logging; in one process that is the file in which pytest catches the output. The system's own it never closes.
absl.logging.get_absl_handler().python_handler.stream = sys.__stderr__


def missing(reason: str) -> None:
    """Skip, or fail where everything must be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def mnist():
    try:
        return load_mnist()
    except DataError as error:
        missing(f"MNIST: {error}")


@pytest.fixture(scope="session")
def pendigits(tmp_path_factory):
    """People's pen strokes where PENDIGITS names them, else the project's own, which every later caller then gets as well."""
    if not os.environ.get("PENDIGITS"):
        file, datasets.PENDIGITS_SHA256 = pen_strokes.write(tmp_path_factory.mktemp("pens"))
        os.environ["PENDIGITS"] = str(file)
    return datasets.load_pendigits()


@pytest.fixture
def fake_npm(tmp_path, monkeypatch):
    """fake_npm(code) puts a program named npm before all others: Python code that finds the command line in sys.argv and the folder
    for packages in ``into``."""

    def put(code: str) -> None:
        program = tmp_path / "bin" / "npm"
        program.parent.mkdir(exist_ok=True)
        head = "import sys, time\nfrom pathlib import Path\ninto = sys.argv[sys.argv.index('--pack-destination') + 1]"
        program.write_text(f"#!{sys.executable}\n{head}\n{code}\n", "utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent))

    return put


@pytest.fixture(scope="session")
def mnist_package(mnist, tmp_path_factory) -> npm_packages.Package:
    """MNIST as npm would bring it."""
    return npm_packages.pack_mnist(mnist, tmp_path_factory.mktemp("npm"))


@pytest.fixture(scope="session", autouse=True)
def state_folder(tmp_path_factory):
    """Evaluations that tests finish are not kept among the user's."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def run_async(function, *arguments):
    """The result of an async function; in a thread, for the browser tests' Playwright keeps an event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(anyio.run, function, *arguments).result()


@pytest.fixture(scope="session")
def start_app(tmp_path_factory):
    """start_app(*flags) starts demo.py as a process and returns its address once it serves; all end with the session.

    start_app.logs: address → the file with its output.
    """
    running = []

    def start(*flags: str) -> str:
        port = free_port()
        log = tmp_path_factory.mktemp("app") / "log"
        command = [sys.executable, "demo.py", "--port", str(port), *flags]
        process = subprocess.Popen(command, cwd=ROOT, stdout=log.open("w", encoding="utf-8"), stderr=subprocess.STDOUT)
        running.append(process)
        address = f"http://127.0.0.1:{port}"
        start.logs[address] = log
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and process.poll() is None:
            try:
                urllib.request.urlopen(f"{address}/config", timeout=5).close()
                return address
            except urllib.error.HTTPError:
                return address  # it serves, but wants a login
            except OSError:
                time.sleep(0.2)
        pytest.fail(f"demo.py does not serve:\n{log.read_text('utf-8')}")

    start.logs = {}
    yield start
    for process in running:
        process.terminate()
    for process in running:
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def app(start_app) -> str:
    """The address of the app as `python demo.py` starts it."""
    return start_app()


@contextlib.contextmanager
def proxy(app: str, prefix: str):
    """A web server in front of ``app`` that serves it under ``prefix`` and strips that, as nginx would; yields its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def forward(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kept = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in ("accept-encoding", "connection")
            }
            request = urllib.request.Request(
                app + self.path.removeprefix(prefix), body or None, kept, method=self.command
            )
            try:
                answer = urllib.request.urlopen(request)
            except urllib.error.HTTPError as error:
                answer = error
            content = answer.read()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_HEAD = forward

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory) -> Path:
    """The page that needs no server, as `python -m interface.static` writes it."""
    if runtime.folder() is None:
        missing(f"no WebAssembly runtime for the page: {runtime.COMMAND}")
    folder = tmp_path_factory.mktemp("site") / "somewhere" / "digits"
    build.write(folder)
    return folder


@pytest.fixture(scope="session")
def site(site_folder) -> Iterator[str]:
    """Its address, below a sub-path of a plain web server."""
    with serving(site_folder.parent.parent) as address:
        yield f"{address}somewhere/digits/"


@pytest.fixture(scope="session")
def browser():
    found = chromium.for_tests()
    if found is None:
        missing(chromium.MISSING)
    api = pytest.importorskip("playwright.sync_api")
    api.expect.set_options(timeout=20_000)  # a busy machine; every assertion retries until then
    with api.sync_playwright() as playwright:
        arguments = [
            "--no-sandbox",  # containers do not allow one
            "--use-fake-device-for-media-stream",  # the camera shows a test picture
            "--use-fake-ui-for-media-stream",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",  # nothing leaves this machine
        ]
        started = playwright.chromium.launch(executable_path=found, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="session")
def coding_page(browser):
    """A page in which tests may run code, which the site's own rules forbid; it is one for all, for its networks are compiled once."""
    context = browser.new_context(bypass_csp=True, service_workers="block")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def coding(coding_page, site):
    """A page of the site in which tests may run code."""
    coding_page.goto(site)
    return coding_page


@pytest.fixture
def new_page(browser, app):
    """new_page(path="", **context options) opens the app; at the end nothing may be logged as an error, and no request
    may have left the machine."""
    from tests.pages import Opener  # here, for it needs Playwright

    opener = Opener(browser, app)
    yield opener
    opener.close()


@pytest.fixture
def page(new_page):
    """The Predict tab at desktop size."""
    return new_page()


@pytest.fixture
def axe():
    """axe(page, context=None, impacts=None) → what axe-core objects to within a CSS selector, whatever its impact or of these
    alone: (rule, HTML of the first element)."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError as error:
        missing(f"axe-core: {error}")

    def check(page, context: str | None = None, impacts: tuple[str, ...] | None = None) -> list[tuple[str, str]]:
        found = Axe().run(page, context).response["violations"]
        chosen = [problem for problem in found if impacts is None or problem["impact"] in impacts]
        return [(problem["id"], problem["nodes"][0]["html"]) for problem in chosen]

    return check
