"""What the operator sees: health, a line for each request, metrics."""

import re
import time
import urllib.error
import urllib.request

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from interface.server import health


def test_each_request_gets_a_line_without_what_was_sent_and_by_whom(start_app, tmp_path):
    address = start_app("--log", "--metrics", "--frame-ancestors", "https://example.org")
    urllib.request.urlopen(f"{address}/healthz?secret=1").close()
    urllib.request.urlopen(f"{address}/page/image?pad=somebody", bytes(784)).close()
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"{address}/a%0Aforged%20line")
    with urllib.request.urlopen(f"{address}/metrics") as answer:
        metrics = answer.read().decode()
    assert re.search(r'digits_requests_total\{method="POST",route="/page/image",status="200"\} 1', metrics)
    assert re.search(r'digits_requests_total\{method="GET",route="other",status="404"\} 1', metrics)
    assert "digits_evaluation_running 0" in metrics
    with urllib.request.urlopen(address) as answer:
        assert "frame-ancestors https://example.org" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] is None
    deadline = time.monotonic() + 20
    while "GET / 200" not in start_app.logs[address].read_text("utf-8") and time.monotonic() < deadline:
        time.sleep(0.1)  # a line follows its answer
    lines = start_app.logs[address].read_text("utf-8").splitlines()
    requests = [line for line in lines if re.match(r"\d{4}-\d\d-\d\dT[\d:]{8}Z ", line)]
    assert any(re.search(r"Z POST /page/image 200 [\d.]+ ms \d+ B$", line) for line in requests)
    assert not any(word in "\n".join(lines) for word in ("secret", "somebody", "forged", "127.0.0.1 "))


def test_health_is_503_when_the_model_does_not_answer():
    class Broken:
        def probabilities(self, images):
            raise RuntimeError("gone")

    answer = TestClient(Starlette(routes=[health.health_route(Broken())])).get("/healthz")
    assert answer.status_code == 503 and answer.json()["status"] == "the model does not answer: RuntimeError"
