"""A trained Keras model → the `.tflite` that serves. Imports TensorFlow; only training and converting call it."""

from pathlib import Path

import numpy as np

from model.files import replacing

FINEST = 10  # bits below a channel's largest weight that those of float16 keep


def to_tflite(network, path: Path, weights: str = "float32", width: int | None = None) -> None:
    """Write ``network`` as LiteRT with a batch of one, float32 in and out, and images of that ``width`` where it takes any.

    ``weights`` of int8, scaled for each channel, are multiplied with a layer's inputs as whole numbers of 8 bits too, scaled for
    each image (LiteRT's dynamic range quantisation): a quarter of float32's size and time. Those of float16 are half its size,
    and rounded so that they compress by another quarter.

    Keras's own ``export(format="litert")`` writes a dynamic batch, which the browser's runtime refuses;
    Python's can resize a fixed one. The converter gets no trackable object: with Keras 3's it would leave the weights out.
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
    """A `.tflite` whose matrices of float16 are rounded to whole steps, each channel to 2^-FINEST of the power of two above it."""
    from tensorflow.lite.python.schema_py_generated import TensorType
    from tensorflow.lite.tools import flatbuffer_utils

    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    for tensor in (t for graph in model.subgraphs for t in graph.tensors):
        buffer = model.buffers[tensor.buffer]
        if tensor.type == TensorType.FLOAT16 and len(tensor.shape) > 1 and buffer.data is not None:
            channels = (
                np.asarray(buffer.data, np.uint8).view(np.float16).astype(np.float32).reshape(tensor.shape[0], -1)
            )
            largest = np.maximum(np.abs(channels).max(axis=1, keepdims=True), 2.0**-10)
            step = 2.0 ** (np.ceil(np.log2(largest)) - FINEST)
            buffer.data = (np.round(channels / step) * step).astype(np.float16).reshape(-1).view(np.uint8)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))
