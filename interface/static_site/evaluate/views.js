// The pieces of the Evaluate tab as HTML: what interface/evaluate/views.py, cards.py and comparison.py make of a report, and the sections
// of evaluation/sections.py, all with their templates.

import {trusted} from './confidence.js';
import * as words from './constants.js';
import {problems, select, tiles, title} from './galleries.js';
import {fixed, Markup, percent, plural, render, thousands} from './jinja.js';
import {evaluate, mcnemar} from './metrics.js';
import * as plots from './plots.js';
import {table} from './slices.js';

/** @import {Metrics, Progress, Query, Report} from './types.js' */

const DIGITS = {'': 'any', ...Object.fromEntries(Array.from({length: 10}, (_, digit) => [String(digit), String(digit)]))};

/** @type {Query} */
export const MOST_WRONG = {kind: 'wrong', true: null, predicted: null, sort: 'sure', sure: '', labels: '', shown: words.PAGE};

/** @type {(text: string) => Markup} */
export const quiet = (text) => render('evaluate/templates/quiet.html', {text});

/** @type {() => Markup} in the place of a section */
export const onlyTheApp = () => quiet('The app measures this of any report. Here the page shows it of the reports that ship.');

/** @type {(progress: Progress) => Metrics} of what is read so far */
export const metricsOf = ({labels, probabilities}) => evaluate(labels, probabilities);

// ---- sections ----

/** @type {(metrics: Metrics, soFar?: boolean) => Markup} */
export const headline = (metrics, soFar = false) => render('headline.html', {metrics, so_far: soFar});

/** @type {(metrics: Metrics, busy?: boolean) => Markup} */
export function matrix({confusion_matrix: counts}, busy = false) {
  const worst = Math.max(0, ...counts.flatMap((row, t) => row.filter((_, p) => p !== t)));
  const rows = counts.map((row, t) => {
    const total = row.reduce((sum, n) => sum + n, 0);
    const cells = row.map((n, p) => {
      const wrong = n > 0 && t !== p;
      return {
        predicted: p,
        count: n,
        kind: t === p ? 'right' : wrong ? 'wrong' : 'none',
        share: n ? (100 * n) / total : 0,
        heat: wrong ? 22 + 68 * Math.sqrt(n / worst) : 0,
        deep: wrong && n > worst / 2,
      };
    });
    return [t, cells];
  });
  return render('matrix.html', {rows, busy});
}

/** @type {(report: Report) => Markup} */
export function perClass({metrics}) {
  const rows = metrics.per_class.map((row) => [row, row.support - metrics.confusion_matrix[row.digit][row.digit]]);
  return render('per_class.html', {rows, most: Math.max(0, ...rows.map(([, errors]) => Number(errors)))});
}

/** @type {(report: Report) => Markup} */
const epochsTable = ({epochs, model}) => render('epochs.html', {epochs, published: words.PUBLISHED[model] ?? []});

/** @type {(report: Report) => string} */
export const epochs = (report) =>
  `${epochsTable(report)}${report.epochs.length ? `<div class="plots">${plots.history(report, 'loss')}${plots.history(report, 'accuracy')}</div>` : ''}`;

/** @type {(report: Report) => Markup} */
const calibration = ({metrics, before, second_look}) =>
  render('calibration.html', {metrics, before, second_look: second_look ? words.SECOND_LOOK : null});

/** @type {(report: Report) => Markup} */
export const confidence = (report) =>
  render('evaluate/templates/confidence.html', {
    calibration: calibration(report),
    diagrams: plots.diagrams(report),
    coverage: plots.coverage(report),
    trusted: trusted(report),
    points: report.metrics.coverage,
  });

/** @type {(report: Report) => Markup} in the report's file */
export function robustness({robustness: found}) {
  const scores = found?.scores ?? [];
  return render('robustness.html', {
    robustness: found,
    clean: scores.find(({corruption}) => corruption === 'clean') ?? null,
    scores: [...scores].sort((a, b) => b.accuracy - a.accuracy),
    examples: {},
  });
}

/** @type {(report: Report) => Markup | string} */
export const folder = (report) => (report.folder ? render('folder.html', {folder: report.folder, most: words.MOST_LISTED}) : '');

// ---- images ----

