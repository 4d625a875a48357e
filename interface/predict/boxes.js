// What stands on an opened picture: a box around each digit (`showBoxes`), outlines of other writing (`showOutlines`).

import {findAll} from '../page/dom.js';
import {percent} from '../page/percent.js';

/** @import {Answer} from '../page/types.js' */
/** @import {Box} from '../reader/types.js' */

/**
 * Lay an element over its place in the picture.
 * @param {HTMLElement} element
 * @param {Box} box
 * @param {[width: number, height: number]} size  of the picture, px
 */
function place(element, [x, y, w, h], [width, height]) {
  Object.assign(element.style, {
    left: `${(100 * x) / width}%`,
    top: `${(100 * y) / height}%`,
    width: `${(100 * w) / width}%`,
    height: `${(100 * h) / height}%`,
  });
}

/**
 * A button around each digit.
 * @param {HTMLElement} boxes  where they stand
 * @param {Answer} answer
 * @param {number} index  of the digit looked at
 * @param {(index: number, byHand: boolean) => void} look
 */
export function showBoxes(boxes, answer, index, look) {
  if (boxes.children.length !== answer.digits.length) {
    boxes.replaceChildren(...answer.digits.map(() => Object.assign(document.createElement('button'), {type: 'button'})));
  }
  const all = findAll(boxes, 'button', HTMLButtonElement);
  answer.digits.forEach((digit, at) => {
    const box = all[at];
    const kept = digit.verdict !== 'not a digit';
    place(box, digit.box, answer.size);
    box.dataset.verdict = digit.verdict;
    box.dataset.text = kept ? String(digit.digit) : '';
    box.setAttribute('aria-pressed', String(at === index));
    box.setAttribute('aria-label', kept ? `${digit.digit}, ${digit.verdict}, ${percent(digit.probability)}` : 'not a digit');
    box.onclick = () => look(at, true);
  });
}

/**
 * An outline around each piece of other writing.
 * @param {HTMLElement} outlines  where they stand
 * @param {Answer} answer
 */
export function showOutlines(outlines, answer) {
  const places = answer.other_writing.length;
  outlines.hidden = !places;
  outlines.setAttribute('aria-label', `Other writing in ${places} ${places === 1 ? 'place' : 'places'}`);
  outlines.replaceChildren(
    ...answer.other_writing.map((box) => {
      const outline = Object.assign(document.createElement('span'), {title: 'Other writing'});
      place(outline, box, answer.size);
      return outline;
    }),
  );
}
