"""Runs the page network over a picture of any size, tile by tile. Enter at `Network`."""

from pathlib import Path

import numpy as np

from model.inference import Engine, Signature
from model.page_reader import network_input as maps

# px, the side of what the network sees at once, and on each inner side of it how much is left to the next tile: there it sees too little
# around. So many whole tiles make the 192, 384 and 768 px of the first passes.
TILE, SEAM = 224, 16
SIGNATURE = Signature(
    shapes=((TILE // 2, TILE // 2, maps.INPUTS),),
    outputs=(maps.OUTPUTS,),
    wanted="the page network takes a tile of a page; train it again: python -m model.training.fit_pages",
    batch=1,
)


class Network:
    """The loaded page network. path: its `.tflite`. Raises ModelError."""

    def __init__(self, path: Path):
        self._engine = Engine(path, SIGNATURE)

    def __call__(self, grey: np.ndarray) -> np.ndarray:
        """Grey, (h, w) uint8 → outputs of each cell, (ceil(h/2), ceil(w/2), 9) float32 (network_input.py names them)."""
        cells = maps.of(grey)
        found = np.zeros((*cells.shape[:2], maps.OUTPUTS), np.float32)
        tile, seam = TILE // 2, SEAM // 2
        for top in _starts(cells.shape[0], tile, seam):
            for left in _starts(cells.shape[1], tile, seam):
                part = cells[top : top + tile, left : left + tile]
                height, width = part.shape[:2]
                filled = np.zeros((tile, tile, maps.INPUTS), np.float32)
                filled[:height, :width] = part
                y, x = (seam if top else 0), (seam if left else 0)
                found[top + y : top + height, left + x : left + width] = self._engine(filled[None])[0][
                    y:height, x:width
                ]
        return found[: -(-grey.shape[0] // 2), : -(-grey.shape[1] // 2)]


def _starts(length: int, tile: int, seam: int) -> list[int]:
    """Where tiles begin; each gives up its last ``seam`` cells to the next one, which overwrites them."""
    starts = [0]
    while starts[-1] + tile < length:
        starts.append(starts[-1] + tile - 2 * seam)
    return starts
