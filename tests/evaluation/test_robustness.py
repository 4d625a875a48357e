"""The 15 MNIST-C corruptions: seeded, in range, and each doing what its definition says."""

import numpy as np
import pytest
from scipy import ndimage

from evaluation import corruptions, robustness
from model.datasets import Labelled
from tests.fakes import Always


@pytest.fixture
def bars():
    """Eight images of an upright bar, 3 px wide, with a soft edge."""
    images = np.zeros((8, 28, 28), np.uint8)
    images[:, 5:23, 12:15] = 255
    images[:, 5:23, 15] = 100
    return images


def test_there_are_the_fifteen_of_mnist_c():
    assert len(corruptions.CORRUPTIONS) == 15


@pytest.mark.parametrize("name", corruptions.CORRUPTIONS)
def test_the_same_seed_gives_the_same_images(bars, name):
    once, again = corruptions.corrupt(bars, name, 7), corruptions.corrupt(bars, name, 7)
    assert once.dtype == np.uint8 and once.shape == bars.shape
    np.testing.assert_array_equal(once, again)
    assert not np.array_equal(once, bars)


@pytest.mark.parametrize(
    "name", sorted(set(corruptions.CORRUPTIONS) - {"scale", "brightness", "stripe", "canny_edges"})
)
def test_another_seed_gives_other_images(bars, name):
    assert not np.array_equal(corruptions.corrupt(bars, name, 1), corruptions.corrupt(bars, name, 2))


def test_shot_noise_keeps_paper_white_and_has_steps_of_a_third(bars):
    noisy = corruptions.corrupt(bars, "shot_noise")
    assert noisy[bars == 0].max() == 0
    assert set(np.unique(noisy)) <= {0, 85, 170, 255}


def test_impulse_noise_changes_seventeen_in_a_hundred():
    grey = np.full((20, 28, 28), 128, np.uint8)
    noisy = corruptions.corrupt(grey, "impulse_noise")
    assert np.mean(noisy != 128) == pytest.approx(0.17, abs=0.01)
    assert np.mean(noisy[noisy != 128] == 255) == pytest.approx(0.5, abs=0.03)


def test_glass_and_motion_blur_move_ink_without_making_it(bars):
    for name in ("glass_blur", "motion_blur"):
        blurred = corruptions.corrupt(bars, name)
        assert blurred.mean() == pytest.approx(bars.mean(), rel=0.05)
        assert np.isin(blurred, (0, 255)).mean() < np.isin(bars, (0, 255)).mean()


def test_warps_keep_the_centre_and_have_the_published_size():
    dot = np.zeros((6, 28, 28), np.uint8)
    dot[:, 13:15, 13:15] = 255
    for name in ("shear", "rotate", "scale"):
        assert corruptions.corrupt(dot, name)[:, 13:15, 13:15].min() > 100
    block = np.zeros((1, 28, 28), np.uint8)
    block[:, 4:24, 4:24] = 255
    assert corruptions.corrupt(block, "scale").sum() == pytest.approx(0.49 * block.sum(), rel=0.01)


def test_rotation_is_by_four_tenths_of_a_radian_to_the_left_or_the_right(bars):
    y, x = np.mgrid[:28, :28] - 13.5
    leanings = []
    for image in corruptions.corrupt(bars, "rotate") / 255:
        my, mx = (image * y).sum() / image.sum(), (image * x).sum() / image.sum()
        cov = (image * (y - my) * (x - mx)).sum(), (image * ((y - my) ** 2 - (x - mx) ** 2)).sum()
        leanings.append(0.5 * np.arctan2(2 * cov[0], cov[1]))
    assert np.abs(leanings) == pytest.approx(0.4, abs=0.03)
    assert min(leanings) < 0 < max(leanings)


def test_translation_is_three_pixels_in_each_direction(bars):
    for before, after in zip(bars, corruptions.corrupt(bars, "translate"), strict=True):
        shifts = [
            (dy, dx) for dy in (-3, 3) for dx in (-3, 3) if np.array_equal(np.roll(before, (dy, dx), (0, 1)), after)
        ]
        assert len(shifts) == 1


def test_brightness_and_stripe_by_hand(bars):
    bright, striped = corruptions.corrupt(bars, "brightness"), corruptions.corrupt(bars, "stripe")
    assert (bright[bars == 0] == 128).all() and (bright[bars > 127] == 255).all()
    np.testing.assert_array_equal(striped[:, :, 7:21], bars[:, :, 7:21])
    np.testing.assert_array_equal(striped[:, :, :7], 255 - bars[:, :, :7])
    np.testing.assert_array_equal(striped[:, :, 21:], 255 - bars[:, :, 21:])


def test_the_fractal_fills_zero_to_one_and_is_smooth_over_short_distances():
    height = corruptions.fractal(3, np.random.default_rng(0))
    assert height.shape == (3, 256, 256)
    assert height.min(axis=(1, 2)) == pytest.approx(0) and height.max(axis=(1, 2)) == pytest.approx(1)
    assert np.abs(np.diff(height, axis=1)).mean() < 0.3 * np.abs(height[:, :128] - height[:, 128:]).mean()


