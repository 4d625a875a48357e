// The files that a visitor can download from the evaluation: `reportFile`. The kinds are those of interface/evaluate/downloads.py.

import {DIFFERENCES, FILES, MIME, NO_DIFFERENCE} from './constants.js';
import * as plots from './plots.js';
import {toCsv, toJson} from './report.js';
import {page} from './views.js';

/** @import {Markup} from './jinja.js' */
/** @import {Report} from './types.js' */

/** @typedef {{name: string, type: string, base64: string} | {error: string}} Sent  as the app's server sends a file */

/**
 * @param {string} kind  of FILES or DIFFERENCES
 * @param {Report | null} report
 * @param {Uint8Array | null} images  784 bytes each
 * @param {Report | null} other  what the report is compared with
 * @returns {Promise<Sent>}
 */
export async function reportFile(kind, report, images, other) {
  const two = kind in DIFFERENCES;
  if (!report || !(two || kind in FILES)) return {error: 'There is no such report to take away.'};
  if (two && other?.dataset.sha256 !== report.dataset.sha256) return {error: NO_DIFFERENCE};
  const content = two && other ? await drawn(plots.matrixDifference(report, other), kind) : await CONTENTS[kind](report, images);
  return packed(`${report.model}-${kind}`, MIME[kind.split('.').pop() ?? ''], new Blob([content]));
}

/** @type {(name: string, type: string, content: Blob) => Promise<Sent>} */
export async function packed(name, type, content) {
  const bytes = new Uint8Array(await content.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return {name, type, base64: btoa(text)};
}

/** @type {Record<string, (report: Report) => Markup>} */
const PLOTS = {
  'confusion-matrix': plots.confusionMatrix,
  epochs: (report) => plots.history(report, 'accuracy'),
  reliability: (report) => plots.diagrams(report).slice(-1)[0][1],
  coverage: plots.coverage,
  robustness: plots.robustness,
};

/** @type {(plot: Markup, kind: string) => string | Promise<Blob>} a plot as a file of this kind */
const drawn = (plot, kind) => (kind.endsWith('.png') ? plots.asPng(plots.asFile(plot)) : plots.asFile(plot));

/** @type {Record<string, (report: Report, images: Uint8Array | null) => string | Promise<Blob>>} by kind of file */
const CONTENTS = {
  'report.json': toJson,
  'predictions.csv': toCsv,
  'report.html': (report, images) => page(report, images),
  ...Object.fromEntries(
    Object.entries(PLOTS).flatMap(([name, draw]) =>
      [`${name}.svg`, `${name}.png`].map((kind) => [kind, (/** @type {Report} */ report) => drawn(draw(report), kind)]),
    ),
  ),
};
