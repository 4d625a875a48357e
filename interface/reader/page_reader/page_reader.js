// Reads a page: finds its writing with the page network, reads each digit with the digit network (`readPage`). This is
// model/page_reader/reader.py in JavaScript, step for step; that file says why.

import {blank, median} from '../arrays.js';
import {calibration, reader, reading} from '../constants.js';
import {area, scaled} from '../normalization.js';
import {scaledBox, withProbabilities} from '../recogniser.js';
import {knowsNone, secondOpinion} from '../segmentation/line_reader.js';
import {classify} from './instance_classifier.js';
import {find} from './instances.js';
import {mapsOf} from './network_input.js';
import {certainty, readingOf} from './witness.js';

/** @import {Box, DigitReader, ExactDigit, Found, Ink, Instance, Network, Page, PageNetworks, Pixels} from '../types.js' */

/** @typedef {{instance: Instance, digit: ExactDigit}} Read */

const {FIRST, SEEN, HIGH, ENLARGED, BEST, READABLE, MOST, LARGEST, COUNTED, SAMPLE, TEXTURE, SMALLEST, LARGER} = reader;
const {AGAIN, LEFT, ASKED, IS_DIGIT, CERTAIN, MAYBE} = reader;
const {NOT_A_DIGIT, SURE, UNSURE, TINY} = calibration;
const {SAME, ON_LINE, BESIDE, NEAR, UNREAD} = reader;
const {READERS, WRITING, INK_LEFT} = reading;

/**
 * @param {PageNetworks} networks
 * @param {DigitReader} digits
 * @param {Pixels} picture
 * @returns {Page}
 */
export function readPage(networks, digits, picture) {
  const grey = greyOf(picture);
  const {scale, found} = look(networks, grey);
  const page = pageOf(networks, digits, found, scale, picture);
  return readingOf(page).verdict === UNSURE ? lookedAgain(networks, digits, picture, {page, grey, scale}) : page;
}

/**
 * What counts of a page that is not sure and of the same one at other scales: never sure, for there was a doubt.
 * @param {PageNetworks} networks
 * @param {DigitReader} digits
 * @param {Pixels} picture
 * @param {{page: Page, grey: Ink, scale: number}} first
 * @returns {Page}
 */
function lookedAgain(networks, digits, picture, {page, grey, scale}) {
  let best = page;
  for (const one of AGAIN.map((times) => scale * times)) {
    if (one * Math.max(grey.width, grey.height) > LARGEST) continue;
    const other = pageOf(networks, digits, pass(networks, grey, one), one, picture);
    if (trust(other) > trust(best)) best = other;
  }
  return best === page ? page : {...best, unread: best.unread || READERS};
}

/** @type {(page: Page) => number} how far a page's reading can be trusted, at most 1 */
const trust = (page) => certainty(readingOf(page)) - LEFT * Number(page.unread === WRITING);

/**
 * The page that was found at a scale.
 * @param {PageNetworks} networks
 * @param {DigitReader} digits
 * @param {Found} found
 * @param {number} scale
 * @param {Pixels} picture
 * @returns {Page}
 */
function pageOf({asked, classifier}, digits, found, scale, picture) {
  const {answers, all} = ask(asked, found.instances);
  /** @type {Map<Instance, ExactDigit>} */
  const read = new Map();
  const probabilities = classify(classifier, found.instances, answers);
  for (const [at, probability] of probabilities.entries()) {
    const instance = found.instances[at];
    const answer = answers.get(instance);
    if (answer && probability >= IS_DIGIT) read.set(instance, judged(digits, instance, answer, probability));
  }
  const typical = median(read.size ? [...read.keys()].map(({box}) => box[3]) : [BEST]);
  /** @type {Read[]} */
  const kept = [];
  /** @type {{instance: Instance, box: Box}[]} */
  const other = [];
  for (const instance of found.instances) {
    const box = inPicture(instance.box, scale, picture);
    const digit = read.get(instance);
    const fits = SMALLEST * typical <= instance.box[3] && instance.box[3] <= LARGER * typical;
    if (digit && fits) kept.push({instance, digit: {...digit, box}});
    else other.push({instance, box});
  }
  const lines = rows(kept);
  const beside = other.some(({instance}) => lines.some((line) => isBeside(instance, line)));
  const maybe = probabilities.some((probability) => MAYBE <= probability && probability < IS_DIGIT);
  const left = found.left > UNREAD * typical ** 2;
  return {
    lines: lines.map((line) => line.map(({digit}) => digit)),
    other: other.map(({box}) => box),
    unread: beside || maybe || !all ? WRITING : left ? INK_LEFT : '',
    ink: found.ink,
  };
}

/** @type {(picture: Pixels) => Ink} as OpenCV does it, in 15 bits */
function greyOf({data, width, height}) {
  const grey = blank(width, height);
  for (let i = 0, at = 0; i < grey.data.length; i++, at += 4) {
    grey.data[i] = (9798 * data[at] + 19235 * data[at + 1] + 3735 * data[at + 2] + 16384) >> 15;
  }
  return grey;
}

/** @type {(networks: PageNetworks, grey: Ink, scale: number) => Found} what is found at a scale */
function pass({network}, grey, scale) {
  const small = scaled(grey, scale);
  return find(mapsOf(network, small), small.width, small.height);
}

/**
 * Find the writing at the scale that suits it.
 * @param {PageNetworks} networks
 * @param {Ink} grey
 * @returns {{scale: number, found: Found}}
 */
