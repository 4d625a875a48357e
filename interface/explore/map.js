// "Map of 10,000": where the network puts MNIST's test images, and the drawing among them.

import {context2d, sentence} from '../page/dom.js';
import {mnistImages} from '../page/mnist_images.js';
import {inside as constants} from '../reader/constants.js';
import {inside} from '../reader/reader.js';
import {testMap} from './files.js';
import {element, figures} from './paint.js';

/** @import {Drawn, Part, TestMap} from './types.js' */
/** @import {Explore} from './tab.js' */

const {PLACE, IMAGES} = constants;
const SPAN = 65_535; // of a position
const NEAREST = 8; // test images shown beside the drawing; its place is the mean of them, the nearer the more
const MOST_ZOOM = 60;
const THUMBS = 220; // with no more points in sight, their images are shown
const MOST_LASSOED = 60; // images shown of those in a lasso
const STEP = 0.15; // share of the view that an arrow key moves

// Ten colours that stay apart for most colour-blind eyes on both grounds; the key names each digit, and words say it again.
const COLOURS = ['#3d7dd8', '#e07b1f', '#2f9e6b', '#c8463c', '#8b62c9', '#a9783f', '#d75fa6', '#7f8790', '#b0a219', '#1fa8b8'];
const [RIGHT, WRONG] = ['#8b8f98', '#d1332b'];

/**
 * @param {HTMLElement} panel
 * @param {Explore} tab
 * @returns {Promise<Part>}
 */
export async function start(panel, tab) {
  return new PointMap(panel, tab, await testMap());
}

/** @implements {Part} */
class PointMap {
  /**
   * @param {HTMLElement} panel
   * @param {Explore} tab
   * @param {TestMap} map
   */
  constructor(panel, tab, map) {
    this.tab = tab;
    this.map = map;
    this.images = /** @type {Uint8Array | null} */ (null);
    this.by = 'class';
    /** What is in sight: its middle, and how much larger than all it is shown. */
    this.view = {x: SPAN / 2, y: SPAN / 2, zoom: 1};
    /** @type {{x: number, y: number, nearest: number[]} | null} */
    this.mine = null;
    /** @type {[x: number, y: number][] | null} on the canvas, px */
    this.lasso = null;
    this.lassoing = false;
    /** @type {number | null} */
    this.frame = null;
    /** @type {Map<number, {x: number, y: number}>} pointers that are down */
    this.pointers = new Map();
    /** @type {Drawn | null} */
    this.seen = null;
    this.looking = false;

    panel.append(
      element('h2', 'Where the network puts the 10,000 test images'),
      element(
        'p',
        'Each point is an image; the nearer two points, the more alike they are to the network’s last layer (t-SNE of its 192 features). Your drawing is put among the eight images that are nearest to it in those features: the mean of their places, the nearer the more.',
        'soft',
      ),
    );
    const row = panel.appendChild(element('div', '', 'ex-row'));
    const choice = document.createElement('select');
    for (const [value, words] of [
      ['class', 'by digit'],
      ['error', 'by error'],
      ['doubt', 'by doubt'],
    ]) {
      choice.append(new Option(words, value));
    }
    choice.value = this.by = ['class', 'error', 'doubt'].find((one) => one === tab.fromAddress('by')) ?? 'class';
    choice.onchange = () => {
      this.by = choice.value;
      tab.setAddress({by: choice.value});
      this.key();
      this.paintSoon();
    };
    const label = element('label', 'Colour ');
    label.append(choice);
    this.lassoButton = element('button', 'Lasso');
    this.lassoButton.type = 'button';
    this.lassoButton.setAttribute('aria-pressed', 'false');
    this.lassoButton.title = 'Draw around points to see their images';
    this.lassoButton.onclick = () => this.setLassoing(!this.lassoing);
    const [larger, smaller, all] = ['+', '−', 'All'].map((words) => Object.assign(element('button', words), {type: 'button'}));
    larger.setAttribute('aria-label', 'Zoom in');
    smaller.setAttribute('aria-label', 'Zoom out');
    larger.onclick = () => this.zoom(1.6);
    smaller.onclick = () => this.zoom(1 / 1.6);
    all.onclick = () => this.show({x: SPAN / 2, y: SPAN / 2, zoom: 1});
    row.append(label, this.lassoButton, larger, smaller, all);

    const frame = panel.appendChild(element('div', '', 'ex-map'));
    this.canvas = frame.appendChild(document.createElement('canvas'));
    this.canvas.dataset.testid = 'map';
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute('role', 'application');
    this.canvas.setAttribute('aria-label', 'Map of the 10,000 test images. Arrow keys move, plus and minus zoom.');
    this.keyLine = panel.appendChild(element('div', '', 'ex-key'));
    this.words = panel.appendChild(element('p', 'Draw a digit to see where it falls.'));
    this.words.setAttribute('role', 'status');
    this.near = panel.appendChild(element('div', '', 'ex-digits'));
    this.lassoed = panel.appendChild(element('div'));
    this.listen();
    const [x, y, zoom] = (tab.fromAddress('view') ?? '').split(',').map(Number);
    if (zoom >= 1 && zoom <= MOST_ZOOM && x >= 0 && x <= SPAN && y >= 0 && y <= SPAN) this.view = {x, y, zoom};
    this.key();
    new ResizeObserver(() => this.paintSoon()).observe(this.canvas);
    new MutationObserver(() => this.paintSoon()).observe(document.body, {attributeFilter: ['class']});
  }

