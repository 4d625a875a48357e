"""What the page network sees of a picture, and what its cells mean."""

import numpy as np

from model.page_reader import network_input


def test_a_picture_is_filled_up_with_zeros_to_what_the_network_takes():
    cells = network_input.of(np.random.default_rng(1).integers(0, 256, (40, 70)).astype(np.uint8))
    assert cells.shape == (32, 48, 8)
    assert not cells[20:].any() and not cells[:, 35:].any() and cells[:20, :35].any()


def test_cells_and_pixels_are_opposites():
    pixels = np.random.default_rng(2).random((6, 8)).astype(np.float32)
    assert np.array_equal(network_input.pixels(network_input.cells(pixels[..., None])), pixels)


def test_even_paper_is_nothing_to_the_second_channel_whatever_its_grey():
    for grey in (0, 90, 255):
        assert np.abs(network_input.of(np.full((64, 64), grey, np.uint8))[..., 1::2]).max() < 1e-4


def test_faint_ink_is_made_stronger_than_by_its_contrast():
    page = np.full((64, 64), 200, np.uint8)
    page[30:32, 20:40] = 190
    cells = network_input.of(page)
    seen = network_input.pixels(cells[..., 1::2])[31, 30]
    assert -0.5 < seen < -0.35  # ten grey values of 255


def test_the_paper_of_a_picture_cut_in_two_is_that_of_its_part():
    page = np.full((64, 200), 255, np.uint8)
    page[:, 100:] = 0
    left = network_input.pixels(network_input.of(page)[..., 1::2])[:64, :60]
    assert np.abs(left).max() < 1e-4  # 32 px before the edge nothing is seen of it
