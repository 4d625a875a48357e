"""Custom models: files that people bring work whatever input they expect, or are refused with a sentence."""

import os
import shutil
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from model import convention_search, custom_models, labelled_drawings, recogniser
from model.calibration import SURE
from model.inference import CUSTOM, Engine, ModelError
from model.training import convert

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(convention_search, "MANY", 800)  # a network's own choice is clear long before 4,000 images
    custom_models._cache.cache_clear()
    yield
    custom_models._cache.cache_clear()


@pytest.fixture
def at_once(monkeypatch):
    """Files are converted in this process, which has TensorFlow already; a child's start takes seconds."""

    def here(path, kind, converted):
        sentence = convert.convert(path.resolve(), kind, converted)
        if sentence:
            raise ModelError(f"{path}: {sentence}")

    monkeypatch.setattr(custom_models, "_convert", here)


@pytest.fixture(scope="module")
def classic():
    """The classic network, which the networks below have inside."""
    import keras

    return keras.models.load_model(recogniser.TRAINED / "classic" / "HandWrittneDigits.keras")


def around(classic, shape, before=None, after=None, **how):
    """The classic network inside one that expects another input, as somebody else's."""
    import keras

    image = keras.Input(shape, **how)
    inside = before(keras, image) if before else image
    found = classic(keras.layers.Reshape((28, 28))(inside))
    return keras.Model(image, after(keras, found) if after else found)


def scaled(scale, offset=0.0):
    return lambda keras, x: keras.layers.Rescaling(scale, offset)(x)


def padded_colours(keras, x):
    grey = keras.layers.Conv2D(1, 1, use_bias=False, kernel_initializer=keras.initializers.Constant(1 / 3))(x)
    return keras.layers.Cropping2D(2)(grey)


def from_centred(keras, x):
    return keras.layers.Rescaling(1.0, 0.5)(x)


CASES = {
    "bytes": ((28, 28), scaled(1 / 255), None, {}),
    "dark ink": ((28, 28, 1), scaled(-1, 1), None, {}),
    "flat logits": ((784,), None, lambda k, y: k.layers.Rescaling(8, -3)(y), {}),
    "centred": ((28, 28), from_centred, None, {}),
    "channels first": ((1, 28, 28), None, None, {}),
    "32×32 in RGB": ((32, 32, 3), padded_colours, None, {}),
    "a batch of 32": ((28, 28), None, None, {"batch_size": 32}),
    "8-bit input": ((28, 28), lambda k, x: k.layers.Rescaling(1 / 255)(x), None, {"dtype": "uint8"}),
    "16-bit floats": ((28, 28), lambda k, x: k.layers.Rescaling(1.0, dtype="float32")(x), None, {"dtype": "float16"}),
}


@pytest.mark.parametrize("name", CASES)
def test_its_convention_is_found_and_it_reads(tmp_path, at_once, classic, name):
    shape, before, after, how = CASES[name]
    around(classic, shape, before, after, **how).save(tmp_path / "mine.keras")
    model = recogniser.load(str(tmp_path / "mine.keras"))
    assert (model.name, model.calibrated) == ("mine", False)
    assert model.choice and model.choice.accuracy > 0.96, str(model.choice)
    assert [model.read(labelled_drawings.pad(d)).text for d in (0, 1, 2, 7)] == ["0", "1", "2", "7"]
    digits, _ = model.probabilities(labelled_drawings.labelled()[0])
    assert np.allclose(digits.sum(axis=1), 1, atol=1e-5)


def test_without_calibration_nothing_is_sure_and_with_it_something_is(mnist, tmp_path, at_once, classic):
    around(classic, (28, 28)).save(tmp_path / "mine.keras")
    model = recogniser.load(str(tmp_path / "mine.keras"))
    pads = [labelled_drawings.pad(d) for d in range(10)]
    assert all(model.read(pad).verdict != SURE for pad in pads)
    assert "Not calibrated" in model.notes[-1]
    model.calibrate()
    assert any(model.read(pad).verdict == SURE for pad in pads)
    assert "5,000 of MNIST's training images" in model.notes[-1]


