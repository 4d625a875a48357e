// The section "Audit my labels" of one's own pictures: the gallery of suspects (`card`), which interface/evaluate/audit.js lets a person settle,
// and the corrected test set (`corrected`), as evaluation/audit/corrections.py packs it.

import {zip} from '../../page/zip.js';
import {models} from '../../reader/constants.js';
import {AUDIT_KINDS, AUDIT_OF_OWN, MOST_SUSPECTS, TEST_SET_GONE} from './constants.js';
import {packed} from './downloads.js';
import {dataUrl} from './galleries.js';
import {fixed, render} from './jinja.js';
import {cell} from './report.js';
import {find} from './suspects.js';
import {archive, belowLabel} from './test_sets.js';

/** @import {Suspect} from './suspects.js' */
/** @import {Result, TestSet} from './test_sets.js' */

/** @typedef {[index: number, action: string, label: number | null]} Decision */

/** @type {WeakMap<Result, ReturnType<typeof find>>} */
const known = new WeakMap();

/** @type {(result: Result) => ReturnType<typeof find>} */
function audited(result) {
  const {report, images, none, digits, keys} = result;
  const {sure = Infinity, not_digit: notDigit = 0.5} = models[report.model] ?? {}; // of a model that the visitor has brought nothing is sure
  const found = known.get(result) ?? find({...report, images, none, digits, keys}, sure, notDigit);
  known.set(result, found);
  return found;
}

/** @type {(result: Result | null) => import('./jinja.js').Markup} null: of a test set that is not one's own, or was not read */
export function card(result) {
  const found = result && audited(result);
  const kinds = found?.suspects.map(({kind}) => kind) ?? [];
  return render('evaluate/templates/audit.html', {
    message: '',
    whose: 'your pictures',
    at_hand: false,
    mnist_missing: AUDIT_OF_OWN,
    audit: result && {found, unreadable: result.report.folder?.unreadable ?? []},
    right: result ? result.report.dataset.n - result.report.metrics.errors : 0,
    kinds: Object.entries(AUDIT_KINDS)
      .map(([kind, words]) => [kind, words, kinds.filter((one) => one === kind).length])
      .filter(([, , count]) => count),
    suspects: result ? (found?.suspects ?? []).slice(0, MOST_SUSPECTS).map((one) => shown(result, one)) : [],
  });
}

/** @type {(result: Result, suspect: Suspect) => object} */
const shown = ({report, images}, suspect) => ({
  ...suspect,
  name: report.folder?.files[suspect.index] ?? '',
  image: dataUrl(images.subarray(784 * suspect.index, 784 * (suspect.index + 1))),
  answer: report.predicted[suspect.index],
});

/**
 * The corrected test set as a zip, LABEL/…, with changes.csv.
 * @param {TestSet | null} set
 * @param {Result | null} result
 * @param {Decision[]} decisions
 */
export async function corrected(set, result, decisions) {
  if (!set || !result) return {error: TEST_SET_GONE};
  const files = result.report.folder?.files ?? [];
  const settled = new Map(decisions.map(([index, action, label]) => [index, {action, label}]));
  const content = new Map(archive(set.packed).map((file) => [file.name, file.content]));
  const suspects = new Map(audited(result).suspects.map((one) => [one.index, one]));
  const taken = new Set();
  /** @type {[string, Uint8Array<ArrayBuffer>][]} */
  const members = [];
  /** @type {(string | number)[][]} */
  const leftOut = [];
  for (const [index, name] of files.entries()) {
    const label = result.report.labels[index];
    const decision = settled.get(index);
    if (decision?.action === 'drop') continue;
    try {
      const bytes = await content.get(name)?.();
      if (bytes)
        members.push([free([decision?.label ?? label, ...belowLabel(name)].join('/'), taken), new Uint8Array(await bytes.arrayBuffer())]);
    } catch (error) {
      leftOut.push([cell(name), label, 'left out', '', cell(error instanceof Error ? error.message : String(error)), '']);
    }
  }
  const changed = [...settled]
    .sort(([a], [b]) => a - b)
    .flatMap(([index, {action, label}]) => {
      const suspect = suspects.get(index);
      return suspect ? [[cell(files[index]), suspect.label, action, label ?? '', suspect.kind, fixed(suspect.score, 4)]] : [];
    });
  const lines = [['file', 'label', 'action', 'new_label', 'kind', 'score'], ...changed, ...leftOut].map((row) => `${row.join(',')}\n`);
  return packed('corrected.zip', 'application/zip', zip([...members, ['changes.csv', new TextEncoder().encode(lines.join(''))]]));
}

/** @type {(name: string, taken: Set<string>) => string} the name, with a number before its ending where another picture has it */
function free(name, taken) {
  const [, stem, ending] = /^(.*?[^/])(\.[^./]*)?$/.exec(name) ?? [name, name, ''];
  let found = name;
  for (let number = 2; taken.has(found); number++) found = `${stem}-${number}${ending ?? ''}`;
  taken.add(found);
  return found;
}
