// Looks at labelled pictures for an audit and lets models judge them, as evaluation/audit/pictures.py does: `audited`. The networks, and
// the search for suspects, have workers of their own.

import {bytesOf} from '../../page/base64.js';
import {sentence} from '../../page/dom.js';
import {joined, mnistImages, SIZE} from '../../page/mnist_images.js';
import {turn} from '../../page/painted.js';
import {models} from '../../reader/constants.js';
import {own, Run} from '../../reader/reader.js';
import {weights} from './constants.js';
import {answer} from './metrics.js';
import {CHUNK} from './runs.js';
import {cutByBorder, doubted, turns} from './suspects.js';
import {archive} from './test_sets.js';

/** @import {Reading} from '../../reader/types.js' */
/** @import {Found, Judged, Looked} from './suspects.js' */
/** @import {TestSet} from './test_sets.js' */

/**
 * What an audit looked at. names, unreadable: of files; images: 784 bytes each, black where there was not one digit.
 * @typedef {Omit<Looked, 'probabilities' | 'none'> & {names: string[], unreadable: [name: string, reason: string][]}} Seen
 * What it found. answers: of the model, −1 for no single digit; found: the suspects, by index into the others.
 * @typedef {{names: string[], labels: number[], images: Uint8Array, answers: number[], found: Found, unreadable: [string, string][]}} Audit
 */

/** @typedef {(progress: {done: number, total: number}) => void} Show */

/**
 * @param {string} model
 * @param {TestSet | null} set  null: MNIST's test images
 * @param {AbortSignal} signal
 * @param {Show} show
 * @returns {Promise<Audit | null>}  null where it was stopped; rejects with an Error, a sentence, where no picture could be read
 */
export async function audited(model, set, signal, show) {
  const runs = [model, ...secondOpinion(model)].map((name) => new Run(name));
  /** @type {Promise<null>} */
  const stopped = new Promise((resolve) => signal.addEventListener('abort', () => resolve(null), {once: true}));
  /** @type {Show} */
  const showUntilStopped = (progress) => {
    if (!signal.aborted) show(progress);
  };
  try {
    return await Promise.race([look(runs, stopped, set, showUntilStopped), stopped]);
  } finally {
    for (const run of runs) run.end();
  }
}

/** @type {(model: string) => string[]} the first model that ships with other weights; none where there is none */
function secondOpinion(model) {
  const known = weights[model] ?? own.get(model)?.sha256;
  return Object.keys(models)
    .filter((name) => weights[name] !== known)
    .slice(0, 1);
}

/** @type {(runs: Run[], stopped: Promise<null>, set: TestSet | null, show: Show) => Promise<Audit | null>} */
async function look(runs, stopped, set, show) {
  const seen = set ? await ofFiles(runs[0], set, show) : await ofImages();
  const {names, labels, images, unreadable} = seen;
  if (!labels.length) {
    const [name, reason] = unreadable[0] ?? ['the test set', 'it is empty'];
    throw new Error(`There is no picture to audit; ${name}: ${reason}`);
  }
  let done = 0;
  /** @type {(more: number) => void} */
  const count = (more) => {
    done += more;
    show({done: Math.floor(done / runs.length), total: labels.length});
  };
  /** @type {(Judged & {run: Run})[]} */
  const opinions = [];
  for (const run of runs) opinions.push({run, ...(await judged(run, seen, count))});
  const judge = opinions.reduce((best, one) => (right(one, labels) > right(best, labels) ? one : best));
  const {sure = Infinity, not_digit: notDigit = 0.5} = models[judge.run.model] ?? {}; // of a visitor's own model nothing is sure
  const looked = {...seen, probabilities: judge.probabilities, none: judge.none};
  const turned = await judge.run.judged(turns(images, doubted(looked, sure)));
  const found = await suspects([looked, sure, notDigit, turned], stopped);
  return found && {names, labels, images, unreadable, answers: opinions[0].probabilities.map(answer), found};
}

/** @type {(judged: Judged, labels: number[]) => number} how many are read as labelled: the worse model takes its own mistakes for wrong labels */
const right = ({probabilities}, labels) => probabilities.filter((row, at) => answer(row) === labels[at]).length;

