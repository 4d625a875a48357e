// What OpenCV does with maps in model/page_reader/instances.py: a Gaussian blur and the highest value around each place.

import {round} from '../arrays.js';
import {mirrored} from '../segmentation/imaging.js';

/**
 * A Gaussian blur of floats.
 * @param {Float32Array} values
 * @param {number} width
 * @param {number} height
 * @param {number} sigma  px
 */
export function blurredFloats(values, width, height, sigma) {
  const half = (round(sigma * 8 + 1) | 1) >> 1;
  const exact = Array.from({length: 2 * half + 1}, (_, at) => Math.exp((-0.5 * (at - half) ** 2) / sigma ** 2));
  const total = exact.reduce((sum, value) => sum + value, 0);
  const weights = Float32Array.from(exact, (value) => value / total);
  const [wide, out] = [new Float32Array(values.length), new Float32Array(values.length)];
  const row = new Float32Array(width + 2 * half);
  for (let y = 0; y < height; y++) {
    for (let x = -half; x < width + half; x++) row[x + half] = values[y * width + mirrored(x, width)];
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * row[x + k];
      wide[y * width + x] = sum;
    }
  }
  const sums = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let k = 0; k < weights.length; k++) {
      const from = mirrored(y + k - half, height) * width;
      for (let x = 0; x < width; x++) sums[x] += weights[k] * wide[from + x];
    }
    out.set(sums, y * width);
  }
  return out;
}

/**
 * The highest value of the square around each place.
 * @param {Float32Array} values
 * @param {number} width
 * @param {number} height
 * @param {number} side  odd
 */
export function highest(values, width, height, side) {
  const half = side >> 1;
  const [wide, out] = [values.slice(), values.slice()];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      for (let k = Math.max(x - half, 0); k <= Math.min(x + half, width - 1); k++) {
        if (values[at - x + k] > wide[at]) wide[at] = values[at - x + k];
      }
    }
  }
  for (let y = 0; y < height; y++) {
    for (let k = Math.max(y - half, 0); k <= Math.min(y + half, height - 1); k++) {
      for (let x = 0, at = y * width, from = k * width; x < width; x++, at++, from++) if (wide[from] > out[at]) out[at] = wide[from];
    }
  }
  return out;
}
