// Which ink of an image speaks for the answer and which against it: `explain`. This is model/saliency.py in JavaScript, step for step.

import {calibration, saliency} from './constants.js';

/** @import {Recogniser} from './recogniser.js' */
/** @import {ExactDigit, Saliency} from './types.js' */

const {PATCH, STRIDE, INK, FLOOR} = saliency;
const {SURE, UNSURE} = calibration;
const SIDE = 28;

/**
 * @param {Recogniser} recogniser
 * @param {Uint8Array} bytes  28 × 28, 0 paper – 255 ink
 * @returns {Saliency}
 */
export function explain(recogniser, bytes) {
  const image = Float32Array.from(bytes, (value) => value / 255);
  const steps = Array.from({length: SIDE / STRIDE}, (_, at) => at * STRIDE);
  const places = steps.flatMap((y) => steps.map((x) => ({y, x}))).filter(({y, x}) => near(image, y, x) > INK);
  if (!places.length) return {weights: new Array(SIDE * SIDE).fill(0), note: 'There is no ink to explain.'};
  const patches = places.map(({y, x}) => patch(y, x));
  /** @type {(pixels: Float32Array) => ExactDigit} */
  const read = (pixels) => recogniser.digit([0, 0, SIDE, SIDE], pixels);
  const whole = read(image);
  const tries = patches.map((erased) => read(image.map((value, i) => value * (1 - erased[i]))));
  /** @type {(digit: {exact: number[]}) => number} */
  const margin = ({exact}) => Math.log(Math.max(exact[whole.digit], FLOOR)) - Math.log(Math.max(exact[whole.runner_up], FLOOR));
  const lost = tries.map((one) => margin(whole) - margin(one));
  const weights = Array.from(image, (value, i) => {
    let [sum, share] = [0, 0];
    patches.forEach((erased, at) => {
      sum += lost[at] * erased[i];
      share += erased[i];
    });
    return (sum / Math.max(share, FLOOR)) * value;
  });
  const most = weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), FLOOR);
  return {weights: weights.map((weight) => weight / most), note: note(whole, tries, places)};
}

/** @type {(image: Float32Array, y: number, x: number) => number} the most ink of the pixel and its eight neighbours */
function near(image, y, x) {
  let most = 0;
  for (let dy = Math.max(0, y - 1); dy <= Math.min(y + 1, SIDE - 1); dy++) {
    for (let dx = Math.max(0, x - 1); dx <= Math.min(x + 1, SIDE - 1); dx++) most = Math.max(most, image[dy * SIDE + dx]);
  }
  return most;
}

/** @type {(y: number, x: number) => Float32Array} how much of each pixel the patch there erases, in [0, 1] */
const patch = (y, x) =>
  Float32Array.from({length: SIDE * SIDE}, (_, i) =>
    Math.exp(-((Math.floor(i / SIDE) - y) ** 2 + ((i % SIDE) - x) ** 2) / (2 * PATCH ** 2)),
  );

/**
 * Which ink would change the answer.
 * @param {ExactDigit} whole
 * @param {ExactDigit[]} tries  without each of the places
 * @param {{y: number, x: number}[]} places
 */
function note(whole, tries, places) {
  const words = places.map(inWords);
  /** @type {(is: (one: ExactDigit, at: number) => boolean) => number} the most confident such try; −1: none is */
  const find = (is) =>
    tries.reduce(
      (best, one, at) => (is(one, at) && !(best >= 0 && Math.max(...tries[best].exact) >= Math.max(...one.exact)) ? at : best),
      -1,
    );
  const settled = whole.verdict === UNSURE ? find((one) => one.digit === whole.digit && one.verdict === SURE) : -1;
  const changed = find((one, at) => one.digit !== whole.digit && (settled < 0 || words[at] !== words[settled]));
  const sentences = [
    ...(settled < 0 ? [] : [`The ink ${words[settled]} makes it doubt: without it, this is surely a ${whole.digit}.`]),
    ...(changed < 0 ? [] : [`Without the ink ${words[changed]} it would read ${tries[changed].digit}.`]),
  ];
  return sentences.join(' ') || `It stays ${whole.digit} whichever small part is missing.`;
}

/** @type {(place: {y: number, x: number}) => string} in words: the digit fills the middle 20 px, which are split into thirds */
function inWords({y, x}) {
  const row = y < 11 ? 'top' : y > 17 ? 'bottom' : '';
  const column = x < 11 ? 'left' : x > 17 ? 'right' : '';
  return row || column ? `at the ${[row, column].filter(Boolean).join(' ')}` : 'in the middle';
}
