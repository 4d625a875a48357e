// Picture → the inks to try (`candidates`): model/segmentation/ink.py in JavaScript, step for step; that file says what each step is
// for. What it does with photos is in photo.js, with tiny pictures in tiny.js. (long because Python has these steps in one file too, and both are read side by side)

import {blank, resizeTo, round} from '../arrays.js';
import {edges, ink as INK, normalization} from '../constants.js';
import {area, cut, paste} from '../normalization.js';
import {offTheEdge, shadowed} from './edges.js';
import {cubic, negative, otsu, quantile} from './imaging.js';
import {denoised, each, likelyPolarities, litEvenly, paper, smooth} from './photo.js';
import {enlargement, tiny} from './tiny.js';

/** @import {Ink, Pixels} from '../types.js' */
/** @import {Channels} from './photo.js' */

const {SOLID} = normalization;
const {BAR} = edges;
const {SMALL_SIDE, WORKING_SIDE, TINY_SIDE, FLAT_SHARE, FLAT_RANGE, MORE, FRAME, SAMPLE, STROKE_REACHES} = INK;
const {FAINTEST, CLEAREST, LEAST_STROKE, ABOVE_NOISE} = INK;

/**
 * The inks to try, each with its prior in [0, 1], the likeliest first and made when it is its turn.
 * @param {Pixels} picture
 * @returns {Generator<[Ink, number]>}
 */
export function* candidates(picture) {
  const {distance: framed, share} = fromPaper(picture);
  const found = levels(framed);
  const most = found.findLastIndex(Boolean);
  const many = framed.data.length > SAMPLE;
  const contrast = many ? Math.max(quantile(levels(everySecond(framed)), 0.999), 0.6 * most) : most;
  if (contrast < FAINTEST) {
    const strokes = raised(picture);
    if (strokes) yield* candidates(strokes);
    return;
  }
  const whole = unframed(framed, contrast);
  if (Math.max(picture.width, picture.height) <= TINY_SIDE) {
    yield* tiny([whole, inverse(whole, contrast)], contrast);
    return;
  }
  const distance = workingSize(whole);
  const counts = distance === framed ? found : levels(distance);
  let flat = share >= FLAT_SHARE && twoTone(counts, contrast);
  if (flat) {
    const amount = scaled(distance, 0.5 * contrast);
    flat = !shadowed(amount);
    if (flat) {
      yield* drawn(distance, amount, counts, contrast);
      if (framedByPaper(distance, contrast)) return;
    }
  }
  yield* photographed(picture, flat);
  if (!flat) yield [offTheEdge(scaled(distance, 0.5 * contrast), BAR), 0.9];
  yield [scaled(workingSize(inverse(whole, contrast)), 0.5 * contrast), 0.75];
}

/**
 * A picture of faint strokes as the same strokes dark on white; null for blank paper and its noise.
 * @param {Pixels} picture
 * @returns {Pixels | null}
 */
function raised(picture) {
  const large = Math.max(picture.width, picture.height) > WORKING_SIDE;
  const [red, green, blue] = large ? each(split(picture), workingSize) : split(picture);
  const {width, height} = red;
  const sums = Int32Array.from(red.data, (value, i) => value + green.data[i] + blue.data[i]);
  const [low, high] = sums.reduce(([least, most], sum) => [Math.min(least, sum), Math.max(most, sum)], [765, 0]);
  if (high - low < 3 * LEAST_STROKE) return null;
  const grey = blank(width, height);
  sums.forEach((sum, i) => {
    grey.data[i] = round((sum - low) * (255 / (high - low)));
  });
  const found = [grey, negative(grey)].map((one) => {
    const around = paper(one, STROKE_REACHES[0]).data;
    return {...one, data: denoised(one).data.map((value, i) => Math.max(0, around[i] - value))};
  });
  const few = Math.max(1, Math.floor(grey.data.length / 1000));
  const strongest = found.map((one) => one.data.slice().sort()[one.data.length - few]);
  const which = strongest[1] > strongest[0] ? 1 : 0;
  if (strongest[which] < Math.max((LEAST_STROKE * 3 * 255) / (high - low), ABOVE_NOISE * noiseOf(grey))) return null;
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  found[which].data.forEach((value, i) => {
    data.fill(255 - Math.min(255, round(value * (CLEAREST / strongest[which]))), 4 * i, 4 * i + 3);
  });
  return {data, width, height};
}