  opened() {
    this.paintSoon();
  }

  // ---- the drawing ----

  /** @param {Drawn | null} drawn */
  drawn(drawn) {
    this.seen = drawn;
    if (!this.looking) this.look();
  }

  async look() {
    this.looking = true;
    try {
      /** @type {Drawn | null | undefined} */
      let last;
      while (this.seen !== last) {
        last = this.seen;
        const place = last && (await inside({image: last.image})).place;
        this.mine = place ? this.placed(place) : null;
        this.describe();
        this.paintSoon();
      }
    } catch (error) {
      this.tab.showProblem(sentence(error));
    } finally {
      this.looking = false;
    }
  }

  /**
   * Among its nearest neighbours of all 10,000.
   * @param {Float32Array} place
   */
  placed(place) {
    const {places, positions} = this.map;
    const distances = new Float32Array(IMAGES);
    for (let i = 0, at = 0; i < IMAGES; i++) {
      let sum = 0;
      for (let k = 0; k < PLACE; k++, at++) {
        const difference = places[at] - place[k];
        sum += difference * difference;
      }
      distances[i] = sum;
    }
    const nearest = smallest(distances, NEAREST);
    let [x, y, total] = [0, 0, 0];
    for (const i of nearest) {
      const weight = 1 / (Math.sqrt(distances[i]) + 1);
      x += weight * positions[2 * i];
      y += weight * positions[2 * i + 1];
      total += weight;
    }
    return {x: x / total, y: y / total, nearest};
  }