/** @type {(given: [Looked, sure: number, notDigit: number, turned: Judged], stopped: Promise<null>) => Promise<Found | null>} */
async function suspects(given, stopped) {
  const worker = new Worker(new URL('suspects_worker.js', import.meta.url), {type: 'module'});
  /** @type {Promise<Found>} */
  const found = new Promise((resolve, reject) => {
    worker.onmessage = ({data}) => resolve(data);
    worker.onerror = () => reject(new Error('The suspects cannot be found in this browser.')); // nor where it cannot be loaded
    worker.postMessage(given);
  });
  try {
    return await Promise.race([found, stopped]);
  } finally {
    worker.terminate();
  }
}

/** @type {() => Promise<Seen>} MNIST's test images as if they had been files, named by their index */
async function ofImages() {
  const {images, labels} = await mnistImages('test');
  /** @type {Seen} */
  const all = {names: [], labels: [...labels], images, digits: [], cut: [], keys: null, unreadable: []};
  for (const at of all.labels.keys()) {
    if (at % CHUNK === 0) await turn();
    const {digits, cut} = ofImage(images.subarray(SIZE * at, SIZE * (at + 1)));
    all.names.push(String(at));
    all.digits.push(digits);
    all.cut.push(cut);
  }
  return all;
}

/**
 * A picture of 28×28 is taken for what it is, an image as in MNIST; any other goes through the picture path.
 * @param {Run} run
 * @param {TestSet} set
 * @param {Show} show
 * @returns {Promise<Seen>}
 */
async function ofFiles(run, set, show) {
  const {files} = archive(set.packed);
  /** @type {Uint8Array[]} */
  const images = [];
  /** @type {string[]} */
  const keys = [];
  /** @type {Omit<Seen, 'images' | 'keys'>} */
  const all = {names: [], labels: [], digits: [], cut: [], unreadable: []};
  for (const [at, {name, label, content}] of files.entries()) {
    try {
      const {seen, reading, note} = await run.seen(await content());
      const one = seen.image ? ofImage(seen.image) : ofReading(/** @type {Reading} */ (reading), seen);
      images.push(one.image);
      all.names.push(name);
      all.labels.push(label);
      all.digits.push(one.digits);
      all.cut.push(one.cut);
      keys.push(seen.key);
      if (note) all.unreadable.push([name, note]); // as Python lists what it leaves out
    } catch (error) {
      all.unreadable.push([name, sentence(error)]);
    }
    show({done: at + 1, total: files.length});
  }
  return {...all, images: joined(images), keys};
}

/** @typedef {{image: Uint8Array, digits: number, cut: boolean}} One */

/** @type {(image: Uint8Array) => One} */
const ofImage = (image) => ({image, digits: Number(image.some(Boolean)), cut: cutByBorder(image)[0]});

/** @type {(reading: Reading, size: {width: number, height: number}) => One} */
function ofReading({digits}, {width, height}) {
  if (digits.length !== 1) return {image: new Uint8Array(SIZE), digits: digits.length, cut: false};
  const [{image, box}] = digits;
  const [x, y, across, down] = box;
  return {image: bytesOf(image), digits: 1, cut: x <= 0 || y <= 0 || x + across >= width || y + down >= height};
}

/**
 * What a model makes of the images; zeros where there is not a single digit.
 * @param {Run} run
 * @param {Seen} seen
 * @param {(more: number) => void} count  hears how many more are read
 * @returns {Promise<Judged>}
 */
async function judged(run, {images, digits}, count) {
  /** @type {number[][]} */
  const probabilities = [];
  /** @type {number[]} */
  const none = [];
  for (let at = 0; at < digits.length; at += CHUNK) {
    const some = await run.judged(images.slice(SIZE * at, SIZE * (at + CHUNK)));
    some.probabilities.forEach((row, i) => {
      const single = digits[at + i] === 1;
      probabilities.push(single ? row : row.map(() => 0));
      none.push(single ? some.none[i] : 0);
    });
    count(some.none.length);
  }
  return {probabilities, none};
}
