// Reads digits that touch: a strip of ink → the digits in it and where each is (`read`). This is model/segmentation/strip.py in
// JavaScript, step for step.

import {normalization, strip} from '../constants.js';

/** @import {Network, Strip, StripDigit} from '../types.js' */

const {BESIDE} = normalization;
const {STEP, NONE, BLANK, WINDOW, HOP} = strip;

/** @type {(strip: Strip) => number} how many windows the network reads of a strip */
export const windows = ({width}) => (width ? 1 + Math.max(0, Math.ceil((width - WINDOW) / HOP)) : 0);

/**
 * The digits of a strip from left to right.
 * @param {Network} network  of strips
 * @param {Strip} strip
 * @returns {StripDigit[]} none where any part is no digit
 */
export function read(network, strip) {
  const {width} = strip;
  if (!width) return [];
  const found = best(outputs(network, strip));
  if (found.some(({symbol}) => symbol === NONE)) return [];
  return found.map(({at, of}) => {
    const eleven = of.slice(0, BLANK);
    const sum = total(eleven);
    return {place: (STEP * (at + 0.5) - BESIDE) / (width - 2 * BESIDE), probabilities: eleven.map((one) => one / sum)};
  });
}

/**
 * Probabilities of the 12 symbols for each STEP px, read window by window.
 * @param {Network} network
 * @param {Strip} image
 */
function outputs(network, image) {
  const {data, width, height} = image;
  const count = windows(image);
  const edge = (WINDOW - HOP) / 2 / STEP;
  const logits = [];
  for (let at = 0; at < count; at++) {
    const part = new Float32Array(height * WINDOW);
    for (let y = 0; y < height; y++) {
      part.set(data.subarray(y * width + at * HOP, y * width + Math.min(at * HOP + WINDOW, width)), y * WINDOW);
    }
    const all = network(part);
    const steps = WINDOW / STEP;
    const symbols = all.length / steps;
    for (let step = at ? edge : 0; step < (at < count - 1 ? steps - edge : steps); step++) {
      logits.push([...all.subarray(step * symbols, (step + 1) * symbols)]);
    }
  }
  return logits.slice(0, Math.ceil(width / STEP)).map((row) => {
    const most = Math.max(...row);
    const powers = row.map((value) => Math.exp(value - most));
    const sum = total(powers);
    return powers.map((power) => power / sum);
  });
}

/**
 * The likeliest symbols without repeats and blanks, each with the step at which it is most probable, and the probabilities there.
 * @param {number[][]} probabilities
 */
function best(probabilities) {
  /** @type {{symbol: number, at: number, of: number[]}[]} */
  const found = [];
  let last = -1;
  probabilities.forEach((of, at) => {
    const symbol = of.indexOf(Math.max(...of));
    const newest = found[found.length - 1];
    if (symbol !== BLANK && symbol !== last) found.push({symbol, at, of});
    else if (symbol !== BLANK && of[symbol] > newest.of[symbol]) Object.assign(newest, {at, of});
    last = symbol;
  });
  return found;
}

/** @type {(values: number[]) => number} */
const total = (values) => values.reduce((sum, value) => sum + value, 0);
