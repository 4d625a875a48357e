// The networks that are trained in the page, their loss and Adam, on jax-js (`Network`); `shapes` and `firstWeights` need no library.
//
// jax-js and nothing of our own, for it was the quickest of three. Milliseconds a step of 32 images, WebAssembly, one AMD EPYC core shared with
// other work: 784-128-128-10 jax-js 0.1.25 4.6, plain typed arrays that skip the paper 7.0, TensorFlow.js 4.22 14. One jitted call of 8
// steps is no quicker than 8 calls, and its compilation takes five times as long. A convolution of jax-js itself took 320 (two of 3 × 3 with pooling),
// for its loads are scattered; as a matrix product, below, a larger network takes 12.

/** @import {Jax, Recipe, Tensor} from './train_types.js' */

export const SIDE = 28;
const PIXELS = SIDE * SIDE;
const DIGITS = 10;
const STRIDE = 2; // of both convolutions
const [FIRST, SECOND] = [
  {size: 5, inputs: 1, filters: 16, side: 12}, // side: of its output, without padding
  {size: 4, inputs: 16, filters: 32, side: 5},
];
const BLOCKS = FIRST.side / STRIDE; // of 2 × 2 outputs, in a row
const CORNERS = [0, 1, 2, 3].map((at) => [at >> 1, at & 1]); // of a block, and of the 2 × 2 blocks that the second convolution sees
const [DECAY, DECAY_OF_SQUARES, TINY] = [0.9, 0.999, 1e-7]; // Keras's Adam

/** @type {(recipe: Recipe) => number[][]} of each layer's weights and biases, in turn, as Keras's get_weights() has them */
export function shapes({network, hidden, width}) {
  const kernels = network === 'cnn' ? [FIRST, SECOND].map(({size, inputs, filters}) => [size, size, inputs, filters]) : [];
  let inputs = network === 'cnn' ? SECOND.side ** 2 * SECOND.filters : PIXELS;
  for (const outputs of [...Array(hidden).fill(width), DIGITS]) {
    kernels.push([inputs, outputs]);
    inputs = outputs;
  }
  return kernels.flatMap((kernel) => [kernel, kernel.slice(-1)]);
}

/** @type {(shape: number[]) => number} */
export const size = (shape) => shape.reduce((product, side) => product * side, 1);

/**
 * Keras's starting weights: Glorot & Bengio 2010, uniform; biases 0.
 * @param {Recipe} recipe
 * @param {() => number} random
 * @returns {Float32Array[]} in the order of `shapes`
 */
export const firstWeights = (recipe, random) =>
  shapes(recipe).map((shape) => {
    if (shape.length === 1) return new Float32Array(shape[0]);
    const field = size(shape.slice(0, -2)); // pixels that a convolution sees
    const [inputs, outputs] = shape.slice(-2);
    const limit = Math.sqrt(6 / (field * (inputs + outputs)));
    return Float32Array.from({length: size(shape)}, () => (2 * random() - 1) * limit);
  });

/**
 * The second convolution's kernel in the order in which `logits` sees its inputs, or back: by block of 2 × 2 pixels, not by row.
 * @param {Float32Array} kernel
 * @param {boolean} back
 */
function reordered(kernel, back) {
  const {size: side, inputs, filters} = SECOND;
  const [row, result] = [inputs * filters, new Float32Array(kernel.length)];
  let ours = 0;
  for (const [i, j] of CORNERS) {
    for (const [dy, dx] of CORNERS) {
      const keras = row * (side * (STRIDE * i + dy) + STRIDE * j + dx);
      const [from, to] = back ? [ours, keras] : [keras, ours];
      result.set(kernel.subarray(from, from + row), to);
      ours += row;
    }
  }
  return result;
}

/**
 * Images as the first layer takes them, in [0, 1]: their pixels, or for a convolution the square under each of its outputs.
 * @param {Recipe['network']} network
 * @param {Uint8Array} images  784 bytes each
 * @param {ArrayLike<number>} indexes  which of them
 * @returns {Float32Array}
 */