/** @type {(ink: Ink) => number} the deviation of its noise (Immerkær 1996) */
function noiseOf({data, width, height}) {
  /** @type {(x: number, y: number) => number} the edge mirrored, not repeated, as OpenCV does */
  const at = (x, y) =>
    data[Math.abs(y >= height ? 2 * height - 2 - y : y) * width + Math.abs(x >= width ? 2 * width - 2 - x : x)] ?? data[0];
  /** @type {(x: number, y: number) => number} */
  const across = (x, y) => at(x - 1, y) - 2 * at(x, y) + at(x + 1, y);
  let sum = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) sum += Math.abs(across(x, y - 1) - 2 * across(x, y) + across(x, y + 1));
  }
  return ((sum / data.length) * Math.sqrt(Math.PI / 2)) / 6;
}

/**
 * The inks of a drawing.
 * @param {Ink} distance  from the paper's colour
 * @param {Ink} amount  the same, scaled
 * @param {Int32Array} counts  of the distances
 * @param {number} contrast
 * @returns {Generator<[Ink, number]>}
 */
function* drawn(distance, amount, counts, contrast) {
  const likely = offTheEdge(amount, BAR);
  yield [likely, 1];
  const table = brighter(Math.max(0.22 * contrast, FAINTEST / 2));
  const enough = MORE * area(likely);
  if (counts.reduce((sum, count, value) => sum + (table[value] >= SOLID ? count : 0), 0) <= enough) return;
  const faint = offTheEdge(mapped(distance, table), BAR);
  if (area(faint) > enough) yield [faint, 0.95];
}

/**
 * The inks of a photo: dark and light, of pens and of markers.
 * @param {Pixels} picture
 * @param {boolean} flat  it may well be a drawing
 * @returns {Generator<[Ink, number]>}
 */
function* photographed(picture, flat) {
  const channels = each(split(picture), workingSize);
  for (const [at, dark] of likelyPolarities(channels).entries()) {
    const inked = dark ? channels : each(channels, negative);
    const smoothed = smooth(inked);
    for (const reach of STROKE_REACHES) {
      const lit = litEvenly(inked, smoothed, reach);
      yield [offTheEdge(scaled(lit, threshold(lit)), 0), (at ? 0.7 : 1) * (flat ? 0.95 : 1)];
    }
  }
}

/**
 * Otsu's threshold, but never within the noise of the paper.
 * @param {Ink} amount
 */
function threshold(amount) {
  const counts = levels(amount);
  return Math.max(otsu(counts, amount.data.length), 3 * quantile(counts, 0.5), FAINTEST / 2);
}

/** @type {(distance: Ink, contrast: number) => Ink} how far each pixel is from the other colour */
function inverse({data, width, height}, contrast) {
  const most = Math.trunc(contrast);
  return {data: data.map((value) => Math.max(0, most - value)), width, height};
}

/**
 * Scaled to the size at which it is read: large pictures down, small ones up.
 * @param {Ink} ink
 * @returns {Ink}
 */
function workingSize(ink) {
  const longer = Math.max(ink.width, ink.height);
  if (longer > WORKING_SIDE) {
    const scale = WORKING_SIDE / longer;
    return resizeTo(ink, Math.max(1, round(ink.width * scale)), Math.max(1, round(ink.height * scale)), true);
  }
  if (longer >= SMALL_SIDE) return ink;
  const times = enlargement(longer);
  const {data, width, height} = cubic(ink, ink.width * times, ink.height * times);
  return {data: Uint8Array.from(data, (value) => Math.min(255, Math.max(0, round(value)))), width, height};
}

/** @type {(ink: Ink) => Ink} every second pixel of every second row */
function everySecond({data, width, height}) {
  const out = blank((width + 1) >> 1, (height + 1) >> 1);
  for (let y = 0, i = 0; y < height; y += 2) for (let x = 0; x < width; x += 2) out.data[i++] = data[y * width + x];
  return out;
}

