// When a model refuses: two thresholds to move, and what they bring. It computes in the page, from the card's compact data
// (`connectRefusal`).

import {bytesOf} from '../page/base64.js';
import {find, findAll} from '../page/dom.js';
import {share} from '../page/percent.js';
import {save} from '../page/save.js';

const SCALE = 10_000; // the data are whole numbers of ten-thousandths, as closer_cards.py packs them
const GROUPS = ['read right', 'read wrong', 'no digit at all'];
const BINS = 50;
const [WIDTH, HEIGHT, ROW] = [600, 150, 50]; // of the histograms' drawing

/**
 * What a model makes of digits and of what is none. certainty, none: in [0, 1]; group: 0 read right, 1 read wrong, 2 no digit.
 * @typedef {{certainty: Float64Array, none: Float64Array, group: Uint8Array}} Points
 */

/**
 * Of the images of each group: how many are sure, unsure and called no digit.
 * @typedef {[sure: number, unsure: number, refused: number]} Verdicts
 */

/**
 * @param {number[] | Float64Array} best  probability of the best digit
 * @param {number[] | Float64Array} none  that there is no digit
 * @param {(i: number) => number} group
 * @returns {{certainty: number[], none: number[], group: number[]}}
 */
function part(best, none, group) {
  const certainty = Array.from(best, (p, i) => p * (1 - none[i]));
  return {certainty, none: Array.from(none), group: certainty.map((_, i) => group(i))};
}

/** @type {(a: ReturnType<typeof part>, b: ReturnType<typeof part>) => Points} */
const joined = (a, b) => ({
  certainty: Float64Array.from([...a.certainty, ...b.certainty]),
  none: Float64Array.from([...a.none, ...b.none]),
  group: Uint8Array.from([...a.group, ...b.group]),
});

/** @type {(text: string | undefined) => Uint8Array} of base64 */
const bytes = (text) => bytesOf(text ?? '');

/** @type {(text: string | undefined) => Float64Array} of base64: 16-bit whole numbers of ten-thousandths, little-endian */
function fractions(text) {
  const view = new DataView(bytes(text).buffer);
  return Float64Array.from({length: view.byteLength / 2}, (_, i) => view.getUint16(2 * i, true) / SCALE);
}

/** @type {(data: DOMStringMap) => Points} of the card's data, as `points` of closer_cards.py packs them */
export function unpacked(data) {
  const right = bytes(data.right);
  return joined(
    part(fractions(data.digitsBest), fractions(data.digitsNone), (i) => (right[i] ? 0 : 1)),
    part(fractions(data.othersBest), fractions(data.othersNone), () => 2),
  );
}

/**
 * What two thresholds bring, as Calibration.verdicts of model/calibration.py decides.
 * @param {Points} points
 * @param {number} sure  from this certainty on an answer is sure
 * @param {number} notDigit  above this an image is called no digit
 * @returns {[Verdicts, Verdicts, Verdicts]}  by group
 */
export function outcome({certainty, none, group}, sure, notDigit) {
  /** @type {[Verdicts, Verdicts, Verdicts]} */
  const counts = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ];
  for (let i = 0; i < group.length; i++) counts[group[i]][none[i] > notDigit ? 2 : certainty[i] >= sure ? 0 : 1]++;
  return counts;
}

/** @type {(n: number) => string} */
const thousands = (n) => n.toLocaleString('en');

/**
 * Histograms of the certainty of the three groups, one below the other, each as high as its largest bin's root.
 * @param {Points} points
 * @returns {string}  SVG
 */
function histograms({certainty, group}) {
  const bins = GROUPS.map(() => new Float64Array(BINS));
  for (let i = 0; i < group.length; i++) bins[group[i]][Math.min(BINS - 1, Math.floor(certainty[i] * BINS))]++;
  const rows = bins.map((counts, row) => {
    const most = Math.max(1, ...counts);
    const bars = [...counts].map((n, bin) => {
      const height = (ROW - 16) * Math.sqrt(n / most);
      return n ? `<rect x="${(bin * WIDTH) / BINS}" y="${(row + 1) * ROW - height}" width="${WIDTH / BINS - 1}" height="${height}"/>` : '';
    });
    return `<g class="group-${row}">${bars.join('')}<text x="4" y="${row * ROW + 12}">${GROUPS[row]}</text></g>`;
  });
  const line = `<line data-line x1="0" x2="0" y1="0" y2="${HEIGHT}"/>`;
  return `<svg class="ev-histograms" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="How sure it is of what it reads right, of what it reads wrong, and of what is no digit">${rows.join('')}${line}</svg>`;
}

const CONTROLS = `
<div class="ev-sliders">
  <label>Sure from <input type="range" min="0" max="1000" data-slider="sure"> <output data-value="sure"></output></label>
  <label>Not a digit above <input type="range" min="0" max="1000" data-slider="not-digit"> <output data-value="not-digit"></output></label>
</div>
<p class="ev-bought" aria-live="polite" data-testid="bought"></p>
<p class="buttons"><button type="button" class="btn" data-reset>As the model has them</button> <button type="button" class="btn" data-export>Export these thresholds</button></p>
<p class="lab">Moving them changes nothing but this view: a model’s thresholds stand in its card.json.</p>`;

