// Draws a training as it goes: the curves of loss and accuracy (`Chart`) and the first layer's weights (`showPictures`).

import {context2d} from '../page/dom.js';
import {element, forAndAgainst} from './paint.js';

/** @import {Pictures, Progress} from './train_types.js' */

const [HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [190, 40, 46, 12, 24]; // px
const SHOWN = 56; // px of a picture of weights, at most
const MOST_LOSS = 2.4; // a little above ln 10 = 2.30, that of a network that guesses

export class Chart {
  /** @param {HTMLElement} panel  it is put at its end */
  constructor(panel) {
    /** @type {Progress[]} */
    this.points = [];
    this.figure = panel.appendChild(element('figure', '', 'ex-chart'));
    this.canvas = this.figure.appendChild(document.createElement('canvas'));
    this.canvas.setAttribute('role', 'img');
    const key = this.figure.appendChild(element('figcaption', '', 'soft'));
    key.append(
      element('span', 'loss, left: how wrong', 'ex-loss'),
      element('span', 'accuracy, right: the share that is right', 'ex-accuracy'),
    );
    this.asked = false;
    new ResizeObserver(() => this.soon()).observe(this.figure);
    this.clear();
  }

  clear() {
    this.points = [];
    this.soon();
  }

  /** @param {Progress} point */
  add(point) {
    this.points.push(point);
    this.soon();
  }

  /** Draw with the next frame, once. */
  soon() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.draw();
    });
  }

  draw() {
    const last = this.points.at(-1);
    this.canvas.setAttribute(
      'aria-label',
      last
        ? `Curves of the training: at step ${last.step} of ${last.steps} the loss is ${last.loss.toFixed(3)}, and ${percent(last.accuracy)} are right.`
        : 'Curves of the training, empty yet.',
    );
    const [width, density] = [this.figure.clientWidth, devicePixelRatio];
    if (!width) return;
    Object.assign(this.canvas, {width: Math.round(width * density), height: Math.round(HEIGHT * density)});
    const context = context2d(this.canvas);
    context.scale(density, density);
    const colour = colours(this.figure);
    const x = (/** @type {number} */ share) => LEFT + share * (width - LEFT - RIGHT);
    const y = (/** @type {number} */ share) => TOP + (1 - Math.max(0, Math.min(1, share))) * (HEIGHT - TOP - BOTTOM);
    context.font = '12px system-ui, sans-serif';
    context.lineWidth = 1;
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      context.strokeStyle = colour.line;
      context.beginPath();
      context.moveTo(x(0), y(share));
      context.lineTo(x(1), y(share));
      context.stroke();
      context.fillStyle = colour.loss;
      context.textAlign = 'right';
      context.fillText((share * MOST_LOSS).toFixed(1), x(0) - 6, y(share) + 4);
      context.fillStyle = colour.accuracy;
      context.textAlign = 'left';
      context.fillText(`${Math.round(100 * share)} %`, x(1) + 6, y(share) + 4);
    }
    context.fillStyle = colour.soft;
    context.textAlign = 'center';
    context.fillText(last ? `${last.steps.toLocaleString('en')} steps` : 'steps', x(0.5), HEIGHT - 6);
    if (!last) return;
    this.curve(context, colour.loss, [], (point) => [x(point.step / last.steps), y(point.loss / MOST_LOSS)]);
    this.curve(context, colour.accuracy, [6, 3], (point) => [x(point.step / last.steps), y(point.accuracy)]);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {string} colour
   * @param {number[]} dashes  so that the curves differ without their colours too
   * @param {(point: Progress) => [x: number, y: number]} at
   */
  curve(context, colour, dashes, at) {
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.setLineDash(dashes);
    context.beginPath();
    for (const point of this.points) context.lineTo(...at(point));
    context.stroke();
    context.setLineDash([]);
  }
}

/** @param {HTMLElement} figure  the colours that its parts have now, in any theme and in forced colours */
function colours(figure) {
  const of = (/** @type {string} */ part) => getComputedStyle(figure.querySelector(part) ?? figure).color;
  return {loss: of('.ex-loss'), accuracy: of('.ex-accuracy'), soft: of('figcaption'), line: getComputedStyle(figure).borderTopColor};
}

/** @type {(share: number) => string} */
export const percent = (share) => `${(100 * share).toFixed(2)} %`;

/**
 * Paint the first layer's weights, each picture with its own range. One canvas holds them all: two dozen would take their time with each frame.
 * @param {HTMLCanvasElement} canvas
 * @param {Pictures} pictures
 */
export function showPictures(canvas, {side, values, of}) {
  const [each, cell] = [side * side, side + 1];
  const n = values.length / each;
  const scale = Math.floor(SHOWN / side);
  const columns = Math.max(1, Math.min(n, Math.floor((canvas.parentElement?.clientWidth ?? 0) / (scale * cell))));
  const [width, height] = [columns * cell - 1, Math.ceil(n / columns) * cell - 1];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, {width, height});
  canvas.style.width = `${scale * width}px`;
  const context = context2d(canvas);
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let at = 0; at < n; at++) {
    const one = values.subarray(each * at, each * (at + 1));
    const most = one.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-9);
    const corner = width * cell * Math.floor(at / columns) + cell * (at % columns);
    for (let pixel = 0; pixel < each; pixel++) {
      pixels[corner + width * Math.floor(pixel / side) + (pixel % side)] = forAndAgainst(one[pixel] / most);
    }
  }
  context.putImageData(image, 0, 0);
  canvas.setAttribute('aria-label', `The weights of ${n} of the first layer’s ${of} neurons, as pictures of ${side} × ${side}.`);
}
