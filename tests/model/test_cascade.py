"""The cascade: what is clear to the student it answers, everything else, and all ink of pictures, goes to the large network."""

import json
import shutil

import numpy as np
import pytest

from model import cascade, datasets, labelled_drawings, recogniser
from model.inference import ModelError
from model.test_time_augmentation import with_second_look


@pytest.fixture(scope="module")
def cnn():
    return recogniser.load("cnn")


@pytest.fixture(scope="module")
def images(mnist):
    return datasets.unit(mnist.train.images[datasets.HELD_OUT :][:1000])


def test_clear_images_are_the_students_and_the_others_the_networks(cnn, images):
    digits, none = cnn.probabilities(images)
    quick, quick_none, clear = cnn.student(images)
    slow, slow_none = cnn.calibration.apply(with_second_look(cnn.engine, images[~clear], enough=cnn.student.enough))
    assert 0.5 < clear.mean() < 1
    assert np.array_equal(digits[clear], quick[clear]) and np.array_equal(none[clear], quick_none[clear])
    assert np.allclose(digits[~clear], slow, atol=1e-6) and np.allclose(none[~clear], slow_none, atol=1e-6)


def test_whatever_the_student_answers_is_sure(cnn, images):
    digits, none, clear = cnn.student(images)
    assert set(cnn.verdicts(digits[clear], none[clear])) == {"sure"}
    assert cnn.student.clear >= cnn.calibration.sure


def test_an_image_gets_the_same_answer_alone_and_among_others(cnn, images):
    together = cnn.probabilities(images[:40])[0]
    alone = np.concatenate([cnn.probabilities(image[None])[0] for image in images[:40]])
    assert np.allclose(together, alone, atol=1e-6)


def test_ink_is_read_by_the_network_alone(cnn):
    for digit in range(10):
        picture = labelled_drawings.pad(digit)
        ours, alone = cnn.read(picture), cnn.alone().read(picture)
        assert np.array_equal(ours.digits[0].probabilities, alone.digits[0].probabilities)


def test_the_accuracy_is_that_of_the_network_alone(cnn, mnist):
    images, labels = datasets.unit(mnist.test.images), mnist.test.labels
    right = [(model.probabilities(images)[0].argmax(axis=1) == labels).mean() for model in (cnn, cnn.alone())]
    assert abs(right[0] - right[1]) <= 1e-4


def test_no_images_are_no_problem(cnn):
    digits, none = cnn.probabilities(np.zeros((0, 28, 28), np.float32))
    assert digits.shape == (0, 10) and none.shape == (0,)


def test_a_student_answers_for_its_own_teacher_alone(cnn, tmp_path):
    assert recogniser.load("classic").student is None
    assert cascade.student_of("0" * 64) is None
    assert cascade.student_of(cnn.weights_sha256, tmp_path / "nowhere") is None
    folder = tmp_path / "student"
    shutil.copytree(cascade.STUDENT, folder)
    card = json.loads((folder / "card.json").read_text("utf-8"))
    card["files"]["student.tflite"] = "0" * 64
    (folder / "card.json").write_text(json.dumps(card), "utf-8")
    with pytest.raises(ModelError, match="not the file"):
        cascade.student_of(cnn.weights_sha256, folder)


def test_a_helper_is_no_model_to_choose():
    assert recogniser.shipped() == ["cnn", "classic"]
