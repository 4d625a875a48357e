"""The routes of the Predict tab without a browser: what each answers, and what it refuses."""

from base64 import b64decode

import cv2
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from evaluation.runner import Evaluations
from interface import assets
from interface.predict import routes
from interface.predict.examples.draw import one, pictures, row
from model.page_reader import witness
from model.recogniser import load, shipped
from tests.browser import png


@pytest.fixture(scope="module")
def models():
    return {name: load(name) for name in shipped()}


@pytest.fixture(scope="module")
def client(models):
    server = Starlette(routes=[assets.route(), *routes.routes(models)])
    server.auth = None  # what Gradio's app has without --auth
    return TestClient(server)


def test_a_drawing_gets_an_answer_with_everything_the_page_shows(client, models):
    answer = client.post("/page/read", content=png(one("7"))).json()
    assert answer["text"] == "7"
    assert answer["model"] == next(iter(models))
    assert answer["size"] == [280, 280]
    assert answer["picture"] is None  # the page has its own drawing
    [digit] = answer["digits"]
    assert digit["digit"] == 7
    assert len(digit["probabilities"]) == 10
    assert sum(digit["probabilities"]) == pytest.approx(1, abs=2e-3)
    assert len(b64decode(digit["image"])) == 28 * 28
    x, y, width, height = digit["box"]
    assert 70 < x < 100 and 40 < y < 70 and 90 < width < 140 and 160 < height < 200


def test_a_picture_that_is_opened_has_both_readers_and_a_drawing_one(client, models, monkeypatch):
    """With the page's own parameters: everything that it sends is numbered, for a newer one takes its place."""
    asked = []
    monkeypatch.setattr(witness, "read", lambda model, picture: asked.append(picture.shape) or model.read(picture))
    client.post("/page/read?pad=x&stroke=1&show=large", content=png(one("7")))
    assert asked == [(280, 280, 3)]
    client.post("/page/read?pad=x&stroke=2&drawing=1", content=png(one("7")))
    assert len(asked) == 1


def test_an_evaluation_pauses_while_a_drawing_is_read(models, monkeypatch):
    evaluations, seen = Evaluations(), []
    server = Starlette(routes=routes.routes(models, evaluations))
    server.auth = None
    monkeypatch.setattr(routes, "answer_json", lambda *_: seen.append(evaluations.urgent()) or {})
    TestClient(server).post("/page/read", content=png(one("7")))
    assert (seen, evaluations.urgent()) == ([True], False)


def test_a_brief_answer_says_whether_it_left_something_out(client):
    seven = client.post("/page/read?brief=1", content=png(one("7"))).json()
    assert (seven["text"], seven["brief"]) == ("7", False)
    touching = np.minimum(one("7"), np.roll(one("7"), 75, axis=1))
    assert client.post("/page/read?brief=1", content=png(touching)).json()["brief"] is True
    assert client.post("/page/read", content=png(touching)).json()["brief"] is False


def test_a_blank_pad_is_empty_not_an_error(client):
    answer = client.post("/page/read", content=png(np.full((280, 280, 3), 255, np.uint8))).json()
    assert (answer["text"], answer["verdict"], answer["digits"]) == ("", "empty", [])


def test_every_offered_model_can_be_asked_by_name(client, models):
    for name in models:
        assert client.post(f"/page/read?model={name}", content=png(one("7"))).json()["model"] == name


def test_an_opened_picture_comes_back_as_it_was_understood(client):
    answer = client.post("/page/read?show=large", content=png(row("71"))).json()
    assert answer["picture"].startswith("data:image/jpeg;base64,")


@pytest.mark.parametrize("body", [b"", b"text", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, png(one("7"))[:600], b"<svg/>"])
def test_a_file_that_cannot_be_read_gets_one_sentence(client, body):
    response = client.post("/page/read", content=body)
    assert response.status_code == 200
    assert set(response.json()) == {"error"}
    assert "\n" not in response.json()["error"] and len(response.json()["error"]) < 200


@pytest.mark.parametrize("name", ["nothing", "../classic", "/etc/passwd", "model/trained/classic/classic.tflite"])
def test_only_offered_models_can_be_named(client, name):
    response = client.post("/page/read", params={"model": name}, content=png(one("7")))
    assert response.status_code == 404
    assert name not in response.json()["error"]


def test_a_body_over_the_limit_is_refused_while_it_arrives(client):
    sent = 0

    def body():
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b"\0" * 2**20

    assert client.post("/page/read", content=body()).status_code == 413


def test_a_28_by_28_image_is_read_exactly_as_it_is(client, models):
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:24, 13:16] = 255
    answer = client.post("/page/image", content=pixels.tobytes()).json()
    assert b64decode(answer["digits"][0]["image"]) == pixels.tobytes()
    digits, _ = next(iter(models.values())).probabilities(pixels[None].astype(np.float32) / 255)
    assert answer["digits"][0]["probabilities"] == pytest.approx(digits[0], abs=1e-4)


@pytest.mark.parametrize("route", ["image", "why"])
def test_an_image_of_another_size_is_refused(client, route):
    assert client.post(f"/page/{route}", content=b"\0" * 783).status_code == 422


def test_an_explanation_has_a_weight_for_each_pixel_and_a_sentence(client):
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:24, 13:16] = 255
    why = client.post("/page/why", content=pixels.tobytes()).json()
    weights = np.array(why["weights"]).reshape(28, 28)
    assert np.abs(weights).max() == pytest.approx(1, abs=1e-3)
    assert not weights[pixels == 0].any()
    assert why["note"].endswith(".")


def test_assets_are_served_and_no_other_file(client):
    assert client.get("/page/assets/interface/page/pad.js").headers["content-type"].startswith("text/javascript")
    for path in (
        "/page/assets/interface/../demo.py",
        "/page/assets/interface/predict/routes.py",
        "/page/examples/..%2flive.py",
        "/page/assets//etc/passwd",
    ):
        assert client.get(path).status_code == 404


def test_every_listed_example_is_there_and_is_what_the_script_draws(client):
    names = client.get("/page/examples").json()
    assert names == list(pictures())
    for name, drawn in pictures().items():
        stored = cv2.imdecode(np.frombuffer(client.get(f"/page/examples/{name}").content, np.uint8), cv2.IMREAD_COLOR)
        assert np.abs(stored.astype(int) - drawn).mean() < 3  # JPEG is not exact
