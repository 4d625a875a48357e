// The Explore tab: a pad, and five parts of which only the open one is loaded. `mount` starts it when the tab is first opened.

import {bytesOf} from '../page/base64.js';
import {copyAddress} from '../page/copy_address.js';
import {find, findAll, sentence, showTab} from '../page/dom.js';
import {decode, encode} from '../page/drawing_link.js';
import {Sketchpad} from '../page/pad.js';
import {percent} from '../page/percent.js';
import {pixels} from '../page/strokes.js';
import {canRead, readInside} from '../reader/reader.js';
import {Newest} from './newest.js';
import {grey, paint} from './paint.js';

/** @import {Change} from '../page/types.js' */
/** @import {Drawn, Part} from './types.js' */

const MODEL = 'cnn'; // whose inside is shown
/** @type {Record<string, string[]>} what of the address belongs to a part; a link to it names no more */
const OWN = {inside: ['map', 'd'], map: ['by', 'view', 'lasso', 'd'], train: ['train', 'd'], teach: ['d'], quiz: ['quiz']};
const NOTHING = 'What the network sees of it, 28 × 28, stands here.';
const LOADING = 'Loading the network; the first answer takes a moment …';
const CANNOT =
  'This browser or this server cannot run the network in the page, so there is nothing to explore. The README says how to fetch its runtime.';

/**
 * The parts by name, each loaded when it is first opened.
 * @type {Record<string, () => Promise<{start: (panel: HTMLElement, tab: Explore) => Part | Promise<Part>}>>}
 */
const PARTS = {
  inside: () => import('./inside.js'),
  map: () => import('./map.js'),
  train: () => import('./train.js'),
  teach: () => import('./teach.js'),
  quiz: () => import('./quiz.js'),
};

/** @type {Explore | null} the page's one Explore tab */
let tab = null;

/**
 * Start the tab, or carry the drawing over when Gradio put the component on the page again.
 * @param {Element} element  the component's
 */
export function mount(element) {
  const root = element.querySelector('.explore');
  if (!(root instanceof HTMLElement) || tab?.root === root) return;
  const before = tab;
  tab = new Explore(root);
  tab.followAddress();
  if (before?.pad.strokes.length) tab.pad.set(before.pad.strokes);
  if (!before) window.addEventListener('hashchange', () => tab?.followLink());
}

export class Explore {
  /** @param {HTMLElement} root  of the tab (interface/explore/tab.html) */
  constructor(root) {
    this.root = root;
    /** @type {Record<string, Promise<Part>>} */
    this.parts = {};
    /** @type {Drawn | null} what is on the pad, as it was read last */
    this.drawn = null;
    /** @type {Newest<Change>} */
    this.newest = new Newest(
      (how) => this.read(how === 'moved'),
      (error) => {
        this.show(null);
        this.showProblem(sentence(error));
      },
    );
    this.loaded = false;
    this.answer = find(root, '[data-testid=explore-answer]', HTMLElement);
    this.image = find(root, '[data-image]', HTMLCanvasElement);
    this.problem = find(root, '[data-testid=explore-problem]', HTMLElement);
    this.pad = new Sketchpad(find(root, '[data-testid=explore-pad]', HTMLCanvasElement), (how) => this.changed(how));
    this.tabs = findAll(root, '.ex-parts [role=tab]', HTMLElement);
    this.tabs.forEach((one, at) => {
      one.onclick = () => this.open(one.dataset.part ?? '');
      one.onkeydown = ({key}) => {
        const step = {ArrowLeft: -1, ArrowRight: 1}[key];
        if (!step) return;
        const next = this.tabs[(at + step + this.tabs.length) % this.tabs.length];
        this.open(next.dataset.part ?? '');
        next.focus();
      };
    });
    find(root, '[data-do=undo]', HTMLElement).onclick = () => this.pad.undo();
    find(root, '[data-do=clear]', HTMLElement).onclick = () => this.pad.clear();
    const link = find(root, '[data-do=link]', HTMLElement);
    link.onclick = () => this.copyLink(link);
    root.classList.add('blank');
  }

  /** Open what the address names, with its drawing: #explore=map&d=… */
  followAddress() {
    const code = this.fromAddress('d');
    this.open(this.fromAddress('explore') ?? 'inside', false);
    const strokes = decode(code);
    if (strokes?.length && code !== encode(this.pad.strokes)) this.pad.become(strokes);
  }

  /** Another address was put into this page's: open what it names, where that is here. */
  followLink() {
    if (!this.fromAddress('explore')) return;
    showTab('Explore');
    this.followAddress();
    for (const started of Object.values(this.parts)) started.then((part) => part.addressed?.()).catch(() => {});
  }

