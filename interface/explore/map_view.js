// The canvas of the map: points, images when few are in sight, the drawing; moved and zoomed by mouse, finger and keyboard (`MapView`).

import {context2d} from '../page/dom.js';
import {mnistImages} from '../page/mnist_images.js';
import {inside} from '../reader/constants.js';
import {within} from './lasso.js';
import {COLOURS, doubt, RIGHT, WRONG} from './map_colours.js';
import {onCanvas, paintMarks} from './map_marks.js';

/** @import {Place} from './map_marks.js' */
/** @import {TestMap} from './types.js' */

/** @typedef {{x: number, y: number, zoom: number}} View  its middle, and how much larger than all it is shown */

const {IMAGES} = inside;
export const SPAN = 65_535; // of a position
export const MOST_ZOOM = 60;
/** @type {View} */
export const ALL = {x: SPAN / 2, y: SPAN / 2, zoom: 1};
const THUMBS = 220; // with no more points in sight, their images are shown
const STEP = 0.15; // share of the view that an arrow key moves
/** @type {Record<string, [x: number, y: number]>} */
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

export class MapView {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {TestMap} map
   * @param {{moved: (view: View) => void, lassoed: (lasso: Place[]) => void, lassoing: (on: boolean) => void}} calls  moved: and then at rest
   */
  constructor(canvas, map, calls) {
    this.canvas = canvas;
    /** What lies over the points. */
    this.marks = Object.assign(document.createElement('canvas'), {className: 'marks'});
    this.map = map;
    this.calls = calls;
    /** What the colours say: 'class', 'error' or 'doubt'. */
    this.by = 'class';
    /** @type {View} */
    this.view = ALL;
    /** @type {{x: number, y: number, nearest: number[]} | null} where the drawing lies */
    this.mine = null;
    /** @type {Uint8Array | null} */
    this.images = null;
    /** @type {Place[] | null} */
    this.lasso = null;
    this.lassoing = false;
    /** @type {number | null} */
    this.frame = null;
    /** Whether the points must be painted again. */
    this.stale = true;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.rest = undefined;
    /** @type {Map<number, {x: number, y: number}>} pointers that are down */
    this.pointers = new Map();
    this.listen();
    new ResizeObserver(() => this.paintSoon()).observe(canvas);
    new MutationObserver(() => this.paintSoon()).observe(document.body, {attributeFilter: ['class']});
  }

  /** @type {() => Promise<Uint8Array | null>} the test images, null where they are not to be had */
  async withImages() {
    this.images ??= (await mnistImages('test').catch(() => null))?.images ?? null;
    return this.images;
  }

  // ---- the view ----

  /** px of the canvas for one unit of a position. */
  get scale() {
    return (0.94 * this.view.zoom * Math.min(this.canvas.clientWidth, this.canvas.clientHeight)) / SPAN;
  }

  /** @type {(x: number, y: number) => [x: number, y: number]} where a position lies on the canvas, px */
  toCanvas(x, y) {
    const {scale, view, canvas} = this;
    return [canvas.clientWidth / 2 + scale * (x - view.x), canvas.clientHeight / 2 + scale * (y - view.y)];
  }

