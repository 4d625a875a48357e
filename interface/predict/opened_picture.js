// The opened picture in the place of the pad, as the server understood it.

import {find} from '../page/dom.js';

/** @import {Answer} from '../page/types.js' */

const TINY = 100; // px; a narrower picture shows its pixels

export class OpenedPicture {
  /** @param {Element} root  the tab */
  constructor(root) {
    this.root = root;
    this.figure = find(root, '.photo', HTMLElement);
    this.image = find(this.figure, 'img', HTMLImageElement);
  }

  /** @param {Answer} answer  with the picture */
  show(answer) {
    const [width, height] = answer.size;
    this.image.src = answer.picture ?? '';
    this.figure.hidden = false;
    this.figure.classList.toggle('tiny', width < TINY);
    this.figure.style.setProperty('--shape', String(width / height));
    this.root.classList.add('pictured');
    this.root.classList.remove('blank');
  }

  hide() {
    this.figure.hidden = true;
    this.root.classList.remove('pictured', 'waiting');
  }
}
