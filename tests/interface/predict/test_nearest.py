"""The route of the nearest training digits: five labelled images, or one sentence without MNIST."""

from starlette.applications import Starlette
from starlette.testclient import TestClient

from interface.predict import routes
from model import datasets
from model.recogniser import load


class Server(Starlette):
    auth = None  # what Gradio's app has without --auth


def client() -> TestClient:
    return TestClient(Server(routes=routes.routes({"cnn": load("cnn")})))


def test_the_page_gets_five_labelled_images(mnist):
    found = client().post("/page/nearest", content=mnist.train.images[7].tobytes()).json()
    assert [set(one) for one in found["digits"]] == [{"digit", "image"}] * 5
    assert found["digits"][0]["digit"] == mnist.train.labels[7]


def test_without_mnist_the_page_gets_one_sentence_that_shows_no_path(monkeypatch):
    def missing(_):
        raise datasets.DataError("MNIST_DIR is /secret/folder, but there is nothing in it.")

    monkeypatch.setattr(routes, "nearest", missing)
    found = client().post("/page/nearest", content=b"\x01" * 784).json()
    assert found["digits"] == []
    assert "MNIST" in found["note"] and "secret" not in found["note"]


def test_an_image_of_another_size_is_refused():
    assert client().post("/page/nearest", content=b"\0" * 783).status_code == 422
