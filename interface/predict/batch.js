// Several picture files at once: a table with a row a file. The files stay in this browser; each is sent once to be read,
// one after another, so that a drawing's answer never waits behind a pile.

import {percent} from './answer.js';
import {save} from '../page/save.js';
import * as server from './server.js';

const MOST = 200; // files: read in seconds, and still a table to look through; `python -m model.predict` takes thousands
const COLUMNS = ['file', 'text', 'verdict', 'probability', 'error'];

/** One field of a CSV: quoted, and harmless where a spreadsheet would take it for a formula (OWASP, CSV injection). */
export function field(value) {
  const text = String(value ?? '');
  const harmless = /^\s*[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

/** rows: objects with COLUMNS → a CSV file's text (RFC 4180); the mark at its start tells spreadsheets that it is UTF-8. */
export const csv = (rows) =>
  '\ufeff' + [COLUMNS, ...rows.map((row) => COLUMNS.map((name) => row[name]))].map((line) => line.map(field).join(',') + '\r\n').join('');

/** How probable the least certain digit that counts is, or null where none counts: a text is as good as its weakest digit. */
const weakest = (digits) => {
  const kept = digits.filter((digit) => digit.verdict !== 'not a digit').map((digit) => digit.probability);
  return kept.length ? Math.min(...kept) : null;
};

export class Batch {
  /** root: the tab; look(file): show one file on the pad; say(text): for those who cannot see the table. */
  constructor(root, look, say) {
    const part = (name) => root.querySelector(`[data-testid=${name}]`);
    Object.assign(this, {
      look,
      say,
      section: part('batch'),
      body: part('results'),
      title: part('batch-title'),
      csv: part('download-csv'),
      files: [],
      left: 0,
    });
    this.csv.onclick = () => save(new Blob([csv(this.rows)], {type: 'text/csv'}), 'digits.csv');
    part('close-batch').onclick = () => this.close();
  }

  /** files: File objects, two or more; those before are gone. */
  start(files) {
    this.files = files.slice(0, MOST);
    this.left = files.length - this.files.length;
    this.section.hidden = false;
    this.section.scrollIntoView({block: 'nearest'});
    return this.read();
  }

  close() {
    this.reading?.abort();
    this.files = [];
    this.section.hidden = true;
    this.body.replaceChildren();
  }

  /** Read every file with the model that is chosen now; called again when another one is. */
  async read() {
    this.reading?.abort();
    const {signal} = (this.reading = new AbortController());
    this.rows = [];
    this.csv.disabled = true;
    const places = this.files.map((file) => this.place(file));
    this.body.replaceChildren(...places);
    for (const [at, file] of this.files.entries()) {
      this.tell(at);
      let answer;
      let error = '';
      try {
        answer = await server.readSmall(await whole(file), signal);
      } catch (problem) {
        error = problem.message;
      }
      if (signal.aborted) return;
      const row = {
        file: file.name,
        text: answer?.text ?? '',
        verdict: answer?.verdict ?? '',
        error,
        probability: answer ? (weakest(answer.digits)?.toFixed(4) ?? '') : '',
      };
      this.rows.push(row);
      fill(places[at], row, answer);
    }
    this.csv.disabled = false;
    this.tell(this.files.length);
    const failed = this.rows.filter((row) => row.error).length;
    this.say(`${this.files.length - failed} pictures read${failed ? `, ${failed} could not be` : ''}.`);
  }

  tell(done) {
    const all = this.files.length;
    this.title.textContent =
      (done < all ? `Reading ${done + 1} of ${all} pictures` : `${all} pictures`) +
      (this.left ? `; at most ${MOST} are read at once, ${this.left} more were left out` : '');
  }

  /** An empty row; a press on its name, or a click anywhere on it, looks closer. */
  place(file) {
    const row = document.createElement('tr');
    row.innerHTML = '<td class="thumb"></td><th scope="row"><button type="button"></button></th><td></td><td></td><td></td>';
    row.querySelector('button').textContent = file.name; // as text: a file may be called anything
    row.onclick = () => {
      for (const one of this.body.children) one.classList.toggle('chosen', one === row);
      this.look(file);
    };
    return row;
  }
}

/** The file in memory: what cannot be opened (a folder, a file gone since) says so. */
async function whole(file) {
  if (file.size > server.LARGEST) return file; // refused with its own sentence
  try {
    return new Blob([await file.arrayBuffer()]);
  } catch {
    throw new Error('This file cannot be opened.');
  }
}

function fill(place, row, answer) {
  const [thumb, , text, verdict, probability] = place.children;
  if (!answer) {
    Object.assign(text, {textContent: row.error, colSpan: 3, className: 'error'});
    verdict.remove();
    probability.remove();
    return;
  }
  thumb.append(Object.assign(document.createElement('img'), {src: answer.picture, alt: ''}));
  text.textContent = row.text;
  text.className = 'read';
  Object.assign(verdict, {textContent: row.verdict, className: 'verdict'}).dataset.verdict = row.verdict;
  probability.textContent = row.probability && percent(Number(row.probability));
}
