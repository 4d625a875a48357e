// The images that were chosen on the map, below it: those that it misreads first, some at a time. Each opens in Predict.

import {button, element, figures} from './paint.js';

/** @import {TestMap} from './types.js' */

const AT_ONCE = 60; // images

/** @type {(map: TestMap, images: Uint8Array, index: number) => {images: Uint8Array, index: number, caption: string, miss: boolean}} */
export function figure({labels, answers}, images, index) {
  return {images, index, caption: caption({labels, answers}, index), miss: labels[index] !== answers[index]};
}

/** @type {(map: Pick<TestMap, 'labels' | 'answers'>, index: number) => string} */
export const caption = ({labels, answers}, index) =>
  labels[index] === answers[index] ? String(labels[index]) : `${labels[index]}, read ${answers[index]}`;

export class Gallery {
  /**
   * @param {HTMLElement} panel  it is put at its end
   * @param {TestMap} map
   * @param {() => Promise<Uint8Array | null>} withImages
   */
  constructor(panel, map, withImages) {
    this.map = map;
    this.withImages = withImages;
    this.heading = panel.appendChild(element('h3'));
    this.heading.setAttribute('aria-live', 'polite');
    this.heading.hidden = true;
    this.list = panel.appendChild(element('div', '', 'ex-digits'));
    this.more = panel.appendChild(button('Show more'));
    this.more.onclick = () => this.showMore();
    this.more.hidden = true;
    /** @type {number[]} still to be shown */
    this.rest = [];
  }

  /** @param {number[]} found */
  show(found) {
    const {labels, answers} = this.map;
    const wrong = found.filter((i) => labels[i] !== answers[i]);
    this.rest = [...wrong, ...found.filter((i) => labels[i] === answers[i])];
    const count = `${found.length.toLocaleString('en')} ${found.length === 1 ? 'image' : 'images'} chosen`;
    this.heading.textContent = found.length
      ? `${count}, ${wrong.length} of them misread at one look${wrong.length ? ', which come first' : ''}. Each opens in Predict.`
      : 'There are no images in there. Draw around some points; “All” shows where they are.';
    this.heading.hidden = false;
    this.list.replaceChildren();
    return this.showMore();
  }

  async showMore() {
    const {map, rest} = this;
    const images = await this.withImages();
    if (rest !== this.rest) return; // others were chosen meanwhile
    const next = rest.splice(0, AT_ONCE);
    if (images) this.list.append(...figures(next.map((index) => figure(map, images, index))));
    else this.list.replaceChildren(element('p', 'MNIST’s images are not here.', 'soft'));
    this.more.hidden = !images || !rest.length;
  }

  /** Show nothing. */
  clear() {
    this.rest = [];
    this.heading.hidden = this.more.hidden = true;
    this.list.replaceChildren();
  }
}
