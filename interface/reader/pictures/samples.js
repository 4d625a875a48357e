// Samples → pixels: greys of more than 8 bits (`fromDeep`), and a picture turned upright (`upright`).

/** @import {Pixels} from '../types.js' */

/** The largest value of the depths that cameras and scanners have, as in model/pixels.py. */
const TOPS = [255, 1023, 4095, 16383, 65535];

/** @type {(high: number) => number} the largest value of the smallest depth that has `high`; itself where none has */
export const topOf = (high) => TOPS.find((top) => high <= top) ?? high;

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
 * 16-bit, 32-bit and float greys as a picture. What lies within 8, 10, 12, 14 or 16 bits keeps its place in that depth, and within 0 to
 * 1 there; other ranges become 0–255.
 * @param {ArrayLike<number>} greys
 * @param {number} width
 * @param {number} height
 * @returns {Pixels}
 */
export function fromDeep(greys, width, height) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < width * height; i++) {
    if (!Number.isFinite(greys[i])) continue;
    if (greys[i] < low) low = greys[i];
    if (greys[i] > high) high = greys[i];
  }
  if (low > high) [low, high] = [0, 0];
  if (low >= 0 && high <= 1) [low, high] = [0, 1];
  else if (low >= 0 && high <= TOPS[TOPS.length - 1]) [low, high] = [0, topOf(high)];
  const scale = Math.max(high - low, 1e-9);
  const out = new Uint8Array(width * height);
  for (let i = 0; i < out.length; i++) {
    const scaled = ((greys[i] - low) / scale) * 255;
    out[i] = Number.isNaN(scaled) ? 0 : Math.min(255, Math.max(0, Math.trunc(scaled)));
  }
  return fromGrey(out, width, height);
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
  let most = 0;
  let opaque = 0;
  samples.forEach((value, i) => {
    if (i % each < colours) most = Math.max(most, value);
    else opaque = Math.max(opaque, value);
  });
  const [top, alphaTop] = [topOf(most), topOf(opaque)];
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) {
    for (let k = 0; k < 3; k++) data[4 * i + k] = Math.trunc((samples[i * each + (k % colours)] / top) * 255);
    if (each > colours) data[4 * i + 3] = Math.trunc((samples[i * each + colours] / alphaTop) * 255);
  }
  return {data, width, height};
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
