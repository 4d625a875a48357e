// A model file that a visitor brings: checks it and finds out which input it expects (`open`), by likelihood on labelled drawings, as
// model/convention_search.py does. What only the app tries: unusual inputs, three colours, other sizes, several inputs, another order of the digits.

import {conventions, convention_search as search} from './constants.js';

/** @import {Card, CompiledModel, Network} from './types.js' */

/**
 * An input and the form of the outputs. transposed: whether rows and columns are exchanged.
 * @typedef {{input: string, dark: boolean, transposed: boolean, output: Output}} Convention
 * @typedef {'probabilities' | 'logits' | 'sigmoids'} Output
 * @typedef {Convention & {loss: number, accuracy: number}} Tried
 */

const SIDE = 28;
const SHAPES = ['28,28', '28,28,1', '1,28,28', '784'];
const {MIN_ACCURACY, SOUND, FLOOR, TEMPERATURES, ODD_TEMPERATURE, RARE_INPUTS, RARER, EXACT} = search;
const CLOSE = 0.02; // nats an image by which the chosen way must be likelier than the next one
const {LEAST, MEAN, DEVIATION} = conventions;
// nobody has measured the confidence of such a file, so no answer is sure (model/calibration.py)
const CARD = {file: '', temperature: 1, sure: Infinity, not_digit: 0.5, second_look: false, student: null};

/** @type {(image: Float32Array, group: (at: number) => number, groups: number) => Float32Array} each group of pixels by its norm */
function byNorm(image, group, groups) {
  const sums = new Float32Array(groups);
  image.forEach((value, at) => {
    sums[group(at)] += value * value;
  });
  return image.map((value, at) => value / Math.max(Math.sqrt(sums[group(at)]), LEAST));
}

/** @type {(image: Float32Array) => Float32Array} */
function byContrast(image) {
  const mean = image.reduce((sum, value) => sum + value, 0) / image.length;
  const variance = image.reduce((sum, value) => sum + (value - mean) ** 2, 0) / image.length;
  const deviation = Math.max(Math.sqrt(variance), 1 / Math.sqrt(image.length));
  return image.map((value) => (value - mean) / deviation);
}

/**
 * INPUTS of model/conventions.py, in its order: what happens to an image with ink 1 on paper 0.
 * @type {Record<string, {words: string, apply: (image: Float32Array) => Float32Array}>}
 */
export const INPUTS = {
  unit: {words: '0 to 1', apply: (image) => image},
  bytes: {words: '0 to 255', apply: (image) => image.map((value) => value * 255)},
  signed: {words: '−1 to 1', apply: (image) => image.map((value) => 2 * value - 1)},
  centred: {words: '−0.5 to 0.5', apply: (image) => image.map((value) => value - 0.5)},
  standard: {words: 'less MNIST’s mean, by its deviation', apply: (image) => image.map((value) => (value - MEAN) / DEVIATION)},
  rows: {words: 'normalize(axis=1)', apply: (image) => byNorm(image, (at) => at % SIDE, SIDE)},
  lines: {words: 'normalize(axis=2)', apply: (image) => byNorm(image, (at) => Math.floor(at / SIDE), SIDE)},
  whole: {words: 'each image by its norm', apply: (image) => byNorm(image, () => 0, 1)},
  contrast: {words: 'each image less its mean, by its deviation', apply: byContrast},
  binary: {words: '0 or 1', apply: (image) => image.map((value) => Number(value > 0.5))},
};

/**
 * @param {CompiledModel} compiled
 * @param {(compiled: CompiledModel, input: Float32Array) => Float32Array} run
 * @param {Uint8Array} drawings  labelled ones: 784 bytes each, then their labels
 * @returns {{network: Network, card: Card, note: string}} note: which input it expects, in words
 * @throws {Error} a sentence, where it is no model for digits
 */
