"""Custom models: files that people bring work whatever input they expect, or are refused with a sentence."""

import tempfile
from pathlib import Path

import numpy as np
import pytest

from model import custom_models, labelled_drawings, recogniser
from model.inference import ModelError


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    custom_models._cache.cache_clear()
    yield
    custom_models._cache.cache_clear()


def saved(path, change):
    """The classic network inside one that expects another input, as the `.keras` file of somebody else."""
    import keras

    classic = keras.models.load_model(recogniser.TRAINED / "classic" / "HandWrittneDigits.keras")
    shape, before, after = change
    image = keras.Input(shape)
    keras.Model(image, after(keras, classic(before(keras, image)))).save(path)
    return path


def rescaled(keras, image, scale, offset, shape=(28, 28)):
    return keras.layers.Reshape(shape)(keras.layers.Rescaling(scale, offset)(image))


EXPECTS_255 = ((28, 28), lambda k, x: rescaled(k, x, 1 / 255, 0), lambda k, y: y)
EXPECTS_DARK_INK = ((28, 28, 1), lambda k, x: rescaled(k, x, -1, 1), lambda k, y: y)
FLAT_WITHOUT_SOFTMAX = ((784,), lambda k, x: rescaled(k, x, 1, 0), lambda k, y: k.layers.Rescaling(8, -3)(y))
USELESS = ((28, 28), lambda k, x: rescaled(k, x, 0, 0), lambda k, y: y)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (EXPECTS_255, custom_models.Convention(255)),
        (EXPECTS_DARK_INK, custom_models.Convention(1, dark_ink=True)),
        (FLAT_WITHOUT_SOFTMAX, custom_models.Convention(1, softmax_missing=True)),
    ],
)
def test_its_convention_is_found_and_it_reads(tmp_path, change, expected):
    model = recogniser.load(str(saved(tmp_path / "mine.keras", change)))
    assert (model.name, model.convention, model.calibrated) == ("mine", expected, False)
    assert [model.read(labelled_drawings.pad(d)).text for d in (0, 1, 2, 7)] == ["0", "1", "2", "7"]
    images, _ = labelled_drawings.labelled()
    digits, _ = model.probabilities(images)
    assert np.allclose(digits.sum(axis=1), 1, atol=1e-5)


def test_it_is_converted_only_once(tmp_path, monkeypatch):
    path = saved(tmp_path / "mine.keras", EXPECTS_255)
    first = custom_models.as_tflite(path)
    monkeypatch.setattr(custom_models, "_convert", lambda *_: pytest.fail("converted again"))
    assert custom_models.as_tflite(path) == first
    assert first.parent == tmp_path / "cache" / "digits"


@pytest.mark.parametrize("folder", ["/proc/none/digits", "~/.cache/digits"])
def test_without_a_cache_that_can_be_written_a_temporary_folder_serves(monkeypatch, tmp_path, folder):
    monkeypatch.setattr(custom_models, "user_cache_dir", lambda *_, **__: folder)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert custom_models._cache().parent == tmp_path
    assert not Path("~").exists()


def test_a_file_that_reads_no_digits_is_refused(tmp_path):
    with pytest.raises(ModelError, match="seems not to be one for handwritten digits"):
        recogniser.load(str(saved(tmp_path / "useless.keras", USELESS)))


def test_the_scale_can_be_given(tmp_path):
    path = saved(tmp_path / "mine.keras", EXPECTS_255)
    assert recogniser.load(str(path), input_scale=255).convention.scale == 255


def test_another_shape_is_refused(tmp_path):
    import keras

    keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten(), keras.layers.Dense(10)]).save(
        tmp_path / "c.keras"
    )
    with pytest.raises(ModelError, match="takes 28×28"):
        recogniser.load(str(tmp_path / "c.keras"))


def test_code_in_a_file_is_not_run(tmp_path):
    """A Lambda layer is Python inside the file; safe mode refuses it."""
    import keras

    image = keras.Input((28, 28))
    flat = keras.layers.Flatten()(keras.layers.Lambda(lambda x: x)(image))
    keras.Model(image, keras.layers.Dense(10)(flat)).save(tmp_path / "lambda.keras")
    with pytest.raises(ModelError, match="cannot load it safely"):
        recogniser.load(str(tmp_path / "lambda.keras"))


def test_a_broken_file_is_one_sentence(tmp_path):
    (tmp_path / "broken.keras").write_bytes(b"PK not really")
    with pytest.raises(ModelError, match="cannot load it safely") as caught:
        recogniser.load(str(tmp_path / "broken.keras"))
    assert "\n" not in str(caught.value)


def test_the_shipped_models_read_the_labelled_drawings():
    images, labels = labelled_drawings.labelled()
    for name, least in (("cnn", 0.99), ("classic", 0.9)):
        digits, _ = recogniser.load(name).probabilities(images)
        assert (digits.argmax(axis=1) == labels).mean() >= least
