"""The Predict tab (`build`): the sketchpad with its answer, and for programs ``read``, an endpoint and an MCP tool."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import gradio as gr
from gradio.data_classes import FileData, ListFiles
from gradio_client.utils import is_http_url_like

from interface.assets import mount
from model.page_reader import witness
from model.pictures import PictureError, open_first
from model.reading import unread_json
from model.recogniser import Recogniser

TEMPLATE = Path(__file__).with_name("tab.html")
# the page that documents the endpoint writes a file with an address as `handle_file(…)`
EXAMPLE = {"path": "seven.png", "url": "seven.png", "meta": {"_type": "gradio.FileData"}}


def build(models: dict[str, Recogniser]) -> None:
    """Place the tab's parts; call inside ``with gr.Tab(…)``. models: what can be chosen, the default first."""
    sketchpad()
    # Only for programs. A hidden File makes Gradio check that the file is the caller's own upload.
    image = gr.File(label="image", visible=False)
    image.example_payload = lambda: EXAMPLE  # Gradio's is a PDF, which nobody should send here
    image.preprocess = upload_path
    image.async_move_resource_to_block_cache = without_addresses(image.async_move_resource_to_block_cache)
    model = gr.Dropdown(list(models), value=next(iter(models)), label="model", visible=False)
    reading = gr.JSON(label="reading", visible=False)
    # Past the queue: through it, Gradio's MCP would call this server once more, as one visitor for everybody.
    gr.Button(visible=False).click(reader(models), [image, model], reading, api_name="read", queue=False)


def sketchpad() -> gr.HTML:
    """The pad, the tools and the answer: a canvas of ours, whose markup and code are tab.html and tab.js.

    Gradio's stock Sketchpad starts with no tool active, loses the first stroke and answers after a second. This one keeps its state
    on the page; no Gradio event carries a drawing (interface/predict/routes.py answers it).
    """
    # A function, not a subclass: Gradio writes a .pyi file beside the source of every subclass with events.
    return gr.HTML(
        html_template=TEMPLATE.read_text(encoding="utf-8"),
        js_on_load=mount("interface/predict/tab.js"),
        apply_default_css=False,
        elem_classes="predict-tab",
    )


def upload_path(payload: ListFiles | FileData | None) -> str | None:
    """The path of an upload; None where nothing was sent.

    In place of Gradio's File.preprocess, which leaves an empty file behind, or has everybody's pictures in memory while they wait.
    """
    return payload.path if isinstance(payload, FileData) else None


def without_addresses(keep: Callable) -> Callable:
    """``keep``, but for an address: Gradio fetches a file that is given as one. This server fetches nothing for anybody."""

    async def keep_upload(path: str | Path | None) -> str | None:
        if path is not None and is_http_url_like(str(path)):
            raise gr.Error("Send the picture itself, not its address.", print_exception=False)
        return await keep(path)

    return keep_upload


def reader(models: dict[str, Recogniser]) -> Callable[[str, str], Awaitable[dict]]:
    """The function behind the endpoint ``read``."""
    at_once = anyio.CapacityLimiter(2)  # as many as there are usually cores; drawings have threads of their own

    async def read(image: str, model: str) -> dict:
        """Read the handwritten digits in a picture, as `python -m model.predict --json` prints them, without `file`.

        Args:
            image: one picture file, a digit or a whole page: PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, HEIC or JPEG 2000, at most 20 MB (by MCP 3 MB) and 64 megapixels.
            model: which model reads it, a name that the page offers; left out, the default.

        Returns:
            text: the digits in reading order, one line for each line of writing
            verdict: "sure", "unsure", "not a digit", "empty", or null when the picture cannot be read
            why: the picture is unsure although each digit is sure: "writing" (other writing beside them), "ink" (some was left unread) or "readers" (two methods of reading it disagree, or one of them doubts it), else ""
            digits: for each its digit 0-9, probability 0-1, verdict and box [x, y, width, height] in pixels
            other_writing: boxes [x, y, width, height] of writing that is none of these digits
            note: null, or a sentence on what of the file was not read: further pages, or the other frames of an animation
            error: null, or a sentence that says why the picture cannot be read
        """
        if model not in models:
            raise gr.Error(f"There is no such model here; there are {', '.join(models)}.", print_exception=False)
        try:
            return await anyio.to_thread.run_sync(read_file, models[model], image, limiter=at_once)
        except PictureError as error:
            return unread_json(str(error))

    return read


def read_file(recogniser: Recogniser, path: str | None) -> dict:
    """path: of an upload; None: nothing was sent. Raises PictureError."""
    page = open_first(Path(path).read_bytes() if path else b"")
    return witness.read(recogniser, page.picture).to_json() | {"note": page.note or None, "error": None}
