"""The request filter: whose headers it trusts, which sites' pages may send, what it adds to every answer."""

import pytest

from tests.interface.server.filtered_app import client, filtered
from tests.interface.server.requests import ask


def test_a_program_on_this_machine_is_a_proxy_only_where_it_was_named():
    sent = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}
    assert client(filtered(), "127.0.0.1").get("/", headers=sent).text == "127.0.0.1 http"
    assert (
        client(filtered(trusted_proxies="127.0.0.1"), "127.0.0.1").get("/", headers=sent).text == "198.51.100.7 https"
    )
    assert client(filtered(trusted_proxies="127.0.0.1"), "192.0.2.1").get("/", headers=sent).text == "192.0.2.1 http"


def test_invented_methods_do_not_fill_the_metrics():
    seen = []
    web = client(filtered(observer=lambda *request: seen.append(request[:3])))
    for n in range(5):
        web.request(f"INVENTED{n}", "/")
    web.request("PATCH", "/page/read")
    assert set(seen) == {("other", "other", 404), ("PATCH", "other", 404)}


@pytest.mark.parametrize(
    "sent",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://digits.example.evil.example"},
        {"Origin": "http://digits.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_sites_page_can_send_nothing(sent):
    assert client(filtered()).post("/page/read", content=b"x", headers=sent).status_code == 403


def test_this_page_and_programs_can_send():
    for sent in ({"Origin": "http://digits.example"}, {"Sec-Fetch-Site": "same-origin"}, {}):
        assert client(filtered()).post("/page/read", content=b"x", headers=sent).status_code == 200


def test_another_sites_page_can_read_nothing(app):
    for path in ("/config", "/gradio_api/info", "/page/examples"):
        _, _, headers = ask(app, "GET", path, Origin="https://evil.example")
        assert not [name for name in headers if name.lower().startswith("access-control")]
    status, _, text = ask(
        app, "OPTIONS", "/gradio_api/run/predict", Origin="https://evil.example", Access_Control_Request_Method="POST"
    )
    assert status in (403, 404) and not [name for name in headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("host", ['x"><script>alert(1)</script>', "a b", "", "evil.example/..", "a,b"])
def test_a_host_that_is_no_host_is_refused(app, host):
    status, text, _ = ask(app, "GET", "/", Host=host)
    assert status == 400 and "<script" not in text


def test_every_answer_has_the_security_headers(app):
    for method, path in (
        ("GET", "/"),
        ("GET", "/nothing"),
        ("GET", "/page/assets/interface/predict/live_answer.js"),
        ("PUT", "/"),
        ("POST", "/page/read"),
    ):
        _, _, headers = ask(app, method, path, b"" if method == "POST" else None)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
        assert headers["Referrer-Policy"] == "same-origin"
        policy = dict(one.strip().split(" ", 1) for one in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == policy["frame-ancestors"] == "'self'" and policy["object-src"] == "'none'"
        assert "http" not in headers["Content-Security-Policy"]
