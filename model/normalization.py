"""One digit's ink → the 28×28 image that a network sees, made as MNIST was (`to_image`); touching digits → a strip (`to_strip`).

The longer side of the ink becomes 20 px with the aspect ratio kept, area-averaged, and the centre of mass goes to the middle of
28×28 (LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition"). Before that, every stroke gets MNIST's
width: the brush of a pad may be a hair or a finger.

Only distance transforms, thresholds and area averages are used, so that it can be written in JavaScript too.
"""

import cv2
import numpy as np

SIDE = 28  # px of MNIST's images
DIGIT = 20  # px of the longer side of the ink in them
PEN = 2.4  # px, the median stroke width of MNIST by `stroke_width` over its first 2,000 training images (sd 0.77)
FINE = 160  # px of the longer side while the stroke width changes: 8 fine px for each final one
MARGIN = 32  # fine px of paper around it: room to thicken to the widest target, FINE * PEN / DIGIT, and an edge
SOLID = 128  # ink of at least this is stroke, less is its soft edge
# A strip shows what may be several digits: their ink is STRIP px high, with ABOVE px of paper above and below it, and BESIDE px
# at either end.
STRIP, ABOVE, BESIDE = 32, 2, 4
LONGEST = (
    20  # width by height of a strip's ink, before its strokes get the same width and after: longer rows never touch
)
# Thinning takes at most this share of a stroke's own half-width, so that no part of a digit vanishes where its stroke is finer
# than the median.
DEEPEST_THINNING = 0.75


def to_image(ink: np.ndarray) -> np.ndarray:
    """One digit's ink, (h, w) uint8 with 0 paper – 255 ink → (28, 28) float32 in [0, 1].

    Ink without any stroke (no pixel of at least SOLID) gives an image of zeros.
    """
    box = _box(ink >= SOLID)
    if box is None:
        return np.zeros((SIDE, SIDE), np.float32)
    y0, y1, x0, x1 = box
    return _nist(_even_width(_fine(ink[y0:y1, x0:x1])))


def to_strip(ink: np.ndarray) -> np.ndarray:
    """The ink of one digit or several, (h, w) uint8 with 0 paper – 255 ink → (36, ~32 w / h + 8) float32 in [0, 1].

    The strokes get the width that those of a digit of 32 px have. Ink without any stroke, or longer than LONGEST, gives a strip
    without columns, (36, 0).
    """
    nothing = np.zeros((STRIP + 2 * ABOVE, 0), np.float32)
    box = _box(ink >= SOLID)
    if box is None or _too_long(box):
        return nothing
    y0, y1, x0, x1 = box
    ink = _even_width(np.pad(scaled(ink[y0:y1, x0:x1], FINE / (y1 - y0)), MARGIN))
    box = _box(ink >= SOLID)
    if box is None or _too_long(box):
        return nothing
    y0, y1, x0, x1 = box
    strip = scaled(ink[y0:y1, x0:x1], STRIP / (y1 - y0))
    return np.pad(strip, ((ABOVE, ABOVE), (BESIDE, BESIDE))).astype(np.float32) / 255


def _too_long(box: tuple[int, int, int, int]) -> bool:
    return box[3] - box[2] > LONGEST * (box[1] - box[0])


def stroke_width(ink: np.ndarray) -> float:
    """Median width of the strokes in ink, (h, w) uint8, in its pixels; 0 without ink."""
    inside = _depth(np.pad(ink, 1) >= SOLID)
    return _width(inside, _ridge(inside))


