// The canvas of the map: points, images when few are in sight, the drawing; moved and zoomed by mouse, finger and keyboard (`MapView`).

import {mnistImages} from '../page/mnist_images.js';
import {inside} from '../reader/constants.js';
import {thinned, within} from './lasso.js';
import {digitPlaces, onCanvas, paintMarks} from './map_marks.js';
import {paintImages, paintPoints} from './map_points.js';

/** @import {Place} from './map_marks.js' */
/** @import {TestMap} from './types.js' */

/** @typedef {{x: number, y: number, zoom: number}} View  its middle, and how much larger than all it is shown */

const {IMAGES} = inside;
export const SPAN = 65_535; // of a position
export const MOST_ZOOM = 60;
export const MOST_CORNERS = 48; // of a lasso, so that the address stays short
/** @type {View} */
export const ALL = {x: SPAN / 2, y: SPAN / 2, zoom: 1};
const FEW = 3; // with less zoom the clouds have their digits' names
const THUMBS = 220; // with no more points in sight, their images are shown
const NEAR = 12; // px from a pointer to the point that it means
const STILL = 4; // px that a finger may slip and still taps
const STEP = 0.15; // share of the view that an arrow key moves
/** @type {Record<string, [x: number, y: number]>} */
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

export class MapView {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {TestMap} map
   * @param {{moved: (view: View) => void, lassoed: (lasso: Place[]) => void, lassoing: (on: boolean) => void,
   *   pointed: (index: number | null, at: Place) => void}} calls  moved: and then at rest; lassoed: as positions; pointed: at an image
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
    /** @type {number | null} the image that the pointer is at */
    this.pointedAt = null;
    /** @type {Place} where a pointer came down */
    this.downAt = [0, 0];
    this.digits = digitPlaces(map);
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

  /** @type {(position: {x: number, y: number}) => boolean} whether it is in sight */
  shows(position) {
    const [x, y] = this.toCanvas(position.x, position.y);
    return x >= 0 && y >= 0 && x <= this.canvas.clientWidth && y <= this.canvas.clientHeight;
  }

  /** @type {(x: number, y: number) => [x: number, y: number]} and back, rounded */
  toPosition(x, y) {
    const {scale, view, canvas} = this;
    return [Math.round(view.x + (x - canvas.clientWidth / 2) / scale), Math.round(view.y + (y - canvas.clientHeight / 2) / scale)];
  }

  /** @type {(view: {x: number, y: number, zoom: number}) => void} */
  show({x, y, zoom}) {
    /** @type {(value: number) => number} */
    const inside = (value) => Math.max(0, Math.min(SPAN, value));
    this.view = {x: inside(x), y: inside(y), zoom: Math.max(1, Math.min(MOST_ZOOM, zoom))};
    this.paintSoon();
    this.point(null);
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

  /** Zoom in on the drawing, or on the image nearest to the middle: between two clouds there is nothing to see. */
  zoomIn() {
    const {canvas, map, mine} = this;
    const middle = this.nearest(canvas.clientWidth / 2, canvas.clientHeight / 2);
    const {x, y} = mine ?? {x: map.positions[2 * middle.index], y: map.positions[2 * middle.index + 1]};
    this.zoom(1.6, ...this.toCanvas(x, y));
  }

  listen() {
    const {canvas} = this;
    canvas.addEventListener(
      'wheel',
      (event) => {
        if (event.deltaY > 0 && this.view.zoom === 1) return; // there is no more to show: the page scrolls on
        event.preventDefault();
        this.zoom(1.0015 ** -event.deltaY, event.offsetX, event.offsetY);
      },
      {passive: false},
    );
    canvas.onpointerdown = (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, {x: event.offsetX, y: event.offsetY});
      this.downAt = [event.offsetX, event.offsetY];
      if (this.lassoing && this.pointers.size === 1) this.lasso = [[event.offsetX, event.offsetY]];
    };
    canvas.onpointermove = (event) => this.dragged(event);
    canvas.onpointerup = canvas.onpointercancel = (event) => {
      this.pointers.delete(event.pointerId);
      const still = Math.hypot(event.offsetX - this.downAt[0], event.offsetY - this.downAt[1]) <= STILL;
      if (still) this.point([event.offsetX, event.offsetY]);
      if (!this.lasso || still) return; // who only taps has not drawn around anything yet
      this.calls.lassoed(thinned(this.lasso, MOST_CORNERS).map((place) => this.toPosition(...place)));
      this.setLassoing(false);
    };
    canvas.onpointerleave = ({pointerType}) => pointerType === 'mouse' && this.point(null); // a finger leaves with every tap
    canvas.onkeydown = (event) => {
      const move = ARROWS[event.key];
      const step = (STEP * SPAN) / this.view.zoom;
      if (move) this.show({x: this.view.x + step * move[0], y: this.view.y + step * move[1], zoom: this.view.zoom});
      else if (event.key === '+' || event.key === '=') this.zoomIn();
      else if (event.key === '-') this.zoom(1 / 1.6);
      else if (event.key === '0') this.show(ALL);
      else if (event.key === 'Enter') this.calls.lassoed(this.inSight());
      else return;
      event.preventDefault();
    };
  }