/** @type {(report: Report, images: Uint8Array | null, query: Query, filters?: boolean) => Markup} */
export function gallery(report, images, query, filters = false) {
  const indices = select(report, query);
  const shows = images !== null && indices.length > 0;
  return render('evaluate/templates/gallery.html', {
    query,
    title: title(query, indices.length),
    tiles: shownTiles(report, images, indices.slice(0, query.shown)),
    more: shows ? Math.min(words.PAGE, Math.max(indices.length - query.shown, 0)) : 0,
    can_open: shows,
    filters,
    has_label_problems: problems(report).length > 0,
    digits: DIGITS,
    kinds: words.KINDS,
    bands: words.BANDS,
    labels: words.LABELS,
    sorts: words.SORTS,
  });
}

/** @type {(report: Report, images: Uint8Array | null, indices: number[]) => Markup} */
export const shownTiles = (report, images, indices) =>
  images === null ? quiet(words.MISSING) : indices.length ? tiles(report, images, indices) : quiet(words.NO_IMAGES);

export const galleryWaiting = () => render('evaluate/templates/gallery_waiting.html', {});

// ---- the status line ----

/**
 * @param {string} label
 * @param {string} text
 * @param {{state?: string, missing?: boolean, testSet?: string | null, progress?: Progress | null, folder?: Markup | string}} [more]
 */
export const status = (label, text, {state = 'rest', missing = false, testSet = null, progress = null, folder: read = ''} = {}) =>
  render('evaluate/templates/status.html', {
    label,
    text,
    state,
    missing,
    test_set: testSet,
    progress,
    progress_name: 'Evaluation',
    folder: read,
  });

/** @type {(progress: Progress) => Markup} */
export function running(progress) {
  const {done, total, seconds} = progress;
  const left = done ? ((total - done) * seconds) / done : 0;
  const text = `${thousands(done)} of ${thousands(total)} images, ${thousands(Math.round(done / seconds))} a second, ${fixed(left, 0)} s left.`;
  return status('Running', text, {state: 'mine', progress});
}

/** @type {(fresh: Report, shipped: Report | null, weights: string) => string} whether a run gives what the shipped report says */
export function reproduces(fresh, shipped, weights) {
  if (!shipped || shipped.dataset.sha256 !== fresh.dataset.sha256) {
    return 'There is no shipped report of this model and these images to compare with.';
  }
  if (shipped.weights_sha256 !== weights) {
    return 'These are not the weights of the shipped report, so its figures do not apply to this run.';
  }
  const changed = fresh.predicted.filter((one, at) => one !== shipped.predicted[at]).length;
  if (!changed && fresh.metrics.errors === shipped.metrics.errors) {
    return `This run reproduces the shipped report: the same answer to each of the ${thousands(fresh.dataset.n)} images.`;
  }
  const errors = `${thousands(fresh.metrics.errors)} errors against ${thousands(shipped.metrics.errors)}`;
  return `This run differs from the shipped report: ${thousands(changed)} of ${thousands(fresh.dataset.n)} answers, ${errors}.`;
}

// ---- comparison ----

/** @type {(name: string, progress: Progress) => Markup} in its place while a model is evaluated to be compared with */
export const evaluating = (name, progress) => render('evaluate/templates/evaluating.html', {name, progress});

/**
 * @param {Report | null} a
 * @param {Record<string, string>} comparable  key → name of what can be chosen
 * @param {string | null} other  the key chosen
 * @param {Report | null} b  its report
 * @param {Uint8Array | null} images
 * @param {string} message  what came of a run
 */
export function comparison(a, comparable, other, b, images, message) {
  const same = a && b && a.dataset.sha256 === b.dataset.sha256;
  const found = same ? compared(a, b) : null;
  return render('evaluate/templates/comparison.html', {
    comparable,
    other,
    options: other ? comparable : {'': 'choose …', ...comparable},
    message:
      !message && a && b && !same
        ? `The report of ${a.model} is about ${a.dataset.name} and that of ${b.model} about ${b.dataset.name}: only results on the same images can be compared.`
        : message,
    has_report: a !== null,
    no_report: words.NO_REPORT,
    found,
    figures: same ? figures(a, b) : [],
    conclusion: '',
    difference: same ? difference(a, b) : [],
    agreement: same ? a.predicted.filter((one, at) => one === b.predicted[at]).length / a.predicted.length : null,
    only_one: found && a && b ? onlyOne(found, a, b, images) : [],
  });
}

