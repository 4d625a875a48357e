// Several picture files at once: a table with a row for each file. The files stay in this browser; each is sent once to be read,
// one after another, so that the answer to a drawing never waits behind many files.

import {find, sentence} from '../page/dom.js';
import {percent} from '../page/percent.js';
import {save} from '../page/save.js';
import {WHY} from './answer.js';
import * as server from './server.js';

/** @import {Answer} from '../page/types.js' */
/** @import {Digit} from '../reader/types.js' */

/**
 * What the CSV has of a file.
 * @typedef {{file: string, text: string, verdict: string, probability: string, why: string, other_writing: string,
 *   note: string, error: string}} Row
 */

const MOST = 200; // files: read in seconds, and still a table to look through; `python -m model.predict` takes thousands
/** @type {(keyof Row)[]} */
const COLUMNS = ['file', 'text', 'verdict', 'probability', 'why', 'other_writing', 'note', 'error'];

/**
 * One field of a CSV: quoted, and harmless where a spreadsheet would take it for a formula (OWASP, CSV injection).
 * @param {string} text
 */
function field(text) {
  const harmless = /^\s*[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

/**
 * A CSV file's text (RFC 4180); the mark at its start tells spreadsheets that it is UTF-8.
 * @param {Row[]} rows
 */
function csv(rows) {
  const lines = [COLUMNS, ...rows.map((row) => COLUMNS.map((name) => row[name]))];
  return `\ufeff${lines.map((line) => `${line.map(field).join(',')}\r\n`).join('')}`;
}

/**
 * The probability of the least certain digit that counts: a text is as good as its weakest digit.
 * @param {Digit[]} digits
 * @returns {number | null} null where none counts
 */
const weakest = (digits) => {
  const kept = digits.filter((digit) => digit.verdict !== 'not a digit').map((digit) => digit.probability);
  return kept.length ? Math.min(...kept) : null;
};

export class Batch {
  /**
   * @param {Element} root  the tab
   * @param {(file: File) => void} open  shows one file on the pad
   * @param {(text: string) => void} announce  for those who cannot see the table
   */
  constructor(root, open, announce) {
    /** @type {(name: string) => HTMLElement} */
    const part = (name) => find(root, `[data-testid=${name}]`, HTMLElement);
    this.open = open;
    this.announce = announce;
    this.section = part('batch');
    this.table = part('results');
    this.title = part('batch-title');
    this.download = find(root, '[data-testid=download-csv]', HTMLButtonElement);
    /** @type {File[]} */
    this.files = [];
    /** How many more were chosen than are read. */
    this.leftOut = 0;
    /** @type {Row[]} of the files that are read */
    this.rows = [];
    /** @type {AbortController | null} of the files that are being read */
    this.reading = null;
    this.download.onclick = () => save(new Blob([csv(this.rows)], {type: 'text/csv'}), 'digits.csv');
    part('close-batch').onclick = () => this.close();
  }

  /**
   * Read these files, in place of those before.
   * @param {File[]} files  two or more
   */
  start(files) {
    this.files = files.slice(0, MOST);
    this.leftOut = files.length - this.files.length;
    this.section.hidden = false;
    this.section.scrollIntoView({block: 'nearest'});
    return this.read();
  }

  close() {
    this.reading?.abort();
    this.files = [];
    this.section.hidden = true;
    this.table.replaceChildren();
  }

  /** Read every file with the model that is chosen now; called again when another one is. */
  async read() {
    this.reading?.abort();
    this.reading = new AbortController();
    const {signal} = this.reading;
    this.rows = [];
    this.download.disabled = true;
    const places = this.files.map((file) => this.emptyRow(file));
    this.table.replaceChildren(...places);
    for (const [at, file] of this.files.entries()) {
      this.showProgress(at);
      const {answer, error} = await readFile(file, signal);
      if (signal.aborted) return;
      const row = rowOf(file.name, answer, error);
      this.rows.push(row);
      fill(places[at], row, answer);
    }
    this.download.disabled = false;
    this.showProgress(this.files.length);
    const failed = this.rows.filter((row) => row.error).length;
    this.announce(`${this.files.length - failed} pictures read${failed ? `, ${failed} could not be` : ''}.`);
  }

  /** @param {number} done  how many files are read */
  showProgress(done) {
    const all = this.files.length;
    const progress = done < all ? `Reading ${done + 1} of ${all} pictures` : `${all} pictures`;
    const more = this.leftOut ? `; at most ${MOST} are read at once, ${this.leftOut} more were left out` : '';
    this.title.textContent = progress + more;
  }

  /**
   * An empty row; a press on its name, or a click anywhere on it, opens the file.
   * @param {File} file
   */
  emptyRow(file) {
    const row = document.createElement('tr');
    row.innerHTML = '<td class="thumb"></td><th scope="row"><button type="button"></button></th><td></td><td></td><td></td>';
    find(row, 'button', HTMLButtonElement).textContent = file.name; // as text: a file may be called anything
    row.onclick = () => {
      for (const one of this.table.children) one.classList.toggle('chosen', one === row);
      this.open(file);
    };
    return row;
  }
}

/**
 * What the CSV has of an answer; other_writing: in how many places.
 * @param {string} file
 * @param {Answer | null} answer
 * @param {string} error
 * @returns {Row}
 */
const rowOf = (file, answer, error) => ({
  file,
  text: answer?.text ?? '',
  verdict: answer?.verdict ?? '',
  probability: answer ? (weakest(answer.digits)?.toFixed(4) ?? '') : '',
  why: (answer && WHY[answer.why]) ?? '',
  other_writing: answer ? String(answer.other_writing.length) : '',
  note: answer?.note ?? '',
  error,
});

/**
 * The answer to a file, or the sentence that says why there is none.
 * @param {File} file
 * @param {AbortSignal} signal
 * @returns {Promise<{answer: Answer | null, error: string}>}
 */
async function readFile(file, signal) {
  try {
    return {answer: await server.readSmall(await inMemory(file), signal), error: ''};
  } catch (error) {
    return {answer: null, error: sentence(error)};
  }
}

/**
 * The file in memory.
 * @param {File} file
 * @returns {Promise<Blob>}
 * @throws {Error} a sentence, where it cannot be opened: a folder, a file gone since
 */
async function inMemory(file) {
  if (file.size > server.LARGEST) return file; // refused with a sentence for that
  try {
    return new Blob([await file.arrayBuffer()]);
  } catch {
    throw new Error('This file cannot be opened.');
  }
}

/**
 * Put an answer, or what went wrong, into its row.
 * @param {HTMLTableRowElement} place
 * @param {Row} row
 * @param {Answer | null} answer
 */
function fill(place, row, answer) {
  const [thumb, , text, verdict, probability] = place.cells;
  if (!answer) {
    Object.assign(text, {textContent: row.error, colSpan: 3, className: 'error'});
    verdict.remove();
    probability.remove();
    return;
  }
  thumb.append(Object.assign(document.createElement('img'), {src: answer.picture, alt: ''}));
  text.textContent = row.text;
  const said = [row.why, row.note].filter(Boolean).join(' ');
  if (said) text.append(Object.assign(document.createElement('small'), {textContent: said}));
  text.className = 'read';
  verdict.textContent = row.verdict;
  verdict.className = 'verdict';
  verdict.dataset.verdict = row.verdict;
  probability.textContent = row.probability && percent(Number(row.probability));
}
