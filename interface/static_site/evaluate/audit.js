// The section "Audit my labels" (`card`), whose suspects interface/evaluate/audit.js lets a person settle, and the corrected test set
// (`corrected`), as evaluation/audit/corrections.py packs it. `audit` looks for suspects and keeps what it finds.

import {bytesOf} from '../../page/base64.js';
import {sentence} from '../../page/dom.js';
import {SIZE} from '../../page/mnist_images.js';
import {turn} from '../../page/painted.js';
import {zip} from '../../page/zip.js';
import {audited} from './audit_run.js';
import {AUDIT_KINDS, LOOKING, MISSING, MOST_SUSPECTS, NO_AUDIT, test_images, WHOSE} from './constants.js';
import {packed} from './downloads.js';
import {dataUrl} from './galleries.js';
import {fixed, render} from './jinja.js';
import {cell} from './report.js';
import {archive, belowLabel} from './test_sets.js';

/** @import {Audit} from './audit_run.js' */
/** @import {TestSet} from './test_sets.js' */

/** @typedef {[index: number, action: string, label: number | null]} Decision */

const AT_ONCE = 50; // images drawn without a pause: a third of a millisecond each

/** @typedef {Audit & {tiles: object[]}} Kept  tiles: what the gallery shows of each suspect */

/** @type {Map<string, Kept>} by model: of MNIST's test images */
const ofMnist = new Map();

/** @type {(set: TestSet | null) => Map<string, Kept>} by model; null: of MNIST's test images */
const audits = (set) => set?.audits ?? ofMnist;

/**
 * @param {string} model
 * @param {TestSet | null} set  null: MNIST's test images
 * @param {AbortSignal} signal
 * @param {(progress: {done: number, total: number}) => void} show
 * @returns {Promise<boolean>}  false where it was stopped; rejects with an Error, a sentence, where no picture could be read
 */
export async function audit(model, set, signal, show) {
  const found = await audited(model, set, signal, show);
  if (found) audits(set).set(model, {...found, tiles: await tilesOf(found)});
  return found !== null;
}

/** @type {(progress: {done: number, total: number} | null) => import('./jinja.js').Markup} in its place while it goes on */
export const looking = (progress) => render('evaluate/templates/working.html', {progress, mine: true, what: LOOKING});

/**
 * The suspects of the newest audit, or the button that starts one.
 * @param {string} model
 * @param {TestSet | null} set
 * @param {string} message  what came of an audit
 */
export function card(model, set, message = '') {
  const audit = audits(set).get(model) ?? null;
  const suspects = audit?.found.suspects ?? [];
  const kinds = suspects.map(({kind}) => kind);
  return render('evaluate/templates/audit.html', {
    message,
    whose: set ? WHOSE.own : WHOSE.mnist,
    at_hand: set !== null || test_images,
    mnist_missing: MISSING,
    audit,
    right: audit ? audit.answers.filter((answer, at) => answer === audit.labels[at]).length : 0,
    kinds: Object.entries(AUDIT_KINDS)
      .map(([kind, words]) => [kind, words, kinds.filter((one) => one === kind).length])
      .filter(([, , count]) => count),
    suspects: audit?.tiles ?? [],
  });
}

/** @type {(audit: Audit) => Promise<object[]>} what the gallery shows of each suspect */
async function tilesOf(audit) {
  const tiles = [];
  for (const [at, suspect] of audit.found.suspects.slice(0, MOST_SUSPECTS).entries()) {
    const {index} = suspect;
    if (at % AT_ONCE === 0) await turn();
    tiles.push({...suspect, name: audit.names[index], image: dataUrl(imageOf(audit, index)), answer: audit.answers[index]});
  }
  return tiles;
}

/** @type {(audit: Audit, index: number) => Uint8Array} */
const imageOf = ({images}, index) => images.subarray(SIZE * index, SIZE * (index + 1));

/**
 * The corrected test set as a zip, LABEL/…, with changes.csv.
 * @param {string} model
 * @param {TestSet | null} set
 * @param {Decision[]} decisions
 */
export async function corrected(model, set, decisions) {
  const audit = audits(set).get(model);
  if (!audit) return {error: NO_AUDIT};
  const settled = new Map(decisions.map(([index, action, label]) => [index, {action, label}]));
  const content = contentOf(audit, set);
  const suspects = new Map(audit.found.suspects.map((one) => [one.index, one]));
  const taken = new Set();
  /** @type {[string, Uint8Array<ArrayBuffer>][]} */
  const members = [];
  /** @type {(string | number)[][]} */
  const leftOut = [];
  for (const [index, name] of audit.names.entries()) {
    const label = audit.labels[index];
    const decision = settled.get(index);
    if (decision?.action === 'drop') continue;
    try {
      members.push([free([decision?.label ?? label, ...belowLabel(name)].join('/'), taken), await content(index)]);
    } catch (error) {
      leftOut.push([cell(name), label, 'left out', '', cell(sentence(error)), '']);
    }
  }
  const changed = [...settled]
    .sort(([a], [b]) => a - b)
    .flatMap(([index, {action, label}]) => {
      const suspect = suspects.get(index);
      return suspect ? [[cell(audit.names[index]), suspect.label, action, label ?? '', suspect.kind, fixed(suspect.score, 4)]] : [];
    });
  const lines = [['file', 'label', 'action', 'new_label', 'kind', 'score'], ...changed, ...leftOut].map((row) => `${row.join(',')}\n`);
  return packed('corrected.zip', 'application/zip', zip([...members, ['changes.csv', new TextEncoder().encode(lines.join(''))]]));
}

/** @type {(audit: Audit, set: TestSet | null) => (index: number) => Promise<Uint8Array<ArrayBuffer>>} a picture's file; of MNIST's images a PNG */
function contentOf(audit, set) {
  if (!set)
    return async (index) => {
      if (index % AT_ONCE === 0) await turn();
      return bytesOf(dataUrl(imageOf(audit, index)).split(',')[1]);
    };
  const files = new Map(archive(set.packed).files.map(({name, content}) => [name, content]));
  return async (index) => {
    const content = files.get(audit.names[index]);
    if (!content) throw new Error('It is not in the test set.');
    return new Uint8Array(await (await content()).arrayBuffer());
  };
}

/** @type {(name: string, taken: Set<string>) => string} the name, with a number before its ending where another picture has it */
function free(name, taken) {
  const [, stem, ending] = /^(.*?[^/])(\.[^./]*)?$/.exec(name) ?? [name, name, ''];
  let found = name;
  for (let number = 2; taken.has(found); number++) found = `${stem}-${number}${ending ?? ''}`;
  taken.add(found);
  return found;
}
