// Shows what was drawn (`columns`) and what it brought (`Results`): the slider between as shipped and all of it, the figures before and
// after, the test images that changed.

import {mnistImages} from '../page/mnist_images.js';
import {button, element, figures, imageCanvas} from './paint.js';
import {keptOut} from './teach_hand.js';

/** @import {Brought, Changed, Score, LabelledDrawing} from './types.js' */

const SHOWN = 24; // changed test images

export class Results {
  /**
   * @param {HTMLElement} panel
   * @param {(share: number, done: boolean) => void} moved  the slider; done: it was let go
   * @param {(on: boolean) => void} switched
   */
  constructor(panel, moved, switched) {
    this.section = panel.appendChild(element('section', '', 'teach-results'));
    this.section.hidden = true;
    this.switch = button('Adapted');
    this.switch.dataset.testid = 'teach-on';
    this.switch.onclick = () => switched(this.switch.getAttribute('aria-pressed') !== 'true');
    this.slider = Object.assign(document.createElement('input'), {type: 'range', min: '0', max: '100', step: '1'});
    this.slider.dataset.testid = 'teach-share';
    this.slider.setAttribute('aria-label', 'How much of what it learned is used');
    this.slider.oninput = () => moved(Number(this.slider.value) / 100, false);
    this.slider.onchange = () => moved(Number(this.slider.value) / 100, true);
    const scale = element('div', '', 'teach-share');
    scale.append(element('span', 'as shipped'), this.slider, element('span', 'all yours'));
    const row = element('div', '', 'ex-row');
    row.append(this.switch, scale);
    this.said = element('p');
    this.said.dataset.testid = 'teach-said';
    this.table = document.createElement('table');
    this.table.dataset.testid = 'teach-figures';
    this.changedLine = element('h3');
    this.changedList = element('div', '', 'ex-digits');
    this.changedList.dataset.testid = 'teach-changed';
    this.section.append(
      element('h2', 'What it learned, and what it forgot'),
      row,
      this.said,
      this.table,
      this.changedLine,
      this.changedList,
      element(
        'p',
        'Digits only, at one look each. Predict and the other parts of this page stay as shipped. How sure an adapted network may be was never measured, so it is never called sure.',
        'soft',
      ),
    );
  }

  /**
   * @param {Brought | null} brought  null where nothing was learned
   * @param {boolean} on
   * @param {number} share
   */
  show(brought, on, share) {
    this.section.hidden = !brought;
    if (!brought) return;
    const percent = Math.round(100 * share);
    this.switch.setAttribute('aria-pressed', String(on));
    this.switch.textContent = on ? 'Adapted: on' : 'Adapted: off';
    this.slider.value = String(percent);
    this.slider.setAttribute('aria-valuetext', percent === 0 ? 'as shipped' : percent === 100 ? 'all yours' : `${percent} % yours`);
    this.said.textContent = said(brought, on, share);
    this.table.replaceChildren(heading(), ...rows(brought));
    this.showChanged(brought.changed);
  }

  /** @param {Changed[]} changed */
  showChanged(changed) {
    // those that it forgot come first
    const ordered = [...changed].sort((a, b) => Number(b.shipped === b.label) - Number(a.shipped === a.label) || a.index - b.index);
    const shown = ordered.slice(0, SHOWN);
    const key = shown.map(({index, adapted}) => `${index} ${adapted}`).join();
    this.changedLine.textContent = changed.length
      ? `${changed.length} of the 10,000 are read differently, here as shipped → adapted${changed.length > SHOWN ? ` (${SHOWN} of them)` : ''}:`
      : 'None of the 10,000 is read differently.';
    if (this.changedList.dataset.key === key) return;
    this.changedList.dataset.key = key;
    this.changedList.replaceChildren();
    if (!shown.length) return;
    mnistImages('test')
      .then(({images}) => {
        if (this.changedList.dataset.key !== key) return;
        const digits = shown.map(({index, label, shipped, adapted}) => ({
          images,
          index,
          caption: `${shipped} → ${adapted} ${adapted === label ? '✓' : '✗'}`,
          miss: adapted !== label,
        }));
        this.changedList.replaceChildren(...figures(digits));
      })
      .catch((error) => this.changedList.replaceChildren(element('p', error.message, 'soft')));
  }
}

/** @type {(brought: Brought, on: boolean, share: number) => string} */
function said({judged, mnist, changed}, on, share) {
  if (!on) return 'Off: the network reads as shipped. The figures below say what it would bring.';
  if (!share) return 'As shipped: nothing is changed.';
  const hand = judged.of
    ? `Of your drawings kept out it reads ${judged.adapted} of ${judged.of} right, as shipped ${judged.shipped}.`
    : 'None of your drawings is kept out yet: draw a digit for the third time.';
  const wrong = changed.filter(({label, shipped}) => shipped === label).length;
  const right = changed.filter(({label, adapted}) => adapted === label).length;
  const forgot = wrong || right ? `${wrong} became wrong and ${right} right` : 'none became wrong and none right';
  return `${hand} Of MNIST’s 10,000 test images ${forgot}, ${mnist.of - mnist.adapted} are misread now.`;
}

/** @type {() => HTMLElement} */
function heading() {
  const head = document.createElement('thead');
  const row = head.appendChild(document.createElement('tr'));
  row.append(document.createElement('td'));
  for (const words of ['as shipped', 'adapted']) {
    const cell = row.appendChild(element('th', words));
    cell.scope = 'col';
  }
  return head;
}

/** @type {(brought: Brought) => HTMLElement[]} */
function rows({judged, taught, mnist}) {
  /** @type {[string, string, Score][]} */
  const lines = [
    ['judged', 'Your drawings kept out to judge', judged],
    ['taught', 'Your drawings it learned from', taught],
    ['mnist', 'MNIST’s 10,000 test images', mnist],
  ];
  return lines.map(([name, words, {of, shipped, adapted}]) => {
    const row = document.createElement('tr');
    row.dataset.score = name;
    const head = row.appendChild(element('th', words));
    head.scope = 'row';
    for (const n of [shipped, adapted]) row.append(element('td', figure(n, of)));
    return row;
  });
}

/** @type {(right: number, of: number) => string} */
function figure(right, of) {
  if (!of) return '–';
  return of < 1000 ? `${right} of ${of}` : `${((100 * right) / of).toFixed(2)} %`;
}

/**
 * Each digit's drawings below it; those kept out are marked.
 * @param {LabelledDrawing[]} drawings
 */
export function columns(drawings) {
  const out = keptOut(drawings);
  return Array.from({length: 10}, (_, digit) => {
    const column = element('div');
    column.append(element('span', String(digit)));
    drawings.forEach((one, at) => {
      if (one.digit !== digit) return;
      const canvas = imageCanvas(one.image);
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', `Your ${digit}, ${out[at] ? 'kept out to judge' : 'learned from'}`);
      canvas.title = out[at] ? 'kept out to judge' : 'learned from';
      canvas.classList.toggle('out', out[at]);
      column.append(canvas);
    });
    return column;
  });
}
