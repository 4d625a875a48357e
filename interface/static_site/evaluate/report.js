// Reports as files: JSON and CSV as evaluation/report_files.py reads and writes them.

import {SCHEMA} from './constants.js';
import {answer} from './metrics.js';

/** @import {PerClass, Report} from './types.js' */

const FIGURES = /** @type {const} */ (['accuracy', 'macro_f1', 'top2', 'log_loss', 'ece', 'brier']);
const INTERVALS = /** @type {const} */ (['accuracy', 'precision', 'recall', 'f1']);

/**
 * A report's JSON as a Report.
 * @param {any} data
 * @returns {Report}
 */
export function fromJson(data) {
  const aside = data.without_label_problems;
  return {
    ...data,
    metrics: {
      ...data,
      n: data.predictions.length,
      interval: data.intervals.accuracy,
      per_class: data.per_class.map((/** @type {any} */ row) => ({
        ...row,
        ...Object.fromEntries(INTERVALS.map((name) => [`${name}_interval`, row.intervals[name]])),
      })),
      without_label_problems: aside && {...aside, interval: data.intervals.without_label_problems},
    },
    labels: data.predictions.map((/** @type {any} */ one) => one.true),
    predicted: data.predictions.map((/** @type {any} */ one) => one.predicted),
    probabilities: data.predictions.map((/** @type {any} */ one) => one.probabilities),
    before: data.before_calibration ?? null,
    second_look: data.second_look ?? false,
    notes: data.notes ?? [],
    more: {
      ece_interval: data.intervals.ece ?? null,
      calibration_by_digit: data.calibration_by_digit ?? [],
      slices: data.slices ?? null,
      refusal: data.refusal ?? null,
      cost: data.cost ?? null,
    },
  };
}

/** @type {(report: Report) => string} */
export function toJson(report) {
  const {metrics: m} = report;
  const aside = m.without_label_problems;
  return `${JSON.stringify({
    schema: SCHEMA,
    model: report.model,
    weights_sha256: report.weights_sha256,
    dataset: report.dataset,
    accuracy: m.accuracy,
    errors: m.errors,
    intervals: {accuracy: m.interval, without_label_problems: aside?.interval ?? null, ece: report.more.ece_interval},
    confusion_matrix: m.confusion_matrix,
    no_single_digit: m.no_single_digit,
    per_class: m.per_class.map(classToJson),
    ...Object.fromEntries(FIGURES.map((name) => [name, m[name]])),
    calibration: m.calibration,
    before_calibration: report.before,
    calibration_by_digit: report.more.calibration_by_digit,
    second_look: report.second_look,
    notes: report.notes,
    coverage: m.coverage,
    without_label_problems: aside && {n: aside.n, accuracy: aside.accuracy, errors: aside.errors},
    robustness: report.robustness,
    slices: report.more.slices,
    refusal: report.more.refusal,
    cost: report.more.cost,
    epochs: report.epochs,
    predictions: report.labels.map((label, index) => ({
      index,
      true: label,
      predicted: report.predicted[index],
      probabilities: report.probabilities[index],
    })),
    folder: report.folder,
    seconds: report.seconds,
    images_per_second: report.images_per_second,
    versions: report.versions,
    created: report.created,
  })}\n`;
}

/** @type {(row: PerClass) => object} */
function classToJson(row) {
  const {digit, support, accuracy, precision, recall, f1, read_as, read_as_count} = row;
  const intervals = Object.fromEntries(INTERVALS.map((name) => [name, row[`${name}_interval`]]));
  return {digit, support, accuracy, precision, recall, f1, read_as, read_as_count, intervals};
}

/** @type {(text: string) => string} a cell of a CSV, which no spreadsheet takes for a formula */
export function cell(text) {
  const safe = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** @type {(report: Report) => string} one row an image */
export function toCsv(report) {
  const head = ['index', 'file', 'true', 'predicted', 'right', ...Array.from({length: 10}, (_, digit) => `p${digit}`)];
  const rows = report.labels.map((label, at) => {
    return [
      at,
      cell(report.folder?.files[at] ?? ''),
      label,
      report.predicted[at],
      Number(report.predicted[at] === label),
      ...report.probabilities[at],
    ];
  });
  return [head, ...rows].map((row) => `${row.join(',')}\n`).join('');
}

/** @type {(probabilities: number[][]) => {predicted: number[], probabilities: number[][]}} as a report keeps them */
export const kept = (probabilities) => ({
  predicted: probabilities.map(answer),
  probabilities: probabilities.map((row) => row.map((p) => Number(p.toFixed(4)))),
});
