// The canvas of the map: points, images when few are in sight, the drawing; moved and zoomed by mouse, finger and keyboard (`MapView`).

import {context2d} from '../page/dom.js';
import {mnistImages} from '../page/mnist_images.js';
import {inside} from '../reader/constants.js';
import {within} from './lasso.js';
import {COLOURS, doubt, RIGHT, WRONG} from './map_colours.js';

/** @import {TestMap} from './types.js' */

/** @typedef {{x: number, y: number, zoom: number}} View  its middle, and how much larger than all it is shown */
/** @typedef {[x: number, y: number][]} Lasso  on the canvas, px */

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
   * @param {{moved: (view: View) => void, lassoed: (lasso: Lasso) => void, lassoing: (on: boolean) => void}} calls  moved: and then at rest
   */
  constructor(canvas, map, calls) {
    this.canvas = canvas;
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
    /** @type {Lasso | null} */
    this.lasso = null;
    this.lassoing = false;
    /** @type {number | null} */
    this.frame = null;
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
      this.paintSoon();
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
    this.paintSoon();
  }

  /** @type {(lasso: Lasso) => number[]} the images within it */
  within(lasso) {
    const {positions} = this.map;
    return Array.from({length: IMAGES}, (_, i) => i).filter((i) => within(lasso, this.toCanvas(positions[2 * i], positions[2 * i + 1])));
  }

  // ---- painting ----

  paintSoon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.paint();
    });
  }

  paint() {
    const {canvas} = this;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width) return; // in a hidden panel
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    const context = context2d(canvas);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const inSight = this.paintPoints(context, width, height);
    if (inSight.length <= THUMBS && this.view.zoom > 2) this.paintImages(context, inSight);
    this.paintMine(context);
    this.paintLasso(context);
    canvas.dataset.points = String(inSight.length);
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

  /** @param {CanvasRenderingContext2D} context */
  paintMine(context) {
    if (!this.mine) return;
    const [x, y] = this.toCanvas(this.mine.x, this.mine.y);
    const style = getComputedStyle(this.canvas);
    context.strokeStyle = style.color;
    context.lineWidth = 1;
    for (const i of this.mine.nearest) {
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(...this.toCanvas(this.map.positions[2 * i], this.map.positions[2 * i + 1]));
      context.stroke();
    }
    context.fillStyle = style.getPropertyValue('--accent') || style.color;
    context.strokeStyle = style.getPropertyValue('--card') || '#fff';
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, 8, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    this.canvas.dataset.mine = `${Math.round(this.mine.x)},${Math.round(this.mine.y)}`;
  }

  /** @param {CanvasRenderingContext2D} context */
  paintLasso(context) {
    if (!this.lasso) return;
    context.strokeStyle = getComputedStyle(this.canvas).color;
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    context.beginPath();
    this.lasso.forEach(([x, y], at) => {
      if (at) context.lineTo(x, y);
      else context.moveTo(x, y);
    });
    context.closePath();
    context.stroke();
    context.setLineDash([]);
  }
}
