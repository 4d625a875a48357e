// "Can you read these?": a quiz of MNIST's hardest test images, the visitor against the network. Nothing about the visitor is kept.

import {around, context2d, sentence} from '../page/dom.js';
import {mnistImages} from '../page/mnist_images.js';
import {save} from '../page/save.js';
import {testMap} from './files.js';
import {button, element, figures, imageCanvas} from './paint.js';
import {randomOf} from './random.js';

/** @import {Part, TestMap} from './types.js' */
/** @import {Explore} from './tab.js' */

const QUESTIONS = 20;
const HARDEST = 100; // images that they are drawn from
const SECONDS = 120;
const SHOWN = 140; // px of the image
// What people misread of single digits, from the literature; on ordinary images, not on the hardest.
const PEOPLE =
  'Of ordinary digits people misread about 0.2 % in NIST’s collection (LeCun et al. 1995) and 2.4 % of the small, rough ones of USPS (Chaaban & Scheessele 2007). These are the hardest of 10,000, so expect far more.';

/** @typedef {{index: number, mine: number | null}} Question  mine: null where it was passed over */

/**
 * The hardest images: those that the network misreads, the surest first, then those it is least certain of.
 * @param {TestMap} map
 * @param {number} n
 * @returns {number[]}
 */
export function hardest({labels, answers, certainty}, n) {
  /** @type {(i: number) => number} */
  const doubt = (i) => (labels[i] === answers[i] ? 255 - certainty[i] : 256 + certainty[i]);
  return [...labels.keys()].sort((a, b) => doubt(b) - doubt(a) || a - b).slice(0, n);
}

/**
 * Some of a list in an order by chance, the same for the same seed.
 * @param {number[]} list
 * @param {number} n
 * @param {number} seed
 */
export function drawn(list, n, seed) {
  const rest = [...list];
  const chance = randomOf(seed);
  return Array.from({length: Math.min(n, rest.length)}, () => rest.splice(Math.floor(chance() * rest.length), 1)[0]);
}

/**
 * @param {HTMLElement} panel
 * @param {Explore} tab
 * @returns {Promise<Part>}
 */
export async function start(panel, tab) {
  const map = await testMap();
  const {images} = await mnistImages('test');
  return new Quiz(panel, tab, map, images);
}

/** @implements {Part} */
class Quiz {
  /**
   * @param {HTMLElement} panel
   * @param {Explore} tab
   * @param {TestMap} map
   * @param {Uint8Array} images
   */
  constructor(panel, tab, map, images) {
    this.panel = panel;
    this.tab = tab;
    this.map = map;
    this.images = images;
    /** @type {Question[]} */
    this.questions = [];
    this.at = 0;
    this.endsAt = 0; // ms, of performance.now()
    this.left = 0; // ms, when it was left
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    this.picture = element('div', '', 'ex-question');
    this.count = element('p', '', 'soft');
    this.count.setAttribute('role', 'status');
    this.clock = element('p', '', 'soft');
    // wherever the focus is: after a click beside them the keys still answer
    document.addEventListener('keydown', (event) => {
      const inUse = this.timer !== undefined && panel.offsetParent !== null && !around(event, 'select, input', HTMLElement);
      if (!inUse || event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^\d$/.test(event.key)) this.say(Number(event.key));
      else if (event.key === 'Escape') this.end();
      else return;
      event.preventDefault();
    });
    this.offer();
  }

  /** Before it begins. The same address gives the same questions, to challenge somebody. */
  offer() {
    const begin = button('Start', 'primary');
    begin.onclick = () => this.begin();
    const row = element('div', '', 'ex-row');
    row.append(begin);
    this.panel.replaceChildren(
      element('h2', 'Can you read these?'),
      element(
        'p',
        `${QUESTIONS} of the ${HARDEST} test images that are hardest for the network, in ${SECONDS / 60} minutes. Which digit is it? Press its key or its button; Escape ends it. Right is what MNIST’s label says, which is sometimes wrong itself.`,
      ),
      element('p', PEOPLE, 'soft'),
      ...(this.asked() ? [element('p', 'The address names the questions: whoever opens it gets the same ones.')] : []),
      row,
      element('p', 'Nothing about you is kept: the result is in this page until you leave it.', 'soft'),
    );
  }

  /** @type {() => number | null} the number in the address, which chooses the questions */
  asked() {
    const asked = Number(this.tab.fromAddress('quiz'));
    return Number.isInteger(asked) && asked > 0 ? asked : null;
  }

  addressed() {
    if (this.timer === undefined) this.offer();
  }

  /** While it is out of sight its clock stands. */
  closed() {
    this.left = this.endsAt - performance.now();
  }

  opened() {
    if (this.left) this.endsAt = performance.now() + this.left; // else it was in sight already
    this.left = 0;
  }

