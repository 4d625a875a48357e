"""The Keras networks, with the loss and the metric of the one for touching digits. Imports TensorFlow."""

from pathlib import Path

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

    16 M multiply-adds an image. Outputs 0–9 are the digits, 10 is "no digit". The last layer is float32 whatever the policy, so
    that small probabilities keep their values.
    """
    image = keras.Input((28, 28, 1))
    x = _six_convolutions(image)
    x = layers.concatenate([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])
    x = layers.Dropout(0.1)(x)
    return keras.Model(image, layers.Dense(11, activation="softmax", dtype="float32")(x))


def touching() -> keras.Model:
    """The convolutions of `cnn` over a strip of any width; (n, 36, w, 1) → (n, w / 2, 12) logits, w a multiple of 4.

    There is an output every 2 px, and it sees 30 px to either side. 0–9 are the digits, 10 is "no digit", and 11 is the blank,
    "nothing new", of Graves et al. 2006 ("Connectionist Temporal Classification").
    """
    strip = keras.Input((36, None, 1))
    x = _six_convolutions(strip)
    x = layers.concatenate([layers.AveragePooling2D((9, 1))(x), layers.MaxPooling2D((9, 1))(x)])
    x = _convolution(x, 128, size=(1, 5))
    x = _convolution(x, 128, size=(1, 5))
    x = layers.Dropout(0.1)(x)
    x = layers.Conv2D(24, 1, dtype="float32")(x)
    return keras.Model(strip, layers.Reshape((-1, 12), dtype="float32")(x))


def student() -> keras.Model:
    """Four convolutions, most of them on 7×7 pixels; (n, 28, 28, 1) → (n, 11), as `cnn`. 1.2 M multiply-adds an image."""
    image = keras.Input((28, 28, 1))
    x = _convolution(image, 16, strides=2, size=5)
    x = _convolution(x, 32, strides=2)
    x = layers.add([x, _convolution(x, 32)])
    x = layers.add([x, _convolution(x, 32)])
    x = layers.concatenate([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])
    return keras.Model(image, layers.Dense(11, activation="softmax", dtype="float32")(x))


def _six_convolutions(x):
    x = _convolution(x, 24)
    x = _convolution(x, 48, strides=2)
    x = layers.add([x, _convolution(x, 48)])
    x = _convolution(x, 96, strides=2)
    x = layers.add([x, _convolution(x, 96)])
    return layers.add([x, _convolution(x, 96)])


def _convolution(x, filters: int, strides: int = 1, size: int | tuple[int, int] = 3):
    x = layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False)(x)
    # 0.9 instead of 0.99: the statistics follow the change from strong to mild variations at the end.
    x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.ReLU()(x)


def load(path: Path) -> keras.Model:
    """A saved network. Raises OSError or ValueError for what Keras cannot load, TypeError for what is no network."""
    network = keras.models.load_model(path)
    if not isinstance(network, keras.Model):
        raise TypeError(f"{path} holds no network.")
    return network


def start_from(trained: keras.Model, network: keras.Model) -> None:
    """Give ``network`` the weights of ``trained``: all where both are of one kind, else those of the first convolutions, as far as both
    have the same."""
    if [w.shape for w in network.weights] == [w.shape for w in trained.weights]:
        network.set_weights(trained.get_weights())
        return
    kinds = layers.Conv2D, layers.BatchNormalization
    new, known = ([x for x in model.layers if isinstance(x, kinds)] for model in (network, trained))
    for layer, like in zip(new, known, strict=False):
        layer.set_weights(like.get_weights())


@keras.saving.register_keras_serializable("digits")
def ctc_loss(symbols, logits):
    """The CTC loss of each strip, (n,) float32. symbols: (n, m) int32, -1 after their end; logits: (n, steps, 12)."""
    steps = tf.fill(tf.shape(logits)[:1], tf.shape(logits)[1])
    return tf.nn.ctc_loss(
        labels=_sparse(symbols),  # pyright: ignore[reportArgumentType] (its types know dense labels only)
        logits=logits,
        label_length=None,  # pyright: ignore[reportArgumentType] (not needed with sparse labels)
        logit_length=steps,
        logits_time_major=False,
        blank_index=logits.shape[-1] - 1,
    )


@keras.saving.register_keras_serializable("digits")
def exact_match(symbols, logits):
    """Whether a strip is read exactly, without repeats and blanks, (n,) float32. Shapes as in `ctc_loss`."""
    steps = tf.fill(tf.shape(logits)[:1], tf.shape(logits)[1])
    (found,), _ = tf.nn.ctc_greedy_decoder(tf.transpose(logits, (1, 0, 2)), steps)
    symbols = _sparse(symbols)
    found = tf.SparseTensor(found.indices, tf.cast(found.values, tf.int32), found.dense_shape)
    edits = tf.reshape(tf.edit_distance(found, symbols, normalize=False), (-1,))
    return tf.cast(tf.equal(edits, 0), tf.float32)


def _sparse(symbols):
    there = tf.where(symbols >= 0)
    return tf.SparseTensor(there, tf.cast(tf.gather_nd(symbols, there), tf.int32), tf.shape(symbols, tf.int64))
