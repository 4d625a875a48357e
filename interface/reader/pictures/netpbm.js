// Opens the plain formats of netpbm, .pbm, .pgm and .ppm, which no browser does.

import {netpbmNumbers} from './header.js';
import {fromDeep, fromGrey} from './samples.js';

/** @import {Pixels} from '../types.js' */

/**
 * @param {Uint8Array} bytes
 * @returns {Pixels}
 * @throws {Error} where it is cut off
 */
export function openNetpbm(bytes) {
  const {values, end} = netpbmNumbers(bytes);
  const [kind, width, height, most = 1] = values;
  const channels = kind % 3 === 0 ? 3 : 1;
  const n = width * height * channels;
  const samples =
    kind < 4 ? written(bytes.subarray(end - 1), n, kind === 1) : packed(bytes.subarray(end), kind, width, height, channels, most);
  if (kind % 3 === 1)
    return fromGrey(
      samples.map((bit) => 255 * (1 - bit)),
      width,
      height,
    );
  if (channels === 1 && most > 255)
    return fromDeep(
      samples.map((value) => Math.round((value / most) * 65535)),
      width,
      height,
    );
  const scaled = most === 255 ? samples : samples.map((value) => Math.min(255, Math.round((value / most) * 255)));
  if (channels === 1) return fromGrey(scaled, width, height);
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let i = 0, at = 0; i < n; i += 3, at += 4) data.set(scaled.subarray(i, i + 3), at);
  return {data, width, height};
}

/** @type {(bytes: Uint8Array, n: number, bits: boolean) => Float64Array} numbers written as text; bits need no space between them */
function written(bytes, n, bits) {
  const text = new TextDecoder('latin1').decode(bytes).replace(/#.*/g, ' ');
  const found = text.match(bits ? /[01]/g : /\d+/g) ?? [];
  if (found.length < n) throw new Error('cut off');
  return Float64Array.from(found.slice(0, n), Number);
}

/** @type {(bytes: Uint8Array, kind: number, width: number, height: number, channels: number, most: number) => Float64Array} */
function packed(bytes, kind, width, height, channels, most) {
  const size = most > 255 ? 2 : 1;
  const row = kind === 4 ? Math.ceil(width / 8) : width * channels * size;
  if (bytes.length < row * height) throw new Error('cut off');
  const out = new Float64Array(width * height * channels);
  if (kind === 4) return out.map((_, i) => (bytes[Math.floor(i / width) * row + ((i % width) >> 3)] >> (7 - ((i % width) & 7))) & 1);
  return out.map((_, i) => (size === 1 ? bytes[i] : 256 * bytes[2 * i] + bytes[2 * i + 1]));
}
