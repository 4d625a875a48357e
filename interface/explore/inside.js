// "See inside": the maps of each layer while one draws, what drives one of them, and what would turn the answer.

import {sentence} from '../page/dom.js';
import {mnistImages} from '../page/mnist_images.js';
import {inside as constants} from '../reader/constants.js';
import {inside} from '../reader/reader.js';
import {testMap} from './files.js';
import {Newest} from './newest.js';
import {button, element, figures, forAndAgainst, grey, heat, largeFigures, paint} from './paint.js';

/** @import {Drawn, Part} from './types.js' */
/** @import {Explore} from './tab.js' */

const {LAYERS, SIDES, STRONGEST} = constants;
const SHOWN = 8; // maps of a layer, the strongest
const FIRST = LAYERS.map((_, layer) => LAYERS.slice(0, layer).reduce((sum, n) => sum + n, 0)); // number of a layer's first channel

/**
 * @param {HTMLElement} panel
 * @param {Explore} tab
 * @returns {Part}
 */
export const start = (panel, tab) => new Inside(panel, tab);

/** @implements {Part} */
class Inside {
  /**
   * @param {HTMLElement} panel
   * @param {Explore} tab
   */
  constructor(panel, tab) {
    this.tab = tab;
    /** @type {Newest<Drawn | null>} */
    this.newest = new Newest(
      (drawn) => drawn && this.showChannel(drawn),
      (error) => tab.showProblem(sentence(error)),
    );
    /** @type {Float32Array[]} */
    this.maps = [];
    /** @type {Uint8Array | null} the image whose answer may be turned */
    this.offered = null;
    /** @type {{layer: number, channel: number} | null} */
    this.chosen = null;
    panel.append(
      element('h2', 'What each layer sees'),
      element(
        'p',
        'Draw a digit and follow it through a network that reads digits, layer by layer. Each small picture is one map: bright where that part of the network answers your ink. The first layer finds edges, the next ones curves and ends, the last ones whole parts of digits. The strongest maps of each layer come first; choose one to see what drives it.',
        'soft',
      ),
    );
    this.hint = panel.appendChild(element('p', 'Draw a digit, and the maps appear while you draw.', 'ex-hint'));
    this.rows = LAYERS.map((channels, layer) => {
      const row = panel.appendChild(element('div', '', 'ex-layer'));
      const heading = row.appendChild(element('h3', `Layer ${layer + 1}`));
      heading.append(element('span', `${SHOWN} of ${channels} maps of ${SIDES[layer]} × ${SIDES[layer]} px`));
      const maps = row.appendChild(element('div', '', 'ex-maps'));
      const buttons = Array.from({length: SHOWN}, () => {
        const map = maps.appendChild(button(''));
        map.append(document.createElement('canvas'));
        map.onclick = () => this.choose(layer, Number(map.dataset.channel));
        return map;
      });
      row.hidden = true;
      return {row, buttons};
    });
    this.channel = panel.appendChild(element('section', '', 'ex-channel'));
    this.channel.setAttribute('aria-live', 'polite');
    this.channel.hidden = true;
    this.turn = panel.appendChild(element('section', '', 'ex-turned'));
    this.turn.hidden = true;
    this.chosen = this.inAddress();
  }

  /** @type {() => {layer: number, channel: number} | null} the map that the address names */
  inAddress() {
    const [layer, channel] = (this.tab.fromAddress('map') ?? '').split('.').map(Number);
    return layer >= 1 && layer <= LAYERS.length && channel >= 0 && channel < LAYERS[layer - 1] ? {layer: layer - 1, channel} : null;
  }

  addressed() {
    const asked = this.inAddress();
    if (asked && !(asked.layer === this.chosen?.layer && asked.channel === this.chosen.channel)) this.choose(asked.layer, asked.channel);
  }

  /** @param {Drawn | null} drawn */
  drawn(drawn) {
    if (drawn) this.show(drawn);
    else this.clear();
    this.newest.set(drawn);
  }

  clear() {
    this.hint.hidden = false;
    for (const {row} of this.rows) row.hidden = true;
    this.channel.hidden = true;
    this.turn.hidden = true;
  }

  /** @param {Drawn} drawn */
  show(drawn) {
    const {maps, problem} = drawn.inside;
    if (!maps) {
      this.tab.showProblem(problem ?? 'Nothing was found.');
      return;
    }
    this.maps = maps;
    this.hint.hidden = true;
    this.rows.forEach(({row, buttons}, layer) => {
      row.hidden = false;
      const strongest = this.strongest(layer);
      buttons.forEach((button, at) => {
        const channel = strongest[at];
        button.dataset.channel = String(channel);
        button.setAttribute('aria-label', `Layer ${layer + 1}, map ${channel}`);
        button.setAttribute('aria-pressed', String(this.chosen?.layer === layer && this.chosen.channel === channel));
        this.paint(/** @type {HTMLCanvasElement} */ (button.firstChild), layer, channel);
      });
    });
    this.offerTurn(drawn);
  }