/** @type {(a: Report, b: Report) => {names: [string, string], words: string, onlyA: number[], onlyB: number[]}} */
function compared(a, b) {
  const right = [a, b].map(({labels, predicted}) => labels.map((label, at) => label === predicted[at]));
  /** @type {(first: number, second: number) => number[]} */
  const only = (first, second) => right[first].flatMap((is, at) => (is && !right[second][at] ? [at] : []));
  const [onlyA, onlyB] = [only(0, 1), only(1, 0)];
  const p = mcnemar(onlyA.length, onlyB.length);
  const chance = `McNemar’s exact test, ${p < 1e-4 ? 'p < 0.0001' : `p = ${Number(p.toPrecision(2))}`}`;
  const n = onlyA.length + onlyB.length;
  const [better, worse] = onlyA.length > onlyB.length ? [a, b] : [b, a];
  const said = !n
    ? `${a.model} and ${b.model} are right and wrong on exactly the same images.`
    : p < 0.05
      ? `${better.model} is better than ${worse.model}, and by more than chance explains (${chance}).`
      : `These images do not show which is better: of the ${thousands(n)} that only one of them reads right, ${thousands(onlyA.length)} go to ${a.model} and ${thousands(onlyB.length)} to ${b.model}; chance alone often does that (${chance}).`;
  return {names: [a.model, b.model], words: said, onlyA, onlyB};
}

/** @type {(a: Report, b: Report) => [string, string, string, string][]} */
function figures({metrics: a}, {metrics: b}) {
  /** @type {[string, 'accuracy' | 'errors' | 'macro_f1' | 'top2' | 'log_loss' | 'ece', (value: number) => string][]} */
  const rows = [
    ['accuracy', 'accuracy', percent],
    ['errors', 'errors', thousands],
    ['macro F1', 'macro_f1', percent],
    ['right in top two', 'top2', percent],
    ['log loss', 'log_loss', (value) => fixed(value, 4)],
    ['calibration error', 'ece', percent],
  ];
  return rows.map(([label, name, write]) => {
    const [first, second] = [a[name], b[name]];
    if (first === null || second === null) return [label, first === null ? '–' : write(first), second === null ? '–' : write(second), '–'];
    const apart = first - second;
    return [label, write(first), write(second), `${apart < 0 ? '−' : '+'}${write(Math.abs(apart))}`];
  });
}

/** @type {(a: Report, b: Report) => [number, object[]][]} the first matrix minus the second */
function difference({metrics: {confusion_matrix: first}}, {metrics: {confusion_matrix: second}}) {
  const apart = first.map((row, t) => row.map((n, p) => n - second[t][p]));
  const most = Math.max(1, ...apart.flat().map(Math.abs));
  return apart.map((row, t) => [
    t,
    row.map((count, predicted) => ({
      predicted,
      count,
      more: count > 0 ? 'first' : count < 0 ? 'second' : 'none',
      heat: count ? 20 + 70 * Math.sqrt(Math.abs(count) / most) : 0,
    })),
  ]);
}

/** @type {(found: {onlyA: number[], onlyB: number[]}, a: Report, b: Report, images: Uint8Array | null) => [string, Markup][]} */
function onlyOne({onlyA, onlyB}, a, b, images) {
  /** @type {[Report, Report, number[]][]} */
  const both = [
    [a, b, onlyA],
    [b, a, onlyB],
  ];
  return both.map(([reads, misreads, indices]) => {
    const some = indices.length > words.MOST_TILES ? `, the first ${words.MOST_TILES} of them` : '';
    const heading = `Only ${reads.model} reads ${plural(indices.length, 'image')} right${some}`;
    return [heading, shownTiles(misreads, images, indices.slice(0, words.MOST_TILES))];
  });
}

// ---- files ----

/** @type {(report: Report, images: Uint8Array | null) => string} a report as one page that opens offline */
export function page(report, images) {
  const misread = select(report, MOST_WRONG);
  const embedded = misread.slice(0, words.MOST_IMAGES);
  return `${render('report.html', {
    report,
    css: markup(`${words.CSS}\n${words.PLOTS}`),
    script: markup(words.SCRIPT),
    headline: headline(report.metrics),
    matrix: matrix(report.metrics),
    per_class: perClass(report),
    images_at_hand: images !== null,
    embedded: embedded.length,
    misread: misread.length,
    tiles: images && embedded.length ? tiles(report, images, embedded) : '',
    epochs: markup(epochs(report)),
    curves: '',
    calibration: calibration(report),
    diagrams: plots.diagrams(report),
    coverage: plots.coverage(report),
    trusted: trusted(report),
    robustness: robustness(report),
    slices: table(report.more.slices, false, words.MOST_SLICES_IN_FILE),
    refusal: onlyTheApp(),
    refusal_plots: [],
    cost: onlyTheApp(),
    folder: folder(report),
  })}\n`;
}

/** @type {(text: string) => Markup} our own, which needs no escaping */
const markup = (text) => new Markup(text);
