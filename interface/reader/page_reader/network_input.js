// A grey picture → the maps of the page network (`mapsOf`). This is model/page_reader/network_input.py and network.py in JavaScript,
// step for step.

import {network_input, network as tiles} from '../constants.js';

/** @import {Ink, Maps, Network} from '../types.js' */

const {WINDOW, FAINT, STRIDE, INPUTS, OUTPUTS} = network_input;
const [TILE, SEAM] = [tiles.TILE / 2, tiles.SEAM / 2]; // cells

/**
 * What the network says of a picture, read tile by tile.
 * @param {Network} network  of pages
 * @param {Ink} grey
 * @returns {Maps}
 */
export function mapsOf(network, grey) {
  const {cells, across, down} = cellsOf(grey);
  const [width, height] = [Math.ceil(grey.width / 2), Math.ceil(grey.height / 2)];
  const data = new Float32Array(width * height * OUTPUTS);
  for (const top of starts(down)) {
    for (const left of starts(across)) {
      const part = new Float32Array(TILE * TILE * INPUTS);
      for (let y = 0; y < Math.min(TILE, down - top); y++) {
        const from = (top + y) * across + left;
        part.set(cells.subarray(from * INPUTS, (from + Math.min(TILE, across - left)) * INPUTS), y * TILE * INPUTS);
      }
      const outputs = network(part);
      const [x, end] = [left ? SEAM : 0, Math.min(TILE, width - left)];
      for (let y = top ? SEAM : 0; y < Math.min(TILE, height - top) && x < end; y++) {
        data.set(outputs.subarray((y * TILE + x) * OUTPUTS, (y * TILE + end) * OUTPUTS), ((top + y) * width + left + x) * OUTPUTS);
      }
    }
  }
  return {data, width, height};
}

/** @type {(length: number) => number[]} where tiles begin along a side of so many cells */
const starts = (length) =>
  Array.from({length: 1 + Math.max(0, Math.ceil((length - TILE) / (TILE - 2 * SEAM)))}, (_, at) => at * (TILE - 2 * SEAM));

/**
 * Each px as it is and against the paper around it, cell by cell.
 * @param {Ink} grey
 */
function cellsOf({data, width, height}) {
  const [across, down] = [width, height].map((side) => (Math.ceil(side / STRIDE) * STRIDE) / 2);
  const cells = new Float32Array(across * down * INPUTS);
  const half = WINDOW >> 1;
  const columns = new Int32Array(width + WINDOW); // sums of the window's rows, between half a window of nothing
  /** @type {(y: number, sign: 1 | -1) => void} */
  const take = (y, sign) => {
    if (y >= 0 && y < height) for (let x = 0; x < width; x++) columns[half + x] += sign * data[y * width + x];
  };
  for (let y = 0; y < half; y++) take(y, 1);
  for (let y = 0; y < height; y++) {
    take(y + half, 1);
    take(y - half - 1, -1);
    const rows = Math.min(y + half, height - 1) - Math.max(y - half, 0) + 1;
    let sum = 0;
    for (let x = 0; x < WINDOW - 1; x++) sum += columns[x];
    for (let x = 0; x < width; x++) {
      sum += columns[x + WINDOW - 1];
      const count = rows * (Math.min(x + half, width - 1) - Math.max(x - half, 0) + 1);
      const value = data[y * width + x];
      const difference = Math.fround(value - Math.fround(sum / count));
      const at = ((y >> 1) * across + (x >> 1)) * INPUTS + (2 * (y & 1) + (x & 1)) * 2;
      cells[at] = (value - 128) / 128;
      cells[at + 1] = difference / Math.fround(Math.abs(difference) + FAINT);
      sum -= columns[x];
    }
  }
  return {cells, across, down};
}
