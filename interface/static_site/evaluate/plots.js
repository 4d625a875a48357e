// The plots of a report as SVG: reliability, coverage, epochs, robustness and the confusion matrix, in the page and as files. What
// evaluation/plots.py draws with Matplotlib; axes.html is the frame.

import {context2d} from '../../page/dom.js';
import {COLOURS, PLOTS} from './constants.js';
import {fixed, Markup, render} from './jinja.js';
import {wilson} from './metrics.js';

/** @import {Bin, Report} from './types.js' */

/**
 * A path in the plot's own units, and what it looks like.
 * @typedef {{kind: 'bar' | 'pale' | 'warm' | 'line' | 'band' | 'error' | 'other' | 'dashed', d: string}} Mark
 * @typedef {{x: number, y: number, text: string, anchor: string, turned?: boolean}} Label
 * @typedef {{low: number, high: number, ticks?: [at: number, text: string][], title: string}} Axis
 */

const [LEFT, RIGHT, TOP, BOTTOM] = [46, 12, 12, 42]; // px around the frame

/**
 * A plot.
 * @param {string} name
 * @param {[width: number, height: number]} size  px
 * @param {Axis} across
 * @param {Axis} up  drawn upwards
 * @param {(x: (value: number) => string, y: (value: number) => string) => Mark[]} marks  of places on the axes
 * @param {Label[]} [more]
 * @returns {Markup}
 */
function plot(name, [width, height], across, up, marks, more = []) {
  const left = Math.max(LEFT, ...(up.ticks ?? []).map(([, text]) => 26 + 6.4 * text.length));
  /** @type {(axis: Axis, value: number) => number} */
  const share = (axis, value) => (value - axis.low) / (axis.high - axis.low || 1);
  const place = {
    x: (/** @type {number} */ value) => left + share(across, value) * (width - left - RIGHT),
    y: (/** @type {number} */ value) => height - BOTTOM - share(up, value) * (height - TOP - BOTTOM),
  };
  /** @type {Label[]} */
  const labels = [
    ...(across.ticks ?? ticks(across)).map(([at, text]) => ({x: place.x(at), y: height - BOTTOM + 16, text, anchor: 'middle'})),
    ...(up.ticks ?? ticks(up)).map(([at, text]) => ({x: left - 8, y: place.y(at) + 4, text, anchor: 'end'})),
    {x: (left + width - RIGHT) / 2, y: height - 6, text: across.title, anchor: 'middle'},
    {x: 12, y: (TOP + height - BOTTOM) / 2, text: up.title, anchor: 'middle', turned: true},
    ...more,
  ];
  const grid = [
    ...(across.ticks ?? ticks(across)).map(([at]) => `M${place.x(at)} ${TOP}V${height - BOTTOM}`),
    ...(up.ticks ?? ticks(up)).map(([at]) => `M${left} ${place.y(at)}H${width - RIGHT}`),
  ];
  const drawn = marks(
    (value) => place.x(value).toFixed(2),
    (value) => place.y(value).toFixed(2),
  );
  return render('static_site/evaluate/axes.html', {
    name,
    width,
    height,
    grid,
    marks: drawn,
    labels: labels.map((one) => ({turned: false, ...one})),
  });
}

/** @type {(axis: Axis) => [number, string][]} some round numbers along it */
function ticks({low, high}) {
  const rough = (high - low) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10);
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  /** @type {[number, string][]} */
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + step * 1e-9; at += step) found.push([at, fixed(at, decimals)]);
  return found;
}

const PERCENT = {low: 0, high: 100};

