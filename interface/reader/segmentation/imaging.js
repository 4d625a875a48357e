// What OpenCV does for photos in model/segmentation/ink.py, down to how it rounds: blur, closing, median, cubic scaling, Otsu's threshold.

import {blank, round} from '../arrays.js';

/** @import {Ink} from '../types.js' */

const CUBIC = -0.75; // the constant of OpenCV's cubic interpolation
const WEIGHTS = 256; // a blur's weights are whole numbers of this sum

/** @type {(at: number, size: number) => number} the pixel that stands beyond the edge: mirrored, the edge itself not repeated */
export const mirrored = (at, size) => {
  if (size === 1) return 0;
  const place = Math.abs(at) % (2 * (size - 1));
  return place < size ? place : 2 * (size - 1) - place;
};

/**
 * The weights of a Gaussian blur in 256ths: what rounding leaves goes to the next one, and at last to the middle.
 * @param {number} sigma  px
 */
function gaussian(sigma) {
  const half = (round(sigma * 6 + 1) | 1) >> 1;
  const exact = Array.from({length: 2 * half + 1}, (_, at) => Math.exp((-0.5 * (at - half) ** 2) / sigma ** 2));
  const total = exact.reduce((sum, value) => sum + value, 0);
  const weights = new Int32Array(2 * half + 1);
  let left = 0;
  for (let at = 0; at < half; at++) {
    const wanted = (exact[at] / total) * WEIGHTS + left;
    weights[at] = weights[2 * half - at] = round(wanted);
    left = wanted - weights[at];
  }
  weights[half] = WEIGHTS - weights.reduce((sum, value) => sum + value, 0);
  return weights;
}

/**
 * A Gaussian blur.
 * @param {Ink} ink
 * @param {number} sigma  px
 * @returns {Ink}
 */
export function blurred({data, width, height}, sigma) {
  const weights = gaussian(sigma);
  const half = weights.length >> 1;
  const wide = new Uint16Array(width * height);
  const row = new Int32Array(width + 2 * half);
  for (let y = 0; y < height; y++) {
    for (let x = -half; x < 0; x++) row[x + half] = data[y * width + mirrored(x, width)];
    row.set(data.subarray(y * width, (y + 1) * width), half);
    for (let x = width; x < width + half; x++) row[x + half] = data[y * width + mirrored(x, width)];
    for (let x = 0, at = y * width; x < width; x++, at++) {
      let sum = Math.imul(weights[half], row[x + half]);
      for (let k = 0, back = x + 2 * half; k < half; k++, back--) sum += Math.imul(weights[k], row[x + k] + row[back]);
      wide[at] = sum;
    }
  }
  const out = blank(width, height);
  const sums = new Int32Array(width);
  for (let y = 0; y < height; y++) {
    sums.fill(32768);
    for (let k = 0; k < weights.length; k++) {
      const [weight, from] = [weights[k], mirrored(y + k - half, height) * width];
      for (let x = 0; x < width; x++) sums[x] += Math.imul(weight, wide[from + x]);
    }
    for (let x = 0, at = y * width; x < width; x++, at++) out.data[at] = sums[x] >> 16;
  }
  return out;
}

/**
 * Half the width of each row of a round window, −1 for a row without any.
 * @param {number} side  px, odd
 */
function ellipse(side) {
  const radius = side >> 1;
  return Array.from({length: side}, (_, at) => round(radius * Math.sqrt((radius ** 2 - (at - radius) ** 2) / radius ** 2)));
}

/**
 * The largest value in a round window around each pixel. Windows of a row double until two of them cover its width.
 * @param {Ink} ink
 * @param {number} side  of the window, px, odd
 * @returns {Ink}
 */
function dilated({data, width, height}, side) {
  const radius = side >> 1;
  const out = blank(width, height);
  const halves = ellipse(side);
  const padded = width + 2 * radius;
  for (const half of new Set(halves)) {
    const rows = halves.flatMap((one, at) => (one === half ? [at - radius] : []));
    for (let from = 0; from < height; from++) {
      const line = new Uint8Array(padded);
      line.set(data.subarray(from * width, (from + 1) * width), radius);
      const window = 2 * half + 1;
      /** @type {(by: number) => void} */
      const widen = (by) => {
        for (let k = 0; k + by < padded; k++) if (line[k + by] > line[k]) line[k] = line[k + by];
      };
      let covered = 1;
      for (; 2 * covered <= window; covered *= 2) widen(covered);
      if (covered < window) widen(window - covered);
      for (const dy of rows) {
        const y = from - dy;
        if (y < 0 || y >= height) continue;
        for (let x = 0, at = y * width; x < width; x++, at++) {
          const value = line[x + radius - half];
          if (value > out.data[at]) out.data[at] = value;
        }
      }
    }
  }
  return out;
}

/** @type {(ink: Ink) => Ink} */
export const negative = ({data, width, height}) => ({data: data.map((value) => 255 - value), width, height});

