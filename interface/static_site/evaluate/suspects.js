// The suspects among the pictures of one's own, the most suspect first, as evaluation/audit/ finds them with the same probabilities: `find`.
// What needs the network again (pictures that are turned) or the picture itself (ink cut by the border) is the app's alone.

import {normalization} from '../../reader/constants.js';
import {AUDIT_KINDS, AUDIT_NUMBERS} from './constants.js';
import {near} from './duplicates.js';

const {BLANK_SCORE, SEVERAL_SCORE, OTHER_LABEL_SCORES, SAME_LABEL_SCORES, NONE_SCORE, DOUBT, LEAST_INK} = AUDIT_NUMBERS;
const SIZE = 784; // bytes of an image

/**
 * What a model sees in a labelled set. probabilities: calibrated; none: that it is no digit; digits: how many were found; images: 784 bytes each,
 * black where there was not one digit; keys: of each picture's content.
 * @typedef {{labels: number[], probabilities: number[][], none: number[], digits: number[], images: Uint8Array, keys: string[]}} Looked
 */

/**
 * suggested: another label, null where the picture should rather go; score: in [0, 1].
 * @typedef {{index: number, label: number, suggested: number | null, score: number, kind: string}} Suspect
 */

/**
 * @param {Looked} looked
 * @param {number} sure  the model's threshold
 * @param {number} notDigit  the same
 * @returns {{suspects: Suspect[], estimated: number, n: number}}  estimated: the share of wrong labels, as far as the model can tell
 */
export function find(looked, sure, notDigit) {
  const {labels, probabilities} = looked;
  const read = probabilities.map((row) => row.some(Boolean));
  const limits = thresholds(looked, read, sure);
  const confident = probabilities.map((row, i) => (read[i] ? confidently(row, limits) : -1));
  const suspects = ranked([...contradicted(looked, read, confident), ...copies(looked, confident), ...faults(looked, notDigit)]);
  return {suspects, estimated: estimatedErrors(labels, confident, read), n: labels.length};
}

/** @type {(looked: Looked, read: boolean[], sure: number) => number[]} the probability from which each digit counts as confidently seen */
function thresholds({labels, probabilities}, read, sure) {
  return Array.from({length: 10}, (_, digit) => {
    const own = probabilities.filter((_, i) => read[i] && labels[i] === digit).map((row) => row[digit]);
    return own.length ? Math.min(own.reduce((sum, p) => sum + p, 0) / own.length, sure) : sure;
  });
}

/** @type {(row: number[], limits: number[]) => number} the most probable digit among those that reach their threshold; −1 where none does */
function confidently(row, limits) {
  const reached = row.map((p, digit) => (p >= limits[digit] ? p : 0));
  const best = Math.max(...reached);
  return best > 0 ? reached.indexOf(best) : -1;
}

/** @type {(labels: number[], confident: number[], read: boolean[]) => number} what lies off the diagonal of the joint distribution */
function estimatedErrors(labels, confident, read) {
  const total = read.filter(Boolean).length;
  let off = 0;
  for (let digit = 0; digit < 10; digit++) {
    const own = confident.filter((_, i) => read[i] && labels[i] === digit);
    const seen = own.filter((one) => one >= 0);
    if (seen.length) off += (seen.filter((one) => one !== digit).length / seen.length) * own.length;
  }
  return total ? off / total : 0;
}

/** @type {(looked: Looked, read: boolean[], confident: number[]) => Suspect[]} labels that the model contradicts, surely or not */
function contradicted({labels, probabilities}, read, confident) {
  return labels.flatMap((label, index) => {
    if (!read[index]) return [];
    const others = probabilities[index].map((p, digit) => (digit === label ? -1 : p));
    const best = Math.max(...others);
    const score = (1 + best - probabilities[index][label]) / 2;
    const surely = confident[index] >= 0 && confident[index] !== label;
    if (!surely && score <= DOUBT) return [];
    return [{index, label, suggested: surely ? confident[index] : others.indexOf(best), score, kind: surely ? 'label' : 'doubt'}];
  });
}

/** @type {(looked: Looked, confident: number[]) => Suspect[]} copies of an earlier picture; with another label, one of the two is wrong */
function copies({labels, images, probabilities, keys}, confident) {
  /** @type {Map<string, number>} */
  const first = new Map();
  /** @type {[earlier: number, later: number, kind: string][]} */
  const pairs = [];
  keys.forEach((key, i) => {
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, i);
    else pairs.push([earlier, i, 'duplicate']);
  });
  const same = new Set(pairs.map(([a, b]) => `${a} ${b}`));
  for (const [a, b] of near(images, probabilities)) if (!same.has(`${a} ${b}`)) pairs.push([a, b, 'near duplicate']);
  return pairs.map(([earlier, later, kind]) => {
    const [a, b] = [labels[earlier], labels[later]];
    if (a === b) return {index: later, label: b, suggested: null, score: SAME_LABEL_SCORES[kind], kind};
    const score = OTHER_LABEL_SCORES[kind]; // the one that the model contradicts, else the later one
    return confident[earlier] === b
      ? {index: earlier, label: a, suggested: b, score, kind}
      : {index: later, label: b, suggested: a, score, kind};
  });
}

/** @type {(looked: Looked, notDigit: number) => Suspect[]} what is wrong with a picture whatever its label */
function faults({labels, digits, none, images}, notDigit) {
  return labels.flatMap((label, index) => {
    const suspect = (/** @type {string} */ kind, /** @type {number} */ score) => [{index, label, suggested: null, score, kind}];
    if (digits[index] > 1) return suspect('several', SEVERAL_SCORE);
    const ink = images.subarray(SIZE * index, SIZE * (index + 1)).filter((value) => value >= normalization.SOLID).length;
    return [
      ...(digits[index] === 0 || ink < LEAST_INK ? suspect('blank', BLANK_SCORE) : []),
      ...(digits[index] === 1 && none[index] > notDigit ? suspect('none', NONE_SCORE * none[index]) : []),
    ];
  });
}

/** @type {(suspects: Suspect[]) => Suspect[]} one a picture: the most certain, a label's fault before others; the most suspect first */
function ranked(suspects) {
  const order = Object.keys(AUDIT_KINDS);
  const seen = new Set();
  return suspects
    .sort((a, b) => b.score - a.score || order.indexOf(a.kind) - order.indexOf(b.kind) || a.index - b.index)
    .filter(({index}) => !seen.has(index) && seen.add(index));
}
