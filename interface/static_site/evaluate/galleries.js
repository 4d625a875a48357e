// Which images stand behind a figure (`select`), and these images as HTML (`tiles`): evaluation/galleries.py in JavaScript.

import {context2d} from '../../page/dom.js';
import {SIZE} from '../../page/mnist_images.js';
import {BANDS, KINDS, LABEL_PROBLEMS, LABELS} from './constants.js';
import {percent, plural, render} from './jinja.js';

/** @import {Query, Report} from './types.js' */

/** @type {(report: Report) => number[]} */
export const problems = (report) => (report.metrics.without_label_problems ? LABEL_PROBLEMS : []);

/**
 * Indices of all the images of a query, in its order.
 * @param {Report} report
 * @param {Query} query
 */
export function select(report, query) {
  const sure = report.probabilities.map((row) => Math.max(...row));
  const known = new Set(problems(report));
  const [low, high] = query.sure ? query.sure.split('-').map((edge) => Number(edge) / 100) : [0, Infinity];
  const found = report.labels.flatMap((label, at) => {
    const keep =
      (query.kind !== 'wrong' || label !== report.predicted[at]) &&
      (!query.labels || known.has(at) === (query.labels === 'problem')) &&
      (!query.sure || (low <= sure[at] && sure[at] < high)) &&
      (query.true === null || label === query.true) &&
      (query.predicted === null || report.predicted[at] === query.predicted);
    return keep ? [at] : [];
  });
  if (query.sort === 'index') return found;
  return found.sort((a, b) => (query.sort === 'sure' ? sure[b] - sure[a] : sure[a] - sure[b]) || a - b);
}

/** @type {(query: Query, found: number) => string} what a query shows, as a heading */
export function title(query, found) {
  const finer = [...(query.sure ? [BANDS[query.sure]] : []), ...(query.labels ? [`label: ${LABELS[query.labels]}`] : [])];
  const count = plural(found, 'image');
  if (query.kind === 'all' && query.true !== null && query.predicted !== null) {
    return `${[`True ${query.true}, read as ${query.predicted}`, ...finer].join(', ')}: ${count}`;
  }
  const parts = [KINDS[query.kind], ...(query.true === null ? [] : [`true ${query.true}`])];
  return `${[...parts, ...(query.predicted === null ? [] : [`read as ${query.predicted}`]), ...finer].join(', ')}: ${count}`;
}

/**
 * The images of these indices as buttons.
 * @param {Report} report
 * @param {Uint8Array} images  784 bytes each, all of the report's
 * @param {number[]} indices
 */
export const tiles = (report, images, indices) => render('tiles.html', {tiles: indices.map((index) => tile(report, images, index))});

/** @type {(report: Report, images: Uint8Array, index: number) => object} */
function tile(report, images, index) {
  const [label, predicted, row] = [report.labels[index], report.predicted[index], report.probabilities[index]];
  const runnerUp = row.map((_, digit) => digit).sort((a, b) => row[b] - row[a] || a - b)[1];
  const name = report.folder ? report.folder.files[index] : `#${index}`;
  const problem = problems(report).includes(index);
  const read = `read as ${predicted} at ${percent(row[predicted], 1).replace(' ', '')}, runner-up ${runnerUp} at ${percent(row[runnerUp], 1).replace(' ', '')}`;
  const answer = predicted < 0 ? 'no single digit found' : `${read}${problem ? ', known label problem' : ''}`;
  return {
    index,
    name,
    image: dataUrl(images.subarray(SIZE * index, SIZE * (index + 1))),
    true: label,
    predicted,
    probability: row[predicted] ?? 0,
    runner_up: runnerUp,
    runner_up_probability: row[runnerUp],
    label_problem: problem,
    description: `${name}, true ${label}, ${answer}`,
    right: label === predicted,
  };
}

/** @type {HTMLCanvasElement | undefined} one for all images: a gallery has hundreds */
let canvas;

/** @type {(bytes: Uint8Array) => string} an image, 28 × 28, as a data URL */
export function dataUrl(bytes) {
  canvas ??= Object.assign(document.createElement('canvas'), {width: 28, height: 28});
  const context = context2d(canvas, {willReadFrequently: true});
  const image = context.createImageData(28, 28);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = 0xff000000 | (bytes[i] * 0x010101);
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}
