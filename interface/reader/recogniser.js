// Drawing → reading: model/recogniser.py and model/calibration.py in JavaScript, step for step; what each is for stands there.

import {calibration, normalization, recogniser, touching} from './constants.js';
import {area, round, toImage, toStrip} from './normalization.js';
import {candidates} from './segmentation/ink.js';
import {twice} from './test_time_augmentation.js';
import {lines} from './segmentation/segment.js';
import {read, windows} from './segmentation/strip.js';
import {crossed, divide, joins} from './segmentation/touching.js';

const {SIDE} = normalization;
const {GOOD_ENOUGH, WIDE, CROWD, UNCUT, AMONG, WINDOW, MOST_CUTS, ENOUGH} = recogniser;
const {TINY, SURE, UNSURE, NOT_A_DIGIT, EMPTY} = calibration;

/** Reads with one network: network(image of 784 numbers in [0, 1]) → its raw outputs; card: its calibration. strips is the
 *  network for digits that touch (strip.js), which what is not brief needs. */
export class Recogniser {
  constructor(network, card, strips = null) {
    Object.assign(this, {network, card, strips});
  }

  /** picture: an ImageData. {text, verdict, digits, ink}, or null for what is no drawing on plain paper (see ink.js).
   *  brief: no ink is cut and joined, which takes up to some hundred crops; where it should be, the reading has `brief` true. */
  read(picture, brief = false) {
    const found = candidates(picture);
    if (!found) return null;
    let best = {...summary([]), ink: null};
    let bestQuality = -1;
    let tried = 0;
    for (const [ink, prior] of found) {
      const {reading, explained, crops} = this.readInk(ink, brief);
      const quality = explained * prior;
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
    const found = lines(ink);
    const count = found.flat().length;
    let cuts = 0;
    const read = found.map((line) => {
      const {digits, more} = this.line(line, count > CROWD, brief ? -1 : Math.max(0, MOST_CUTS - cuts));
      cuts += more;
      return digits;
    });
    const explained = read.flat().reduce((sum, {digit, piece}) => sum + area(piece.ink) * digit.probability, 0) / area(ink) || 0;
    const reading = {...summary(read.map((line) => line.map(({digit}) => digit))), ink, brief: cuts < 0};
    return {reading, explained, crops: count + cuts};
  }

  /** The digits of one line, [{digit, piece}, …], and how many crops' time cuts and joins took, at most about `room`; -1 where
   *  there is no room at all, but some should have been. */
  line(pieces, crowded, room) {
    const plain = pieces.map((piece) => ({digit: this.piece(piece, crowded), piece}));
    const sure = plain.filter(({digit}) => digit.verdict === SURE).length;
    const among = sure >= AMONG * plain.length;
    if (crowded && sure < plain.length / 2) return {digits: plain, more: 0};
    const strange = plain.map(
      ({digit, piece}) =>
        (digit.verdict !== SURE || piece.box[2] > WIDE * piece.box[3]) && (pieces.length > 1 || crossed(piece) >= touching.STROKES),
    );
    if (room < 0) return {digits: plain, more: strange.some(Boolean) ? -1 : 0};
    let more = 0;
    let units = plain.map((one, at) => {
      if (!strange[at] || more >= room) return [one];
      const {unit, cost} = this.together(one, among);
      more += cost;
      return unit;
    });
    const others = joins(
      pieces,
      plain.map(({digit}) => digit.verdict !== SURE),
    );
    if (others.length && more + others.length <= room) {
      more += others.length;
      units = bestPath(pieces.length, this.ways(plain, units, others, among));
    }
    return {digits: units.flat(), more};
  }

  /** {unit, cost}: the digits in a piece that alone reads as `digit`, by what the strip says of each and what its cut says
   *  alone; and as how many crops that took as long. */
  together({digit, piece}, among) {
    const image = toStrip(piece.ink);
    const found = read(this.strips, image);
    const alone = {digit, piece};
    let parts = [alone];
    let cost = 1 + WINDOW * windows(image);
    if (found.length > 1) {
      parts = divide(
        piece,
        found.map(({place}) => place),
      ).map((part) => ({digit: this.piece(part, true), piece: part}));
      cost += parts.length;
    }
    if (parts.length !== found.length || (found.length === 1 && digit.verdict === SURE)) return {unit: [alone], cost};
    const unit = parts.map((part, at) => ({...part, digit: guess(this.both(found[at].probabilities, part.digit), among)}));
    return {unit: meanLog(unit) > uncut(alone) ? unit : [alone], cost};
  }

  /** The geometric mean of two networks' probabilities: those of the strip, and of a digit alone; a model that knows of no
   *  eleventh answer speaks for itself. */
  both(eleven, digit) {
    if (this.card.outputs < 11) return digit;
    const alone = [...digit.exact.map((one) => one * (1 - digit.not_digit)), digit.not_digit];
    const means = eleven.map((one, at) => Math.exp((Math.log(Math.max(one, TINY)) + Math.log(Math.max(alone[at], TINY))) / 2));
    return {...digit, ...this.judged(means)};
  }

  /** What bestPath follows: {span, read: () => {found, score}} of pieces as they stand, and of those joined. */
  ways(plain, units, others, among) {
    const standing = units.map((unit, at) => ({
      span: [at, at + 1],
      read: () => ({found: unit, score: unit.length > 1 ? meanLog(unit) * UNCUT : uncut(plain[at])}),
    }));
    return [
      ...others.map(({span, piece}) => ({
        span,
        read: () => {
          const digit = this.piece(piece, true);
          return {found: [{piece, digit: guess(digit, among)}], score: log(digit.probability) * (span[1] - span[0])};
        },
      })),
      ...standing,
    ];
  }

  piece({box, ink}, once = false) {
    return this.digit(box, toImage(ink), once);
  }

  /** Raw outputs → calibrated probabilities, and what may be said of them. once: without a second look. */
  digit(box, image, once = false) {
    const {temperature, second_look: again} = this.card;
    const outputs = again && !once ? twice(this.network, image) : this.network(image);
    const logs = Array.from(outputs, (value) => Math.log(Math.max(value, TINY)) / temperature);
    const most = Math.max(...logs);
    return {
      ...this.judged(logs.map((value) => Math.exp(value - most))),
      box,
      image: btoa(String.fromCharCode(...Array.from(image, (value) => round(value * 255)))),
    };
  }

  /** What may be said of ten or eleven numbers as large as the digits, and none, are probable. */
  judged(powers) {
    const {sure, not_digit: limit} = this.card;
    const sum = (values) => values.reduce((total, value) => total + value, 0);
    const ten = powers.slice(0, 10);
    const whole = Math.max(sum(ten), TINY);
    const exact = ten.map((power) => Math.fround(power / whole));
    const notDigit = powers.length > 10 ? Math.fround(powers[10] / sum(powers)) : 0;
    const order = exact.map((_, digit) => digit).sort((a, b) => exact[b] - exact[a]);
    const confidence = Math.fround(exact[order[0]] * Math.fround(1 - notDigit));
    return {
      digit: order[0],
      probability: exact[order[0]] * (1 - notDigit),
      runner_up: order[1],
      not_digit: notDigit,
      verdict: notDigit > limit ? NOT_A_DIGIT : confidence >= sure ? SURE : UNSURE,
      exact,
      probabilities: exact.map((value) => Number(value.toFixed(4))),
    };
  }
}

const log = (probability) => Math.log(Math.max(probability, 1e-6));
const meanLog = (unit) => unit.reduce((sum, {digit}) => sum + log(digit.probability), 0) / unit.length;

/** Score of a piece left as it was drawn. */
const uncut = ({digit, piece}) => log(digit.probability) * (piece.box[2] <= touching.WIDEST * piece.box[3] ? UNCUT : 1);

/** What was cut or joined is never sure; `among` digits it is likely one. */
const guess = (digit, among) => (digit.verdict === SURE || (among && digit.verdict === NOT_A_DIGIT) ? {...digit, verdict: UNSURE} : digit);

/** The way from piece 0 to the end with the best sum of scores, as in model/segmentation/touching.py. */
function bestPath(pieces, ways) {
  const best = Array.from({length: pieces + 1}, (_, at) => ({score: at ? -Infinity : 0, open: true}));
  for (;;) {
    const at = best.reduce((found, {open, score}, node) => (open && !(score <= best[found]?.score) ? node : found), -1);
    if (at === pieces) break;
    best[at].open = false;
    for (const {
      span: [i, j],
      read,
    } of ways) {
      if (i !== at) continue;
      const {found, score: step} = read();
      const score = best[i].score + step;
      const {score: known, from} = best[j];
      if (score > known || (score === known && i < from)) Object.assign(best[j], {score, from: i, found});
    }
  }
  const path = [];
  for (let end = pieces; end; end = best[end].from) path.unshift(best[end].found);
  return path;
}

/** The fields of a reading; lines: lists of digits. */
function summary(lines) {
  const digits = lines.flat();
  const kept = digits.filter(({verdict}) => verdict !== NOT_A_DIGIT);
  const text = lines.map((line) =>
    line
      .filter(({verdict}) => verdict !== NOT_A_DIGIT)
      .map(({digit}) => digit)
      .join(''),
  );
  const verdict = !digits.length ? EMPTY : !kept.length ? NOT_A_DIGIT : kept.some(({verdict: one}) => one === UNSURE) ? UNSURE : SURE;
  return {text: text.filter(Boolean).join('\n'), verdict, digits};
}
