// The reports that ship with the page (`shippedReport`), and the sections that Python has made of them (interface/static_site/closer.py,
// `sectionsOf`).

import {weights} from './constants.js';
import {fromJson} from './report.js';

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
          .catch(() => {
            reports.delete(model); // a later try may find the network back
            return null;
          }));
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
