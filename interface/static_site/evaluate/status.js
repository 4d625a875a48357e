// The status line at rest, as interface/evaluate/views.py writes it: `ofUploaded` for a test set of one's own, `ofMnist` for MNIST's.

import {MISSING, test_images, weights} from './constants.js';
import {thousands} from './jinja.js';
import {folder, reproduces, status} from './views.js';

/** @import {Report} from './types.js' */

/**
 * @param {Report | null} report
 * @param {string} name  of the test set
 * @param {string | null} key  the same for `testSet`
 * @param {string} model
 * @param {string} note  what else there is to say
 */
export function ofUploaded(report, name, key, model, note) {
  if (!report) return status(name, note || `${model} has not read these pictures yet. Press Run.`, {testSet: key});
  const text = `${thousands(report.dataset.n)} pictures in ${report.seconds.toFixed(1)} s, from picture to digit, as drawings are read.`;
  return status(name, `${text} ${note}`.trim(), {testSet: key, folder: folder(report)});
}

/**
 * @param {Report | null} report
 * @param {boolean} fresh  whether it is of a run here
 * @param {Report | null} shipped  the report that ships with the model
 * @param {string} note
 */
export function ofMnist(report, fresh, shipped, note) {
  const missing = !test_images;
  if (!report) return status('', note, {missing});
  if (!fresh) {
    const text = `Made ${report.created.slice(0, 10)} with the same weights. ${missing ? MISSING : 'Press Run to check it here.'} ${note}`;
    return status('The shipped report, not a run', text.trim(), {missing});
  }
  const when = report.created.slice(0, 16).replace('T', ' ');
  const pace = `${when} UTC, ${report.seconds.toFixed(1)} s, ${thousands(Math.round(report.images_per_second))} images a second.`;
  const same = reproduces(report, shipped, weights[report.model]);
  return status('A run in this browser', `${pace} ${same} ${note}`.trim());
}
