// Drawing → reading: model/recogniser.py and model/calibration.py in JavaScript, step for step; what each is for stands there.

import {calibration, geometry, recogniser, touching} from '../engine/constants.js';
import {area, round, toImage} from './geometry.js';
import {candidates} from './ink.js';
import {twice} from './looks.js';
import {lines} from './segment.js';
import {alternatives, divisible} from './touching.js';

const {SIDE} = geometry;
const {GOOD_ENOUGH, WIDE, CROWD, UNCUT, AMONG, HOPELESS, MOST_CUTS, ENOUGH} = recogniser;
const {TINY, SURE, UNSURE, NOT_A_DIGIT, EMPTY} = calibration;

/** Reads with one network: network(image of 784 numbers in [0, 1]) → its raw outputs; card: its calibration. */
export class Recogniser {
  constructor(network, card) {
    Object.assign(this, {network, card});
  }

  /** picture: an ImageData. {text, verdict, digits, ink}, or null for what is no drawing on plain paper (see ink.js).
   *  brief: no ink is cut and joined, which takes up to some hundred crops; where it should be, the reading has `brief` true. */
  read(picture, brief = false) {
    const found = candidates(picture);
    if (!found) return null;
    let best = {...summary([]), ink: null}, bestQuality = -1, tried = 0;
    for (const [ink, prior] of found) {
      const {reading, explained, crops} = this.readInk(ink, brief), quality = explained * prior;
      if (quality > bestQuality) [best, bestQuality] = [reading, quality];
      tried += crops;
      if (quality >= GOOD_ENOUGH || tried > ENOUGH) break;
    }
    return best;
  }

  /** A 28 × 28 image exactly as it is: 784 bytes. */
  readImage(bytes) {
    const image = Float32Array.from(bytes, (value) => value / 255);
    return {...summary([[this.digit([0, 0, SIDE, SIDE], image)]]), ink: {data: bytes, width: SIDE, height: SIDE}};
  }

  readInk(ink, brief) {
    const found = lines(ink), count = found.flat().length;
    let cuts = 0;
    const read = found.map((line) => {
      const {digits, more} = this.line(line, count > CROWD, brief ? -1 : MOST_CUTS - cuts);
      cuts += more;
      return digits;
    });
    const explained = read.flat().reduce((sum, {digit, piece}) => sum + area(piece.ink) * digit.probability, 0) / area(ink) || 0;
    const reading = {...summary(read.map((line) => line.map(({digit}) => digit))), ink, brief: cuts < 0};
    return {reading, explained, crops: count + cuts};
  }

  /** The digits of one line, [{digit, piece}, …], and how many cuts and joins were read for it, at most `room`; -1 where
   *  there is no room at all, but some should have been. */
  line(pieces, crowded, room) {
    const plain = pieces.map((piece) => ({digit: this.piece(piece, crowded), piece}));
    const sure = plain.filter(({digit}) => digit.verdict === SURE).length, among = sure >= AMONG * plain.length;
    if (crowded && sure < plain.length / 2) return {digits: plain, more: 0};
    const cut = plain.map(({digit, piece}) => digit.verdict === NOT_A_DIGIT || piece.box[2] > WIDE * piece.box[3]);
    const doubtful = plain.map(({digit}) => digit.verdict !== SURE);
    if (room < 0) {
      const more = divisible(pieces, cut).some(Boolean) || pieces.length > 1 && doubtful.some(Boolean) ? -1 : 0;
      return {digits: plain, more};
    }
    let best = plain, bestScore = -Infinity, more = 0;
    for (const lean of touching.LEANS) {
      const {spans, others} = alternatives(pieces, cut, doubtful, lean), atoms = spans.at(-1)[1];
      if (!others.length || more + others.length > room) break;
      more += others.length;
      const read = bestPath(atoms, this.ways(plain, spans, others, among));
      const score = read.reduce((sum, {digit}) => sum + log(digit.probability), 0) / read.length;
      if (score > bestScore) [best, bestScore] = [read, score];
      const hopeless = score < log(HOPELESS) && !among;
      if (hopeless || score > log(GOOD_ENOUGH) || atoms === pieces.length) break;
    }
    return {digits: best, more};
  }

