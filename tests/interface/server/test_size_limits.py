"""What is too large or too slow is refused, with the limit in the sentence (interface/server/request_body.py)."""

import json

import anyio
import pytest

from interface.server.limits import LIMITS
from tests.conftest import run_async
from tests.interface.server.filtered_app import client, filtered
from tests.interface.server.requests import ask, multipart, post


def test_an_event_over_64_kb_is_refused(app):
    asked = {"data": ["x" * LIMITS.event_bytes], "fn_index": 0, "session_hash": "attacker"}
    status, text, _ = post(app, "/gradio_api/queue/join", asked)
    assert status == 413 and "64 kB" in text


def test_one_upload_is_one_file(app):
    body, kind = multipart("a.png", "b.png", "c.png")
    status, text, _ = ask(app, "POST", "/gradio_api/upload", body, Content_Type=kind)
    assert status == 413 and json.loads(text)["error"] == "Send one file at a time."


def test_an_mcp_message_over_4_mb_is_refused(app):
    status, text, _ = ask(
        app, "POST", "/gradio_api/mcp/", bytes(LIMITS.mcp_message_bytes + 1), Content_Type="application/json"
    )
    assert status == 413 and "4 MB" in text


@pytest.mark.parametrize(
    "kind",
    ["multipart/form-data; boundary=x; boundary=edge", "multipart/form-data", "multipart/form-data; boundary*=edge"],
)
def test_files_cannot_be_hidden_from_the_count(app, kind):
    body, _ = multipart(*[f"{n}.png" for n in range(50)], content=b"x")
    assert ask(app, "POST", "/gradio_api/upload", body, Content_Type=kind)[0] == 400


def test_a_body_that_never_ends_and_one_that_never_comes_are_given_up(monkeypatch):
    monkeypatch.setattr("interface.server.request_body.LIMITS", type(LIMITS)(arrival_grace=0.2))
    sent = []

    async def drip() -> dict:
        await anyio.sleep_forever()

    async def send(message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/page/read", "query_string": b"", "scheme": "http"}
    scope |= {"headers": [(b"host", b"digits.example"), (b"content-length", b"10")], "client": ("203.0.113.9", 1)}
    run_async(filtered(), scope, drip, send)
    assert sent[0]["status"] == 408 and b"too long to arrive" in sent[1]["body"]

    too_much = (b"x" * 2**20 for _ in range(LIMITS.picture_bytes // 2**20 + 2))
    assert client(filtered()).post("/page/read", content=too_much).status_code == 413
