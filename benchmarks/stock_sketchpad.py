"""The same task with Gradio's stock Sketchpad, as its guides show it: the yardstick of benchmarks/latency.py.

python -m benchmarks.stock_sketchpad PORT
"""

import itertools
import sys

import gradio as gr
import numpy as np

from model.recogniser import load


def build() -> gr.Blocks:
    recogniser, answers = load(), itertools.count(1)

    def read(drawing: dict) -> str:
        # the first stroke's event comes without any picture
        ink = drawing["composite"]
        text = "" if ink is None else recogniser.read(np.repeat(255 - ink[..., 3:], 3, axis=2)).text
        return f"{next(answers)}: {text}"  # numbered, so that the same digit twice is seen as two answers

    with gr.Blocks() as stock:
        brush = gr.Brush(default_size=16, colors=["#000000"], color_mode="fixed")
        pad = gr.Sketchpad(type="numpy", image_mode="RGBA", canvas_size=(280, 280), brush=brush)
        answer = gr.HTML(elem_id="answer")
        pad.input(read, pad, answer)
    return stock


if __name__ == "__main__":
    build().launch(server_port=int(sys.argv[1]), ssr_mode=False, quiet=True)