  /** What bestPath follows: {span, read: () => {digit, piece, score}} of pieces as drawn, and of those cut or joined. */
  ways(plain, spans, others, among) {
    const ways = new Map(), steps = ([i, j]) => j - i;
    for (const {span, piece} of others) ways.set(`${span}`, {span, read: () => this.guess(piece, steps(span), among)});
    plain.forEach((one, at) => {
      const single = one.piece.box[2] <= touching.WIDEST * one.piece.box[3] ? UNCUT : 1;
      const score = log(one.digit.probability) * steps(spans[at]) * single;
      ways.set(`${spans[at]}`, {span: spans[at], read: () => ({...one, score})});
    });
    return [...ways.values()];
  }

  /** What was cut out of connected ink or joined; `among` digits it is likely one. */
  guess(piece, steps, among) {
    const digit = this.piece(piece, true), score = log(digit.probability) * steps;
    const guessed = digit.verdict === SURE || among && digit.verdict === NOT_A_DIGIT;
    return {piece, score, digit: guessed ? {...digit, verdict: UNSURE} : digit};
  }

  piece({box, ink}, once = false) {
    return this.digit(box, toImage(ink), once);
  }

  /** Raw outputs → calibrated probabilities, and what may be said of them. once: without a second look. */
  digit(box, image, once = false) {
    const {temperature, sure, not_digit: limit, second_look: again} = this.card;
    const outputs = again && !once ? twice(this.network, image) : this.network(image);
    const logs = Array.from(outputs, (value) => Math.log(Math.max(value, TINY)) / temperature);
    const most = Math.max(...logs), powers = logs.map((value) => Math.exp(value - most));
    const sum = (values) => values.reduce((total, value) => total + value, 0);
    const ten = powers.slice(0, 10), whole = Math.max(sum(ten), TINY);
    const probabilities = ten.map((power) => Math.fround(power / whole));
    const notDigit = powers.length > 10 ? Math.fround(powers[10] / sum(powers)) : 0;
    const order = probabilities.map((_, digit) => digit).sort((a, b) => probabilities[b] - probabilities[a]);
    const confidence = Math.fround(probabilities[order[0]] * Math.fround(1 - notDigit));
    return {
      digit: order[0], probability: probabilities[order[0]] * (1 - notDigit), runner_up: order[1], not_digit: notDigit,
      verdict: notDigit > limit ? NOT_A_DIGIT : confidence >= sure ? SURE : UNSURE, box,
      probabilities: probabilities.map((value) => Number(value.toFixed(4))),
      image: btoa(String.fromCharCode(...Array.from(image, (value) => round(value * 255)))),
    };
  }
}

const log = (probability) => Math.log(Math.max(probability, 1e-6));

/** The way from atom 0 to the end with the best sum of scores, as in model/touching.py. */
function bestPath(atoms, ways) {
  const best = Array.from({length: atoms + 1}, (_, at) => ({score: at ? -Infinity : 0, open: true}));
  for (;;) {
    const at = best.reduce((found, {open, score}, node) => open && !(score <= best[found]?.score) ? node : found, -1);
    if (at === atoms) break;
    best[at].open = false;
    for (const {span: [i, j], read} of ways) {
      if (i !== at) continue;
      const found = read(), score = best[i].score + found.score, {score: known, from} = best[j];
      if (score > known || score === known && i < from) Object.assign(best[j], {score, from: i, found});
    }
  }
  const path = [];
  for (let end = atoms; end; end = best[end].from) path.unshift(best[end].found);
  return path;
}

/** The fields of a reading; lines: lists of digits. */
function summary(lines) {
  const digits = lines.flat(), kept = digits.filter(({verdict}) => verdict !== NOT_A_DIGIT);
  const text = lines.map((line) => line.filter(({verdict}) => verdict !== NOT_A_DIGIT).map(({digit}) => digit).join(''));
  const verdict = !digits.length ? EMPTY : !kept.length ? NOT_A_DIGIT : kept.some(({verdict: one}) => one === UNSURE) ? UNSURE : SURE;
  return {text: text.filter(Boolean).join('\n'), verdict, digits};
}
