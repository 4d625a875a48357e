// What lies over the points of the map: the drawing with its nearest images, and a lasso. It has a canvas of its own, so that it follows the
// pen without the 10,000 points being drawn again.

import {context2d} from '../page/dom.js';

/** @import {TestMap} from './types.js' */
/** @typedef {[x: number, y: number]} Place  on the canvas, px */

/**
 * Paint the marks anew.
 * @param {HTMLCanvasElement} canvas
 * @param {{mine: {at: Place, nearest: Place[]} | null, lasso: Place[] | null, digits: Place[]}} marks  digits: where each is written, or none
 */
export function paintMarks(canvas, {mine, lasso, digits}) {
  const context = onCanvas(canvas);
  const style = getComputedStyle(canvas);
  if (digits.length) paintDigits(context, style, digits);
  context.strokeStyle = style.color;
  if (mine) {
    context.lineWidth = 1;
    for (const one of mine.nearest) line(context, [mine.at, one]);
    context.fillStyle = style.getPropertyValue('--accent') || style.color;
    context.strokeStyle = style.getPropertyValue('--card') || '#fff';
    context.lineWidth = 2;
    context.beginPath();
    context.arc(...mine.at, 8, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
  if (lasso) {
    context.strokeStyle = style.color;
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    line(context, [...lasso, lasso[0]]);
    context.setLineDash([]);
  }
}

/** @type {(map: TestMap) => Place[]} where each digit's cloud is: the medians of its positions */
export const digitPlaces = ({positions, labels}) =>
  Array.from({length: 10}, (_, digit) => {
    const own = [...labels.keys()].filter((i) => labels[i] === digit);
    /** @type {(axis: number) => number} */
    const median = (axis) => own.map((i) => positions[2 * i + axis]).sort((a, b) => a - b)[own.length >> 1];
    return [median(0), median(1)];
  });

/** @type {(context: CanvasRenderingContext2D, style: CSSStyleDeclaration, places: Place[]) => void} each digit's name on its cloud */
function paintDigits(context, style, places) {
  Object.assign(context, {
    font: '700 20px system-ui, sans-serif',
    textAlign: 'center',
    textBaseline: 'middle',
    lineJoin: 'round',
    lineWidth: 5,
  });
  context.strokeStyle = style.getPropertyValue('--card') || '#fff';
  context.fillStyle = style.color;
  for (const [digit, [x, y]] of places.entries()) {
    context.strokeText(String(digit), x, y);
    context.fillText(String(digit), x, y);
  }
}

/** @type {(context: CanvasRenderingContext2D, places: Place[]) => void} */
function line(context, places) {
  context.beginPath();
  for (const [x, y] of places) context.lineTo(x, y);
  context.stroke();
}

/** @type {(canvas: HTMLCanvasElement) => CanvasRenderingContext2D} an empty canvas as large as it is shown, painted on in px of the page */
export function onCanvas(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = context2d(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  return context;
}
