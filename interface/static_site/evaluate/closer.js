// The sections that look closer, as interface/evaluate/closer_cards.py makes them: `whom` and `otherHands`. What only Python measures is in
// shipped.js, or a sentence says why it is not here (`INSTEAD`).

import {KINDS_OF_DAMAGE, MNIST_ONLY, OWN_UNDAMAGED, PAGE} from './constants.js';
import {plural, render} from './jinja.js';
import {evaluate} from './metrics.js';
import {table} from './slices.js';
import {matrix, quiet, shownTiles} from './views.js';

/** @import {Report} from './types.js' */

/** @type {Record<string, () => import('./jinja.js').Markup>} for a test set of one's own, as the app says it */
export const INSTEAD = {'When it refuses': () => quiet(MNIST_ONLY), Robustness: () => quiet(OWN_UNDAMAGED)};

/**
 * "Whom it is good for": the table, and below it the matrix and the images of the slice that was chosen.
 * @param {Report} report
 * @param {Uint8Array | null} images
 * @param {{slice: string, name: string} | null} [chosen]
 */
export function whom(report, images, chosen = null) {
  const grouping = report.more.slices?.groupings.find(({name}) => name === chosen?.slice);
  const place = grouping?.names.indexOf(chosen?.name ?? '') ?? -1;
  const rows = table(report.more.slices, true);
  if (!chosen || !grouping || place < 0) return render('evaluate/templates/slices.html', {table: rows, chosen: null});
  const members = grouping.members.flatMap((member, at) => (member === place ? [at] : []));
  /** @type {(at: number) => boolean} */
  const wrong = (at) => report.labels[at] !== report.predicted[at];
  const shown = [...members.filter(wrong), ...members.filter((at) => !wrong(at))].slice(0, PAGE);
  const metrics = evaluate(
    members.map((at) => report.labels[at]),
    members.map((at) => report.probabilities[at]),
  );
  return render('evaluate/templates/slices.html', {
    table: rows,
    chosen: `${chosen.slice}: ${chosen.name}, ${plural(members.length, 'image')}, ${plural(members.filter(wrong).length, 'error')}`,
    matrix: matrix(metrics),
    tiles: shownTiles(report, images, shown),
    shown: shown.length,
  });
}

/**
 * "Other hands": MNIST's test set, its corruptions where they are measured, and the test set that is selected.
 * @param {Report | null} mnist
 * @param {Report | null} own
 */
export function otherHands(mnist, own) {
  /** @type {(found: Report, name: string, n: number, accuracy: number, interval: [number, number] | null) => object} */
  const row = ({created, weights_sha256: weights}, name, n, accuracy, interval) => ({
    test_set: name,
    n,
    accuracy,
    interval,
    date: created.slice(0, 10),
    weights: weights.slice(0, 8),
  });
  /** @type {(found: Report | null) => object[]} */
  const whole = (found) => (found ? [row(found, found.dataset.name, found.dataset.n, found.metrics.accuracy, found.metrics.interval)] : []);
  const damage = mnist?.robustness
    ? [row(mnist, `MNIST-C, mean of ${KINDS_OF_DAMAGE} corruptions`, mnist.robustness.n * KINDS_OF_DAMAGE, mnist.robustness.mean, null)]
    : [];
  return render('evaluate/templates/other_hands.html', {rows: [...whole(mnist), ...damage, ...whole(own)]});
}