  begin() {
    const seed = this.asked() ?? Math.ceil(Math.random() * 1e6);
    this.tab.setAddress({quiz: String(seed)});
    this.questions = drawn(hardest(this.map, HARDEST), QUESTIONS, seed).map((index) => ({index, mine: null}));
    this.at = 0;
    this.endsAt = performance.now() + 1000 * SECONDS;
    const keys = element('div', '', 'ex-keys');
    keys.setAttribute('role', 'group');
    keys.setAttribute('aria-label', 'Which digit is it?');
    for (let digit = 0; digit < 10; digit++) {
      const key = keys.appendChild(button(String(digit)));
      key.onclick = () => this.say(digit);
    }
    const pass = button('No idea');
    pass.onclick = () => this.say(null);
    keys.append(pass);
    const stop = button('End it here');
    stop.onclick = () => this.end();
    const heading = element('h2', 'Which digit is it?');
    heading.tabIndex = -1;
    this.panel.replaceChildren(heading, this.count, this.picture, keys, this.clock, stop);
    heading.focus(); // on a key, a second Enter would answer
    this.timer = setInterval(() => this.tick(), 250);
    this.ask();
  }

  tick() {
    if (this.panel.hidden) return;
    const left = Math.max(0, Math.ceil((this.endsAt - performance.now()) / 1000));
    this.clock.textContent = `${left} seconds left`;
    if (!left) this.end();
  }

  ask() {
    const canvas = imageCanvas(this.images, this.questions[this.at].index);
    canvas.style.width = canvas.style.height = `${SHOWN}px`;
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', 'A handwritten digit, hard to read');
    this.picture.replaceChildren(canvas);
    this.count.textContent = `${this.at + 1} of ${this.questions.length}`;
    this.tick();
  }

  /** @param {number | null} digit */
  say(digit) {
    if (this.timer === undefined) return;
    this.questions[this.at].mine = digit;
    this.at += 1;
    if (this.at === this.questions.length) this.end();
    else this.ask();
  }

  end() {
    clearInterval(this.timer);
    this.timer = undefined;
    const {labels, answers} = this.map;
    const seen = this.questions.slice(0, this.at);
    const mine = seen.filter(({index, mine: said}) => said === labels[index]).length;
    const its = seen.filter(({index}) => answers[index] === labels[index]).length;
    const n = seen.length;
    const verdict = !n
      ? 'You saw none of them.'
      : mine > its
        ? `You read ${mine} of ${n}, the network ${its}: you win.`
        : mine < its
          ? `You read ${mine} of ${n}, the network ${its}: it wins.`
          : `You both read ${mine} of ${n}.`;
    const heading = element('h2', verdict);
    heading.tabIndex = -1;
    const list = element('div', '', 'ex-digits ex-results');
    list.append(
      ...figures(
        seen.map(({index, mine: said}) => ({
          images: this.images,
          index,
          caption: `label ${labels[index]} · you ${said ?? '–'} · it ${answers[index]}`,
          miss: said !== labels[index],
        })),
      ),
    );
    const again = button('Again, with others', 'primary');
    again.onclick = () => {
      this.tab.setAddress({quiz: null});
      this.begin();
    };
    const card = button('Save result card');
    card.onclick = () =>
      saveCard(
        this.panel,
        verdict,
        this.images,
        seen.map(({index}) => index),
      ).catch((error) => this.tab.showProblem(sentence(error)));
    card.disabled = !n;
    const link = button('Copy link');
    link.title = 'Asks somebody else the same ones';
    link.onclick = () => this.tab.copyLink(link);
    const row = element('div', '', 'ex-row');
    row.append(again, card, link, element('span', 'The link asks a friend the same ones.', 'soft'));
    this.panel.replaceChildren(
      heading,
      element(
        'p',
        `${PEOPLE} The network’s answers are those at one look; the questions were chosen because it finds them hard, so it starts with a handicap.`,
        'soft',
      ),
      row,
      list,
    );
    heading.focus();
  }
}

/**
 * The result as a picture to share.
 * @param {Element} root  where the theme's colours hold
 * @param {string} verdict
 * @param {Uint8Array} images
 * @param {number[]} indices
 */
async function saveCard(root, verdict, images, indices) {
  const [width, height, edge, side] = [1200, 630, 56, 92];
  const canvas = Object.assign(document.createElement('canvas'), {width, height});
  const context = context2d(canvas);
  const style = getComputedStyle(root);
  /** @type {(name: string) => string} */
  const colour = (name) => style.getPropertyValue(`--${name}`).trim() || '#888';
  context.fillStyle = colour('ground');
  context.fillRect(0, 0, width, height);
  context.fillStyle = colour('text');
  context.font = '650 44px system-ui, sans-serif';
  context.fillText(verdict, edge, edge + 44, width - 2 * edge);
  context.font = '400 26px system-ui, sans-serif';
  context.fillStyle = colour('soft');
  context.fillText('The hardest of MNIST’s 10,000 test images. Can you read these?', edge, edge + 96, width - 2 * edge);
  context.imageSmoothingEnabled = false;
  indices.forEach((index, at) => {
    context.drawImage(imageCanvas(images, index), edge + (at % 10) * (side + 16), 200 + Math.floor(at / 10) * (side + 16), side, side);
  });
  context.textAlign = 'right';
  context.font = '650 32px system-ui, sans-serif';
  context.fillStyle = colour('text');
  context.fillText('Digits', width - edge, height - edge);
  /** @type {Blob | null} */
  const content = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (content) save(content, 'digits-quiz.png');
}
