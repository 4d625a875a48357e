// The answer on the page: shows what the server (interface/predict/answer.py) found. One function, `show`, from plain data to the page.
//
// answer: {text, verdict, model, calibrated, size: [w, h], ink: PNG data URL, canvas or null, picture: data URL or null,
//          digits: [{digit, probability, runner_up, verdict, not_digit, box: [x, y, w, h], probabilities: [10], image}],
//          others: [{model, text, probability or null}], or null: not asked}; `image` is base64 of 28 × 28 bytes, ink light on dark.

import {cropTile, grey, imageTile, pictureTile} from './tiles.js';

export const EMPTY = {text: '', verdict: 'empty', size: [1, 1], digits: [], others: []};
export const percent = (p) => (p > 0.9995 ? '>99.9 %' : `${(100 * p).toFixed(1)} %`); // nothing here is certain

/** Builds the ten bars once and returns the parts of the answer by name. */
export function prepare(root) {
  const part = (selector) => root.querySelector(selector);
  part('[data-bars]').innerHTML = Array.from({length: 10}, (_, digit) => `<li><b>${digit}</b><i><u></u></i><span></span></li>`).join('');
  return {
    root,
    answer: part('[data-testid=answer]'),
    text: part('[data-text-shown]'),
    verdict: part('[data-testid=verdict]'),
    chance: part('[data-chance]'),
    second: part('[data-second]'),
    bars: [...part('[data-bars]').children],
    other: part('[data-testid=other-model]'),
    details: part('.details'),
    spoken: part('[data-testid=spoken]'),
    boxes: part('.boxes'),
  };
}

/** The digit to look at first: the least certain of several, for that is where a wrong reading hides. */
function doubtful(digits) {
  const kept = digits.map((_, index) => index).filter((index) => digits[index].verdict !== 'not a digit');
  const among = kept.length ? kept : digits.map((_, index) => index);
  return among.reduce((best, index) => (digits[index].probability < digits[best].probability ? index : best), among[0] ?? 0);
}

const idle = window.requestIdleCallback ?? ((act) => setTimeout(act));
const PAUSE = 100; // ms between two paintings of the small pictures, and what they then wait at most for a page that is never idle

/** Put `answer` on the page at once, its small pictures a little later: a pen that moves goes first. picture: what was read,
 *  a canvas or an <img>; onselect(digit, byHand) when a digit is looked at, byHand when a person chose it among several: then it
 *  stays `parts.chosen` through answers of the same reading, such as the server's after the page's own. */
export function show(parts, answer, picture, onselect) {
  let decoded = null;
  const decode = async () => {
    const ink = typeof answer.ink === 'string' ? Object.assign(new Image(), {src: answer.ink}) : answer.ink;
    await Promise.all([ink?.decode?.(), picture?.decode?.()]);
    return ink;
  };
  const look = (index, byHand) => {
    const digit = answer.digits[index];
    showText(parts, answer, index, look);
    showBars(parts, digit);
    showBoxes(parts, answer, index, look);
    parts.details.hidden = !digit;
    paintLater(
      parts,
      digit &&
        (async (newest) => {
          const ink = await (decoded ??= decode());
          if (newest()) paintTiles(parts.root, answer, index, picture, ink);
        }),
    );
    if (byHand) parts.chosen = {index, text: answer.text, of: answer.digits.length};
    onselect?.(digit, byHand);
  };
  const {chosen} = parts;
  const again = chosen?.text === answer.text && chosen.of === answer.digits.length;
  const index = again ? chosen.index : doubtful(answer.digits);
  parts.root.classList.toggle('several', answer.digits.length > 1);
  look(index, false);
  showJudgement(parts, answer, answer.digits[index]);
  showOthers(parts, answer);
  Object.assign(parts.answer.dataset, {
    verdict: answer.verdict,
    model: answer.model ?? '',
    text: answer.text,
    version: Number(parts.answer.dataset.version) + 1,
  });
}

/** Paint what is newest when it is time to; null: there is nothing to paint any more. paint(newest) asks newest() before it does. */
function paintLater(parts, paint) {
  parts.paint = paint;
  if (!paint || parts.waiting) return;
  parts.waiting = true;
  setTimeout(
    () =>
      idle(
        () => {
          parts.waiting = false;
          parts.painted = performance.now();
          const mine = parts.paint;
          mine?.(() => parts.paint === mine).catch(() => {}); // what cannot be decoded is not painted
        },
        {timeout: PAUSE},
      ),
    Math.max(0, (parts.painted ?? 0) + PAUSE - performance.now()),
  );
}

const button = (text = '') => Object.assign(document.createElement('button'), {type: 'button', textContent: text});

function showText(parts, answer, index, look) {
  const {text} = parts;
  const lines = answer.text.split('\n');
  text.style.setProperty('--letters', Math.max(1, ...lines.map((line) => line.length)));
  text.style.setProperty('--lines', lines.length);
  if (answer.digits.length <= 1 || !answer.text) {
    text.textContent = answer.text || (answer.digits.length ? '?' : '');
    return;
  }
  // each kept digit is a button; the text tells where lines end, the others have no place in it
  const kept = answer.digits.map((digit, at) => [digit, at]).filter(([digit]) => digit.verdict !== 'not a digit');
  const shown = [...text.children].map((one) => one.textContent || '\n').join('');
  if (shown !== answer.text) {
    // else they stay: one may have the focus, or be pressed just now
    text.replaceChildren(...[...answer.text].map((letter) => (letter === '\n' ? document.createElement('br') : button(letter))));
  }
  [...text.querySelectorAll('button')].forEach((one, nth) => {
    const [digit, at] = kept[nth];
    one.dataset.verdict = digit.verdict;
    one.setAttribute('aria-pressed', at === index);
    one.setAttribute('aria-label', `${one.textContent}, ${digit.verdict}, ${percent(digit.probability)}`);
    one.onclick = () => look(at, true);
  });
}

