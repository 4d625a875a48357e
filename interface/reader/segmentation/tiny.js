// The inks of a picture of a few px, a scan of one digit or two (`tiny`). A part of model/segmentation/ink.py.

import {blank, round} from '../arrays.js';
import {ink as INK, normalization} from '../constants.js';
import {cubic} from './imaging.js';

/** @import {Ink} from '../types.js' */

const {SOLID} = normalization;
const {SMALL_SIDE, SQUARE, FILLED_SIDES, UNSTRETCHED} = INK;

/**
 * Inks of a tiny picture at several thresholds, of each of its two colours.
 * @param {[Ink, Ink]} amounts
 * @param {number} contrast
 * @returns {Generator<[Ink, number]>}
 */
export function* tiny(amounts, contrast) {
  const stretched = mayBeStretched(amounts[0], 0.5 * contrast);
  for (const [at, found] of amounts.entries()) {
    const prior = [1, 0.9][at];
    const enlarged = enlarge(found);
    yield [atLevel(enlarged, 0.5, contrast), prior];
    if (stretched) {
      yield [atLevel(enlarge(found, UNSTRETCHED), 0.5, contrast), 0.9 * prior];
    }
    for (const level of [0.35, 0.65]) yield [atLevel(enlarged, level, contrast), prior];
  }
}

/** @type {(ink: Ink, inked: number) => boolean} whether it may be a digit's scan that was stretched until it filled a square */
function mayBeStretched({data, width, height}, inked) {
  const [row, column] = [Array.from({length: width}, (_, x) => x), Array.from({length: height}, (_, y) => y * width)];
  const sides = [row, row.map((x) => x + (height - 1) * width), column, column.map((y) => y + width - 1)];
  const reached = sides.filter((side) => side.some((at) => data[at] >= inked)).length;
  return Math.max(width, height) <= SQUARE * Math.min(width, height) && reached >= FILLED_SIDES;
}

/** @type {(longer: number) => number} how many times as large a small picture is read, by its longer side in px */
export const enlargement = (longer) => Math.ceil(SMALL_SIDE / longer);

/** @type {(ink: Ink, narrowed?: number) => ReturnType<typeof cubic>} a tiny picture in the size at which it is read */
function enlarge(ink, narrowed = 1) {
  const times = enlargement(Math.max(ink.width, ink.height));
  return cubic(ink, Math.max(1, Math.trunc(narrowed * ink.width * times)), ink.height * times);
}

/** @type {(enlarged: ReturnType<typeof cubic>, level: number, contrast: number) => Ink} */
function atLevel({data, width, height}, level, contrast) {
  const scale = Math.fround(SOLID / Math.max(level * contrast, 1));
  const ink = blank(width, height);
  data.forEach((value, i) => {
    ink.data[i] = Math.min(255, round(Math.min(Math.max(value, 0), contrast) * scale));
  });
  return ink;
}