  /** @type {(view: {x: number, y: number, zoom: number}) => void} */
  show({x, y, zoom}) {
    /** @type {(value: number) => number} */
    const inside = (value) => Math.max(0, Math.min(SPAN, value));
    this.view = {x: inside(x), y: inside(y), zoom: Math.max(1, Math.min(MOST_ZOOM, zoom))};
    this.paintSoon();
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.calls.moved(this.view), 400);
  }

  /**
   * @param {number} factor
   * @param {number} [x]  what stays where it is, px on the canvas
   * @param {number} [y]
   */
  zoom(factor, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
    const {view, canvas} = this;
    const zoom = Math.max(1, Math.min(MOST_ZOOM, view.zoom * factor));
    const [dx, dy] = [(x - canvas.clientWidth / 2) / this.scale, (y - canvas.clientHeight / 2) / this.scale];
    const kept = 1 - view.zoom / zoom;
    this.show({x: view.x + dx * kept, y: view.y + dy * kept, zoom});
  }

  listen() {
    const {canvas} = this;
    canvas.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        this.zoom(1.0015 ** -event.deltaY, event.offsetX, event.offsetY);
      },
      {passive: false},
    );
    canvas.onpointerdown = (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, {x: event.offsetX, y: event.offsetY});
      if (this.lassoing && this.pointers.size === 1) this.lasso = [[event.offsetX, event.offsetY]];
    };
    canvas.onpointermove = (event) => this.dragged(event);
    canvas.onpointerup = canvas.onpointercancel = (event) => {
      this.pointers.delete(event.pointerId);
      if (this.lasso && this.lasso.length > 2) this.calls.lassoed(this.lasso);
      if (this.lasso) this.setLassoing(false);
    };
    canvas.onkeydown = (event) => {
      const move = ARROWS[event.key];
      const step = (STEP * SPAN) / this.view.zoom;
      if (move) this.show({x: this.view.x + step * move[0], y: this.view.y + step * move[1], zoom: this.view.zoom});
      else if (event.key === '+' || event.key === '=') this.zoom(1.6);
      else if (event.key === '-') this.zoom(1 / 1.6);
      else if (event.key === '0') this.show(ALL);
      else return;
      event.preventDefault();
    };
  }

  /** @param {PointerEvent} event */
  dragged(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = {x: event.offsetX, y: event.offsetY};
    if (this.lasso) {
      this.lasso.push([now.x, now.y]);
      this.markSoon();
    } else if (this.pointers.size === 1) {
      const {view, scale} = this;
      this.show({x: view.x - (now.x - before.x) / scale, y: view.y - (now.y - before.y) / scale, zoom: view.zoom});
    } else {
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const factor = Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
        this.zoom(factor, (now.x + other.x) / 2, (now.y + other.y) / 2);
      }
    }
    this.pointers.set(event.pointerId, now);
  }

  /** @param {boolean} on */
  setLassoing(on) {
    this.lassoing = on;
    this.lasso = null;
    this.calls.lassoing(on);
    this.canvas.classList.toggle('lasso', on);
    this.markSoon();
  }

  /** @type {(lasso: Place[]) => number[]} the images within it */
  within(lasso) {
    const {positions} = this.map;
    return Array.from({length: IMAGES}, (_, i) => i).filter((i) => within(lasso, this.toCanvas(positions[2 * i], positions[2 * i + 1])));
  }

  // ---- painting ----

  paintSoon() {
    this.stale = true;
    this.markSoon();
  }

  /** Paint what lies over the points, and them too where they have changed. */
  markSoon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (!this.canvas.clientWidth) return; // in a hidden panel
      if (this.stale) this.paint();
      this.mark();
    });
  }

  paint() {
    const {canvas} = this;
    this.stale = false;
    const context = onCanvas(canvas);
    const inSight = this.paintPoints(context, canvas.clientWidth, canvas.clientHeight);
    if (inSight.length <= THUMBS && this.view.zoom > 2) this.paintImages(context, inSight);
    canvas.dataset.points = String(inSight.length);
  }

  mark() {
    const {mine, lasso, map, canvas} = this;
    /** @type {(i: number) => Place} */
    const place = (i) => this.toCanvas(map.positions[2 * i], map.positions[2 * i + 1]);
    paintMarks(this.marks, {mine: mine && {at: this.toCanvas(mine.x, mine.y), nearest: mine.nearest.map(place)}, lasso});
    if (mine) canvas.dataset.mine = `${Math.round(mine.x)},${Math.round(mine.y)}`;
  }

  /** @type {(context: CanvasRenderingContext2D, width: number, height: number) => number[]} the points that are in sight */
  paintPoints(context, width, height) {
    const {positions} = this.map;
    const {scale, view} = this;
    const [left, top] = [width / 2 - scale * view.x, height / 2 - scale * view.y];
    const size = Math.min(6, 1.6 + 0.5 * Math.sqrt(view.zoom));
    /** @type {Map<string, number[]>} one change of colour for all points that have it */
    const colours = new Map();
    /** @type {number[]} */
    const inSight = [];
    for (let i = 0; i < IMAGES; i++) {
      const [x, y] = [left + scale * positions[2 * i], top + scale * positions[2 * i + 1]];
      if (x < -size || y < -size || x > width + size || y > height + size) continue;
      inSight.push(i);
      const colour = this.colour(i);
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

  /** @type {(i: number) => string} */
  colour(i) {
    const {labels, answers, certainty} = this.map;
    if (this.by === 'class') return COLOURS[labels[i]];
    if (this.by === 'error') return labels[i] === answers[i] ? RIGHT : WRONG;
    return doubt(certainty[i]);
  }

  /** @type {(context: CanvasRenderingContext2D, inSight: number[]) => void} */
  paintImages(context, inSight) {
    const {images} = this;
    if (!images) {
      this.withImages().then((found) => found && this.paintSoon());
      return;
    }
    const side = Math.max(14, Math.min(44, 10 * Math.sqrt(this.view.zoom)));
    const small = Object.assign(document.createElement('canvas'), {width: 28, height: 28});
    const paper = context2d(small);
    const pixels = paper.createImageData(28, 28);
    context.imageSmoothingEnabled = false;
    for (const i of inSight) {
      const colour = Number.parseInt(COLOURS[this.map.labels[i]].slice(1), 16);
      for (let at = 0; at < 784; at++) {
        pixels.data[4 * at] = colour >> 16;
        pixels.data[4 * at + 1] = (colour >> 8) & 255;
        pixels.data[4 * at + 2] = colour & 255;
        pixels.data[4 * at + 3] = images[784 * i + at];
      }
      paper.putImageData(pixels, 0, 0);
      const [x, y] = this.toCanvas(this.map.positions[2 * i], this.map.positions[2 * i + 1]);
      context.clearRect(x - side / 2, y - side / 2, side, side);
      context.drawImage(small, x - side / 2, y - side / 2, side, side);
    }
  }
}