  describe() {
    if (!this.mine) {
      this.words.textContent = 'Draw a digit to see where it falls.';
      this.near.replaceChildren();
      return;
    }
    const {nearest} = this.mine;
    /** @type {Map<number, number>} */
    const counts = new Map();
    for (const i of nearest) counts.set(this.map.labels[i], (counts.get(this.map.labels[i]) ?? 0) + 1);
    const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([label, n]) => `${n} ${n === 1 ? 'is' : 'are'} ${label}`);
    this.words.textContent = `Of the ${NEAREST} test images nearest to your drawing, ${parts.join(', ')}:`;
    this.withImages().then((images) => {
      if (images && this.mine?.nearest === nearest) this.near.replaceChildren(...figures(nearest.map((index) => this.figure(images, index))));
    });
  }

  /** @type {() => Promise<Uint8Array | null>} the test images, null where they are not to be had */
  async withImages() {
    this.images ??= (await mnistImages('test').catch(() => null))?.images ?? null;
    return this.images;
  }

  /** @type {(images: Uint8Array, index: number) => {images: Uint8Array, index: number, caption: string, miss: boolean}} */
  figure(images, index) {
    const [label, answer] = [this.map.labels[index], this.map.answers[index]];
    return {images, index, caption: label === answer ? String(label) : `${label}, read ${answer}`, miss: label !== answer};
  }

  // ---- the view ----

  /** @type {() => number} px of the canvas for one unit of a position */
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
    clearTimeout(this.addressTimer);
    this.addressTimer = setTimeout(() => {
      const {view} = this;
      this.tab.setAddress({view: view.zoom === 1 ? null : `${Math.round(view.x)},${Math.round(view.y)},${view.zoom.toFixed(1)}`});
    }, 400);
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
      if (this.lasso && this.lasso.length > 2) this.showLassoed(this.lasso);
      if (this.lasso) this.setLassoing(false);
    };
    canvas.onkeydown = (event) => {
      const moves = /** @type {Record<string, [number, number]>} */ ({ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]});
      const move = moves[event.key];
      const step = (STEP * SPAN) / this.view.zoom;
      if (move) this.show({x: this.view.x + step * move[0], y: this.view.y + step * move[1], zoom: this.view.zoom});
      else if (event.key === '+' || event.key === '=') this.zoom(1.6);
      else if (event.key === '-') this.zoom(1 / 1.6);
      else if (event.key === '0') this.show({x: SPAN / 2, y: SPAN / 2, zoom: 1});
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
    this.lassoButton.setAttribute('aria-pressed', String(on));
    this.canvas.classList.toggle('lasso', on);
    this.paintSoon();
  }

  /** @param {[x: number, y: number][]} lasso */
  async showLassoed(lasso) {
    const {positions, labels, answers} = this.map;
    /** @type {number[]} */
    const found = [];
    for (let i = 0; i < IMAGES; i++) if (within(lasso, this.toCanvas(positions[2 * i], positions[2 * i + 1]))) found.push(i);
    const wrong = found.filter((i) => labels[i] !== answers[i]);
    const shown = [...wrong, ...found.filter((i) => labels[i] === answers[i])].slice(0, MOST_LASSOED);
    const words = `${found.length.toLocaleString('en')} images in the lasso, ${wrong.length} of them misread at one look${shown.length < found.length ? `; the first ${shown.length}, misread ones before the others` : ''}:`;
    const list = element('div', '', 'ex-digits');
    this.lassoed.replaceChildren(element('h3', words), list);
    const images = await this.withImages();
    if (images) list.append(...figures(shown.map((index) => this.figure(images, index))));
    else list.append(element('p', 'MNIST’s images are not here.', 'soft'));
  }

  // ---- painting ----

  key() {
    const entries = {
      class: COLOURS.map((colour, digit) => [colour, String(digit)]),
      error: [
        [RIGHT, 'read right'],
        [WRONG, 'misread at one look'],
      ],
      doubt: [
        [doubt(255), 'certain'],
        [doubt(128), 'half certain'],
        [doubt(60), 'in doubt'],
      ],
    }[this.by];
    this.keyLine.replaceChildren(
      ...(entries ?? []).map(([colour, words]) => {
        const entry = element('span');
        const patch = entry.appendChild(element('i'));
        patch.style.background = colour;
        entry.append(words);
        return entry;
      }),
    );
  }

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

/** @type {(certainty: number) => string} of 0–255: certain is grey, doubt is red */
function doubt(certainty) {
  const share = Math.round((4 * (255 - certainty)) / 255) / 4; // five colours are few enough to be painted one after the other
  return share === 0 ? RIGHT : `rgb(${Math.round(139 + 70 * share)} ${Math.round(143 - 92 * share)} ${Math.round(152 - 109 * share)})`;
}

/**
 * The indices of the smallest values, the smallest first.
 * @param {Float32Array} values
 * @param {number} n
 * @returns {number[]}
 */
export function smallest(values, n) {
  /** @type {number[]} */
  const found = [];
  for (let i = 0; i < values.length; i++) {
    if (found.length === n && values[i] >= values[found[n - 1]]) continue;
    let at = found.length;
    while (at > 0 && values[found[at - 1]] > values[i]) at -= 1;
    found.splice(at, 0, i);
    if (found.length > n) found.pop();
  }
  return found;
}

/**
 * Whether a place lies within a polygon (a line to the right crosses it an odd number of times).
 * @param {[x: number, y: number][]} polygon
 * @param {[x: number, y: number]} place
 */
export function within(polygon, [x, y]) {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [[x1, y1], [x2, y2]] = [polygon[i], polygon[j]];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}
