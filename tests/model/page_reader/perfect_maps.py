"""Maps as a perfect page network would return them."""

import numpy as np

from model.page_reader import network_input as maps


def two_digits(apart: float = 20.0, kinds=(5.0, 5.0)) -> np.ndarray:
    """Perfect maps, (32, 48, 9), of two upright strokes 24 px high, ``apart`` px from one another."""
    outputs = np.full((32, 48, maps.OUTPUTS), -6.0, np.float32)
    outputs[..., maps.OFFSET] = 0
    outputs[..., maps.HEIGHT] = np.log(24 / maps.REACH)
    for at, kind in enumerate(kinds):
        column, row = int((30 + at * apart) / 2), 16
        cells = np.s_[row - 6 : row + 6, column : column + 2]
        outputs[cells][..., maps.INK] = 6
        outputs[cells][..., maps.KIND] = kind
        rows, columns = np.mgrid[row - 6 : row + 6, column : column + 2]
        outputs[cells][..., maps.OFFSET] = np.stack([2 * (column - columns), 2 * (row - rows)], axis=2) / maps.REACH
        outputs[row - 1 : row + 2, column - 1 : column + 2, maps.HEAT] = 1
        outputs[row, column, maps.HEAT] = 4
    return outputs
