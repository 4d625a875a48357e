// Paints a drawing: stroke by stroke for the pad (`paintStroke`), whole to be looked at (`sheetLater`), or as the models get it (`pixels`,
// `picture`).

import {middle, wider} from './curve.js';
import {context2d} from './dom.js';
import * as raster from './raster.js';

/** @import {Stroke} from './types.js' */

/** Pad units: the pad is SIDE × SIDE of them whatever its size on screen, and px of the drawing as the models get it. */
export const SIDE = 280;

/**
 * Paint one stroke with round ends and a curve through the points' midpoints; an erasing stroke takes ink away.
 * @param {CanvasRenderingContext2D} context  in pad units
 * @param {Stroke} stroke
 * @param {string} colour
 */
export function paintStroke(context, stroke, colour) {
  const {points} = stroke;
  if (!points.length) return;
  context.save();
  context.globalCompositeOperation = stroke.erase ? 'destination-out' : 'source-over';
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = stroke.width;
  context.lineCap = context.lineJoin = 'round';
  context.beginPath();
  if (points.length === 1) {
    // a tap is a dot; a line of no length is not drawn everywhere
    context.arc(points[0][0], points[0][1], (stroke.width * wider(points[0])) / 2, 0, 2 * Math.PI);
    context.fill();
  } else if (points[0].length > 2) {
    paintPressed(context, stroke);
  } else {
    context.moveTo(points[0][0], points[0][1]);
    for (let i = 1; i < points.length - 1; i++) {
      const [x, y] = points[i];
      const [nextX, nextY] = points[i + 1];
      context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
    }
    const [x, y] = points[points.length - 1];
    context.lineTo(x, y);
    context.stroke();
  }
  context.restore();
}

/**
 * The same curve in pieces, one for each point, each as wide as the pen was pressed there.
 * @param {CanvasRenderingContext2D} context
 * @param {Stroke} stroke
 */
function paintPressed(context, {width, points}) {
  points.forEach((point, i) => {
    const from = i ? middle(points[i - 1], point) : point;
    const to = i < points.length - 1 ? middle(point, points[i + 1]) : point;
    context.lineWidth = width * wider(point);
    context.beginPath();
    context.moveTo(from[0], from[1]);
    context.quadraticCurveTo(point[0], point[1], to[0], to[1]);
    context.stroke();
  });
}

/**
 * The drawing to be looked at: black on white, whatever the theme shows.
 * @param {Stroke[]} strokes
 * @returns {HTMLCanvasElement} SIDE × SIDE, opaque
 */
function sheet(strokes) {
  const canvas = Object.assign(document.createElement('canvas'), {width: SIDE, height: SIDE});
  const context = context2d(canvas, {willReadFrequently: true}); // in memory: nothing goes to a graphics card and back
  for (const stroke of strokes) paintStroke(context, stroke, '#000');
  context.globalCompositeOperation = 'destination-over';
  context.fillStyle = '#fff';
  context.fillRect(0, 0, SIDE, SIDE);
  return canvas;
}

/**
 * The drawing as it is now, painted once somebody looks at it: while the pen moves, hardly anybody does.
 * @param {Stroke[]} strokes
 * @returns {() => HTMLCanvasElement}
 */
export function sheetLater(strokes) {
  const still = strokes.map((stroke) => ({...stroke, points: [...stroke.points]}));
  /** @type {HTMLCanvasElement | null} */
  let painted = null;
  return () => {
    painted ??= sheet(still);
    return painted;
  };
}

/**
 * The pixels of the same drawing, without a canvas that may add noise to them.
 * @param {Stroke[]} strokes
 */
export const pixels = (strokes) => raster.pixels(strokes, SIDE);

/**
 * The same as a PNG.
 * @param {Stroke[]} strokes
 */
export const picture = (strokes) => raster.png(strokes, SIDE);
