// Ink → lines of pieces (`lines`): model/segmentation/segment.py in JavaScript, step for step; that file says what each step is for.

import {blank, median} from '../arrays.js';
import {normalization, segment} from '../constants.js';
import {area} from '../normalization.js';

/** @import {Box, Ink, Piece} from '../types.js' */

const {SOLID} = normalization;
const {MOST_PIECES, SPECK, FRAGMENT, DUST} = segment;

/** @type {(piece: Piece) => number} */
const middle = ({box}) => box[0] + box[2] / 2;
/** @type {(values: number[]) => number} */
const sum = (values) => values.reduce((total, value) => total + value, 0);
/** @type {(values: number[]) => number} */
const mean = (values) => sum(values) / values.length;
/** @type {<T>(value: (one: T) => number) => (a: T, b: T) => number} for sort: the least value first */
const by = (value) => (a, b) => value(a) - value(b);
/** @type {(values: number[]) => number} where the least value is */
const least = (values) => values.indexOf(Math.min(...values));

/**
 * Several pieces as one.
 * @param {Piece[]} pieces  at least one
 * @returns {Piece}
 */
export function join(pieces) {
  if (pieces.length === 1) return pieces[0];
  const [x0, y0] = [0, 1].map((axis) => Math.min(...pieces.map(({box}) => box[axis])));
  const [x1, y1] = [0, 1].map((axis) => Math.max(...pieces.map(({box}) => box[axis] + box[axis + 2])));
  const ink = blank(x1 - x0, y1 - y0);
  for (const {
    box: [x, y],
    ink: part,
  } of pieces) {
    for (let row = 0, i = 0; row < part.height; row++) {
      for (let to = (y - y0 + row) * ink.width + x - x0, end = to + part.width; to < end; to++, i++) {
        if (part.data[i] > ink.data[to]) ink.data[to] = part.data[i];
      }
    }
  }
  return {box: [x0, y0, ink.width, ink.height], ink};
}

/**
 * Ink → lines from top to bottom, each its pieces from left to right.
 * @param {Ink} ink
 * @returns {Piece[][]}
 */
export function lines(ink) {
  return rows(stack(withoutFrames(components(ink)))).map((row) => mend(row).sort(by(middle)));
}

/**
 * Which of the connected pieces of solid ink each pixel belongs to (0 none, then 1, 2, …), and the box of each.
 * @param {Ink} ink
 * @returns {{labels: Int32Array, boxes: Box[]}}
 */
export function label({data, width, height}) {
  const labels = new Int32Array(data.length);
  /** @type {Box[]} */
  const boxes = [];
  /** @type {number[]} */
  const waiting = [];
  for (let start = 0; start < data.length; start++) {
    if (data[start] < SOLID || labels[start]) continue;
    let [left, right, top, bottom, count] = [width, 0, height, 0, 1];
    waiting[0] = start;
    labels[start] = boxes.length + 1;
    while (count) {
      const at = waiting[--count];
      const x = at % width;
      const y = (at - x) / width;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
      const [first, end] = [x ? x - 1 : 0, x + 1 < width ? x + 2 : width];
      for (let ny = y ? y - 1 : 0; ny <= y + 1 && ny < height; ny++) {
        for (let next = ny * width + first; next < ny * width + end; next++) {
          if (data[next] < SOLID || labels[next]) continue;
          labels[next] = boxes.length + 1;
          waiting[count++] = next;
        }
      }
    }
    boxes.push([left, top, right - left + 1, bottom - top + 1]);
  }
  return {labels, boxes};
}

/**
 * Connected pieces, largest first, without dust.
 * @param {Ink} ink
 * @returns {Piece[]}
 */
function components(ink) {
  const {labels, boxes} = label(ink);
  const areas = boxes.map((box) => box[2] * box[3]);
  const largest = areas.reduce((most, one) => Math.max(most, one), 0); // of a photo's, which can be 100,000
  const enough = Math.max(DUST * largest, 4);
  const kept = boxes
    .map((_, at) => at)
    .filter((at) => areas[at] >= enough)
    .sort((a, b) => areas[b] - areas[a]);
  return kept.slice(0, MOST_PIECES).map((at) => {
    const [x, y, width, height] = boxes[at];
    const [x0, y0] = [Math.max(x - 1, 0), Math.max(y - 1, 0)];
    const part = blank(Math.min(x + width + 1, ink.width) - x0, Math.min(y + height + 1, ink.height) - y0);
    for (let row = 0, i = 0; row < part.height; row++) {
      for (let from = (y0 + row) * ink.width + x0, end = from + part.width; from < end; from++, i++) {
        if (labels[from] === at + 1 || labels[from] === 0) part.data[i] = ink.data[from];
      }
    }
    return {box: [x0, y0, part.width, part.height], ink: part};
  });
}

/**
 * Drop frames drawn around digits: thin ink along all four sides, with something inside that is a third as high.
 * @param {Piece[]} pieces
 */
