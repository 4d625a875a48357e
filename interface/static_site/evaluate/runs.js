// Runs a model over MNIST's test images (`overImages`) or over a test set of picture files (`overFiles`), and makes the reports of both.
// The work is done in a worker of its own; one run at a time, as in the app.

import {bytesOf} from '../../page/base64.js';
import {keyOf, sha256} from '../../page/digest.js';
import {sentence} from '../../page/dom.js';
import {joined, mnistImages, SIZE} from '../../page/mnist_images.js';
import {models, runtime} from '../../reader/constants.js';
import {own, Run} from '../../reader/reader.js';
import {byDigit, eceInterval} from './confidence.js';
import {LABEL_PROBLEMS, MNIST_TEST, TABLE, weights} from './constants.js';
import {beforeCalibration, evaluate} from './metrics.js';
import {groupings} from './picture_groups.js';
import {kept} from './report.js';
import {shippedReport} from './shipped.js';
import {find, score} from './slices.js';
import {archive} from './test_sets.js';

/** @import {Grouping, Progress, Report} from './types.js' */
/** @import {Result, TestSet} from './test_sets.js' */

export const CHUNK = 250; // images between two looks at how far it is

/** @type {Promise<string> | undefined} of MNIST's test images and labels */
let digest;

/** MNIST's test images and labels, fetched when they are first wanted; sha256: of all of them. */
async function testImages() {
  const {images, labels, bytes} = await mnistImages('test');
  digest ??= sha256(bytes);
  return {images, labels: [...labels], sha256: await digest};
}

/**
 * @param {string} model
 * @param {AbortSignal} signal
 * @param {(progress: Progress) => void} show
 * @param {Report | null} shipped  the report that ships with the model
 * @returns {Promise<Report | null>} null where it was stopped
 */
export async function overImages(model, signal, show, shipped) {
  const {images, labels, sha256: data} = await testImages();
  const total = labels.length;
  /** @type {number[][]} */
  const probabilities = [];
  const run = new Run(model);
  const seconds = await timed(run, signal, total, show, labels, probabilities, async (at) => {
    const last = Math.min(at + CHUNK, total);
    probabilities.push(...(await run.probabilities(images.slice(SIZE * at, SIZE * last))));
    return last;
  });
  if (signal.aborted) return null;
  const sameWeights = shipped?.weights_sha256 === weights[model];
  const report = finished(model, labels, probabilities, seconds, LABEL_PROBLEMS);
  const known = (shipped ?? (await shippedReport(Object.keys(models)[0])))?.more.slices; // who wrote an image is known of any model
  return {
    ...report,
    more: {
      ...report.more,
      ece_interval: (sameWeights && shipped?.more.ece_interval) || (await eceInterval(report)),
      slices: known ? score(known.groupings, right(report)) : find(labels, right(report), images),
    },
    dataset: {name: MNIST_TEST, n: total, sha256: data || (shipped?.dataset.sha256 ?? '')},
    epochs: shipped?.epochs ?? [],
    robustness: sameWeights ? (shipped?.robustness ?? null) : null,
  };
}

/**
 * @param {string} model
 * @param {TestSet} set
 * @param {AbortSignal} signal
 * @param {(progress: Progress) => void} show
 * @returns {Promise<Result | null>} null where it was stopped
 * @throws {Error} a sentence, where no file could be read
 */