function showJudgement(parts, answer, digit) {
  const several = answer.digits.length > 1;
  parts.verdict.textContent = answer.verdict === 'empty' ? 'Draw a digit …' : answer.verdict;
  const none = answer.verdict === 'not a digit';
  parts.chance.textContent = digit && !several ? percent(none ? digit.not_digit : digit.probability) : '';
  if (digit && !answer.calibrated) parts.chance.textContent += ' (not calibrated)';
  parts.second.textContent = '';
  if (!digit) {
    parts.second.textContent = 'or open a picture with one digit or many';
  } else if (several) {
    const doubts = answer.digits.filter((one) => one.verdict === 'unsure').length;
    parts.second.textContent = `${answer.digits.length} found${doubts ? `, ${doubts} in doubt` : ''} · choose one to look closer`;
  } else if (none) {
    parts.second.textContent = `if it were one, a ${digit.digit}`;
  } else if (digit.probabilities[digit.runner_up] >= 0.0005) {
    // what would show as 0.0 % is no runner-up
    const second = document.createElement('span');
    second.textContent = `${digit.runner_up} · ${percent(digit.probabilities[digit.runner_up])}`;
    parts.second.append(answer.verdict === 'unsure' ? 'or perhaps ' : 'runner-up ', second);
    if (digit.not_digit >= 0.05) parts.second.append(`, or no digit · ${percent(digit.not_digit)}`);
  }
}

function showBars(parts, digit) {
  parts.bars.forEach((bar, value) => {
    const p = digit ? digit.probabilities[value] : 0;
    bar.classList.toggle('top', digit?.digit === value);
    bar.classList.toggle('next', digit?.runner_up === value && digit.verdict !== 'sure');
    bar.style.setProperty('--p', p);
    bar.lastChild.textContent = digit ? percent(p) : '';
  });
}

function showBoxes(parts, answer, index, look) {
  const [width, height] = answer.size;
  if (parts.boxes.children.length !== answer.digits.length) parts.boxes.replaceChildren(...answer.digits.map(() => button()));
  answer.digits.forEach((digit, at) => {
    const box = parts.boxes.children[at];
    const [x, y, w, h] = digit.box;
    const kept = digit.verdict !== 'not a digit';
    Object.assign(box.style, {
      left: `${(100 * x) / width}%`,
      top: `${(100 * y) / height}%`,
      width: `${(100 * w) / width}%`,
      height: `${(100 * h) / height}%`,
    });
    box.dataset.verdict = digit.verdict;
    box.dataset.text = kept ? digit.digit : '';
    box.setAttribute('aria-pressed', at === index);
    box.setAttribute('aria-label', kept ? `${digit.digit}, ${digit.verdict}, ${percent(digit.probability)}` : 'not a digit');
    box.onclick = () => look(at, true);
  });
}

function showOthers(parts, answer) {
  parts.other.classList.toggle('stale', !answer.others);
  if (!answer.others) return;
  parts.other.hidden = !answer.others.length;
  parts.other.replaceChildren(
    ...answer.others.map((other) => {
      const line = document.createElement('span');
      const name = Object.assign(document.createElement('b'), {textContent: other.model});
      line.append(name, ` says ${other.text}${other.probability === null ? '' : ` · ${percent(other.probability)}`}`);
      line.classList.toggle('differs', other.text !== (answer.text.replaceAll('\n', '') || 'not a digit'));
      return line;
    }),
  );
}

function paintTiles(root, answer, index, picture, ink) {
  const tile = (name) => root.querySelector(`[data-tile=${name}]`);
  const note = (name, text) => {
    root.querySelector(`[data-note=${name}]`).textContent = text;
  };
  const digit = answer.digits[index];
  const [width, height] = answer.size;
  const [, , w, h] = digit.box;
  const image = grey(digit.image);
  pictureTile(tile('picture'), picture, answer.digits.length > 1 ? digit.box : null, width);
  note('picture', `${width} × ${height} pixels`);
  pictureTile(tile('ink'), ink, null, width);
  cropTile(tile('crop'), ink, digit.box, width);
  note('ink', 'light on dark, paper gone');
  note('crop', answer.digits.length > 1 ? `${index + 1} of ${answer.digits.length}, ${w} × ${h}` : `${w} × ${h} pixels`);
  imageTile(root.querySelector('[data-testid=model-image]'), image);
  note('image', 'scaled, centred by weight');
}

/** Say the answer once, for those who cannot see it. Called when the pen lifts, not while it moves. */
export function speak(parts, answer) {
  const [digit] = answer.digits;
  const runner = digit && answer.digits.length === 1 && answer.verdict === 'unsure' ? `, or perhaps ${digit.runner_up}` : '';
  parts.spoken.textContent =
    answer.verdict === 'empty'
      ? 'The pad is empty.'
      : answer.verdict === 'not a digit'
        ? 'Not a digit.'
        : `${answer.text.replaceAll('\n', ', ')}, ${answer.verdict}${answer.digits.length === 1 ? `, ${percent(digit.probability)}` : ''}${runner}`;
}