def test_one_constant_input_beside_the_image_is_held_at_the_value_that_reads(tmp_path, at_once, classic):
    import keras

    image, keep = keras.Input((28, 28)), keras.Input((1,), name="keep")
    spoilt = keras.layers.Multiply()([classic(image), keras.layers.Rescaling(-1, 1)(keep)])  # 0 lets it through
    keras.Model([image, keep], spoilt).save(tmp_path / "two.keras")
    model = recogniser.load(str(tmp_path / "two.keras"))
    assert model.convention.constant == 0 and model.choice and model.choice.accuracy > 0.96
    assert "held at 0" in model.notes[0]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_outputs_of_other_sizes_one_is_chosen(tmp_path, at_once, classic, order):
    import keras

    image = keras.Input((28, 28))
    other = keras.layers.Dense(11)(keras.layers.Flatten()(image))
    keras.Model(image, [other, classic(image)][::order]).save(tmp_path / "two.keras")
    assert (found := recogniser.load(str(tmp_path / "two.keras")).choice) and found.accuracy > 0.96


def test_a_keras_file_may_know_letters_too(tmp_path, at_once, classic):
    around(classic, (28, 28), after=lambda keras, found: keras.ops.pad(found, ((0, 0), (0, 37)))).save(
        tmp_path / "emnist.keras"
    )
    model = recogniser.load(str(tmp_path / "emnist.keras"))
    assert model.engine.outputs == 47 and model.choice and model.choice.accuracy > 0.95


def as_hdf5(network, folder):
    network.save(folder / "a.h5")
    return folder / "a.h5"


def as_saved_model(network, folder):
    network.export(folder / "saved", verbose=False)
    return folder / "saved"


def as_misnamed(network, folder):
    return as_hdf5(network, folder).rename(folder / "misnamed.keras")


def as_upper_case(network, folder):
    network.save(folder / "a.keras")
    return (folder / "a.keras").rename(folder / "MINE.KERAS")


@pytest.mark.parametrize("save", [as_hdf5, as_saved_model, as_misnamed, as_upper_case])
def test_every_kind_of_file_is_opened_by_its_content(tmp_path, at_once, classic, save):
    model = recogniser.load(str(save(around(classic, (28, 28, 1)), tmp_path)))
    assert model.choice and model.choice.accuracy > 0.96


def test_8_bit_and_16_bit_tflite_files_run(tmp_path, classic):
    import tensorflow as tf

    network = around(classic, (28, 28))
    function = tf.function(lambda x: network(x, training=False))
    drawings = labelled_drawings.labelled()[0]
    for name, kind in (("int8", tf.int8), ("uint8", tf.uint8)):
        concrete = function.get_concrete_function(tf.TensorSpec((1, 28, 28), tf.float32))
        converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete])
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([one[None].astype(np.float32)] for one in drawings)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = kind
        (tmp_path / f"{name}.TFLITE").write_bytes(converter.convert())
        model = recogniser.load(str(tmp_path / f"{name}.TFLITE"))
        assert model.choice and model.choice.accuracy > 0.95, name
        assert model.convention.output == "probabilities"


def test_a_file_is_converted_only_once_and_by_a_child(tmp_path, monkeypatch, classic):
    path = tmp_path / "mine.keras"
    around(classic, (28, 28)).save(path)
    first = custom_models.as_tflite(path)
    assert Engine(first, CUSTOM).outputs == 10
    monkeypatch.setattr(custom_models, "_convert", lambda *_: pytest.fail("converted again"))
    assert custom_models.as_tflite(path) == first
    assert first.parent == tmp_path / "cache" / "digits"


@pytest.mark.parametrize("folder", ["/proc/none/digits", "~/.cache/digits"])
def test_without_a_cache_that_can_be_written_a_temporary_folder_serves(monkeypatch, tmp_path, folder):
    monkeypatch.setattr(custom_models, "user_cache_dir", lambda *_, **__: folder)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert custom_models._cache().parent == tmp_path
    assert not Path("~").exists()


def test_a_card_beside_it_that_describes_another_file_says_nothing(tmp_path, at_once, classic):
    around(classic, (32, 32, 3), padded_colours).save(tmp_path / "mine.keras")
    custom_models.as_tflite(tmp_path / "mine.keras").rename(tmp_path / "mine.tflite")
    shutil.copy(recogniser.TRAINED / "cnn" / "card.json", tmp_path)
    model = recogniser.load(str(tmp_path / "mine.tflite"))
    assert model.choice and not model.calibrated and model.read(labelled_drawings.pad(7)).text == "7"


