// Ink → lines of pieces: model/segmentation/segment.py in JavaScript, step for step; what each is for stands there.
//
// A piece is {box: [x, y, width, height] in ink pixels, ink: what is inside it with everybody else's removed}.

import {normalization, segment} from '../constants.js';
import {area, blank, median} from '../normalization.js';

const {SOLID} = normalization;
const {MOST_PIECES, SPECK, FRAGMENT, DUST} = segment;

export const middle = ({box}) => box[0] + box[2] / 2;
const sum = (values) => values.reduce((total, value) => total + value, 0);
const mean = (values) => sum(values) / values.length;
const by = (value) => (a, b) => value(a) - value(b);
const least = (values) => values.indexOf(Math.min(...values));

/** Several pieces as one. */
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

/** Ink → lines from top to bottom, each its pieces from left to right. */
export function lines(ink) {
  return rows(stack(withoutFrames(components(ink)))).map((row) => mend(row).sort(by(middle)));
}

/** Which of the connected pieces of solid ink each pixel belongs to (0 none, then 1, 2, …), and the box of each. */
export function label({data, width, height}) {
  const labels = new Int32Array(data.length);
  const boxes = [];
  const waiting = new Int32Array(data.length);
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
      for (let ny = Math.max(y - 1, 0); ny <= Math.min(y + 1, height - 1); ny++) {
        for (let nx = Math.max(x - 1, 0); nx <= Math.min(x + 1, width - 1); nx++) {
          const next = ny * width + nx;
          if (labels[next] || data[next] < SOLID) continue;
          labels[next] = boxes.length + 1;
          waiting[count++] = next;
        }
      }
    }
    boxes.push([left, top, right - left + 1, bottom - top + 1]);
  }
  return {labels, boxes};
}

function components(ink) {
  const {labels, boxes} = label(ink);
  const areas = boxes.map((box) => box[2] * box[3]);
  const enough = Math.max(DUST * Math.max(...areas), 4);
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

function withoutFrames(pieces) {
  const inside = ({box: [x, y, w, h]}, {box: [X, Y, W, H]}) => X <= x && Y <= y && x + w <= X + W && y + h <= Y + H;
  return pieces.filter((outer) => {
    const frames =
      area(outer.ink) / outer.ink.data.length <= 0.3 &&
      alongTheSides(outer.ink) &&
      pieces.some((piece) => piece !== outer && piece.box[3] > outer.box[3] / 3 && inside(piece, outer));
    return !frames;
  });
}

function alongTheSides({data, width, height}) {
  const [y, x] = [Math.max(1, Math.floor(height / 10)), Math.max(1, Math.floor(width / 10))];
  /** The share of lines, each `count` pixels `step` apart, that hold ink; `next` apart and `lines` of them. */
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

function rows(pieces) {
  if (!pieces.length) return [];
  const heights = pieces.map(({box}) => box[3]).sort((a, b) => a - b);
  const tall = FRAGMENT * median(heights.slice(heights.length >> 1));
  const found = [];
  for (const piece of pieces.filter(({box}) => box[3] >= tall).sort(by(middle))) {
    const beside = found.map((row) => sharedHeight(piece, row.at(-1)));
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

function stack(pieces) {
  const stacked = [];
  for (const piece of [...pieces].sort(by(({box}) => -box[3]))) {
    const at = stacked.findIndex((other) => sharedWidth(piece, other) > 0.6 && gap(piece, other) < 0.07 * (piece.box[3] + other.box[3]));
    if (at < 0) stacked.push(piece);
    else stacked[at] = join([stacked[at], piece]);
  }
  return stacked;
}

const shared =
  (axis) =>
  ({box: a}, {box: b}) =>
    (Math.min(a[axis] + a[axis + 2], b[axis] + b[axis + 2]) - Math.max(a[axis], b[axis])) / Math.min(a[axis + 2], b[axis + 2]);
const sharedWidth = shared(0);
const sharedHeight = shared(1);

function gap({box: a}, {box: b}) {
  const apart = (axis) => Math.max(a[axis], b[axis]) - Math.min(a[axis] + a[axis + 2], b[axis] + b[axis + 2]);
  return Math.hypot(Math.max(apart(0), 0), Math.max(apart(1), 0));
}

function mend(row) {
  const tall = Math.max(...row.map(({box}) => box[3]));
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
