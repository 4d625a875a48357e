// The slices that people give their own pictures, as evaluation/picture_groups.py finds them: folders below the label (3/ann/a.png) and a
// table, metadata.csv. Enter at `groupings`.

import {MANY_SLICES, TABLE} from './constants.js';
import {cut, named} from './slices.js';
import {belowLabel, labelOf} from './test_sets.js';

/** @import {Grouping} from './types.js' */

const {LARGEST_TABLE, MOST_COLUMNS, LOWEST, HIGHEST, DECIMALS, LARGEST_CELL, LARGER_CELL, SENTENCES, name: CALLED} = TABLE;
const NUMBER = /^[+-]?(\d(_?\d)*(\.(\d(_?\d)*)?)?|\.\d(_?\d)*)(e[+-]?\d(_?\d)*)?$/i; // as Python's float reads it, in ASCII digits

/**
 * @param {string[]} names  of the pictures that were read, with their folders
 * @param {Uint8Array | null} [table]  the content of a CSV
 * @returns {Grouping[]}
 * @throws {Error} a sentence, for a table that cannot be used
 */
export function groupings(names, table = null) {
  const folders = names.map((name) => belowLabel(name).slice(0, -1).join('/')); // "3/ann/left/a.png" → "ann/left"
  const columns = table ? readTable(table, names) : [];
  return [
    ...(folders.some(Boolean) ? [named('folder', folders)] : []),
    ...columns.filter(([, values]) => tells(values)).map(([column, values]) => grouping(column, values)),
  ];
}

/**
 * By column a value for each of `names`, '' where the table does not name it.
 * @param {Uint8Array} content
 * @param {string[]} names
 * @returns {[column: string, values: string[]][]}
 */
function readTable(content, names) {
  const {columns, rows} = readRows(content);
  const places = new Map([...names.map(fromLabel), ...names].map((name, at) => [name, at % names.length]));
  const seen = byFile(columns, rows);
  const known = [...seen].filter(([file]) => places.has(file));
  if (seen.size && !known.length) throw wrong('none', {file: [...seen.keys()][0]});
  return columns
    .flatMap((column, at) => {
      if (column === 'file' || column === 'label') return [];
      const values = names.map(() => '');
      for (const [file, row] of known) values[places.get(file) ?? 0] = row[at];
      return [/** @type {[string, string[]]} */ ([column, values])];
    })
    .slice(0, MOST_COLUMNS);
}

/** @type {(name: string) => string} its path from the folder that is its label on */
const fromLabel = (name) => (labelOf(name) === null ? name : [labelOf(name), ...belowLabel(name)].join('/'));

/** @type {(columns: string[], rows: string[][]) => Map<string, string[]>} a picture's path → its line; two of one must not differ */
function byFile(columns, rows) {
  const place = columns.indexOf('file');
  /** @type {Map<string, string[]>} */
  const seen = new Map();
  for (const row of rows) {
    const file = row[place].replaceAll('\\', '/').replace(/^\.\//, '');
    const first = seen.get(file) ?? row;
    if (first.some((value, at) => at !== place && value !== row[at])) throw wrong('two', {file});
    seen.set(file, first);
  }
  return seen;
}

/** @type {(content: Uint8Array) => {columns: string[], rows: string[][]}} the lines of a CSV: UTF-8, comma or semicolon */
function readRows(content) {
  if (content.length > LARGEST_TABLE) throw wrong('large');
  /** @type {string} */
  let text;
  try {
    text = new TextDecoder('utf-8', {fatal: true}).decode(content); // and takes a byte order mark off
  } catch {
    throw wrong('text');
  }
  const [head] = text.split('\n', 1);
  const [first = [], ...rest] = cells(text, head.split(';').length > head.split(',').length ? ';' : ',');
  const columns = first.map((column) => column.trim());
  if (!columns.includes('file')) throw wrong('column', {missing: 'file'});
  if (new Set(columns).size < columns.length) throw wrong('twice');
  const rows = rest.filter((row) => row.length).map((row) => columns.map((_, at) => (row[at] ?? '').trim()));
  return {columns, rows};
}

/** @type {(text: string, delimiter: string) => string[][]} the cells of a CSV as Python's csv module reads them; an empty line has none */
function cells(text, delimiter) {
  const cell = new RegExp(`"((?:[^"]+|"")*)(?:"|$)([^${delimiter}\r\n]*)|([^${delimiter}\r\n]*)`, 'y');
  /** @type {string[][]} */
  const rows = [];
  for (let at = 0; at < text.length; at++) {
    /** @type {string[]} */
    const row = [];
    if (!'\r\n'.includes(text[at])) {
      do {
        cell.lastIndex = row.length ? at + 1 : at; // behind a delimiter
        const [, quoted, more, plain] = cell.exec(text) ?? [];
        row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"') + more);
        at = cell.lastIndex;
      } while (text[at] === delimiter);
    }
    if (row.some(({length}) => length > LARGEST_CELL)) throw wrong('csv', {error: LARGER_CELL});
    if (text.startsWith('\r\n', at)) at += 1;
    rows.push(row);
  }
  return rows;
}

/** @type {(values: string[]) => boolean} whether a column says anything: not where every value differs and is no number */
function tells(values) {
  const given = values.filter(Boolean);
  return given.length > 0 && (new Set(given).size < given.length || numbers(given) !== null);
}

/** @type {(column: string, values: string[]) => Grouping} */
function grouping(column, values) {
  const given = numbers(values.filter(Boolean));
  const different = new Set(given).size;
  if (!given || (different <= MANY_SLICES && different < given.length)) return named(column, values);
  const measure = {name: column, low: LOWEST, high: HIGHEST, unit: '', decimals: DECIMALS};
  return cut(
    measure,
    Float64Array.from(values, (value) => (value ? number(value) : NaN)),
  );
}

/** @type {(values: string[]) => number[] | null} as finite numbers; null where one is none */
function numbers(values) {
  const found = values.map(number);
  return found.every(Number.isFinite) ? found : null;
}

/** @type {(value: string) => number} NaN for what is none */
function number(value) {
  const dotted = value.replaceAll(',', '.');
  return NUMBER.test(dotted) ? Number(dotted.replaceAll('_', '')) : NaN;
}

/** @type {(which: string, parts?: Record<string, string>) => Error} */
const wrong = (which, parts = {}) =>
  new Error(
    Object.entries({called: CALLED, ...parts}).reduce((text, [name, part]) => text.replace(`{${name}}`, () => part), SENTENCES[which]),
  );
