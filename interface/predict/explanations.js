// What is asked once the pen rests: which ink spoke for the answer, and the training digits nearest to it. Both cost the
// server more than an answer does, and nobody reads them while drawing.

import * as server from './server.js';
import {grey, imageTile, whyTile} from './tiles.js';

const CALM = 250; // ms of rest before they are asked

export class Later {
  constructor(root) {
    const part = (name) => root.querySelector(`[data-testid=${name}]`);
    Object.assign(this, {root, why: part('why'), nearest: part('nearest'), missing: part('no-nearest')});
  }

  /** The drawing changes: what is shown belongs to the one before, and what is under way is not needed. */
  stop() {
    this.asked?.abort();
    this.asked = null;
    for (const panel of [this.why, this.nearest]) panel.classList.add('stale');
  }

  /** digit: one of an answer's digits, or none; model: which one read it. */
  async about(digit, model) {
    this.stop();
    const {signal} = (this.asked = new AbortController());
    if (!digit || digit.verdict === 'not a digit') this.why.hidden = true;
    if (!digit) this.nearest.hidden = this.missing.hidden = true;
    if (!digit) return;
    await new Promise((resolve) => setTimeout(resolve, CALM));
    const bytes = grey(digit.image);
    const each = async (panel, ask, show) => {
      if (signal.aborted) return;
      try {
        const found = await ask();
        if (signal.aborted) return;
        panel.hidden = !show(found);
        panel.classList.remove('stale');
      } catch {
        if (!signal.aborted) panel.hidden = true;
      }
    };
    if (digit.verdict !== 'not a digit') {
      await each(
        this.why,
        () => server.why(bytes, model, signal),
        (found) => this.showWhy(bytes, found),
      );
    }
    await each(
      this.nearest,
      () => server.nearest(bytes, signal),
      (found) => this.showNearest(found),
    );
  }

  showWhy(bytes, {weights, note}) {
    whyTile(this.why.querySelector('canvas'), bytes, weights);
    this.why.querySelector('[data-why-note]').textContent = note;
    return true;
  }

  /** digits: [{digit, image}], none where MNIST is missing; note: how they were found, or why there are none. */
  showNearest({digits, note}) {
    this.missing.hidden = digits.length > 0;
    (digits.length ? this.nearest.querySelector('[data-nearest-note]') : this.missing).textContent = note;
    this.nearest.querySelector('.row').replaceChildren(
      ...digits.map(({digit, image}) => {
        const figure = document.createElement('figure');
        const canvas = Object.assign(document.createElement('canvas'), {width: 28, height: 28});
        canvas.setAttribute('aria-hidden', true); // the caption says what it is
        imageTile(canvas, grey(image));
        figure.append(canvas, Object.assign(document.createElement('figcaption'), {textContent: digit}));
        return figure;
      }),
    );
    return digits.length > 0;
  }
}
