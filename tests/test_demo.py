"""The app without a browser: its flags, the routes that answer the page, the endpoint for programs."""

import subprocess
import sys
import urllib.error
import urllib.request
from base64 import b64decode

import cv2
import gradio
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo import main
from evaluation.runner import Evaluations
from interface import assets
from interface.predict import routes, tab
from interface.predict.examples.draw import one, pictures, row
from interface.server.command_line import parse_flags
from model.recogniser import load, shipped
from tests.conftest import ROOT, aside


@pytest.fixture(scope="module")
def models():
    return {name: load(name) for name in shipped()}


@pytest.fixture(scope="module")
def client(models):
    server = Starlette(routes=[assets.route(), *routes.routes(models)])
    server.auth = None  # what Gradio's app has without --auth
    return TestClient(server)


def png(picture: np.ndarray) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


# ---- the routes ----


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


def test_an_evaluation_stands_back_while_a_drawing_is_read(models, monkeypatch):
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


def test_why_has_a_weight_for_each_pixel_and_a_sentence(client):
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:24, 13:16] = 255
    why = client.post("/page/why", content=pixels.tobytes()).json()
    weights = np.array(why["weights"]).reshape(28, 28)
    assert np.abs(weights).max() == pytest.approx(1, abs=1e-3)
    assert not weights[pixels == 0].any()
    assert why["note"].endswith(".")


def test_assets_come_without_the_way_out_of_their_folder(client):
    assert client.get("/page/assets/interface/predict/pad.js").headers["content-type"].startswith("text/javascript")
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


# ---- the endpoint for programs ----


def test_read_returns_the_command_lines_fields(models, tmp_path):
    def read(content: bytes, model: str) -> dict:
        file = tmp_path / "sent"
        file.write_bytes(content)
        return aside(tab.reader(models), str(file), model)

    found = read(png(one("7")), next(iter(models)))
    assert found["text"] == "7"
    assert set(found) == {"text", "verdict", "digits", "error"}
    assert set(found["digits"][0]) == {"digit", "probability", "verdict", "box"}
    assert read(b"text", next(iter(models)))["verdict"] is None
    with pytest.raises(gradio.Error, match="no such model"):
        read(png(one("7")), "/etc/passwd")


def test_read_can_be_called_as_documented(app, tmp_path):
    from gradio_client import Client, handle_file

    file = tmp_path / "seven.png"
    file.write_bytes(png(one("7")))
    programs = Client(app, verbose=False)
    assert list(programs.view_api(return_format="dict")["named_endpoints"]) == ["/read"]
    assert programs.predict(image=handle_file(file), api_name="/read")["text"] == "7"


def test_a_program_cannot_read_files_of_the_machine(app):
    body = b'{"data": [{"path": "/etc/hostname", "meta": {"_type": "gradio.FileData"}}, "classic"]}'
    request = urllib.request.Request(f"{app}/gradio_api/run/read", body, {"Content-Type": "application/json"})
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(request)


# ---- the command ----


def test_flags_have_the_documented_defaults():
    given = parse_flags([])
    assert (given.host, given.port, given.share, given.auth, given.model, given.root_path) == (
        "127.0.0.1",
        None,
        False,
        None,
        [],
        None,
    )
    assert parse_flags(["--auth", "ann:a:b"]).auth == ("ann", "a:b")
    assert parse_flags(["--model", "classic", "mine.tflite"]).model == ["classic", "mine.tflite"]


def test_a_wrong_model_is_one_sentence_and_exit_code_2(capsys):
    assert main(["--model", "nothing"]) == 2
    said = capsys.readouterr().err
    assert "nothing" in said and said.count("\n") == 1


def test_a_file_with_the_name_of_another_model_is_refused_not_hidden(tmp_path, capsys):
    file = tmp_path / f"{shipped()[0]}.tflite"
    file.write_bytes(load(shipped()[0]).path.read_bytes())
    assert main(["--model", str(file)]) == 2
    assert "rename the file" in capsys.readouterr().err


def test_a_taken_port_is_one_sentence_and_exit_code_2(app, capsys):
    assert main(["--port", app.rsplit(":")[-1]]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_share_without_a_network_is_one_sentence_and_runs_on(monkeypatch, capsys):
    def unreachable(**_):
        raise OSError("no network")

    monkeypatch.setattr("gradio.networking.setup_tunnel", unreachable)
    monkeypatch.setattr("gradio.Blocks.block_thread", lambda self: self.close())
    assert main(["--share"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if "link" in line.lower()] == [
        "No public link could be made: the link service cannot be reached. The address above works."
    ]


def test_a_login_guards_every_route(start_app):
    address = start_app("--auth", "ann:secret")
    for path, body in (
        ("/page/read", png(one("7"))),
        ("/page/image", b"\0" * 784),
        ("/page/why", b"\0" * 784),
        ("/gradio_api/run/read", b"{}"),
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(address + path, body, {"Content-Type": "application/json"}))
        assert refused.value.code == 401
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    opener.open(f"{address}/login", b"username=ann&password=secret").read()
    assert b'"text":"7"' in opener.open(urllib.request.Request(f"{address}/page/read", png(one("7")))).read()


def test_nothing_is_exposed_that_gradio_exposes_by_default(app):
    for path in ("/openapi.json", "/docs", "/redoc", "/monitoring", "/gradio_api/runs"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(app + path)
        assert refused.value.code in (403, 404, 405), path


def test_the_app_starts_without_tensorflow_and_writes_nothing_beside_its_source():
    code = "import sys, demo; print([name for name in ('tensorflow', 'keras') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
    assert not list((ROOT / "interface").glob("*.pyi"))
