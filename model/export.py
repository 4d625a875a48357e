"""A trained Keras model → the `.tflite` that serves. Imports TensorFlow; only training and converting call it."""

from pathlib import Path

from model.files import replacing


def to_tflite(network, path: Path, int8_weights: bool = False) -> None:
    """Write ``network`` as LiteRT with a batch of one, float32 in and out.

    ``int8_weights``: the weights, scaled for each channel, and within a layer its inputs, scaled for each image, are whole
    numbers of 8 bits (LiteRT's dynamic range quantisation): a quarter of the size and of the time.

    Keras's own ``export(format="litert")`` writes a dynamic batch, which the browser's runtime refuses;
    Python's can resize a fixed one. The converter gets no trackable object: with Keras 3's it would leave the weights out.
    """
    import tensorflow as tf

    signature = tf.TensorSpec((1, *network.input_shape[1:]), tf.float32)
    function = tf.function(lambda images: network(images, training=False)).get_concrete_function(signature)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
    if int8_weights:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    content = converter.convert()
    with replacing(path) as temporary:
        temporary.write_bytes(content)
