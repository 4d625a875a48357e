"""`python -m model.training.convert IN.keras OUT.tflite`: a person's Keras file → what serves it. Runs as a child process of the app."""

import os
import sys
from pathlib import Path

from model.inference import DIGITS


def convert(path: Path, converted: Path) -> str | None:
    """Write ``converted``. Returns None, or a sentence about what is wrong with the file."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        import keras

        from model.training.export import to_tflite
    except ImportError:
        return "a .keras file needs TensorFlow; install requirements.txt, or bring a .tflite file."
    try:
        network = keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # a foreign file may raise anything; its first line says what
        first = (str(error).strip().splitlines() or ["unknown reason"])[0]
        return f"Keras cannot load it safely ({type(error).__name__}: {first[:160]})"
    shape, outputs = tuple(network.input_shape[1:]), network.output_shape[-1]
    if shape not in DIGITS.shapes or outputs not in DIGITS.outputs:
        return f"it maps {shape} to {outputs} outputs; a digit model takes 28×28, 28×28×1 or 784 and gives ten."
    to_tflite(network, converted)
    return None


if __name__ == "__main__":
    sentence = convert(Path(sys.argv[1]), Path(sys.argv[2]))
    print(sentence or "converted")
    sys.exit(1 if sentence else 0)
