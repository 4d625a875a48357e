// The page network's maps → instances of writing (`find`). This is model/page_reader/instances.py in JavaScript, step for step.

import {blank, median, round} from '../arrays.js';
import {instances, network_input} from '../constants.js';
import {blurredFloats, highest} from './filters.js';

/** @import {Found, Instance, Maps} from '../types.js' */

const {PEAK, INK, NEAR_X, NEAR_Y, SPREAD, FAR, MOST, BLOCK, LEAST, FEWEST, HEIGHTS} = instances;
const {LEAST_SPREAD, MOST_SPREAD, BLUR, AGREED, AROUND, NEXT} = instances;
const {INK: ofPixels, KIND, HEAT, OFFSET, HEIGHT, OUTPUTS, REACH} = network_input;

/** A place that may be a middle: px, the strength in [0, 1]. @typedef {{x: number, y: number, strength: number}} Middle */

/** @type {(logit: number) => number} */
const sigmoid = (logit) => Math.fround(1 / (1 + Math.exp(-logit)));

/**
 * What is written in a picture of width × height px.
 * @param {Maps} maps
 * @param {number} width
 * @param {number} height
 * @returns {Found}
 */
export function find(maps, width, height) {
  const {data, width: across} = maps;
  const ink = blank(width, height);
  const inked = new Uint8Array(across * maps.height); // px of each cell that are ink
  const [heat, heights] = [new Float32Array(inked.length), new Float32Array(inked.length)];
  /** @type {number[]} */
  const cells = [];
  for (let cell = 0, at = 0; cell < inked.length; cell++, at += OUTPUTS) {
    let most = 0;
    for (let of = 0; of < 4; of++) {
      const share = sigmoid(data[at + ofPixels[0] + of]);
      const pixel = pixelOf(cell, of, across, ink);
      most = Math.max(most, share);
      if (pixel < 0) continue;
      ink.data[pixel] = round(Math.fround(share * 255));
      if (share >= INK) inked[cell]++;
    }
    heat[cell] = sigmoid(data[at + HEAT]);
    heights[cell] = REACH * Math.exp(Math.min(Math.max(data[at + HEIGHT], HEIGHTS[0]), HEIGHTS[1]));
    if (most >= INK) cells.push(cell);
  }
  const votes = cells.map((cell) => ({
    x: Math.fround(2 * (cell % across) + 1 + REACH * data[cell * OUTPUTS + OFFSET[0]]),
    y: Math.fround(2 * Math.floor(cell / across) + 1 + REACH * data[cell * OUTPUTS + OFFSET[0] + 1]),
  }));
  const sizes = cells.map((cell) => heights[cell]);
  const middles = cells.length ? peaks(heat, heights, maps, votes, sizes) : [];
  /** @type {number[][]} cells by the middle that they vote for; the last are nobody's */
  const own = Array.from({length: middles.length + 1}, () => []);
  nearest(votes, middles, sizes).forEach((middle, at) => {
    own[middle].push(cells[at]);
  });
  const found = middles.flatMap(({strength}, at) => instance(own[at], maps, ink, heights, strength));
  const nobodys = middles.length ? own[middles.length].map((cell) => inked[cell]) : [...inked];
  const left = nobodys.reduce((sum, count) => sum + count, 0);
  return {instances: found, ink, left};
}

/**
 * The place of one of a cell's four px in the picture; -1 outside.
 * @param {number} cell
 * @param {number} of
 * @param {number} across  cells in a row
 * @param {{width: number, height: number}} picture
 */
function pixelOf(cell, of, across, {width, height}) {
  const [x, y] = [2 * (cell % across) + (of & 1), 2 * Math.floor(cell / across) + (of >> 1)];
  return x < width && y < height ? y * width + x : -1;
}

/**
 * The instance that these cells make, or none.
 * @param {number[]} cells
 * @param {Maps} maps
 * @param {import('../types.js').Ink} ink
 * @param {Float32Array} heights
 * @param {number} heat
 * @returns {Instance[]}
 */