/** @type {(picture: Pixels) => Channels} */
function split({data, width, height}) {
  const [red, green, blue] = [blank(width, height), blank(width, height), blank(width, height)];
  for (let i = 0, at = 0; i < red.data.length; i++, at += 4) {
    red.data[i] = data[at];
    green.data[i] = data[at + 1];
    blue.data[i] = data[at + 2];
  }
  return [red, green, blue];
}

/** @type {(counts: Int32Array, contrast: number) => boolean} few pixels are between paper and ink */
function twoTone(counts, contrast) {
  let [n, between, inked] = [0, 0, 0];
  counts.forEach((count, value) => {
    n += count;
    if (value >= 0.4 * contrast) inked += count;
    else if (value > FLAT_RANGE) between += count;
  });
  return between / n <= 0.04 + inked / n;
}

/** @type {(distance: Ink, contrast: number) => boolean} most of the edge is paper */
function framedByPaper({data, width, height}, contrast) {
  let paper = 0;
  /** @type {(start: number, step: number, count: number) => void} */
  const side = (start, step, count) => {
    for (let k = 0, at = start; k < count; k++, at += step) if (data[at] < 0.4 * contrast) paper++;
  };
  side(0, 1, width);
  side((height - 1) * width, 1, width);
  side(0, width, height);
  side(width - 1, width, height);
  return paper / (2 * (width + height)) > 0.9;
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

/** @type {(picture: Pixels) => number} the share of its pixels that have nearly the paper's colour */
export const paperShare = (picture) => fromPaper(picture).share;

/**
 * How far each pixel's colour is from the paper's, which is the commonest one, and the share of pixels near that colour.
 * @param {Pixels} picture
 * @returns {{distance: Ink, share: number}}
 */
function fromPaper({data, width, height}) {
  const words = new Uint32Array(data.buffer, data.byteOffset, width * height); // a pixel each
  const {pixels, counts, sampled} = runs(words, width, height);
  const codes = new Int32Array(4096);
  for (let i = 0; i < pixels.length; i++) codes[code(data, 4 * pixels[i])] += counts[i];
  const commonest = codes.indexOf(codes.reduce((most, count) => Math.max(most, count), 0));
  const channels = [new Int32Array(256), new Int32Array(256), new Int32Array(256)];
  for (let i = 0; i < pixels.length; i++) {
    const at = 4 * pixels[i];
    if (code(data, at) === commonest) for (let k = 0; k < 3; k++) channels[k][data[at + k]] += counts[i];
  }
  const [red, green, blue] = channels.map((channel) => Math.trunc(quantile(channel, 0.5)));
  const distance = blank(width, height);
  for (let i = 0, away = 0; i < words.length; i++) {
    if (!i || words[i] !== words[i - 1]) {
      const at = 4 * i;
      away = Math.max(Math.abs(data[at] - red), Math.abs(data[at + 1] - green), Math.abs(data[at + 2] - blue));
    }
    distance.data[i] = away;
  }
  let near = 0;
  for (let i = 0; i < pixels.length; i++) if (distance.data[pixels[i]] <= FLAT_RANGE) near += counts[i];
  return {distance, share: near / sampled};
}

/**
 * About SAMPLE of the pixels, row by row, as runs of the same one: most of a drawing's look like the one before.
 * @param {Uint32Array} words  a pixel each
 * @param {number} width
 * @param {number} height
 * @returns {{pixels: number[], counts: number[], sampled: number}} the first of each run, and how many it has; how many in all
 */
function runs(words, width, height) {
  const step = Math.max(1, Math.floor(Math.sqrt((width * height) / SAMPLE)));
  /** @type {[pixels: number[], counts: number[]]} */
  const [pixels, counts] = [[], []];
  let [word, count] = [words[0], 0];
  for (let y = 0; y < height; y += step) {
    for (let i = y * width, end = i + width; i < end; i += step) {
      if (words[i] !== word || !i) {
        if (count) counts.push(count);
        pixels.push(i);
        [word, count] = [words[i], 0];
      }
      count++;
    }
  }
  counts.push(count);
  return {pixels, counts, sampled: Math.ceil(width / step) * Math.ceil(height / step)};
}

/** @type {(data: Uint8ClampedArray, at: number) => number} the first four bits of each channel of a pixel */
const code = (data, at) => ((data[at] >> 4) << 8) | (data[at + 1] & 240) | (data[at + 2] >> 4);

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
