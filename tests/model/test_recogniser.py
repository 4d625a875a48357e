"""The whole path: drawings of digits are read, other drawings are not taken for digits, and custom models stay uncalibrated."""

import json
import shutil

import numpy as np
import pytest
from sklearn.datasets import load_digits

from model import calibration, datasets, labelled_drawings, recogniser
from model.training import negatives, rendering


@pytest.fixture(scope="module")
def cnn():
    return recogniser.load("cnn")


@pytest.mark.parametrize("digit", range(10))
def test_labelled_drawings_are_read(cnn, digit):
    reading = cnn.read(labelled_drawings.pad(digit))
    assert (reading.text, reading.verdict) == (str(digit), "sure")


@pytest.mark.parametrize("digit", [2, 3, 7])
@pytest.mark.parametrize("centre", [(75, 75), (200, 90), (120, 205)])
def test_place_leaves_the_answer(cnn, digit, centre):
    assert cnn.read(labelled_drawings.pad(digit, 110, centre)).text == str(digit)


@pytest.mark.parametrize("brush", [4, 8, 14, 20])
def test_brush_leaves_the_answer(cnn, brush):
    assert "".join(cnn.read(labelled_drawings.pad(d, 170, brush=brush)).text for d in range(10)) == "0123456789"


@pytest.mark.parametrize("size", [45, 90, 180, 240])
def test_size_leaves_the_answer(cnn, size):
    assert (
        "".join(cnn.read(labelled_drawings.pad(d, size, brush=max(4, size / 12))).text for d in range(10))
        == "0123456789"
    )


def test_polarity_and_colour_leave_the_answer(cnn):
    for digit in range(10):
        picture = labelled_drawings.pad(digit)
        blue_on_yellow = np.where(picture < 128, (30, 60, 200), (250, 240, 180)).astype(np.uint8)
        assert cnn.read(255 - picture).text == str(digit)
        assert cnn.read(blue_on_yellow).text == str(digit)


def test_digits_in_a_row_are_read_in_order(cnn):
    assert cnn.read(labelled_drawings.row("2097")).text == "2097"


def test_an_ink_in_which_stands_what_another_reader_read_is_the_last(cnn, monkeypatch):
    inks = [255 - row[..., 0] for row in (labelled_drawings.row("305"), labelled_drawings.row("712"))]
    tried = []

    def candidates(picture):
        for number, ink in enumerate(inks):
            tried.append(number)
            yield ink, 0.5

    monkeypatch.setattr(recogniser.ink, "candidates", candidates)
    picture = np.full((*inks[0].shape, 3), 255, np.uint8)
    for expected, last in (("", 1), ("305", 0), ("712", 1)):
        tried.clear()
        assert cnn.read(picture, expected=expected).text in (expected or "305712") and tried[-1] == last


def test_lines_are_read_from_top_to_bottom(cnn):
    assert cnn.read(np.vstack([labelled_drawings.row("305"), labelled_drawings.row("712")])).text == "305\n712"


def test_boxes_lie_around_the_digits(cnn):
    (digit,) = cnn.read(labelled_drawings.pad(7, 100, (70, 200), brush=10)).digits
    x, y, width, height = digit.box
    assert abs(x + width / 2 - 70) < 5 and abs(y + height / 2 - 200) < 5 and abs(height - 110) < 8


@pytest.mark.parametrize("level", [0, 128, 255])
def test_blank_paper_is_empty(cnn, level):
    reading = cnn.read(np.full((280, 280, 3), level, np.uint8))
    assert (reading.verdict, reading.text, reading.digits) == ("empty", "", ())


@pytest.mark.parametrize("shape", [(1, 1, 3), (4, 1, 3), (1, 4, 3), (1, 5000, 3), (5000, 1, 3), (3, 2, 3)])
def test_odd_shapes_are_no_problem(cnn, shape):
    reading = cnn.read(np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8))
    assert reading.ink.ndim == 2 and reading.verdict in ("sure", "unsure", "not a digit", "empty")
    for x, y, width, height in (digit.box for digit in reading.digits):
        assert 0 <= x < x + width <= shape[1] and 0 <= y < y + height <= shape[0]


def test_scribbles_are_not_claimed_to_be_digits(cnn):
    rng = np.random.default_rng(2024)
    inks = [negatives.scribble(rng, None) for _ in range(60)]
    verdicts = [cnn.read(np.repeat(255 - ink[..., None], 3, axis=2)).verdict for ink in inks]
    assert verdicts.count("sure") <= 3


def test_probabilities_sum_to_one(cnn):
    images = np.random.default_rng(0).random((20, 28, 28)).astype(np.float32)
    digits, not_digit = cnn.probabilities(images)
    assert digits.shape == (20, 10) and np.allclose(digits.sum(axis=1), 1, atol=1e-5)
    assert ((not_digit >= 0) & (not_digit <= 1)).all()


def test_an_image_is_read_as_it_is(cnn, mnist):
    image = datasets.unit(mnist.test.images[0])
    (digit,) = cnn.read_image(image).digits
    assert np.array_equal(digit.image, image)
    assert np.allclose(digit.probabilities, cnn.probabilities(image[None])[0][0])


def test_scans_of_another_kind_are_read(cnn):
    """scikit-learn's 8×8 scans: other people, another scanner, a tenth of the pixels."""
    digits = load_digits()
    chosen = slice(0, 400)
    pictures = (digits.images[chosen] * 255 / 16).astype(np.uint8)
    right = [
        cnn.read(np.repeat(p[..., None], 3, axis=2)).text == str(t)
        for p, t in zip(pictures, digits.target[chosen], strict=True)
    ]
    assert np.mean(right) > 0.90


def test_pen_drawings_of_unseen_writers_are_read(cnn, pendigits):
    """The bar of the foundation is 94 %; the card states the measured figure."""
    inks, labels = rendering.pen_on_pads(datasets.HELD_OUT_WRITERS, seed=7, brush=(6, 20), size=(0.3, 0.85))
    right = [
        cnn.read(np.repeat(255 - i[..., None], 3, axis=2)).text == str(d)
        for i, d in zip(inks[:400], labels, strict=False)
    ]
    assert np.mean(right) > 0.96


def test_a_model_without_a_card_is_not_called_calibrated(tmp_path):
    path = tmp_path / "mine.tflite"
    path.write_bytes(recogniser.load("classic").path.read_bytes())
    model = recogniser.load(str(path))
    assert not model.calibrated and model.calibration == calibration.UNCALIBRATED
    assert model.read(labelled_drawings.pad(0)).text == "0"


@pytest.mark.parametrize("damage", [{"not_digit": None}, {"not_digit": "0.9"}, {"sure": 0}, {"sure": []}])
def test_a_card_without_its_numbers_is_damaged(tmp_path, damage):
    classic = recogniser.load("classic")
    shutil.copy(classic.path, tmp_path)
    card = json.loads(classic.path.with_name("card.json").read_text("utf-8"))
    card["thresholds"] |= damage
    (tmp_path / "card.json").write_text(json.dumps(card), "utf-8")
    with pytest.raises(recogniser.ModelError, match="card.json is damaged"):
        recogniser.Recogniser("mine", tmp_path / classic.path.name)


def test_an_unknown_model_is_one_sentence():
    with pytest.raises(recogniser.ModelError, match="There is no model 'resnet'"):
        recogniser.load("resnet")
