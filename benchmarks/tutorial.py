"""The tutorial way: import TensorFlow, load the Keras model, launch a gr.Interface. `python -m benchmarks.tutorial PORT`."""

import sys
from pathlib import Path

import gradio as gr
import numpy as np
from tensorflow import keras

MODEL = Path(__file__).parent.parent / "model" / "trained" / "classic" / "HandWrittneDigits.keras"

model = keras.models.load_model(MODEL)


def predict(drawing):
    image = 255 - np.asarray(drawing["composite"].convert("L").resize((28, 28)))
    probabilities = model.predict(image[None] / 255, verbose=0)[0]
    return {str(digit): float(p) for digit, p in enumerate(probabilities)}


if __name__ == "__main__":
    page = gr.Interface(predict, gr.Sketchpad(type="pil"), gr.Label(num_top_classes=3))
    page.launch(server_port=int(sys.argv[1]), quiet=True)
