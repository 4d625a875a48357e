"""The file that serves gives what the Keras model it came from gives."""

import subprocess
import sys
import threading

import numpy as np
import pytest

from model import datasets, interpreter, recogniser
from model.inference import Engine, ModelError
from tests.conftest import ROOT

MODELS = recogniser.shipped()


def test_both_recipes_ship():
    assert MODELS == ["cnn", "classic"]


@pytest.mark.parametrize("name", MODELS)
def test_serves_what_keras_computes_on_every_test_image(name, mnist):
    import keras

    from model.training.recipes import RECIPES

    folder = recogniser.TRAINED / name
    images = datasets.unit(mnist.test.images)
    network = keras.models.load_model(folder / RECIPES[name].keras_file)
    expected = network.predict(images.reshape(-1, *network.input_shape[1:]), batch_size=500, verbose=0)
    served = recogniser.load(name)
    raw, stated = served.engine(images), served.card["parity"]
    assert np.abs(raw - expected).max() <= stated["largest_difference"] + 1e-4
    same = int((raw.argmax(axis=1) == expected.argmax(axis=1)).sum())
    assert same >= 9_995 and abs(same - stated["same_answer"]) <= 1  # another CPU may round another way


@pytest.mark.parametrize("name", MODELS)
def test_batches_do_not_change_answers(name):
    images = np.random.default_rng(0).random((250, 28, 28)).astype(np.float32)
    engine = recogniser.load(name).engine
    one_by_one = np.concatenate([engine(image[None]) for image in images])
    assert np.abs(engine(images) - one_by_one).max() < 1e-5
    assert engine(images[:0]).shape == (0, engine.outputs)


def test_threads_do_not_mix_up_answers():
    images = np.random.default_rng(1).random((8, 28, 28)).astype(np.float32)
    engine = recogniser.load("cnn").engine
    expected = [engine(image[None]) for image in images]
    wrong = []

    def read(i):
        for _ in range(50):
            if not np.allclose(engine(images[i : i + 1]), expected[i], atol=1e-6):
                wrong.append(i)

    threads = [threading.Thread(target=read, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize(
    ("images", "patient", "among_threads"),
    [(20, True, False), (60, False, False), (60, True, True), (400, False, True)],
)
def test_only_what_is_long_or_patient_goes_to_the_threads(images, patient, among_threads, monkeypatch):
    engine, asked = Engine(recogniser.load("classic").path), []
    run = engine._run

    def noting(part):
        asked.append(threading.current_thread().name.startswith("engine"))
        return run(part)

    monkeypatch.setattr(engine, "_run", noting)
    assert len(engine(np.zeros((images, 28, 28), np.float32), patient)) == images
    assert asked and set(asked) == {among_threads}


def test_a_file_that_is_no_model_is_one_sentence(tmp_path):
    path = tmp_path / "broken.tflite"
    path.write_bytes(b"not a model")
    with pytest.raises(ModelError, match="not a LiteRT model"):
        Engine(path)


def test_half_a_model_is_one_sentence(tmp_path):
    path = tmp_path / "half.tflite"
    content = recogniser.load("classic").path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match="LiteRT model"):
        Engine(path)


def test_the_first_interpreter_writes_nothing_to_the_terminal():
    code = "import os\nfrom model import recogniser\nrecogniser.load()\nos.write(2, b'mine')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=120, check=True)
    assert done.stderr == b"mine" and done.stdout == b""


@pytest.mark.parametrize("missing", ["os.dup", "tempfile.TemporaryFile"])
def test_without_a_terminal_or_a_temporary_folder_a_model_loads(monkeypatch, missing):
    def refused(*_):
        raise OSError("nothing there")

    monkeypatch.setattr(interpreter, "_greeted", threading.Event())
    monkeypatch.setattr(missing, refused)
    monkeypatch.setattr(sys, "stderr", None)
    Engine(recogniser.load("classic").path)
