// What came of a training: the accuracy, the confusion matrix beside the shipped `classic`, and the file to take along (`showResult`).

import {save} from '../page/save.js';
import {Run} from '../reader/reader.js';
import {button, element} from './paint.js';
import {percent} from './train_chart.js';
import {commands, fileName, loading, npz} from './train_file.js';

/** @import {Trained} from './train_types.js' */

const SHIPPED = 'classic'; // the tutorial's network, as it ships
const AT_ONCE = 1000; // images
const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const FULL = 20; // confusions of a cell with the darkest ground

/** @type {Promise<Uint8Array> | null} what SHIPPED answers to the test images */
let shipped = null;

/** @type {(images: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>} read in this page, once */
function shippedAnswers(images) {
  shipped ??= readAll(images).catch((error) => {
    shipped = null;
    throw error;
  });
  return shipped;
}

/** @param {Uint8Array<ArrayBuffer>} images */
async function readAll(images) {
  const run = new Run(SHIPPED);
  try {
    /** @type {number[]} */
    const answers = [];
    for (let from = 0; from < images.length; from += 784 * AT_ONCE) {
      const probabilities = await run.probabilities(images.slice(from, from + 784 * AT_ONCE));
      for (const ten of probabilities) answers.push(ten.indexOf(Math.max(...ten.slice(0, 10))));
    }
    return Uint8Array.from(answers);
  } finally {
    run.end();
  }
}

/**
 * @param {HTMLElement} place  is filled anew
 * @param {Trained} trained
 */
export async function showResult(place, trained) {
  const {answers, labels} = trained;
  const words = place.appendChild(element('p', 'Compared with the network that ships: reading the 10,000 with it …', 'soft'));
  const tables = place.appendChild(element('div', '', 'ex-confusions'));
  tables.append(
    element('p', 'A row is the digit that was written, a column what it was read as.', 'soft'),
    confusion('Yours', answers, labels),
  );
  place.append(...download(trained));
  try {
    const others = await shippedAnswers(trained.images);
    const right = (/** @type {Uint8Array} */ found) => found.map((answer, at) => Number(answer === labels[at]));
    const [mine, theirs] = [right(answers), right(others)];
    const count = (/** @type {boolean} */ own) =>
      mine.reduce((sum, one, at) => sum + Number(one !== theirs[at] && Boolean(one) === own), 0);
    const share = theirs.reduce((sum, one) => sum + one, 0) / theirs.length;
    words.textContent = `“${SHIPPED}”, the tutorial’s network as it ships, reads ${percent(share)}. Yours alone is right on ${count(true)} images, “${SHIPPED}” alone on ${count(false)}.`;
    tables.append(confusion(`“${SHIPPED}”, as it ships`, others, labels));
  } catch {
    words.textContent = `The network that ships cannot run here, so there is no comparison.`;
  }
}

/**
 * The confusions as a table.
 * @param {string} caption
 * @param {Uint8Array} answers
 * @param {Uint8Array} labels
 */
function confusion(caption, answers, labels) {
  const counts = new Uint32Array(100);
  for (const [at, answer] of answers.entries()) counts[10 * labels[at] + answer] += 1;
  const table = element('table', '', 'ex-confusion');
  const wrong = answers.length - DIGITS.reduce((sum, digit) => sum + counts[11 * digit], 0);
  table.append(element('caption', `${caption}: ${wrong} misread`));
  const head = table.appendChild(element('thead')).appendChild(element('tr'));
  head.append(element('td'), ...DIGITS.map((digit) => heading(digit, 'col')));
  const body = table.appendChild(element('tbody'));
  for (const label of DIGITS) {
    const row = body.appendChild(element('tr'));
    row.append(heading(label, 'row'));
    for (const answer of DIGITS) {
      const count = counts[10 * label + answer];
      const cell = row.appendChild(element('td', count ? String(count) : '·'));
      if (answer === label) cell.className = 'right';
      else cell.style.setProperty('--share', String(Math.min(1, count / FULL)));
      cell.title = answer === label ? `${count} times ${label} was read right` : `${count} times ${label} was read as ${answer}`;
    }
  }
  return table;
}

/** @type {(digit: number, scope: string) => HTMLElement} */
const heading = (digit, scope) => Object.assign(element('th', String(digit)), {scope});

/** @param {Trained} trained */
function download(trained) {
  const {recipe} = trained;
  const taken = button('Download its weights (.npz)');
  taken.dataset.testid = 'train-download';
  taken.onclick = () => save(npz(trained), fileName(recipe));
  const block = (/** @type {string} */ code) => {
    const made = element('pre', code);
    made.tabIndex = 0; // so that a keyboard can scroll it
    return made;
  };
  return [
    element('h3', 'Take it along'),
    taken,
    element('p', 'Into this app, from its folder (the first command needs what training needs: requirements-dev.txt):', 'soft'),
    block(commands(recipe)),
    element('p', 'Or into Keras by hand:', 'soft'),
    block(loading(recipe)),
  ];
}
