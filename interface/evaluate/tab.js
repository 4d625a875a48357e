// The Evaluate tab: makes what the server draws answer to mouse and keyboard. `mount` is called once its controls are on the page.
//
// The pieces of the tab come and go, so it listens on the whole tab. Each piece hears 'ask' and sends it to its handler
// (interface/evaluate/handlers.py); 'drawn' says that the server has drawn something new in it.

import {sortTables, walkMatrix} from '../../evaluation/templates/sections.js';
import {bytesOf} from '../page/base64.js';
import {around, find, findAll, sentence} from '../page/dom.js';
import {save} from '../page/save.js';
import {connectAudits, decisions} from './audit.js';
import {connectSections, followAddress, openSection} from './fold.js';
import {ask, askGallery, digit, openImage, PAGE} from './images.js';
import {connectRefusal} from './refusal.js';
import {upload} from './uploaded_test_sets.js';

/**
 * What Gradio gives the controls. trigger: sends an event to its handler; server: a file, or why there is none.
 * @typedef {object} Gradio
 * @property {(event: string, data?: object) => void} trigger
 * @property {Record<'report_file' | 'corrected_set', (asked: object) => Promise<{name: string, type: string, base64: string} | {error: string}>>} server
 */

/** @type {WeakMap<Element, Dashboard>} by tab */
const dashboards = new WeakMap();

/**
 * Start the tab, or connect it with its controls when Gradio put them on the page again.
 * @param {HTMLElement} element  the controls'
 * @param {Gradio} gradio
 */
export function mount(element, gradio) {
  const tab = element.closest('.evaluation-tab');
  if (!(tab instanceof HTMLElement)) return;
  const dashboard = dashboards.get(tab) ?? new Dashboard(tab, element, gradio);
  dashboards.set(tab, dashboard);
  dashboard.controls = element;
  dashboard.gradio = gradio;
  dashboard.choose();
}

/** The picker of the model, in the page's header. */
const picker = () => {
  const found = document.querySelector('[data-testid=model]');
  return found instanceof HTMLSelectElement ? found : null;
};

class Dashboard {
  /**
   * @param {HTMLElement} tab
   * @param {HTMLElement} controls
   * @param {Gradio} gradio
   */
  constructor(tab, controls, gradio) {
    this.tab = tab;
    this.controls = controls;
    this.gradio = gradio;
    /** @type {[t: number, p: number] | null} where the keyboard is in the matrix, for when a new one is drawn under it */
    this.focused = null;
    /** @type {string | null} a comparison asked for before Gradio has put its card on the page */
    this.wanted = null;
    this.watching = false; // a download of MNIST
    this.refreshMatrix = walkMatrix(tab, (t, p) => ask(find(tab, '.matrix', HTMLElement), {kind: 'all', true: t, predicted: p}));
    sortTables(tab);
    connectSections(tab);
    this.listen();
  }

  listen() {
    this.tab.addEventListener('focusin', (event) => {
      const cell = around(event, '[role=gridcell]', HTMLElement);
      this.focused = cell && [Number(cell.dataset.true), Number(cell.dataset.predicted)];
    });
    this.tab.addEventListener('click', (event) => this.clicked(event));
    this.tab.addEventListener('keydown', (event) => {
      const open = event.key === 'Escape' && this.controls.querySelector('.menu[open]');
      if (!(open instanceof HTMLDetailsElement)) return;
      open.open = false;
      find(open, 'summary', HTMLElement).focus();
    });
    this.tab.addEventListener('change', (event) => {
      if (event.target instanceof HTMLInputElement && event.target.dataset.upload) this.sendTestSet(event.target);
      else if (event.target instanceof HTMLSelectElement) chosen(event.target);
    });
    this.tab.addEventListener('input', (event) => {
      if (event.target instanceof HTMLInputElement && event.target.matches('[data-points]')) showCoverage(event.target);
    });
    this.tab.addEventListener('drawn', (event) => {
      if (event.target instanceof HTMLElement) this.drawn(event.target);
    });
    document.addEventListener('change', (event) => {
      if (event.target === picker()) this.choose();
    });
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    for (const [selector, act] of CLICKS) {
      const button = around(event, selector, HTMLButtonElement);
      if (!button) continue;
      act(this, button);
      break;
    }
    const menu = around(event, '.menu', HTMLElement);
    for (const other of findAll(this.controls, '.menu', HTMLDetailsElement)) if (other !== menu) other.open = false;
  }

