// Explains the answer once the pen rests: which ink spoke for it, and the training digits nearest to it. Both cost the server
// more than an answer does, and nobody reads them while drawing.

import {bytesOf} from '../page/base64.js';
import {find} from '../page/dom.js';
import * as server from './server.js';
import {imageTile, saliencyTile} from './tiles.js';

/** @import {Neighbours, Saliency} from '../page/types.js' */
/** @import {Digit} from '../reader/types.js' */

const CALM = 250; // ms of rest before they are asked for

export class Explanations {
  /** @param {Element} root  the tab */
  constructor(root) {
    /** @type {(name: string) => HTMLElement} */
    const part = (name) => find(root, `[data-testid=${name}]`, HTMLElement);
    this.why = part('why');
    this.nearest = part('nearest');
    this.noNearest = part('no-nearest');
    /** @type {AbortController | null} of what is asked for */
    this.asked = null;
  }

  /** The drawing changes: what is shown belongs to the one before, and what is under way is not needed. */
  stop() {
    this.asked?.abort();
    this.asked = null;
    for (const panel of [this.why, this.nearest]) panel.classList.add('stale');
  }

  /**
   * Explain a digit of an answer, in place of what was explained before.
   * @param {Digit | null} digit  null: there is nothing to explain
   * @param {string} model  which one read it
   */
  async explain(digit, model) {
    this.stop();
    this.asked = new AbortController();
    const {signal} = this.asked;
    if (!digit || digit.verdict === 'not a digit') this.why.hidden = true;
    if (!digit) {
      this.nearest.hidden = true;
      this.noNearest.hidden = true;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, CALM));
    const bytes = bytesOf(digit.image);
    if (digit.verdict !== 'not a digit') {
      await fill(
        this.why,
        signal,
        () => server.why(bytes, model, signal),
        (found) => this.showWhy(bytes, found),
      );
    }
    await fill(
      this.nearest,
      signal,
      () => server.nearest(bytes, signal),
      (found) => this.showNearest(found),
    );
  }

  /**
   * @param {Uint8Array} bytes
   * @param {Saliency} found
   */
  showWhy(bytes, {weights, note}) {
    saliencyTile(find(this.why, 'canvas', HTMLCanvasElement), bytes, weights);
    find(this.why, '[data-why-note]', HTMLElement).textContent = note;
    return true;
  }

  /** @param {Neighbours} found */
  showNearest({digits, note}) {
    this.noNearest.hidden = digits.length > 0;
    (digits.length ? find(this.nearest, '[data-nearest-note]', HTMLElement) : this.noNearest).textContent = note;
    find(this.nearest, '.row', HTMLElement).replaceChildren(...digits.map(({digit, image}) => figure(digit, image)));
    return digits.length > 0;
  }
}

/**
 * Ask for something and show it in its panel, which is hidden where there is nothing to show.
 * @template T
 * @param {HTMLElement} panel
 * @param {AbortSignal} signal
 * @param {() => Promise<T | null>} ask
 * @param {(found: T) => boolean} show  whether there is something to see
 */
async function fill(panel, signal, ask, show) {
  if (signal.aborted) return;
  try {
    const found = await ask();
    if (signal.aborted) return;
    if (!found) throw new Error('Another request took its place.');
    panel.hidden = !show(found);
    panel.classList.remove('stale');
  } catch {
    if (!signal.aborted) panel.hidden = true;
  }
}

/**
 * A training digit with its label.
 * @param {number} digit
 * @param {string} image
 */
function figure(digit, image) {
  const canvas = Object.assign(document.createElement('canvas'), {width: 28, height: 28});
  canvas.setAttribute('aria-hidden', 'true'); // the caption says what it is
  imageTile(canvas, bytesOf(image));
  const made = document.createElement('figure');
  made.append(canvas, Object.assign(document.createElement('figcaption'), {textContent: String(digit)}));
  return made;
}