/** @type {(bins: Bin[], name: string) => Markup} a reliability diagram */
export const diagram = (bins, name) =>
  plot(name, [420, 340], {...PERCENT, title: 'how sure it was, %'}, {...PERCENT, title: 'how often it was right, %'}, (x, y) => [
    {kind: 'dashed', d: `M${x(0)} ${y(0)}L${x(100)} ${y(100)}`},
    ...bins.flatMap(({low, high, n, accuracy, confidence}) => {
      if (accuracy === null || confidence === null) return [];
      const [middle, half] = [50 * (low + high), 44 * (high - low)];
      const [least, most] = wilson(Math.round(n * accuracy), n);
      return [
        {
          kind: n < 10 ? /** @type {const} */ ('pale') : /** @type {const} */ ('bar'),
          d: `M${x(middle - half)} ${y(0)}V${y(100 * accuracy)}H${x(middle + half)}V${y(0)}Z`,
        },
        {kind: /** @type {const} */ ('band'), d: `M${x(middle)} ${y(100 * least)}V${y(100 * most)}`},
        {kind: /** @type {const} */ ('error'), d: `M${x(100 * confidence)} ${y(100 * accuracy)}V${y(100 * confidence)}`},
      ];
    }),
  ]);

/** @type {(report: Report) => [title: string, plot: Markup][]} */
export function diagrams({metrics, before}) {
  /** @type {(title: string, ece: number | null) => string} */
  const named = (title, ece) => (ece === null ? title : `${title}: ECE ${fixed(100 * ece, 2)} %`);
  /** @type {[string, Bin[]][]} */
  const found = [
    ...(before ? [/** @type {[string, Bin[]]} */ ([named('Before calibration', before.ece), before.calibration])] : []),
    [named(before ? 'After calibration' : 'As it answers', metrics.ece), metrics.calibration],
  ];
  return found.map(([title, bins]) => [title, diagram(bins, title)]);
}

/** @type {(report: Report) => Markup} accuracy over the share of images answered, from 80 % on */
export function coverage({metrics: {coverage: points}}) {
  const shown = points.filter((point) => point.coverage >= 0.8);
  const lowest = Math.min(1, ...shown.map((point) => point.accuracy));
  const across = {low: Math.min(99, ...shown.map((point) => 100 * point.coverage)), high: 100, title: 'images answered, %'};
  const up = {low: 100 * lowest - 2 * (1 - lowest), high: 100 + 2 * (1 - lowest) + 1e-3, title: 'right when it answers, %'};
  return plot('Accuracy over images answered', [420, 340], across, up, (x, y) => [
    line(
      'line',
      shown.map((point) => [100 * point.coverage, 100 * point.accuracy]),
      x,
      y,
    ),
  ]);
}

/** @type {(kind: Mark['kind'], points: [number, number | null][], x: (value: number) => string, y: (value: number) => string) => Mark} */
function line(kind, points, x, y) {
  let pen = 'M';
  let d = '';
  for (const [at, value] of points) {
    if (value === null) pen = 'M';
    else {
      d += `${pen}${x(at)} ${y(value)}`;
      pen = 'L';
    }
  }
  return {kind, d};
}

/** @type {(report: Report, name: 'loss' | 'accuracy') => Markup} one half of the training history */
export function history({epochs}, name) {
  const scale = name === 'accuracy' ? 100 : 1;
  /** @type {(key: string) => [number, number | null][]} */
  const points = (key) => epochs.map((row) => [row.epoch ?? 0, row[key] == null ? null : scale * Number(row[key])]);
  const values = [...points(name), ...points(`val_${name}`)].flatMap(([, value]) => (value === null ? [] : [value]));
  const last = Math.max(2, ...epochs.map((row) => row.epoch ?? 0));
  const title = name === 'accuracy' ? 'accuracy, %' : 'loss';
  const up = {low: Math.min(...values), high: Math.max(...values), title: `${title}: training —, held out - -`};
  return plot(title, [420, 300], {low: 1, high: last, title: 'epoch'}, up, (x, y) => [
    line('line', points(name), x, y),
    line('other', points(`val_${name}`), x, y),
  ]);
}

