// Paints the map's points (`paintPoints`), and where few are in sight their images, in the colours of their digits (`paintImages`).

import {context2d} from '../page/dom.js';
import {COLOURS, doubt, RIGHT, WRONG} from './map_colours.js';

/** @import {MapView} from './map_view.js' */
/** @import {TestMap} from './types.js' */

/** @type {(view: MapView, context: CanvasRenderingContext2D) => number[]} the points that are in sight */
export function paintPoints({canvas, map, by, scale, view}, context) {
  const {positions} = map;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const [left, top] = [width / 2 - scale * view.x, height / 2 - scale * view.y];
  const size = Math.min(6, 1.6 + 0.5 * Math.sqrt(view.zoom));
  /** @type {Map<string, number[]>} one change of colour for all points that have it */
  const colours = new Map();
  /** @type {number[]} */
  const inSight = [];
  for (let i = 0; i < positions.length / 2; i++) {
    const [x, y] = [left + scale * positions[2 * i], top + scale * positions[2 * i + 1]];
    if (x < -size || y < -size || x > width + size || y > height + size) continue;
    inSight.push(i);
    const colour = colourOf(map, by, i);
    const same = colours.get(colour);
    if (same) same.push(x, y);
    else colours.set(colour, [x, y]);
  }
  for (const [colour, places] of [...colours].sort(([a], [b]) => Number(a === WRONG) - Number(b === WRONG))) {
    const side = colour === WRONG ? size + 3 : size;
    context.fillStyle = colour;
    for (let at = 0; at < places.length; at += 2) context.fillRect(places[at] - side / 2, places[at + 1] - side / 2, side, side);
  }
  return inSight;
}

/** @type {(map: TestMap, by: string, i: number) => string} */
function colourOf({labels, answers, certainty}, by, i) {
  if (by === 'class') return COLOURS[labels[i]];
  if (by === 'error') return labels[i] === answers[i] ? RIGHT : WRONG;
  return doubt(certainty[i]);
}

/** @type {(view: MapView) => number} px of an image's side */
const sideOf = ({view}) => Math.max(14, Math.min(44, 10 * Math.sqrt(view.zoom)));

/** @type {(view: MapView, images: Uint8Array, context: CanvasRenderingContext2D, inSight: number[]) => void} */
export function paintImages(view, images, context, inSight) {
  const {labels, positions} = view.map;
  const side = sideOf(view);
  const small = Object.assign(document.createElement('canvas'), {width: 28, height: 28});
  const paper = context2d(small);
  const pixels = paper.createImageData(28, 28);
  const words = new Uint32Array(pixels.data.buffer); // a whole pixel at once
  context.imageSmoothingEnabled = false;
  for (const i of inSight) {
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(COLOURS[labels[i]].slice(at, at + 2), 16));
    const colour = red | (green << 8) | (blue << 16);
    for (let at = 0; at < 784; at++) words[at] = colour | (images[784 * i + at] << 24);
    paper.putImageData(pixels, 0, 0);
    const [x, y] = view.toCanvas(positions[2 * i], positions[2 * i + 1]);
    context.clearRect(x - side / 2, y - side / 2, side, side);
    context.drawImage(small, x - side / 2, y - side / 2, side, side);
  }
}
