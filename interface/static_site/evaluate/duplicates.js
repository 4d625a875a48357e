// Pictures that nearly are the same, as evaluation/audit/duplicates.py finds them: by perceptual hash, pixels and what the network sees.

import {median} from '../../reader/arrays.js';
import {blurred} from '../../reader/segmentation/imaging.js';
import {AUDIT_NUMBERS} from './constants.js';

const {HASH_SIDE, MOST_BITS, MOST_PIXELS, MOST_OUTPUTS, SPREAD} = AUDIT_NUMBERS;
const SIDE = 28;

/** COSINES[a][x]: the lowest frequencies */
const COSINES = Array.from({length: HASH_SIDE}, (_, a) =>
  Float64Array.from({length: SIDE}, (_, x) => Math.cos((Math.PI * a * (2 * x + 1)) / (2 * SIDE))),
);

/**
 * @param {Uint8Array} images  784 bytes each; blank ones are left out
 * @param {number[][]} probabilities
 * @returns {[earlier: number, later: number][]}
 */
export function near(images, probabilities) {
  const inked = probabilities.flatMap((_, at) => {
    const image = images.subarray(SIDE ** 2 * at, SIDE ** 2 * (at + 1));
    return image.some(Boolean) ? [{at, bits: hash(image), direction: direction(image)}] : [];
  });
  return inked.flatMap((one, place) =>
    inked
      .slice(place + 1)
      .filter((other) => alike(one, other) && seenAlike(probabilities[one.at], probabilities[other.at]))
      .map((other) => /** @type {[number, number]} */ ([one.at, other.at])),
  );
}

/** @typedef {{bits: [number, number], direction: Float64Array}} Print */

/** @type {(a: Print, b: Print) => boolean} */
function alike(a, b) {
  if (ones(a.bits[0] ^ b.bits[0]) + ones(a.bits[1] ^ b.bits[1]) > MOST_BITS) return false;
  let cosine = 0;
  for (let i = 0; i < a.direction.length; i++) cosine += a.direction[i] * b.direction[i];
  return cosine >= 1 - MOST_PIXELS;
}

/** @type {(a: number[], b: number[]) => boolean} */
const seenAlike = (a, b) => a.every((p, digit) => Math.abs(p - b[digit]) <= MOST_OUTPUTS);

/** @type {(bits: number) => number} how many are set */
function ones(bits) {
  let count = 0;
  for (let rest = bits; rest; rest &= rest - 1) count++;
  return count;
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