function look(networks, grey) {
  const longer = Math.max(grey.width, grey.height);
  /** @type {{scale: number, found: Found, explained: number, size: number}[]} */
  const passes = [];
  for (const scale of FIRST.map((side) => side / longer)) {
    if (passes.length && scale > ENLARGED) break;
    const found = pass(networks, grey, scale);
    passes.push({scale, found, ...explainedBy(networks.asked, found)});
    const {explained, size} = passes[passes.length - 1];
    if (explained >= SEEN && size >= HIGH) break;
  }
  const best = passes.reduce((most, one) => (one.explained > most.explained ? one : most));
  const second = Math.min((best.scale * BEST) / best.size, LARGEST / longer);
  const closer = second / best.scale;
  return best.explained <= 0 || (SAME[0] < closer && closer < SAME[1]) ? best : {scale: second, found: pass(networks, grey, second)};
}

/**
 * The share of the ink that digits explain, and their median height in px.
 * @param {DigitReader} asked
 * @param {Found} found
 */
function explainedBy(asked, {instances, ink}) {
  const fits = instances.filter(({digit, size}) => digit >= COUNTED && size >= READABLE[0] && size <= READABLE[1]).slice(0, MOST);
  if (!fits.length) return {explained: 0, size: BEST};
  const explained = fits.reduce((sum, one) => sum + asked.readPiece(one, true).probability * one.heat * one.digit * area(one.ink), 0);
  return {explained: explained / Math.max(area(ink), 1), size: median(fits.map(({size}) => size))};
}

/**
 * What is said of the instances at one look, and whether all that may be digits were read: the likeliest are read first.
 * @param {DigitReader} asked
 * @param {Instance[]} instances
 * @returns {{answers: Map<Instance, ExactDigit>, all: boolean}}
 */
function ask(asked, instances) {
  const likely = instances.filter(({digit}) => digit >= ASKED).sort((a, b) => b.heat * b.digit - a.heat * a.digit);
  /** @type {Map<Instance, ExactDigit>} */
  const answers = new Map();
  let found = 0;
  for (const [at, instance] of likely.entries()) {
    if (at === SAMPLE && found < TEXTURE * SAMPLE) return {answers, all: false};
    const digit = asked.readPiece(instance, true);
    if (digit.verdict !== NOT_A_DIGIT) found++;
    answers.set(instance, digit);
  }
  return {answers, all: true};
}

/**
 * A digit as both networks see it, read a third way where the chosen one is not sure, with the probability that it is one at all.
 * @param {DigitReader} digits
 * @param {Instance} instance
 * @param {ExactDigit} answer
 * @param {number} probability
 * @returns {ExactDigit}
 */
function judged(digits, instance, answer, probability) {
  const looked = digits.readPiece(instance);
  const both = knowsNone(digits) ? mean(looked, answer) : looked;
  const digit = looked.verdict === SURE ? both : secondOpinion(digits, both, instance.ink);
  const whole = Math.max(...digit.exact) * probability;
  const verdict = digit.verdict === SURE && both.digit === looked.digit && whole >= CERTAIN ? SURE : UNSURE;
  return {...digit, verdict, not_digit: 1 - probability, probability: whole};
}

/** @type {(digit: ExactDigit, answer: ExactDigit) => ExactDigit} with the geometric mean of both's probabilities */
function mean(digit, answer) {
  const means = digit.exact.map((own, at) => Math.sqrt(Math.max(own, TINY) * Math.max(answer.exact[at], TINY)));
  const sum = means.reduce((total, one) => total + one, 0);
  return withProbabilities(
    digit,
    means.map((one) => Math.fround(one / sum)),
  );
}

/** @type {(box: Box, scale: number, picture: {width: number, height: number}) => Box} a box of the scaled picture in the picture */
function inPicture(box, scale, picture) {
  const [x, y, width, height] = scaledBox(box, 1 / scale, 1 / scale);
  const [left, top] = [Math.min(x, picture.width - 1), Math.min(y, picture.height - 1)];
  return [left, top, Math.min(width, picture.width - left), Math.min(height, picture.height - top)];
}

/** @type {(read: Read[]) => Read[][]} lines from top to bottom */
function rows(read) {
  /** @type {Read[][]} */
  const lines = [];
  /** @type {(one: Read) => number} */
  const middle = ({instance: {box}}) => box[0] + box[2] / 2;
  for (const one of [...read].sort((a, b) => middle(a) - middle(b))) {
    const beside = lines.map((line) => shared(one.instance, line[line.length - 1].instance));
    const most = Math.max(...beside);
    if (most > ON_LINE) lines[beside.indexOf(most)].push(one);
    else lines.push([one]);
  }
  /** @type {(line: Read[]) => number} */
  const height = (line) => line.reduce((sum, {instance: {box}}) => sum + box[1] + box[3] / 2, 0) / line.length;
  return lines.sort((a, b) => height(a) - height(b));
}

/** @type {(a: Instance, b: Instance) => number} vertical overlap as a share of the shorter one's height */
const shared = ({box: a}, {box: b}) => (Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1])) / Math.min(a[3], b[3]);

/** @type {(one: Instance, line: Read[]) => boolean} whether writing stands on a line of digits, near one of them */
const isBeside = (one, line) =>
  line.some(({instance}) => {
    const [a, b] = [one.box, instance.box];
    const gap = Math.max(a[0], b[0]) - Math.min(a[0] + a[2], b[0] + b[2]);
    return gap < NEAR * b[3] && shared(one, instance) > BESIDE;
  });
