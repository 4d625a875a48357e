// How the last layer adapts to a hand (`learn`): numbers in, numbers out. benchmarks/teaching.py runs this same file.
//
// A change D of the weights minimises
//
//   Σ −log softmax(z + MARGIN · not the label + D·f)[label]  +  STAY/2 · tr(D·M·Dᵀ)
//
// over the drawings: f a drawing's features with a last 1, z its logits as shipped. M, the second moments of the features of MNIST's
// training images, the doubtful ones most, makes the second term the mean squared change of MNIST's logits: what is changed hurts
// least what the network knew. Each drawing counts as the mean of its copies, as it is and turned a little. The softmax's curvature
// is at most ½ (Böhning 1992), so every step solves the same linear equations, as many as there are copies.

/** @import {Change, Head, Layer} from './types.js' */

// Chosen on pen writers 18–24, each slanted, turned and stretched into three hands that the network never saw, and on MNIST's training
// images 45,000–59,999: of what lost at most 0.02 points of these in the mean, the pair that left the fewest errors.
const STAY = 16; // how many drawings the shipped weights count for
const MARGIN = 4; // logits by which a drawing's digit shall lead
const STEPS = 30; // after which the errors no longer fall
const RIDGE = 1e-4; // of the mean moment: features that are seldom other than zero would make the equations singular
const DIGITS = 10; // the outputs that are digits come first

/**
 * The change that drawings teach.
 * @param {Pick<Head, 'weights' | 'bias' | 'moments'>} head
 * @param {Float32Array} features  of the copies of all drawings, one's after the other's
 * @param {number[]} labels  0–9, of each copy
 * @param {number} copies  of a drawing
 * @returns {Change} zeros without drawings
 */
export function learn({weights, bias, moments}, features, labels, copies) {
  const [n, outputs] = [labels.length, bias.length];
  const width = weights.length / outputs;
  const rows = withOnes(features, n, width);
  const towards = solve(factor(ridged(moments, width + 1), width + 1), rows, n, width + 1); // M⁻¹f of each drawing
  const alike = products(rows, towards, n, width + 1); // K: how much what one teaches moves the others
  const curved = alike.map((value, at) => value / 2 + (at % (n + 1) === 0 ? STAY * copies : 0));
  const solver = factor(curved, n);
  const wanted = linear({weights, bias}, features, n);
  for (let i = 0; i < n; i++) for (let c = 0; c < outputs; c++) wanted[outputs * i + c] += c === labels[i] ? 0 : MARGIN;

  let shares = new Float64Array(outputs * n); // output by output: how much of each drawing's M⁻¹f its weights gain
  for (let step = 0; step < STEPS; step++) {
    const moved = times(alike, shares, n, outputs);
    const next = new Float64Array(outputs * n);
    for (let i = 0; i < n; i++) {
      const likely = softmax(Array.from({length: outputs}, (_, c) => wanted[outputs * i + c] + moved[n * c + i]));
      likely.forEach((p, c) => {
        next[n * c + i] = moved[n * c + i] / 2 + (c === labels[i] ? 1 : 0) - p;
      });
    }
    shares = solve(solver, next, outputs, n);
  }
  return change(shares, towards, n, width, outputs);
}

/**
 * The logits of a linear layer, one row's after the other's.
 * @param {Layer} layer
 * @param {Float32Array | Uint8Array} features
 * @param {number} n  rows
 * @param {Float32Array} [scale]  of a feature's step, where they come in steps
 * @returns {Float32Array}
 */
export function linear({weights, bias}, features, n, scale) {
  const [outputs, width] = [bias.length, weights.length / bias.length];
  const scaled = scale ? Float64Array.from(weights, (value, at) => value * scale[at % width]) : weights;
  const found = new Float32Array(n * outputs);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < outputs; c++) {
      let sum = bias[c];
      for (let k = 0, at = width * i, from = width * c; k < width; k++) sum += scaled[from + k] * features[at + k];
      found[outputs * i + c] = sum;
    }
  }
  return found;
}

/**
 * The most probable digit of each row at a share of what was learned.
 * @param {Float32Array} shipped  logits
 * @param {Float32Array} moved  by how much all of what was learned changes them
 * @param {number} share  0 as shipped – 1 all of it
 * @param {number} outputs  logits of a row
 * @returns {Uint8Array}
 */
