// "Wrong? Tell it": drawings with the digit a person says they are, kept in this browser tab's own storage and nowhere
// else, and downloaded as a folder that `python -m evaluation --images` measures a model on.

import {save} from '../page/save.js';
import {zip} from '../page/zip.js';

const KEY = 'digits-told';
const FOLDER = 'my-digits';

/** What is kept: [{label: 0–9, picture: PNG data URL}]; anything else that lies in the storage is left out. */
function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '[]').filter(
      ({label, picture}) => Number.isInteger(label) && label >= 0 && label <= 9 && /^data:image\/png;base64,[\w+/=]+$/.test(picture),
    );
  } catch {
    return [];
  }
}

export class Told {
  /** root: the tab; picture(): a canvas that holds the one digit spoken of, or null; fail(error): say what went wrong. */
  constructor(root, picture, fail) {
    const part = (name) => root.querySelector(`[data-testid=${name}]`);
    Object.assign(this, {picture, fail, open: part('tell'), row: part('labels'), list: part('kept')});
    this.row.append(
      ...Array.from({length: 10}, (_, label) => {
        const button = Object.assign(document.createElement('button'), {type: 'button', textContent: label});
        button.onclick = () => this.keep(label);
        return button;
      }),
    );
    this.open.onclick = () => this.unfold(this.row.hidden);
    part('download-told').onclick = () => this.download();
    part('forget-told').onclick = () => {
      sessionStorage.removeItem(KEY);
      this.count();
      this.open.focus();
    };
    this.count();
  }

  unfold(shown) {
    this.row.hidden = !shown;
    this.open.setAttribute('aria-expanded', shown);
    if (shown) this.row.querySelector('button').focus();
  }

  keep(label) {
    const canvas = this.picture();
    if (!canvas) return;
    const picture = canvas.toDataURL('image/png');
    const all = kept().filter((one) => one.picture !== picture); // told twice: the last word counts
    try {
      sessionStorage.setItem(KEY, JSON.stringify([...all, {label, picture}]));
    } catch {
      this.fail(new Error('This browser keeps no more here. Download what is kept, then forget it.'));
      return;
    }
    this.unfold(false);
    this.open.focus();
    this.count(`Kept as a ${label}. `);
  }

  count(first = '') {
    const n = kept().length;
    this.list.hidden = !n;
    this.list.querySelector('span').textContent =
      `${first}${n === 1 ? '1 drawing is' : `${n} drawings are`} kept in this browser tab, nowhere else.`;
  }

  download() {
    const numbers = Array(10).fill(0);
    save(
      zip(
        kept().map(({label, picture}) => {
          const number = String((numbers[label] += 1)).padStart(4, '0');
          const bytes = Uint8Array.from(atob(picture.split(',')[1]), (letter) => letter.charCodeAt(0));
          return [`${FOLDER}/${label}/${number}.png`, bytes];
        }),
      ),
      `${FOLDER}.zip`,
    );
    this.list.querySelector('span').textContent = `Unzip it, then: python -m evaluation --images ${FOLDER}`;
  }
}
