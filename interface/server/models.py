"""The models that the app offers: `load_models` by name or file, `warm_up` before the first visitor draws."""

import numpy as np

from model.custom_models import Wanted
from model.datasets import DataError, download_mnist, load_mnist_test
from model.recogniser import ModelError, Recogniser, load


def load_models(names: list[str], wanted: Wanted | None = None) -> dict[str, Recogniser]:
    """Name on the page → model. names: shipped names or files, the default first. ModelError says what is wrong with one.

    wanted: what is known of model files that somebody brings; None finds out.
    """
    models: dict[str, Recogniser] = {}
    for recogniser in (load(name, wanted) for name in names):
        if models.setdefault(recogniser.name, recogniser) is not recogniser:
            raise ModelError(f"Two different models are called {recogniser.name!r}; rename the file.")
    return models


def warm_up(models: dict[str, Recogniser]) -> None:
    """Do once what takes long only the first time, so that the first visitor's answer is as quick as the second's."""
    drawing = np.full((280, 280, 3), 255, np.uint8)
    drawing[60:220, 130:150] = 0  # a stroke as of a 1
    for recogniser in models.values():
        recogniser.read(drawing)
    try:
        for _ in download_mnist():
            pass
        load_mnist_test()
    except DataError as error:
        print(f"{error} Until then everything works but what shows MNIST’s images.", flush=True)
