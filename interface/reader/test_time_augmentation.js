// The second look: what a network is not certain of, it reads again moved and turned a little (`withSecondLook`). This is
// model/test_time_augmentation.py in JavaScript, step for step.

import {normalization, test_time_augmentation} from './constants.js';

/** @import {Network} from './types.js' */

/**
 * A pixel of a variation, by bilinear interpolation: the first of the four pixels that it is made of, and how far it lies from that
 * one, to the right and down, in [0, 1].
 * @typedef {{from: number, u: number, v: number}} Source
 */

const {SIDE} = normalization;
const {CERTAIN, VARIATIONS, TOGETHER, TINY} = test_time_augmentation;
const MAPPINGS = VARIATIONS.map(mapping);

/**
 * The outputs of a network; where it is not CERTAIN, the geometric mean over the variations says which digit it is.
 * @param {Network} network  of digits
 * @param {Float32Array} image  784 numbers in [0, 1]
 * @param {number} [enough]  how certain the mean must be, in [0, 1], for the rest of the variations to be left out
 * @returns {ArrayLike<number>} 10 or 11 numbers, as the network's
 */
export function withSecondLook(network, image, enough = Number.POSITIVE_INFINITY) {
  const looks = [network(image)];
  /** @type {Float32Array | number[]} */
  let found = looks[0];
  for (let at = 0, limit = CERTAIN; Math.max(...found) < Math.fround(limit) && at < MAPPINGS.length; at += TOGETHER, limit = enough) {
    looks.push(...MAPPINGS.slice(at, at + TOGETHER).map((pixels) => network(moved(image, pixels))));
    found = mean(looks);
  }
  return found;
}

/**
 * Several looks' outputs: of the digits the geometric mean, with the first one's sum; that it is none, as the first says.
 * @param {ArrayLike<number>[]} looks
 */
function mean(looks) {
  const first = Array.from(looks[0]);
  /** @type {(values: Iterable<number>) => number} */
  const sum = (values) => Array.from(values).reduce((total, value) => total + value, 0);
  const powers = Array.from({length: 10}, (_, digit) =>
    Math.exp(sum(looks.map((outputs) => Math.log(Math.max(outputs[digit], TINY)))) / looks.length),
  );
  const share = sum(first.slice(0, 10)) / sum(powers);
  return [...powers.map((power) => power * share), ...first.slice(10)];
}

/**
 * The image turned a little to either side.
 * @param {Float32Array} image  784 numbers in [0, 1]
 * @returns {Float32Array[]}
 */
export const turned = (image) => MAPPINGS.filter((_, at) => VARIATIONS[at][2] !== 0).map((pixels) => moved(image, pixels));

/**
 * The image in one variation.
 * @param {Float32Array} image
 * @param {Source[]} pixels
 */
function moved(image, pixels) {
  return image.map((_, pixel) => {
    const {from, u, v} = pixels[pixel];
    return (1 - v) * ((1 - u) * image[from] + u * image[from + 1]) + v * ((1 - u) * image[from + SIDE] + u * image[from + SIDE + 1]);
  });
}

/**
 * What each pixel of a variation is made of.
 * @param {[right: number, down: number, degrees: number]} variation
 * @returns {Source[]}
 */
function mapping([right, down, degrees]) {
  const middle = (SIDE - 1) / 2;
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  /** @type {(at: number) => number} */
  const inside = (at) => Math.min(Math.max(at + middle, 0), SIDE - 1);
  return Array.from({length: SIDE * SIDE}, (_, pixel) => {
    const x = (pixel % SIDE) - middle - right;
    const y = Math.floor(pixel / SIDE) - middle - down;
    const [atX, atY] = [inside(cos * x - sin * y), inside(sin * x + cos * y)];
    const [left, top] = [atX, atY].map((at) => Math.min(Math.floor(at), SIDE - 2));
    return {from: top * SIDE + left, u: atX - left, v: atY - top};
  });
}
