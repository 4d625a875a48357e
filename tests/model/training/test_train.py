"""Training: it writes whole folders, can be interrupted and resumed, and says what is missing."""

import json

import numpy as np
import pandas as pd
import pytest

from model import datasets, recogniser, train
from model.training import digit_set, fit
from model.training.augmentation import MILD, STRONG, Augmenter
from model.training.recipes import CNN, RECIPES


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
    assert model.calibrated and model.card["test_accuracy"] > 0.94
    assert model.epochs[0]["epoch"] == 1 and model.epochs[0]["val_accuracy"] > 0.94
    printed = capsys.readouterr().out
    assert "epoch  1/1" in printed and "of MNIST's 10,000 test images right" in printed
    assert not (tmp_path / ".classic-training").exists()


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


def test_the_cnn_recipe_learns(mnist, tmp_path, monkeypatch):
    """The real recipe on a hundredth of the images, one epoch: it runs to its end and writes eleven outputs."""
    for name, value in (("RENDERINGS", 1), ("PRINTED", 50), ("NEGATIVES", 100), ("PEN_PER_EPOCH", 100)):
        monkeypatch.setattr(digit_set, name, value)
    monkeypatch.setattr(datasets, "HELD_OUT", 600)
    monkeypatch.setattr(datasets, "HELD_OUT_WRITERS", range(2, 31))
    small = datasets.Mnist(mnist.train[:900], mnist.test[:200], mnist.source)
    monkeypatch.setattr(datasets, "load_mnist", lambda: small)
    fit.train(CNN, tmp_path / "cnn", epochs=2, seed=1)
    model = recogniser.load(str(tmp_path / "cnn" / "cnn.tflite"))
    assert model.engine.outputs == 11 and len(model.epochs) == 2


def test_missing_mnist_stops_with_a_sentence(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    assert train.main(["classic", "--out", str(tmp_path / "x")]) == 1
    assert capsys.readouterr().err.startswith("Training stopped: MNIST_DIR is")


def test_a_full_disk_leaves_the_old_file_whole(tmp_path):
    from model.files import replacing

    path = tmp_path / "card.json"
    path.write_text("old", "utf-8")
    with pytest.raises(OSError, match="No space"), replacing(path) as temporary:
        temporary.write_text("ne", "utf-8")
        raise OSError(28, "No space left on device")
    assert path.read_text("utf-8") == "old" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("strength", [STRONG, MILD])
def test_variations_stay_images_and_repeat_with_their_seed(strength):
    images = np.random.default_rng(0).integers(0, 256, (64, 28, 28), dtype=np.uint8)
    first, again = Augmenter(3)(images, strength), Augmenter(3)(images, strength)
    assert np.array_equal(first, again) and first.dtype == np.float32
    assert first.min() >= 0 and first.max() <= 1 + 1e-6
    assert not np.array_equal(first, Augmenter(4)(images, strength))


def test_phases_follow_each_other():
    strengths = [fit._phase_of(CNN, epoch, CNN.epochs)[0].variation for epoch in range(CNN.epochs)]
    assert strengths == [p.variation for p in CNN.phases for _ in range(p.epochs)]


def test_recipes_are_named_as_their_command():
    assert all(recipe.command == f"python -m model.train {name}" for name, recipe in RECIPES.items())


def test_classic_is_the_original():
    from model.training import networks

    layers = networks.classic().layers
    assert [type(layer).__name__ for layer in layers] == ["Flatten", "Dense", "Dense", "Dense"]
    assert [(x.units, x.activation.__name__) for x in layers[1:]] == [(128, "relu"), (128, "relu"), (10, "softmax")]
    card = json.loads((recogniser.TRAINED / "classic" / "card.json").read_text("utf-8"))
    assert card["epochs"] == 3 and 0.97 <= card["test_accuracy"] <= 0.98
