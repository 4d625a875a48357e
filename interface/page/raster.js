// A drawing as pixels, made from its strokes without a canvas: `pixels`, `png`. Some browsers add noise to what is read back from a
// canvas, against fingerprinting, or give nothing; a network would read that noise.

import {place} from './curve.js';
import {crc32} from './zip.js';

/** @import {Stroke} from './types.js' */

const LENGTH = 8; // bytes before the content of a PNG chunk: its length and name

/**
 * What was laid last time: the ink of all strokes but the last, and how much of each pixel the last one covers as far as it cannot
 * change any more, which is all but the course to its last point.
 * @type {{side: number, strokes: Stroke[], ink: Float32Array, last: Stroke | null, points: number, covered: Float32Array}}
 */
let before = {side: 0, strokes: [], ink: new Float32Array(), last: null, points: 0, covered: new Float32Array()};
/** Where the unsettled rest of the last stroke is laid: most of a megabyte that would be thrown away at each move of the pen. */
let scratch = {ink: new Float32Array(), covered: new Float32Array()};

/**
 * The drawing as every model gets it: black on white, whatever the theme shows.
 * @param {Stroke[]} strokes
 * @param {number} side  pad units, and px of the picture
 * @returns {ImageData} opaque
 */
export function pixels(strokes, side) {
  const image = new ImageData(side, side);
  const words = new Uint32Array(image.data.buffer);
  const values = greys(strokes, side);
  words.fill(0xffffffff);
  for (let i = 0; i < values.length; i++) if (values[i] !== 255) words[i] = 0xff000000 | (values[i] * 0x010101);
  return image;
}

/**
 * The same as a PNG; as a PGM in a browser that packs nothing.
 * @param {Stroke[]} strokes
 * @param {number} side
 * @returns {Promise<Blob>}
 */
export async function png(strokes, side) {
  const values = greys(strokes, side);
  if (!('CompressionStream' in globalThis))
    return new Blob([`P5 ${side} ${side} 255\n`, values.slice()], {type: 'image/x-portable-graymap'});
  const rows = new Uint8Array(side * (side + 1)); // each begins with its filter, 0: none
  for (let y = 0; y < side; y++) rows.set(values.subarray(y * side, (y + 1) * side), y * (side + 1) + 1);
  const packed = new Blob([rows]).stream().pipeThrough(new CompressionStream('deflate'));
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, side);
  view.setUint32(4, side);
  header[8] = 8; // bits; colour type 0 is grey
  const body = new Uint8Array(await new Response(packed).arrayBuffer());
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return new Blob([signature, chunk('IHDR', header), chunk('IDAT', body), chunk('IEND', new Uint8Array())], {type: 'image/png'});
}

/** @type {(strokes: Stroke[], side: number) => Uint8Array} 255 paper – 0 ink */
function greys(strokes, side) {
  const size = side * side;
  const last = strokes.at(-1) ?? null;
  const known = before.side === side && before.strokes.length < strokes.length && before.strokes.every((one, i) => one === strokes[i]);
  if (!known) before = {side, strokes: [], ink: new Float32Array(size), last: null, points: 0, covered: new Float32Array(size)};
  for (const stroke of strokes.slice(before.strokes.length, -1)) {
    const covered = new Float32Array(size);
    coverAll(covered, side, stroke, 0, stroke.points.length);
    lay(stroke, covered, before.ink);
    before.strokes.push(stroke);
  }
  let {ink} = before;
  if (last) {
    const settled = last.points.length - 1;
    if (before.last !== last || before.points > settled) Object.assign(before, {last, points: 0, covered: new Float32Array(size)});
    coverAll(before.covered, side, last, before.points, settled);
    before.points = settled;
    if (scratch.ink.length !== size) scratch = {ink: new Float32Array(size), covered: new Float32Array(size)};
    scratch.covered.set(before.covered);
    coverAll(scratch.covered, side, last, settled, settled + 1);
    scratch.ink.set(before.ink);
    ({ink} = scratch);
    lay(last, scratch.covered, ink);
  }
  const values = new Uint8Array(size).fill(255);
  for (let i = 0; i < size; i++) if (ink[i]) values[i] = Math.round(255 * (1 - ink[i]));
  return values;
}

/**
 * Cover what lies along a stroke's course to some of its points.
 * @param {Float32Array} covered
 * @param {number} side
 * @param {Stroke} stroke
 * @param {number} start
 * @param {number} end
 */
function coverAll(covered, side, stroke, start, end) {
  for (const [x0, y0, x1, y1, width] of place(stroke, start, end)) cover(covered, side, x0, y0, x1, y1, width / 2 + 0.5);
}

/**
 * Add a stroke to the ink, or take ink away along it.
 * @param {Stroke} stroke
 * @param {Float32Array} covered  the share of each pixel that it covers
 * @param {Float32Array} ink  0 paper – 1 ink; changed
 */
function lay({erase}, covered, ink) {
  for (let i = 0; i < ink.length; i++) {
    const share = covered[i];
    if (share) ink[i] = erase ? ink[i] * (1 - share) : ink[i] + share * (1 - ink[i]);
  }
}

/**
 * A straight piece with round ends: how much of each pixel it covers, where that is more than before.
 * @param {Float32Array} covered
 * @param {number} side
 * @param {number} x0
 * @param {number} y0
 * @param {number} x1
 * @param {number} y1
 * @param {number} reach  px from the middle of the piece to where a pixel is free of it
 */
function cover(covered, side, x0, y0, x1, y1, reach) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const square = dx * dx + dy * dy || 1;
  const [left, right] = [Math.max(0, Math.floor(Math.min(x0, x1) - reach)), Math.min(side - 1, Math.ceil(Math.max(x0, x1) + reach))];
  const [top, bottom] = [Math.max(0, Math.floor(Math.min(y0, y1) - reach)), Math.min(side - 1, Math.ceil(Math.max(y0, y1) + reach))];
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
      const along = Math.max(0, Math.min(1, (px * dx + py * dy) / square));
      const [ax, ay] = [px - along * dx, py - along * dy];
      const share = Math.min(1, reach - Math.sqrt(ax * ax + ay * ay));
      if (share > covered[y * side + x]) covered[y * side + x] = share;
    }
  }
}

/**
 * A chunk of a PNG: length, name, content, checksum.
 * @param {string} name
 * @param {Uint8Array} content
 */
function chunk(name, content) {
  const bytes = new Uint8Array(content.length + LENGTH + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = name.charCodeAt(i);
  bytes.set(content, LENGTH);
  view.setUint32(LENGTH + content.length, crc32(bytes.subarray(4, LENGTH + content.length)));
  return bytes;
}
