"""The route that takes test sets, and how many are held."""

from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from interface.evaluate import uploaded_test_sets
from tests.evaluation.test_picture_archive import packed, png


class App(Starlette):
    """With what Gradio's app has for its login; nobody has logged in."""

    auth: Callable | None = None
    cookie_id = "c"
    tokens: dict[str, str] = {}


@pytest.fixture
def client():
    return TestClient(App(routes=uploaded_test_sets.routes(uploaded_test_sets.UploadedTestSets())))


def test_the_route_takes_a_zip_and_gives_it_a_secret_name(client):
    content = packed({"7/x.png": png(7)})
    first = client.post("/page/testset?name=a.zip", content=content).json()
    second = client.post("/page/testset?name=a.zip", content=content).json()
    assert first["files"] == 1 and len(first["test_set"]) >= 20 and first["test_set"] != second["test_set"]


def test_the_route_refuses_what_is_no_zip_and_what_is_too_large(client, monkeypatch):
    assert "not a whole zip" in client.post("/page/testset", content=b"x").json()["error"]
    monkeypatch.setattr(uploaded_test_sets, "MOST_PACKED", 1000)
    assert "send fewer" in client.post("/page/testset", content=bytes(2000)).json()["error"]


def test_the_route_wants_the_login_that_the_page_wants(client):
    client.app.auth = lambda *_: True
    assert client.post("/page/testset", content=b"x").status_code == 401


def test_only_the_newest_sets_are_held():
    sets = uploaded_test_sets.UploadedTestSets()
    secrets = [sets.add("x", packed({"7/x.png": png(7)}))[0] for _ in range(uploaded_test_sets.HELD + 1)]
    assert sets.get(secrets[0]) is None and sets.get(secrets[-1]) is not None
    assert all(sets.get(wrong) is None for wrong in (None, 3, [], {}, "guess"))


def test_a_name_is_short_and_printable():
    assert uploaded_test_sets.printable("a\x00b\n\u202ec" + "x" * 100) == "abc" + "x" * 57
    assert uploaded_test_sets.printable(" \n ") == "your pictures"
