"""The training digits most like an image: alike they are, and without MNIST there is a sentence instead."""

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from interface.predict import routes
from model import datasets
from model.nearest_neighbours import nearest
from model.recogniser import load


def test_a_training_digit_is_nearest_to_itself(mnist):
    first, *others = nearest(datasets.unit(mnist.train.images[7:8])[0])
    assert first.label == mnist.train.labels[7]
    assert (first.image == mnist.train.images[7]).all()
    assert first.similarity == pytest.approx(1, abs=1e-5)
    assert sorted((one.similarity for one in others), reverse=True) == [one.similarity for one in others]


def test_the_nearest_digit_of_a_test_image_usually_is_the_same_digit(mnist):
    images, labels = datasets.unit(mnist.test.images[:200]), mnist.test.labels[:200]
    right = sum(nearest(image)[0].label == label for image, label in zip(images, labels, strict=True))
    assert right >= 190


def test_a_fainter_image_has_the_same_neighbours(mnist):
    image = datasets.unit(mnist.test.images[:1])[0]
    assert [one.similarity for one in nearest(image / 2)] == pytest.approx(
        [one.similarity for one in nearest(image)], abs=1e-5
    )


def test_no_ink_is_near_nothing(mnist):
    assert nearest(np.zeros((28, 28), np.float32)) == []


def client() -> TestClient:
    server = Starlette(routes=routes.routes({"cnn": load("cnn")}))
    server.auth = None
    return TestClient(server)


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
