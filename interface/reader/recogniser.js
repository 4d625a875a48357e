// Picture → reading: the whole path, as in model/recogniser.py, calibration.py and reading.py, step for step. Enter at `Recogniser`.

import {round} from './arrays.js';
import {calibration, ink as INK, normalization, recogniser} from './constants.js';
import {area, toImage} from './normalization.js';
import {candidates} from './segmentation/ink.js';
import {readLine} from './segmentation/line_reader.js';
import {lines} from './segmentation/segment.js';
import {withSecondLook} from './test_time_augmentation.js';

/** @import {Box, Card, Digit, ExactDigit, Ink, Judgement, Network, Piece, Pixels, Reading, Verdict} from './types.js' */

const {SIDE} = normalization;
const {GOOD_ENOUGH, ALONE, CROWD, MOST_CUTS, ENOUGH} = recogniser;
const {TINY, SURE, UNSURE, NOT_A_DIGIT, EMPTY} = calibration;

/** @type {(bytes: Uint8Array) => Float32Array} an image's grey values in [0, 1] */
const unit = (bytes) => Float32Array.from(bytes, (value) => value / 255);

/** Reads pictures and 28 × 28 images with one network of digits. */
export class Recogniser {
  /**
   * @param {Network} network  of digits
   * @param {Card} card  its calibration
   * @param {Network | null} touchingNetwork  of strips; only `brief` readings do without it
   * @param {Network | null} student  of digits; the card's, where it has one
   */
  constructor(network, card, touchingNetwork = null, student = null) {
    this.network = network;
    this.card = card;
    this.touchingNetwork = touchingNetwork;
    this.student = student;
  }

  /** The same reader without second looks. */
  atOneLook() {
    return new Recogniser(this.network, {...this.card, second_look: false}, this.touchingNetwork, this.student);
  }

  /**
   * Read a picture.
   * @param {Pixels} picture
   * @param {boolean} [brief]  cut and join no ink, which takes up to some hundred crops; where some should be, the reading is `brief`
   * @param {string} [expected]  what another reader has read, in one line; an ink in which the same stands is the last one
   * @returns {Reading}
   * @throws {Error} where ink must be cut and there is no touchingNetwork
   */
  read(picture, brief = false, expected = '') {
    const {width, height} = picture;
    /** @type {Reading} */
    let best = {...summarise([]), ink: null};
    let bestQuality = -1;
    let tried = 0;
    let leftOut = false; // of any ink: with it that one might have been the best
    for (const [ink, prior] of candidates(picture)) {
      const {reading, explained, crops} = this.readInk(ink, brief, width / ink.width, height / ink.height);
      if (expected && inOneLine(reading) === expected) return {...reading, brief: leftOut || reading.brief};
      const alone = Math.max(width, height) <= INK.TINY_SIDE ? ALONE ** (reading.digits.length - 1) : 1;
      const quality = explained * prior * alone;
      if (quality > bestQuality) [best, bestQuality] = [reading, quality];
      tried += crops;
      leftOut ||= Boolean(reading.brief);
      if (quality >= GOOD_ENOUGH || tried > ENOUGH) break;
    }
    return {...best, brief: leftOut};
  }

  /**
   * Read one image exactly as it is: no ink, no crop, no scaling.
   * @param {Uint8Array} bytes  28 × 28, 0 paper – 255 ink
   * @returns {Reading}
   */
  readImage(bytes) {
    return {...summarise([[this.imageDigit(unit(bytes))]]), ink: {data: bytes, width: SIDE, height: SIDE}};
  }

  /**
   * The probabilities of the ten digits of each image, exactly as it is, and that it is no digit.
   * @param {Uint8Array} bytes  784 an image, 0 paper – 255 ink
   * @returns {{probabilities: number[][], none: number[]}}
   */
  probabilities(bytes) {
    const digits = Array.from({length: bytes.length / (SIDE * SIDE)}, (_, at) =>
      this.imageDigit(unit(bytes.subarray(SIDE * SIDE * at, SIDE * SIDE * (at + 1)))),
    );
    return {probabilities: digits.map(({exact}) => exact), none: digits.map((digit) => digit.not_digit)};
  }

  /**
   * What is read in images that another model has found: the digits, and the probability where there is one image.
   * @param {Uint8Array} bytes  784 an image
   * @returns {{text: string, probability: number | null}}
   */
  opinion(bytes) {
    const digits = Array.from({length: bytes.length / (SIDE * SIDE)}, (_, at) =>
      this.digit([0, 0, SIDE, SIDE], unit(bytes.subarray(SIDE * SIDE * at, SIDE * SIDE * (at + 1)))),
    );
    const text = digits.flatMap(({digit, verdict}) => (verdict === NOT_A_DIGIT ? [] : [digit])).join('');
    const alone = digits.length === 1 && text;
    return {text: text || NOT_A_DIGIT, probability: alone ? digits[0].probability : null};
  }

  /**
   * Read one ink. explained: the share of it that digits explain, weighted by their probability; crops: how many took as long.
   * @param {Ink} ink
   * @param {boolean} brief
   * @param {number} across  these two take ink pixels to picture pixels, for the boxes
   * @param {number} down
   */
  readInk(ink, brief, across, down) {
    const found = lines(ink);
    const count = found.flat().length;
    let cuts = 0;
    const read = found.map((line) => {
      const {read, crops} = readLine(this, line, count > CROWD, brief ? -1 : Math.max(0, MOST_CUTS - cuts));
      cuts += crops;
      return read;
    });
    const explained = read.flat().reduce((sum, {digit, piece}) => sum + area(piece.ink) * digit.probability, 0) / area(ink) || 0;
    const digits = read.map((line) => line.map(({digit}) => ({...digit, box: scaledBox(digit.box, across, down)})));
    return {reading: {...summarise(digits), ink, brief: cuts < 0}, explained, crops: count + cuts};
  }

