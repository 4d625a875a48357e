// Reads the pieces of one line as digits, and cuts or joins those that are not plainly one digit each (`readLine`). This is
// model/segmentation/line_reader.py in JavaScript, step for step; that file says why.

import {calibration, line_reader, touching} from '../constants.js';
import {toStrip} from '../normalization.js';
import {read, windows} from './strip.js';
import {bestPath, crossed, divide, joins} from './touching.js';

/** @import {DigitReader, ExactDigit, Piece, ReadPiece} from '../types.js' */
/** @import {Choice, Span} from './touching.js' */

const {TINY, SURE, UNSURE, NOT_A_DIGIT} = calibration;
const {WIDE, AMONG, UNCUT, WINDOW, WITH_NONE, TINY_PROBABILITY} = line_reader;
const {STROKES, WIDEST} = touching;

/** @type {(reader: DigitReader) => boolean} whether its network knows "no digit" */
export const knowsNone = ({card}) => card.outputs >= WITH_NONE;

/**
 * The digits of one line from left to right, and how many crops' time the cuts and joins took.
 * @param {DigitReader} reader
 * @param {Piece[]} pieces  of the line, from left to right
 * @param {boolean} crowded  there is no time for second looks, and a line of mostly no digits is texture
 * @param {number} room  crops; about the most that cuts and joins may take; -1: none are made
 * @returns {{read: ReadPiece[], crops: number}} crops: -1 where none were to be made, but some should have been
 */
export function readLine(reader, pieces, crowded, room) {
  const whole = pieces.map((piece) => ({digit: reader.readPiece(piece, crowded), piece}));
  const sure = whole.filter(({digit}) => digit.verdict === SURE).length;
  const amongDigits = sure >= AMONG * whole.length;
  if (crowded && sure < whole.length / 2) return {read: whole, crops: 0};
  const suspect = whole.map(
    ({digit, piece}) => (digit.verdict !== SURE || piece.box[2] > WIDE * piece.box[3]) && (pieces.length > 1 || crossed(piece) >= STROKES),
  );
  if (room < 0) return {read: whole, crops: suspect.some(Boolean) ? -1 : 0};
  let crops = 0;
  let found = whole.map((one, at) => {
    if (!suspect[at] || crops >= room) return [one];
    const {parts, cost} = readTouching(reader, one, amongDigits);
    crops += cost;
    return parts;
  });
  const doubtful = whole.map(({digit}) => digit.verdict !== SURE);
  const joined = joins(pieces, doubtful);
  if (joined.length && crops + joined.length <= room) {
    crops += joined.length;
    found = bestPath(pieces.length, choices(reader, whole, found, joined, amongDigits));
  }
  return {read: found.flat(), crops};
}

/**
 * The digits in a piece, or the piece as it was read alone where no cut convinces; and how many crops' time that took.
 * @param {DigitReader} reader
 * @param {ReadPiece} whole
 * @param {boolean} amongDigits
 * @returns {{parts: ReadPiece[], cost: number}}
 */
function readTouching(reader, whole, amongDigits) {
  const {digit, piece} = whole;
  if (!reader.touchingNetwork) throw new Error('The network for digits that touch is not loaded.');
  const image = toStrip(piece.ink);
  const found = read(reader.touchingNetwork, image);
  let parts = [whole];
  let cost = 1 + WINDOW * windows(image);
  if (found.length > 1) {
    const places = found.map(({place}) => place);
    parts = divide(piece, places).map((part) => ({digit: reader.readPiece(part, true), piece: part}));
    cost += parts.length;
  }
  if (parts.length !== found.length || (found.length === 1 && digit.verdict === SURE)) return {parts: [whole], cost};
  const cut = parts.map((part, at) => ({
    ...part,
    digit: asGuess(combined(reader, found[at].probabilities, part.digit), amongDigits),
  }));
  return {parts: meanScore(cut) > uncutScore(whole) ? cut : [whole], cost};
}

/**
 * The digit as both networks see it, where the network for touching digits finds one digit in the ink; else as it is.
 * @param {DigitReader} reader
 * @param {ExactDigit} digit
 * @param {import('../types.js').Ink} ink
 * @returns {ExactDigit}
 */
export function secondOpinion(reader, digit, ink) {
  if (!knowsNone(reader) || !reader.touchingNetwork) return digit;
  const found = read(reader.touchingNetwork, toStrip(ink));
  return found.length === 1 ? combined(reader, found[0].probabilities, digit) : digit;
}

/**
 * The digit with the geometric mean of two networks' probabilities: those of the strip, and its own. A model without the eleventh
 * output keeps its own.
 * @param {DigitReader} reader
 * @param {number[]} inStrip  11 numbers
 * @param {ExactDigit} digit
 * @returns {ExactDigit}
 */
function combined(reader, inStrip, digit) {
  if (!knowsNone(reader)) return digit;
  const alone = [...digit.exact.map((one) => one * (1 - digit.not_digit)), digit.not_digit];
  const means = inStrip.map((one, at) => Math.exp((Math.log(Math.max(one, TINY)) + Math.log(Math.max(alone[at], TINY))) / 2));
  return {...digit, ...reader.judge(means)};
}

/**
 * What bestPath chooses from: joined pieces, and single ones as they were found.
 * @param {DigitReader} reader
 * @param {ReadPiece[]} whole
 * @param {ReadPiece[][]} found  the digits in each single piece
 * @param {{span: Span, piece: Piece}[]} joined
 * @param {boolean} amongDigits
 * @returns {Choice<ReadPiece[]>[]}
 */
function choices(reader, whole, found, joined, amongDigits) {
  const several = joined.map(({span, piece}) => ({
    span,
    read: () => {
      const digit = reader.readPiece(piece, true);
      return {score: score(digit) * (span[1] - span[0]), found: [{piece, digit: asGuess(digit, amongDigits)}]};
    },
  }));
  const single = found.map((parts, at) => ({
    span: /** @type {Span} */ ([at, at + 1]),
    read: () => ({score: parts.length > 1 ? meanScore(parts) * UNCUT : uncutScore(whole[at]), found: parts}),
  }));
  return [...several, ...single];
}

/** @type {(digit: ExactDigit) => number} */
const score = (digit) => Math.log(Math.max(digit.probability, TINY_PROBABILITY));

/** @type {(read: ReadPiece[]) => number} */
const meanScore = (read) => read.reduce((sum, {digit}) => sum + score(digit), 0) / read.length;

/** @type {(whole: ReadPiece) => number} the score of a piece left as it was drawn, unless it is too wide for one digit */
const uncutScore = ({digit, piece}) => score(digit) * (piece.box[2] <= WIDEST * piece.box[3] ? UNCUT : 1);

/** @type {(digit: ExactDigit, amongDigits: boolean) => ExactDigit} never sure: it was cut or joined; among digits likely one */
const asGuess = (digit, amongDigits) =>
  digit.verdict === SURE || (amongDigits && digit.verdict === NOT_A_DIGIT) ? {...digit, verdict: UNSURE} : digit;
