// Touching digits: model/touching.py in JavaScript, step for step; what each is for stands there.

import {geometry, touching} from '../engine/constants.js';
import {blank, cut, median, resizeTo, round, solidBox} from './geometry.js';
import {join} from './segment.js';

const {SOLID} = geometry;
const {NARROWEST_TO_CUT, WIDEST, MOST_ATOMS, LONGEST, STROKES, MOST_IN_LINE, MOST_IN_GROUP, ROWS, STEP, STRAY, SIDEWAYS, HALF, LOWEST} = touching;

/** Which of the pieces to cut `apart` can be two digits at all. */
export function divisible(pieces, apart) {
  const height = median(pieces.map(({box}) => box[3]));
  return pieces.map(({box, ink}, at) => apart[at] && box[2] > NARROWEST_TO_CUT * height && box[2] <= LONGEST * box[3] &&
    crossed(ink) >= STROKES);
}

/** The span of atoms [start, end] of each piece as it was drawn, and every other candidate as {span, piece}; cuts lean by `lean`. */
export function alternatives(pieces, apart, doubtful, lean) {
  const spans = [], others = new Map(), divided = divisible(pieces, apart);
  const add = (i, j, piece) => others.set(`${i} ${j}`, {span: [i, j], piece});
  let start = 0;
  pieces.forEach((piece, at) => {
    let atoms = divided[at] && start < MOST_IN_LINE ? cuts(piece, lean) : [piece];
    if (atoms.length > MOST_ATOMS) atoms = [piece];
    spans.push([start, start + atoms.length]);
    for (let i = 0; i < atoms.length; i++) {
      for (let j = i + 1; j <= Math.min(i + MOST_IN_GROUP, atoms.length); j++) {
        if (j - i === atoms.length) continue;
        const part = join(atoms.slice(i, j));
        if (part.box[3] >= LOWEST * piece.box[3] && part.box[2] <= WIDEST * part.box[3]) add(start + i, start + j, part);
      }
    }
    start += atoms.length;
  });
  for (let first = 0; first < pieces.length; first++) {
    for (let last = first + 1; last <= Math.min(first + 2, pieces.length - 1); last++) {
      const together = join(pieces.slice(first, last + 1));
      if (doubtful.slice(first, last + 1).some(Boolean) && together.box[2] <= WIDEST * together.box[3]) {
        add(spans[first][0], spans[last][1], together);
      }
    }
  }
  return {spans, others: [...others.values()]};
}

/** How many strokes the middling row crosses. */
function crossed({data, width, height}) {
  return median(Array.from({length: height}, (_, y) => {
    let strokes = 0;
    for (let x = 0, at = y * width; x < width; x++, at++) if (data[at] >= SOLID && !(x && data[at - 1] >= SOLID)) strokes++;
    return strokes;
  }));
}

/** Slice a piece along paths of little ink; one piece if there is no such place. */
function cuts(piece, lean) {
  const {width, height} = piece.ink;
  const edges = [new Array(height).fill(0), ...paths(piece.ink, lean), new Array(height).fill(width)];
  for (let e = 1; e < edges.length; e++) edges[e] = edges[e].map((x, y) => Math.max(x, edges[e - 1][y]));
  const slices = [];
  for (let e = 1; e < edges.length; e++) {
    const own = blank(width, height);
    for (let y = 0; y < height; y++) {
      const [from, to] = [y * width + edges[e - 1][y], y * width + Math.min(edges[e][y], width)];
      if (to > from) own.data.set(piece.ink.data.subarray(from, to), from);
    }
    const box = solidBox(own);
    if (box) slices.push({box: [piece.box[0] + box[0], piece.box[1] + box[1], box[2], box[3]], ink: cut(own, ...box)});
  }
  return slices.length ? slices : [piece];
}

/** The cheapest ways from top to bottom, one sought every STEP: x for every row. */
function paths(ink, lean) {
  const scale = ROWS / ink.height, found = [];
  const small = resizeTo(ink, Math.max(3, round(ink.width * scale)), ROWS, true);
  const aside = Array.from({length: ROWS}, (_, y) => Math.floor(lean * (ROWS / 2 - y) + HALF));
  const reach = Math.max(...aside.map(Math.abs)), upright = blank(small.width + 2 * reach, ROWS);
  aside.forEach((by, y) => {
    upright.data.set(small.data.subarray(y * small.width, (y + 1) * small.width), y * upright.width + reach - by);
  });
  for (let middle = STEP; middle <= upright.width - STEP; middle += STEP) {
    const [first, last] = [Math.max(middle - STRAY, 0), Math.min(middle + STRAY + 1, upright.width)];
    const path = cheapest(upright, first, last, middle - first).map((x, y) => (x + first - reach + aside[y] + 0.5) / scale);
    found.push(Array.from({length: ink.height}, (_, y) => {
      const at = Math.min(Math.max(y * scale - 0.5, 0), ROWS - 1), above = Math.floor(at);
      const x = Math.floor(path[above] + (at - above) * ((path[above + 1] ?? path[above]) - path[above]) + HALF);
      return Math.min(Math.max(x, 0), ink.width);
    }));
  }
  return found;
}

/** The path of least cost down the columns first…last, at most one column aside a row; ties stay near `start`. */
function cheapest({data, width, height}, first, last, start) {
  const columns = last - first, cost = (y, x) => Math.fround(data[y * width + first + x] / 255), back = [];
  let total = Array.from({length: columns}, (_, x) => cost(0, x) + 0.01 * Math.abs(x - start));
  for (let y = 1; y < height; y++) {
    const from = total.map((straight, x) => {
      const [left, right] = [(total[x - 1] ?? Infinity) + SIDEWAYS, (total[x + 1] ?? Infinity) + SIDEWAYS];
      return left <= straight && left <= right ? x - 1 : straight <= right ? x : x + 1;
    });
    back.push(from);
    total = from.map((at, x) => cost(y, x) + (at === x ? total[at] : total[at] + SIDEWAYS));
  }
  const path = [total.indexOf(Math.min(...total))];
  for (let y = height - 2; y >= 0; y--) path.unshift(back[y][path[0]]);
  return path;
}
