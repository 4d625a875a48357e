"""A grey picture → the input of the page network (`of`), and what its outputs mean.

The network sees each px twice: as it is, and against the paper around it, faint ink made stronger. Cells of 2×2 px are one place.
"""

import cv2
import numpy as np

WINDOW = 65  # px, the side of the square whose mean is the local paper
FAINT = 12.0  # grey values; a difference of so much from the paper becomes a half
STRIDE = 32  # px; the network takes pictures whose sides are multiples of it
INPUTS = 8  # two channels of 2×2 px
# Outputs of each cell: logits of the ink of its 2×2 px (4), of digit against other writing, of the heat of the middles; the offset
# to the middle (x, y) in REACH px; the logarithm of the height / REACH px.
INK, KIND, HEAT, OFFSET, HEIGHT = slice(0, 4), 4, 5, slice(6, 8), 8
OUTPUTS = 9
REACH = 32.0


def of(grey: np.ndarray) -> np.ndarray:
    """Grey, (h, w) uint8 → (H/2, W/2, 8) float32: H and W are h and w filled up with zeros to multiples of STRIDE."""
    height, width = grey.shape
    value = grey.astype(np.float32)
    # The mean over the part of the window that lies inside: sums of whole numbers, so that every language gets the same.
    window = {"ddepth": cv2.CV_32F, "ksize": (WINDOW, WINDOW), "normalize": False, "borderType": cv2.BORDER_CONSTANT}
    paper = cv2.boxFilter(value, **window) / cv2.boxFilter(np.ones_like(value), **window)
    difference = value - paper
    both = np.zeros((-(-height // STRIDE) * STRIDE, -(-width // STRIDE) * STRIDE, 2), np.float32)
    both[:height, :width, 0] = (value - 128) / 128
    both[:height, :width, 1] = difference / (np.abs(difference) + FAINT)
    return cells(both)


def cells(pixels: np.ndarray) -> np.ndarray:
    """(H, W, c) → (H/2, W/2, 4c): the px of each cell row by row."""
    height, width, channels = pixels.shape
    split = pixels.reshape(height // 2, 2, width // 2, 2, channels).transpose(0, 2, 1, 3, 4)
    return split.reshape(height // 2, width // 2, 4 * channels)


def pixels(of_cells: np.ndarray) -> np.ndarray:
    """(H/2, W/2, 4) → (H, W), the opposite of `cells`."""
    height, width, _ = of_cells.shape
    return of_cells.reshape(height, width, 2, 2).transpose(0, 2, 1, 3).reshape(2 * height, 2 * width)
