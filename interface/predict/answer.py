"""A reading as JSON for the page, with pictures as data URLs: `answer_json` (interface/predict/answer.js shows it)."""

from base64 import b64encode

import cv2
import numpy as np

from model.calibration import NOT_A_DIGIT, SURE, confidence
from model.reading import Reading
from model.recogniser import Recogniser
from model.segmentation.line_reader import WIDE

INK_SIDE = 480  # px, the longer side of the ink that the page shows
PNG_BYTES = 100 * 100 * 3  # of pixels, up to which a picture goes back as PNG: JPEG would smear a 28×28 image


def answer_json(
    recogniser: Recogniser,
    reading: Reading,
    picture: np.ndarray,
    picture_side: int | None,
    other_models: list[Recogniser],
) -> dict:
    """A reading as plain JSON values.

    picture: (H, W, 3) uint8 RGB, what was read; picture_side: px of its longer side where it goes back to the page, which may not be
    able to open its format; None: it does not. other_models: those that give a second opinion.
    """
    height, width = picture.shape[:2]
    ending = ".jpg" if picture.size > PNG_BYTES else ".png"
    return {
        "text": reading.text,
        "verdict": reading.verdict,
        "why": reading.why,
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
                "image": image_base64((255 * digit.image).round().astype(np.uint8)),
            }
            for digit in reading.digits
        ],
        "other_writing": [[int(value) for value in box] for box in reading.other_writing],
        "ink": data_url(reading.ink, ".png", INK_SIDE),
        "picture": data_url(picture[..., ::-1], ending, picture_side) if picture_side else None,
        "others": [second_opinion(other, reading) for other in other_models if reading.digits],
    }


def second_opinion(other: Recogniser, reading: Reading) -> dict:
    """What another model reads in the same 28×28 images; probability only where there is one digit."""
    digits, not_digit = other.alone().probabilities(np.stack([digit.image for digit in reading.digits]))
    verdicts = other.verdicts(digits, not_digit)
    text = "".join(
        str(best) for best, verdict in zip(digits.argmax(1), verdicts, strict=True) if verdict != NOT_A_DIGIT
    )
    return {
        "model": other.name,
        "text": text or NOT_A_DIGIT,
        "probability": float(confidence(digits, not_digit)[0]) if len(verdicts) == 1 and text else None,
    }


def other_models(models: dict[str, Recogniser], recogniser: Recogniser) -> list[Recogniser]:
    """The model that gives a second opinion: the 1990s recipe for the default's answer, the default for any other's."""
    name = "classic" if recogniser is next(iter(models.values())) else next(iter(models))
    return [models[name]] if name in models and models[name] is not recogniser else []


def brief_is_complete(reading: Reading) -> bool:
    """Whether a reading that is not brief would find nothing more to cut or to join."""
    return all(d.verdict == SURE and d.box[2] <= WIDE * d.box[3] for d in reading.digits)


def data_url(pixels: np.ndarray, ending: str, longest: int) -> str:
    """Pixels, (H, W, 3) BGR or (H, W) grey uint8, as a data URL, scaled down to ``longest`` px. ending: ".png" or ".jpg"."""
    scale = longest / max(pixels.shape[:2])
    if scale < 1:
        size = [max(1, round(side * scale)) for side in pixels.shape[1::-1]]
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    kind = "png" if ending == ".png" else "jpeg"
    encoded = cv2.imencode(ending, np.ascontiguousarray(pixels))[1].tobytes()
    return f"data:image/{kind};base64,{b64encode(encoded).decode()}"


def image_base64(image: np.ndarray) -> str:
    """A (28, 28) uint8 image as base64 of its 784 bytes."""
    return b64encode(image.tobytes()).decode()
