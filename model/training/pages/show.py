"""`python -m model.training.pages.show OUT.png [--seed N]`: a contact sheet of training crops with their labels."""

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

from model import terminal
from model.page_reader import network_input as maps
from model.training.pages import labels
from model.training.pages.crops import Pages
from model.training.pages.labels import Crop


def tile(crop: Crop) -> np.ndarray:
    """A crop beside its labels: ink of digits blue, of other writing red; middles and heights as crosses. (h, 2w, 3) uint8 RGB."""
    grey = np.full((labels.SIDE, labels.SIDE), 128, np.uint8)
    grey[: crop.picture.shape[0], : crop.picture.shape[1]] = crop.picture
    picture = np.repeat(grey[..., None], 3, axis=2)
    ink = maps.pixels(crop.labels[..., maps.INK].astype(np.float32))
    kind = np.repeat(np.repeat(crop.labels[..., maps.KIND].astype(np.float32), 2, 0), 2, 1)
    known = np.repeat(np.repeat((crop.labels[..., labels.OF_ALL] > 0).astype(np.float32), 2, 0), 2, 1)
    shown = np.stack([ink * (1 - kind) * 255, 90 * (1 - known), ink * kind * 255], axis=2).astype(np.uint8)
    for x, y, height, k in crop.instances:
        colour = {1: (0, 255, 0), 0: (255, 255, 0), -1: (255, 0, 255)}[k]
        cv2.line(shown, (int(x), int(y - height / 2)), (int(x), int(y + height / 2)), colour, 1)
        cv2.line(shown, (int(x) - 3, int(y)), (int(x) + 3, int(y)), colour, 1)
    return np.pad(np.hstack([picture, shown]), ((0, 4), (0, 4), (0, 0)))


def main(arguments: list[str] | None = None) -> int:
    """Writes the sheet."""
    parser = argparse.ArgumentParser(prog="python -m model.training.pages.show", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    pages = Pages(chosen.seed)
    tiles = [tile(pages.crop()) for _ in range(30)]
    sheet = np.vstack([np.hstack(tiles[i : i + 5]) for i in range(0, 30, 5)])
    cv2.imwrite(str(chosen.out), sheet[..., ::-1])
    return 0


if __name__ == "__main__":
    sys.exit(terminal.run(main))
