// The cards of the lower half that need nothing but the report and its images, as interface/evaluate/cards.py has them: `CARDS`.

import {whom} from './closer.js';
import {SLICES} from './constants.js';
import * as views from './views.js';

/** @import {Markup} from './jinja.js' */
/** @import {Report} from './types.js' */

/** @type {[string, (report: Report, images: Uint8Array | null) => Markup | string][]} */
const CARDS_BY_NAME = [
  ['Per class', (report) => views.perClass(report)],
  ['Epochs', (report) => views.epochs(report)],
  ['Images', (report, images) => views.gallery(report, images, views.MOST_WRONG, true)],
  [SLICES, (report, images) => whom(report, images)],
  ['Is it sure when it is right?', (report) => views.confidence(report)],
];
/** By section. */
export const CARDS = new Map(CARDS_BY_NAME);
