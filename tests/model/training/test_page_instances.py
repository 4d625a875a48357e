"""What learns from pages: which instance is which of the things that were written, and the images that are made of them."""

import numpy as np

from model.page_reader.instances import Instance
from model.training.digit_set import NONE
from model.training.page_instances import CUT, OTHER, Read, what_each_is
from model.training.page_writing import images_of
from model.training.pages.labels import Crop


def instance(x: int, y: int, share: float = 0.5) -> Instance:
    return Instance((x, y, 20, 40), np.full((40, 20), 255, np.uint8), 0.8, share, 40.0)


def crop(*written: tuple[float, float, float, int], texts: str) -> Crop:
    """A page with these (x, y, height, kind) and what they say."""
    return Crop(np.zeros((8, 8), np.uint8), np.zeros((4, 4, 12), np.float16), list(written), list(texts))


def test_an_instance_is_what_was_written_where_it_stands():
    page = crop((10, 20, 40, 1), (70, 20, 40, 0), (130, 20, 40, -1), (190, 20, 100, 1), texts="7a35")
    found = [instance(x, 0) for x in (0, 62, 120, 180, 400)]
    assert what_each_is(found, page, 1.0).tolist() == [
        7,
        OTHER,
        CUT,
        OTHER,
        OTHER,
    ]  # the fourth is too low for its digit
    assert what_each_is(found, crop(texts=""), 1.0).tolist() == [OTHER] * 5


def test_the_scale_of_the_pass_is_undone():
    assert what_each_is([instance(0, 0)], crop((20, 40, 80, 1), texts="0"), 0.5).tolist() == [0]


def test_the_digit_network_learns_what_it_is_asked_about_and_no_cut_digits():
    found = [instance(0, 0), instance(30, 0), instance(60, 0), instance(90, 0, share=0.0)]
    learned = images_of([Read(found, [None] * 4, np.array([3, OTHER, CUT, OTHER]))])
    assert learned.labels.tolist() == [3, NONE]
    assert learned.images.shape == (2, 28, 28) and learned.images.dtype == np.uint8 and learned.images.max() == 255
