"""Picture → ink: finds which pixels are pen, whatever the colours, the light and the paper are. Enter at `candidates`.

No single threshold is right for every picture. So `candidates` gives several inks of the same picture, the likeliest first, and
the recogniser keeps the one that it can best explain as digits.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from model.normalization import SOLID
from model.segmentation.edges import BAR, off_the_edge, shadowed

WORKING_SIDE = 1200  # px of the longer side; larger pictures are scaled down to it
SMALL_SIDE = 160  # px of the longer side; smaller pictures are enlarged to it, so that a one-pixel stroke has an inside
TINY_SIDE = 40  # px; up to here a picture is a scan of one digit, or two, and its greys are strokes seen too small
# A tiny picture is square if its longer side is at most SQUARE times the shorter one. Where ink reaches FILLED_SIDES of its sides, the digit may
# have been stretched to it, and is read UNSTRETCHED times as wide, too.
SQUARE, FILLED_SIDES, UNSTRETCHED = 1.15, 2, 0.55
SAMPLE = 100_000  # pixels; so many are enough to find the paper's colour
FLAT_SHARE = 0.45  # share of pixels with nearly the paper's colour that makes a picture "flat": drawn, not photographed
FLAT_RANGE = 12  # grey levels; colours that differ by no more are nearly the same
# Shares of the longer side: wider than the stroke of a pen, and wider than that of a marker which fills the frame.
STROKE_REACHES = (0.09, 0.25)
MORE = (
    1.15  # factor of ink at a lower threshold from which it has faint strokes; less are the soft edges of the same ones
)
FRAME = 0.08  # share of the shorter side: the widest frame
FAINTEST = 18  # grey levels of contrast below which ink is distinguished from noise before it is raised, and left alone where it is noise
CLEAREST = 200  # grey levels of the strongest stroke of faint ink once it is raised
# Faint ink counts if its strokes stand out of their surroundings by LEAST_STROKE grey levels, and by so many deviations of the noise.
LEAST_STROKE, ABOVE_NOISE = 2.0, 6.0


def candidates(picture: np.ndarray) -> Iterator[tuple[np.ndarray, float]]:
    """(H, W, 3) uint8 RGB → inks, (h, w) uint8 with 0 paper – 255 ink, each with its prior in [0, 1], the likeliest first.

    The inks have the size at which the picture is read. They are made one at a time, because the first is nearly always right
    for a drawing. Blank paper has none.
    """
    distance, share = _from_paper(picture)
    most = float(distance.max())
    contrast = max(float(np.quantile(distance[::2, ::2], 0.999)), 0.6 * most) if distance.size > SAMPLE else most
    if contrast < FAINTEST:
        raised = _raised(picture)
        if raised is not None:
            yield from candidates(raised)
        return
    distance, inverse = _unframed(distance, contrast), cv2.subtract(np.full_like(distance, contrast), distance)
    if max(picture.shape) <= TINY_SIDE:
        yield from _tiny((distance, inverse), contrast)
        return
    picture, distance, inverse = _working_size(picture), _working_size(distance), _working_size(inverse)
    flat = share >= FLAT_SHARE and _two_tone(distance, contrast)
    whole = _scaled(distance, 0.5 * contrast) if flat else distance
    flat = flat and not shadowed(whole)
    if flat:
        drawn = off_the_edge(whole, BAR)
        yield drawn, 1.0
        faint = off_the_edge(_scaled(distance, max(0.22 * contrast, FAINTEST / 2)), BAR)
        if (faint >= SOLID).sum() > MORE * (drawn >= SOLID).sum():
            yield faint, 0.95
        if _framed_by_paper(distance, contrast):
            return
    for dark, prior in zip(_likely_polarities(picture), (1.0, 0.7), strict=True):
        for reach in STROKE_REACHES:
            lit = _lit_evenly(picture if dark else 255 - picture, reach)
            yield off_the_edge(_scaled(lit, _otsu(lit)), 0), prior * (0.95 if flat else 1.0)
    if not flat:
        yield off_the_edge(_scaled(distance, 0.5 * contrast), BAR), 0.9
    yield _scaled(inverse, 0.5 * contrast), 0.75


def _raised(picture: np.ndarray) -> np.ndarray | None:
    """A picture of faint strokes → the same strokes dark on white, (h, w, 3) uint8; None for blank paper and its noise.

    A stroke is narrower than STROKE_REACHES, so that lamps and gradients are none; noise is what a smooth picture does not have
    (Immerkær 1996, "Fast Noise Variance Estimation").
    """
    if max(picture.shape[:2]) > WORKING_SIDE:
        picture = _working_size(picture)
    sums = picture.sum(axis=2, dtype=np.int32)
    low, high = int(sums.min()), int(sums.max())
    if high - low < 3 * LEAST_STROKE:
        return None
    stretch = 3 * 255 / (high - low)
    grey = np.rint((sums - low) * (255 / (high - low))).astype(np.uint8)
    edges = cv2.filter2D(grey.astype(np.float32), -1, np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32))
    noise = float(np.abs(edges).mean()) * (np.pi / 2) ** 0.5 / 6
    strokes = [cv2.subtract(_paper(one, STROKE_REACHES[0]), _smooth(one)) for one in (grey, 255 - grey)]
    strongest = [
        int(np.partition(one, -few, axis=None)[-few]) for one in strokes for few in (max(1, one.size // 1000),)
    ]
    which = int(strongest[1] > strongest[0])
    if strongest[which] < max(LEAST_STROKE * stretch, ABOVE_NOISE * noise):
        return None
    raised = cv2.convertScaleAbs(strokes[which], alpha=CLEAREST / strongest[which])
    return cv2.merge([255 - raised] * 3)


def _unframed(distance: np.ndarray, contrast: float) -> np.ndarray:
    """The distance without a frame around the whole picture: ink all along the four sides, and none a few pixels further in."""
    inked = distance >= 0.4 * contrast
    for width in range(int(FRAME * min(inked.shape)) + 1):
        inner = inked[width : inked.shape[0] - width, width : inked.shape[1] - width]
        along = [side.mean() for side in (inner[0], inner[-1], inner[:, 0], inner[:, -1])]
        if width and sorted(along)[2] < 0.5:  # the digit itself may run along one side
            bare = np.zeros_like(distance)
            width += 1  # its soft edge
            bare[width:-width, width:-width] = distance[width:-width, width:-width]
            return bare
        if min(along) < 0.8:
            break
    return distance


def _tiny(amounts: tuple[np.ndarray, np.ndarray], contrast: float) -> Iterator[tuple[np.ndarray, float]]:
    """Inks of a tiny picture at several thresholds: where a stroke is one grey pixel wide, every threshold is a guess.

    amounts: how far each pixel is from the commonest colour, and from the opposite one, for that colour may even be the ink's.
    """
    stretched = _may_be_stretched(amounts[0] >= 0.5 * contrast)
    for amount, prior in zip(amounts, (1.0, 0.9), strict=True):
        enlarged = _enlarged(amount, contrast)
        yield _scaled(enlarged, 0.5 * contrast), prior
        if stretched:
            yield _scaled(_enlarged(amount, contrast, UNSTRETCHED), 0.5 * contrast), 0.9 * prior
        for level in (0.35, 0.65):
            yield _scaled(enlarged, level * contrast), prior


def _may_be_stretched(inked: np.ndarray) -> bool:
    """Whether a tiny picture may be a scan that was stretched until the digit filled a square, a 1 as wide as high: then nobody knows
    how wide it was."""
    reached = sum(bool(side.any()) for side in (inked[0], inked[-1], inked[:, 0], inked[:, -1]))
    return max(inked.shape) <= SQUARE * min(inked.shape) and reached >= FILLED_SIDES


def _enlarged(amount: np.ndarray, contrast: float, narrowed: float = 1) -> np.ndarray:
    """A tiny picture, (H, W) uint8, in the size at which it is read, its width times ``narrowed``: float32 in [0, contrast]."""
    (height, width), times = amount.shape, enlargement(max(amount.shape))
    size = max(1, int(narrowed * width * times)), height * times
    return np.clip(cv2.resize(amount.astype(np.float32), size, interpolation=cv2.INTER_CUBIC), 0, contrast)


def enlargement(longer: int) -> int:
    """How many times as large a small picture is read, by its longer side in px."""
    return -(-SMALL_SIDE // longer)


def _working_size(picture: np.ndarray) -> np.ndarray:
    """Scale (H, W) or (H, W, 3) to the size at which it is read: large pictures down, small ones up."""
    height, width = picture.shape[:2]
    longer = max(height, width)
    if longer > WORKING_SIDE:
        scale, how = WORKING_SIDE / longer, cv2.INTER_AREA
    elif longer < SMALL_SIDE:
        scale, how = enlargement(longer), cv2.INTER_CUBIC
    else:
        return picture
    return cv2.resize(picture, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=how)


def _framed_by_paper(distance: np.ndarray, contrast: float) -> bool:
    """Whether most of the edge is paper. Then there is no doubt which of the two colours is the ink."""
    rim = np.concatenate([distance[0], distance[-1], distance[:, 0], distance[:, -1]])
    return bool((rim < 0.4 * contrast).mean() > 0.9)


def _two_tone(distance: np.ndarray, contrast: float) -> bool:
    """Whether few pixels are between paper and ink: true for a drawing, false where light falls off."""
    inked = int(np.ceil(0.4 * contrast))
    return _share(distance, FLAT_RANGE + 1, inked - 1) <= 0.04 + _share(distance, inked, 255)


def _scaled(amount: np.ndarray, threshold: float) -> np.ndarray:
    """Scale so that ``threshold`` becomes SOLID, the only threshold that the next steps know."""
    return cv2.convertScaleAbs(amount, alpha=SOLID / max(threshold, 1.0))


def paper_share(picture: np.ndarray) -> float:
    """The share of a picture's pixels, (H, W, 3) uint8, that have nearly the paper's colour: high for what was drawn on a screen."""
    return _from_paper(picture)[1]


def _from_paper(picture: np.ndarray) -> tuple[np.ndarray, float]:
    """How far each pixel's colour is from the paper's, (H, W) uint8, and the share of pixels near that colour.

    The paper's colour is the commonest one, not that of the border: screenshots have frames.
    """
    step = max(1, int((picture.shape[0] * picture.shape[1] / SAMPLE) ** 0.5))
    channels = cv2.split(picture)
    sample: list[np.ndarray] = [np.ascontiguousarray(channel[::step, ::step]) for channel in channels]
    red, green, blue = sample
    codes = (red >> 4).astype(np.uint16) << 8 | green & 240 | blue >> 4
    common = (codes == np.bincount(codes.ravel(), minlength=4096).argmax()).astype(np.uint8)
    # OpenCV's histogram takes a tenth of the time of NumPy's median.
    paper = [_median(cv2.calcHist([channel], [0], common, [256], [0, 256])) for channel in sample]
    # Whole arrays, not numbers: OpenCV takes a number for an array of its own where the picture is 1 × 4.
    apart = [cv2.absdiff(channel, np.full_like(channel, value)) for channel, value in zip(channels, paper, strict=True)]
    distance = _extreme(cv2.max, apart)
    return distance, _share(distance[::step, ::step], 0, FLAT_RANGE)


def _median(histogram: np.ndarray) -> int:
    """Of the grey levels that ``histogram``, (256, 1), counts, rounded down."""
    below = histogram.ravel().cumsum(dtype=np.float64)
    middle = below[-1] / 2
    # With an even count, halfway between the two in the middle.
    return int((np.searchsorted(below, middle) + np.searchsorted(below, middle, side="right")) // 2)


def _share(grey: np.ndarray, low: int, high: int) -> float:
    """The share of the pixels, (H, W) uint8, that are in [low, high]."""
    return cv2.countNonZero(cv2.inRange(grey, low, high)) / grey.size


def _extreme(which, channels) -> np.ndarray:
    """cv2.max or cv2.min over three channels; NumPy takes ten times as long along such a short axis."""
    red, green, blue = channels
    return which(which(red, green), blue)


def _likely_polarities(picture: np.ndarray) -> tuple[bool, bool]:
    """The order in which dark and light ink are tried: (True, False) if dark ink is likelier, else (False, True).

    Dark is likelier if what differs most from its surroundings is dark. Ink is the minority of any surroundings, so their median
    is paper, whatever the lamp does.
    """
    grey = cv2.cvtColor(_small(picture, 320), cv2.COLOR_RGB2GRAY)
    difference = cv2.medianBlur(grey, 67).astype(np.int16) - grey
    dark = bool(np.quantile(difference, 0.995) >= -np.quantile(difference, 0.005))
    return dark, not dark


def _small(picture: np.ndarray, side: int) -> np.ndarray:
    """Scale so that the longer side is ``side`` px."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    return cv2.resize(
        picture, (max(8, round(width * scale)), max(8, round(height * scale))), interpolation=cv2.INTER_AREA
    )


