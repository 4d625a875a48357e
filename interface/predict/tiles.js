// Small pictures of the path picture → ink → crop → 28 × 28, painted on canvases.
//
// `width` is that of the picture a box belongs to: ink and picture may have other sizes than the boxes know.

import {context2d} from '../page/dom.js';

/** @import {Picture} from '../page/types.js' */
/** @import {Box} from '../reader/types.js' */

const TILE = 168; // canvas pixels a tile has: 84 on screen, twice that for fine screens
const PAPER = 0.2; // of the longer side, around a digit that is cut out, so that the ink stands out
const MOST_CUT_OUT = 280; // px of what is cut out: as large as the pad

/**
 * Width and height in pixels.
 * @param {Picture} source
 */
export const sizeOf = (source) =>
  source instanceof HTMLImageElement ? [source.naturalWidth, source.naturalHeight] : [source.width, source.height];

/** @type {(canvas: HTMLCanvasElement) => CanvasRenderingContext2D} an empty tile */
function fresh(canvas) {
  canvas.width = TILE;
  canvas.height = TILE;
  const context = context2d(canvas);
  context.imageSmoothingQuality = 'high';
  return context;
}

/**
 * The whole of `source` fitted into a tile.
 * @param {HTMLCanvasElement} canvas
 * @param {Picture} source
 * @param {Box | null} box  a place to outline
 * @param {number} width
 */
export function pictureTile(canvas, source, box, width) {
  const [w, h] = sizeOf(source);
  const scale = TILE / Math.max(w, h);
  const [left, top] = [(TILE - w * scale) / 2, (TILE - h * scale) / 2];
  const context = fresh(canvas);
  context.drawImage(source, left, top, w * scale, h * scale);
  if (!box) return;
  const each = (w * scale) / width;
  context.strokeStyle = getComputedStyle(canvas).getPropertyValue('--box');
  context.lineWidth = 4;
  context.strokeRect(left + box[0] * each, top + box[1] * each, box[2] * each, box[3] * each);
}

/**
 * What `box` holds of `source`, fitted into a tile with a little air.
 * @param {HTMLCanvasElement} canvas
 * @param {Picture} source
 * @param {Box} box
 * @param {number} width
 */
export function cropTile(canvas, source, box, width) {
  const each = sizeOf(source)[0] / width;
  const [x, y, w, h] = box.map((value) => value * each);
  const scale = (0.86 * TILE) / Math.max(w, h, 1);
  fresh(canvas).drawImage(source, x, y, w, h, (TILE - w * scale) / 2, (TILE - h * scale) / 2, w * scale, h * scale);
}

/**
 * What `box` holds of `source` with paper around it: one digit as a picture.
 * @param {Picture} source
 * @param {Box} box
 * @param {number} width
 * @returns {HTMLCanvasElement} at most MOST_CUT_OUT px wide and high
 */
export function cutOut(source, box, width) {
  const [sourceWidth, sourceHeight] = sizeOf(source);
  const each = sourceWidth / width;
  const air = PAPER * Math.max(box[2], box[3]);
  const [right, bottom] = [width, sourceHeight / each];
  const [x, y] = [Math.max(0, box[0] - air), Math.max(0, box[1] - air)];
  const [w, h] = [Math.min(right, box[0] + box[2] + air) - x, Math.min(bottom, box[1] + box[3] + air) - y];
  const scale = Math.min(each, MOST_CUT_OUT / Math.max(w, h));
  const canvas = Object.assign(document.createElement('canvas'), {width: Math.ceil(w * scale), height: Math.ceil(h * scale)});
  const context = context2d(canvas);
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, x * each, y * each, w * each, h * each, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/**
 * An image, each byte one pixel.
 * @param {HTMLCanvasElement} canvas  28 × 28
 * @param {Uint8Array} bytes  28 × 28
 */
export function imageTile(canvas, bytes) {
  const context = context2d(canvas);
  const image = context.createImageData(28, 28);
  bytes.forEach((value, at) => {
    image.data.set([value, value, value, 255], 4 * at);
  });
  context.putImageData(image, 0, 0);
}

/**
 * An image in grey with its saliency on the ink: what spoke for the answer in one colour, against it in another.
 * @param {HTMLCanvasElement} canvas  28 × 28
 * @param {Uint8Array} bytes  28 × 28
 * @param {number[]} weights  784 numbers in [-1, 1]
 */
export function saliencyTile(canvas, bytes, weights) {
  const style = getComputedStyle(canvas);
  const [pro, con] = ['--for', '--against'].map((name) => style.getPropertyValue(name).trim().split(/\s+/).map(Number));
  const context = context2d(canvas);
  const image = context.createImageData(28, 28);
  bytes.forEach((value, at) => {
    const weight = Math.abs(weights[at]);
    const colour = weights[at] > 0 ? pro : con;
    const base = 0.3 * value;
    const paint = colour.map((part) => Math.round(base * (1 - weight) + weight * part * (0.25 + (0.75 * value) / 255)));
    image.data.set([...paint, 255], 4 * at);
  });
  context.putImageData(image, 0, 0);
}
