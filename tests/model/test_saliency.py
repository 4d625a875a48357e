"""The map of what spoke for an answer is faithful: the model itself agrees when the marked ink is taken away."""

import numpy as np
import pytest

from interface.predict.examples.draw import GLYPHS, one
from model.datasets import unit
from model.recogniser import load, shipped
from model.saliency import explain

DIGITS = [name for name in GLYPHS if name.isdigit()]


@pytest.fixture(scope="module", params=shipped())
def recogniser(request):
    return load(request.param)


def image_of(recogniser, name: str) -> np.ndarray:
    return recogniser.read(one(name)).digits[0].image


def without(image: np.ndarray, order: np.ndarray, share: float = 0.2) -> np.ndarray:
    """``image`` with the first ``share`` of its ink removed, pixels taken in ``order``."""
    inked = order[image.ravel()[order] > 0]
    left = image.ravel().copy()
    left[inked[: round(share * len(inked))]] = 0
    return left.reshape(28, 28)


def test_deleting_the_marked_ink_costs_the_answer_more_than_deleting_random_ink(recogniser):
    rng = np.random.default_rng(0)
    marked, random = [], []
    for name in DIGITS:
        image = image_of(recogniser, name)
        order = np.argsort(-explain(recogniser, image).weights.ravel())
        tries = np.stack([image, without(image, order), *(without(image, rng.permutation(784)) for _ in range(10))])
        digits, _ = recogniser.probabilities(tries)
        kept = digits[:, digits[0].argmax()]
        marked.append(kept[0] - kept[1])
        random.append(kept[0] - kept[2:].mean())
    assert np.mean(marked) > np.mean(random)


def test_weights_lie_on_the_ink_only_and_within_one(recogniser):
    image = image_of(recogniser, "3")
    weights = explain(recogniser, image).weights
    assert weights.shape == (28, 28) and weights.dtype == np.float32
    assert np.abs(weights).max() == pytest.approx(1)
    assert not weights[image == 0].any()


def test_an_image_without_ink_is_explained_in_words(recogniser):
    found = explain(recogniser, np.zeros((28, 28), np.float32))
    assert not found.weights.any()
    assert found.note == "There is no ink to explain."


def test_doubt_is_explained_by_the_ink_that_would_settle_it(mnist):
    recogniser = load()
    images = unit(mnist.test.images)
    digits, none = recogniser.probabilities(images)
    unsure = [index for index, verdict in enumerate(recogniser.verdicts(digits, none)) if verdict == "unsure"][:20]
    notes = [explain(recogniser, images[index]).note for index in unsure]
    settled = [note for note in notes if "makes it doubt: without it, this is surely a" in note]
    assert len(settled) >= 10
    assert all("without" in note.lower() or note.startswith("It stays") for note in notes)


def test_a_sure_answer_is_not_said_to_be_in_doubt(recogniser):
    for name in DIGITS:
        reading = recogniser.read(one(name))
        if reading.verdict == "sure":
            assert "doubt" not in explain(recogniser, reading.digits[0].image).note
