"""The Keras networks. Only training and converting import this file, because it imports TensorFlow."""

import keras
import tensorflow as tf
from keras import layers


def classic() -> keras.Model:
    """The original: Flatten, Dense 128 ReLU, Dense 128 ReLU, Dense 10 softmax; (n, 28, 28) → (n, 10)."""
    return keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def cnn() -> keras.Model:
    """Six 3×3 convolutions, residual where the size stays, mean and max pooling; (n, 28, 28, 1) → (n, 11).

    16 M multiply-adds an image. Outputs 0–9 are the digits, 10 is "no digit". The last layer is float32
    whatever the policy, so that the probabilities keep their small values.
    """
    image = keras.Input((28, 28, 1))
    x = _six(image)
    x = layers.concatenate([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])
    x = layers.Dropout(0.1)(x)
    return keras.Model(image, layers.Dense(11, activation="softmax", dtype="float32")(x))


def touching() -> keras.Model:
    """What `cnn` is but for its end, over a strip of any width; (n, 36, w, 1) → (n, w / 2, 12) logits, w a multiple of 4.

    An output every 2 px: 0–9 are the digits, 10 is "no digit", 11 the blank of Graves et al. 2006 ("Connectionist Temporal
    Classification"), nothing new. It sees 30 px to either side.
    """
    strip = keras.Input((36, None, 1))
    x = _six(strip)
    x = layers.concatenate([layers.AveragePooling2D((9, 1))(x), layers.MaxPooling2D((9, 1))(x)])
    x = _conv(x, 128, size=(1, 5))
    x = _conv(x, 128, size=(1, 5))
    x = layers.Dropout(0.1)(x)
    x = layers.Conv2D(24, 1, dtype="float32")(x)
    return keras.Model(strip, layers.Reshape((-1, 12), dtype="float32")(x))


def _six(x):
    x = _conv(x, 24)
    x = _conv(x, 48, strides=2)
    x = layers.add([x, _conv(x, 48)])
    x = _conv(x, 96, strides=2)
    x = layers.add([x, _conv(x, 96)])
    return layers.add([x, _conv(x, 96)])


def _conv(x, filters: int, strides: int = 1, size=3):
    x = layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False)(x)
    # 0.9 instead of 0.99: the statistics follow the change from strong to mild variations at the end.
    x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.ReLU()(x)


@keras.saving.register_keras_serializable("digits")
def unaligned(symbols, logits):
    """Loss of logits (n, steps, 12) for symbols (n, m), -1 after their end, wherever they stand (CTC)."""
    steps = tf.fill(tf.shape(logits)[:1], tf.shape(logits)[1])
    return tf.nn.ctc_loss(
        _sparse(symbols), logits, None, steps, logits_time_major=False, blank_index=logits.shape[-1] - 1
    )


@keras.saving.register_keras_serializable("digits")
def exactly(symbols, logits):
    """Whether the likeliest symbols at each step, blanks and repeats left out, are those of (n, m): (n,) float32."""
    steps = tf.fill(tf.shape(logits)[:1], tf.shape(logits)[1])
    (found,), _ = tf.nn.ctc_greedy_decoder(tf.transpose(logits, (1, 0, 2)), steps)
    symbols = _sparse(symbols)
    found = tf.SparseTensor(found.indices, tf.cast(found.values, tf.int32), found.dense_shape)
    edits = tf.reshape(tf.edit_distance(found, symbols, normalize=False), (-1,))
    return tf.cast(tf.equal(edits, 0), tf.float32)


def _sparse(symbols):
    there = tf.where(symbols >= 0)
    return tf.SparseTensor(there, tf.cast(tf.gather_nd(symbols, there), tf.int32), tf.shape(symbols, tf.int64))


def go_on_with(trained: keras.Model, network: keras.Model) -> None:
    """Give the first convolutions of ``network`` the weights of ``trained``, as far as they are the same."""
    kinds = layers.Conv2D, layers.BatchNormalization
    own, known = ([x for x in model.layers if isinstance(x, kinds)] for model in (network, trained))
    for layer, like in zip(own, known, strict=False):
        layer.set_weights(like.get_weights())