export function open(compiled, run, drawings) {
  const inputs = compiled.getInputDetails();
  const shape = [...inputs[0].shape].slice(1);
  const size = shape.reduce((product, side) => product * side, 1);
  const fits = inputs.length === 1 && SHAPES.includes(String(shape)) && inputs[0].dtype === 'float32';
  const outputs = fits ? run(compiled, new Float32Array(size)).length : 0;
  if (!fits || (outputs !== 10 && outputs !== 11)) {
    throw new Error(
      `This model maps ${shape.join('×') || 'nothing'} ${inputs[0].dtype} to ${outputs || 'other'} outputs; a digit model here takes 28×28, 28×28×1 or 784 float32 values and gives ten (or eleven) numbers. The app (make demo) opens more.`,
    );
  }
  const found = convention((input) => run(compiled, input), drawings);
  const [best, next] = found;
  const n = drawings.length / (SIDE * SIDE + 1);
  if (best.accuracy < MIN_ACCURACY) {
    throw new Error(
      `This model reads only ${Math.round(100 * best.accuracy)}% of ${n} plain drawings, whatever its input’s scale and polarity; it seems not to be one for handwritten digits 0–9 in 28×28. The app (make demo) tries more.`,
    );
  }
  const close = next.loss - best.loss < CLOSE ? `; a close call with ${inWords(next)}: the app’s --input settles it` : '';
  const weak =
    best.accuracy < SOUND
      ? `; it reads only ${Math.round(100 * best.accuracy)}% of ${n} plain drawings: it may want its input in yet another manner, which the app (make demo) may find`
      : '';
  return {
    network: (image) => toProbabilities(run(compiled, toInput(image, best)), best.output),
    card: {...CARD, outputs},
    note: `input ${inWords(best)}, outputs ${best.output}${close}${weak}`,
  };
}

/** @type {(one: Convention) => string} */
const inWords = ({input, dark, transposed}) =>
  `${input} (${INPUTS[input].words}, ${dark ? 'dark ink on light' : 'light ink on dark'}${transposed ? ', rows and columns exchanged' : ''})`;

/** @type {(image: Float32Array, convention: Convention) => Float32Array} */
function toInput(image, {input, dark, transposed}) {
  const turned = transposed ? image.map((_, at) => image[SIDE * (at % SIDE) + Math.floor(at / SIDE)]) : image;
  return INPUTS[input].apply(dark ? turned.map((value) => 1 - value) : turned);
}

/** @type {(outputs: Float32Array, kind: Output) => Float32Array} as Convention.to_probabilities does */
function toProbabilities(outputs, kind) {
  if (kind === 'probabilities') {
    const sum = outputs.reduce((total, value) => total + value, 0);
    return outputs.map((value) => value / Math.max(sum, LEAST));
  }
  const logits =
    kind === 'sigmoids'
      ? outputs.map(
          (value) => Math.log(Math.min(Math.max(value, LEAST), 1 - LEAST)) - Math.log1p(-Math.min(Math.max(value, LEAST), 1 - LEAST)),
        )
      : outputs;
  const most = Math.max(...logits);
  const powers = logits.map((value) => Math.exp(value - most));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
}

/**
 * Every convention on the labelled drawings, the likeliest first.
 * @param {(input: Float32Array) => Float32Array} run
 * @param {Uint8Array} drawings
 * @returns {Tried[]} two or more
 */
function convention(run, drawings) {
  const n = drawings.length / (SIDE * SIDE + 1);
  const images = Array.from({length: n}, (_, at) =>
    Float32Array.from(drawings.subarray(SIDE * SIDE * at, SIDE * SIDE * (at + 1)), (value) => value / 255),
  );
  const labels = drawings.subarray(SIDE * SIDE * n);
  /** @type {(transposed: boolean) => Tried[]} */
  const tryAll = (transposed) => {
    const tries = [false, true].flatMap((dark) => Object.keys(INPUTS).map((input) => ({input, dark, transposed})));
    const outputs = tries.map((one) => images.map((image) => run(toInput(image, {...one, output: 'logits'}))));
    const output = kind(outputs.flat());
    return tries.map((one, at) => ({
      ...one,
      output,
      ...judged(
        outputs[at].map((row) => toProbabilities(row, output)),
        labels,
        one.input,
      ),
    }));
  };
  const upright = tryAll(false);
  const all = Math.max(...upright.map(({accuracy}) => accuracy)) < SOUND ? [...upright, ...tryAll(true)] : upright;
  return all.sort((a, b) => Number(a.loss.toFixed(6)) - Number(b.loss.toFixed(6))); // a stable sort: the first of equals stays first
}

