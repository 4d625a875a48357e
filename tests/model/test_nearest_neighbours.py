"""Nearest neighbours: the training digits most similar to an image."""

import numpy as np
import pytest

from model import datasets
from model.nearest_neighbours import nearest


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
