"""Links, limits and what the operator sees: the public link through a relay, the Share panel, the line of drawings, health and logs."""

import asyncio
import contextlib
import json
import os
import re
import stat
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path

import gradio as gr
import pytest
from gradio.routes import App
from playwright.sync_api import expect
from starlette.testclient import TestClient

from interface import app as application
from interface.predict.drawing_queue import DrawingQueue, Superseded
from interface.server import sharing, uploads
from interface.server.command_line import parse_flags
from interface.server.limits import LIMITS
from interface.server.rate_limits import RateLimiter, RateLimitExceeded
from model import recogniser
from tests.browser import eventually
from tests.conftest import ROOT, aside, free_port

# Stands in for the program that Gradio downloads (frpc): takes its arguments, asks the relay for a name, joins connections.
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
    """(what the terminal shows, the public link) of `demo.py --share` through a relay of one's own."""
    home, control, public = tmp_path_factory.mktemp("hf"), free_port(), free_port()
    loop = asyncio.new_event_loop()
    threading.Thread(target=lambda: loop.run_until_complete(relay(control, public)), daemon=True).start()
    # in a process of its own, for Gradio reads these when it is imported
    where = [sys.executable, "-c", "from gradio import tunneling; print(tunneling.BINARY_PATH)"]
    variables = os.environ | {"HF_HOME": str(home), sharing.RELAY: f"127.0.0.1:{control}"}
    program = subprocess.run(where, env=variables, capture_output=True, text=True, check=True).stdout.split()[-1]
    program = Path(program)
    program.parent.mkdir(parents=True)
    program.write_text(TUNNEL)
    program.chmod(stat.S_IRWXU)
    log = home / "log"
    command = [sys.executable, "demo.py", "--port", str(free_port()), "--share"]
    process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=log.open("w"), stderr=subprocess.STDOUT)
    deadline = time.monotonic() + 60
    while "Limits:" not in log.read_text() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.2)
    time.sleep(0.5)
    yield log.read_text(), f"http://127.0.0.1:{public}"
    process.terminate()
    process.wait(timeout=20)


def get(address: str):
    with urllib.request.urlopen(address, timeout=30) as answer:
        return answer.read().decode()


def test_the_link_leads_to_the_page_through_the_relay(shared):
    _, link = shared
    assert "<title>Digits</title>" in get(link) or "gradio" in get(link)
    assert json.loads(get(f"{link}/healthz")) == {"status": "ok"}


def test_the_terminal_says_what_the_link_exposes_and_bounds_and_draws_it(shared):
    said, link = shared
    assert link in said and "Whoever has the link can" in said and "There is no login" in said
    assert all(line in said for line in LIMITS.in_words())
    assert sharing.qr_text(link) in said and "█" in sharing.qr_text(link)


def test_a_public_page_takes_no_test_sets_and_asks_not_to_be_listed(shared):
    _, link = shared
    assert "data-own" not in get(f"{link}/config")
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


def test_without_others_the_panel_says_how_to_let_them_in(app):
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
    page, held = new_page(), []
    page.route("**/share.js", lambda route: held.append(route))
    page.reload(wait_until="commit")
    expect(page.get_by_test_id("share")).to_be_disabled()
    eventually(page, lambda: held, bool)
    held.pop().continue_()
    page.get_by_test_id("share").click()
    expect(page.get_by_test_id("share-panel")).to_be_visible()


# ---- the line of drawings ----


def served(line: DrawingQueue, drawings: list[tuple]) -> list:
    """Send drawings (pad, number) at once; what was served, in order; 'x' and the drawing for what was passed over."""
    done, sent = [], asyncio.Event()

    async def one(pad, number):
        try:
            async with line.turn(pad, number):
                await sent.wait()
                done.append((pad, number))
        except Superseded:
            done.append(("x", pad, number))

    async def all_():
        tasks = []
        for pad, number in drawings:
            tasks.append(asyncio.create_task(one(pad, number)))
            await asyncio.sleep(0)
        sent.set()
        await asyncio.gather(*tasks)

    aside(all_)
    return done


def test_a_newer_drawing_takes_the_older_ones_place_in_the_line():
    done = served(DrawingQueue(1, 100), [("a", 1), ("b", 1), ("c", 1), ("b", 2), ("b", 3)])
    assert [one for one in done if one[0] != "x"] == [("a", 1), ("b", 3), ("c", 1)]
    assert [one[1:] for one in done if one[0] == "x"] == [("b", 1), ("b", 2)]


def test_a_drawing_that_comes_late_does_not_replace_a_newer_one():
    assert ("b", 2) in served(DrawingQueue(1, 100), [("a", 1), ("b", 2), ("b", 1)])


def test_drawings_of_nobody_known_are_all_served():
    assert len([one for one in served(DrawingQueue(2, 100), [(None, 0)] * 20) if one[0] != "x"]) == 20


def test_a_line_too_long_gives_up_its_oldest_drawing():
    done = served(DrawingQueue(1, 2), [("a", 1), ("b", 1), ("c", 1), ("d", 1)])
    assert [one for one in done if one[0] == "x"] == [("x", "b", 1)]