  /** @param {HTMLElement} piece  in which the server has drawn something new */
  drawn(piece) {
    if (piece.querySelector('.ev-status')) this.settle();
    if (this.wanted && piece.querySelector('[data-testid=compare]')) {
      ask(piece, {other: this.wanted});
      this.wanted = null;
    }
    if (piece.querySelector('.matrix')) this.refreshMatrix(document.activeElement === document.body ? this.focused : null);
    connectRefusal(piece);
    followAddress(this.tab);
    connectAudits(piece);
    const slider = piece.querySelector('[data-points]');
    if (slider instanceof HTMLInputElement) showCoverage(slider);
  }

  // ---- the model and the run ----

  /** Show the report of the model that is chosen. more: of another test set. */
  choose(more = {}) {
    const model = picker()?.value;
    this.gradio.trigger('choose', {...(model === undefined ? {} : {model}), ...more});
  }

  get status() {
    const found = this.tab.querySelector('.ev-status');
    return found instanceof HTMLElement ? found : null;
  }

  /** @param {string} text  what there is to say */
  say(text) {
    if (this.status) this.status.textContent = text;
  }

  /** Run, Cancel and the download of MNIST as the status has them. */
  settle() {
    const {state = 'rest', missing = '0', testSet} = this.status?.dataset ?? {};
    if (state === 'fetching' && !this.watching) this.gradio.trigger('fetch'); // begun by the app: watched, so that the tab comes alive at its end
    this.watching = state === 'fetching';
    const [run, cancel, fetch] = ['run', 'cancel', 'fetch'].map((name) => find(this.controls, `[data-do=${name}]`, HTMLButtonElement));
    run.hidden = missing === '1';
    run.textContent = testSet ? 'Run' : 'Run on 10,000 images';
    run.disabled = state !== 'rest';
    cancel.hidden = state !== 'mine';
    fetch.hidden = missing !== '1';
    fetch.disabled = state !== 'rest';
  }

  /** @param {HTMLButtonElement} button  Run, Cancel, Download MNIST, or Back to MNIST's test set */
  act(button) {
    const name = button.dataset.do ?? '';
    button.disabled = name !== 'cancel';
    if (name === 'back') this.choose({test_set: null});
    else this.gradio.trigger(name);
  }

  /** @param {HTMLInputElement} input  holds a test set of the visitor's */
  async sendTestSet(input) {
    if (!input.files?.length) return;
    closeMenu(input);
    this.say('Sending your pictures …');
    try {
      const model = picker()?.value;
      this.gradio.trigger('uploaded', {model, test_set: await upload(input)});
    } catch (error) {
      this.say(sentence(error));
    }
    input.value = ''; // the same choice can be made again
  }

  /** @param {HTMLButtonElement} button  names a file to download */
  async download(button) {
    button.disabled = true;
    const compared = this.tab.querySelector('[data-choice=other]');
    const other = compared instanceof HTMLSelectElement ? compared.value : null;
    await this.take(this.gradio.server.report_file({...this.selected, kind: button.dataset.file, dark: isDark(), other}));
    button.disabled = false;
    closeMenu(button);
  }

  /** @param {HTMLButtonElement} button  in the audit whose decisions make the corrected set */
  async correct(button) {
    button.disabled = true;
    await this.take(this.gradio.server.corrected_set({...this.selected, decisions: decisions(button)}));
    button.disabled = false;
  }

