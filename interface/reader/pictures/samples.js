// Samples → pixels, as model/pixels.py: greys of more than 8 bits (`fromDeep`), and a picture turned upright (`upright`).

import {pixels} from '../constants.js';

/** @import {Pixels} from '../types.js' */

const {TOPS, SPECKS, SPECK_SHARE, FAINT, ROUNDED} = pixels;

/**
 * The values that become black and white, and what takes a value there. What lies within 8, 10, 12, 14 or 16 bits keeps its place in
 * that depth, floats within 0 to 1 theirs; other ranges become 0–255, and one too narrow for its depth FAINT levels.
 * @param {ArrayLike<number>} values
 * @param {boolean} [floats]  whether they are
 * @param {(at: number) => boolean} [counts]  whether the value there is of a colour
 * @returns {(value: number) => number} the grey level of a value
 */
export function toLevel(values, floats = false, counts = () => true) {
  const [low, high] = extremes(values, counts);
  let [start, end] = [low, high];
  if (floats && low >= 0 && high <= 1) [start, end] = [0, 1];
  else if (low >= 0 && high <= TOPS[TOPS.length - 1]) [start, end] = [0, TOPS.find((top) => high <= top) ?? high];
  const range = high - low;
  if (range > ROUNDED * Math.max(Math.abs(low), Math.abs(high)) && range < ((end - start) * FAINT) / 255) {
    start = low - (range * (255 / FAINT - 1)) / 2;
    end = start + (range * 255) / FAINT;
  }
  const scale = Math.max(end - start, 1e-9);
  return (value) => {
    const level = ((value - start) / scale) * 255;
    return Number.isNaN(level) ? 0 : Math.min(255, Math.max(0, Math.trunc(level)));
  };
}

/**
 * The smallest and the largest value, without as many specks as there may be.
 * @param {ArrayLike<number>} values
 * @param {(at: number) => boolean} counts
 * @returns {[number, number]}
 */
function extremes(values, counts) {
  const few = Math.min(SPECKS, Math.floor(values.length / SPECK_SHARE)) + 1;
  /** @type {number[]} in order */
  const lowest = [];
  /** @type {number[]} the same with the other sign */
  const highest = [];
  for (let at = 0; at < values.length; at++) {
    if (!Number.isFinite(values[at]) || !counts(at)) continue;
    keep(lowest, values[at], few);
    keep(highest, -values[at], few);
  }
  return lowest.length ? [lowest[lowest.length - 1], -highest[highest.length - 1]] : [0, 0];
}

/** @type {(least: number[], value: number, few: number) => void} put a value among the least ones, of which a few are kept */
function keep(least, value, few) {
  if (least.length === few && value >= least[few - 1]) return;
  let at = least.length;
  while (at > 0 && least[at - 1] > value) at--;
  least.splice(at, 0, value);
  if (least.length > few) least.pop();
}

/**
 * Greys as a picture.
 * @param {ArrayLike<number>} greys  0–255
 * @param {number} width
 * @param {number} height
 * @returns {Pixels}
 */
export function fromGrey(greys, width, height) {
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) data[4 * i] = data[4 * i + 1] = data[4 * i + 2] = greys[i];
  return {data, width, height};
}

/**
 * 16-bit, 32-bit and float greys as a picture.
 * @param {ArrayLike<number>} greys
 * @param {number} width
 * @param {number} height
 * @param {boolean} [floats]
 * @returns {Pixels}
 */
export function fromDeep(greys, width, height, floats = false) {
  const level = toLevel(greys, floats);
  return fromGrey(
    Uint8Array.from({length: width * height}, (_, i) => level(greys[i])),
    width,
    height,
  );
}

/**
 * 16-bit colours, scaled by what they use, with their own transparency.
 * @param {Uint16Array} samples  grey and alpha, RGB, or RGB and alpha of each pixel
 * @param {number} each  samples a pixel
 * @param {number} width
 * @param {number} height
 * @returns {Pixels}
 */
export function fromDeepColours(samples, each, width, height) {
  const colours = each < 3 ? 1 : 3;
  const level = toLevel(samples, false, (at) => at % each < colours);
  const alpha = toLevel(samples, false, (at) => at % each >= colours);
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) {
    for (let k = 0; k < 3; k++) data[4 * i + k] = level(samples[i * each + (k % colours)]);
    if (each > colours) data[4 * i + 3] = alpha(samples[i * each + colours]);
  }
  return {data, width, height};
}

/**
 * A picture of bytes that are all one of two neighbouring levels, such as a mask of 0 and 1 → the same with FAINT levels between them.
 * @param {Pixels} picture  changed in place
 * @returns {Pixels}
 */
export function raised(picture) {
  const {data} = picture;
  let [low, high] = [255, 0];
  for (let i = 0; i < data.length && high - low <= 1; i++) {
    if (i % 4 === 3) continue;
    if (data[i] < low) low = data[i];
    if (data[i] > high) high = data[i];
  }
  if (high - low !== 1) return picture;
  const paper = Math.min(low, 255 - FAINT);
  for (let i = 0; i < data.length; i++) if (i % 4 !== 3) data[i] = paper + (data[i] - low) * FAINT;
  return picture;
}

/**
 * A picture turned upright.
 * @param {Pixels} picture
 * @param {number} orientation  of EXIF, 1–8 (EXIF 3.0, table of tag 0x0112)
 * @returns {Pixels}
 */
export function upright(picture, orientation) {
  if (orientation === 1) return picture;
  const {width: w, height: h} = picture;
  const sideways = orientation >= 5;
  const [width, height] = sideways ? [h, w] : [w, h];
  const from = new Uint32Array(picture.data.buffer, picture.data.byteOffset, w * h);
  const to = new Uint32Array(w * h);
  const mirrored = [2, 3, 7, 8].includes(orientation); // the picture's x runs against the file's
  const upset = [3, 4, 6, 7].includes(orientation); // its y does
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const [across, down] = sideways ? [y, x] : [x, y];
      to[i] = from[(upset ? h - 1 - down : down) * w + (mirrored ? w - 1 - across : across)];
    }
  }
  return {data: new Uint8ClampedArray(to.buffer), width, height};
}