function instance(cells, {data, width: across}, ink, heights, heat) {
  if (cells.length < FEWEST) return [];
  const size = median(cells.map((cell) => heights[cell]));
  if (cells.length * 4 < LEAST * size ** 2) return [];
  let [x0, x1, y0, y1] = [Infinity, 0, Infinity, 0];
  let digit = 0;
  for (const cell of cells) {
    const [x, y] = [2 * (cell % across), 2 * Math.floor(cell / across)];
    [x0, x1, y0, y1] = [Math.min(x0, x), Math.max(x1, x + 2), Math.min(y0, y), Math.max(y1, y + 2)];
    digit += sigmoid(data[cell * OUTPUTS + KIND]) / cells.length;
  }
  const part = blank(Math.min(x1, ink.width) - x0, Math.min(y1, ink.height) - y0);
  for (const cell of cells) {
    for (let of = 0; of < 4; of++) {
      const pixel = pixelOf(cell, of, across, ink);
      if (pixel >= 0) part.data[(Math.floor(pixel / ink.width) - y0) * part.width + (pixel % ink.width) - x0] = ink.data[pixel];
    }
  }
  return [{box: [x0, y0, part.width, part.height], ink: part, heat, digit, size}];
}

/**
 * The number of the nearest middle to each vote; as many as there are middles where all are far.
 * @param {{x: number, y: number}[]} votes
 * @param {Middle[]} middles
 * @param {number[]} sizes  heights that the voters give, px
 */
function nearest(votes, middles, sizes) {
  /** @type {Map<string, number[]>} by block, those that can be nearest to a place in it */
  const possible = new Map();
  return votes.map(({x, y}, vote) => {
    const [column, row] = [Math.floor(x / BLOCK), Math.floor(y / BLOCK)];
    const block = `${column} ${row}`;
    let near = possible.get(block);
    if (!near) {
      const away = middles.map((middle) => Math.hypot(middle.x - (column + 0.5) * BLOCK, middle.y - (row + 0.5) * BLOCK));
      const reach = Math.min(...away) + 1.5 * BLOCK; // twice the way from a block's middle to its corner is 1.42
      near = away.flatMap((one, at) => (one <= reach ? [at] : []));
      possible.set(block, near);
    }
    let [best, least] = [middles.length, (FAR * sizes[vote]) ** 2];
    for (const at of near) {
      const away = (x - middles[at].x) ** 2 + (y - middles[at].y) ** 2;
      if (away < least || (away === least && best === middles.length)) [best, least] = [at, away];
    }
    return best;
  });
}

/**
 * Places that the heat and the votes take for middles, the strongest first; of two near one another only the stronger.
 * @param {Float32Array} heat
 * @param {Float32Array} heights
 * @param {Maps} maps
 * @param {{x: number, y: number}[]} votes
 * @param {number[]} sizes
 * @returns {Middle[]}
 */
function peaks(heat, heights, {width, height}, votes, sizes) {
  const spread = Math.min(Math.max((SPREAD * median(sizes)) / 2, LEAST_SPREAD), MOST_SPREAD);
  const counts = new Float32Array(heat.length);
  /** @type {(value: number, side: number) => number} */
  const cellAt = (value, side) => Math.min(Math.max(round((value - 1) / 2), 0), side - 1);
  for (const {x, y} of votes) counts[cellAt(y, height) * width + cellAt(x, width)]++;
  const density = blurredFloats(counts, width, height, spread).map((one) => one * 2 * Math.PI * spread ** 2);
  const warm = blurredFloats(heat, width, height, BLUR);
  const densest = highest(density, width, height, AROUND);
  const strength = warm.map((one, at) => Math.sqrt(one * Math.min(density[at] / ((AGREED * heights[at]) / 2), 1)));
  const sharp = strength.map((one, at) => (one * (1 + density[at] / Math.max(densest[at], 1e-6))) / 2);
  const top = highest(sharp, width, height, NEXT);
  /** @type {number[]} */
  const places = [];
  for (let at = 0; at < sharp.length; at++) if (sharp[at] >= PEAK && sharp[at] >= top[at]) places.push(at);
  places.sort((a, b) => sharp[b] - sharp[a]);
  /** @type {Middle[]} */
  const kept = [];
  for (const at of places.slice(0, MOST)) {
    const [x, y] = [2 * (at % width) + 1, 2 * Math.floor(at / width) + 1];
    const near = kept.some((one) => Math.abs(one.x - x) <= heights[at] * NEAR_X && Math.abs(one.y - y) <= heights[at] * NEAR_Y);
    if (!near) kept.push({x, y, strength: strength[at]});
  }
  return kept;
}