  /** @param {PointerEvent} event */
  dragged(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      this.point([event.offsetX, event.offsetY]);
      return;
    }
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

  /** @type {(lasso: Place[]) => number[]} the images within a polygon of positions */
  within(lasso) {
    const {positions} = this.map;
    return Array.from({length: IMAGES}, (_, i) => i).filter((i) => within(lasso, [positions[2 * i], positions[2 * i + 1]]));
  }

  /** @type {() => Place[]} what is in sight, as a polygon of positions */
  inSight() {
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight];
    return [this.toPosition(0, 0), this.toPosition(width, 0), this.toPosition(width, height), this.toPosition(0, height)];
  }

  /** @type {(x: number, y: number) => {index: number, distance: number}} the image nearest to a place on the canvas, px */
  nearest(x, y) {
    const {canvas, map, scale, view} = this; // asked once: each asks the browser for the canvas's size
    const [left, top] = [view.x + (x - canvas.clientWidth / 2) / scale, view.y + (y - canvas.clientHeight / 2) / scale];
    let [index, least] = [0, Number.POSITIVE_INFINITY];
    for (let i = 0; i < IMAGES; i++) {
      const [dx, dy] = [map.positions[2 * i] - left, map.positions[2 * i + 1] - top];
      const square = dx * dx + dy * dy;
      if (square < least) [index, least] = [i, square];
    }
    return {index, distance: scale * Math.sqrt(least)};
  }

  /** @param {Place | null} at  where the pointer is, null: nowhere; which image is there is said */
  point(at) {
    const near = at && this.nearest(...at);
    const found = near && near.distance <= NEAR ? near.index : null;
    if (found === this.pointedAt) return;
    this.pointedAt = found;
    const {positions} = this.map;
    this.calls.pointed(found, found === null ? [0, 0] : this.toCanvas(positions[2 * found], positions[2 * found + 1]));
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
    const inSight = paintPoints(this, context);
    if (inSight.length <= THUMBS && this.view.zoom > 2) {
      if (this.images) paintImages(this, this.images, context, inSight);
      else this.withImages().then((found) => found && this.paintSoon());
    }
    canvas.dataset.points = String(inSight.length);
  }

  mark() {
    const {mine, lasso, map, canvas} = this;
    /** @type {(i: number) => Place} */
    const place = (i) => this.toCanvas(map.positions[2 * i], map.positions[2 * i + 1]);
    const digits = this.view.zoom < FEW ? this.digits.map((at) => this.toCanvas(...at)) : [];
    paintMarks(this.marks, {mine: mine && {at: this.toCanvas(mine.x, mine.y), nearest: mine.nearest.map(place)}, lasso, digits});
    if (mine) canvas.dataset.mine = `${Math.round(mine.x)},${Math.round(mine.y)}`;
  }
}