/**
 * Without what is dark and narrower than a round window (morphological closing).
 * @param {Ink} ink
 * @param {number} side  of the window, px, odd
 * @returns {Ink}
 */
export const closed = (ink, side) => negative(dilated(negative(dilated(ink, side)), side));

/**
 * The median of the square around each pixel; beyond the edge, the pixels on the edge go on.
 * @param {Ink} ink
 * @param {number} side  px, odd
 * @returns {Ink}
 */
export function medianBlurred({data, width, height}, side) {
  const half = side >> 1;
  const middle = (side * side) >> 1;
  const out = blank(width, height);
  /** @type {(at: number, size: number) => number} */
  const within = (at, size) => Math.min(Math.max(at, 0), size - 1);
  for (let y = 0; y < height; y++) {
    const counts = new Int32Array(256);
    let value = 0;
    let below = 0; // pixels of the square that are less than `value`
    /** @type {(x: number, by: number) => void} */
    const column = (x, by) => {
      for (let dy = -half; dy <= half; dy++) {
        const found = data[within(y + dy, height) * width + within(x, width)];
        counts[found] += by;
        if (found < value) below += by;
      }
    };
    for (let x = -half; x <= half; x++) column(x, 1);
    for (let x = 0; x < width; x++) {
      if (x) {
        column(x + half, 1);
        column(x - half - 1, -1);
      }
      while (below > middle) below -= counts[--value];
      while (below + counts[value] <= middle) below += counts[value++];
      out.data[y * width + x] = value;
    }
  }
  return out;
}

/**
 * Enlarge by cubic interpolation.
 * @param {{data: Uint8Array | Float32Array, width: number, height: number}} ink
 * @param {number} width
 * @param {number} height
 * @returns {{data: Float32Array, width: number, height: number}} not rounded
 */
export function cubic(ink, width, height) {
  const [columns, rows] = [cubicTaps(ink.width, width), cubicTaps(ink.height, height)];
  const wide = new Float32Array(width * ink.height);
  for (let y = 0, i = 0; y < ink.height; y++) {
    for (const {from, weights} of columns) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += weights[k] * ink.data[y * ink.width + from[k]];
      wide[i++] = sum;
    }
  }
  const data = new Float32Array(width * height);
  rows.forEach(({from, weights}, y) => {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += weights[k] * wide[from[k] * width + x];
      data[y * width + x] = sum;
    }
  });
  return {data, width, height};
}

/**
 * The four pixels that each of `to` pixels is made of, and their weights.
 * @param {number} from
 * @param {number} to
 */
function cubicTaps(from, to) {
  return Array.from({length: to}, (_, at) => {
    const place = Math.fround((at + 0.5) * (from / to) - 0.5);
    const first = Math.floor(place);
    const x = place - first;
    const a = CUBIC;
    const [before, here, next] = [
      ((a * (x + 1) - 5 * a) * (x + 1) + 8 * a) * (x + 1) - 4 * a,
      ((a + 2) * x - (a + 3)) * x * x + 1,
      ((a + 2) * (1 - x) - (a + 3)) * (1 - x) * (1 - x) + 1,
    ];
    return {
      from: [-1, 0, 1, 2].map((step) => Math.min(Math.max(first + step, 0), from - 1)),
      weights: [before, here, next, 1 - before - here - next],
    };
  });
}

/**
 * The value that n of the values, in order, lie below, as NumPy's quantile interpolates.
 * @param {Int32Array} counts  of each value
 * @param {number} share  in [0, 1]
 * @returns {number} as an index into counts, perhaps between two
 */
export function quantile(counts, share) {
  const n = counts.reduce((sum, count) => sum + count, 0);
  const place = share * (n - 1);
  /** @type {(rank: number) => number} */
  const at = (rank) => {
    let value = 0;
    for (let left = rank - counts[0]; left >= 0; left -= counts[value]) value++;
    return value;
  };
  const low = Math.floor(place);
  return at(low) + (place - low) * (at(Math.min(low + 1, n - 1)) - at(low));
}

/**
 * Otsu's threshold (1979).
 * @param {Int32Array} counts  of each value, 0–255
 * @param {number} n  how many there are
 */
export function otsu(counts, n) {
  const SMALL = 1.1920929e-7;
  let mean = 0;
  counts.forEach((count, value) => {
    mean += value * count;
  });
  mean /= n;
  let [below, share, best, most] = [0, 0, 0, 0];
  counts.forEach((count, value) => {
    const p = count / n;
    below *= share;
    share += p;
    const rest = 1 - share;
    if (Math.min(share, rest) < SMALL || Math.max(share, rest) > 1 - SMALL) return;
    below = (below + value * p) / share;
    const above = (mean - share * below) / rest;
    const apart = share * rest * (below - above) ** 2;
    if (apart > most) [most, best] = [apart, value];
  });
  return best;
}