def test_the_networks_that_help_are_no_digit_models():
    for name in (recogniser.TOUCHING, recogniser.PAGE_READER):
        with pytest.raises(ModelError, match="a digit model"):
            recogniser.load(str(recogniser.TRAINED / name / f"{name}.tflite"))


def test_another_shape_is_refused(tmp_path, at_once):
    import keras

    keras.Sequential([keras.Input((32, 20, 3)), keras.layers.Flatten(), keras.layers.Dense(10)]).save(
        tmp_path / "c.keras"
    )
    with pytest.raises(ModelError, match="maps 32×20×3 to 10 outputs"):
        recogniser.load(str(tmp_path / "c.keras"))


def test_code_in_a_file_is_not_run(tmp_path, at_once):
    """A Lambda layer is Python inside the file; safe mode refuses it."""
    import keras

    image = keras.Input((28, 28))
    flat = keras.layers.Flatten()(keras.layers.Lambda(lambda x: x)(image))
    network = keras.Model(image, keras.layers.Dense(10)(flat))
    for ending in ("keras", "h5"):
        network.save(tmp_path / f"lambda.{ending}")
        with pytest.raises(ModelError, match="cannot load it safely"):
            recogniser.load(str(tmp_path / f"lambda.{ending}"))


def test_a_saved_model_that_reads_a_file_is_not_loaded(tmp_path, at_once):
    import tensorflow as tf

    class Reader(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((1, 28, 28), tf.float32)])
        def __call__(self, image):
            secret = tf.strings.length(tf.io.read_file("/etc/hostname"))
            return {"out": tf.reduce_sum(image, axis=2)[:, :10] + tf.cast(secret, tf.float32)}

    module = Reader()
    tf.saved_model.save(module, str(tmp_path / "reads"), signatures={"serving_default": module.__call__})
    with pytest.raises(ModelError, match=r"it would read files or run code \(ReadFile\), so it is not opened"):
        recogniser.load(str(tmp_path / "reads"))


def zipped(*names):
    def write(path):
        with zipfile.ZipFile(path, "w") as packed:
            for name in names:
                packed.writestr(name, b"x")

    return write


def weights_alone(path):
    import keras

    keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)]).save_weights(path)


WRONG = {
    "broken.keras": (b"PK not really", "damaged or cut off"),
    "empty.keras": (b"", "is empty"),
    "torch.pt": (zipped("archive/data.pkl"), "PyTorch file.*litert_torch"),
    "torch.keras": (zipped("archive/data.pkl"), "PyTorch file"),
    "old.pth": (b"\x80\x02\x8a\nl\xfc", "PyTorch file of before 1.6"),
    "scikit.pkl": (b"\x80\x04\x95", "Python pickle"),
    "net.onnx": (b"\x08\x07\x12\x07pytorch", "ONNX file.*onnx2tf -i net.onnx"),
    "renamed.tflite": (b"\x08\x07\x12\x07pytorch", "ONNX file"),
    "mine.weights.h5": (weights_alone, "weights without a network"),
    "a.safetensors": (b'\x10\0\0\0\0\0\0\0{"a"', "safetensors"),
    "model.json": (b'{"format": "layers-model"}', "JSON"),
    "lfs.keras": (b"version https://git-lfs.github.com/spec/v1", "Git LFS"),
    "page.tflite": (b"<!DOCTYPE html><html>", "web page"),
    "frozen.pb": (b"\x0a\x0f", "saved_model.pb"),
    "packed.zip": (zipped("mine/saved_model.pb"), "unpack it"),
    "words.txt": (b"hello", "not a model file"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_model_is_named_for_what_it_is(tmp_path, at_once, name):
    content, says = WRONG[name]
    path = tmp_path / name
    path.write_bytes(content) if isinstance(content, bytes) else content(path)
    with pytest.raises(ModelError, match=says) as caught:
        recogniser.load(str(path))
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)


def test_the_shipped_models_read_the_labelled_drawings():
    images, labels = labelled_drawings.labelled()
    for name, least in (("cnn", 0.99), ("classic", 0.9)):
        digits, _ = recogniser.load(name).probabilities(images)
        assert (digits.argmax(axis=1) == labels).mean() >= least
