// How each image is written: stroke width, slant, size, ink and aspect, as evaluation/shapes.py measures them: `measure`.

import {distance, resizeTo} from '../../reader/arrays.js';
import {normalization} from '../../reader/constants.js';
import {paste, solidBox, strokeWidth} from '../../reader/normalization.js';
import {FINER} from './constants.js';

/** @import {Ink} from '../../reader/types.js' */

const SIDE = 28;

/** @type {Record<string, (ink: Ink) => number>} by the names of MEASURES; NaN for an image without ink */
const OF = {
  'stroke width': (ink) => pen(resizeTo(ink, FINER * SIDE, FINER * SIDE)) / FINER || NaN,
  slant: (ink) => {
    const {xy, yy} = moments(ink);
    return -(Math.atan2(xy, yy) * (180 / Math.PI)); // y points down
  },
  size: (ink) => {
    const {xx, yy} = moments(ink);
    return Math.sqrt(Math.max(xx + yy, 0));
  },
  ink: ({data}) => data.reduce((sum, value) => sum + value, 0) / data.length / 2.55 || NaN,
  aspect: (ink) => {
    const box = solidBox(ink);
    return box ? box[2] / box[3] : NaN;
  },
};

/**
 * @param {Uint8Array} images  784 bytes each
 * @returns {Record<string, Float64Array>} by the name of each measure a value an image
 */
export function measure(images) {
  const inks = Array.from({length: images.length / SIDE ** 2}, (_, at) => ({
    data: images.subarray(SIDE ** 2 * at, SIDE ** 2 * (at + 1)),
    width: SIDE,
    height: SIDE,
  }));
  return Object.fromEntries(Object.entries(OF).map(([name, of]) => [name, Float64Array.from(inks, of)]));
}

/**
 * Median width of an ink's strokes in px; 0 without ink.
 * @param {Ink} ink
 */
function pen(ink) {
  const width = ink.width + 2;
  const {data} = paste(ink, {data: new Uint8Array(width * (ink.height + 2)), width, height: ink.height + 2}, 1);
  for (let i = 0; i < data.length; i++) data[i] = data[i] >= normalization.SOLID ? 1 : 0;
  return strokeWidth(distance(data, 1, width, width), width);
}

/**
 * The central second moments, divided by the total; NaN without ink.
 * @param {Ink} ink
 */
function moments({data, width}) {
  let [total, x, y, xx, xy, yy] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const [across, down, value] = [i % width, Math.floor(i / width), data[i]];
    total += value;
    x += value * across;
    y += value * down;
    xx += value * across * across;
    xy += value * across * down;
    yy += value * down * down;
  }
  const [meanX, meanY] = [x / total, y / total];
  return {xx: xx / total - meanX ** 2, xy: xy / total - meanX * meanY, yy: yy / total - meanY ** 2};
}
