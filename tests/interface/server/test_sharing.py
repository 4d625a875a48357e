"""The public link through a relay, and the Share panel."""

import asyncio
import contextlib
import json
import os
import stat
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path

import pytest
from gradio import tunneling
from playwright.sync_api import expect

from interface.server import sharing
from interface.server.limits import LIMITS
from tests.browser import Held
from tests.conftest import ROOT, free_port

# Takes the place of the program that Gradio downloads (frpc): takes its arguments, asks the relay for a name, joins connections.
TUNNEL = f"""#!{sys.executable}
import socket, sys, threading
given = dict(zip(sys.argv[2:], sys.argv[3:]))
relay = given["--server_addr"].rsplit(":", 1)
control = socket.create_connection((relay[0], int(relay[1])))
print("start proxy success: http://" + control.recv(100).decode(), flush=True)
def pipe(a, b):
    while part := a.recv(65536): b.sendall(part)
    b.shutdown(socket.SHUT_WR)
while control.recv(1):
    far = socket.create_connection((relay[0], int(relay[1])))
    near = socket.create_connection((given["-i"], int(given["-l"])))
    for pair in ((far, near), (near, far)):
        threading.Thread(target=pipe, args=pair, daemon=True).start()
"""


async def relay(control_port: int, public_port: int) -> None:
    """A relay: whoever comes to the public port is joined with a new connection of the tunnel."""
    waiting: asyncio.Queue = asyncio.Queue()
    control: asyncio.Future = asyncio.get_running_loop().create_future()

    async def tunnel(reader, writer):
        if not control.done():
            writer.write(f"127.0.0.1:{public_port}".encode())
            control.set_result(writer)
        else:
            await waiting.put((reader, writer))

    async def copy(reader, writer):
        with contextlib.suppress(OSError):
            while part := await reader.read(65536):
                writer.write(part)
                await writer.drain()
            writer.close()

    async def visitor(reader, writer):
        (await control).write(b".")
        far_reader, far_writer = await waiting.get()
        await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))

    async with (
        await asyncio.start_server(tunnel, "127.0.0.1", control_port) as one,
        await asyncio.start_server(visitor, "127.0.0.1", public_port) as two,
    ):
        await asyncio.gather(one.serve_forever(), two.serve_forever())


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """(what the terminal shows, the public link) of `demo.py --share` through the relay above."""
    home, control, public = tmp_path_factory.mktemp("hf"), free_port(), free_port()
    loop = asyncio.new_event_loop()
    threading.Thread(target=lambda: loop.run_until_complete(relay(control, public)), daemon=True).start()
    variables = os.environ | {"HF_HOME": str(home), sharing.RELAY: f"127.0.0.1:{control}"}
    program = home / Path(tunneling.BINARY_PATH).relative_to(tunneling.HF_HOME)  # where that process will look for it
    program.parent.mkdir(parents=True)
    program.write_text(TUNNEL, "utf-8")
    program.chmod(stat.S_IRWXU)
    log = home / "log"
    command = [sys.executable, "demo.py", "--port", str(free_port()), "--share"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=variables, stdout=log.open("w", encoding="utf-8"), stderr=subprocess.STDOUT
    )
    deadline = time.monotonic() + 60
    while "Limits:" not in log.read_text("utf-8") and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.2)
    time.sleep(0.5)
    yield log.read_text("utf-8"), f"http://127.0.0.1:{public}"
    process.terminate()
    process.wait(timeout=20)


def get(address: str):
    with urllib.request.urlopen(address, timeout=30) as answer:
        return answer.read().decode()


def test_the_link_leads_to_the_page_through_the_relay(shared):
    _, link = shared
    assert "<title>Digits</title>" in get(link) or "gradio" in get(link)
    assert json.loads(get(f"{link}/healthz")) == {"status": "ok"}


def test_the_terminal_shows_the_link_its_qr_code_what_it_exposes_and_the_limits(shared):
    shown, link = shared
    assert link in shown and "Whoever has the link can" in shown and "There is no login" in shown
    assert all(line in shown for line in LIMITS.in_words())
    assert sharing.qr_text(link) in shown and "█" in sharing.qr_text(link)


def test_a_public_page_takes_no_test_sets_and_asks_not_to_be_listed(shared):
    _, link = shared
    assert "data-upload" not in get(f"{link}/config")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{link}/page/testset", b"PK")
    assert refused.value.code == 404
    with urllib.request.urlopen(link) as answer:
        assert answer.headers["X-Robots-Tag"] == "noindex"


def test_the_panel_shows_the_public_link(shared):
    _, link = shared
    found = json.loads(get(f"{link}/page/share"))
    assert found["url"] == link and found["qr"].startswith("data:image/svg+xml")


def test_a_public_link_says_when_it_ends():
    link = sharing.PublicLink(url="https://x.gradio.live", until=datetime(2026, 3, 1, 18, 5))
    assert link.lifetime.startswith("until Sunday 01 March, 18:05, as long as")


def test_the_panel_of_a_local_app_says_how_to_let_others_in(app):
    found = json.loads(get(f"{app}/page/share"))
    assert found["url"] is None and "--share" in found["note"] and "--host 0.0.0.0" in found["note"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_panel_opens_closes_and_fits(new_page, theme, width):
    page = new_page(f"/?__theme={theme}", viewport={"width": width, "height": 800})
    page.get_by_test_id("share").click()
    panel = page.get_by_test_id("share-panel")
    expect(page.get_by_test_id("share-note")).to_contain_text("Only this computer")
    box = panel.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_the_button_can_be_pressed_once_it_does_something(new_page):
    page = new_page()
    held = Held(page, "**/share.js")
    page.reload(wait_until="commit")
    expect(page.get_by_test_id("share")).to_be_disabled()
    held.wait(page)
    held.release()
    page.get_by_test_id("share").click()
    expect(page.get_by_test_id("share-panel")).to_be_visible()


def test_where_the_pages_own_files_are_missing_it_says_so(new_page):
    """As within another app, by gr.mount_gradio_app: Gradio serves the page, and nobody what belongs to it."""
    new_page.expected.append("404")
    page = new_page()
    page.route("**/page/assets/interface/server/share.js", lambda route: route.fulfill(status=404))
    page.reload()
    expect(page.get_by_role("alert").filter(has_text="start it by itself")).to_be_visible()
