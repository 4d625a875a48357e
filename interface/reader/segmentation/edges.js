// Ink along the edge of a picture: what runs off it is dropped (`offTheEdge`), and shadows are kept apart from writing (`shadowed`). It is
// model/segmentation/edges.py in JavaScript.

import {edges} from '../constants.js';
import {solidBox} from '../normalization.js';
import {label} from './segment.js';

/** @import {Ink} from '../types.js' */

const {BAR, ACROSS, RULE, SHADOW, FILLS, TALL_ENOUGH} = edges;

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
export function offTheEdge(ink, allowed) {
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
export function shadowed(ink) {
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
