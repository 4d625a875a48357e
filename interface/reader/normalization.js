// One digit's ink → the 28 × 28 image a network sees: model/normalization.py in JavaScript, step for step. Why each step is there
// stands there; the constants come from there.
//
// Ink is {data: Uint8Array, width, height}, 0 paper – 255 ink.

import {normalization} from './constants.js';

const {SIDE, DIGIT, PEN, FINE, MARGIN, SOLID, DEEPEST_THINNING, STRIP, ABOVE, BESIDE, LONGEST} = normalization;
const FAR = 1e4; // px, further than any ink is wide

export const blank = (width, height) => ({data: new Uint8Array(width * height), width, height});

/** How many pixels are SOLID. Loops, here and below: a function called for each of 80,000 pixels takes a millisecond. */
export function area({data}) {
  let count = 0;
  for (let i = 0; i < data.length; i++) if (data[i] >= SOLID) count++;
  return count;
}

/** Python's rounding: halves go to the even number. */
export const round = (value) => {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down;
};

export function median(values) {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Ink → Float32Array of 784 in [0, 1]; zeros where nothing is at least half black. */
export function toImage(ink) {
  const box = solidBox(ink);
  return box ? nist(evenWidth(framed(resize(cut(ink, ...box), FINE), MARGIN, MARGIN))) : new Float32Array(SIDE * SIDE);
}

/** The ink of one digit or more → a strip, {data: Float32Array in [0, 1], width, height}; width 0 without ink, or of too long ink. */
export function toStrip(ink) {
  const fits = (box) => box && box[2] <= LONGEST * box[3];
  let box = solidBox(ink);
  if (fits(box)) {
    ink = evenWidth(framed(scaled(cut(ink, ...box), FINE / box[3]), MARGIN, MARGIN));
    box = solidBox(ink);
  }
  if (!fits(box)) return {data: new Float32Array(0), width: 0, height: 0};
  const {data, width, height} = framed(scaled(cut(ink, ...box), STRIP / box[3]), BESIDE, ABOVE);
  return {data: Float32Array.from(data, (value) => value / 255), width, height};
}

/** [x, y, width, height] of what is SOLID, or null. */
export function solidBox({data, width, height}) {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (data[i] < SOLID) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return bottom < 0 ? null : [left, top, right - left + 1, bottom - top + 1];
}

export function cut(ink, x, y, width, height) {
  const part = blank(width, height);
  for (let row = 0; row < height; row++) {
    const from = (y + row) * ink.width + x;
    part.data.set(ink.data.subarray(from, from + width), row * width);
  }
  return part;
}

/** Lay `ink` on a larger `sheet`, so far from its left and top. */
export function paste(ink, sheet, left, top = left) {
  for (let y = 0; y < ink.height; y++) {
    sheet.data.set(ink.data.subarray(y * ink.width, (y + 1) * ink.width), (y + top) * sheet.width + left);
  }
  return sheet;
}

/** Paper around it. */
const framed = (ink, beside, above) => paste(ink, blank(ink.width + 2 * beside, ink.height + 2 * above), beside, above);

// ---- scaling, as OpenCV's INTER_AREA and INTER_LINEAR do it, down to how they round ----

/** For each of `to` pixels the first pixel it is made of and their weights. */
function areaTaps(from, to) {
  const scale = from / to;
  return Array.from({length: to}, (_, at) => {
    const [start, end] = [at * scale, Math.min(at * scale + scale, from)];
    const first = start - Math.floor(start) > 0.999 ? Math.ceil(start) : Math.floor(start);
    const weights = [];
    for (let i = first; i < from && end - i > 1e-3; i++) {
      weights.push(Math.fround((Math.min(i + 1, end) - Math.max(i, start)) / Math.min(scale, from - start)));
    }
    return {first, weights};
  });
}

/** Two pixels, `first` and the next, and their weights in 2048ths. area: where a pixel's own area is asked for, going up. */
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

/** Scale to width × height: area average going down; going up bilinear, or as `area` says. */
export function resizeTo(ink, width, height, area = false) {
  const down = width <= ink.width && height <= ink.height;
  if (width === ink.width && height === ink.height) return ink;
  const taps = down ? areaTaps : (from, to) => linearTaps(from, to, area);
  const [columns, rows] = [taps(ink.width, width), taps(ink.height, height)];
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

/** Scale so that the longer side is `longer`. */
const resize = (ink, longer) => scaled(ink, longer / Math.max(ink.width, ink.height));

const scaled = (ink, scale) => resizeTo(ink, Math.max(1, round(ink.width * scale)), Math.max(1, round(ink.height * scale)));

// ---- stroke width ----

/** Exact Euclidean distance of every pixel with solid[i] === value to the nearest other one, at most `most`. */
function depth(solid, value, width, height, most) {
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
      const own = column[start + x];
      let best = own * own;
      for (let aside = 1, away = 1; away < best; aside++, away = aside * aside) {
        const left = aside <= x ? column[start + x - aside] : own;
        const right = x + aside < width ? column[start + x + aside] : own;
        const nearer = left < right ? left : right;
        if (away + nearer * nearer < best) best = away + nearer * nearer;
      }
      out[start + x] = Math.sqrt(best);
    }
  }
  return out;
}

