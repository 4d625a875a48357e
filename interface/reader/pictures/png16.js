// Opens PNG pictures of 16 bits a sample, which browsers cut down to 8 bits before anybody knows their scale.

import {fromDeep, fromDeepColours} from './samples.js';

/** @import {Pixels} from '../types.js' */

/** Where the pixels of each pass of an interlaced picture begin and how far apart they are (PNG, Adam7). */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** Samples of a pixel, by colour type: grey, RGB, grey and alpha, RGB and alpha. @type {Record<number, number>} */
const SAMPLES = {0: 1, 2: 3, 4: 2, 6: 4};

/** @type {(bytes: Uint8Array) => boolean} */
export const isDeep = (bytes) => bytes[24] === 16 && bytes[25] in SAMPLES;

/**
 * @param {Uint8Array<ArrayBuffer>} bytes  of a PNG of 16 bits a sample
 * @returns {Promise<Pixels>} with its transparency
 * @throws {Error} where it is damaged
 */
export async function openDeep(bytes) {
  const each = SAMPLES[bytes[25]];
  const data = new DataView(bytes.buffer);
  const [width, height, interlaced] = [data.getUint32(16), data.getUint32(20), bytes[28] === 1];
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  for (let at = 8; at + 12 <= bytes.length; at += 12 + data.getUint32(at)) {
    if (data.getUint32(at + 4) === 0x49444154) parts.push(bytes.subarray(at + 8, at + 8 + data.getUint32(at)));
  }
  const packed = new Blob(parts).stream().pipeThrough(new DecompressionStream('deflate'));
  const raw = new Uint8Array(await new Response(packed).arrayBuffer());
  const out = new Uint16Array(width * height * each);
  let at = 0;
  for (const [left, top, across, down] of interlaced ? PASSES : [[0, 0, 1, 1]]) {
    const [columns, rows] = [Math.ceil((width - left) / across), Math.ceil((height - top) / down)];
    if (columns <= 0 || rows <= 0) continue;
    const length = 2 * columns * each;
    let above = new Uint8Array(length);
    for (let y = 0; y < rows; y++, at += 1 + length) {
      if (at + 1 + length > raw.length) throw new Error('cut off');
      const line = raw.subarray(at + 1, at + 1 + length);
      unfilter(raw[at], line, above, 2 * each);
      for (let x = 0; x < columns; x++) {
        const to = ((top + y * down) * width + left + x * across) * each;
        for (let k = 0; k < each; k++) out[to + k] = 256 * line[2 * (x * each + k)] + line[2 * (x * each + k) + 1];
      }
      above = line;
    }
  }
  return each === 1 ? fromDeep(out, width, height) : fromDeepColours(out, each, width, height);
}

/**
 * Undo the filter of a row, in place (PNG, chapter 9).
 * @param {number} filter  0–4
 * @param {Uint8Array} line
 * @param {Uint8Array} above
 * @param {number} step  bytes of a pixel
 */
function unfilter(filter, line, above, step) {
  for (let i = 0; i < line.length; i++) {
    const [left, up, corner] = [line[i - step] ?? 0, above[i], above[i - step] ?? 0];
    if (filter === 1) line[i] += left;
    else if (filter === 2) line[i] += up;
    else if (filter === 3) line[i] += (left + up) >> 1;
    else if (filter === 4) line[i] += paeth(left, up, corner);
  }
}

/** @type {(left: number, up: number, corner: number) => number} */
function paeth(left, up, corner) {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
