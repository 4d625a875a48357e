// What NumPy and OpenCV do for the reader in Python, down to how they round: blank ink, rounding, the median, scaling and distances.
//
// Loops, here and in normalization.js: a function called for each of 80,000 pixels takes a millisecond.

/** @import {Ink} from './types.js' */

/**
 * Paper without ink.
 * @param {number} width
 * @param {number} height
 * @returns {Ink}
 */
export const blank = (width, height) => ({data: new Uint8Array(width * height), width, height});

const WHOLE = 1.5 * 2 ** 52; // numbers of this size have no fractions, so what is added to one is rounded

/**
 * Python's rounding: halves go to the even number.
 * @param {number} value  within ±2⁵⁰
 * @returns {number}
 */
export const round = (value) => value + WHOLE - WHOLE;

/**
 * NumPy's median.
 * @param {ArrayLike<number>} values  at least one
 * @returns {number}
 */
export function median(values) {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// ---- scaling, as OpenCV's INTER_AREA and INTER_LINEAR do it ----

/**
 * The pixels whose average each of `to` pixels is: those from firsts[i] on, with weights that sum to 1. In one array, as this is where large pictures take their time:
 * those of pixel i are `weights` from ends[i] to ends[i + 1].
 * @param {number} from
 * @param {number} to
 */
function areaTaps(from, to) {
  const scale = from / to;
  const [firsts, ends] = [new Int32Array(to), new Int32Array(to + 1)];
  /** @type {number[]} */
  const weights = [];
  for (let at = 0; at < to; at++) {
    const [start, end] = [at * scale, Math.min(at * scale + scale, from)];
    firsts[at] = start - Math.floor(start) > 0.999 ? Math.ceil(start) : Math.floor(start);
    for (let i = firsts[at]; i < from && end - i > 1e-3; i++) {
      weights.push((Math.min(i + 1, end) - Math.max(i, start)) / Math.min(scale, from - start));
    }
    ends[at + 1] = weights.length;
  }
  return {firsts, ends, weights: Float32Array.from(weights)};
}

/**
 * The two pixels that each of `to` pixels lies between, by linear interpolation, and their weights in 2048ths.
 * @param {number} from
 * @param {number} to
 * @param {boolean} area  as INTER_AREA enlarges
 */
function linearTaps(from, to, area) {
  const scale = 1 / (to / from);
  const [befores, afters, shares, others] = [new Int32Array(to), new Int32Array(to), new Int32Array(to), new Int32Array(to)];
  /** @type {(index: number) => number} */
  const within = (index) => Math.min(Math.max(index, 0), from - 1);
  for (let at = 0; at < to; at++) {
    const place = Math.fround((at + 0.5) * scale - 0.5);
    const first = Math.floor(area ? at * scale : place);
    const beyond = Math.fround(area ? at + 1 - (first + 1) / scale : place - first);
    const share = area ? (beyond <= 0 ? 0 : beyond - Math.floor(beyond)) : beyond;
    [befores[at], afters[at]] = [within(first), within(first + 1)];
    [others[at], shares[at]] = [round(Math.fround(1 - share) * 2048), round(share * 2048)];
  }
  return {befores, afters, others, shares};
}

/**
 * Scale to width × height: area average going down, bilinear going up.
 * @param {Ink} ink
 * @param {number} width
 * @param {number} height
 * @param {boolean} [area]  enlarge as INTER_AREA does, not INTER_LINEAR
 * @returns {Ink}
 */
export function resizeTo(ink, width, height, area = false) {
  if (width === ink.width && height === ink.height) return ink;
  return width <= ink.width && height <= ink.height ? averaged(ink, width, height) : interpolated(ink, width, height, area);
}

/**
 * Scale down to width × height by area average.
 * @param {Ink} ink
 * @param {number} width
 * @param {number} height
 * @returns {Ink}
 */
function averaged({data, width: across, height: down}, width, height) {
  const [{firsts, ends, weights}, rows] = [areaTaps(across, width), areaTaps(down, height)];
  const wide = new Float32Array(width * down);
  for (let y = 0, i = 0; y < down; y++) {
    for (let x = 0, k = 0; x < width; x++, i++) {
      const end = ends[x + 1];
      let sum = 0;
      for (let at = y * across + firsts[x]; k < end; k++, at++) sum = Math.fround(sum + Math.fround(weights[k] * data[at]));
      wide[i] = sum;
    }
  }
  const out = blank(width, height);
  const halved = across === 2 * width && down === 2 * height; // rounds halves up there
  const line = new Float32Array(width);
  for (let y = 0; y < height; y++) {
    line.fill(0);
    for (let k = rows.ends[y], from = rows.firsts[y] * width; k < rows.ends[y + 1]; k++, from += width) {
      const weight = rows.weights[k];
      for (let x = 0; x < width; x++) line[x] += weight * wide[from + x];
    }
    for (let x = 0, i = y * width; x < width; x++, i++) out.data[i] = halved ? Math.floor(line[x] + 0.5) : round(line[x]);
  }
  return out;
}

/**
 * Scale to width × height by linear interpolation.
 * @param {Ink} ink
 * @param {number} width
 * @param {number} height
 * @param {boolean} area  as INTER_AREA enlarges
 * @returns {Ink}
 */
function interpolated({data, width: across, height: down}, width, height, area) {
  const [{befores, afters, others, shares}, rows] = [linearTaps(across, width, area), linearTaps(down, height, area)];
  const wide = new Int32Array(width * down);
  for (let y = 0, i = 0, start = 0; y < down; y++, start += across) {
    for (let x = 0; x < width; x++, i++) {
      wide[i] = Math.imul(others[x], data[start + befores[x]]) + Math.imul(shares[x], data[start + afters[x]]);
    }
  }
  const out = blank(width, height);
  for (let y = 0, i = 0; y < height; y++) {
    const [above, below] = [rows.befores[y] * width, rows.afters[y] * width];
    const [other, share] = [rows.others[y], rows.shares[y]];
    for (let x = 0; x < width; x++, i++) {
      // whole numbers, with what they drop
      const sum = (Math.imul(other, wide[above + x] >> 4) >> 16) + (Math.imul(share, wide[below + x] >> 4) >> 16);
      out.data[i] = (sum + 2) >> 2;
    }
  }
  return out;
}

/**
 * Exact Euclidean distance of every pixel with solid[i] === value to the nearest other one; 0 for the others.
 * @param {Uint8Array} solid  0 or 1, row by row
 * @param {0 | 1} value
 * @param {number} width  of a row
 * @param {number} most  px; what is further away gets this distance
 * @returns {Float32Array}
 */
export function distance(solid, value, width, most) {
  const column = new Int32Array(solid.length);
  const out = new Float32Array(solid.length);
  for (let i = 0; i < solid.length; i++) {
    if (solid[i] === value) column[i] = Math.min(most, i < width ? most : column[i - width] + 1);
  }
  for (let i = solid.length - 1 - width; i >= 0; i--) {
    if (column[i] > column[i + width] + 1) column[i] = column[i + width] + 1;
  }
  const gaps = new Int32Array(width); // how far aside a column is that ends within `most`: none before it can be nearer
  for (let start = 0; start < out.length; start += width) {
    for (let x = 0, gap = most; x < width; x++) gaps[x] = gap = column[start + x] < most ? 0 : gap + 1;
    for (let x = width - 1, gap = most; x >= 0; x--) {
      gap = column[start + x] < most ? 0 : gap + 1;
      if (gap < gaps[x]) gaps[x] = gap;
    }
    for (let x = 0; x < width; x++) {
      const here = column[start + x];
      if (!here) continue;
      if (gaps[x] >= most) {
        out[start + x] = most;
        continue;
      }
      let best = here * here;
      let aside = gaps[x] || 1;
      for (let away = aside * aside; away < best; aside++, away = aside * aside) {
        const left = aside <= x ? column[start + x - aside] : here;
        const right = x + aside < width ? column[start + x + aside] : here;
        const nearer = Math.min(left, right);
        if (away + nearer * nearer < best) best = away + nearer * nearer;
      }
      out[start + x] = Math.sqrt(best);
    }
  }
  return out;
}
