// "Map of 10,000": where the network puts MNIST's test images, and the drawing among them.

import {inside as constants} from '../reader/constants.js';
import {testMap} from './files.js';
import {COLOURS, doubt, RIGHT, WRONG} from './map_colours.js';
import {ALL, MapView, MOST_ZOOM, SPAN} from './map_view.js';
import {button, element, figures} from './paint.js';

/** @import {Drawn, Part, TestMap} from './types.js' */
/** @import {Explore} from './tab.js' */

const {PLACE, IMAGES} = constants;
const NEAREST = 8; // test images shown beside the drawing; its place is the mean of them, the nearer the more
const MOST_LASSOED = 60; // images shown of those in a lasso
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
        'Each point is an image; the nearer two points, the more alike they are to the network’s last layer (t-SNE of its 192 features). Your drawing is put among the eight images that are nearest to it in those features: the mean of their places, the nearer the more.',
        'soft',
      ),
    );
    const canvas = document.createElement('canvas');
    canvas.dataset.testid = 'map';
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-label', 'Map of the 10,000 test images. Arrow keys move, plus and minus zoom, 0 shows all.');
    this.lassoButton = button('Lasso');
    this.lassoButton.onclick = () => this.view.setLassoing(!this.view.lassoing);
    this.lassoButton.setAttribute('aria-pressed', 'false');
    this.lassoButton.title = 'Draw around points to see their images';
    this.view = new MapView(canvas, map, {
      moved: ({x, y, zoom}) => tab.setAddress({view: zoom === 1 ? null : `${Math.round(x)},${Math.round(y)},${zoom.toFixed(1)}`}),
      lassoed: (lasso) => this.showLassoed(this.view.within(lasso)),
      lassoing: (on) => this.lassoButton.setAttribute('aria-pressed', String(on)),
    });
    panel.append(this.controls());
    panel.appendChild(element('div', '', 'ex-map')).append(canvas, this.view.marks);
    this.keyLine = panel.appendChild(element('div', '', 'ex-key'));
    this.words = panel.appendChild(element('p', 'Draw a digit to see where it falls.'));
    this.words.setAttribute('role', 'status');
    this.near = panel.appendChild(element('div', '', 'ex-digits'));
    this.lassoed = panel.appendChild(element('div'));
    const [x, y, zoom] = (tab.fromAddress('view') ?? '').split(',').map(Number);
    if (zoom >= 1 && zoom <= MOST_ZOOM && x >= 0 && x <= SPAN && y >= 0 && y <= SPAN) this.view.view = {x, y, zoom};
    this.key();
  }

  controls() {
    const row = element('div', '', 'ex-row');
    const choice = document.createElement('select');
    for (const [value, words] of Object.entries(COLOURED)) choice.append(new Option(words, value));
    const asked = this.tab.fromAddress('by');
    if (asked && asked in COLOURED) this.view.by = asked;
    choice.value = this.view.by;
    choice.onchange = () => {
      this.view.by = choice.value;
      this.tab.setAddress({by: choice.value});
      this.key();
      this.view.paintSoon();
    };
    const label = element('label', 'Colour ');
    label.append(choice);
    const [larger, smaller, all] = ['+', '−', 'All'].map((words) => button(words));
    larger.onclick = () => this.view.zoom(1.6);
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
      this.words.textContent = 'Draw a digit to see where it falls.';
      this.near.replaceChildren();
      return;
    }
    const {nearest} = this.view.mine;
    /** @type {Map<number, number>} */
    const counts = new Map();
    for (const i of nearest) counts.set(this.map.labels[i], (counts.get(this.map.labels[i]) ?? 0) + 1);
    const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([label, n]) => `${n} ${n === 1 ? 'is' : 'are'} ${label}`);
    this.words.textContent = `Of the ${NEAREST} test images nearest to your drawing, ${parts.join(', ')}:`;
    this.view.withImages().then((images) => {
      if (images && this.view.mine?.nearest === nearest)
        this.near.replaceChildren(...figures(nearest.map((index) => this.figure(images, index))));
    });
  }

  /** @type {(images: Uint8Array, index: number) => {images: Uint8Array, index: number, caption: string, miss: boolean}} */
  figure(images, index) {
    const [label, answer] = [this.map.labels[index], this.map.answers[index]];
    return {images, index, caption: label === answer ? String(label) : `${label}, read ${answer}`, miss: label !== answer};
  }

  /** @param {number[]} found */
  async showLassoed(found) {
    const {labels, answers} = this.map;
    const wrong = found.filter((i) => labels[i] !== answers[i]);
    const shown = [...wrong, ...found.filter((i) => labels[i] === answers[i])].slice(0, MOST_LASSOED);
    const rest = shown.length < found.length ? `; the first ${shown.length}, misread ones before the others` : '';
    const list = element('div', '', 'ex-digits');
    const words = `${found.length.toLocaleString('en')} images in the lasso, ${wrong.length} of them misread at one look${rest}:`;
    this.lassoed.replaceChildren(element('h3', words), list);
    const images = await this.view.withImages();
    if (images) list.append(...figures(shown.map((index) => this.figure(images, index))));
    else list.append(element('p', 'MNIST’s images are not here.', 'soft'));
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
