"""The page network and its losses: a small U-Net that finds writing as instances (imports TensorFlow when called).

After Panoptic-DeepLab (Cheng et al. 2020): each px of ink votes for the middle of what it belongs to.
"""

from model.page_reader import network_input as maps
from model.training.pages import labels as known

WIDTHS = (16, 32, 56, 88, 112)  # channels at 1/2, 1/4, 1/8, 1/16 and 1/32 of the picture
HEAD = 24
# Weights of the losses. The kind has a high one: with little, digit or other is hardly learned.
OF_INK, OF_OVERLAP, OF_KIND, OF_HEAT, OF_OFFSET, OF_HEIGHT = 2.0, 1.0, 3.0, 4.0, 1.5, 0.5
PEAK = 8.0  # a middle counts so much more than paper, in the heat
STROKE = 3.0  # ink likewise


def build(height: int | None = None, width: int | None = None):
    """The network: (n, H/2, W/2, 8) → (n, H/2, W/2, 9), H and W multiples of 32. About 0.56 M parameters."""
    import keras
    from keras import layers

    def convolved(x, channels, stride=1):
        x = layers.Conv2D(channels, 3, stride, "same", use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization(momentum=0.98)(x))

    image = keras.Input((height, width, maps.INPUTS), name="cells")
    x = convolved(image, WIDTHS[0])
    skips = [x]
    for channels in WIDTHS[1:]:
        x = convolved(x, channels, 2)
        x = layers.Add()([x, convolved(x, channels)])
        skips.append(x)
    for channels, skip in zip(WIDTHS[-2::-1], skips[-2::-1], strict=True):
        x = layers.Add()([layers.Conv2DTranspose(channels, 2, 2)(x), skip])
        x = convolved(x, channels if channels != WIDTHS[0] else HEAD)
    return keras.Model(image, layers.Conv2D(maps.OUTPUTS, 1, name="maps")(x), name="page_reader")


def losses(labels, outputs):
    """Labels (n, h, w, 12) float32 of labels.py and outputs (n, h, w, 9) → the six losses, (6,) float32, weighted."""
    import tensorflow as tf

    def mean(values, weights):
        return tf.reduce_sum(values * weights) / (tf.reduce_sum(weights) + 1e-3)

    def surprise(target, logits):
        return tf.nn.sigmoid_cross_entropy_with_logits(target, logits)

    everywhere = labels[..., known.OF_ALL]
    ink, guess = labels[..., maps.INK], outputs[..., maps.INK]
    of_ink = mean(surprise(ink, guess), everywhere[..., None] * (1 + STROKE * ink))
    shares = tf.sigmoid(guess) * everywhere[..., None]
    both = tf.reduce_sum(shares * ink, (1, 2, 3)) + 20
    overlap = 1 - tf.reduce_mean(2 * both / (tf.reduce_sum(shares + ink * everywhere[..., None], (1, 2, 3)) + 40))
    kind = mean(surprise(labels[..., maps.KIND], outputs[..., maps.KIND]), labels[..., known.OF_KIND])
    heat = labels[..., maps.HEAT]
    of_heat = mean(surprise(heat, outputs[..., maps.HEAT]), everywhere * (1 + PEAK * heat))
    of_instance, height = labels[..., known.OF_INSTANCE], labels[..., maps.HEIGHT]
    # In px, relative to the height: 4 px more, as nobody can place the middle of tiny writing closer.
    reach = 4 + 0.25 * maps.REACH * tf.exp(height)
    missed = tf.abs(labels[..., maps.OFFSET] - maps.REACH * outputs[..., maps.OFFSET])
    of_offset = mean(tf.reduce_sum(missed, -1) / reach, of_instance)
    of_height = mean(tf.abs(height - outputs[..., maps.HEIGHT]), of_instance)
    return tf.stack([
        OF_INK * of_ink, OF_OVERLAP * overlap, OF_KIND * kind, OF_HEAT * of_heat, OF_OFFSET * of_offset, OF_HEIGHT * of_height,
    ])  # fmt: skip
