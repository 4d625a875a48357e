"""A trained Keras model → the `.tflite` that serves. Imports TensorFlow; only training and converting call it."""

from pathlib import Path

from model.files import replacing


def to_tflite(network, path: Path, weights: str = "float32", width: int | None = None) -> None:
    """Write ``network`` as LiteRT with a batch of one, float32 in and out, and images of that ``width`` where it takes any.

    ``weights`` of int8, scaled for each channel, are multiplied with a layer's inputs as whole numbers of 8 bits too, scaled for
    each image (LiteRT's dynamic range quantisation): a quarter of float32's size and time. Those of float16 are half its size.

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
    with replacing(path) as temporary:
        temporary.write_bytes(content)
