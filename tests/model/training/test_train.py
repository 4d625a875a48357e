"""Training: it writes whole folders, can be interrupted and resumed, and says what is missing."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from model import cascade, datasets, recogniser, train
from model.inference import Engine
from model.segmentation import strip
from model.training import digit_set, distillation, fit, strip_set
from model.training.recipes import CNN, RECIPES, STUDENT, TOUCHING


@pytest.mark.slow
def test_a_fresh_training_writes_a_model_that_serves(mnist, tmp_path, capsys):
    out = tmp_path / "classic"
    assert train.main(["classic", "--epochs", "1", "--out", str(out)]) == 0
    assert sorted(p.name for p in out.iterdir()) == [
        "HandWrittneDigits.keras",
        "card.json",
        "classic.tflite",
        "history.csv",
    ]
    model = recogniser.load(str(out / "classic.tflite"))
    assert model.calibrated and model.card and model.card["test_accuracy"] > 0.94
    assert model.epochs[0]["epoch"] == 1 and model.epochs[0]["val_accuracy"] > 0.94
    printed = capsys.readouterr().out
    assert "epoch  1/1" in printed and "of MNIST's 10,000 test images right" in printed
    assert not (tmp_path / ".classic-training").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["classic", "--epochs", "0"], "a whole number from 1"),
        (["classic", "--epochs", "-1"], "a whole number from 1"),
        (["classic", "--epochs", "1"], "name --out FOLDER, or the model that serves would be replaced"),
    ],
)
def test_a_trial_never_replaces_what_serves(words, said, capsys):
    with pytest.raises(SystemExit):
        train.main(words)
    assert said in capsys.readouterr().err


@pytest.mark.slow
def test_an_interrupted_training_goes_on_where_it_was(mnist, tmp_path, monkeypatch, capsys):
    out, epochs = tmp_path / "classic", []
    run = fit.run_epoch

    def interrupted(*arguments):
        epochs.append(arguments[3])
        if len(epochs) == 2:
            raise KeyboardInterrupt
        return run(*arguments)

    monkeypatch.setattr(fit, "run_epoch", interrupted)
    assert train.main(["classic", "--epochs", "2", "--out", str(out)]) == 130
    assert not out.exists()
    assert "--resume" in capsys.readouterr().err
    assert train.main(["classic", "--epochs", "2", "--out", str(out), "--resume"]) == 0
    assert epochs == [0, 1, 1]
    assert pd.read_csv(out / "history.csv")["epoch"].tolist() == [1, 2]


@pytest.mark.slow
def test_the_cnn_recipe_learns(mnist, tmp_path, monkeypatch):
    """The real recipe on a hundredth of the images, one epoch: it runs to its end and writes eleven outputs."""
    counts = {
        "RENDERINGS": 1,
        "PRINTED": 50,
        "NEGATIVES": 100,
        "TOUCHING": 80,
        "PEN_PER_EPOCH": 100,
        "CUT_PER_EPOCH": 80,
    }
    for name, value in counts.items():
        monkeypatch.setattr(digit_set, name, value)
    monkeypatch.setattr(datasets, "HELD_OUT", 600)
    monkeypatch.setattr(datasets, "HELD_OUT_WRITERS", range(2, 31))
    small = datasets.Mnist(mnist.train[:900], mnist.test[:200], mnist.source)
    monkeypatch.setattr(datasets, "load_mnist", lambda: small)
    fit.train(CNN, tmp_path / "cnn", epochs=2, seed=1)
    model = recogniser.load(str(tmp_path / "cnn" / "cnn.tflite"))
    assert model.engine.outputs == 11 and len(model.epochs) == 2


@pytest.mark.slow
def test_the_student_learns_what_its_teacher_answers(mnist, tmp_path, monkeypatch):
    """The real recipe on a hundredth of the images, two epochs."""
    monkeypatch.setattr(distillation, "NEGATIVES", 50)
    monkeypatch.setattr(distillation, "LEARNED_NEGATIVES", 50)
    monkeypatch.setattr(datasets, "HELD_OUT", 600)
    monkeypatch.setattr(datasets, "HELD_OUT_WRITERS", range(2, 31))
    small = datasets.Mnist(mnist.train[:900], mnist.test[:200], mnist.source)
    monkeypatch.setattr(datasets, "load_mnist", lambda: small)
    fit.train(STUDENT, tmp_path / "student", epochs=2, seed=1)
    student = cascade.student_of(recogniser.load("cnn").weights_sha256, tmp_path / "student")
    assert student is not None and student.clear > 0.88
    digits, none, clear = student(datasets.unit(small.test.images))
    assert digits.shape == (200, 10) and none.shape == clear.shape == (200,)


@pytest.mark.slow
def test_the_touching_recipe_learns_and_writes_what_serves(mnist, tmp_path, monkeypatch):
    """The real recipe on a hundredth of the strips, two epochs."""
    monkeypatch.setattr(strip_set, "STRIPS", 400)
    monkeypatch.setattr(strip_set, "UNSEEN", 60)
    fit.train(TOUCHING, tmp_path / "touching", epochs=2, seed=1)
    found = {path.name for path in (tmp_path / "touching").iterdir()}
    assert found == {"touching.keras", "touching.tflite", "card.json", "history.csv"}
    logits = Engine(tmp_path / "touching" / "touching.tflite", strip.SIGNATURE)(np.zeros((3, 36, 128), np.float32))
    assert logits.shape == (3, 64, 12)


def test_the_model_that_a_recipe_starts_from_must_be_there(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(RECIPES, "cnn", dataclasses.replace(CNN, keras_file="elsewhere.keras"))
    assert train.main(["touching", "--out", str(tmp_path / "touching")]) == 1
    assert "touching starts from cnn, which is not here; train that first." in capsys.readouterr().err


def test_missing_mnist_stops_with_a_sentence(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    assert train.main(["classic", "--out", str(tmp_path / "x")]) == 1
    assert capsys.readouterr().err.startswith("Training stopped: MNIST_DIR is")


def test_phases_follow_each_other():
    strengths = [fit._phase_of(CNN, epoch, CNN.epochs)[0].variation for epoch in range(CNN.epochs)]
    assert strengths == [p.variation for p in CNN.phases for _ in range(p.epochs)]