export function answers(shipped, moved, share, outputs) {
  return Uint8Array.from({length: shipped.length / outputs}, (_, i) => {
    let [best, most] = [0, Number.NEGATIVE_INFINITY];
    for (let c = 0, at = outputs * i; c < DIGITS; c++, at++) {
      const logit = shipped[at] + share * moved[at];
      if (logit > most) [best, most] = [c, logit];
    }
    return best;
  });
}

/** @type {(found: Uint8Array, labels: ArrayLike<number>) => number} how many answers are right */
export const right = (found, labels) => found.reduce((sum, answer, i) => sum + Number(answer === labels[i]), 0);

// ---- linear algebra: matrices row by row ----

/** @type {(features: Float32Array, n: number, width: number) => Float64Array} each row with a last 1, which the bias multiplies */
function withOnes(features, n, width) {
  const rows = new Float64Array(n * (width + 1)).fill(1);
  for (let i = 0; i < n; i++) rows.set(features.subarray(width * i, width * (i + 1)), (width + 1) * i);
  return rows;
}

/** @type {(moments: Float32Array, size: number) => Float64Array} */
function ridged(moments, size) {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += moments[(size + 1) * i];
  return Float64Array.from(moments, (value, at) => value + (at % (size + 1) === 0 ? (RIDGE * trace) / size : 0));
}

/**
 * The lower Cholesky factor of a positive definite matrix.
 * @param {Float64Array} matrix  size × size
 * @param {number} size
 */
function factor(matrix, size) {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[size * i + j];
      for (let k = 0; k < j; k++) sum -= lower[size * i + k] * lower[size * j + k];
      lower[size * i + j] = i === j ? Math.sqrt(sum) : sum / lower[size * j + j];
    }
  }
  return lower;
}

/**
 * Solve L·Lᵀ·x = b for each row b.
 * @param {Float64Array} lower
 * @param {Float64Array} rows  count × size
 * @param {number} count
 * @param {number} size
 */
function solve(lower, rows, count, size) {
  const found = Float64Array.from(rows);
  for (let row = 0; row < count; row++) {
    const x = found.subarray(size * row, size * (row + 1));
    for (let i = 0; i < size; i++) {
      for (let k = 0; k < i; k++) x[i] -= lower[size * i + k] * x[k];
      x[i] /= lower[size * i + i];
    }
    for (let i = size - 1; i >= 0; i--) {
      x[i] /= lower[size * i + i];
      for (let k = 0; k < i; k++) x[k] -= lower[size * i + k] * x[i];
    }
  }
  return found;
}

/** @type {(a: Float64Array, b: Float64Array, n: number, width: number) => Float64Array} each row of a times each of b, n × n */
function products(a, b, n, width) {
  return Float64Array.from({length: n * n}, (_, at) => {
    const [from, to] = [width * Math.floor(at / n), width * (at % n)];
    let sum = 0;
    for (let k = 0; k < width; k++) sum += a[from + k] * b[to + k];
    return sum;
  });
}

/** @type {(matrix: Float64Array, rows: Float64Array, n: number, count: number) => Float64Array} a symmetric matrix times each row */
function times(matrix, rows, n, count) {
  const found = new Float64Array(count * n);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += matrix[n * i + k] * rows[n * row + k];
      found[n * row + i] = sum;
    }
  }
  return found;
}

/** @type {(logits: number[]) => number[]} */
function softmax(logits) {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/**
 * @param {Float64Array} shares
 * @param {Float64Array} towards
 * @param {number} n
 * @param {number} width
 * @param {number} outputs
 * @returns {Change}
 */
function change(shares, towards, n, width, outputs) {
  const found = {weights: new Float32Array(outputs * width), bias: new Float32Array(outputs)};
  for (let c = 0; c < outputs; c++) {
    for (let i = 0; i < n; i++) {
      const [share, from] = [shares[n * c + i], (width + 1) * i];
      for (let k = 0; k < width; k++) found.weights[width * c + k] += share * towards[from + k];
      found.bias[c] += share * towards[from + width];
    }
  }
  return found;
}
