// Every figure of a report, from labels and probabilities: `evaluate`. This is evaluation/metrics.py and curves.py in JavaScript.

import {BINS, CURVE_POINTS} from './constants.js';

/** @import {Bin, CoveragePoint, Interval, Metrics, PerClass, SubsetAccuracy, Uncalibrated} from './types.js' */

const Z = 1.959963984540054; // of a 95 % interval
const TINY = 2.220446049250313e-16; // what scikit-learn clips probabilities to

/** @type {(values: Iterable<number>) => number} */
const sum = (values) => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};
const DIGITS = Array.from({length: 10}, (_, digit) => digit);

/** @type {(row: number[]) => number} the first largest; −1 where no single digit was found */
export const answer = (row) => (row.some(Boolean) ? row.indexOf(Math.max(...row)) : -1);

/**
 * @param {number[]} labels  0–9
 * @param {number[][]} probabilities  ten each; zeros where no single digit was found
 * @param {number[]} [problems]  indices of images whose label is known to be wrong or undecidable
 * @returns {Metrics}
 */
export function evaluate(labels, probabilities, problems = []) {
  const n = labels.length;
  const answers = probabilities.map(answer);
  const right = answers.map((one, at) => one === labels[at]);
  const matrix = DIGITS.map(() => DIGITS.map(() => 0));
  const none = DIGITS.map(() => 0);
  answers.forEach((one, at) => {
    if (one < 0) none[labels[at]]++;
    else matrix[labels[at]][one]++;
  });
  const read = answers.flatMap((one, at) => (one < 0 ? [] : [at]));
  const confidence = read.map((at) => Math.max(...probabilities[at]));
  const hits = read.map((at) => right[at]);
  const errors = n - right.filter(Boolean).length;
  const rows = DIGITS.map((digit) => perClass(digit, labels.filter((label) => label === digit).length, matrix));
  const f1 = rows.flatMap((row) => (row.f1 === null ? [] : [row.f1]));
  const calibration = reliability(confidence, hits);
  return {
    n,
    errors,
    accuracy: (n - errors) / n,
    interval: wilson(n - errors, n),
    confusion_matrix: matrix,
    no_single_digit: none,
    per_class: rows,
    macro_f1: f1.length ? sum(f1) / f1.length : null,
    top2: probabilities.filter((row, at) => inTopTwo(row, labels[at])).length / n,
    log_loss: read.length
      ? logLoss(
          read.map((at) => labels[at]),
          read.map((at) => probabilities[at]),
        )
      : null,
    ece: calibrationError(calibration),
    calibration,
    coverage: coverageCurve(confidence, hits),
    without_label_problems: without(right, problems),
    brier: read.length
      ? brier(
          read.map((at) => labels[at]),
          read.map((at) => probabilities[at]),
        )
      : null,
  };
}

/** @type {(labels: number[], rows: number[][]) => number} */
const logLoss = (labels, rows) =>
  sum(rows.map((row, at) => -Math.log(Math.min(Math.max(row[labels[at]] / sum(row), TINY), 1 - TINY)))) / rows.length;

/** @type {(labels: number[], rows: number[][]) => number} the mean squared distance from the labels, over all ten digits */
const brier = (labels, rows) =>
  sum(
    rows.flatMap((row, at) => {
      const whole = sum(row);
      return row.map((p, digit) => (p / whole - (digit === labels[at] ? 1 : 0)) ** 2);
    }),
  ) / rows.length;

/** @type {(row: number[], label: number) => boolean} ties go to the smaller digit */
function inTopTwo(row, label) {
  if (!row.some(Boolean)) return false;
  return row.filter((p, digit) => p > row[label] || (p === row[label] && digit < label)).length < 2;
}

/** @type {(digit: number, support: number, matrix: number[][]) => PerClass} */
function perClass(digit, support, matrix) {
  const hits = matrix[digit][digit];
  const read = sum(matrix.map((row) => row[digit]));
  const mistaken = matrix[digit].map((count, other) => (other === digit ? 0 : count));
  const most = Math.max(...mistaken);
  const accuracy = support ? hits / support : null;
  const interval = support ? wilson(hits, support) : null;
  return {
    digit,
    support,
    accuracy,
    precision: read ? hits / read : null,
    recall: accuracy,
    f1: support + read ? (2 * hits) / (support + read) : null,
    accuracy_interval: interval,
    precision_interval: read ? wilson(hits, read) : null,
    recall_interval: interval,
    f1_interval: support + read ? f1Interval(hits, support + read - 2 * hits) : null,
    read_as: most ? mistaken.indexOf(most) : null,
    read_as_count: most,
  };
}

/**
 * 95 % interval of a proportion after Wilson 1927.
 * @param {number} successes
 * @param {number} n  at least 1
 * @returns {Interval}
 */
