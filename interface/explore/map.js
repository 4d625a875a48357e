// "Map of 10,000": where the network puts MNIST's test images, and the drawing among them.

import {inside as constants} from '../reader/constants.js';
import {testMap} from './files.js';
import {COLOURS, doubt, RIGHT, WRONG} from './map_colours.js';
import {caption, figure, Gallery} from './map_gallery.js';
import {ALL, MapView, MOST_CORNERS, MOST_ZOOM, SPAN} from './map_view.js';
import {button, element, figures, imageCanvas} from './paint.js';

/** @import {Drawn, Part, TestMap} from './types.js' */
/** @import {Explore} from './tab.js' */

const {PLACE, IMAGES} = constants;
const NEAREST = 8; // test images shown beside the drawing; its place is the mean of them, the nearer the more
const EDGE = 48; // px from the map's edge to the middle of a point's image
const LASSO = 'Lasso';
const LASSOING = 'Now draw around some points';
const HOW =
  'Point at an image, or tap it, to see it. Drag to move; zoom in with the wheel, two fingers or +, and the points become images. By keyboard: arrow keys, + and −, 0 for all, Enter to list the images in sight.';
const COLOURED = {class: 'by digit', error: 'by error', doubt: 'by doubt'};

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
    panel.append(
      element('h2', 'Where the network puts the 10,000 test images'),
      element(
        'p',
        'Each point is one of MNIST’s 10,000 handwritten test digits; those that look alike to the network lie near each other (t-SNE of its last layer’s 192 features). Draw a digit, and it falls among the eight that are most like it.',
        'soft',
      ),
    );
    const canvas = document.createElement('canvas');
    canvas.dataset.testid = 'map';
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute(
      'aria-label',
      'Map of the 10,000 test images. Arrow keys move, plus and minus zoom, 0 shows all, Enter lists the images in sight.',
    );
    this.lassoButton = button(LASSO);
    this.lassoButton.onclick = () => this.view.setLassoing(!this.view.lassoing);
    this.lassoButton.setAttribute('aria-pressed', 'false');
    this.view = new MapView(canvas, map, {
      moved: (view) => tab.setAddress({view: isAll(view) ? null : `${Math.round(view.x)},${Math.round(view.y)},${view.zoom.toFixed(1)}`}),
      lassoed: (lasso) => {
        tab.setAddress({lasso: lasso.flat().join('.')});
        this.gallery.show(this.view.within(lasso));
        this.gallery.heading.scrollIntoView({block: 'nearest'});
      },
      lassoing: (on) => {
        this.lassoButton.setAttribute('aria-pressed', String(on));
        this.lassoButton.textContent = on ? LASSOING : LASSO;
      },
      pointed: (index, at) => this.showPointed(index, at),
    });
    this.choice = document.createElement('select');
    panel.append(this.controls());
    this.keyLine = panel.appendChild(element('div', '', 'ex-key'));
    this.pointed = element('figure', '', 'ex-pointed');
    this.pointed.hidden = true;
    panel.appendChild(element('div', '', 'ex-map')).append(canvas, this.view.marks, this.pointed);
    panel.append(element('p', HOW, 'soft'));
    this.words = panel.appendChild(element('p'));
    this.words.setAttribute('role', 'status');
    this.near = panel.appendChild(element('div', '', 'ex-digits'));
    /** @type {Map<number, HTMLElement>} the figures in there, which stay while their images do */
    this.figures = new Map();
    this.gallery = new Gallery(panel, map, () => this.view.withImages());
    panel.addEventListener('keydown', ({key}) => {
      if (key === 'Escape' && this.view.lassoing) this.view.setLassoing(false);
    });
    this.describe();
    this.addressed();
  }

  /** Show what the address names: the view, the colours, a lasso. */
  addressed() {
    const by = this.tab.fromAddress('by') ?? '';
    this.choice.value = this.view.by = by in COLOURED ? by : 'class';
    const [x, y, zoom] = (this.tab.fromAddress('view') ?? '').split(',').map(Number);
    const seen = zoom >= 1 && zoom <= MOST_ZOOM && x >= 0 && x <= SPAN && y >= 0 && y <= SPAN;
    this.view.view = seen ? {x, y, zoom} : ALL;
    this.view.paintSoon();
    const lasso = lassoOf(this.tab.fromAddress('lasso'));
    if (lasso) this.gallery.show(this.view.within(lasso));
    else this.gallery.clear();
    this.key();
  }

  controls() {
    const row = element('div', '', 'ex-row');
    const {choice} = this;
    for (const [value, words] of Object.entries(COLOURED)) choice.append(new Option(words, value));
    choice.onchange = () => {
      this.view.by = choice.value;
      this.tab.setAddress({by: choice.value});
      this.key();
      this.view.paintSoon();
    };
    const label = element('label', 'Colour ');
    label.append(choice);
    const [larger, smaller, all] = ['+', '−', 'All'].map((words) => button(words));
    larger.onclick = () => this.view.zoomIn();
    smaller.onclick = () => this.view.zoom(1 / 1.6);
    all.onclick = () => this.view.show(ALL);
    larger.setAttribute('aria-label', 'Zoom in');
    smaller.setAttribute('aria-label', 'Zoom out');
    row.append(label, this.lassoButton, larger, smaller, all);
    return row;
  }

  opened() {
    this.view.paintSoon();
  }

  /** @param {Drawn | null} drawn  is put on the map */
  drawn(drawn) {
    const place = drawn?.inside.place;
    this.view.mine = place ? this.placed(place) : null;
    this.view.markSoon();
    this.describe();
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
    if (!this.view.mine) {
      this.words.textContent = this.tab.pad.empty ? 'Draw a digit to see where it falls.' : 'Your drawing is being read …';
      this.near.replaceChildren();
      this.figures.clear();
      return;
    }
    const {nearest} = this.view.mine;
    /** @type {Map<number, number>} */
    const counts = new Map();
    for (const i of nearest) counts.set(this.map.labels[i], (counts.get(this.map.labels[i]) ?? 0) + 1);
    const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([label, n]) => `${n} ${n === 1 ? 'is' : 'are'} ${label}`);
    const where = this.view.shows(this.view.mine) ? '' : ' It lies outside of what is in sight; “All” shows it.';
    this.words.textContent = `Of the ${NEAREST} test images nearest to your drawing, ${parts.join(', ')}.${where}`;
    this.view.withImages().then((images) => {
      if (images && this.view.mine?.nearest === nearest) this.showNear(nearest, images);
    });
  }

  /**
   * Show the images nearest to the drawing. From one move of the pen to the next most of them stay.
   * @param {number[]} nearest
   * @param {Uint8Array} images
   */
  showNear(nearest, images) {
    const before = this.figures;
    this.figures = new Map(nearest.map((index) => [index, before.get(index) ?? figures([figure(this.map, images, index)])[0]]));
    this.near.replaceChildren(...this.figures.values());
  }

  /**
   * Show the image of a point beside it.
   * @param {number | null} index  null: no longer
   * @param {[x: number, y: number]} at  on the canvas, px
   */
  async showPointed(index, [x, y]) {
    const images = index === null ? null : await this.view.withImages();
    this.pointed.hidden = index === null || !images || index !== this.view.pointedAt;
    if (this.pointed.hidden || index === null || !images) return;
    this.pointed.replaceChildren(imageCanvas(images, index), element('figcaption', caption(this.map, index)));
    this.pointed.style.left = `${Math.round(Math.max(EDGE, Math.min(this.view.canvas.clientWidth - EDGE, x)))}px`;
    this.pointed.style.top = `${Math.round(y)}px`;
    this.pointed.classList.toggle('below', y < 2 * EDGE);
  }

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
    }[this.view.by];
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
}

/** @type {(view: {x: number, y: number, zoom: number}) => boolean} */
const isAll = ({x, y, zoom}) => zoom === 1 && x === ALL.x && y === ALL.y;

/** @type {(text: string | null) => [x: number, y: number][] | null} the polygon that an address names, null where it is none */
function lassoOf(text) {
  const numbers = (text ?? '').split('.').map(Number);
  if (numbers.length < 6 || numbers.length % 2 || numbers.length > 2 * MOST_CORNERS || numbers.some(Number.isNaN)) return null;
  return Array.from({length: numbers.length / 2}, (_, at) => [numbers[2 * at], numbers[2 * at + 1]]);
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
