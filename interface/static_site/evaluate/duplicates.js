// Pictures that nearly are the same, as evaluation/audit/duplicates.py finds them: by perceptual hash, pixels and what the network sees.

import {SIZE} from '../../page/mnist_images.js';
import {median} from '../../reader/arrays.js';
import {normalization} from '../../reader/constants.js';
import {blurred} from '../../reader/segmentation/imaging.js';
import {AUDIT_NUMBERS} from './constants.js';

const {HASH_SIDE, MOST_BITS, MOST_PIXELS, MOST_OUTPUTS, CHUNK, MOST_PAIRS, SPREAD} = AUDIT_NUMBERS;
const {SIDE} = normalization; // px

/** COSINES[a][x]: the lowest frequencies */
const COSINES = Array.from({length: HASH_SIDE}, (_, a) =>
  Float64Array.from({length: SIDE}, (_, x) => Math.cos((Math.PI * a * (2 * x + 1)) / (2 * SIDE))),
);

/**
 * @param {Uint8Array} images  784 bytes each; blank ones are left out
 * @param {number[][]} probabilities
 * @returns {[earlier: number, later: number][]}  no more than Python keeps of one picture many times
 */
export function near(images, probabilities) {
  const inked = probabilities.flatMap((_, at) => (images.subarray(SIZE * at, SIZE * (at + 1)).some(Boolean) ? [at] : []));
  const bits = new Uint32Array(2 * inked.length);
  const directions = new Float32Array(SIZE * inked.length);
  inked.forEach((at, place) => {
    const image = images.subarray(SIZE * at, SIZE * (at + 1));
    bits.set(hash(image), 2 * place);
    directions.set(direction(image), SIZE * place);
  });
  /** @type {[number, number][]} */
  const pairs = [];
  for (let start = 0; start < inked.length; start += CHUNK) {
    let candidates = 0;
    for (let a = start; a < Math.min(start + CHUNK, inked.length); a++) {
      for (let b = a + 1; b < inked.length; b++) {
        if (ones(bits[2 * a] ^ bits[2 * b]) + ones(bits[2 * a + 1] ^ bits[2 * b + 1]) > MOST_BITS) continue;
        const [i, j] = [inked[a], inked[b]];
        if (alike(directions, a, b) && seenAlike(probabilities[i], probabilities[j])) pairs.push([i, j]);
        candidates += 1;
        if (candidates % (10 * CHUNK) === 0 && pairs.length > MOST_PAIRS) return pairs;
      }
    }
    if (pairs.length > MOST_PAIRS) return pairs;
  }
  return pairs;
}

/** @type {(directions: Float32Array, a: number, b: number) => boolean} pixel by pixel */
function alike(directions, a, b) {
  let cosine = 0;
  for (let i = 0; i < SIZE; i++) cosine += directions[SIZE * a + i] * directions[SIZE * b + i];
  return cosine >= 1 - MOST_PIXELS;
}

/** @type {(a: number[], b: number[]) => boolean} */
const seenAlike = (a, b) => a.every((p, digit) => Math.abs(p - b[digit]) <= MOST_OUTPUTS);

/** @type {(bits: number) => number} how many of 32 are set */
function ones(bits) {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** @type {(image: Uint8Array) => [number, number]} a bit for each of the lowest frequencies, set where it is above their median */
function hash(image) {
  const rows = COSINES.map((down) => {
    const row = new Float64Array(SIDE);
    for (let i = 0; i < image.length; i++) row[i % SIDE] += down[Math.floor(i / SIDE)] * image[i];
    return row;
  });
  const low = rows.flatMap((row) => COSINES.map((across) => row.reduce((sum, value, x) => sum + value * across[x], 0)));
  const middle = median(low.slice(1)); // the first is only how bright it is
  /** @type {[number, number]} */
  const bits = [0, 0];
  low.forEach((value, at) => {
    if (value > middle) bits[at >> 5] |= 1 << (at & 31);
  });
  return bits;
}

/** @type {(image: Uint8Array) => Float64Array} the image, slightly blurred, of length 1 */
function direction(image) {
  const soft = Float64Array.from(blurred({data: image, width: SIDE, height: SIDE}, SPREAD).data);
  const length = Math.sqrt(soft.reduce((sum, value) => sum + value * value, 0));
  return soft.map((value) => value / Math.max(length, 1e-6));
}
