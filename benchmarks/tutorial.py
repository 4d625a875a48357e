"""`python -m benchmarks.tutorial PORT`: the demo as tutorials write it, for comparison: TensorFlow, a Keras model, gr.Interface."""

import sys
from pathlib import Path

import gradio as gr
import keras
import numpy as np

MODEL = Path(__file__).parent.parent / "model" / "trained" / "classic" / "HandWrittneDigits.keras"

model: keras.Model = keras.models.load_model(MODEL)  # pyright: ignore[reportAssignmentType] (Keras says object)


def predict(drawing: dict) -> dict[str, float]:
    """Gradio's drawing → probability of each digit."""
    image = 255 - np.asarray(drawing["composite"].convert("L").resize((28, 28)))
    probabilities = model.predict(image[None] / 255, verbose=0)[0]  # pyright: ignore[reportArgumentType] (Keras takes 0)
    return {str(digit): float(p) for digit, p in enumerate(probabilities)}


if __name__ == "__main__":
    page = gr.Interface(predict, gr.Sketchpad(type="pil"), gr.Label(num_top_classes=3))
    page.launch(server_port=int(sys.argv[1]), quiet=True)
