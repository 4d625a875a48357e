"""Behind a login nothing answers a visitor who has not logged in."""

import urllib.error
import urllib.request

import pytest

from interface.predict.examples.draw import one
from tests.browser import png
from tests.interface.server.requests import ask


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/page/read"),
        ("POST", "/page/image"),
        ("POST", "/page/why"),
        ("POST", "/page/nearest"),
        ("POST", "/page/testset"),
        ("GET", "/page/share"),
        ("GET", "/page/examples"),
        ("GET", "/page/assets/interface/predict/live_answer.js"),
        ("GET", "/metrics"),
        ("GET", "/config"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/heartbeat/x"),
        ("GET", "/gradio_api/queue/data?session_hash=x"),
        ("GET", "/gradio_api/call/read/x"),
        ("GET", "/gradio_api/mcp/schema"),
        ("POST", "/gradio_api/mcp/"),
        ("POST", "/gradio_api/upload"),
        ("POST", "/gradio_api/queue/join"),
        ("POST", "/gradio_api/run/predict"),
        ("POST", "/gradio_api/call/read"),
        ("POST", "/gradio_api/call/v2/read"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/cancel"),
    ],
)
def test_without_the_login_nothing_answers(locked, method, path):
    sent = {"Cookie": "access-token-x=1; access-token-unsecure-x=1"}
    assert ask(locked, method, path, b"{}" if method == "POST" else None, **sent)[0] == 401


def test_without_the_login_the_first_page_reveals_nothing(locked):
    status, text, _ = ask(locked, "GET", "/")
    assert status == 200 and "read_file" not in text
    assert "confusion" not in text.partition("window.gradio_config")[2].partition("</script>")[0]
    assert ask(locked, "GET", "/healthz")[0] == 200  # for a container's health check; it says ok and no more


def test_the_page_reads_with_the_login_alone(locked):
    for path, body in (
        ("/page/read", png(one("7"))),
        ("/page/image", b"\0" * 784),
        ("/page/why", b"\0" * 784),
        ("/gradio_api/run/read", b"{}"),
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(locked + path, body, {"Content-Type": "application/json"}))
        assert refused.value.code == 401
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    opener.open(f"{locked}/login", b"username=ann&password=secret").read()
    assert b'"text":"7"' in opener.open(urllib.request.Request(f"{locked}/page/read", png(one("7")))).read()


def test_with_a_login_there_is_no_mcp(locked):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{locked}/gradio_api/mcp/schema")
    assert refused.value.code in (401, 404)
