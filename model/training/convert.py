"""`python -m model.training.convert IN.keras OUT.tflite`: converts a custom model; the app runs it as a child process."""

import os
import sys
from pathlib import Path

from model.inference import DIGITS


def convert(path: Path, converted: Path) -> str | None:
    """Write the `.tflite` of the Keras file ``path`` to ``converted``. Returns None, or one sentence on what is wrong with it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        import keras

        from model.training.export import to_tflite
    except ImportError:
        return "a .keras file needs TensorFlow; install requirements.txt, or bring a .tflite file."
    try:
        network = keras.models.load_model(path, compile=False, safe_mode=True)
        if not isinstance(network, keras.Model):
            raise TypeError("it holds no network")
    except Exception as error:  # somebody else's file may raise anything; the first line says what
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
