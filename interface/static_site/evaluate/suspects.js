// The suspects of a test set, the most suspect first, as evaluation/audit/suspects.py finds them with the same probabilities. Enter at
// `find`; to tell pictures that are turned, a network first reads `turns` of those that are `doubted`.

import {joined, SIZE} from '../../page/mnist_images.js';
import {normalization} from '../../reader/constants.js';
import {AUDIT_KINDS, AUDIT_NUMBERS} from './constants.js';
import {near} from './duplicates.js';

const {BLANK_SCORE, SEVERAL_SCORE, CUT_SCORE, OTHER_LABEL_SCORES, SAME_LABEL_SCORES, NONE_SCORE} = AUDIT_NUMBERS;
const {DOUBT, TURNED, HALF_TURN, LEAST_INK, LEAST_CUT} = AUDIT_NUMBERS;
const {SIDE, SOLID} = normalization; // px; grey value

/**
 * What a model sees in a labelled set.
 * @typedef {object} Looked
 * @property {number[]} labels
 * @property {number[][]} probabilities  calibrated
 * @property {number[]} none  that each is no digit
 * @property {number[]} digits  how many were found
 * @property {boolean[]} cut  whether ink runs into the picture's border
 * @property {Uint8Array} images  784 bytes each, black where there was not one digit
 * @property {string[] | null} keys  of each picture's content, null where the images are that
 */

/**
 * suggested: another label, null where the picture should rather go; score: in [0, 1].
 * @typedef {{index: number, label: number, suggested: number | null, score: number, kind: string}} Suspect
 */

/**
 * estimated: the share of wrong labels, as far as the model can tell.
 * @typedef {{suspects: Suspect[], estimated: number, n: number}} Found
 */

/** @typedef {{probabilities: number[][], none: number[]}} Judged  that images are each digit, and that they are none */

/**
 * @param {Looked} looked
 * @param {number} sure  the model's threshold
 * @param {number} notDigit  the same
 * @param {Judged} [turned]  of `turns` of those that are `doubted`
 * @returns {Found}
 */
export function find(looked, sure, notDigit, turned = {probabilities: [], none: []}) {
  const {labels} = looked;
  const {read, confident} = answers(looked, sure);
  const rotated = turnedOnes(looked, doubted(looked, sure), turned);
  const explained = new Set(rotated.map(({index}) => index)); // the label is right: it is the picture that is turned
  const suspects = ranked([
    ...contradicted(looked, read, confident).filter(({index}) => !explained.has(index)),
    ...copies(looked, confident),
    ...faults(looked, notDigit),
    ...rotated,
  ]);
  return {suspects, estimated: estimatedErrors(labels, confident, read), n: labels.length};
}

/** @type {(looked: Looked, sure: number) => {read: boolean[], confident: number[]}} whether there is an answer, and the digit surely seen */
function answers(looked, sure) {
  const read = looked.probabilities.map((row) => row.some(Boolean));
  const limits = thresholds(looked, read, sure);
  return {read, confident: looked.probabilities.map((row, i) => (read[i] ? confidently(row, limits) : -1))};
}

/** @type {(looked: Looked, sure: number) => number[]} indices of the pictures whose label is in doubt */
export function doubted(looked, sure) {
  const {read, confident} = answers(looked, sure);
  return looked.labels.flatMap((label, i) =>
    read[i] && confident[i] !== label && margin(label, looked.probabilities[i]) > DOUBT ? [i] : [],
  );
}

/** @type {(images: Uint8Array, chosen: number[]) => Uint8Array<ArrayBuffer>} these after a quarter of a turn, then all after two and three */
export function turns(images, chosen) {
  let all = chosen.map((index) => images.slice(SIZE * index, SIZE * (index + 1)));
  const turned = [1, 2, 3].flatMap(() => {
    all = all.map((image) => image.map((_, at) => image[SIDE * (at % SIDE) + SIDE - 1 - Math.floor(at / SIDE)])); // as np.rot90 turns
    return all;
  });
  return joined(turned);
}

