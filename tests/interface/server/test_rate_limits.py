"""How often a visitor, and all visitors together, are served within a minute."""

import pytest

from interface.server.limits import LIMITS
from interface.server.rate_limits import RateLimiter, RateLimitExceeded
from tests.interface.server.filtered_app import client, filtered
from tests.interface.server.requests import ask, post


def test_a_visitor_has_a_limit_and_all_together_have_one():
    limiter = RateLimiter()
    for _ in range(LIMITS.test_sets.per_visitor):
        limiter.count(LIMITS.test_sets, "ann")
    with pytest.raises(RateLimitExceeded, match="You have sent") as refused:
        limiter.count(LIMITS.test_sets, "ann")
    assert 1 <= refused.value.retry_after <= 60
    with pytest.raises(RateLimitExceeded, match="everybody"):
        for n in range(LIMITS.test_sets.for_everyone):
            limiter.count(LIMITS.test_sets, f"other {n}")


def test_a_visitor_may_go_on_after_the_seconds_named_and_is_forgotten_after_a_minute():
    now = 0.0
    limiter = RateLimiter(lambda: now)
    for _ in range(LIMITS.test_sets.per_visitor):
        limiter.count(LIMITS.test_sets, "ann")
        now += 1
    with pytest.raises(RateLimitExceeded) as refused:
        limiter.count(LIMITS.test_sets, "ann")
    now += refused.value.retry_after
    limiter.count(LIMITS.test_sets, "ann")
    now += 200
    limiter.count(LIMITS.test_sets, "bob")
    assert not any("ann" in key for key in limiter._times)


def test_a_visitor_over_the_limit_must_wait_and_others_need_not(app):
    asked = {"data": [None], "fn_index": 0, "session_hash": "attacker3", "event_id": "x"}
    answers = [post(app, "/gradio_api/cancel", asked) for _ in range(LIMITS.clicks.per_visitor + 1)]
    assert [status for status, _, _ in answers[:-1]].count(429) == 0
    status, text, headers = answers[-1]
    assert status == 429 and "please wait" in text and 1 <= int(headers["Retry-After"]) <= 60
    assert post(app, "/gradio_api/cancel", asked | {"session_hash": "visitor"})[0] == 200


def test_drawings_have_no_rate_limit(app):
    for _ in range(LIMITS.pictures.per_visitor + 10):
        assert ask(app, "POST", "/page/read?pad=artist", b"")[0] == 200


BIG = b"x" * (LIMITS.drawing_bytes + 1)


def test_a_forged_forwarded_header_makes_no_new_visitor():
    web = client(filtered())
    for n in range(LIMITS.pictures.per_visitor):
        assert web.post("/page/read", content=BIG, headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code == 200
    refused = web.post("/page/read", content=BIG, headers={"X-Forwarded-For": "10.9.9.9", "Forwarded": "for=10.9.9.8"})
    assert refused.status_code == 429


def test_new_pages_cannot_exceed_the_limit_for_everybody():
    web = client(filtered())
    answers = [
        web.post(f"/page/read?pad=page{n}", content=BIG).status_code for n in range(LIMITS.pictures.for_everyone + 1)
    ]
    assert answers[:-1].count(200) == LIMITS.pictures.for_everyone and answers[-1] == 429


def test_passwords_cannot_be_guessed_by_trying():
    web = client(filtered(auth={"ann": "secret"}))
    answers = [web.post("/login", data={"username": "ann", "password": str(n)}).status_code for n in range(40)]
    assert answers[-1] == 429 and answers.count(200) == LIMITS.logins.per_visitor