  /**
   * Read an image that comes as such, 784 numbers in [0, 1]: where it is clear to the student, its answer counts
   * (model/cascade.py).
   * @param {Float32Array} image
   * @returns {ExactDigit}
   */
  imageDigit(image) {
    /** @type {Box} */
    const box = [0, 0, SIDE, SIDE];
    if (this.student && this.card.student) {
      const {temperature, clear, enough} = this.card.student;
      const digit = this.calibrated(box, image, this.student(image), temperature);
      const confidence = Math.fround(digit.exact[digit.digit] * Math.fround(1 - digit.not_digit));
      return confidence >= Math.fround(clear) ? digit : this.digit(box, image, false, enough);
    }
    return this.digit(box, image);
  }

  /**
   * Read a piece of ink as one digit.
   * @param {Piece} piece
   * @param {boolean} [oneLook]  without a second look
   * @returns {ExactDigit}
   */
  readPiece({box, ink}, oneLook = false) {
    return this.digit(box, toImage(ink), oneLook);
  }

  /**
   * Read an image, 784 numbers in [0, 1].
   * @param {Box} box  where it comes from
   * @param {Float32Array} image
   * @param {boolean} [oneLook]
   * @param {number} [enough]  as of withSecondLook
   * @returns {ExactDigit}
   */
  digit(box, image, oneLook = false, enough = undefined) {
    const {temperature, second_look: secondLook} = this.card;
    const outputs = secondLook && !oneLook ? withSecondLook(this.network, image, enough) : this.network(image);
    return this.calibrated(box, image, outputs, temperature);
  }

  /**
   * @param {Box} box
   * @param {Float32Array} image
   * @param {ArrayLike<number>} outputs
   * @param {number} temperature
   * @returns {ExactDigit}
   */
  calibrated(box, image, outputs, temperature) {
    const logs = Array.from(outputs, (value) => Math.log(Math.max(value, TINY)) / temperature);
    const most = Math.max(...logs);
    return {
      ...this.judge(logs.map((value) => Math.exp(value - most))),
      box,
      image: btoa(String.fromCharCode(...Array.from(image, (value) => round(value * 255)))),
    };
  }

  /**
   * Outputs → calibrated probabilities and the verdict.
   * @param {number[]} outputs  10 or 11 numbers, not negative, of any scale
   * @returns {Judgement}
   */
  judge(outputs) {
    const {sure, not_digit: limit} = this.card;
    /** @type {(values: number[]) => number} */
    const sum = (values) => values.reduce((total, value) => total + value, 0);
    const ten = outputs.slice(0, 10);
    const whole = Math.max(sum(ten), TINY);
    const exact = ten.map((value) => Math.fround(value / whole));
    const notDigit = outputs.length > 10 ? Math.fround(outputs[10] / sum(outputs)) : 0;
    const confidence = Math.fround(Math.max(...exact) * Math.fround(1 - notDigit));
    const verdict = notDigit > limit ? NOT_A_DIGIT : confidence >= sure ? SURE : UNSURE;
    return withProbabilities({not_digit: notDigit, verdict}, exact);
  }
}

/**
 * What is known of a digit, with the ten probabilities and what they say.
 * @template {{not_digit: number}} Known
 * @param {Known} known
 * @param {number[]} exact  float32, sum 1
 */
export function withProbabilities(known, exact) {
  const order = exact.map((_, digit) => digit).sort((a, b) => exact[b] - exact[a]);
  return {
    ...known,
    digit: order[0],
    probability: exact[order[0]] * (1 - known.not_digit),
    runner_up: order[1],
    exact,
    probabilities: exact.map((value) => Number(value.toFixed(4))),
  };
}

/**
 * A box in other pixels; at least 1 px wide and high.
 * @param {Box} box
 * @param {number} across
 * @param {number} down
 * @returns {Box}
 */
export function scaledBox([x, y, width, height], across, down) {
  const [left, top] = [round(x * across), round(y * down)];
  return [left, top, Math.max(1, round((x + width) * across) - left), Math.max(1, round((y + height) * down) - top)];
}

/** @type {(reading: Reading) => string} its text without line breaks */
export const inOneLine = ({text}) => text.replaceAll('\n', '');

/**
 * The digits of each line → text and verdict of the whole.
 * @param {Digit[][]} lines
 * @returns {Omit<Reading, 'ink'>}
 */
export function summarise(lines) {
  const digits = lines.flat();
  const kept = digits.filter(({verdict}) => verdict !== NOT_A_DIGIT);
  const texts = lines.map((line) =>
    line
      .filter(({verdict}) => verdict !== NOT_A_DIGIT)
      .map(({digit}) => digit)
      .join(''),
  );
  const verdict = !digits.length ? EMPTY : !kept.length ? NOT_A_DIGIT : kept.some(({verdict: one}) => one === UNSURE) ? UNSURE : SURE;
  return {text: texts.filter(Boolean).join('\n'), verdict, why: '', digits, other_writing: []};
}