def _lit_evenly(picture: np.ndarray, reach: float) -> np.ndarray:
    """Dark ink on paper under any lamp → how much darker each pixel is than its paper, (h, w) uint8.

    Dividing by the paper removes shadows and the lamp's gradient, which are smoother than strokes. reach: see STROKE_REACHES.
    """
    paper = _paper(picture, reach)
    lit = cv2.divide(_smooth(picture), cv2.max(paper, np.full_like(paper, 8)), scale=255)
    return 255 - _extreme(cv2.min, cv2.split(lit))


def _paper(picture: np.ndarray, reach: float) -> np.ndarray:
    """What remains of (h, w) or (h, w, 3) uint8 when the dark strokes are closed, for each channel at a small scale."""
    height, width = picture.shape[:2]
    small = _small(picture, 160)
    window = max(5, round(reach * max(small.shape[:2]))) | 1
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (window, window)))
    paper = cv2.GaussianBlur(paper, (0, 0), window / 8)
    return cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)


def _smooth(picture: np.ndarray) -> np.ndarray:
    """A little blurred, against the noise of the sensor."""
    return cv2.GaussianBlur(picture, (0, 0), max(0.6, max(picture.shape[:2]) / 900))


def _otsu(amount: np.ndarray) -> float:
    """Otsu's threshold (1979), but never within the noise of the paper."""
    level, _ = cv2.threshold(amount, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return max(float(level), 3 * float(np.median(amount)), FAINTEST / 2)
