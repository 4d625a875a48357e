// The pad: pen, eraser, undo and redo on a canvas, by mouse, finger, stylus or keyboard. It knows nothing of models.

import {context2d} from './dom.js';
import {paintStroke, SIDE} from './strokes.js';

/** @import {Change, Point, Stroke} from './types.js' */

const STEP = 7; // pad units an arrow key moves the keyboard's pen: 40 steps across
/** @type {Record<string, [number, number]>} */
const ARROWS = {ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP]};
const ERASER_WIDER = 1.6; // times the brush: a stroke can be wiped away along it
const NEAR = 0.5; // pad units; a point this near the last one adds nothing
const PALM = 1000; // ms after a stylus was seen within which a touch is the hand that holds it
const GESTURE = 250; // ms within which a second finger makes the first one's stroke a gesture
const ERASER_BUTTON = 5; // a pointer event's button: the eraser end of a stylus

export class Sketchpad {
  /**
   * @param {HTMLCanvasElement} canvas  square
   * @param {(how: Change) => void} changed  called when the drawing differs, and when a stroke ends
   */
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    /** @type {Stroke[]} without the one under way */
    this.strokes = [];
    /** @type {Stroke[][]} earlier lists of strokes; a list is never changed once it is here */
    this.past = [];
    /** @type {Stroke[][]} */
    this.future = [];
    /** The brush, in pad units. */
    this.width = 16;
    this.erasing = false;
    /** @type {Stroke | null} the stroke under way */
    this.current = null;
    /** @type {number | null} the pointer that draws it: a second finger draws nothing */
    this.pointer = null;
    this.pointerType = '';
    /** When it came down, and when a stylus was last here: event times, ms. */
    this.downAt = 0;
    this.penAt = Number.NEGATIVE_INFINITY;
    /** @type {[x: number, y: number] | null} where the keyboard's pen is */
    this.cursor = null;
    /** @type {number | null} the animation frame that will paint */
    this.frame = null;
    this.colour = '';
    this.finished = document.createElement('canvas'); // all strokes but the current one, already painted
    canvas.addEventListener('pointerdown', (event) => this.down(event));
    canvas.addEventListener('pointermove', (event) => this.move(event));
    canvas.addEventListener('pointerup', (event) => this.up(event));
    canvas.addEventListener('pointercancel', (event) => this.up(event));
    canvas.addEventListener('lostpointercapture', (event) => this.up(event));
    canvas.addEventListener('keydown', (event) => this.key(event));
    canvas.addEventListener('blur', () => {
      this.lift();
      this.cursor = null;
      this.paint();
    });
    new ResizeObserver(() => this.resize()).observe(canvas);
    // the ink has the text's colour, so it is painted anew when the theme turns
    new MutationObserver(() => this.repaint()).observe(document.body, {attributeFilter: ['class']});
    this.resize();
  }

  get empty() {
    return !this.strokes.length && !this.current;
  }

  /** All strokes, with the one under way. */
  get all() {
    return this.current ? [...this.strokes, this.current] : this.strokes;
  }

  // ---- drawing ----

  /** @type {(event: PointerEvent) => Point} where a pointer is */
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [((event.clientX - box.left) * SIDE) / box.width, ((event.clientY - box.top) * SIDE) / box.height];
    return event.pointerType === 'pen' ? [x, y, event.pressure] : [x, y]; // others have no pressure, or only say 0.5
  }

  /**
   * Put a pen down.
   * @param {Point} point
   * @param {boolean} erase
   */
  begin(point, erase) {
    this.current = {width: this.width * (erase ? ERASER_WIDER : 1), erase, points: [point]};
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button > 0 && event.button !== ERASER_BUTTON) return;
    if (event.pointerType === 'pen') this.penAt = event.timeStamp;
    if (this.isPalm(event) || !this.yields(event)) return;
    this.lift();
    this.cursor = null;
    this.pointer = event.pointerId;
    this.pointerType = event.pointerType;
    this.downAt = event.timeStamp;
    try {
      this.canvas.setPointerCapture(event.pointerId);
    } catch {
      // the pointer is already gone
    }
    this.begin(this.place(event), this.erasing || event.button === ERASER_BUTTON);
    this.paint();
    this.changed('moved');
  }

  /** @type {(event: PointerEvent) => boolean} a hand that rests on the screen while a stylus draws */
  isPalm(event) {
    return event.pointerType === 'touch' && event.timeStamp - this.penAt < PALM;
  }

  /**
   * Whether the stroke under way gives way to a pointer that comes down: to a stylus, whose palm it was; to a second finger, with which
   * it was no stroke but a gesture; to a pointer whose end nobody heard.
   * @param {PointerEvent} event
   */
  yields(event) {
    if (this.pointer === null) return true;
    const pen = event.pointerType === 'pen' && this.pointerType === 'touch';
    const gesture = event.pointerType === 'touch' && !event.isPrimary && event.timeStamp - this.downAt < GESTURE;
    if (pen || gesture) this.drop();
    return pen || event.pointerId === this.pointer || (event.isPrimary && event.pointerType === this.pointerType);
  }

  /** Forget the stroke under way. */
  drop() {
    this.current = null;
    this.pointer = null;
    this.repaint();
    this.changed('replaced');
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (event.pointerType === 'pen') this.penAt = event.timeStamp;
    if (event.pointerId !== this.pointer || !this.current) return;
    if (event.pointerType === 'mouse' && !event.buttons) {
      this.up(event); // it was released where nobody could hear it
      return;
    }
    const events = event.getCoalescedEvents?.() ?? [];
    for (const part of events.length ? events : [event]) extend(this.current, this.place(part));
    this.paintSoon();
    this.changed('moved');
  }

  /** @param {PointerEvent} event */
  up(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.lift();
  }

  /** End the stroke under way, if there is one. */
  lift() {
    if (!this.current) return;
    const stroke = this.current;
    this.current = null;
    this.become([...this.strokes, stroke], 'lifted');
  }

  // ---- history ----

  /**
   * Make `strokes` the drawing; undo brings back the one before.
   * @param {Stroke[]} strokes
   * @param {Change} [how]
   */
  become(strokes, how = 'replaced') {
    this.past.push(this.strokes);
    this.future = [];
    this.set(strokes, how);
  }

  /**
   * Make `strokes` the drawing, without a step of history.
   * @param {Stroke[]} strokes
   * @param {Change} [how]
   */
  set(strokes, how = 'replaced') {
    this.strokes = strokes;
    this.repaint();
    this.changed(how);
  }

  /** Step back once; clearing can be undone too. */
  undo() {
    this.lift();
    const before = this.past.pop();
    if (!before) return;
    this.future.push(this.strokes);
    this.set(before);
  }

  redo() {
    const after = this.future.pop();
    if (!after) return;
    this.past.push(this.strokes);
    this.set(after);
  }

  clear() {
    this.lift();
    if (this.strokes.length) this.become([]);
  }

  // ---- keyboard: arrows move the pen, Space or Enter puts it down and lifts it ----

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = ARROWS[event.key];
    if (!step && event.key !== ' ' && event.key !== 'Enter') return;
    event.preventDefault();
    if (!step && event.repeat) return; // a key that is held
    this.cursor ??= [SIDE / 2, SIDE / 4];
    if (step) {
      this.cursor = [inside(this.cursor[0] + step[0]), inside(this.cursor[1] + step[1])];
      if (this.current) extend(this.current, this.cursor);
    } else if (this.current) this.lift();
    else this.begin(this.cursor, this.erasing);
    this.paint();
    if (this.current) this.changed('moved');
  }

  // ---- painting ----

  /** Give the canvas as many pixels as the screen has for it. */
  resize() {
    const side = Math.round(this.canvas.clientWidth * (window.devicePixelRatio || 1));
    if (!side || side === this.canvas.width) return; // 0: in a hidden tab
    for (const canvas of [this.canvas, this.finished]) Object.assign(canvas, {width: side, height: side});
    this.repaint();
  }

  /** Paint everything anew. */
  repaint() {
    const context = context2d(this.finished);
    this.colour = getComputedStyle(this.canvas).color;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.finished.width, this.finished.height);
    context.scale(this.finished.width / SIDE, this.finished.width / SIDE);
    for (const stroke of this.strokes) paintStroke(context, stroke, this.colour);
    this.paint();
  }

  /** Paint at the next frame, once, however many events come before it. */
  paintSoon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.paint();
    });
  }

  /** Paint the stroke under way and the keyboard's pen on what is finished. */
  paint() {
    const side = this.canvas.width;
    if (!side || !this.finished.width) return;
    const context = context2d(this.canvas);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, side, side);
    context.drawImage(this.finished, 0, 0);
    context.scale(side / SIDE, side / SIDE);
    if (this.current) paintStroke(context, this.current, this.colour);
    if (this.cursor) this.paintCursor(context, ...this.cursor);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} x
   * @param {number} y
   */
  paintCursor(context, x, y) {
    context.strokeStyle = getComputedStyle(this.canvas).getPropertyValue('--accent') || this.colour;
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(x, y, this.width / 2 + 3, 0, 2 * Math.PI);
    context.stroke();
  }
}

/** @type {(value: number) => number} */
const inside = (value) => Math.max(0, Math.min(SIDE, value));

/**
 * Add a point to a stroke, unless it is too near the last one.
 * @param {Stroke} stroke
 * @param {Point} point
 */
function extend({points}, point) {
  const last = points[points.length - 1];
  if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= NEAR) points.push(point);
}
