"""What says which instances are digits: how its examples are made, and its committee."""

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from model import datasets
from model.page_reader.instances import Instance
from model.training import command, fit_instances


def instance(x: int, y: int, share: float = 0.5) -> Instance:
    return Instance((x, y, 20, 40), np.full((40, 20), 255, np.uint8), 0.8, share, 40.0)


def test_shaken_shares_stay_probabilities_and_nothing_else_changes():
    before = [instance(0, 0, share) for share in (0.0, 0.3, 1.0)]
    after = fit_instances._shaken(before, np.random.default_rng(0))
    assert all(0 < i.digit < 1 for i in after) and [i.box for i in after] == [i.box for i in before]
    assert after[0].digit != before[0].digit


def test_one_perceptron_says_the_mean_of_the_committee():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 5))
    members = [MLPClassifier(6, random_state=s, max_iter=1500).fit(x, x[:, 0] * x[:, 1] > 0) for s in range(3)]
    (hidden, of_hidden), (last, of_last) = fit_instances._as_one(members)
    odds = np.maximum(x @ hidden + of_hidden, 0) @ last + of_last
    expected = np.mean([np.log(p[:, 1] / p[:, 0]) for p in (m.predict_proba(x) for m in members)], axis=0)
    assert odds[:, 0] == pytest.approx(expected, abs=1e-9)


def test_a_training_on_hardly_any_page_is_refused_before_anything_is_written(tmp_path, capsys):
    assert fit_instances.main(["--pages", "5", "--out", str(tmp_path / "a.json")]) == 1
    assert "5 pages are too few" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_a_training_without_mnist_ends_in_a_sentence(capsys):
    def missing() -> None:
        raise datasets.DataError("MNIST is not here.")

    assert command.run(missing) == 1 and capsys.readouterr().err == "Training stopped: MNIST is not here.\n"