  /**
   * Open a part.
   * @param {string} name
   * @param {boolean} [address]  whether the page's address shall name it
   */
  open(name, address = true) {
    const part = name in PARTS ? name : 'inside';
    const before = this.root.dataset.part ?? '';
    this.root.dataset.part = part;
    if (before !== part) this.parts[before]?.then((left) => left.closed?.()).catch(() => {});
    for (const one of this.tabs) {
      const chosen = one.dataset.part === part;
      one.setAttribute('aria-selected', String(chosen));
      one.tabIndex = chosen ? 0 : -1;
    }
    for (const panel of findAll(this.root, '[data-panel]', HTMLElement)) panel.hidden = panel.dataset.panel !== part;
    if (address) this.setAddress({explore: part});
    this.start(part)
      .then((started) => {
        started.opened?.();
        started.drawn?.(this.drawn);
      })
      .catch((error) => this.fail(part, error));
  }

  /**
   * A part could not be started: its panel says why.
   * @param {string} name
   * @param {unknown} error
   */
  fail(name, error) {
    const line = Object.assign(document.createElement('p'), {className: 'ex-problem', textContent: sentence(error)});
    line.setAttribute('role', 'alert');
    find(this.root, `[data-panel=${name}]`, HTMLElement).replaceChildren(line);
  }

  /**
   * Load a part, once; what failed is tried again when it is opened again.
   * @param {string} name
   * @returns {Promise<Part>}
   */
  start(name) {
    const panel = find(this.root, `[data-panel=${name}]`, HTMLElement);
    this.parts[name] ??= PARTS[name]()
      .then(({start}) => {
        panel.replaceChildren();
        return start(panel, this);
      })
      .catch((error) => {
        delete this.parts[name];
        throw error;
      });
    return this.parts[name];
  }

  /**
   * Name more of the state in the page's address.
   * @param {Record<string, string | null>} state  null: no longer
   */
  setAddress(state) {
    const address = new URLSearchParams(location.hash.slice(1));
    for (const [name, value] of Object.entries(state)) {
      if (value === null) address.delete(name);
      else address.set(name, value);
    }
    history.replaceState(history.state, '', `#${address}`);
  }

  /** @type {(name: string) => string | null} what the page's address says */
  fromAddress(name) {
    return new URLSearchParams(location.hash.slice(1)).get(name);
  }

  /**
   * The drawing changed: read it, and again if it changes meanwhile. Once the pen is lifted the address names it.
   * @param {Change} how
   */
  changed(how) {
    this.root.classList.toggle('blank', this.pad.empty);
    if (how !== 'moved') this.nameDrawing();
    this.newest.set(how);
  }

  nameDrawing() {
    this.setAddress({explore: this.root.dataset.part ?? 'inside', d: (!this.pad.empty && encode(this.pad.strokes)) || null});
  }

  /** Whether a reading is under way. */
  get reading() {
    return this.newest.busy;
  }

  /** @param {boolean} moving  whether the pen still moves */
  async read(moving) {
    if (this.pad.empty) {
      this.show(null);
      return;
    }
    if (!canRead(MODEL)) throw new Error(CANNOT);
    if (!this.loaded) this.answer.textContent = LOADING;
    const {answer, inside} = await readInside(pixels(this.pad.all), moving);
    this.loaded = true;
    const [digit] = answer.digits;
    const image = digit && bytesOf(digit.image);
    this.show(inside && {image, inside, digit, several: answer.text.length > 1});
  }

  /** @param {Drawn | null} drawn */
  show(drawn) {
    this.drawn = drawn;
    this.showProblem('');
    paint(this.image, 28, (at) => drawn?.image[at] ?? 0, grey);
    this.answer.textContent = drawn ? said(drawn) : NOTHING;
    this.parts[this.root.dataset.part ?? '']?.then((part) => part.drawn?.(drawn)).catch(() => {});
  }

  /** @param {string} text */
  showProblem(text) {
    this.problem.textContent = text;
  }

  /** @param {HTMLElement} button  says what was done */
  async copyLink(button) {
    const part = this.root.dataset.part ?? 'inside';
    this.nameDrawing();
    for (const name of Object.values(OWN).flat()) if (!OWN[part].includes(name)) this.setAddress({[name]: null});
    await copyAddress(button);
  }
}

/** @type {(drawn: Drawn) => string} */
function said({digit, several}) {
  const more = several ? ' The first of several digits is shown.' : '';
  return digit.verdict === 'not a digit'
    ? `To ${MODEL} this is no digit.${more}`
    : `${MODEL} reads ${digit.digit}, ${digit.verdict}, at ${percent(digit.probability)}.${more}`;
}
