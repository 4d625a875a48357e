// One digit's ink → the 28 × 28 image that a network sees (`toImage`); touching digits → a strip (`toStrip`).
// This is model/normalization.py in JavaScript, step for step; that file says why each step is there.

import {blank, distance, median, resizeTo, round} from './arrays.js';
import {normalization} from './constants.js';

/** @import {Box, Ink, Strip} from './types.js' */

const {SIDE, DIGIT, PEN, FINE, MARGIN, SOLID, DEEPEST_THINNING, STRIP, ABOVE, BESIDE, LONGEST} = normalization;
const FAR = 1e4; // px, further than any ink is wide

/** @type {WeakMap<Ink, Float32Array>} what toImage has made: of an ink on a page it is asked several times */
const images = new WeakMap();

/**
 * How many pixels are SOLID.
 * @param {Ink} ink
 * @returns {number}
 */
export function area({data}) {
  let count = 0;
  for (let i = 0; i < data.length; i++) if (data[i] >= SOLID) count++;
  return count;
}

/**
 * One digit's ink, which nothing changes afterwards → its image.
 * @param {Ink} ink
 * @returns {Float32Array} 784 numbers in [0, 1]; zeros where no pixel is SOLID
 */
export function toImage(ink) {
  const image = images.get(ink) ?? imageOf(ink);
  images.set(ink, image);
  return image;
}

/** @type {(ink: Ink) => Float32Array} */
function imageOf(ink) {
  const box = solidBox(ink);
  return box ? nist(evenWidth(framed(resize(cut(ink, ...box), FINE), MARGIN, MARGIN))) : new Float32Array(SIDE * SIDE);
}

/**
 * The ink of one digit or several → a strip.
 * @param {Ink} ink
 * @returns {Strip} of width 0 without ink, or where the ink is too long
 */
export function toStrip(ink) {
  let box = solidBox(ink);
  if (box && fits(box)) {
    ink = evenWidth(framed(scaled(cut(ink, ...box), FINE / box[3]), MARGIN, MARGIN));
    box = solidBox(ink);
  }
  if (!box || !fits(box)) return {data: new Float32Array(0), width: 0, height: 0};
  const {data, width, height} = framed(scaled(cut(ink, ...box), STRIP / box[3]), BESIDE, ABOVE);
  return {data: Float32Array.from(data, (value) => value / 255), width, height};
}

/**
 * The box of all SOLID pixels.
 * @param {Ink} ink
 * @returns {Box | null} null where there are none
 */
export function solidBox({data, width, height}) {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (data[i] < SOLID) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return bottom < 0 ? null : [left, top, right - left + 1, bottom - top + 1];
}

/**
 * What a box holds.
 * @param {Ink} ink
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @returns {Ink}
 */
export function cut(ink, x, y, width, height) {
  const part = blank(width, height);
  for (let row = 0; row < height; row++) {
    const from = (y + row) * ink.width + x;
    part.data.set(ink.data.subarray(from, from + width), row * width);
  }
  return part;
}

/**
 * Lay `ink` on a larger `sheet`, which is changed and returned.
 * @param {Ink} ink
 * @param {Ink} sheet
 * @param {number} left  px from the sheet's left
 * @param {number} [top]  px from its top
 * @returns {Ink}
 */
export function paste(ink, sheet, left, top = left) {
  for (let y = 0; y < ink.height; y++) {
    sheet.data.set(ink.data.subarray(y * ink.width, (y + 1) * ink.width), (y + top) * sheet.width + left);
  }
  return sheet;
}

/** @type {(box: Box) => boolean} */
const fits = (box) => box[2] <= LONGEST * box[3];

/** @type {(ink: Ink, beside: number, above: number) => Ink} with paper around it */
const framed = (ink, beside, above) => paste(ink, blank(ink.width + 2 * beside, ink.height + 2 * above), beside, above);

/** @type {(ink: Ink, longer: number) => Ink} scaled so that the longer side is `longer` px */
const resize = (ink, longer) => scaled(ink, longer / Math.max(ink.width, ink.height));

/** @type {(ink: Ink, scale: number) => Ink} both sides scaled */
export const scaled = (ink, scale) => resizeTo(ink, Math.max(1, round(ink.width * scale)), Math.max(1, round(ink.height * scale)));

// ---- stroke width ----

/**
 * Median width of the strokes in px, from their middle line: where no neighbour lies deeper. 0 without ink.
 * @param {Float32Array} inside  distance of each pixel of ink to the paper
 * @param {number} width  of a row
 */