def test_who_leaves_the_line_keeps_nobody_waiting():
    async def scene():
        line, seen, left = DrawingQueue(1, 10), [], asyncio.Event()

        async def one(name):
            async with line.turn(name, 1):
                await left.wait()
                seen.append(name)

        first, gone, last = (asyncio.create_task(one(name)) for name in "abc")
        await asyncio.sleep(0)  # all have begun: one is served, two wait
        gone.cancel()
        left.set()
        await asyncio.gather(first, last)
        return seen

    assert aside(scene) == ["a", "c"]


# ---- limits ----


def test_a_visitor_has_a_bound_and_so_have_all_together():
    counts = RateLimiter()
    for _ in range(LIMITS.testsets.per_visitor):
        counts.count(LIMITS.testsets, "ann")
    with pytest.raises(RateLimitExceeded, match="You have sent") as refused:
        counts.count(LIMITS.testsets, "ann")
    assert 1 <= refused.value.retry_after <= 60
    with pytest.raises(RateLimitExceeded, match="everybody"):
        for n in range(LIMITS.testsets.for_everyone):
            counts.count(LIMITS.testsets, f"other {n}")


def test_after_a_minute_a_visitor_may_again_and_is_forgotten():
    now = 0.0
    counts = RateLimiter(lambda: now)
    for _ in range(LIMITS.testsets.per_visitor):
        counts.count(LIMITS.testsets, "ann")
        now += 1
    with pytest.raises(RateLimitExceeded) as refused:
        counts.count(LIMITS.testsets, "ann")
    now += refused.value.retry_after
    counts.count(LIMITS.testsets, "ann")
    now += 200
    counts.count(LIMITS.testsets, "bob")
    assert not any("ann" in key for key in counts._times)


def test_uploads_have_room_until_the_disk_share_is_full_and_the_old_go_first(tmp_path):
    old, new = tmp_path / "a" / "old.png", tmp_path / "b" / "new.png"
    for file in (old, new):
        file.parent.mkdir()
        file.write_bytes(b"x" * 1000)
    assert uploads.make_room(tmp_path, most=100_000)
    os.utime(old, (time.time() - 2 * uploads.SAFE,) * 2)
    most = sum(path.lstat().st_size for path in tmp_path.rglob("*")) - 500
    assert uploads.make_room(tmp_path, most) and not old.exists() and new.exists()
    assert not uploads.make_room(tmp_path, 500) and new.exists()


# ---- the command line ----


def test_the_login_can_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("DIGITS_AUTH", "ann:se:cret")
    assert parse_flags([]).auth == ("ann", "se:cret")
    assert parse_flags(["--auth", "bob:x"]).auth == ("bob", "x")


def test_a_login_in_the_environment_that_is_none_is_a_sentence(monkeypatch, capsys):
    monkeypatch.setenv("DIGITS_AUTH", "secret")
    with pytest.raises(SystemExit):
        parse_flags([])
    assert "USER:PASSWORD" in capsys.readouterr().err


# ---- operations ----


def test_a_line_a_request_without_what_was_sent_and_by_whom(start_app, tmp_path):
    address = start_app("--log", "--metrics", "--frame-ancestors", "https://example.org")
    get(f"{address}/healthz?secret=1")
    urllib.request.urlopen(f"{address}/page/image?pad=somebody", bytes(784)).close()
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"{address}/a%0Aforged%20line")
    metrics = get(f"{address}/metrics")
    assert re.search(r'digits_requests_total\{method="POST",route="/page/image",status="200"\} 1', metrics)
    assert re.search(r'digits_requests_total\{method="GET",route="other",status="404"\} 1', metrics)
    assert "digits_evaluation_running 0" in metrics
    with urllib.request.urlopen(address) as answer:
        assert "frame-ancestors https://example.org" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] is None
    deadline = time.monotonic() + 20
    while "GET / 200" not in start_app.logs[address].read_text() and time.monotonic() < deadline:
        time.sleep(0.1)  # a line follows its answer
    lines = start_app.logs[address].read_text().splitlines()
    requests = [line for line in lines if re.match(r"\d{4}-\d\d-\d\dT[\d:]{8}Z ", line)]
    assert any(re.search(r"Z POST /page/image 200 [\d.]+ ms \d+ B$", line) for line in requests)
    assert not any(word in "\n".join(lines) for word in ("secret", "somebody", "forged", "127.0.0.1 "))


def test_health_tells_when_the_model_does_not_answer():
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    from interface.server import health

    class Broken:
        def probabilities(self, images):
            raise RuntimeError("gone")

    answer = TestClient(Starlette(routes=[health.health_route(Broken())])).get("/healthz")
    assert answer.status_code == 503 and answer.json()["status"] == "the model does not answer: RuntimeError"


def test_of_a_page_only_its_choices_are_remembered(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))  # as demo.py does
    models = {name: recogniser.load(name) for name in recogniser.shipped()}
    demo = application.build(models)
    demo.state_session_capacity = LIMITS.sessions  # as launch does
    app = App.create_app(demo, app_kwargs=application.launch_options(models)["app_kwargs"])
    with TestClient(app):
        session = app.state_holder["a page"]
        state = next(key for key, block in demo.blocks.items() if isinstance(block, gr.State))
        shown = next(key for key, block in demo.blocks.items() if isinstance(block, gr.HTML))
        session[state] = "chosen"
        session._update_value_in_config(shown, "x" * 10**6)
        assert app.state_holder["a page"][state] == "chosen"
        assert not session.config_values
        for number in range(LIMITS.sessions + 50):
            app.state_holder[f"page {number}"]
        assert len(app.state_holder.session_data) <= LIMITS.sessions
