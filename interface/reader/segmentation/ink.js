// Picture → the inks to try (`candidates`): what model/segmentation/ink.py does with a drawing, step for step. What that file does
// with photos is not here, nor what it tries of a drawing whose ink runs along the edge and reads badly.

import {blank, median, round} from '../arrays.js';
import {ink as INK, normalization} from '../constants.js';
import {area, cut, paste, solidBox} from '../normalization.js';
import {label} from './segment.js';

/** @import {Ink, Pixels} from '../types.js' */

const {SOLID} = normalization;
const {SMALL_SIDE, WORKING_SIDE, FLAT_SHARE, FLAT_RANGE, BAR, ACROSS, RULE, MORE, FRAME, SHADOW, FILLS, TALL_ENOUGH, FAINTEST, SAMPLE} =
  INK;

/**
 * The inks to try, each with its prior in [0, 1], the likeliest first and made when it is its turn.
 * @param {Pixels} picture
 * @returns {Iterable<[Ink, number]> | null} null: this is no drawing on plain paper, or not of a pad's size; Python may still read it
 */
export function candidates(picture) {
  const {width, height} = picture;
  const longer = Math.max(width, height);
  if (longer < SMALL_SIDE || longer > WORKING_SIDE || width * height > SAMPLE) return null; // Python scales, or looks at a part
  const framed = fromPaper(picture);
  const counts = levels(framed);
  const contrast = counts.findLastIndex(Boolean);
  if (contrast < FAINTEST) return [];
  const distance = unframed(framed, contrast);
  const inside = distance === framed ? counts : levels(distance);
  /** @type {(found: Int32Array, from: number, to?: number) => number} */
  const share = (found, from, to = 256) =>
    found.subarray(Math.ceil(from), Math.ceil(to)).reduce((sum, count) => sum + count, 0) / (width * height);
  const twoTone = share(inside, FLAT_RANGE + 1, 0.4 * contrast) <= 0.04 + share(inside, 0.4 * contrast);
  if (share(counts, 0, FLAT_RANGE + 1) < FLAT_SHARE || !twoTone) return null;
  const whole = scaled(distance, 0.5 * contrast);
  if (shadowed(whole)) return null;
  const drawn = offTheEdge(whole, BAR);
  return /** @returns {Generator<[Ink, number]>} */ (function* () {
    yield [drawn, 1];
    const table = brighter(Math.max(0.22 * contrast, FAINTEST / 2));
    const enough = MORE * area(drawn);
    if (inside.reduce((sum, count, value) => sum + (table[value] >= SOLID ? count : 0), 0) <= enough) return;
    const faint = offTheEdge(mapped(distance, table), BAR);
    if (area(faint) > enough) yield [faint, 0.95];
  })();
}

/**
 * How many pixels have each value, 0–255.
 * @param {Ink} ink
 */
function levels({data}) {
  const counts = new Int32Array(256);
  for (let i = 0; i < data.length; i++) counts[data[i]]++;
  return counts;
}

/**
 * How far each pixel's colour is from the commonest one, the paper's.
 * @param {Pixels} picture
 */
function fromPaper({data, width, height}) {
  const found = new Int32Array(4096);
  const runs = sameColours(new Uint32Array(data.buffer, data.byteOffset, width * height));
  /** @type {(colour: Colour) => number} the first four bits of each channel */
  const code = ([red, green, blue]) => ((red >> 4) << 8) | (green & 240) | (blue >> 4);
  for (const {colour, start, end} of runs) found[code(colour)] += end - start;
  const commonest = found.indexOf(found.reduce((most, count) => Math.max(most, count), 0));
  const paper = runs.filter(({colour}) => code(colour) === commonest);
  const middle = [0, 1, 2].map((channel) => {
    const counts = new Int32Array(256);
    for (const {colour, start, end} of paper) counts[colour[channel]] += end - start;
    return Math.trunc(middleOf(counts, found[commonest]));
  });
  const distance = blank(width, height);
  for (const {colour, start, end} of runs) {
    distance.data.fill(Math.max(...colour.map((value, channel) => Math.abs(value - middle[channel]))), start, end);
  }
  return distance;
}

/** @typedef {[red: number, green: number, blue: number]} Colour  0–255 each */

/**
 * Runs of neighbours that are alike: a drawing has few, compared with its pixels.
 * @param {Uint32Array} pixels  RGBA in the machine's order of bytes
 */
function sameColours(pixels) {
  /** @type {{colour: Colour, start: number, end: number}[]} */
  const runs = [];
  for (let start = 0, end = 1; start < pixels.length; start = end++) {
    const pixel = pixels[start];
    while (end < pixels.length && pixels[end] === pixel) end++;
    runs.push({colour: [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255], start, end});
  }
  return runs;
}