def test_lines_add_ink_and_take_none_away(bars):
    for name in ("dotted_line", "zigzag"):
        lined = corruptions.corrupt(bars, name)
        assert (lined >= bars).all()
        assert (lined != bars).any(axis=(1, 2)).all()
    dotted = corruptions.corrupt(np.zeros((50, 28, 28), np.uint8), "dotted_line")
    np.testing.assert_array_equal(dotted.any(axis=(0, 1)), (np.arange(28) // 2 % 2 == 1) & (np.arange(28) < 27))


def canny_by_hand(image):
    """Canny pixel by pixel from its definition: σ 1, Sobel, interpolated non-maximum suppression, hysteresis 0.1 / 0.2."""
    reach = range(-4, 5)
    bell = {d: np.exp(-(d**2) / 2) for d in reach}

    def smooth(y, x):
        inside = [(v, u) for v in reach for u in reach if 0 <= y + v < 28 and 0 <= x + u < 28]
        weights = [bell[v] * bell[u] for v, u in inside]
        return sum(w * image[y + v, x + u] for w, (v, u) in zip(weights, inside, strict=True)) / sum(weights)

    s = np.pad([[smooth(y, x) for x in range(28)] for y in range(28)], 1, mode="symmetric")
    dy, dx, size = (np.zeros((28, 28)) for _ in range(3))
    for y in range(28):
        for x in range(28):
            window = s[y : y + 3, x : x + 3]
            dy[y, x] = (window[2] - window[0]) @ [1, 2, 1]
            dx[y, x] = (window[:, 2] - window[:, 0]) @ [1, 2, 1]
            size[y, x] = np.hypot(dy[y, x], dx[y, x])
    ridge = set()
    for y in range(1, 27):
        for x in range(1, 27):
            if size[y, x] < 0.1:
                continue
            # one step in the direction of the gradient ends between two of the eight neighbours
            v, u = dy[y, x], dx[y, x]
            longest = max(abs(v), abs(u))
            ahead = []
            for sign in (1, -1):
                py, px = y + sign * v / longest, x + sign * u / longest
                y0, x0 = int(np.floor(py + 1e-12)), int(np.floor(px + 1e-12))
                fy, fx = max(py - y0, 0), max(px - x0, 0)
                corners = [
                    (y0, x0, (1 - fy) * (1 - fx)),
                    (y0 + 1, x0, fy * (1 - fx)),
                    (y0, x0 + 1, (1 - fy) * fx),
                    (y0 + 1, x0 + 1, fy * fx),
                ]
                ahead.append(sum(w * size[a, b] for a, b, w in corners if w > 1e-12))
            if max(ahead) <= size[y, x] + 1e-12:
                ridge.add((y, x))
    found = [place for place in ridge if size[place] >= 0.2]
    edges = set(found)
    while found:
        y, x = found.pop()
        near = {(y + v, x + u) for v in (-1, 0, 1) for u in (-1, 0, 1)} & ridge - edges
        edges |= near
        found += near
    out = np.zeros((28, 28), np.uint8)
    for place in edges:
        out[place] = 255
    return out


def test_canny_edges_are_those_of_the_definition():
    # Also identical, pixel for pixel, to scikit-image 0.26 on 500 test images; 50 MB is too much for a test's dependency.
    rng = np.random.default_rng(4)
    strokes = ndimage.gaussian_filter(rng.random((6, 28, 28)), 2, axes=(1, 2))
    images = (255 * (strokes > np.quantile(strokes, 0.75)) * rng.uniform(0.3, 1, (6, 1, 1))).astype(np.uint8)
    for image, edges in zip(images, corruptions.corrupt(images, "canny_edges"), strict=True):
        expected = canny_by_hand(image / 255)
        assert expected.any()
        np.testing.assert_array_equal(edges, expected)


def test_canny_edges_are_thin_outlines(bars):
    edges = corruptions.corrupt(bars, "canny_edges")
    assert set(np.unique(edges)) == {0, 255}
    assert 2 <= (edges[0, 14] > 0).sum() <= 3  # one line on either side of the bar
    assert not corruptions.corrupt(np.zeros_like(bars), "canny_edges").any()


def test_a_measurement_says_how_far_it_is_and_can_be_stopped(bars):
    reader = Always(1)
    many = Labelled(np.repeat(bars, 60, axis=0), np.ones(480, int))
    steps = list(robustness.measure(reader, many, n=450))
    assert [s.done for s in steps[:4]] == [200, 400, 450, 650] and steps[-1].done == steps[-1].total == 450 * 16
    assert [len(s.scores) for s in steps[:4]] == [0, 0, 1, 1] and len(steps[-1].scores) == 16
    assert all(s.accuracy == 1 and s.n == 450 for s in steps[-1].scores)


def test_chunks_do_not_change_what_a_corruption_is(bars):
    many = np.repeat(bars, 60, axis=0)
    np.testing.assert_array_equal(
        np.concatenate([*corruptions.corrupted(many, "fog", 1)]), corruptions.corrupt(many, "fog", 1)
    )


def test_scores_are_shares_of_right_answers_over_a_seeded_sample(bars):
    labels = np.arange(8) % 2
    reader = Always(1)
    results = robustness.scores(reader, Labelled(bars, labels), n=6, seed=3)
    assert [s.corruption for s in results] == ["clean", *corruptions.CORRUPTIONS]
    assert len({(s.n, s.errors, s.accuracy) for s in results}) == 1
    assert results[0].n == 6 and results[0].accuracy == 1 - results[0].errors / 6
    assert robustness.mean_accuracy(results) == pytest.approx(results[0].accuracy)
    assert len(robustness.sample(Labelled(bars, labels), 100, 0)) == 8
