// Samples → pixels: greys of more than 8 bits (`fromDeep`), and a picture turned upright (`upright`).

/** @import {Pixels} from '../types.js' */

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
 * 16-bit, 32-bit and float greys as a picture. 16-bit and 8-bit scales are kept; other ranges become 0–255.
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
  if (low >= 0 && high > 255 && high <= 65535) [low, high] = [0, 65535];
  else if (low >= 0 && high > 1 && high <= 255) [low, high] = [0, 255];
  const scale = Math.max(high - low, 1e-9);
  const out = new Uint8Array(width * height);
  for (let i = 0; i < out.length; i++) {
    const scaled = ((greys[i] - low) / scale) * 255;
    out[i] = Number.isNaN(scaled) ? 0 : Math.min(255, Math.max(0, Math.trunc(scaled)));
  }
  return fromGrey(out, width, height);
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
