"""The Predict tab: the sketchpad with its answer, and the same reading for programs as the endpoint ``read``."""

from collections.abc import Callable

import gradio as gr

from interface.sketchpad import sketchpad
from model.picture import PictureError, open_picture
from model.recogniser import Recogniser


def build(models: dict[str, Recogniser]) -> None:
    """Place the tab's parts; call inside ``with gr.Tab(…)``. models: what can be chosen, the default first."""
    sketchpad()
    # Only for programs. A hidden File makes Gradio check that the file is the caller's own upload.
    image = gr.File(type="binary", label="image", visible=False)
    model = gr.Dropdown(list(models), value=next(iter(models)), label="model", visible=False)
    reading = gr.JSON(label="reading", visible=False)
    gr.Button(visible=False).click(
        reader(models),
        [image, model],
        reading,
        api_name="read",
        api_description="Read the digits in a picture file. Returns what `python -m model.predict --json` prints, without `file`.",
        concurrency_limit=2,
    )


def reader(models: dict[str, Recogniser]) -> Callable[[bytes, str], dict]:
    """The function behind the endpoint ``read``."""

    def read(image: bytes, model: str) -> dict:
        """A picture file's bytes and a model's name → text, verdict, digits and error, as the command line prints them."""
        if model not in models:
            raise gr.Error(f"There is no such model here; there are {', '.join(models)}.", print_exception=False)
        try:
            return models[model].read(open_picture(image or b"")).to_json() | {"error": None}
        except PictureError as error:
            return {"text": "", "verdict": None, "digits": [], "error": str(error)}

    return read
