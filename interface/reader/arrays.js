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

/**
 * Python's rounding: halves go to the even number.
 * @param {number} value
 * @returns {number}
 */
export const round = (value) => {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down;
};

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
 * The pixels that one pixel of the result is made of: those from `first` on, each with its weight.
 * @typedef {{first: number, weights: number[]}} Taps
 */

/**
 * Taps of an area average, for each of `to` pixels; the weights sum to 1.
 * @param {number} from
 * @param {number} to
 * @returns {Taps[]}
 */
function areaTaps(from, to) {
  const scale = from / to;
  return Array.from({length: to}, (_, at) => {
    const [start, end] = [at * scale, Math.min(at * scale + scale, from)];
    const first = start - Math.floor(start) > 0.999 ? Math.ceil(start) : Math.floor(start);
    /** @type {number[]} */
    const weights = [];
    for (let i = first; i < from && end - i > 1e-3; i++) {
      weights.push(Math.fround((Math.min(i + 1, end) - Math.max(i, start)) / Math.min(scale, from - start)));
    }
    return {first, weights};
  });
}

/**
 * Taps of linear interpolation: two pixels each, their weights in 2048ths.
 * @param {number} from
 * @param {number} to
 * @param {boolean} area  as INTER_AREA enlarges
 * @returns {Taps[]}
 */
function linearTaps(from, to, area) {
  const scale = 1 / (to / from);
  return Array.from({length: to}, (_, at) => {
    const place = Math.fround((at + 0.5) * scale - 0.5);
    const first = Math.floor(area ? at * scale : place);
    const beyond = Math.fround(area ? at + 1 - (first + 1) / scale : place - first);
    const share = area ? (beyond <= 0 ? 0 : beyond - Math.floor(beyond)) : beyond;
    return {first, weights: [round(Math.fround(1 - share) * 2048), round(share * 2048)]};
  });
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
  const down = width <= ink.width && height <= ink.height;
  if (width === ink.width && height === ink.height) return ink;
  const taps = down ? areaTaps : (/** @type {number} */ from, /** @type {number} */ to) => linearTaps(from, to, area);
  const [columns, rows] = [taps(ink.width, width), taps(ink.height, height)];
  /** @type {(index: number, size: number) => number} */
  const within = (index, size) => Math.min(Math.max(index, 0), size - 1); // only two taps reach over an edge
  const wide = new Float32Array(width * ink.height);
  for (let y = 0, i = 0; y < ink.height; y++) {
    for (const {first, weights} of columns) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) {
        const value = ink.data[y * ink.width + within(first + k, ink.width)];
        sum = Math.fround(sum + Math.fround(weights[k] * value));
      }
      wide[i++] = sum;
    }
  }
  const out = blank(width, height);
  const halved = ink.width === 2 * width && ink.height === 2 * height; // rounds halves up there
  rows.forEach(({first, weights}, y) => {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) {
        const value = wide[within(first + k, ink.height) * width + x];
        sum = down ? Math.fround(sum + weights[k] * value) : sum + ((weights[k] * (value >> 4)) >> 16); // whole numbers, with what they drop
      }
      out.data[y * width + x] = halved ? Math.floor(sum + 0.5) : down ? round(sum) : (sum + 2) >> 2;
    }
  });
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
  for (let start = 0; start < out.length; start += width) {
    for (let x = 0; x < width; x++) {
      const here = column[start + x];
      let best = here * here;
      for (let aside = 1, away = 1; away < best; aside++, away = aside * aside) {
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
