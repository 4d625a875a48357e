"""A reading as the page shows it: plain JSON values, with pictures as data URLs (assets/answer.js names the fields)."""

from base64 import b64encode

import cv2
import numpy as np

from model.reading import Reading
from model.recogniser import SURE, WIDE, Recogniser

TINY = 100 * 100 * 3  # bytes of pixels up to which a picture goes back as PNG: JPEG would smear a 28×28 image


def answer(
    recogniser: Recogniser, reading: Reading, picture: np.ndarray, show: int | None, beside: list[Recogniser]
) -> dict:
    """A reading as the page shows it (assets/answer.js names the fields); plain JSON values.

    picture: (H, W, 3) uint8, what was read; show: px of its longer side when it goes back to the page, which may not be
    able to open its format; None: it does not.
    """
    height, width = picture.shape[:2]
    return {
        "text": reading.text,
        "verdict": reading.verdict,
        "model": recogniser.name,
        "calibrated": recogniser.calibrated,
        "size": [width, height],
        "digits": [
            {
                "digit": digit.digit,
                "probability": float(digit.probability),
                "runner_up": digit.runner_up,
                "verdict": digit.verdict,
                "not_digit": float(digit.not_digit),
                "box": [int(value) for value in digit.box],
                "probabilities": [round(float(p), 4) for p in digit.probabilities],
                "image": as_text((255 * digit.image).round().astype(np.uint8)),
            }
            for digit in reading.digits
        ],
        "ink": data_url(reading.ink, ".png", 480),
        "picture": data_url(picture[..., ::-1], ".jpg" if picture.size > TINY else ".png", show) if show else None,
        "others": [second_opinion(other, reading) for other in beside if reading.digits],
    }


def second_opinion(other: Recogniser, reading: Reading) -> dict:
    """What another model says to the same 28×28 images; probability only where there is one digit."""
    digits, not_digit = other.probabilities(np.stack([digit.image for digit in reading.digits]))
    verdicts = other.verdicts(digits, not_digit)
    text = "".join(
        str(best) for best, verdict in zip(digits.argmax(1), verdicts, strict=True) if verdict != "not a digit"
    )
    return {
        "model": other.name,
        "text": text or "not a digit",
        "probability": float(digits[0].max()) if len(verdicts) == 1 and text else None,
    }


def data_url(pixels: np.ndarray, ending: str, longest: int) -> str:
    """Pixels (BGR or grey, uint8) as a data URL, scaled down to ``longest`` px where they are larger."""
    scale = longest / max(pixels.shape[:2])
    if scale < 1:
        size = [max(1, round(side * scale)) for side in pixels.shape[1::-1]]
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    kind = "png" if ending == ".png" else "jpeg"
    return f"data:image/{kind};base64,{b64encode(cv2.imencode(ending, np.ascontiguousarray(pixels))[1]).decode()}"


def others(models: dict[str, Recogniser], recogniser: Recogniser) -> list[Recogniser]:
    """The model to show beside ``recogniser``: the 1990s recipe beside the default, the default beside any other."""
    beside = "classic" if recogniser is next(iter(models.values())) else next(iter(models))
    return [models[beside]] if beside in models and models[beside] is not recogniser else []


def plain(reading: Reading) -> bool:
    """Whether there is nothing that a reading which is not brief would cut or join."""
    return all(d.verdict == SURE and d.box[2] <= WIDE * d.box[3] for d in reading.digits)


def as_text(image: np.ndarray) -> str:
    """A (28, 28) uint8 image as base64 of its 784 bytes."""
    return b64encode(image.tobytes()).decode()
