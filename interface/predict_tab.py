"""The Predict tab: the sketchpad with its answer, and the same reading for programs: ``read``, an endpoint and an MCP tool."""

from collections.abc import Callable

import gradio as gr

from interface.sketchpad import sketchpad
from model.picture import PictureError, open_picture
from model.recogniser import Recogniser

# the page that documents the endpoint writes a file with an address as `handle_file(…)`
EXAMPLE = {"path": "seven.png", "url": "seven.png", "meta": {"_type": "gradio.FileData"}}


def build(models: dict[str, Recogniser]) -> None:
    """Place the tab's parts; call inside ``with gr.Tab(…)``. models: what can be chosen, the default first."""
    sketchpad()
    # Only for programs. A hidden File makes Gradio check that the file is the caller's own upload.
    image = gr.File(type="binary", label="image", visible=False)
    image.example_payload = lambda: EXAMPLE  # Gradio's own is a PDF, which nobody should send here
    model = gr.Dropdown(list(models), value=next(iter(models)), label="model", visible=False)
    reading = gr.JSON(label="reading", visible=False)
    gr.Button(visible=False).click(
        reader(models),
        [image, model],
        reading,
        api_name="read",
        concurrency_limit=2,
    )


def reader(models: dict[str, Recogniser]) -> Callable[[bytes, str], dict]:
    """The function behind the endpoint ``read``."""

    def read(image: bytes, model: str) -> dict:
        """Read the handwritten digits in a picture, as `python -m model.predict --json` prints them, without `file`.

        Args:
            image: one picture file, a digit or a whole page: PNG, JPEG, WebP, GIF, BMP or TIFF, at most 20 MB and 64 megapixels.
            model: which model reads it, a name that the page offers; left out, the default.

        Returns:
            text: the digits in reading order, one line for each line of writing
            verdict: "sure", "unsure", "not a digit", "empty", or null when the picture cannot be read
            digits: for each its digit 0-9, probability 0-1, verdict and box [x, y, width, height] in pixels
            error: null, or a sentence that says why the picture cannot be read
        """
        if model not in models:
            raise gr.Error(f"There is no such model here; there are {', '.join(models)}.", print_exception=False)
        try:
            return models[model].read(open_picture(image or b"")).to_json() | {"error": None}
        except PictureError as error:
            return {"text": "", "verdict": None, "digits": [], "error": str(error)}

    return read
