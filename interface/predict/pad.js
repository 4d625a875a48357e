// The pad: pen, eraser, undo and redo on a canvas, by mouse, finger, stylus or keyboard. It knows nothing of models:
// it calls `changed(how)` when the drawing differs ('moved': a stroke grew; 'replaced': by undo, redo, clear) and when a
// stroke ends ('lifted': nothing new since it last moved).

import {SIDE, paintStroke} from './strokes.js';

const STEP = 7; // pad units an arrow key moves the keyboard's pen: 40 steps across
const ARROWS = {ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP]};

export class Sketchpad {
  /** canvas: a square <canvas>; drawn strokes are in pad units (see strokes.js). */
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.strokes = [];
    this.past = []; // earlier lists of strokes; a list is never changed once it is here
    this.future = [];
    this.width = 16;
    this.erasing = false;
    this.current = null; // the stroke under way
    this.pointer = null; // the pointer that draws it: a second finger draws nothing
    this.cursor = null; // where the keyboard's pen is
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
  get all() {
    return this.current ? [...this.strokes, this.current] : this.strokes;
  }

  // ---- drawing ----

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const point = [((event.clientX - box.left) * SIDE) / box.width, ((event.clientY - box.top) * SIDE) / box.height];
    return event.pointerType === 'pen' ? [...point, event.pressure] : point; // others have none, or only say 0.5
  }

  begin(point, erase) {
    this.current = {width: this.width * (erase ? 1.6 : 1), erase, points: [point]};
  }

  down(event) {
    if (this.pointer !== null || (event.button > 0 && event.button !== 5)) return;
    this.lift();
    this.cursor = null;
    this.pointer = event.pointerId;
    try {
      this.canvas.setPointerCapture(event.pointerId);
    } catch {
      /* the pointer is already gone */
    }
    this.begin(this.place(event), this.erasing || event.button === 5); // 5: the eraser end of a stylus
    this.paint();
    this.changed('moved');
  }

  move(event) {
    if (event.pointerId !== this.pointer || !this.current) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const part of events.length ? events : [event]) this.extend(this.place(part));
    this.soon();
    this.changed('moved');
  }

  extend(point) {
    const last = this.current.points.at(-1);
    if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= 0.5) this.current.points.push(point);
  }

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

  become(strokes, how = 'replaced') {
    this.past.push(this.strokes);
    this.future = [];
    this.set(strokes, how);
  }

  set(strokes, how = 'replaced') {
    this.strokes = strokes;
    this.repaint();
    this.changed(how);
  }

  /** Step back once; clearing can be undone too. */
  undo() {
    this.lift();
    if (this.past.length) {
      this.future.push(this.strokes);
      this.set(this.past.pop());
    }
  }
  redo() {
    if (this.future.length) {
      this.past.push(this.strokes);
      this.set(this.future.pop());
    }
  }
  clear() {
    this.lift();
    if (this.strokes.length) this.become([]);
  }

  // ---- keyboard: arrows move the pen, Space or Enter puts it down and lifts it ----

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = ARROWS[event.key];
    if (!step && event.key !== ' ' && event.key !== 'Enter') return;
    event.preventDefault();
    this.cursor ??= [SIDE / 2, SIDE / 4];
    if (step) {
      this.cursor = this.cursor.map((value, axis) => Math.max(0, Math.min(SIDE, value + step[axis])));
      if (this.current) this.extend(this.cursor);
    } else if (this.current) this.lift();
    else this.begin(this.cursor, this.erasing);
    this.paint();
    if (this.current) this.changed('moved');
  }

  // ---- painting ----

  resize() {
    const side = Math.round(this.canvas.clientWidth * (window.devicePixelRatio || 1));
    if (!side || side === this.canvas.width) return; // 0: in a hidden tab
    for (const canvas of [this.canvas, this.finished]) canvas.width = canvas.height = side;
    this.repaint();
  }

  repaint() {
    const context = this.finished.getContext('2d');
    this.colour = getComputedStyle(this.canvas).color;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.finished.width, this.finished.height);
    context.scale(this.finished.width / SIDE, this.finished.width / SIDE);
    for (const stroke of this.strokes) paintStroke(context, stroke, this.colour);
    this.paint();
  }

  /** Paint at the next frame, once, however many events come before it. */
  soon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.paint();
    });
  }

  paint() {
    const side = this.canvas.width;
    if (!side || !this.finished.width) return;
    const context = this.canvas.getContext('2d');
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, side, side);
    context.drawImage(this.finished, 0, 0);
    context.scale(side / SIDE, side / SIDE);
    if (this.current) paintStroke(context, this.current, this.colour);
    if (this.cursor) this.paintCursor(context);
  }

  paintCursor(context) {
    context.strokeStyle = getComputedStyle(this.canvas).getPropertyValue('--accent') || this.colour;
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(...this.cursor, this.width / 2 + 3, 0, 2 * Math.PI);
    context.stroke();
  }
}