export async function overFiles(model, set, signal, show) {
  const {files, table} = archive(set.packed);
  const columns = await table(); // before the pictures, as Python counts what is unpacked
  const run = new Run(model);
  /** @type {number[]} */
  const labels = [];
  /** @type {number[][]} */
  const probabilities = [];
  const found = {
    names: /** @type {string[]} */ ([]),
    images: /** @type {Uint8Array[]} */ ([]),
    keys: /** @type {string[]} */ ([]),
  };
  /** @type {Record<string, number>} */
  const verdicts = {};
  /** @type {[string, string][]} */
  const unreadable = [];
  const seconds = await timed(run, signal, files.length, show, labels, probabilities, async (at) => {
    const {name, label, content} = files[at];
    try {
      const file = await content();
      const {digits, verdict} = await run.read(file);
      const [digit] = digits.length === 1 ? digits : [];
      labels.push(label);
      probabilities.push(digit ? digit.probabilities : new Array(10).fill(0));
      found.names.push(name);
      found.images.push(digit ? bytesOf(digit.image) : new Uint8Array(SIZE));
      found.keys.push(await keyOf(new Uint8Array(await file.arrayBuffer())));
      verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
    } catch (error) {
      if (!signal.aborted) unreadable.push([name, sentence(error)]);
    }
    return at + 1;
  });
  if (signal.aborted) return null;
  if (!labels.length) {
    const [[first, reason]] = unreadable;
    const one = unreadable.length === 1;
    const which = one ? 'The file' : `None of the ${unreadable.length.toLocaleString('en')} files`;
    throw new Error(`${which} in ${set.name} is ${one ? 'no' : 'a'} picture that can be read; ${first}: ${reason}`);
  }
  const images = joined(found.images);
  const data = await sha256(new TextEncoder().encode(found.keys.map((key, at) => `${labels[at]} ${key}\n`).join('')));
  const report = finished(model, labels, probabilities, seconds, []);
  const {more, problem} = groups(found.names, columns);
  return {
    report: {
      ...report,
      more: {...report.more, ece_interval: await eceInterval(report), slices: find(labels, right(report), images, more)},
      dataset: {name: set.name, n: labels.length, sha256: data},
      folder: {files: found.names, verdicts, unreadable: [...unreadable, ...problem]},
    },
    images,
  };
}

/**
 * The slices of folders and of a table. A table that cannot be used is left aside; problem: why, listed as for a picture.
 * @param {string[]} names
 * @param {Uint8Array | null} table
 * @returns {{more: Grouping[], problem: [name: string, reason: string][]}}
 */
function groups(names, table) {
  try {
    return {more: groupings(names, table), problem: []};
  } catch (error) {
    return {more: groupings(names), problem: [[TABLE.name, sentence(error)]]};
  }
}

/** @type {(report: Report) => boolean[]} of each image */
const right = ({labels, predicted}) => labels.map((label, at) => label === predicted[at]);

/**
 * Go on step by step until all is read, or it is stopped. Returns the seconds of work.
 * @param {Run} run
 * @param {AbortSignal} signal
 * @param {number} total
 * @param {(progress: Progress) => void} show
 * @param {number[]} labels
 * @param {number[][]} probabilities
 * @param {(at: number) => Promise<number>} step  reads from here on; how far it came
 */
async function timed(run, signal, total, show, labels, probabilities, step) {
  const started = performance.now();
  const stopped = new Promise((resolve) => signal.addEventListener('abort', () => resolve(total), {once: true}));
  const seconds = () => (performance.now() - started) / 1000;
  try {
    for (let done = 0; done < total && !signal.aborted; ) {
      done = await Promise.race([step(done), /** @type {Promise<number>} */ (stopped)]);
      if (!signal.aborted) show({done, total, seconds: seconds(), labels: labels.slice(0, probabilities.length), probabilities});
    }
  } finally {
    run.end();
  }
  return seconds();
}

/**
 * A report of what was found.
 * @param {string} model
 * @param {number[]} labels
 * @param {number[][]} probabilities
 * @param {number} seconds
 * @param {number[]} problems
 * @returns {Report}
 */
function finished(model, labels, probabilities, seconds, problems) {
  const {temperature = 1, second_look = false} = models[model] ?? {};
  const answers = kept(probabilities);
  return {
    model,
    weights_sha256: weights[model] ?? own.get(model)?.sha256 ?? '',
    dataset: {name: '', n: labels.length, sha256: ''},
    metrics: evaluate(labels, probabilities, problems),
    labels,
    ...answers,
    epochs: [],
    seconds: Number(seconds.toFixed(3)),
    images_per_second: Number((labels.length / seconds).toFixed(1)),
    versions: {page: runtime.folder},
    created: `${new Date().toISOString().slice(0, 19)}+00:00`,
    before: beforeCalibration(labels, probabilities, temperature),
    robustness: null,
    folder: null,
    second_look,
    notes: [],
    more: {ece_interval: null, calibration_by_digit: byDigit({labels, ...answers}), slices: null, refusal: null, cost: null},
  };
}