/**
 * Without a frame drawn around the whole picture: ink all along its four sides, and none a few pixels further in.
 * @param {Ink} distance
 * @param {number} contrast  the largest distance
 */
function unframed(distance, contrast) {
  const {data, width, height} = distance;
  for (let rim = 0; rim <= Math.floor(FRAME * Math.min(width, height)); rim++) {
    /** @type {(start: number, step: number, count: number) => number} */
    const side = (start, step, count) => {
      let inked = 0;
      for (let k = 0, at = start; k < count; k++, at += step) if (data[at] >= 0.4 * contrast) inked++;
      return inked / count;
    };
    const [across, down, first] = [width - 2 * rim, height - 2 * rim, rim * width + rim];
    const along = [
      side(first, 1, across),
      side(first + (down - 1) * width, 1, across),
      side(first, width, down),
      side(first + across - 1, width, down),
    ].sort((a, b) => a - b);
    if (rim && along[2] < 0.5) {
      return paste(cut(distance, rim + 1, rim + 1, across - 2, down - 2), blank(width, height), rim + 1);
    }
    if (along[0] < 0.8) break;
  }
  return distance;
}

/**
 * The median of `n` bytes of which it is known how often each value is there.
 * @param {Int32Array} counts
 * @param {number} n
 */
function middleOf(counts, n) {
  /** @type {(rank: number) => number} */
  const at = (rank) => {
    let value = 0;
    for (let left = rank - counts[0]; left >= 0; left -= counts[value]) value++;
    return value;
  };
  return median([at((n - 1) >> 1), at(n >> 1)]);
}

/** @type {(amount: Ink, threshold: number) => Ink} */
const scaled = (amount, threshold) => mapped(amount, brighter(threshold));

/**
 * What each value becomes where `threshold` becomes SOLID.
 * @param {number} threshold
 */
function brighter(threshold) {
  const scale = Math.fround(SOLID / Math.max(threshold, 1));
  return Uint8Array.from({length: 256}, (_, value) => Math.min(255, round(value * scale)));
}

/**
 * @param {Ink} ink
 * @param {Uint8Array} table  256 values
 */
function mapped({data, width, height}, table) {
  const out = blank(width, height);
  for (let i = 0; i < data.length; i++) out.data[i] = table[data[i]];
  return out;
}

/**
 * How many pixels of each piece lie on the edge, by its label.
 * @param {Ink} ink
 * @param {Int32Array} labels
 * @param {number} pieces
 */
function onTheEdge({width, height}, labels, pieces) {
  const rim = new Int32Array(pieces + 1);
  for (let x = 0; x < width; x++) {
    rim[labels[x]]++;
    rim[labels[(height - 1) * width + x]]++;
  }
  for (let y = 1; y < height - 1; y++) {
    rim[labels[y * width]]++;
    rim[labels[y * width + width - 1]]++;
  }
  return rim;
}

/**
 * Whether anything lies on the edge or may run right across.
 * @param {Ink} ink
 */
function reaches(ink) {
  const [x, y, width, height] = solidBox(ink) ?? [1, 1, 0, 0];
  return !x || !y || x + width === ink.width || y + height === ink.height || width > ACROSS * ink.width || height > ACROSS * ink.height;
}

/**
 * The ink without what runs off the picture or right across it, if something as high as a digit is left.
 * @param {Ink} ink
 * @param {number} allowed  share of the longer side that may lie along the edge
 * @returns {Ink}
 */
function offTheEdge(ink, allowed) {
  if (!reaches(ink)) return ink;
  const {width, height} = ink;
  const longer = Math.max(width, height);
  const {labels, boxes} = label(ink);
  const rim = onTheEdge(ink, labels, boxes.length);
  const off = boxes.map((box, at) => {
    const [thin, long] = [box[2] / width, box[3] / height].sort((a, b) => a - b);
    return rim[at + 1] > allowed * longer || (long > ACROSS && thin < RULE);
  });
  const left = boxes.some((box, at) => !off[at] && box[3] >= TALL_ENOUGH * longer);
  if (!left || !off.some(Boolean)) return ink;
  return {data: ink.data.map((value, i) => (labels[i] && off[labels[i] - 1] ? 0 : value)), width, height};
}

/**
 * Whether much of the ink lies along the edge and fills its box, as shadows do.
 * @param {Ink} ink
 */
function shadowed(ink) {
  if (!reaches(ink)) return false;
  const {labels, boxes} = label(ink);
  const rim = onTheEdge(ink, labels, boxes.length);
  const longer = Math.max(ink.width, ink.height);
  const areas = new Int32Array(boxes.length + 1);
  for (const piece of labels) areas[piece]++;
  const along = boxes.reduce((sum, [, , width, height], at) => {
    const area = areas[at + 1];
    return rim[at + 1] > BAR * longer && area > FILLS * width * height ? sum + area : sum;
  }, 0);
  return along / labels.length > SHADOW;
}
