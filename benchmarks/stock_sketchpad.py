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
        ink = drawing["composite"]
        # numbered, so that the same digit twice is seen as two answers
        return f"{next(answers)}: {recogniser.read(np.repeat(255 - ink[..., 3:], 3, axis=2)).text}"

    with gr.Blocks() as stock:
        pad = gr.Sketchpad(type="numpy", image_mode="RGBA", canvas_size=(280, 280))
        answer = gr.Textbox(elem_id="answer", label="answer")
        pad.input(read, pad, answer)
    return stock


if __name__ == "__main__":
    build().launch(server_port=int(sys.argv[1]), ssr_mode=False, quiet=True)
