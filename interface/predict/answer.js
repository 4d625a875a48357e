// Shows an answer on the page: `prepare` once, then `show` for each answer. `spoken` is what is said of it.

import {find, findAll} from '../page/dom.js';
import {percent} from '../page/percent.js';
import {showBoxes, showOutlines} from './boxes.js';
import {WhatItSaw} from './what_it_saw.js';

/** @import {Answer, Picture} from '../page/types.js' */
/** @import {Digit} from '../reader/types.js' */

/**
 * The parts of the page that an answer is shown in. chosen: the digit that a person chose among several, by its place, and in which
 * text; it stays chosen through answers of the same text, such as the server's after the page's own.
 * @typedef {ReturnType<typeof prepare>} Parts
 */

/**
 * @callback OnSelect
 * @param {Digit | null} digit  the one looked at
 * @param {boolean} byHand  a person chose it among several
 * @returns {void}
 */

/** @type {Answer} the answer to an empty pad */
export const EMPTY = {
  text: '',
  verdict: 'empty',
  why: '',
  model: '',
  calibrated: true,
  size: [1, 1],
  digits: [],
  other_writing: [],
  others: [],
  ink: null,
  picture: null,
};

/** @type {Record<string, string>} why a picture is unsure although its digits are not (model/reading.py) */
export const WHY = {
  writing: 'There is other writing beside the digits.',
  ink: 'Some ink was left unread.',
  readers: 'Two methods of reading it disagree, or one of them doubts it.',
};

export const NEARLY_NONE = 0.0005; // a probability that would show as 0.0 %

/**
 * Build the ten bars, and find the parts of the answer.
 * @param {Element} root  the tab
 */
export function prepare(root) {
  /** @type {(selector: string) => HTMLElement} */
  const part = (selector) => find(root, selector, HTMLElement);
  const bars = part('[data-bars]');
  bars.innerHTML = Array.from({length: 10}, (_, digit) => `<li><b>${digit}</b><i><u></u></i><span></span></li>`).join('');
  return {
    root,
    answer: part('[data-testid=answer]'),
    text: part('[data-text-shown]'),
    verdict: part('[data-testid=verdict]'),
    chance: part('[data-chance]'),
    second: part('[data-second]'),
    bars: findAll(bars, 'li', HTMLElement),
    other: part('[data-testid=other-model]'),
    details: part('.details'),
    spoken: part('[data-testid=spoken]'),
    boxes: part('.boxes'),
    outlines: part('.outlines'),
    saw: new WhatItSaw(root),
    chosen: /** @type {{index: number, text: string, of: number} | null} */ (null),
  };
}

/**
 * The digit to look at first: the least certain of several, for that is where a wrong reading hides.
 * @param {Digit[]} digits
 * @returns {number} its place
 */
function doubtful(digits) {
  const kept = digits.map((_, index) => index).filter((index) => digits[index].verdict !== 'not a digit');
  const among = kept.length ? kept : digits.map((_, index) => index);
  return among.reduce((best, index) => (digits[index].probability < digits[best].probability ? index : best), among[0] ?? 0);
}

/**
 * Put an answer on the page at once, its small pictures a little later: a pen that moves goes first.
 * @param {Parts} parts
 * @param {Answer} answer
 * @param {(() => Picture) | null} picture  gives what was read; null for EMPTY
 * @param {OnSelect} [onselect]  called when a digit is looked at
 */
export function show(parts, answer, picture, onselect) {
  const saw = picture && parts.saw.of(answer, picture);
  /** @type {(index: number, byHand: boolean) => void} */
  const look = (index, byHand) => {
    const digit = answer.digits[index] ?? null;
    showText(parts, answer, index, look);
    showBars(parts, digit);
    showBoxes(parts.boxes, answer, index, look);
    parts.details.hidden = !digit;
    parts.saw.paintSoon(saw && digit && saw(index));
    if (byHand) parts.chosen = {index, text: answer.text, of: answer.digits.length};
    onselect?.(digit, byHand);
  };
  const {chosen} = parts;
  const again = chosen?.text === answer.text && chosen.of === answer.digits.length;
  const index = again ? chosen.index : doubtful(answer.digits);
  parts.root.classList.toggle('several', answer.digits.length > 1);
  look(index, false);
  showJudgement(parts, answer, answer.digits[index] ?? null);
  showOutlines(parts.outlines, answer);
  showOthers(parts, answer);
  Object.assign(parts.answer.dataset, {
    verdict: answer.verdict,
    model: answer.model,
    text: answer.text,
    version: Number(parts.answer.dataset.version) + 1,
  });
}

const button = (text = '') => Object.assign(document.createElement('button'), {type: 'button', textContent: text});

/**
 * The text; of several digits each is a button.
 * @param {Parts} parts
 * @param {Answer} answer
 * @param {number} index  of the digit looked at
 * @param {(index: number, byHand: boolean) => void} look
 */
