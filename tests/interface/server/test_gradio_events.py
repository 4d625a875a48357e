"""Gradio's events: a stranger can call those that the page has, and nothing else of them."""

import json
import urllib.error
import urllib.request

import pytest

from tests.interface.server.requests import SECRETS, ask, post


@pytest.mark.parametrize("number", [-1, 999, 10**40, "0", True, None, 1.0, [0], {}])
def test_an_event_that_does_not_exist_is_not_found(app, number):
    asked = {"data": [None], "fn_index": number, "session_hash": "attacker"}
    for route in ("/gradio_api/queue/join", "/gradio_api/run/predict"):
        assert post(app, route, asked)[0] == 404


@pytest.mark.parametrize("name", ["run", "choose", "fetch", "report_file", "cards", "predict", "lambda"])
def test_hidden_events_cannot_be_called_by_name(app, name):
    for route in ("call", "call/v2", "api"):
        assert post(app, f"/gradio_api/{route}/{name}", {"data": [None]})[0] == 404
    assert post(app, f"/gradio_api/run/{name}", {"data": [None]})[0] == 404


def test_an_event_of_the_queue_cannot_be_called_past_it(app, events):
    for event in events:
        if event["queue"]:
            asked = {"data": [None], "fn_index": event["id"], "session_hash": "attacker"}
            assert post(app, "/gradio_api/run/predict", asked)[0] == 404


HOSTILE = [
    None,
    {"model": "../../etc/passwd"},
    {"model": {"$ne": 1}, "test_set": ["x"]},
    {"true": -5, "predicted": 1e99, "page": 10**12, "sort": "__class__", "kind": "<script>"},
    {"test_set": "x" * 5000, "n": True, "other": "run ../../../../etc/passwd", "run": 1},
    "text",
    [[[[]]]],
]


@pytest.mark.parametrize("sent", HOSTILE)
def test_no_event_fails_over_what_a_page_would_never_send(app, events, sent):
    for event in events:
        if not event["queue"]:
            for data in ([None], [], ["x"], [{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}, "cnn"]):
                asked = {"data": data, "fn_index": event["id"], "session_hash": "attacker1", "event_data": sent}
                _, text, _ = post(app, "/gradio_api/run/predict", asked)
                assert not any(secret in text for secret in SECRETS)
    assert ask(app, "GET", "/healthz")[0] == 200


@pytest.mark.parametrize(
    "name", ["__init__", "preprocess", "get_config", "as_example", "report_file.__globals__", "_is_server_fn"]
)
def test_only_the_one_server_function_can_be_called(app, name):
    layout = json.loads(ask(app, "GET", "/config")[1])["components"]
    for component in layout:
        asked = {"data": {}, "component_id": component["id"], "session_hash": "attacker2", "fn_name": name}
        assert post(app, "/gradio_api/component_server", asked)[0] in (404, 429)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 60_000, b'{"fn_index":' + b"9" * 5000 + b"}"]
)
def test_a_request_that_is_no_event_is_refused_in_a_sentence(app, body):
    status, text, _ = ask(app, "POST", "/gradio_api/run/predict", body, Content_Type="application/json")
    assert status in (400, 404)
    assert json.loads(text)["error"].endswith(".")


def test_documentation_and_monitoring_of_the_api_are_not_served(app):
    for path in (
        "/openapi.json",
        "/gradio_api/openapi.json",
        "/docs",
        "/redoc",
        "/monitoring",
        "/gradio_api/runs",
        "/metrics",
    ):
        assert ask(app, "GET", path)[0] == 404


def test_nothing_is_exposed_that_gradio_exposes_by_default(app):
    for path in ("/openapi.json", "/docs", "/redoc", "/monitoring", "/gradio_api/runs"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(app + path)
        assert refused.value.code in (403, 404, 405), path
