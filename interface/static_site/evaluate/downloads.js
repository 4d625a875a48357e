// The files that a visitor can download from the evaluation: `file`. The kinds are those of interface/evaluate/downloads.py.

import {DIFFERENCES, MIME} from './constants.js';
import * as plots from './plots.js';
import {toCsv, toJson} from './report.js';
import {page} from './views.js';

/** @import {Markup} from './jinja.js' */
/** @import {Report} from './types.js' */

/**
 * @param {Report} report
 * @param {Uint8Array | null} images  784 bytes each
 * @param {string} kind  of FILES, or of DIFFERENCES where there is another report
 * @param {Report | null} other  on the same images
 * @returns {Promise<{name: string, type: string, base64: string}>}
 */
export async function file(report, images, kind, other) {
  const content =
    other && kind in DIFFERENCES ? await drawn(plots.matrixDifference(report, other), kind) : await CONTENTS[kind](report, images);
  const bytes = new Uint8Array(await new Blob([content]).arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return {name: `${report.model}-${kind}`, type: MIME[kind.split('.').pop() ?? ''], base64: btoa(text)};
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