  /** @type {(layer: number) => number[]} its channels, the largest mean first */
  strongest(layer) {
    const [maps, channels] = [this.maps[layer], LAYERS[layer]];
    const sums = new Float32Array(channels);
    for (let at = 0; at < maps.length; at++) sums[at % channels] += maps[at];
    return [...sums.keys()].sort((a, b) => sums[b] - sums[a] || a - b).slice(0, SHOWN);
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {number} layer
   * @param {number} channel
   */
  paint(canvas, layer, channel) {
    const [maps, channels] = [this.maps[layer], LAYERS[layer]];
    let most = 0;
    for (let at = channel; at < maps.length; at += channels) most = Math.max(most, maps[at]);
    paint(canvas, SIDES[layer], (at) => maps[channels * at + channel], heat(most));
  }

  /**
   * @param {number} layer
   * @param {number} channel
   */
  choose(layer, channel) {
    const same = this.chosen?.layer === layer && this.chosen.channel === channel;
    this.chosen = same ? null : {layer, channel};
    this.channel.hidden = true;
    this.tab.setAddress({map: same ? null : `${layer + 1}.${channel}`});
    for (const [at, {buttons}] of this.rows.entries()) {
      for (const button of buttons) {
        button.setAttribute('aria-pressed', String(!same && at === layer && Number(button.dataset.channel) === channel));
      }
    }
    const {value: drawn} = this.newest;
    if (same || !drawn) return;
    this.showChannel(drawn)
      .then(() => this.channel.scrollIntoView({block: 'nearest'}))
      .catch((error) => this.tab.showProblem(sentence(error)));
  }

  /** @param {Drawn} drawn */
  async showChannel(drawn) {
    const chosen = this.chosen;
    if (!chosen) return;
    const {layer, channel} = chosen;
    const heading = element('h2', `Layer ${layer + 1}, map ${channel}`);
    if (this.channel.hidden) {
      this.channel.replaceChildren(heading, element('p', 'Looking for what drives it …', 'soft'));
      this.rows[layer].row.after(this.channel); // where it was asked for: below the last layer nobody would see it
      this.channel.hidden = false;
    }
    const {drives} = await inside({image: drawn.image, channel: chosen});
    if (this.chosen !== chosen || this.newest.value !== drawn || !drives) return;
    const map = document.createElement('canvas');
    this.paint(map, layer, channel);
    const cause = document.createElement('canvas');
    paint(cause, 28, (at) => drives[at], forAndAgainst);
    const examples = element('div', '', 'ex-digits');
    const close = button('Close');
    close.onclick = () => {
      const {buttons} = this.rows[layer];
      this.choose(layer, channel);
      (buttons.find(({dataset}) => Number(dataset.channel) === channel) ?? buttons[0]).focus();
    };
    this.channel.replaceChildren(
      heading,
      largeFigures([
        [map, 'the map: bright where it answers'],
        [cause, 'your ink: what drives the map is blue, what holds it back orange (each part wiped out in turn)'],
      ]),
      element('h3', `The ${STRONGEST} of MNIST’s test images that drive it most`),
      examples,
      close,
    );
    try {
      const [{images}, {strongest, labels}] = await Promise.all([mnistImages('test'), testMap()]);
      const from = STRONGEST * (FIRST[layer] + channel);
      const found = [...strongest.subarray(from, from + STRONGEST)];
      examples.replaceChildren(...figures(found.map((index) => ({images, index, caption: String(labels[index])}))));
    } catch (error) {
      examples.replaceChildren(element('p', sentence(error), 'soft'));
    }
  }

  /** @param {Drawn} drawn  offer to turn its answer into another digit */
  offerTurn(drawn) {
    const {digit, runner_up: next} = drawn.digit;
    this.turn.hidden = false;
    if (this.offered?.every((value, at) => value === drawn.image[at])) return;
    this.offered = drawn.image;
    const choice = document.createElement('select');
    choice.setAttribute('aria-label', 'The other digit');
    for (let other = 0; other < 10; other++) {
      if (other !== digit) choice.append(new Option(String(other), String(other), other === next, other === next));
    }
    const find = button('Find a small change');
    const row = element('div', '', 'ex-row');
    row.append(element('span', `What would have to change to make this ${digit} a`), choice, find);
    const result = element('div');
    result.setAttribute('aria-live', 'polite');
    find.onclick = async () => {
      find.disabled = true;
      result.replaceChildren(element('p', 'Trying …', 'soft'));
      try {
        await this.showTurn(drawn, Number(choice.value), result);
      } catch (error) {
        result.replaceChildren(element('p', sentence(error), 'soft'));
      } finally {
        find.disabled = false;
      }
    };
    this.turn.replaceChildren(element('h2', 'Why not another digit?'), row, result);
  }

  /**
   * @param {Drawn} drawn
   * @param {number} other
   * @param {HTMLElement} result
   */
  async showTurn(drawn, other, result) {
    const {turned} = await inside({image: drawn.image, turn: other});
    if (!turned) return;
    const [before, change, after] = Array.from({length: 3}, () => document.createElement('canvas'));
    paint(before, 28, (at) => drawn.image[at], grey);
    paint(change, 28, (at) => (turned.image[at] - drawn.image[at]) / 255, forAndAgainst);
    paint(after, 28, (at) => turned.image[at], grey);
    const ink = drawn.image.reduce((sum, value) => sum + value, 0);
    const share = `${Math.round((100 * turned.changed) / Math.max(1, ink))} % of its ink`;
    const parts = largeFigures([
      [before, `as drawn: ${other} at ${percent(turned.before)}`],
      [change, 'ink that is added is blue, ink that is taken away orange'],
      [after, `changed: ${other} at ${percent(turned.after)}`],
    ]);
    const words = turned.reached
      ? `A change of ${share} turns the answer into ${other}. It is the smallest that was found square by square; a smaller one may be there.`
      : `Even a change of ${share} does not make it ${other}: that would be another drawing.`;
    result.replaceChildren(element('p', words), parts);
  }
}

/** @type {(share: number) => string} */
const percent = (share) => `${(100 * share).toFixed(share < 0.01 ? 2 : 0)} %`;
