"""The second look: which images get one, what it sees, and what it may change."""

import numpy as np
import pytest

from benchmarks import pictures
from evaluation.__main__ import main
from model import datasets, recogniser, test_time_augmentation


class Network:
    """Answers every image with the next of the given rows, and keeps the images."""

    def __init__(self, *rows):
        self.rows, self.calls = list(rows), []

    def __call__(self, images):
        self.calls.append(images.copy())
        return np.array([self.rows.pop(0) for _ in images], np.float32)


def outputs(**chances):
    """Eleven outputs with `d3=0.6`: six tenths for 3; the last is for no digit."""
    row = np.full(11, 1e-6)
    for name, chance in chances.items():
        row[int(name[1:])] = chance
    return row


IMAGE = np.zeros((1, 28, 28), np.float32)
IMAGE[0, 5:20, 12:15] = 1


def test_what_the_network_is_certain_of_gets_no_second_look():
    network = Network(outputs(d3=0.96))
    assert test_time_augmentation.with_second_look(network, IMAGE).argmax() == 3
    assert len(network.calls) == 1


def test_the_mean_of_all_outputs_decides_which_digit_it_is_and_the_first_whether_it_is_one():
    first = outputs(d3=0.45, d5=0.35, d10=0.2)
    found = test_time_augmentation.with_second_look(Network(first, *[outputs(d5=0.7, d3=0.1, d10=0.2)] * 6), IMAGE)[0]
    assert found[:10].argmax() == 5
    assert found[10] == pytest.approx(0.2)
    assert found.sum() == pytest.approx(first.sum(), abs=1e-6)
    expected = (0.45 * 0.1**6) ** (1 / 7) / (0.35 * 0.7**6) ** (1 / 7)
    assert found[3] / found[5] == pytest.approx(expected, rel=1e-4)


def test_only_doubtful_images_get_a_second_look():
    network = Network(outputs(d1=0.99), outputs(d7=0.6), *[outputs(d7=0.9)] * 6)
    found = test_time_augmentation.with_second_look(network, np.concatenate([IMAGE * 0.5, IMAGE]))
    assert [len(images) for images in network.calls] == [2, 6]
    assert network.calls[1].max() == 1  # the second image's
    assert found.argmax(axis=1).tolist() == [1, 7]


def test_a_mean_that_is_certain_enough_is_looked_at_no_further():
    certain, torn = outputs(d7=0.9, d1=0.05), outputs(d7=0.5, d1=0.5)
    network = Network(outputs(d7=0.6, d1=0.3), torn, *[certain, torn] * 2, *[torn] * 4)
    found = test_time_augmentation.with_second_look(network, np.concatenate([IMAGE, IMAGE * 0.5]), enough=0.75)
    assert [len(images) for images in network.calls] == [2, 4, 2, 2]
    assert all(images.max() == 0.5 for images in network.calls[2:])  # the second image's alone
    assert found[0].argmax() == 7 and found[0, 7] > 0.75 > found[1].max()


def test_a_limit_that_nothing_reaches_changes_nothing():
    rows = [outputs(d7=0.6, d1=0.3), *[outputs(d7=0.5, d1=chance) for chance in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)]]
    at_once, in_pairs = (
        test_time_augmentation.with_second_look(Network(*rows), IMAGE, enough=enough) for enough in (None, 1)
    )
    assert np.allclose(at_once, in_pairs, atol=1e-7)


def test_the_variations_are_a_pixel_away_and_turned():
    seen = test_time_augmentation.moved(IMAGE)
    for image, (right, down, degrees) in zip(seen, test_time_augmentation.VARIATIONS, strict=True):
        if not degrees:
            assert np.array_equal(image, np.roll(IMAGE[0], (down, right), axis=(0, 1)))
        else:
            assert not np.array_equal(image, IMAGE[0])
            assert image.sum() == pytest.approx(IMAGE.sum(), rel=0.02)
    left, right = seen[-2:]  # a stroke above the middle leans to one side or the other
    centre = [(image.sum(axis=0) * np.arange(28)).sum() / image.sum() for image in (left, right)]
    assert abs(centre[0] - centre[1]) > 0.2


def test_pixels_on_the_edge_go_on_beyond_it():
    assert np.allclose(test_time_augmentation.moved(np.full((2, 28, 28), 0.3, np.float32)), 0.3)


def test_an_empty_batch_works():
    assert test_time_augmentation.with_second_look(
        lambda images: np.zeros((len(images), 11), np.float32), IMAGE[:0]
    ).shape == (
        0,
        11,
    )


def test_held_out_images_are_read_better_with_a_second_look(mnist):
    model, unseen = recogniser.load(), pictures.held_out_mnist()
    images, labels = datasets.unit(unseen.images), unseen.labels
    errors, without = (
        (m.probabilities(images)[0].argmax(1) != labels).sum() for m in (model.alone(), model.alone(second_look=False))
    )
    assert errors < without
    assert model.second_look, "the loaded model itself stays as it is"


def test_only_the_convolutional_model_takes_second_looks():
    assert not recogniser.load("classic").second_look
    assert not recogniser.load(str(recogniser.TRAINED / "classic" / "classic.tflite")).second_look


@pytest.mark.slow
def test_the_evaluation_states_the_second_look_and_can_leave_it_out(capsys, mnist):
    assert main([]) == 0
    assert "second look" in capsys.readouterr().out
    assert main(["--one-look"]) == 0
    assert "second look" not in capsys.readouterr().out