/** @type {(report: Report) => Markup} accuracy under each corruption with its interval; the dashed line is the clean images */
export function robustness({robustness: found}) {
  const scores = found?.scores ?? [];
  const ranked = scores.filter(({corruption}) => corruption !== 'clean').sort((a, b) => a.accuracy - b.accuracy);
  const up = {
    low: -0.6,
    high: Math.max(ranked.length, 1) - 0.4,
    title: '',
    ticks: ranked.map(({corruption}, at) => /** @type {[number, string]} */ ([at, corruption.replaceAll('_', ' ')])),
  };
  return plot('Accuracy under each corruption', [560, 460], {...PERCENT, title: found ? 'accuracy, %' : 'not measured'}, up, (x, y) => [
    ...ranked.flatMap(({accuracy, interval: [low, high]}, at) => [
      {kind: /** @type {const} */ ('bar'), d: `M${x(0)} ${y(at - 0.33)}H${x(100 * accuracy)}V${y(at + 0.33)}H${x(0)}Z`},
      {kind: /** @type {const} */ ('error'), d: `M${x(100 * low)} ${y(at)}H${x(100 * high)}`},
    ]),
    ...scores
      .filter(({corruption}) => corruption === 'clean')
      .map(({accuracy}) => ({
        kind: /** @type {const} */ ('dashed'),
        d: `M${x(100 * accuracy)} ${y(up.low)}V${y(up.high)}`,
      })),
  ]);
}

/**
 * A table of ten rows and ten columns, each cell with its count on its colour.
 * @param {string} name
 * @param {number[][]} matrix  rows true, columns read as
 * @param {(n: number, right: boolean) => 'pale' | 'warm'} colour
 * @param {(n: number) => string} text  of a count that is not 0
 * @param {string} across  what is written below
 */
function grid(name, matrix, colour, text, across) {
  const digits = matrix.map((_, digit) => /** @type {[number, string]} */ ([digit, String(digit)]));
  const axis = {low: -0.5, high: 9.5, ticks: digits};
  const size = /** @type {[number, number]} */ ([520, 500]);
  const cells = matrix.flatMap((row, t) => row.map((n, p) => ({t: 9 - t, p, n, right: t === p})));
  /** @type {Label[]} */
  const counts = cells.map(({t, p, n}) => ({
    x: LEFT + ((p + 0.5) / 10) * (size[0] - LEFT - RIGHT),
    y: TOP + ((9.5 - t) / 10) * (size[1] - TOP - BOTTOM) + 4,
    text: n ? text(n) : '·',
    anchor: 'middle',
  }));
  const up = {...axis, title: 'true', ticks: digits.map(([digit, text]) => /** @type {[number, string]} */ ([9 - digit, text]))};
  return plot(
    name,
    size,
    {...axis, title: across},
    up,
    (x, y) =>
      cells.flatMap(({t, p, n, right}) =>
        n ? [{kind: colour(n, right), d: `M${x(p - 0.47)} ${y(t - 0.47)}V${y(t + 0.47)}H${x(p + 0.47)}V${y(t - 0.47)}Z`}] : [],
      ),
    counts,
  );
}

/** @type {(report: Report) => Markup} counts; the diagonal in the accent, errors in orange */
export const confusionMatrix = ({metrics}) =>
  grid('Confusion matrix', metrics.confusion_matrix, (_, right) => (right ? 'pale' : 'warm'), String, 'read as');

/** @type {(a: Report, b: Report) => Markup} the first matrix minus the second: blue where the first has more images, orange where the second */
export function matrixDifference(a, b) {
  const apart = a.metrics.confusion_matrix.map((row, t) => row.map((n, p) => n - b.metrics.confusion_matrix[t][p]));
  /** @type {(n: number) => string} */
  const signed = (n) => `${n > 0 ? '+' : '−'}${Math.abs(n)}`;
  const across = `read as (blue: more of ${a.model}; orange: more of ${b.model})`;
  return grid(`Confusion matrix: ${a.model} − ${b.model}`, apart, (n) => (n > 0 ? 'pale' : 'warm'), signed, across);
}

/** @type {(svg: Markup) => string} a plot as a file: with its colours inside, which a page gives by its style sheet */
export function asFile(svg) {
  const style = PLOTS.replace(/var\(--(\w+)\)/g, (_, name) => COLOURS[name]);
  return svg.html.replace('>', `><style>${style}</style><rect width="100%" height="100%" fill="#fff"/>`);
}

/**
 * A plot's file as a PNG, twice its size.
 * @param {string} svg
 * @returns {Promise<Blob>}
 */
export async function asPng(svg) {
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg.replace('<svg ', `<svg width="${width}" height="${height}" `))}`;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), {width: 2 * Number(width), height: 2 * Number(height)});
  context2d(canvas).drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png'));
}
