// A model file that a visitor brings: checks it and finds out which input it expects (`open`). Four conventions are tried: 0–1 or 0–255,
// light or dark ink; the app tries all of model/conventions.py.

/** @import {Card, CompiledModel, Network} from './types.js' */

const SHAPES = ['28,28', '28,28,1', '784'];
const ENOUGH = 0.5; // share of the labelled drawings that a network must read right; below it, it is no model for digits
// nobody has measured the confidence of such a file, so no answer is sure (model/calibration.py)
const CARD = {file: '', temperature: 1, sure: Infinity, not_digit: 0.5, second_look: false, student: null};

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
      `This model maps ${shape.join('×') || 'nothing'} ${inputs[0].dtype} to ${outputs || 'other'} outputs; a digit model here takes 28×28, 28×28×1 or 784 float32 values and gives ten (or eleven) numbers.`,
    );
  }
  const {scale, dark, softmaxMissing, accuracy, n} = convention((input) => run(compiled, input), drawings);
  if (accuracy < ENOUGH) {
    throw new Error(
      `This model reads only ${Math.round(100 * accuracy)}% of ${n} plain drawings, whatever its input scale and polarity; it seems not to be one for handwritten digits 0–9 in 28×28. The app (make demo) tries more.`,
    );
  }
  return {
    network: (image) => softmax(run(compiled, asInput(image, scale, dark)), softmaxMissing),
    card: {...CARD, outputs},
    note: `input 0–${scale}, ${dark ? 'dark ink on light' : 'light ink on dark'}${softmaxMissing ? ', softmax added' : ''}`,
  };
}

/** @type {(image: Float32Array, scale: number, dark: boolean) => Float32Array} */
const asInput = (image, scale, dark) => image.map((value) => (dark ? 1 - value : value) * scale);

/** @type {(outputs: Float32Array, missing: boolean) => Float32Array} */
function softmax(outputs, missing) {
  if (!missing) return outputs;
  const most = Math.max(...outputs);
  const powers = outputs.map((value) => Math.exp(value - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/**
 * The convention with which a network reads most of the labelled drawings right.
 * @param {(input: Float32Array) => Float32Array} run
 * @param {Uint8Array} drawings
 */
function convention(run, drawings) {
  const n = drawings.length / 785;
  let best = {scale: 1, dark: false, softmaxMissing: false, accuracy: -1, n};
  for (const scale of [1, 255]) {
    for (const dark of [false, true]) {
      let [right, probable] = [0, true];
      for (let at = 0; at < n; at++) {
        const image = Float32Array.from(drawings.subarray(784 * at, 784 * (at + 1)), (value) => value / 255);
        const outputs = run(asInput(image, scale, dark));
        const ten = outputs.slice(0, 10);
        if (ten.indexOf(Math.max(...ten)) === drawings[784 * n + at]) right++;
        probable &&= Math.abs(outputs.reduce((sum, value) => sum + value, 0) - 1) <= 1e-3 && Math.min(...outputs) >= 0;
      }
      if (right / n > best.accuracy) best = {scale, dark, softmaxMissing: !probable, accuracy: right / n, n};
    }
  }
  return best;
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
