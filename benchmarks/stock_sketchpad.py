"""The same task with Gradio's stock Sketchpad, as its guides show it; benchmarks/latency.py compares this app with it.

python -m benchmarks.stock_sketchpad PORT
"""

import sys

import gradio as gr
import numpy as np

from model.recogniser import load


def build() -> gr.Blocks:
    recogniser = load()

    def read(drawing: dict) -> str:
        picture = drawing["composite"]
        if picture is None:  # the first stroke's event comes without one
            return "no picture"
        ink = picture[..., 3:]
        # with its ink, so that the same digit after one stroke more is seen as another answer
        return f"{recogniser.read(np.repeat(255 - ink, 3, axis=2)).text} ({int(ink.sum())})"

    with gr.Blocks() as stock:
        brush = gr.Brush(default_size=16, colors=["#000000"], color_mode="fixed")
        pad = gr.Sketchpad(type="numpy", image_mode="RGBA", canvas_size=(280, 280), brush=brush)
        answer = gr.HTML(elem_id="answer")
        pad.input(read, pad, answer)
    return stock


if __name__ == "__main__":
    build().launch(server_port=int(sys.argv[1]), ssr_mode=False, quiet=True)
