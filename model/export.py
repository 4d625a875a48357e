"""A trained Keras model → the `.tflite` that serves. Imports TensorFlow; only training and converting call it."""

from pathlib import Path

from model.files import replacing


def to_tflite(network, path: Path) -> None:
    """Write ``network`` as float32 LiteRT with a batch of one.

    Keras's own ``export(format="litert")`` writes a dynamic batch, which the browser's runtime refuses;
    Python's can resize a fixed one. The converter gets no trackable object: with Keras 3's it would leave the weights out.
    """
    import tensorflow as tf

    signature = tf.TensorSpec((1, *network.input_shape[1:]), tf.float32)
    function = tf.function(lambda images: network(images, training=False)).get_concrete_function(signature)
    content = tf.lite.TFLiteConverter.from_concrete_functions([function]).convert()
    with replacing(path) as temporary:
        temporary.write_bytes(content)
