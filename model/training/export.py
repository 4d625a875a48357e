"""Converts a trained Keras model to the `.tflite` that serves (`to_tflite`). Imports TensorFlow when it is called."""

from pathlib import Path

import numpy as np

from model.files import replacing

FINEST = 10  # bits: float16 weights are multiples of 2^-FINEST of the power of two above the largest of their channel


def to_tflite(network, path: Path, weights: str = "float32", width: int | None = None) -> None:
    """Write ``network``, a keras.Model, as LiteRT with a batch of one, float32 in and out.

    weights: "float32"; "int8", with a scale for each channel, which LiteRT multiplies with inputs that it rounds to 8 bits too,
    with a scale for each image (dynamic range quantisation): a quarter of float32's size and time; or "float16", half of its
    size, and rounded so that they compress by another quarter. width: of the images, in px, where the network takes any.

    Keras's own ``export(format="litert")`` writes a dynamic batch, which the browser's runtime refuses; Python's runtime can
    resize a fixed one. The converter gets no trackable object: with that of Keras 3 it leaves the weights out.
    """
    import tensorflow as tf

    shape = [width if side is None else side for side in network.input_shape[1:]]
    signature = tf.TensorSpec((1, *shape), tf.float32)
    function = tf.function(lambda images: network(images, training=False)).get_concrete_function(signature)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
    if weights != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if weights == "float16":
        converter.target_spec.supported_types = [tf.float16]
    content = converter.convert()
    if weights == "float16":
        content = _rounded(content)
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def _rounded(content: bytes) -> bytes:
    """The same `.tflite` with its float16 matrices rounded to steps of FINEST bits (see there)."""
    from tensorflow.lite.python.schema_py_generated import TensorType
    from tensorflow.lite.tools import flatbuffer_utils

    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    for tensor in (t for graph in model.subgraphs or () for t in graph.tensors or ()):
        buffer, shape = (model.buffers or [])[tensor.buffer], tensor.shape
        if tensor.type == TensorType.FLOAT16 and shape is not None and len(shape) > 1 and buffer.data is not None:
            channels = np.asarray(buffer.data, np.uint8).view(np.float16).astype(np.float32).reshape(shape[0], -1)
            largest = np.maximum(np.abs(channels).max(axis=1, keepdims=True), 2.0**-10)
            step = 2.0 ** (np.ceil(np.log2(largest)) - FINEST)
            buffer.data = (np.round(channels / step) * step).astype(np.float16).reshape(-1).view(np.uint8)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))
