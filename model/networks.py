"""The Keras networks. Only training and converting import this file, because it imports TensorFlow."""

import keras
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
    x = _conv(image, 24)
    x = _conv(x, 48, strides=2)
    x = layers.add([x, _conv(x, 48)])
    x = _conv(x, 96, strides=2)
    x = layers.add([x, _conv(x, 96)])
    x = layers.add([x, _conv(x, 96)])
    x = layers.concatenate([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])
    x = layers.Dropout(0.1)(x)
    return keras.Model(image, layers.Dense(11, activation="softmax", dtype="float32")(x))


def _conv(x, filters: int, strides: int = 1):
    x = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
    # 0.9 instead of 0.99: the statistics follow the change from strong to mild variations at the end.
    x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.ReLU()(x)
