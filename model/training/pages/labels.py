"""The labels of a training crop: what each cell of 2×2 px shows. Enter at `label`."""

from dataclasses import dataclass

import cv2
import numpy as np

from model.page_reader import network_input as maps
from model.training.pages.stamps import Stamp, visible

SIDE = 192  # px
WHOLE, CUT = (
    0.9,
    0.65,
)  # shares of a digit's ink inside the picture: from WHOLE on it is a digit, below CUT other writing
LEGIBLE = 3.0  # grey values between ink and paper, plus the deviation of the noise: nobody reads less
# Labels, (side/2, side/2, 12) float16, have the network's channels (network_input.py), the ink in [0, 1], the offset in px, and the
# weights of instance, kind and rest.
OF_INSTANCE, OF_KIND, OF_ALL = range(maps.OUTPUTS, maps.OUTPUTS + 3)
CHANNELS = maps.OUTPUTS + 3


@dataclass(frozen=True)
class Crop:
    """picture: (h, w) uint8 grey, at most ``side`` px each way; labels: see above; instances: (x, y, height, kind) in px, kind 1
    for a digit, 0 for other writing, -1 for a digit that is cut; texts: what each of them says."""

    picture: np.ndarray
    labels: np.ndarray
    instances: list[tuple[float, float, float, int]]
    texts: list[str]


def _contrasts(page: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """Grey values between the ink of each owner 0–255 and the paper around it, (256,) float."""
    around = cv2.dilate(owner, np.ones((7, 7), np.uint8))
    ring = np.where(owner == 0, around, 0)
    inside, outside = np.bincount(owner.ravel(), minlength=256), np.bincount(ring.ravel(), minlength=256)
    level_in = np.bincount(owner.ravel(), page.ravel(), 256) / np.maximum(inside, 1)
    level_out = np.bincount(ring.ravel(), page.ravel(), 256) / np.maximum(outside, 1)
    return np.where((inside > 0) & (outside > 0), np.abs(level_in - level_out), 255)


def label(
    picture: np.ndarray, ink: np.ndarray, owner: np.ndarray, stamps: list[Stamp], strength: float, side: int = SIDE
) -> Crop:
    """Picture, ink and owners, (h, w) uint8 each → the crop with its labels. strength: deviation of the noise; side: the most px each way."""
    height, width = picture.shape
    needed, contrast = LEGIBLE + strength, _contrasts(picture, owner)
    legible = contrast >= needed
    doubtful = legible & (contrast < 1.6 * needed)
    whole, owners = np.zeros((side, side), np.uint8), np.zeros((side, side), np.uint8)
    whole[:height, :width] = np.where(legible[owner] | (owner == 0), ink, 0)
    owners[:height, :width] = np.where(legible[owner], owner, 0)
    labels = np.zeros((side // 2, side // 2, CHANNELS), np.float32)
    labels[..., maps.INK] = maps.cells(whole[..., None]) / 255
    own = maps.cells(owners[..., None]).max(axis=-1)
    valid = np.zeros((side // 2, side // 2), np.float32)
    inside = np.s_[: (height + 1) // 2, : (width + 1) // 2]
    valid[inside] = 1
    valid[doubtful[own] & (own > 0)] = 0
    labels[..., OF_ALL] = valid
    table = np.zeros((256, 5), np.float32)  # of each owner: middle (x, y), log height, kind, weight of the kind
    sizes, instances, texts = np.bincount(own.ravel(), minlength=256), [], []
    for at, s in enumerate(stamps[:254]):
        k = at + 1
        if not sizes[k]:
            continue
        share = s.visible * visible(s.ink, s.left, s.top, max(height, width)) if s.visible == 1 else s.visible
        middle = np.array(s.middle)
        if share < CUT:  # of a cut glyph, the middle is that of what is seen
            rows, columns = np.nonzero(own == k)
            middle = np.array([columns.min() + columns.max() + 1, rows.min() + rows.max() + 1], np.float32)
        digit = s.kind == "digit"
        is_digit = digit and share >= CUT
        table[k] = (*middle, np.log(s.height / maps.REACH), is_digit, 0 if digit and CUT <= share < WHOLE else 1)
        _peak(labels[inside][..., maps.HEAT], middle / 2, s.height / 2)
        instances.append((float(middle[0]), float(middle[1]), s.height, (1 if is_digit else -1) if digit else 0))
        texts.append(s.text)
    written_on = own > 0
    rows, columns = np.nonzero(written_on)
    k = own[rows, columns]
    labels[rows, columns, maps.KIND] = table[k, 3]
    labels[rows, columns, maps.OFFSET] = table[k, :2] - np.stack([2 * columns + 1, 2 * rows + 1], axis=1)
    labels[rows, columns, maps.HEIGHT] = table[k, 2]
    # An instance counts by the root of its px: a 1 or a lone digit is not lost among much else.
    weight = 1 / np.sqrt(np.maximum(sizes, 1))
    labels[rows, columns, OF_INSTANCE] = weight[k] * valid[rows, columns]
    labels[rows, columns, OF_KIND] = weight[k] * table[k, 4] * valid[rows, columns]
    return Crop(picture, labels.astype(np.float16), instances, texts)


def _peak(heat: np.ndarray, middle: np.ndarray, height: float) -> None:
    """Raise a bell of 0.1 heights around a middle, both in cells."""
    sigma = max(0.8, 0.1 * height)
    reach = int(3 * sigma) + 1
    x, y = middle - 0.5
    x0, x1 = max(0, int(x) - reach), min(heat.shape[1], int(x) + reach + 2)
    y0, y1 = max(0, int(y) - reach), min(heat.shape[0], int(y) + reach + 2)
    if x0 < x1 and y0 < y1:
        bell_x = np.exp(-((np.arange(x0, x1) - x) ** 2) / (2 * sigma**2))
        bell_y = np.exp(-((np.arange(y0, y1) - y) ** 2) / (2 * sigma**2))
        heat[y0:y1, x0:x1] = np.maximum(heat[y0:y1, x0:x1], np.outer(bell_y, bell_x))
