// The images of the dashboard: `askGallery` asks for others, `openImage` shows one in the Predict tab.

import {context2d, openInPredict} from '../page/dom.js';

/** Images that a gallery shows at first, and more at a time (PAGE of evaluation/galleries.py). */
export const PAGE = 48;

/** @type {(text: string | undefined) => number | null} null: any digit */
export const digit = (text) => (text === '' || text === undefined ? null : Number(text));

/**
 * Ask the server for something that is drawn in the piece of the page around `inside`.
 * @param {Element} inside
 * @param {object} detail  what is asked (interface/evaluate/handlers.py)
 */
export function ask(inside, detail) {
  inside.closest('.evaluation')?.dispatchEvent(new CustomEvent('ask', {detail}));
}

/**
 * Ask for other images in a gallery: what it shows now, but for some changes.
 * @param {HTMLElement} gallery
 * @param {Record<string, string | number | null>} changes  fields of a Query (evaluation/galleries.py)
 */
export function askGallery(gallery, changes) {
  const {kind, true: t, predicted, shown} = gallery.dataset;
  /** @type {(name: string) => string} */
  const chosen = (name) => {
    const choice = gallery.querySelector(`[data-choice=${name}]`);
    return choice instanceof HTMLSelectElement ? choice.value : '';
  };
  // Most wrong: the surest mistakes; least sure: what it doubted most.
  const sort = !('kind' in changes) ? chosen('sort') : changes.kind === 'wrong' ? 'sure' : 'unsure';
  const query = {
    kind,
    true: digit(t),
    predicted: digit(predicted),
    shown: Number(shown),
    sort,
    sure: chosen('sure'),
    labels: chosen('labels'),
  };
  ask(gallery, {...query, ...changes});
}

/**
 * Show an image in the Predict tab, exactly as it is.
 * @param {HTMLImageElement} image  28 × 28
 */
export async function openImage(image) {
  const canvas = Object.assign(document.createElement('canvas'), {width: 28, height: 28});
  const context = context2d(canvas);
  await image.decode(); // a browser may still be at it, and would draw nothing
  context.drawImage(image, 0, 0, 28, 28);
  const grey = context.getImageData(0, 0, 28, 28).data.filter((_, i) => i % 4 === 0);
  openInPredict(grey);
}
