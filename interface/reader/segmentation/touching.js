// Cuts a piece of touching digits apart (`divide`), and finds which pieces may be parts of one digit (`joins`, `bestPath`). This is
// model/segmentation/touching.py in JavaScript, step for step.

import {blank, median, resizeTo, round} from '../arrays.js';
import {normalization, touching} from '../constants.js';
import {cut, solidBox} from '../normalization.js';
import {join} from './segment.js';

/** @import {Ink, Piece} from '../types.js' */

/**
 * Pieces of a line: the first, and the one after the last.
 * @typedef {[start: number, end: number]} Span
 */

const {SOLID} = normalization;
const {WIDEST, ROWS, STEP, STRAY, LEANS, SIDEWAYS, HALF, ASIDE} = touching;

/**
 * Two or three neighbours joined as one piece, where one of them is doubtful, so that they may be one digit.
 * @param {Piece[]} pieces
 * @param {boolean[]} doubtful
 */
export function joins(pieces, doubtful) {
  /** @type {{span: Span, piece: Piece}[]} */
  const found = [];
  for (let first = 0; first < pieces.length; first++) {
    for (let last = first + 1; last <= Math.min(first + 2, pieces.length - 1); last++) {
      if (!doubtful.slice(first, last + 1).some(Boolean)) continue;
      const piece = join(pieces.slice(first, last + 1));
      if (piece.box[2] <= WIDEST * piece.box[3]) found.push({span: [first, last + 1], piece});
    }
  }
  return found;
}

/**
 * Pieces that may be read together. read: reads them; its score is at most 0.
 * @template T
 * @typedef {{span: Span, read: () => {score: number, found: T}}} Choice
 */

/**
 * The choices that together cover all pieces with the best sum of scores: what each found. The most promising paths are followed
 * first, so that most choices need not be read at all.
 * @template T
 * @param {number} pieces  how many there are
 * @param {Choice<T>[]} choices  for each single piece one, and others
 * @returns {T[]}
 */
export function bestPath(pieces, choices) {
  /** @type {{score: number, open: boolean, from: number, found: T[]}[]} */
  const best = Array.from({length: pieces + 1}, (_, at) => ({score: at ? -Infinity : 0, open: true, from: 0, found: []}));
  for (;;) {
    const at = best.reduce((most, {open, score}, node) => (open && !(score <= best[most]?.score) ? node : most), -1);
    if (at === pieces) break;
    best[at].open = false;
    for (const {span, read} of choices) {
      const [start, end] = span;
      if (start !== at) continue;
      const {found, score: step} = read();
      const score = best[at].score + step;
      const {score: known, from} = best[end];
      if (score > known || (score === known && at < from)) Object.assign(best[end], {score, from: at, found: [found]});
    }
  }
  /** @type {T[]} */
  const path = [];
  for (let end = pieces; end; end = best[end].from) path.unshift(...best[end].found);
  return path;
}

/**
 * How many strokes the median row of a piece crosses.
 * @param {Piece} piece
 */
export function crossed({ink: {data, width, height}}) {
  return median(
    Array.from({length: height}, (_, y) => {
      let strokes = 0;
      for (let x = 0, at = y * width; x < width; x++, at++) if (data[at] >= SOLID && !(x && data[at - 1] >= SOLID)) strokes++;
      return strokes;
    }),
  );
}

/**
 * Cut a piece between the digits at `places`.
 * @param {Piece} piece
 * @param {number[]} places  shares of its width, from left to right
 * @returns {Piece[]} as many as places, or fewer where there is no ink between two cuts
 */
export function divide(piece, places) {
  const {data, width, height} = piece.ink;
  const found = LEANS.flatMap((lean) => paths(piece.ink, lean));
  /** @type {(values: number[]) => number} */
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const means = found.map((path) => sum(path) / height);
  const inked = found.map((path) => sum(path.map((x, y) => data[y * width + Math.min(x, width - 1)])) / (255 * height));
  const chosen = places.slice(1).map((place, at) => {
    const [left, right] = [places[at] * width, place * width];
    const middle = (left + right) / 2;
    let [best, least] = [new Array(height).fill(Math.floor(middle)), Infinity];
    means.forEach((mean, which) => {
      const cost = inked[which] + (ASIDE * Math.abs(mean - middle)) / (right - left);
      if (left < mean && mean < right && cost < least) [best, least] = [found[which], cost];
    });
    return best;
  });
  return slices(piece, chosen);
}

/**
 * The parts of a piece between neighbouring paths, from left to right, without those that have no solid ink.
 * @param {Piece} piece
 * @param {number[][]} paths
 * @returns {Piece[]}
 */
function slices(piece, paths) {
  const {width, height} = piece.ink;
  const edges = [new Array(height).fill(0), ...paths, new Array(height).fill(width)];
  for (let e = 1; e < edges.length; e++) edges[e] = edges[e].map((x, y) => Math.max(x, edges[e - 1][y]));
  return edges.slice(1).flatMap((edge, before) => {
    const own = blank(width, height);
    for (let y = 0; y < height; y++) {
      const [from, to] = [y * width + edges[before][y], y * width + Math.min(edge[y], width)];
      if (to > from) own.data.set(piece.ink.data.subarray(from, to), from);
    }
    const box = solidBox(own);
    return box ? [{box: [piece.box[0] + box[0], piece.box[1] + box[1], box[2], box[3]], ink: cut(own, ...box)}] : [];
  });
}

/**
 * The cheapest paths from top to bottom, one sought every STEP: the x in each row.
 * @param {Ink} ink
 * @param {number} lean  columns per row by which the paths lean right
 */
function paths(ink, lean) {
  const scale = ROWS / ink.height;
  /** @type {number[][]} */
  const found = [];
  const small = resizeTo(ink, Math.max(3, round(ink.width * scale)), ROWS, true);
  const aside = Array.from({length: ROWS}, (_, y) => Math.floor(lean * (ROWS / 2 - y) + HALF));
  const reach = Math.max(...aside.map(Math.abs));
  const upright = blank(small.width + 2 * reach, ROWS);
  aside.forEach((by, y) => {
    upright.data.set(small.data.subarray(y * small.width, (y + 1) * small.width), y * upright.width + reach - by);
  });
  for (let middle = STEP; middle <= upright.width - STEP; middle += STEP) {
    const [first, last] = [Math.max(middle - STRAY, 0), Math.min(middle + STRAY + 1, upright.width)];
    const path = cheapest(upright, first, last, middle - first).map((x, y) => (x + first - reach + aside[y] + 0.5) / scale);
    found.push(
      Array.from({length: ink.height}, (_, y) => {
        const at = Math.min(Math.max(y * scale - 0.5, 0), ROWS - 1);
        const above = Math.floor(at);
        const x = Math.floor(path[above] + (at - above) * ((path[above + 1] ?? path[above]) - path[above]) + HALF);
        return Math.min(Math.max(x, 0), ink.width);
      }),
    );
  }
  return found;
}

/**
 * The path of least cost down the columns first…last, at most one column aside per row; ties stay near `start`.
 * @param {Ink} ink
 * @param {number} first
 * @param {number} last
 * @param {number} start
 */
function cheapest({data, width, height}, first, last, start) {
  const columns = last - first;
  /** @type {(y: number, x: number) => number} */
  const cost = (y, x) => Math.fround(data[y * width + first + x] / 255);
  /** @type {number[][]} */
  const back = [];
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
