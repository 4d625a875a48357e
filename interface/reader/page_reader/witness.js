// The page network as a witness to what the segmentation has read (`settled`, `judge`). This is model/page_reader/witness.py in JavaScript, step for
// step; that file says why.

import {calibration, reader, witness, reading as words} from '../constants.js';
import {inOneLine, summarise} from '../recogniser.js';

/** @import {Box, Page, Reading} from '../types.js' */

const {SURE, UNSURE, NOT_A_DIGIT, EMPTY} = calibration;
const {WEIGHTS, BIAS, MANY, RING, ROOM} = witness;
const {CERTAIN} = reader;
const {READERS, WRITING} = words;

/** @type {(page: Page) => Reading | null} the page network's reading where nothing the segmentation may say counts */
export function settled(page) {
  const seen = readingOf(page);
  return seen.verdict === SURE && kept(seen).length >= MANY ? seen : null;
}

/** @type {(page: Page) => string} what of the page the segmentation need not read twice: several digits, in one line */
export function expectedOf(page) {
  const seen = readingOf(page);
  return kept(seen).length > 1 ? inOneLine(seen) : '';
}

/**
 * @param {Reading} reading  the segmentation's
 * @param {Page} page
 * @returns {Reading}
 */
export function judge(reading, page) {
  const seen = readingOf(page);
  const several = kept(seen).length > 1;
  const ringed = isRinged(reading, seen);
  if (seen.verdict === SURE && (ringed || (several && !isOne(reading, seen)))) return seen;
  if (ringed || (reading.verdict === EMPTY && kept(seen).length)) return {...seen, verdict: UNSURE, why: seen.why || READERS};
  if (seen.verdict === EMPTY) return unseen(reading);
  const found = checked(reading, page, seen);
  if (found.verdict === SURE || !several || preference(reading, page, seen) <= 0) return found;
  return {...seen, verdict: UNSURE, why: seen.why || found.why};
}

/** @type {(reading: Reading, page: Page, seen: Reading) => number} the log odds that the page network's reading is right */
function preference(reading, {unread, plain = 0}, seen) {
  const fewer = kept(seen).length < kept(reading).length;
  const evidence = [certainty(seen) - certainty(reading), Number(unread === WRITING), plain, plain * Number(fewer)];
  return evidence.reduce((sum, value, at) => sum + value * WEIGHTS[at], BIAS);
}

/** @type {(reading: Reading) => Reading} the segmentation's reading where the page network sees no ink */
function unseen(reading) {
  if (reading.verdict === SURE) return {...reading, verdict: UNSURE, why: READERS};
  if (reading.verdict !== UNSURE || reading.digits.some(({verdict}) => verdict === SURE)) return reading;
  const refused = reading.digits.map((digit) => ({...digit, verdict: NOT_A_DIGIT}));
  return {...reading, text: '', verdict: NOT_A_DIGIT, digits: refused};
}

/**
 * The segmentation's reading, with the page network's doubts.
 * @param {Reading} reading
 * @param {Page} page
 * @param {Reading} seen  that the page makes
 * @returns {Reading}
 */
function checked(reading, page, seen) {
  const other = page.other.filter((box) => !kept(reading).some((digit) => holds(digit.box, box)));
  const counts = {...reading, other_writing: other};
  if (reading.verdict !== SURE) return counts;
  if (page.unread === WRITING && bothRefuse(reading, page)) return {...counts, verdict: UNSURE, why: WRITING};
  const single = kept(reading).length === 1;
  if (single && kept(seen).length && inOneLine(seen) !== inOneLine(reading)) {
    const another = seen.verdict === SURE && kept(seen).length === 1;
    if (another || reading.text === RING) return {...counts, verdict: UNSURE, why: READERS};
  }
  if ((inOneLine(seen) === inOneLine(reading) && (single || certainty(seen) >= CERTAIN)) || isOne(reading, seen)) return counts;
  if (single && seen.digits.filter(({probability}) => probability >= CERTAIN).length < 2) return counts;
  const said = page.unread && (page.unread !== WRITING || other.length);
  return {...counts, verdict: UNSURE, why: said ? page.unread : READERS};
}

/** @type {(reading: Reading, page: Page) => boolean} whether both take something for no digit */
const bothRefuse = ({digits}, {other}) =>
  digits.some(({verdict, box}) => verdict === NOT_A_DIGIT && other.some((one) => holds(box, one) || holds(one, box)));

/** @type {(reading: Reading) => number} the probability of the least certain digit, in [0, 1]; 0 without one */
export const certainty = (reading) => (kept(reading).length ? Math.min(...kept(reading).map(({probability}) => probability)) : 0);

/** @type {(page: Page) => Reading} the reading that a page's digits make */
export function readingOf({lines, other, unread, ink}) {
  const found = {...summarise(lines), ink, other_writing: other};
  if (found.verdict === EMPTY && other.length) return {...found, verdict: NOT_A_DIGIT};
  return found.verdict === SURE && unread ? {...found, verdict: UNSURE, why: unread} : found;
}

/** @type {(reading: Reading) => import('../types.js').Digit[]} */
const kept = ({digits}) => digits.filter(({verdict}) => verdict !== NOT_A_DIGIT);

/** @type {(reading: Reading, page: Reading) => boolean} whether a single sure digit holds all digits of the page network */
function isOne(reading, page) {
  const [only, ...more] = kept(reading);
  return reading.verdict === SURE && !more.length && kept(page).every(({box}) => holds(only.box, box));
}

/** @type {(reading: Reading, page: Reading) => boolean} whether all digits of the page network stand, with room, within one of the other reading */
function isRinged(reading, page) {
  const boxes = kept(page).map(({box}) => box);
  const [top, foot] = [Math.min(...boxes.map(([, y]) => y)), Math.max(...boxes.map(([, y, , height]) => y + height))];
  const rings = reading.digits.filter(({box}) => boxes.length && boxes.every((one) => holds(box, one)));
  return rings.some(({box: [, y, , height]}) => Math.min(top - y, y + height - foot) > ROOM * height);
}

/** @type {(box: Box, other: Box) => boolean} whether the middle of the other box lies in the first */
function holds([left, top, width, height], other) {
  const [x, y] = [other[0] + other[2] / 2, other[1] + other[3] / 2];
  return left <= x && x <= left + width && top <= y && y <= top + height;
}