function withoutFrames(pieces) {
  /** @type {(inner: Piece, outer: Piece) => boolean} */
  const inside = ({box: [x, y, w, h]}, {box: [X, Y, W, H]}) => X <= x && Y <= y && x + w <= X + W && y + h <= Y + H;
  return pieces.filter((outer) => {
    const frames =
      area(outer.ink) / outer.ink.data.length <= 0.3 &&
      alongTheSides(outer.ink) &&
      pieces.some((piece) => piece !== outer && piece.box[3] > outer.box[3] / 3 && inside(piece, outer));
    return !frames;
  });
}

/**
 * Whether most of each side of the box has ink within a tenth of it: true for a frame, not for a 0.
 * @param {Ink} ink
 */
function alongTheSides({data, width, height}) {
  const [y, x] = [Math.max(1, Math.floor(height / 10)), Math.max(1, Math.floor(width / 10))];
  /**
   * The share of lines, each `count` pixels `step` apart, that hold ink; `next` apart and `lines` of them.
   * @type {(start: number, next: number, lines: number, step: number, count: number) => number}
   */
  const share = (start, next, lines, step, count) => {
    let found = 0;
    for (let line = 0; line < lines; line++) {
      let at = start + line * next;
      let left = count;
      while (left && data[at] < SOLID) {
        at += step;
        left--;
      }
      if (left) found++;
    }
    return found / lines;
  };
  return [
    share(0, 1, width, width, y),
    share((height - y) * width, 1, width, width, y),
    share(0, width, height, 1, x),
    share(width - x, width, height, 1, x),
  ].every((side) => side > 0.8);
}

/**
 * Lines of pieces from top to bottom.
 * @param {Piece[]} pieces
 */
function rows(pieces) {
  if (!pieces.length) return [];
  const heights = pieces.map(({box}) => box[3]).sort((a, b) => a - b);
  const tall = FRAGMENT * median(heights.slice(heights.length >> 1));
  /** @type {Piece[][]} */
  const found = [];
  for (const piece of pieces.filter(({box}) => box[3] >= tall).sort(by(middle))) {
    const beside = found.map((row) => sharedHeight(piece, row[row.length - 1]));
    const best = Math.max(...beside);
    if (best > 0.4) found[beside.indexOf(best)].push(piece);
    else found.push([piece]);
  }
  for (const piece of pieces.filter(({box}) => box[3] < tall)) {
    const near = found.map((row) => Math.min(...row.map((other) => gap(piece, other))));
    if (Math.min(...near) < tall) found[least(near)].push(piece);
  }
  return found.sort(by((row) => mean(row.map(({box}) => box[1] + box[3] / 2))));
}

/**
 * Join pieces that lie one above the other and nearly touch: the two loops of an 8, a broken 1.
 * @param {Piece[]} pieces
 */
function stack(pieces) {
  /** @type {Piece[]} */
  const stacked = [];
  for (const piece of [...pieces].sort(by(({box}) => -box[3]))) {
    const at = stacked.findIndex((other) => sharedWidth(piece, other) > 0.6 && gap(piece, other) < 0.07 * (piece.box[3] + other.box[3]));
    if (at < 0) stacked.push(piece);
    else stacked[at] = join([stacked[at], piece]);
  }
  return stacked;
}

/** @type {(axis: 0 | 1) => (a: Piece, b: Piece) => number} overlap along an axis as a share of the shorter one */
const shared =
  (axis) =>
  ({box: a}, {box: b}) =>
    (Math.min(a[axis] + a[axis + 2], b[axis] + b[axis + 2]) - Math.max(a[axis], b[axis])) / Math.min(a[axis + 2], b[axis + 2]);
const sharedWidth = shared(0);
const sharedHeight = shared(1);

/**
 * Distance between two boxes in px, 0 where they overlap.
 * @param {Piece} a
 * @param {Piece} b
 */
function gap({box: a}, {box: b}) {
  /** @type {(axis: 0 | 1) => number} */
  const apart = (axis) => Math.max(a[axis], b[axis]) - Math.min(a[axis] + a[axis + 2], b[axis] + b[axis + 2]);
  return Math.hypot(Math.max(apart(0), 0), Math.max(apart(1), 0));
}

/**
 * Join each fragment to the digit that it belongs to: the bar of a 5, the second stroke of a 4, a gap in a stroke.
 * @param {Piece[]} row
 */
function mend(row) {
  const tall = Math.max(...row.map(({box}) => box[3]));
  /** @type {Piece[]} */
  const whole = [];
  for (const piece of [...row].sort(by(({box}) => -box[3]))) {
    const fragment = piece.box[3] < FRAGMENT * tall;
    const gaps = whole.map((other) => {
      const apart = gap(piece, other);
      const partner = (sharedWidth(piece, other) > 0.6 || (fragment && apart < 0.15 * tall)) && apart < 0.5 * tall;
      return partner ? apart : Infinity;
    });
    const nearest = Math.min(...gaps);
    if (nearest < Infinity) whole[gaps.indexOf(nearest)] = join([whole[gaps.indexOf(nearest)], piece]);
    else if (Math.max(piece.box[2], piece.box[3]) >= SPECK * tall) whole.push(piece);
  }
  return whole;
}