/** @type {(looked: Looked, chosen: number[], turned: Judged) => Suspect[]} those that read as their label when turned, and more surely so */
function turnedOnes({labels, probabilities, none}, chosen, turned) {
  return turned.probabilities.flatMap((row, at) => {
    const quarters = 1 + Math.floor(at / chosen.length);
    const index = chosen[at % chosen.length];
    const [label, upright] = [labels[index], probabilities[index]];
    const most = Math.max(...upright);
    const noSign = quarters === 2 && [label, upright.indexOf(most)].includes(HALF_TURN[label]);
    const surer = row[label] * (1 - turned.none[at]) > most * (1 - none[index]);
    if (row[label] < TURNED || !surer || noSign) return [];
    return [{index, label, suggested: null, score: margin(label, upright), kind: 'rotated'}];
  });
}

/** @type {(label: number, row: number[]) => number[]} the probabilities of the other digits, −1 at the label */
const others = (label, row) => row.map((p, digit) => (digit === label ? -1 : p));

/** @type {(label: number, row: number[]) => number} 0 for a certain label, 0.5 where another digit is as probable, 1 where that is certain */
const margin = (label, row) => (1 + Math.max(...others(label, row)) - row[label]) / 2;

/** @type {(images: Uint8Array) => boolean[]} 784 bytes each: whether the ink runs into the border */
export const cutByBorder = (images) =>
  Array.from({length: images.length / SIZE}, (_, index) => {
    const image = images.subarray(SIZE * index, SIZE * (index + 1));
    /** @type {[from: number, step: number][]} */
    const sides = [
      [0, 1],
      [SIZE - SIDE, 1],
      [0, SIDE],
      [SIDE - 1, SIDE],
    ];
    return sides.some(([from, step]) => {
      let solid = 0;
      for (let i = 0; i < SIDE; i++) if (image[from + step * i] >= SOLID) solid += 1;
      return solid >= LEAST_CUT;
    });
  });

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
    const sure = own.filter((one) => one >= 0);
    if (sure.length) off += (sure.filter((one) => one !== digit).length / sure.length) * own.length;
  }
  return total ? off / total : 0;
}

/** @type {(looked: Looked, read: boolean[], confident: number[]) => Suspect[]} labels that the model contradicts, surely or not */
function contradicted({labels, probabilities}, read, confident) {
  return labels.flatMap((label, index) => {
    if (!read[index]) return [];
    const score = margin(label, probabilities[index]);
    const surely = confident[index] >= 0 && confident[index] !== label;
    if (!surely && score <= DOUBT) return [];
    const other = others(label, probabilities[index]);
    const suggested = surely ? confident[index] : other.indexOf(Math.max(...other));
    return [{index, label, suggested, score, kind: surely ? 'label' : 'doubt'}];
  });
}

/** @type {(looked: Looked, confident: number[]) => Suspect[]} copies of an earlier picture; with another label, one of the two is wrong */
function copies({labels, images, probabilities, keys}, confident) {
  /** @type {Map<string, number>} */
  const first = new Map();
  /** @type {[earlier: number, later: number, kind: string][]} */
  const pairs = [];
  (keys ?? contents(images)).forEach((key, i) => {
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

/** @type {(images: Uint8Array) => string[]} a letter for each byte */
function contents(images) {
  const letters = new TextDecoder('latin1');
  return Array.from({length: images.length / SIZE}, (_, index) => letters.decode(images.subarray(SIZE * index, SIZE * (index + 1))));
}

/** @type {(looked: Looked, notDigit: number) => Suspect[]} what is wrong with a picture whatever its label */
function faults({labels, digits, none, cut, images}, notDigit) {
  return labels.flatMap((label, index) => {
    const suspect = (/** @type {string} */ kind, /** @type {number} */ score) => [{index, label, suggested: null, score, kind}];
    if (digits[index] > 1) return suspect('several', SEVERAL_SCORE);
    let ink = 0;
    for (let at = SIZE * index; at < SIZE * (index + 1); at++) if (images[at] >= SOLID) ink += 1;
    return [
      ...(digits[index] === 0 || ink < LEAST_INK ? suspect('blank', BLANK_SCORE) : []),
      ...(digits[index] === 1 && none[index] > notDigit ? suspect('none', NONE_SCORE * none[index]) : []),
      ...(digits[index] === 1 && cut[index] ? suspect('cut', CUT_SCORE) : []),
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