export function inputs(network, images, indexes) {
  const squares = network === 'cnn';
  const each = squares ? FIRST.side ** 2 * FIRST.size ** 2 : PIXELS;
  const result = new Float32Array(each * indexes.length);
  let at = 0;
  for (let n = 0; n < indexes.length; n++) {
    const from = PIXELS * indexes[n];
    if (squares) at = copySquares(images, from, result, at);
    else for (let pixel = 0; pixel < PIXELS; pixel++, at++) result[at] = images[from + pixel] / 255;
  }
  return result;
}

/** @type {(images: Uint8Array, from: number, result: Float32Array, at: number) => number} where it ends */
function copySquares(images, from, result, at) {
  for (let block = 0; block < BLOCKS * BLOCKS; block++) {
    const [row, column] = [STRIDE * Math.floor(block / BLOCKS), STRIDE * (block % BLOCKS)];
    for (const [dy, dx] of CORNERS) {
      const corner = from + SIDE * STRIDE * (row + dy) + STRIDE * (column + dx);
      for (let y = 0; y < FIRST.size; y++) {
        for (let x = 0; x < FIRST.size; x++, at++) result[at] = images[corner + SIDE * y + x] / 255;
      }
    }
  }
  return at;
}

export class Network {
  /**
   * @param {Jax} jax  with its device chosen
   * @param {Recipe} recipe
   * @param {Float32Array[]} weights  in the order of `shapes`
   */
  constructor(jax, recipe, weights) {
    this.jax = jax;
    this.recipe = recipe;
    const np = jax.numpy;
    const ours = weights.map((values, at) => np.array(this.inOurOrder(values, at)).reshape(this.ourShape(at)));
    const none = () => shapes(recipe).map((_, at) => np.zeros(this.ourShape(at)));
    /** @type {[weights: Tensor[], means: Tensor[], squares: Tensor[], totals: Tensor]} totals: sum of losses, images that were right */
    this.state = [ours, none(), none(), np.zeros([2])];
    this.steps = 0;
    const graded = jax.valueAndGrad((weights, x, y) => this.loss(weights, x, y), {hasAux: true});
    /** @type {(...state: [Tensor[], Tensor[], Tensor[], Tensor, Tensor, Tensor, Tensor]) => [Tensor[], Tensor[], Tensor[], Tensor]} */
    const adam = (weights, means, squares, totals, x, y, rate) => {
      const n = y.shape[0];
      const [[loss, right], gradients] = graded(
        weights.map((w) => w.ref),
        x,
        y,
      );
      const next = means.map((mean, at) => {
        const m = mean.mul(DECAY).add(gradients[at].ref.mul(1 - DECAY));
        const v = squares[at].mul(DECAY_OF_SQUARES).add(np.square(gradients[at]).mul(1 - DECAY_OF_SQUARES));
        return {m, v, w: weights[at].sub(rate.ref.mul(m.ref).div(np.sqrt(v.ref).add(TINY)))};
      });
      rate.dispose();
      return [next.map(({w}) => w), next.map(({m}) => m), next.map(({v}) => v), totals.add(np.stack([loss.mul(n), right]))];
    };
    this.adam = jax.jit(adam);
    this.predict = jax.jit((/** @type {Tensor[]} */ weights, /** @type {Tensor} */ x) => jax.nn.softmax(this.logits(weights, x)));
  }

  /** @type {(at: number) => number[]} the shape of an array as the products want it: a matrix or a row */
  ourShape(at) {
    const shape = shapes(this.recipe)[at];
    return shape.length === 4 ? [size(shape.slice(0, -1)), shape[3]] : shape;
  }

  /** @type {(values: Float32Array, at: number, back?: boolean) => Float32Array} */
  inOurOrder(values, at, back = false) {
    return this.recipe.network === 'cnn' && at === 2 ? reordered(values, back) : values;
  }

