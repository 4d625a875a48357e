// The reports that ship with the page (`shippedReport`), the sections that Python has made of them (interface/static_site/closer.py,
// `sectionsOf`), and the slice that is chosen in one of these (`slices`).

import {PAGE, weights} from './constants.js';
import {Markup, plural, render} from './jinja.js';
import {evaluate} from './metrics.js';
import {fromJson} from './report.js';
import {matrix, shownTiles} from './views.js';

/** @import {Report} from './types.js' */

/** @type {Map<string, Promise<Report | null>>} by model */
const reports = new Map();
/** @type {Map<string, Promise<Record<string, string>>>} by model */
const made = new Map();

/** @type {(model: string) => Promise<Report | null>} null where none ships, or it cannot be had */
export function shippedReport(model) {
  const found =
    reports.get(model) ??
    (weights[model] === undefined
      ? Promise.resolve(null)
      : fetch(`reports/${model}.json`)
          .then(async (response) => fromJson(await response.json()))
          .catch(() => null));
  reports.set(model, found);
  return found;
}

/**
 * Section → HTML, of the report that ships with a model; nothing of other models.
 * @param {string} model
 */
export function sectionsOf(model) {
  const found =
    made.get(model) ??
    (weights[model] === undefined ? Promise.resolve({}) : fetch(`reports/${model}-sections.json`).then((response) => response.json()));
  made.set(model, found);
  return found.catch(() => {
    made.delete(model); // a later try may find the network back
    return {};
  });
}

/**
 * "Whom it is good for": the table, and below it the matrix and the images of the slice that was chosen.
 * @param {Report} report
 * @param {string} table  HTML of the app's own template
 * @param {Uint8Array | null} images
 * @param {{slice: string, name: string} | null} chosen
 */
export function slices(report, table, images, chosen) {
  const grouping = report.more.slices?.groupings.find(({name}) => name === chosen?.slice);
  const place = grouping?.names.indexOf(chosen?.name ?? '') ?? -1;
  if (!chosen || !grouping || place < 0) return render('evaluate/templates/slices.html', {table: new Markup(table), chosen: null});
  const members = grouping.members.flatMap((member, at) => (member === place ? [at] : []));
  /** @type {(at: number) => boolean} */
  const wrong = (at) => report.labels[at] !== report.predicted[at];
  const shown = [...members.filter(wrong), ...members.filter((at) => !wrong(at))].slice(0, PAGE);
  const metrics = evaluate(
    members.map((at) => report.labels[at]),
    members.map((at) => report.probabilities[at]),
  );
  return render('evaluate/templates/slices.html', {
    table: new Markup(table),
    chosen: `${chosen.slice}: ${chosen.name}, ${plural(members.length, 'image')}, ${plural(members.filter(wrong).length, 'error')}`,
    matrix: matrix(metrics),
    tiles: shownTiles(report, images, shown),
    shown: shown.length,
  });
}