function showText({text}, answer, index, look) {
  const lines = answer.text.split('\n');
  text.style.setProperty('--letters', String(Math.max(1, ...lines.map((line) => line.length))));
  text.style.setProperty('--lines', String(lines.length));
  if (answer.digits.length <= 1 || !answer.text) {
    text.textContent = answer.text || (answer.digits.length ? '?' : '');
    return;
  }
  // the text says where lines end; what is no digit has no place in it
  const kept = answer.digits.map((_, at) => at).filter((at) => answer.digits[at].verdict !== 'not a digit');
  const onPage = [...text.children].map((one) => one.textContent || '\n').join('');
  if (onPage !== answer.text) {
    // else they stay: one may have the focus, or be pressed just now
    text.replaceChildren(...[...answer.text].map((letter) => (letter === '\n' ? document.createElement('br') : button(letter))));
  }
  findAll(text, 'button', HTMLButtonElement).forEach((one, nth) => {
    const at = kept[nth];
    const digit = answer.digits[at];
    one.dataset.verdict = digit.verdict;
    one.setAttribute('aria-pressed', String(at === index));
    one.setAttribute('aria-label', `${one.textContent}, ${digit.verdict}, ${percent(digit.probability)}`);
    one.onclick = () => look(at, true);
  });
}

/**
 * The verdict, how certain it is, and what else it may be.
 * @param {Parts} parts
 * @param {Answer} answer
 * @param {Digit | null} digit
 */
function showJudgement(parts, answer, digit) {
  const several = answer.digits.length > 1;
  const none = answer.verdict === 'not a digit';
  parts.verdict.textContent = answer.verdict === 'empty' ? 'Draw a digit …' : answer.verdict;
  const chance = digit && !several ? percent(none ? digit.not_digit : digit.probability) : '';
  parts.chance.textContent = digit && !answer.calibrated ? `${chance} (not calibrated)` : chance;
  const why = WHY[answer.why];
  if (!digit) {
    parts.second.textContent = 'or open a picture with one digit or many';
  } else if (several) {
    const doubts = answer.digits.filter((one) => one.verdict === 'unsure').length;
    const found = `${answer.digits.length} found${doubts ? `, ${doubts} in doubt` : ''}`;
    parts.second.textContent = why ? `${found}. ${why}` : `${found} · choose one to look closer`;
  } else if (none) {
    parts.second.textContent = `if it were one, a ${digit.digit}`;
  } else if (why) {
    parts.second.textContent = why;
  } else {
    parts.second.replaceChildren(...runnerUp(answer, digit));
  }
}

/**
 * What the only digit may be instead; nothing where that is hardly probable.
 * @param {Answer} answer
 * @param {Digit} digit
 */
function runnerUp(answer, digit) {
  const probability = digit.probabilities[digit.runner_up];
  if (probability < NEARLY_NONE) return [];
  const second = Object.assign(document.createElement('span'), {textContent: `${digit.runner_up} · ${percent(probability)}`});
  const none = digit.not_digit >= 0.05 ? [`, or no digit · ${percent(digit.not_digit)}`] : [];
  return [answer.verdict === 'unsure' ? 'or perhaps ' : 'runner-up ', second, ...none];
}

/**
 * The probability of each digit.
 * @param {Parts} parts
 * @param {Digit | null} digit
 */
function showBars(parts, digit) {
  parts.bars.forEach((bar, value) => {
    const p = digit ? digit.probabilities[value] : 0;
    bar.classList.toggle('top', digit?.digit === value);
    bar.classList.toggle('next', digit?.runner_up === value && digit.verdict !== 'sure');
    bar.style.setProperty('--p', String(p));
    find(bar, 'span', HTMLElement).textContent = digit ? percent(p) : '';
  });
}

/**
 * What other models say.
 * @param {Parts} parts
 * @param {Answer} answer
 */
function showOthers(parts, answer) {
  parts.other.classList.toggle('stale', !answer.others);
  if (!answer.others) return;
  parts.other.hidden = !answer.others.length;
  const opinions = answer.others.map((other) => {
    const line = document.createElement('span');
    const name = Object.assign(document.createElement('b'), {textContent: other.model});
    line.append(name, ` says ${other.text}${other.probability === null ? '' : ` · ${percent(other.probability)}`}`);
    line.classList.toggle('differs', other.text !== (answer.text.replaceAll('\n', '') || 'not a digit'));
    return line;
  });
  parts.other.replaceChildren(...opinions);
}

/**
 * Say something once, for those who cannot see the page.
 * @param {Parts} parts
 * @param {string} text
 */
export function announce(parts, text) {
  parts.spoken.textContent = text;
}

/**
 * The answer in words, to be announced when the pen lifts, not while it moves.
 * @param {Answer} answer
 */
export function spoken(answer) {
  if (answer.verdict === 'empty') return 'The pad is empty.';
  if (answer.verdict === 'not a digit') return 'Not a digit.';
  const text = answer.text.replaceAll('\n', ', ');
  const why = WHY[answer.why];
  if (why) return `${text}, ${answer.verdict}. ${why}`;
  if (answer.digits.length > 1) return `${text}, ${answer.verdict}`;
  const [digit] = answer.digits;
  const second = answer.verdict === 'unsure' ? `, or perhaps ${digit.runner_up}` : '';
  return `${text}, ${answer.verdict}, ${percent(digit.probability)}${second}`;
}
