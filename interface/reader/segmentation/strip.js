// Digits that touch, read together: model/segmentation/strip.py in JavaScript, step for step; what each is for stands there.

import {normalization, strip} from '../constants.js';

const {BESIDE} = normalization;
const {STEP, NONE, BLANK, WINDOW, HOP} = strip;

/** How many windows the network reads of a strip. */
export const windows = ({width}) => (width ? 1 + Math.max(0, Math.ceil((width - WINDOW) / HOP)) : 0);

/** A strip (toStrip) → its digits from left to right, [{place, probabilities}, …]; none where any of it is no digit. network(window of
 *  36 × 128 numbers in [0, 1]) → 64 × 12 logits. */
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

/** Probabilities of the symbols for each STEP px, read window by window. */
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

/** The likeliest symbol at each step, repeats and blanks left out, where it is most probable. */
function best(probabilities) {
  const found = [];
  let last = -1;
  probabilities.forEach((of, at) => {
    const symbol = of.indexOf(Math.max(...of));
    if (symbol === BLANK) {
      last = symbol;
      return;
    }
    if (symbol !== last) found.push({symbol, at, of});
    else if (of[symbol] > found.at(-1).of[symbol]) Object.assign(found.at(-1), {at, of});
    last = symbol;
  });
  return found;
}

const total = (values) => values.reduce((sum, value) => sum + value, 0);