export function wilson(successes, n) {
  const p = successes / n;
  const middle = p + Z ** 2 / (2 * n);
  const half = Z * Math.sqrt((p * (1 - p)) / n + Z ** 2 / (4 * n ** 2));
  const whole = 1 + Z ** 2 / n;
  return [successes ? (middle - half) / whole : 0, successes === n ? 1 : (middle + half) / whole];
}

/** @type {(truePositives: number, mistakes: number) => Interval} Wilson's limits of TP / (TP + FP + FN), carried over to F1 */
function f1Interval(truePositives, mistakes) {
  const [low, high] = wilson(truePositives, truePositives + mistakes);
  return [(2 * low) / (1 + low), (2 * high) / (1 + high)];
}

/** @type {(right: boolean[], problems: number[]) => SubsetAccuracy | null} */
function without(right, problems) {
  if (!problems.length) return null;
  const kept = right.filter((_, at) => !problems.includes(at));
  const correct = kept.filter(Boolean).length;
  if (!kept.length) return null;
  return {n: kept.length, errors: kept.length - correct, accuracy: correct / kept.length, interval: wilson(correct, kept.length)};
}

const EDGES = Array.from({length: BINS + 1}, (_, at) => (at === BINS ? 1 : at * (1 / BINS)));

/** @type {(value: number) => number} the bin of a confidence: they are open below and closed above */
export const binOf = (value) => Math.min(Math.max(EDGES.filter((edge) => edge < value).length - 1, 0), BINS - 1);

/** @type {(confidence: number[], right: boolean[]) => Bin[]} bins of equal width */
export function reliability(confidence, right) {
  const found = EDGES.slice(1).map(() => ({n: 0, total: 0, correct: 0}));
  confidence.forEach((value, at) => {
    const bin = found[binOf(value)];
    bin.n += 1;
    bin.total += value;
    bin.correct += right[at] ? 1 : 0;
  });
  return found.map(({n, total, correct}, at) => ({
    low: EDGES[at],
    high: EDGES[at + 1],
    n,
    confidence: n ? total / n : null,
    accuracy: n ? correct / n : null,
  }));
}

/** @type {(bins: Bin[]) => number | null} expected calibration error */
export function calibrationError(bins) {
  const n = sum(bins.map((bin) => bin.n));
  return n ? sum(bins.map((bin) => bin.n * Math.abs((bin.accuracy ?? 0) - (bin.confidence ?? 0)))) / n : null;
}

/** @type {(confidence: number[], right: boolean[]) => CoveragePoint[]} the k least sure left unanswered, k growing geometrically */
function coverageCurve(confidence, right) {
  const n = confidence.length;
  if (!n) return [];
  const order = confidence.map((_, at) => at).sort((a, b) => confidence[a] - confidence[b]);
  const correct = [0]; // of the k surest
  for (const at of [...order].reverse()) correct.push(correct[correct.length - 1] + (right[at] ? 1 : 0));
  const sorted = order.map((at) => confidence[at]);
  const last = Math.log10(Math.max(n - 1, 1));
  const withheld = new Set([0]);
  for (let k = 0; k < CURVE_POINTS; k++) withheld.add(Math.round(10 ** ((k * last) / (CURVE_POINTS - 1))));
  const thresholds = new Set([...withheld].filter((k) => k < n).map((k) => sorted[k]));
  return [...thresholds]
    .sort((a, b) => a - b)
    .map((threshold) => {
      const answered = n - sorted.findIndex((value) => value >= threshold);
      return {threshold, coverage: answered / n, accuracy: correct[answered] / answered};
    });
}

/**
 * How sure the network itself was: the same answers at temperature 1. null where calibration changes nothing.
 * @param {number[]} labels
 * @param {number[][]} probabilities
 * @param {number} temperature
 * @returns {Uncalibrated | null}
 */
export function beforeCalibration(labels, probabilities, temperature) {
  const read = probabilities.flatMap((row, at) => (row.some(Boolean) ? [at] : []));
  if (temperature === 1 || !read.length) return null;
  const rows = read.map((at) => {
    const powers = probabilities[at].map((p) => p ** temperature);
    const total = sum(powers);
    return powers.map((power) => power / total);
  });
  const known = read.map((at) => labels[at]);
  const bins = reliability(
    rows.map((row) => Math.max(...row)),
    rows.map((row, at) => row.indexOf(Math.max(...row)) === known[at]),
  );
  return {temperature, log_loss: logLoss(known, rows), ece: calibrationError(bins) ?? 0, calibration: bins, brier: brier(known, rows)};
}

/**
 * McNemar's exact test on the same images, two-sided.
 * @param {number} onlyA  how many only the first read right
 * @param {number} onlyB
 * @returns {number} the p-value, 1 where they never differ
 */
export function mcnemar(onlyA, onlyB) {
  const n = onlyA + onlyB;
  let chance = -n * Math.log(2); // the logarithm of that of k, from k = 0
  let tail = 0;
  for (let k = 0; k <= Math.min(onlyA, onlyB); k++) {
    tail += Math.exp(chance);
    chance += Math.log((n - k) / (k + 1));
  }
  return Math.min(1, 2 * tail);
}