  /** What a file is asked of. */
  get selected() {
    return {model: picker()?.value, test_set: this.status?.dataset.testSet || null};
  }

  /** @param {Promise<{name: string, type: string, base64: string} | {error: string}>} coming  a file for the browser's downloads */
  async take(coming) {
    const file = await coming.catch(() => ({error: 'The file could not be made. Try again.'}));
    if ('error' in file) {
      this.say(file.error);
      return;
    }
    save(new Blob([bytesOf(file.base64)], {type: file.type}), file.name);
  }

  /** @param {string} other  a run that this machine has kept; it is compared with what is shown */
  compareWith(other) {
    const place = this.tab.querySelector('[data-testid=compare]');
    if (place) ask(place, {other});
    else this.wanted = other;
    openSection(this.tab, 'compare');
  }
}

/**
 * What a click on a button does: the first selector that matches counts.
 * @type {[selector: string, act: (dashboard: Dashboard, button: HTMLButtonElement) => void][]}
 */
const CLICKS = [
  ['[data-do]', (dashboard, button) => dashboard.act(button)],
  ['[data-file]', (dashboard, button) => dashboard.download(button)],
  ['[data-corrected]', (dashboard, button) => dashboard.correct(button)],
  ['[data-slice]', (_, button) => ask(button, {slice: button.dataset.slice, name: button.dataset.name})],
  ['[data-measure-refusal]', (_, button) => askOnce(button, {})],
  ['[data-audit]', (_, button) => askOnce(button, {})],
  ['[data-more]', (_, button) => showMore(button)],
  ['[data-ask]', (_, button) => askOnce(button, {n: Number(button.dataset.ask)})],
  ['[data-compare]', (dashboard, button) => dashboard.compareWith(button.dataset.compare ?? '')],
  ['[data-evaluate]', (_, button) => askOnce(button, {other: button.dataset.evaluate, run: true})],
  ['.tile', (_, button) => openImage(find(button, 'img', HTMLImageElement))],
];

/** @type {(button: HTMLButtonElement) => void} more images in its gallery */
function showMore(button) {
  const gallery = button.closest('.gallery');
  if (gallery instanceof HTMLElement) askGallery(gallery, {shown: Number(gallery.dataset.shown) + PAGE});
}

/** @type {(button: HTMLButtonElement, detail: object) => void} a second click would ask again */
function askOnce(button, detail) {
  button.disabled = true;
  ask(button, detail);
}

/** @type {(choice: HTMLSelectElement) => void} something else was chosen: what to compare with, or a filter of images */
function chosen(choice) {
  const name = choice.dataset.choice;
  const gallery = choice.closest('.gallery');
  if (name === 'other') ask(choice, {other: choice.value});
  else if (name && gallery instanceof HTMLElement) {
    const value = name === 'true' || name === 'predicted' ? digit(choice.value) : choice.value;
    askGallery(gallery, {shown: PAGE, [name]: value});
  }
}

/** Whether the page is shown in its dark theme. */
const isDark = () => document.querySelector('.dark') !== null;

/** @type {(inside: Element) => void} */
function closeMenu(inside) {
  const menu = inside.closest('.menu');
  if (menu instanceof HTMLDetailsElement) menu.open = false;
}

/** @type {(slider: HTMLInputElement) => void} what the model answers, and how well, from a least confidence on */
function showCoverage(slider) {
  const place = slider.closest('.threshold');
  if (!place) return;
  const {threshold, coverage, accuracy} = findAll(place, 'option', HTMLOptionElement)[Number(slider.value)].dataset;
  const confidence = `${(100 * Number(threshold)).toFixed(2)} %`;
  const words = `At least ${confidence} sure: it answers ${coverage} % and is right ${accuracy} %.`;
  find(place, 'output', HTMLOutputElement).textContent = words;
  slider.setAttribute('aria-valuetext', confidence);
}