/** Median width of the strokes, from the middle line, where no neighbour lies deeper. */
function strokeWidth(inside, width) {
  const ridge = [];
  for (let i = 0; i < inside.length; i++) {
    const own = inside[i];
    if (
      own > 0 &&
      own >= inside[i - 1] &&
      own >= inside[i + 1] &&
      own >= inside[i - width - 1] &&
      own >= inside[i - width] &&
      own >= inside[i - width + 1] &&
      own >= inside[i + width - 1] &&
      own >= inside[i + width] &&
      own >= inside[i + width + 1]
    ) {
      ridge.push(own);
    }
  }
  return ridge.length ? Math.fround(2 * Math.fround(median(ridge)) - 1) : 0;
}

/** The largest value within reach × reach around each pixel that is not in the margin, where all are 0; reach is odd. Windows
 *  double until two of them cover it. */
function largest(values, width, height, reach) {
  const out = values.slice();
  const half = reach >> 1;
  const along = (start, step, count) => {
    const line = new Float32Array(count + 2 * half);
    const widen = (by) => {
      for (let k = 0; k + by < line.length; k++) if (line[k + by] > line[k]) line[k] = line[k + by];
    };
    for (let k = 0; k < count; k++) line[half + k] = out[start + k * step];
    let window = 1;
    for (; 2 * window <= reach; window *= 2) widen(window);
    widen(reach - window);
    for (let k = 0; k < count; k++) out[start + k * step] = line[k];
  };
  for (let y = MARGIN; y < height - MARGIN; y++) along(y * width + MARGIN, 1, width - 2 * MARGIN);
  for (let x = MARGIN; x < width - MARGIN; x++) along(MARGIN * width + x, width, height - 2 * MARGIN);
  return out;
}

/** Thin or thicken every stroke so that the median one ends as PEN px at the final scale. */
function evenWidth({data, width, height}) {
  const solid = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) if (data[i] >= SOLID) solid[i] = 1;
  const inside = depth(solid, 1, width, height, FAR);
  const stroke = strokeWidth(inside, width);
  const grow = ((PEN * (FINE - stroke)) / (DIGIT - PEN) - stroke) / 2;
  const beyond = Math.ceil(Math.max(grow, 0)) + 2; // further from the ink no stroke reaches
  const outside = depth(solid, 0, width, height, beyond);
  const half = grow < 0 ? largest(inside, width, height, Math.max(3, Math.trunc(stroke) | 1)) : null;
  const out = blank(width, height);
  for (let i = 0; i < data.length; i++) {
    if (outside[i] === beyond) continue;
    const own = half ? -Math.min(-grow, DEEPEST_THINNING * half[i]) : grow;
    const edge = Math.fround(inside[i] - outside[i] + own + (solid[i] ? -0.5 : 0.5));
    out.data[i] = Math.fround(Math.min(1, Math.max(0, edge + 0.5)) * 255);
  }
  return out;
}

// ---- into 28 × 28 ----

function nist(ink) {
  const box = solidBox(ink);
  const image = new Float32Array(SIDE * SIDE);
  if (!box) return image;
  const digit = resize(cut(ink, ...box), DIGIT);
  let [mass, momentX, momentY] = [0, 0, 0];
  digit.data.forEach((value, i) => {
    mass += value;
    momentX += value * (i % digit.width);
    momentY += value * Math.floor(i / digit.width);
  });
  const place = (moment, size) => Math.min(Math.max(round(SIDE / 2 - moment / mass), 0), SIDE - size);
  const [left, top] = [place(momentX, digit.width), place(momentY, digit.height)];
  digit.data.forEach((value, i) => {
    image[(top + Math.floor(i / digit.width)) * SIDE + left + (i % digit.width)] = value / 255;
  });
  return image;
}
