"""Reads handwritten digits, from a picture to a reading (enter at recogniser.py). No TensorFlow, no Gradio, no plotting."""