// A slider's ends are where thresholds differ: 0.9 and 0.99 are as far apart as 0.99 and 0.999.
const FINEST = 4; // decimals of a threshold
/** @type {(place: number) => number} 0–1000 → 0–1 */
const value = (place) => Number((1 - 10 ** ((-place / 1000) * FINEST)).toFixed(FINEST + 1));
/** @type {(threshold: number) => number} the inverse */
const place = (threshold) => Math.round((-1000 / FINEST) * Math.log10(Math.max(1 - threshold, 10 ** -FINEST)));

/** @type {WeakSet<Element>} */
const connected = new WeakSet();

/**
 * Put sliders and histograms into every card below `root` that has data for them and none yet.
 * @param {Element} root
 */
export function connectRefusal(root) {
  for (const card of findAll(root, '[data-refusal]', HTMLElement)) {
    if (connected.has(card)) continue;
    connected.add(card);
    const {sure, notDigit, model = '', weights = ''} = card.dataset;
    showRefusal(card, unpacked(card.dataset), {sure: Number(sure), notDigit: Number(notDigit)}, {model, weights});
  }
}

/**
 * Draw the histograms, sliders and figures.
 * @param {HTMLElement} card
 * @param {Points} points
 * @param {{sure: number, notDigit: number}} own  the model's thresholds
 * @param {{model: string, weights: string}} about  for the exported file
 */
export function showRefusal(card, points, own, about) {
  card.innerHTML = histograms(points) + CONTROLS;
  const now = {...own};
  const [sure, notDigit] = ['sure', 'not-digit'].map((name) => find(card, `[data-slider=${name}]`, HTMLInputElement));
  const [sureValue, notDigitValue] = ['sure', 'not-digit'].map((name) => find(card, `[data-value=${name}]`, HTMLOutputElement));
  const [line, words] = [find(card, '[data-line]', SVGLineElement), find(card, '[data-testid=bought]', HTMLElement)];
  const before = outcome(points, own.sure, own.notDigit);

  const draw = () => {
    const found = outcome(points, now.sure, now.notDigit);
    words.textContent = inWords(found, before);
    for (const end of ['x1', 'x2']) line.setAttribute(end, String(now.sure * WIDTH));
    for (const [slider, output, threshold] of /** @type {const} */ ([
      [sure, sureValue, now.sure],
      [notDigit, notDigitValue, now.notDigit],
    ])) {
      output.textContent = `${(100 * threshold).toFixed(2)} %`;
      slider.setAttribute('aria-valuetext', output.textContent);
    }
  };
  const reset = () => {
    Object.assign(now, own); // exactly, for a slider has steps
    sure.value = String(place(own.sure));
    notDigit.value = String(place(own.notDigit));
    draw();
  };
  sure.addEventListener('input', () => {
    now.sure = value(Number(sure.value));
    draw();
  });
  notDigit.addEventListener('input', () => {
    now.notDigit = value(Number(notDigit.value));
    draw();
  });
  find(card, '[data-reset]', HTMLButtonElement).addEventListener('click', reset);
  find(card, '[data-export]', HTMLButtonElement).addEventListener('click', () => {
    const [right, wrong, others] = outcome(points, now.sure, now.notDigit);
    const content = {
      model: about.model,
      weights_sha256: about.weights,
      thresholds: {sure: now.sure, not_digit: now.notDigit, rule: 'chosen by hand in the Evaluate tab, on the images shown there'},
      verdicts: {order: ['sure', 'unsure', 'not a digit'], read_right: right, read_wrong: wrong, no_digit: others},
    };
    save(new Blob([`${JSON.stringify(content, null, 1)}\n`], {type: 'application/json'}), `${about.model}-thresholds.json`);
  });
  reset();
}

/**
 * What the thresholds bring, and what they cost beside the model's own.
 * @param {[Verdicts, Verdicts, Verdicts]} now
 * @param {[Verdicts, Verdicts, Verdicts]} before
 */
function inWords([right, wrong, others], before) {
  const [digits, all] = [sum(right) + sum(wrong), sum(others)];
  const sure = right[0] + wrong[0];
  const lost = right[2] + wrong[2];
  const more = (/** @type {number} */ n, /** @type {number} */ was) =>
    n === was ? '' : ` (${n > was ? '+' : '−'}${thousands(Math.abs(n - was))})`;
  const was = {sure: before[0][0] + before[1][0], wrong: before[1][0], others: before[2][0], lost: before[0][2] + before[1][2]};
  return [
    `Sure of ${share(sure, digits)} of the digits${more(sure, was.sure)}, and wrong in ${thousands(wrong[0])} of those${more(wrong[0], was.wrong)}.`,
    `Sure of ${share(others[0], all)} of what is no digit${more(others[0], was.others)}.`,
    `Calls ${thousands(lost)} digits${more(lost, was.lost)} and ${share(others[2], all)} of what is no digit “not a digit”.`,
  ].join(' ');
}

/** @type {(counts: Verdicts) => number} */
const sum = ([a, b, c]) => a + b + c;
