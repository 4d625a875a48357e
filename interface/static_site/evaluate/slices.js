// For whom and for what a model works, as evaluation/slices.py finds it: accuracy by slice, each tested against the rest with Fisher's
// exact test and Holm's correction. Enter at `find`; `score` counts groupings that are known.

import {MANY_SLICES, MEASURES, MOST_SLICES, SLICE_CUTS, SLICE_LEVEL} from './constants.js';
import {fixed, render} from './jinja.js';
import {wilson} from './metrics.js';
import {measure} from './shapes.js';

/** @import {Grouping, Slice, Slices} from './types.js' */

/**
 * The slices of a test set of one's own.
 * @param {number[]} labels
 * @param {boolean[]} right  whether each image was read right
 * @param {Uint8Array} images  784 bytes each
 * @param {Grouping[]} [more]  further groupings
 * @returns {Slices}
 */
export function find(labels, right, images, more = []) {
  const digits = Array.from({length: 10}, (_, digit) => String(digit));
  const values = measure(images);
  return score(
    [...more, {name: 'digit', source: '', names: digits, members: labels}, ...MEASURES.map((one) => cut(one, values[one.name]))],
    right,
  );
}

/** @type {(name: string, values: string[]) => Grouping} one slice for each value that is not empty */
export function named(name, values) {
  const names = [...new Set(values)].filter(Boolean).sort();
  return {name, source: '', names, members: values.map((value) => names.indexOf(value))};
}

/** @type {(measure: typeof MEASURES[number], values: Float64Array) => Grouping} NaN is nowhere: its lowest tenth, the two halves between, its highest tenth */
export function cut(one, values) {
  const sorted = values.filter(Number.isFinite).sort();
  const edges = sorted.length ? [...new Set(SLICE_CUTS.map((share) => quantile(sorted, share)))] : [];
  /** @type {(value: number) => number} */
  const place = (value) => (Number.isFinite(value) ? edges.filter((edge) => edge < value).length : -1);
  return {name: one.name, source: '', names: sliceNames(one, edges), members: Array.from(values, place)};
}

/** @type {(sorted: Float64Array, share: number) => number} as NumPy interpolates */
export function quantile(sorted, share) {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.min(Math.floor(at) + 1, sorted.length - 1)]];
  const part = at - Math.floor(at);
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}

/** @type {(measure: typeof MEASURES[number], edges: number[]) => string[]} */
function sliceNames({low, high, unit, decimals}, edges) {
  if (!edges.length) return ['all'];
  const at = edges.map((edge) => fixed(edge, decimals).replace(/^-(?=[0.]+$)/, '')); // no −0
  const middle = at.slice(1).map((edge, i) => `${at[i]} to ${edge} ${unit}`);
  return [`${low}: to ${at[0]} ${unit}`, ...middle, `${high}: over ${at[at.length - 1]} ${unit}`];
}

/**
 * Count and test each slice that has an image.
 * @param {Grouping[]} groupings
 * @param {boolean[]} right
 * @returns {Slices}
 */
export function score(groupings, right) {
  const many = groupings.filter(({names}) => names.length > MANY_SLICES);
  const families = [groupings.filter((one) => !many.includes(one)), ...many.map((one) => [one])];
  const rows = families.flatMap((family) => rowsOf(family, right));
  /** @type {(p: number | null) => number} */
  const last = (p) => p ?? 2;
  rows.sort((a, b) => last(a.p_holm) - last(b.p_holm) || last(a.p_value) - last(b.p_value) || a.accuracy - b.accuracy);
  return {groupings, rows};
}

/** @type {(groupings: Grouping[], right: boolean[]) => Slice[]} the slices that are corrected together */
function rowsOf(groupings, right) {
  const found = groupings.flatMap(({name: grouping, names, members}) => {
    const counts = names.map(() => 0);
    const errors = names.map(() => 0);
    members.forEach((member, at) => {
      if (member < 0) return;
      counts[member]++;
      if (!right[at]) errors[member]++;
    });
    const tails = moreErrors(errors, counts);
    return names.flatMap((name, i) => (counts[i] ? [{grouping, name, n: counts[i], errors: errors[i], p: tails[i]}] : []));
  });
  const tested = found.filter(({p}) => p !== null);
  const corrected = new Map(holm(tested.map(({p}) => Number(p))).map((p, i) => [tested[i], p]));
  return found.map((one) => {
    const {grouping, name, n, errors, p} = one;
    const pHolm = corrected.get(one) ?? null;
    return {
      grouping,
      name,
      n,
      errors,
      accuracy: 1 - errors / n,
      interval: wilson(n - errors, n),
      p_value: p,
      p_holm: pHolm,
      worse: pHolm !== null && pHolm < SLICE_LEVEL,
    };
  });
}

/**
 * For each slice the p-value of Fisher's exact test, one-sided: more errors than in the others together, the hypergeometric tail.
 * @param {number[]} errors
 * @param {number[]} counts
 * @returns {(number | null)[]} null for an empty slice and for one that is everything
 */
export function moreErrors(errors, counts) {
  const [total, wrong] = [counts, errors].map((values) => values.reduce((sum, n) => sum + n, 0));
  const logs = new Float64Array(total + 1); // of factorials
  for (let k = 2; k <= total; k++) logs[k] = logs[k - 1] + Math.log(k);
  /** @type {(n: number, k: number) => number} the logarithm of n over k */
  const choose = (n, k) => logs[n] - logs[k] - logs[n - k];
  return counts.map((n, i) => {
    if (n === 0 || n === total) return null;
    if (errors[i] <= Math.max(0, n + wrong - total)) return 1;
    let tail = 0;
    for (let k = errors[i]; k <= Math.min(n, wrong); k++)
      tail += Math.exp(choose(n, k) + choose(total - n, wrong - k) - choose(total, wrong));
    return Math.min(tail, 1);
  });
}

/** @type {(p: number[]) => number[]} corrected for all that were tested, in the same order */
export function holm(p) {
  const order = p.map((_, i) => i).sort((a, b) => p[a] - p[b]);
  const corrected = p.map(() => 0);
  let highest = 0;
  order.forEach((i, rank) => {
    highest = Math.max(highest, p[i] * (p.length - rank));
    corrected[i] = Math.min(highest, 1);
  });
  return corrected;
}

/** @type {(found: Slices | null, clickable: boolean, most?: number) => import('./jinja.js').Markup} the table, as sections.py draws it */
export const table = (found, clickable, most = MOST_SLICES) =>
  render('slices.html', {
    slices: found,
    rows: found ? found.rows.slice(0, most) : [],
    more: found ? Math.max(found.rows.length - most, 0) : 0,
    sources: found ? [...new Set(found.groupings.map(({source}) => source).filter(Boolean))].sort() : [],
    clickable,
  });