export function strokeWidth(inside, width) {
  /** @type {number[]} */
  const ridge = [];
  for (let i = 0; i < inside.length; i++) {
    const here = inside[i];
    if (
      here > 0 &&
      here >= inside[i - 1] &&
      here >= inside[i + 1] &&
      here >= inside[i - width - 1] &&
      here >= inside[i - width] &&
      here >= inside[i - width + 1] &&
      here >= inside[i + width - 1] &&
      here >= inside[i + width] &&
      here >= inside[i + width + 1]
    ) {
      ridge.push(here);
    }
  }
  return ridge.length ? Math.fround(2 * Math.fround(median(ridge)) - 1) : 0;
}

/**
 * The largest value within reach × reach around each pixel that is not in the margin, where all are 0.
 * @param {Float32Array} values
 * @param {number} width
 * @param {number} height
 * @param {number} reach  odd
 */
function largest(values, width, height, reach) {
  const [columns, rows, half] = [width - 2 * MARGIN, height - 2 * MARGIN, reach >> 1];
  const line = columns + 2 * half;
  const across = new Float32Array(rows * line);
  for (let y = 0, from = MARGIN * width + MARGIN; y < rows; y++, from += width) {
    across.set(values.subarray(from, from + columns), y * line + half);
  }
  widen(across, 1, reach);
  const down = new Float32Array((rows + 2 * half) * columns);
  for (let y = 0; y < rows; y++) down.set(across.subarray(y * line, y * line + columns), (y + half) * columns);
  widen(down, columns, reach);
  const out = new Float32Array(values.length);
  for (let y = 0, to = MARGIN * width + MARGIN; y < rows; y++, to += width) {
    out.set(down.subarray(y * columns, (y + 1) * columns), to);
  }
  return out;
}

/**
 * Each value becomes the largest of `reach` values from it on, `step` apart. Windows double until two of them cover the reach.
 * @param {Float32Array} values
 * @param {number} step
 * @param {number} reach
 */
function widen(values, step, reach) {
  /** @type {(count: number) => void} */
  const join = (count) => {
    for (let at = 0, further = count * step; further < values.length; at++, further++) {
      if (values[further] > values[at]) values[at] = values[further];
    }
  };
  let window = 1;
  for (; 2 * window <= reach; window *= 2) join(window);
  join(reach - window);
}

/**
 * Thin or thicken every stroke so that the median one ends as PEN px at the final scale.
 * @param {Ink} ink
 */
function evenWidth({data, width, height}) {
  const solid = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) if (data[i] >= SOLID) solid[i] = 1;
  const inside = distance(solid, 1, width, FAR);
  const stroke = strokeWidth(inside, width);
  const grow = ((PEN * (FINE - stroke)) / (DIGIT - PEN) - stroke) / 2;
  const beyond = Math.ceil(Math.max(grow, 0)) + 2; // further from the ink no stroke reaches
  const outside = distance(solid, 0, width, beyond);
  const half = grow < 0 ? largest(inside, width, height, Math.max(3, Math.trunc(stroke) | 1)) : null;
  const out = blank(width, height);
  for (let i = 0; i < data.length; i++) {
    if (outside[i] === beyond) continue;
    const growth = half ? -Math.min(-grow, DEEPEST_THINNING * half[i]) : grow;
    const edge = Math.fround(inside[i] - outside[i] + growth + (solid[i] ? -0.5 : 0.5));
    out.data[i] = Math.fround(Math.min(1, Math.max(0, edge + 0.5)) * 255);
  }
  return out;
}

/**
 * Scale the ink to DIGIT px and put its centre of mass in the middle of 28 × 28.
 * @param {Ink} ink
 */
function nist(ink) {
  const box = solidBox(ink);
  const image = new Float32Array(SIDE * SIDE);
  if (!box) return image;
  const digit = resize(cut(ink, ...box), DIGIT);
  let [mass, momentX, momentY] = [0, 0, 0];
  digit.data.forEach((value, i) => {
    mass += value;
    momentX += value * (i % digit.width);
    momentY += value * Math.floor(i / digit.width);
  });
  /** @type {(moment: number, size: number) => number} */
  const place = (moment, size) => Math.min(Math.max(round(SIDE / 2 - moment / mass), 0), SIDE - size);
  const [left, top] = [place(momentX, digit.width), place(momentY, digit.height)];
  digit.data.forEach((value, i) => {
    image[(top + Math.floor(i / digit.width)) * SIDE + left + (i % digit.width)] = value / 255;
  });
  return image;
}
