// A drawing as text for a link, and back (`encode`, `decode`).
//
// One byte of format, then for each stroke: width (top bit: eraser), number of points, x and y of each in one byte. The second
// format, for a stylus, has after the number whether the points have a pressure, and that as each point's third byte.

import {SIDE} from './strokes.js';

/** @import {Point, Stroke} from './types.js' */

const [PLAIN, PRESSED] = [1, 2];
const MOST_POINTS = 4000; // a link stays under ~11 kB, which every browser and chat program carries
const GAP = 3; // pad units; points closer than that are left out: a link need not carry what the eye cannot see

/** @type {(value: number) => number} */
const toByte = (value) => Math.max(0, Math.min(255, Math.round((value * 255) / SIDE)));

/** @type {(points: Point[]) => Point[]} without those closer than GAP to the last one kept */
function thin(points) {
  const kept = [points[0]];
  for (const point of points.slice(1, -1)) {
    const last = kept[kept.length - 1];
    if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= GAP) kept.push(point);
  }
  if (points.length > 1) kept.push(points[points.length - 1]);
  return kept;
}

/** @type {(stroke: Stroke) => boolean} whether a stylus drew it */
const pressed = (stroke) => stroke.points[0].length > 2;

/**
 * Strokes as URL-safe text.
 * @param {Stroke[]} strokes
 * @returns {string} '' where the drawing is too long for a link
 */
export function encode(strokes) {
  const format = strokes.some(pressed) ? PRESSED : PLAIN;
  const bytes = [format];
  for (const stroke of strokes) {
    let points = thin(stroke.points);
    while (points.length) {
      // a count is one byte: a longer stroke goes on where it was cut
      const part = points.slice(0, 255);
      bytes.push(Math.min(127, Math.round(stroke.width)) | (stroke.erase ? 128 : 0), part.length);
      if (format === PRESSED) bytes.push(Number(pressed(stroke)));
      for (const [x, y, pressure] of part) {
        bytes.push(toByte(x), toByte(y));
        if (pressure !== undefined) bytes.push(Math.round(255 * pressure));
      }
      points = points.length > 255 ? points.slice(254) : [];
    }
  }
  if (bytes.length > 2 * MOST_POINTS) return '';
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/**
 * Strokes from a link's text, which may come from anybody.
 * @param {string | null} text
 * @returns {Stroke[] | null} null where it is not one of ours
 */
export function decode(text) {
  if (!text || text.length > 3 * MOST_POINTS || /[^\w-]/.test(text)) return null;
  let bytes;
  try {
    bytes = Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
  const [format] = bytes;
  if (format !== PLAIN && format !== PRESSED) return null;
  /** @type {Stroke[]} */
  const strokes = [];
  for (let at = 1; at < bytes.length; ) {
    const [head, count] = [bytes[at], bytes[at + 1]];
    const size = format === PRESSED && bytes[at + 2] ? 3 : 2; // bytes of a point
    at += format === PRESSED ? 3 : 2;
    if (!count || at + size * count > bytes.length) return null;
    /** @type {Point[]} */
    const points = [];
    for (; points.length < count; at += size) {
      const [x, y] = [(bytes[at] * SIDE) / 255, (bytes[at + 1] * SIDE) / 255];
      points.push(size === 3 ? [x, y, bytes[at + 2] / 255] : [x, y]);
    }
    strokes.push({width: Math.max(1, head & 127), erase: head > 127, points});
  }
  return strokes;
}
