// Corrections: drawings with the digit that a person says they are. They are kept in this browser tab's storage and nowhere
// else, and downloaded as a folder that `python -m evaluation --images` measures a model on.

import {bytesOf} from '../page/base64.js';
import {find} from '../page/dom.js';
import {save} from '../page/save.js';
import {zip} from '../page/zip.js';

/**
 * label: 0–9; picture: a PNG as a data URL.
 * @typedef {{label: number, picture: string}} Correction
 */

const KEY = 'digits-corrections';
const FOLDER = 'my-digits';

/** @type {(one: any) => boolean} whether it is a correction; anything may lie in the storage */
const valid = ({label, picture}) =>
  Number.isInteger(label) && label >= 0 && label <= 9 && /^data:image\/png;base64,[\w+/=]+$/.test(picture);

/**
 * What is kept; anything else in the storage is left out.
 * @returns {Correction[]}
 */
function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '[]').filter(valid);
  } catch {
    return [];
  }
}

export class Corrections {
  /**
   * @param {Element} root  the tab
   * @param {() => HTMLCanvasElement | null} picture  what holds the one digit in question
   * @param {(error: Error) => void} fail  says what went wrong
   */
  constructor(root, picture, fail) {
    /** @type {(name: string) => HTMLElement} */
    const part = (name) => find(root, `[data-testid=${name}]`, HTMLElement);
    this.picture = picture;
    this.fail = fail;
    this.opener = part('tell');
    this.labels = part('labels');
    this.list = part('kept');
    this.note = find(this.list, 'span', HTMLElement);
    this.labels.append(...Array.from({length: 10}, (_, label) => this.labelButton(label)));
    this.opener.onclick = () => this.unfold(Boolean(this.labels.hidden));
    part('download-told').onclick = () => this.download();
    part('forget-told').onclick = () => {
      sessionStorage.removeItem(KEY);
      this.count();
      this.opener.focus();
    };
    this.count();
  }

  /** @param {number} label */
  labelButton(label) {
    const button = Object.assign(document.createElement('button'), {type: 'button', textContent: String(label)});
    button.onclick = () => this.keep(label);
    return button;
  }

  /**
   * Show the labels to choose from, or hide them.
   * @param {boolean} open
   */
  unfold(open) {
    this.labels.hidden = !open;
    this.opener.setAttribute('aria-expanded', String(open));
    if (open) find(this.labels, 'button', HTMLElement).focus();
  }

  /**
   * Keep the picture in question under a label.
   * @param {number} label
   */
  keep(label) {
    const canvas = this.picture();
    if (!canvas) return;
    const picture = canvas.toDataURL('image/png');
    const others = kept().filter((one) => one.picture !== picture); // labelled twice: the last label counts
    try {
      sessionStorage.setItem(KEY, JSON.stringify([...others, {label, picture}]));
    } catch {
      this.fail(new Error('This browser keeps no more here. Download what is kept, then forget it.'));
      return;
    }
    this.unfold(false);
    this.opener.focus();
    this.count(`Kept as a ${label}. `);
  }

  /** Say how many are kept. */
  count(first = '') {
    const n = kept().length;
    this.list.hidden = !n;
    this.note.textContent = `${first}${n === 1 ? '1 drawing is' : `${n} drawings are`} kept in this browser tab, nowhere else.`;
  }

  /** Save them as a zip: a folder for each label. */
  download() {
    const numbers = Array(10).fill(0);
    const files = kept().map(({label, picture}) => {
      numbers[label] += 1;
      const bytes = bytesOf(picture.split(',')[1]);
      return /** @type {[string, Uint8Array<ArrayBuffer>]} */ ([
        `${FOLDER}/${label}/${String(numbers[label]).padStart(4, '0')}.png`,
        bytes,
      ]);
    });
    save(zip(files), `${FOLDER}.zip`);
    this.note.textContent = `Unzip it, then: python -m evaluation --images ${FOLDER}`;
  }
}
