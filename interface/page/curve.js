// The course of a stroke in straight pieces: `place`. What strokes.js paints on a canvas as a curve, raster.js lays down piece by piece.

/** @import {Point, Stroke} from './types.js' */

const USUAL = 0.5; // the pressure at which a stylus draws as wide as the brush that is chosen
const STEP = 2; // pad units: pieces of a curve this short look round

/** @type {(point: Point) => number} how much wider than chosen a stroke is here. Some styluses report no pressure at all: 0 is none */
export const wider = (point) => 0.5 + (point[2] || USUAL);

/** @type {(a: Point, b: Point) => [number, number]} */
export const middle = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

/**
 * The pieces of a stroke: a curve through the middles between its points.
 * @param {Stroke} stroke
 * @param {number} [start]
 * @param {number} [end]  only those at the points from start to end
 * @returns {Generator<[x0: number, y0: number, x1: number, y1: number, width: number]>}
 */
export function* place({points, width}, start = 0, end = points.length) {
  for (let i = start; i < end; i++) {
    const point = points[i];
    const from = i ? middle(points[i - 1], point) : point;
    const to = i < points.length - 1 ? middle(point, points[i + 1]) : point;
    const thick = width * wider(point);
    const length = Math.hypot(point[0] - from[0], point[1] - from[1]) + Math.hypot(to[0] - point[0], to[1] - point[1]);
    const pieces = Math.max(1, Math.ceil(length / STEP));
    let [x, y] = from;
    for (let piece = 1; piece <= pieces; piece++) {
      const t = piece / pieces;
      const [a, b, c] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t];
      const [nextX, nextY] = [a * from[0] + b * point[0] + c * to[0], a * from[1] + b * point[1] + c * to[1]];
      yield [x, y, nextX, nextY, thick];
      [x, y] = [nextX, nextY];
    }
  }
}
