// How far the figures of calibration can be trusted, as evaluation/confidence.py finds it: each digit apart (`byDigit`), and a bootstrap
// interval of the ECE (`eceInterval`). `trusted` shows them.

import {randomOf} from '../../explore/random.js';
import {turn} from '../../page/painted.js';
import {BINS, RESAMPLES, SEED} from './constants.js';
import {render} from './jinja.js';
import {binOf, calibrationError, reliability, wilson} from './metrics.js';
import {quantile} from './slices.js';

/** @import {DigitConfidence, Interval, Report} from './types.js' */

const AT_ONCE = 25; // resamples without a pause: of 10,000 images some milliseconds

/** @typedef {{labels: number[], predicted: number[], probabilities: number[][]}} Answers  predicted: −1 for no single digit */

/** @type {(report: Report) => import('./jinja.js').Markup} */
export const trusted = ({metrics, before, more}) =>
  render('trust.html', {metrics, before, trust: {ece_interval: more.ece_interval, by_digit: more.calibration_by_digit}});

/** @type {(answers: Answers) => {digit: number, confidence: number, right: boolean}[]} of the images that were read */
const read = ({labels, predicted, probabilities}) =>
  predicted.flatMap((digit, at) => (digit < 0 ? [] : [{digit, confidence: Math.max(...probabilities[at]), right: digit === labels[at]}]));

/** @type {(answers: Answers) => DigitConfidence[]} how sure a model is where it answers each digit, and how often it is right */
export function byDigit(answers) {
  const all = read(answers);
  return Array.from({length: 10}, (_, digit) => {
    const own = all.filter((one) => one.digit === digit);
    const n = own.length;
    const [confidence, right] = [own.map((one) => one.confidence), own.map((one) => one.right)];
    const hits = right.filter(Boolean).length;
    return {
      digit,
      n,
      confidence: n ? confidence.reduce((sum, value) => sum + value, 0) / n : null,
      accuracy: n ? hits / n : null,
      interval: n ? wilson(hits, n) : null,
      ece: calibrationError(reliability(confidence, right)),
    };
  });
}

/**
 * 95 % percentile interval of the expected calibration error under resampling of the images, which are drawn one by one.
 * @param {Answers} answers
 * @returns {Promise<Interval | null>}  null without images
 */
export async function eceInterval(answers) {
  const all = read(answers);
  const n = all.length;
  if (!n) return null;
  const bins = Uint8Array.from(all, ({confidence}) => binOf(confidence));
  const excess = Float64Array.from(all, ({confidence, right}) => Number(right) - confidence);
  const random = randomOf(SEED);
  const errors = new Float64Array(RESAMPLES);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    if (resample % AT_ONCE === 0) await turn();
    const sums = new Float64Array(BINS);
    for (let drawn = 0; drawn < n; drawn++) {
      const at = Math.floor(n * random());
      sums[bins[at]] += excess[at];
    }
    errors[resample] = sums.reduce((sum, value) => sum + Math.abs(value), 0) / n;
  }
  errors.sort();
  return [quantile(errors, 0.025), quantile(errors, 0.975)];
}
