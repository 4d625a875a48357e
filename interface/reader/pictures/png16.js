// Opens PNG pictures of 16-bit grey, which browsers cut down to 8 bits before anybody knows their scale.

import {fromDeep} from './samples.js';

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

/** @type {(bytes: Uint8Array) => boolean} */
export const isDeepGrey = (bytes) => bytes[24] === 16 && bytes[25] === 0;

/**
 * @param {Uint8Array<ArrayBuffer>} bytes  of a PNG of 16-bit grey
 * @returns {Promise<Pixels>}
 * @throws {Error} where it is damaged
 */
export async function openDeepGrey(bytes) {
  const data = new DataView(bytes.buffer);
  const [width, height, interlaced] = [data.getUint32(16), data.getUint32(20), bytes[28] === 1];
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  for (let at = 8; at + 12 <= bytes.length; at += 12 + data.getUint32(at)) {
    if (data.getUint32(at + 4) === 0x49444154) parts.push(bytes.subarray(at + 8, at + 8 + data.getUint32(at)));
  }
  const packed = new Blob(parts).stream().pipeThrough(new DecompressionStream('deflate'));
  const raw = new Uint8Array(await new Response(packed).arrayBuffer());
  const out = new Uint16Array(width * height);
  let at = 0;
  for (const [left, top, across, down] of interlaced ? PASSES : [[0, 0, 1, 1]]) {
    const [columns, rows] = [Math.ceil((width - left) / across), Math.ceil((height - top) / down)];
    if (columns <= 0 || rows <= 0) continue;
    let above = new Uint8Array(2 * columns);
    for (let y = 0; y < rows; y++, at += 1 + 2 * columns) {
      if (at + 1 + 2 * columns > raw.length) throw new Error('cut off');
      const line = raw.subarray(at + 1, at + 1 + 2 * columns);
      unfilter(raw[at], line, above);
      for (let x = 0; x < columns; x++) out[(top + y * down) * width + left + x * across] = 256 * line[2 * x] + line[2 * x + 1];
      above = line;
    }
  }
  return fromDeep(out, width, height);
}

/**
 * Undo the filter of a row, in place (PNG, chapter 9).
 * @param {number} filter  0–4
 * @param {Uint8Array} line
 * @param {Uint8Array} above
 */
function unfilter(filter, line, above) {
  for (let i = 0; i < line.length; i++) {
    const [left, up, corner] = [line[i - 2] ?? 0, above[i], above[i - 2] ?? 0];
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