def _box(mask: np.ndarray) -> tuple[int, int, int, int] | None:
    """(top, bottom, left, right) of the True pixels; None without any."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return rows[0], rows[-1] + 1, columns[0], columns[-1] + 1


def area(ink: np.ndarray) -> int:
    """How many pixels of ink are stroke."""
    return int((ink >= SOLID).sum())


def resize(ink: np.ndarray, longer_side: int) -> np.ndarray:
    """Scale (h, w) uint8 so that the longer side is ``longer_side`` px: area average going down, bilinear going up."""
    return scaled(ink, longer_side / max(ink.shape))


def scaled(ink: np.ndarray, scale: float) -> np.ndarray:
    """Scale (h, w) uint8 by the factor ``scale``: area average going down, bilinear going up."""
    height, width = ink.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)


def _fine(ink: np.ndarray) -> np.ndarray:
    return np.pad(resize(ink, FINE), MARGIN)


def _depth(solid: np.ndarray) -> np.ndarray:
    """Exact Euclidean distance of every True pixel to the nearest False one."""
    distance = cv2.distanceTransform(solid.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # OpenCV's last bits depend on where the array lies in memory; the squares are whole numbers.
    return np.sqrt(np.rint(distance * distance))


def _ridge(inside: np.ndarray) -> np.ndarray:
    """The middle line of the strokes: where no neighbour lies deeper."""
    return (inside > 0) & (inside >= cv2.dilate(inside, np.ones((3, 3), np.uint8)))


def _width(inside: np.ndarray, ridge: np.ndarray) -> float:
    # A stroke of w px has a middle that is (w + 1) / 2 from the paper's first pixel centre.
    return float(2 * np.median(inside[ridge]) - 1) if ridge.any() else 0.0


def _even_width(ink: np.ndarray) -> np.ndarray:
    """Thin or thicken every stroke so that the median stroke is PEN px wide at the final scale.

    ink: with MARGIN px of paper around it; what is returned has only as much as the strokes can reach.
    """
    solid = _without_margin(ink, MARGIN - 1) >= SOLID
    inside = _depth(solid)
    width = _width(inside, _ridge(inside))
    # When every edge grows, so does the box that is scaled to DIGIT; solved for the final width:
    wanted = PEN * (FINE - width) / (DIGIT - PEN)
    grow = (wanted - width) / 2
    if grow > 0:
        reach = int(grow) + 2
        solid, inside = _without_margin(ink, MARGIN - reach) >= SOLID, np.pad(inside, reach - 1)
        edge = inside - _depth(~solid) + grow
    else:
        reach = max(3, int(width) | 1)
        own_half_width = cv2.dilate(inside, np.ones((reach, reach), np.uint8))
        # Thinning needs no more than which pixels are paper.
        edge = inside - ~solid - np.minimum(-grow, DEEPEST_THINNING * own_half_width)
    edge = edge.astype(np.float64) + ~solid  # from a pixel's middle to its edge is half a pixel, on either side
    return (np.clip(edge, 0, 1, out=edge) * 255).astype(np.uint8)


def _without_margin(ink: np.ndarray, margin: int) -> np.ndarray:
    return ink[margin:-margin, margin:-margin]


def _nist(ink: np.ndarray) -> np.ndarray:
    """Scale the ink to DIGIT px and put its centre of mass in the middle of 28×28, as NIST and LeCun did."""
    box = _box(ink >= SOLID)
    if box is None:  # a halftone's dots, each solid, that scaling down has made grey
        return np.zeros((SIDE, SIDE), np.float32)
    y0, y1, x0, x1 = box
    digit = resize(ink[y0:y1, x0:x1], DIGIT)
    height, width = digit.shape
    # In whole numbers: the middle of a symmetric digit lies on a half, which floats would round by chance.
    mass = int(digit.sum())
    middle_y = int(digit.sum(axis=1) @ np.arange(height, dtype=np.uint64)) / mass
    middle_x = int(digit.sum(axis=0) @ np.arange(width, dtype=np.uint64)) / mass
    # The centre of mass goes to (14, 14) as in MNIST, but never pushes ink off the image.
    top = min(max(round(SIDE / 2 - middle_y), 0), SIDE - height)
    left = min(max(round(SIDE / 2 - middle_x), 0), SIDE - width)
    image = np.zeros((SIDE, SIDE), np.float32)
    image[top : top + height, left : left + width] = digit.astype(np.float32) / 255
    return image