/** @type {(outputs: Float32Array[]) => Output} what the numbers can be, by all that the network has said */
function kind(outputs) {
  const within = outputs.every((one) => one.every((value) => value >= -EXACT && value <= 1 + EXACT));
  if (!within) return 'logits';
  const sums = outputs.map((one) => one.reduce((sum, value) => sum + value, 0));
  return sums.every((sum) => Math.abs(sum - 1) <= EXACT) ? 'probabilities' : 'sigmoids';
}

/**
 * How likely the labels are, in nats an image at the temperature that makes them likeliest, and the share read right.
 * @param {Float32Array[]} probabilities
 * @param {Uint8Array} labels
 * @param {string} input
 * @returns {{loss: number, accuracy: number}}
 */
function judged(probabilities, labels, input) {
  const logs = probabilities.map((row) => row.map((value) => Math.log(Math.max(value, 1e-30))));
  const losses = TEMPERATURES.map((temperature) => {
    const each = logs.map((row, at) => {
      const scaled = row.map((value) => value / temperature);
      const most = Math.max(...scaled);
      const total = Math.log(scaled.reduce((sum, value) => sum + Math.exp(value - most), 0)) + most;
      return Math.min(total - scaled[labels[at]], -Math.log(FLOOR));
    });
    return each.reduce((sum, value) => sum + value, 0) / each.length + ODD_TEMPERATURE * Math.log(temperature) ** 2;
  });
  const right = probabilities.filter((row, at) => row.slice(0, 10).indexOf(Math.max(...row.slice(0, 10))) === labels[at]).length;
  return {loss: Math.min(...losses) + (RARE_INPUTS.includes(input) ? RARER : 0), accuracy: right / labels.length};
}

/**
 * The file with a batch of one where it leaves that open, in place: the runtime here does not set it.
 * @param {Uint8Array<ArrayBuffer>} file  a FlatBuffer of TensorFlow Lite's schema
 * @returns {Uint8Array<ArrayBuffer>} the same
 */
export function withFixedBatch(file) {
  const data = new DataView(file.buffer, file.byteOffset, file.byteLength);
  /** @type {(table: number, field: number) => number} where a field's value is; 0: it is left out */
  const field = (table, at) => {
    const entries = table - data.getInt32(table, true);
    const offset = 4 + 2 * at < data.getUint16(entries, true) ? data.getUint16(entries + 4 + 2 * at, true) : 0;
    return offset && table + offset;
  };
  /** @type {(at: number) => number[]} where the elements of a vector, named by that field, are; each takes 4 bytes */
  const vector = (at) => {
    if (!at) return [];
    const start = at + data.getUint32(at, true);
    return Array.from({length: data.getUint32(start, true)}, (_, element) => start + 4 + 4 * element);
  };
  /** @type {(at: number) => number} */
  const table = (at) => at + data.getUint32(at, true);
  const [SUBGRAPHS, TENSORS, SHAPE_SIGNATURE] = [2, 0, 7];
  for (const subgraph of vector(field(table(0), SUBGRAPHS)).map(table)) {
    for (const tensor of vector(field(subgraph, TENSORS)).map(table)) {
      for (const side of vector(field(tensor, SHAPE_SIGNATURE))) if (data.getInt32(side, true) === -1) data.setInt32(side, 1, true);
    }
  }
  return file;
}
