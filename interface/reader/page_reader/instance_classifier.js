// Which instances of writing on a page are digits, by what each looks like and by its company (`classify`). This is
// model/page_reader/instance_classifier.py in JavaScript, step for step; that file says why.

import {median} from '../arrays.js';
import {instance_classifier, normalization} from '../constants.js';

/** @import {Box, ExactDigit, Ink, Instance, Perceptron} from '../types.js' */

const {LIKELY, LEAST, SHARED, FARTHEST} = instance_classifier;
const {SOLID} = normalization;
const NO_NAMES = new Array(10).fill(0);

/** What stands beside an instance: its box's middle, and what the networks say of it. @typedef {{box: Box, middle: number, share: number, probability: number}} One */

/** @type {(probability: number) => number} */
const logOdds = (probability) => {
  const held = Math.min(Math.max(probability, LEAST), 1 - LEAST);
  return Math.log(held / (1 - held));
};

/**
 * How likely each instance is a digit, in [0, 1].
 * @param {Perceptron} perceptron
 * @param {Instance[]} instances
 * @param {Map<Instance, ExactDigit>} answers  what the digit network says of those that it was asked
 * @returns {number[]}
 */
export function classify({mean, deviation, layers}, instances, answers) {
  return features(instances, answers).map((row) => {
    let x = row.map((value, at) => (value - mean[at]) / deviation[at]);
    for (const [at, {weights, bias}] of layers.entries()) {
      const sums = bias.map((start, to) => x.reduce((sum, value, from) => sum + value * weights[from][to], start));
      x = at < layers.length - 1 ? sums.map((sum) => Math.max(sum, 0)) : sums;
    }
    return 1 / (1 + Math.exp(-x[0]));
  });
}

/** @type {(instances: Instance[], answers: Map<Instance, ExactDigit>) => number[][]} */
function features(instances, answers) {
  if (!instances.length) return [];
  const all = instances.map((instance) => {
    const digit = answers.get(instance);
    return {box: instance.box, middle: middle(instance.box), share: instance.digit, probability: digit?.probability ?? 0};
  });
  const [slants, solid] = [instances.map(({ink}) => slant(ink)), instances.map(({ink}) => solidShare(ink))];
  const likely = [...all.keys()].filter((at) => all[at].share >= LIKELY && all[at].probability >= LIKELY);
  const typical = median((likely.length ? likely : [...all.keys()]).map((at) => all[at].box[3]));
  const upright = likely.length ? median(likely.map((at) => slants[at])) : 0;
  const whole = [Math.log(all.length), all.reduce((sum, {share, probability}) => sum + share * probability, 0) / all.length];
  return instances.map((instance, at) => {
    const {
      box: [, , width, height],
      share,
      probability,
    } = all[at];
    const digit = answers.get(instance);
    const none = digit?.not_digit ?? 1;
    return [
      logOdds(share),
      instance.heat,
      logOdds(probability),
      logOdds(none),
      Math.log(height / typical),
      Math.log(height / instance.size),
      Math.log(width / height),
      slants[at] - upright,
      solid[at],
      ...(digit?.exact ?? NO_NAMES).map((value) => value * (1 - none)),
      ...neighbours(all[at], all),
      ...whole,
    ];
  });
}

/** @type {(box: Box) => number} x of its middle, twice */
const middle = ([x, , width]) => x + (x + width);

/** @type {(one: One, all: One[]) => number[]} what stands beside it on its line */
function neighbours(one, all) {
  const row = new Array(15).fill(0);
  const [x0, y0, width, height] = one.box;
  const near = all.flatMap((other) => {
    const [x, y, w, h] = other.box;
    const shared = Math.min(y0 + height, y + h) - Math.max(y0, y);
    const gap = Math.max(x, x0) - Math.min(x + w, x0 + width);
    return other !== one && shared > SHARED * Math.min(h, height) && gap < FARTHEST * height ? [{...other, gap}] : [];
  });
  for (const [side, there] of [near.filter((o) => o.middle < one.middle), near.filter((o) => o.middle >= one.middle)].entries()) {
    if (!there.length) continue;
    const nearest = there.reduce((best, other) => (other.gap < best.gap ? other : best));
    const [, y, , h] = nearest.box;
    row.splice(
      5 * side,
      5,
      1 - nearest.gap / (FARTHEST * height),
      logOdds(nearest.share),
      logOdds(nearest.probability),
      Math.log(h / height),
      (2 * y + h - 2 * y0 - height) / (2 * height),
    );
    row[10 + side] = there.reduce((sum, {share, probability}) => sum + share * probability, 0) / there.length;
  }
  row[12] = Math.log1p(near.reduce((sum, {share}) => sum + share, 0));
  row[13] = Math.log1p(near.reduce((sum, {share}) => sum + 1 - share, 0));
  row[14] = near.length / all.length;
  return row;
}

/** @type {(ink: Ink) => number} the share of its box that is stroke */
const solidShare = ({data}) => data.reduce((count, value) => count + (value >= SOLID ? 1 : 0), 0) / data.length;

/** @type {(ink: Ink) => number} how far it leans to the right with each px it rises */
function slant({data, width, height}) {
  let [count, ofX, ofY, ofXY, ofYY] = [0, 0, 0, 0, 0];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (data[at] < SOLID) continue;
      count++;
      ofX += x;
      ofY += y;
      ofXY += x * y;
      ofYY += y * y;
    }
  }
  const spread = count * ofYY - ofY * ofY; // whole numbers: no rounding
  return spread > 0 ? Math.min(Math.max((ofX * ofY - count * ofXY) / spread, -2), 2) : 0;
}