  /**
   * What comes before the softmax, (n, 10).
   * @param {Tensor[]} weights
   * @param {Tensor} x  as of `inputs`: (n, 784), or (n × 144, 25) for a convolution
   */
  logits(weights, x) {
    const {concatenate, dot, where} = this.jax.numpy;
    // not jax-js's relu, whose gradient at 0 is 1: in a first step, with no bias yet, that is all of the paper
    const relu = (/** @type {Tensor} */ h) => where(h.ref.greater(0), h, 0);
    let [h, at] = [x, 0];
    const layer = () => {
      const [kernel, bias] = [weights[at], weights[at + 1]];
      at += 2;
      return dot(h, kernel).add(bias);
    };
    if (this.recipe.network === 'cnn') {
      const n = x.shape[0] / FIRST.side ** 2;
      // a stride of 2 over 4 × 4 pixels is a stride of 1 over 2 × 2 blocks of 2 × 2 pixels
      const blocks = relu(layer()).reshape([n, BLOCKS, BLOCKS, STRIDE * STRIDE * FIRST.filters]);
      const seen = CORNERS.map(([i, j]) => blocks.ref.slice([], [i, i + SECOND.side], [j, j + SECOND.side]));
      blocks.dispose();
      h = concatenate(seen, -1).reshape([n * SECOND.side ** 2, SECOND.size ** 2 * SECOND.inputs]);
      h = relu(layer()).reshape([n, SECOND.side ** 2 * SECOND.filters]);
    }
    while (at < weights.length - 2) h = relu(layer());
    return layer();
  }

  /**
   * The mean cross-entropy of a batch, and how many images it gets right.
   * @param {Tensor[]} weights
   * @param {Tensor} x  as `logits` takes it
   * @param {Tensor} y  (n, 10): 1 at the label
   * @returns {[loss: Tensor, right: Tensor]}
   */
  loss(weights, x, y) {
    const n = y.shape[0];
    const logs = this.jax.nn.logSoftmax(this.logits(weights, x));
    const own = logs.ref.mul(y).sum(1);
    const right = own.ref.greaterEqual(this.jax.numpy.max(logs, 1)).astype('float32').sum();
    return [own.sum().mul(-1 / n), right];
  }

  /** @param {Float32Array} values  as of `inputs` */
  asInput(values) {
    return this.jax.numpy
      .array(values)
      .reshape(this.recipe.network === 'cnn' ? [values.length / FIRST.size ** 2, FIRST.size ** 2] : [values.length / PIXELS, PIXELS]);
  }

  /**
   * One step of Adam.
   * @param {Uint8Array} images
   * @param {Uint8Array} labels
   * @param {ArrayLike<number>} batch  indexes
   */
  step(images, labels, batch) {
    const y = new Float32Array(DIGITS * batch.length);
    for (let n = 0; n < batch.length; n++) y[DIGITS * n + labels[batch[n]]] = 1;
    this.steps += 1;
    const rate = (this.recipe.rate * Math.sqrt(1 - DECAY_OF_SQUARES ** this.steps)) / (1 - DECAY ** this.steps);
    const {array} = this.jax.numpy;
    const x = this.asInput(inputs(this.recipe.network, images, batch));
    this.state = this.adam(...this.state, x, array(y).reshape([batch.length, DIGITS]), array([rate]).reshape([]));
  }

  /** @returns {Promise<[losses: number, right: number]>} sums over the images since it was asked last */
  async totals() {
    const [losses, right] = await this.state[3].data();
    this.state[3] = this.jax.numpy.zeros([2]);
    return [losses, right];
  }

  /**
   * @param {number} at  which array of `shapes`
   * @returns {Promise<Float32Array>} as Keras orders it
   */
  weight = async (at) => this.inOurOrder(await this.state[0][at].ref.data(), at, true);

  /** @returns {Promise<Float32Array[]>} all of them */
  weights = () => Promise.all(this.state[0].map((_, at) => this.weight(at)));

  /**
   * The probabilities of 0–9, ten an image.
   * @param {Uint8Array} images
   * @param {ArrayLike<number>} indexes
   */
  probabilities(images, indexes) {
    const weights = this.state[0].map((w) => w.ref);
    return this.predict(weights, this.asInput(inputs(this.recipe.network, images, indexes))).data();
  }

  /** Give its memory back. */
  dispose() {
    const [weights, means, squares, totals] = this.state;
    for (const array of [...weights, ...means, ...squares, totals]) array.dispose();
  }
}
