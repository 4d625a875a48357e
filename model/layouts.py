"""How a 28×28 image lies in the input of a network: size, channels, their place. Enter at `layout_of`."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from model.normalization import SIDE

SMALLEST, LARGEST = 8, 512  # px; smaller inputs hold no digit, larger ones are no network for single digits
# How 28 px become more or fewer: with LeNet-5's border, as a larger or smaller picture, or without the border that MNIST's images have.
PADDED, SCALED, CROPPED = "padded", "scaled", "cropped"


@dataclass(frozen=True)
class Layout:
    """An input for one image.

    shape: of the array for one image; side: px of the square it shows; channels: 1 or 3; channels_first: whether they come
    before rows and columns; geometry: PADDED, SCALED or CROPPED, where side is not 28.
    """

    shape: tuple[int, ...]
    side: int = SIDE
    channels: int = 1
    channels_first: bool = False
    geometry: str = PADDED

    @property
    def geometries(self) -> tuple[str, ...]:
        """The methods by which an image may be brought to this size; one where it has it already."""
        if self.side == SIDE:
            return (PADDED,)
        return (PADDED, SCALED) if self.side > SIDE else (SCALED, CROPPED)

    def resize(self, images: np.ndarray) -> np.ndarray:
        """(n, 28, 28) float32 → (n, side, side) float32 on the same scale; what is added is paper, 0."""
        if self.side == SIDE:
            return images
        if self.geometry == PADDED:
            before = (self.side - SIDE) // 2
            after = self.side - SIDE - before
            return np.pad(images, ((0, 0), (before, after), (before, after)))
        if self.geometry == CROPPED:
            before = (SIDE - self.side) // 2
            return images[:, before : before + self.side, before : before + self.side]
        method = cv2.INTER_LINEAR if self.side > SIDE else cv2.INTER_AREA
        size = (self.side, self.side)
        return np.stack([cv2.resize(image, size, interpolation=method) for image in images]) if len(images) else images

    def arrange(self, images: np.ndarray) -> np.ndarray:
        """(n, side, side) or (n, side, side, 3) float32 → (n, *shape)."""
        if self.channels == 3:
            if images.ndim == 3:
                images = np.repeat(images[..., None], 3, axis=3)
            if self.channels_first:
                images = np.moveaxis(images, 3, 1)
        return images.reshape(len(images), *self.shape)

    def __str__(self) -> str:
        size = f"{self.side}×{self.side}" + (f" {self.geometry}" if self.side != SIDE else "")
        colour = " in RGB" if self.channels == 3 else ""
        return size + colour + (", channels first" if self.channels_first else "")


def layout_of(shape: tuple[int, ...]) -> Layout | None:
    """The layout of a network's input, given its shape without the batch; None for one that takes no square picture.

    Known are (S, S), (S·S,), (S, S, 3) and (3, S, S), with further dimensions of 1 anywhere.
    """
    core = [side for side in shape if side != 1]
    if len(core) == 1:
        side = math.isqrt(core[0])
        found = Layout(shape, side) if side * side == core[0] else None
    elif len(core) == 2 and core[0] == core[1]:
        found = Layout(shape, core[0])
    elif len(core) == 3 and core[2] == 3 and core[0] == core[1]:
        found = Layout(shape, core[0], 3)
    elif len(core) == 3 and core[0] == 3 and core[1] == core[2]:
        found = Layout(shape, core[1], 3, channels_first=True)
    else:
        return None
    return found if found and SMALLEST <= found.side <= LARGEST else None
